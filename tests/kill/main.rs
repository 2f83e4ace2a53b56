//! Processes that are killed while they write: at random moments, and at every system call of a sitting; and calls of
//! the system that fail. What a process had said was saved is there when the next one opens the project.
//!
//! This program starts itself as the process to be killed, so it brings its own `main`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "makes folders and looks into them, as tests do"
)]

mod child;
#[cfg(unix)]
mod random;
#[path = "../runner/mod.rs"]
mod runner;
#[cfg(target_os = "linux")]
mod syscalls;
mod work;

use std::path::Path;
use std::process::{Command, ExitCode};

use hashiya::session::{Session, Waiting};
use runner::Test;

/// The folder of the process that is to be killed.
const FOLDER: &str = "HASHIYA_TEST_FOLDER";
/// How many edits it makes; without it, it never ends.
const EDITS: &str = "HASHIYA_TEST_EDITS";

const TESTS: &[Test] = &[
    #[cfg(unix)]
    ("a_kill_at_a_random_moment_loses_nothing", random::kill),
    #[cfg(target_os = "linux")]
    ("a_kill_at_any_system_call_loses_nothing", syscalls::kill),
    #[cfg(target_os = "linux")]
    ("a_system_call_that_fails_loses_nothing_and_is_told", syscalls::fail),
];

fn main() -> ExitCode {
    let waiting = match runner::role().as_deref() {
        None => return runner::run(TESTS),
        Some("caller") => Waiting::Caller,
        Some(_) => Waiting::Threads,
    };
    child::run(Path::new(&runner::variable(FOLDER)), waiting, runner::variable(EDITS).parse().ok())
}

/// A project at edit 0.
fn make(root: &Path) {
    Session::create(root, work::project()).unwrap().close().unwrap();
}

/// The process to be killed; `waiting` says who waits for the disk in it: `caller` or `threads`.
fn worker(through: &[&str], root: &Path, waiting: &str, edits: &str) -> Command {
    runner::worker(waiting, through, &[(FOLDER, root), (EDITS, Path::new(edits))])
}

/// The highest number after a word in what a process said.
fn highest(said: &str, word: &str) -> u32 {
    let numbers = said.lines().filter_map(|line| line.strip_prefix(word)?.trim().parse().ok());
    numbers.max().unwrap_or(0)
}
