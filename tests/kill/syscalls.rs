//! Every system call of a sitting, one after the other, made to kill the process or to fail. strace does it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use rayon::prelude::*;

use super::runner::{folder, number};
use super::{highest, make, work, worker};

/// Calls with which the store changes the disk or opens a file.
const CALLS: [&str; 7] = ["openat", "write", "fdatasync", "fsync", "rename", "unlink", "mkdir"];

/// Edits of the sitting.
const EDITS: &str = "24";

/// Whether strace is there and may trace.
fn can_trace() -> bool {
    let tried =
        Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let able = tried.is_ok_and(|status| status.success());
    if !able {
        println!(
            "    strace is not installed or may not trace here: calls of the system are not made to fail"
        );
    }
    able
}

/// How often a sitting makes each call, in the thread that makes it most often.
fn counts(waiting: &str) -> BTreeMap<&'static str, u32> {
    let folder = folder();
    let root = folder.path().join("study");
    make(&root);
    let log = folder.path().join("log");
    let calls = format!("trace={}", CALLS.join(","));
    let strace =
        ["strace", "-f", "-qq", "-o", log.to_str().unwrap(), "-e", calls.as_str(), "-e", "signal=none"];
    let output = worker(&strace, &root, waiting, EDITS).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("end"), "the sitting ends when left alone");
    let log = std::fs::read_to_string(log).unwrap();
    let mut found = BTreeMap::new();
    for call in CALLS {
        let mut threads: BTreeMap<&str, u32> = BTreeMap::new();
        for line in log.lines() {
            let mut words = line.split_whitespace();
            let (Some(thread), Some(rest)) = (words.next(), words.next()) else { continue };
            if rest.starts_with(&format!("{call}(")) {
                *threads.entry(thread).or_default() += 1;
            }
        }
        found.insert(call, threads.values().copied().max().unwrap_or(0));
    }
    found
}

/// What came of a sitting in which a call was tampered with.
struct Outcome {
    saved: u32,
    made: u32,
    told: Vec<String>,
    errors: String,
    ended: bool,
}

/// Plays the sitting with one call tampered with.
fn tamper(template: &Path, root: &Path, waiting: &str, call: &str, how: &str, nth: u32) -> Outcome {
    copy(template, root);
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:{how}:when={nth}");
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", trace.as_str(), "-e", inject.as_str()];
    let output = worker(&strace, root, waiting, EDITS).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Outcome {
        saved: highest(&said, "saved"),
        made: highest(&said, "made") + 1,
        told: said.lines().filter_map(|line| line.strip_prefix("told ")).map(str::to_owned).collect(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        ended: said.lines().any(|line| line == "end" || line.starts_with("told ")),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every call in turn, or every `step`-th where the variable asks for fewer. Panics with all that went wrong.
fn every_call(
    waiting: &str,
    how: &str,
    check: impl Fn(&Outcome, &Path) -> Result<(), String> + Sync,
) -> usize {
    let counts = counts(waiting);
    let step = number("HASHIYA_KILL_STEP", 1).max(1) as usize;
    let all: Vec<(&str, u32)> =
        counts.iter().flat_map(|(call, count)| (1..=*count).map(|nth| (*call, nth))).step_by(step).collect();
    let folder = folder();
    let template = folder.path().join("template");
    make(&template);
    let try_one = |(call, nth): &(&str, u32)| {
        let root = folder.path().join(format!("{call}-{nth}"));
        let outcome = tamper(&template, &root, waiting, call, how, *nth);
        let checked = match outcome.errors.contains("panicked") {
            true => Err(outcome.errors.clone()),
            false => check(&outcome, &root),
        };
        std::fs::remove_dir_all(&root).unwrap();
        checked.err().map(|problem| format!("{call} number {nth}, {how}: {problem}"))
    };
    let problems: Vec<String> = all.par_iter().filter_map(try_one).collect();
    assert!(problems.is_empty(), "{} of {} went wrong:\n{}", problems.len(), all.len(), problems.join("\n"));
    all.len()
}

/// What was saved is there, and nothing that was not begun. The number of the last edit found.
fn look(outcome: &Outcome, root: &Path) -> Result<u32, String> {
    let (session, found) = work::look(root).map_err(|problem| format!("the project {problem}"))?;
    drop(session);
    let Outcome { saved, made, .. } = outcome;
    if saved <= &found && &found <= made {
        Ok(found)
    } else {
        Err(format!("{saved} saved, {made} begun, {found} found"))
    }
}

pub(crate) fn kill() {
    if !can_trace() {
        return;
    }
    for waiting in ["caller", "threads"] {
        let begin = Instant::now();
        let points = every_call(waiting, "signal=KILL", |outcome, root| look(outcome, root).map(|_| ()));
        println!(
            "    {points} kills -9, one at each call ({waiting}), in {:.1} s: 0 lost",
            begin.elapsed().as_secs_f64()
        );
    }
}

pub(crate) fn fail() {
    if !can_trace() {
        return;
    }
    for errno in ["EIO", "ENOSPC", "EDQUOT", "EINTR"] {
        let begin = Instant::now();
        let points = every_call("caller", &format!("error={errno}"), |outcome, root| {
            let found = look(outcome, root)?;
            // A process that could not load its own libraries never got as far as the project.
            if outcome.ended && outcome.told.is_empty() && found + 1 < outcome.made {
                return Err(format!("{found} found of {}, and nothing was told", outcome.made - 1));
            }
            names_a_file(outcome, root)
        });
        println!(
            "    {points} calls failed with {errno}, in {:.1} s: 0 lost, 0 panics",
            begin.elapsed().as_secs_f64()
        );
    }
}

fn names_a_file(outcome: &Outcome, root: &Path) -> Result<(), String> {
    let folder = root.to_str().unwrap();
    let named = |told: &str| {
        told.contains(folder)
            || ["project.ron", "entities.ron", "layers/", "journal/", "articles/"]
                .iter()
                .any(|file| told.contains(file))
    };
    match outcome.told.iter().find(|told| !named(told)) {
        Some(told) => Err(format!("no file is named in: {told}")),
        None => Ok(()),
    }
}
