//! Processes that are killed while they write: at random moments, and at every system call of a sitting; and calls of
//! the system that fail. What a process had said was saved is there when the next one opens the project.
//!
//! This program starts itself as the process to be killed, so it brings its own `main`.
#![allow(clippy::disallowed_methods, reason = "makes folders and looks into them, as tests do")]

mod child;
#[cfg(unix)]
mod random;
#[cfg(target_os = "linux")]
mod syscalls;
mod work;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use hashiya::session::{Session, Waiting};

/// Set for the process that is to be killed: the folder.
const FOLDER: &str = "HASHIYA_KILL_FOLDER";
/// Who waits for the disk in it: `threads` or `caller`.
const WAITING: &str = "HASHIYA_KILL_WAITING";
/// How many edits it makes; without it, it never ends.
const EDITS: &str = "HASHIYA_KILL_EDITS";

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    #[cfg(unix)]
    ("a_kill_at_a_random_moment_loses_nothing", random::kill),
    #[cfg(target_os = "linux")]
    ("a_kill_at_any_system_call_loses_nothing", syscalls::kill),
    #[cfg(target_os = "linux")]
    ("a_system_call_that_fails_loses_nothing_and_is_told", syscalls::fail),
];

fn main() -> ExitCode {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let waiting = if text(WAITING) == "caller" { Waiting::Caller } else { Waiting::Threads };
        return child::run(Path::new(&folder), waiting, text(EDITS).parse().ok());
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let mut failed = false;
    for (name, test) in TESTS.iter().filter(|(name, _)| chosen(name)) {
        let passed = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed |= !passed;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn text(variable: &str) -> String {
    std::env::var(variable).unwrap_or_default()
}

fn number(variable: &str, default: u32) -> u32 {
    text(variable).parse().unwrap_or(default)
}

/// A folder on the disk that holds the build, not one in memory.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A project at edit 0.
fn make(root: &Path) {
    Session::create(root, work::project()).unwrap().close().unwrap();
}

/// This program as the process to be killed, started by another where `through` names one.
fn worker(through: &[&str], root: &Path, waiting: &str, edits: &str) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut line: Vec<PathBuf> = through.iter().map(PathBuf::from).collect();
    line.push(this);
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).env(FOLDER, root).env(WAITING, waiting).env(EDITS, edits);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The highest number after a word in what a process said.
fn highest(said: &str, word: &str) -> u32 {
    let numbers = said.lines().filter_map(|line| line.strip_prefix(word)?.trim().parse().ok());
    numbers.max().unwrap_or(0)
}
