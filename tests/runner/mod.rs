//! For test programs that start themselves as other processes, and so bring their own `main`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Set for the processes they start: what to be.
const ROLE: &str = "HASHIYA_TEST_ROLE";

pub(crate) type Test = (&'static str, fn());

/// What this process is to be, where it is not the test program itself.
pub(crate) fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Runs the tests whose names hold one of the arguments, or all of them.
pub(crate) fn run(tests: &[Test]) -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let mut failed = 0;
    for (name, test) in tests.iter().filter(|(name, _)| chosen(name)) {
        let passed = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += u32::from(!passed);
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A variable of the environment; empty where it is not set.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// A number from the environment.
pub(crate) fn number(name: &str, default: u32) -> u32 {
    variable(name).parse().unwrap_or(default)
}

/// A folder on the disk that holds the build, not one in memory.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// This program in another role, started through the command of `through` where there is one.
pub(crate) fn worker<S: AsRef<OsStr>>(role: &str, through: &[S], variables: &[(&str, &Path)]) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut line = through.iter().map(AsRef::as_ref).chain([this.as_os_str()]);
    let mut command = Command::new(line.next().unwrap());
    command.args(line).env(ROLE, role).envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
