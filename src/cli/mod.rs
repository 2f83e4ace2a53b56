//! The command line: one file a subcommand. It parses, calls the library, prints, and turns what happened into an
//! exit code. Nothing here knows a rule of the data.

mod backups;
mod check;
mod completions;
pub mod crash;
mod export;
mod import;
mod list;
mod man;
mod new;
mod open;
mod print;
mod recover;
mod restore;
mod show;
mod stats;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use print::Printer;

/// Read news articles, mark actors, locations, dates and claims, and export the result as training data.
#[derive(Debug, Parser)]
#[command(
    name = "hashiya",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command the window opens, on PROJECT or on the welcome screen.\n\n\
        Exit codes: 0 all is well; 1 there are findings (check found errors, an import refused or skipped something, an \
        export lost something); 2 it could not be done."
)]
struct Cli {
    /// Folder of the project to open in the window.
    project: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a project in a new or empty folder.
    New(new::Args),
    /// Take articles and annotations into a project.
    Import(import::Args),
    /// Write annotations as a data set.
    Export(export::Args),
    /// List the articles of a project.
    List(list::Args),
    /// Show an article with its annotations.
    Show(show::Args),
    /// Count articles, spans and relations.
    Stats(stats::Args),
    /// Check every invariant of a project.
    Check(check::Args),
    /// Bring a project back: take in the journal, rebuild a broken index, say what remains wrong.
    Recover(recover::Args),
    /// List the backups of a project, or make one.
    Backups(backups::Args),
    /// Write a backup as a project of its own, in a new folder.
    Restore(restore::Args),
    /// Print completions for a shell.
    Completions(completions::Args),
    /// Print the manual page.
    Man(man::Args),
}

/// What a command found, where it could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Fine,
    Findings,
}

impl Verdict {
    fn findings(any: bool) -> Self {
        if any { Self::Findings } else { Self::Fine }
    }
}

/// What is left to do when the command line has been read.
#[derive(Debug)]
pub enum Next {
    /// Nothing: leave with this code.
    Exit(ExitCode),
    /// Open the window, on a project or on the welcome screen.
    Window(Option<PathBuf>),
}

/// Reads the arguments (the first is the program's name) and does what they say, except opening the window.
pub fn run(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Next {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version come this way too. A closed pipe is nobody's error.
            usage.print().unwrap_or_default();
            return Next::Exit(ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2)));
        }
    };
    let Some(command) = cli.command else { return Next::Window(cli.project) };
    let mut printer = Printer::new();
    let result = dispatch(&command, &mut printer).and_then(|verdict| {
        printer.flush()?;
        Ok(verdict)
    });
    Next::Exit(match result {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Findings) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even this cannot be written there is nobody to tell.
            writeln!(std::io::stderr(), "hashiya: {error:#}").unwrap_or_default();
            ExitCode::from(2)
        }
    })
}

fn dispatch(command: &Command, out: &mut Printer) -> anyhow::Result<Verdict> {
    match command {
        Command::New(args) => new::run(args, out),
        Command::Import(args) => import::run(args, out),
        Command::Export(args) => export::run(args, out),
        Command::List(args) => list::run(args, out),
        Command::Show(args) => show::run(args, out),
        Command::Stats(args) => stats::run(args, out),
        Command::Check(args) => check::run(args, out),
        Command::Recover(args) => recover::run(args, out),
        Command::Backups(args) => backups::run(args, out),
        Command::Restore(args) => restore::run(args, out),
        Command::Completions(args) => completions::run(args, out),
        Command::Man(args) => man::run(args, out),
    }
}

/// The definition of the command line, for completions and the manual.
fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::definition().debug_assert();
    }
}
