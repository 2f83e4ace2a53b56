//! The one binary: window and command line.

use std::path::PathBuf;
use std::process::ExitCode;

use hashiya::cli::{self, Next};

fn main() -> ExitCode {
    cli::crash::install();
    match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Window(project) => window(project),
    }
}

#[cfg(feature = "gui")]
fn window(project: Option<PathBuf>) -> ExitCode {
    match hashiya::app::run(project) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hashiya: {error:#}");
            ExitCode::from(2)
        }
    }
}

#[cfg(not(feature = "gui"))]
fn window(_: Option<PathBuf>) -> ExitCode {
    eprintln!("hashiya: this build has no window; see `hashiya --help` for the commands");
    ExitCode::from(2)
}
