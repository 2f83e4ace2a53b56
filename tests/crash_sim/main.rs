//! Power loss, simulated: sittings are cut off after every change of the disk, and what may be left of the disk is
//! opened. Nothing that was acknowledged may be missing, nothing may be there that nobody made.
#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::explicit_write,
    reason = "what fails here is a failed test; figures are printed past the test runner"
)]

mod check;
mod failing;
mod found;
mod lies;
mod sitting;

use std::time::Instant;

use check::{Figures, crash_everywhere, crash_twice, crash_while_made};
use hashiya::session::Waiting;
use hashiya::store::sim::Errno;
use lies::Lie;
use rayon::prelude::*;
use sitting::play;

/// Prints a figure also where the test passes and its output is kept back.
fn say(what: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "    {what}").unwrap();
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn over_sittings(
    name: &str,
    sittings: usize,
    steps: usize,
    waiting: Waiting,
    each: impl Fn(&sitting::Sitting, u64) -> Result<Figures, String> + Sync,
) {
    let begin = Instant::now();
    let first = number("HASHIYA_SIM_FIRST", 0) as u64;
    let figures: Vec<Result<Figures, String>> = (first..first + sittings as u64)
        .into_par_iter()
        .map(|seed| each(&play(seed, steps, waiting, |vfs| std::sync::Arc::new(vfs)), seed))
        .collect();
    report(name, begin, figures)
}

/// Prints the figures; panics with all that went wrong.
fn report(name: &str, begin: Instant, figures: Vec<Result<Figures, String>>) {
    let count = figures.len();
    let (good, bad): (Vec<_>, Vec<_>) = figures.into_iter().partition(Result::is_ok);
    let problems: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    let first: Vec<&str> = problems.iter().take(10).map(String::as_str).collect();
    assert!(
        problems.is_empty(),
        "{} of {count} sittings failed, such as:\n{}",
        problems.len(),
        first.join("\n")
    );
    let sum = good.into_iter().filter_map(Result::ok).fold(Figures::default(), |a, b| a + b);
    say(&format!(
        "{name}: {count} sittings, {} moments, {} states ({} distinct) in {:.1} s",
        sum.moments,
        sum.states,
        sum.distinct,
        begin.elapsed().as_secs_f64()
    ));
}

#[test]
fn no_crash_loses_an_acknowledged_edit() {
    let wanted = number("HASHIYA_SIM_STATES", 1_000_000);
    let sittings = number("HASHIYA_SIM_SITTINGS", 48);
    let each = wanted.div_ceil(sittings);
    over_sittings("power loss", sittings, 45, Waiting::Caller, |sitting, seed| {
        crash_everywhere(sitting, seed, each, None)
    });
}

#[test]
fn no_second_crash_during_recovery_loses_an_acknowledged_edit() {
    over_sittings(
        "second crash",
        number("HASHIYA_SIM_SITTINGS", 48),
        60,
        Waiting::Caller,
        |sitting, seed| crash_twice(sitting, seed, 10, 8),
    );
}

#[test]
fn no_crash_leaves_half_a_project_while_it_is_made() {
    over_sittings("while it is made", 1, 0, Waiting::Caller, |sitting, seed| {
        crash_while_made(sitting, seed, 60)
    });
}

#[test]
fn no_crash_of_a_session_with_threads_loses_an_acknowledged_edit() {
    let wanted = number("HASHIYA_SIM_STATES", 1_000_000) / 10;
    let sittings = number("HASHIYA_SIM_SITTINGS", 48) / 4;
    over_sittings("power loss, with threads", sittings, 45, Waiting::Threads, |sitting, seed| {
        crash_everywhere(sitting, seed, wanted / sittings.max(1), None)
    });
}

#[test]
fn no_call_that_fails_loses_an_acknowledged_edit() {
    let begin = Instant::now();
    let mut cases = Vec::new();
    for seed in 0..number("HASHIYA_SIM_SITTINGS", 48) as u64 / 8 {
        let errnos = [None, Some(Errno::Eio), Some(Errno::Enospc), Some(Errno::Edquot), Some(Errno::Eintr)];
        let calls = failing::calls(seed, 16);
        cases.extend(calls.flat_map(|nth| errnos.map(|errno| (seed, nth, errno))));
    }
    let step = 1 + cases.len() / number("HASHIYA_SIM_FAILURES", 4000);
    let cases: Vec<_> = cases.into_iter().step_by(step).collect();
    let run = |(seed, nth, errno): &(u64, u64, Option<Errno>)| failing::one(*seed, 16, *nth, *errno);
    report("calls that fail", begin, cases.par_iter().map(run).collect());
}

#[test]
fn a_full_disk_keeps_edits_in_memory_until_there_is_room() {
    let begin = Instant::now();
    let cases: Vec<(u64, u64)> =
        (0..6).flat_map(|seed| (90..190).step_by(3).map(move |from| (seed, from))).collect();
    report("full disks", begin, cases.par_iter().map(|(seed, from)| failing::full(*seed, *from)).collect());
}

/// Sittings after which a lie that was not noticed counts as not noticeable.
const PATIENCE: u64 = 24;

/// How a lie was noticed.
fn notice(lie: Lie) -> Option<String> {
    (0..PATIENCE).find_map(|seed| {
        let play = || play(seed, 45, Waiting::Caller, |disk| lie.told_by(disk));
        match std::panic::catch_unwind(play) {
            Ok(sitting) => crash_everywhere(&sitting, seed, 10_000, Some(lie)).err(),
            Err(_) => Some(format!("seed {seed}, without a crash: the sitting itself fails")),
        }
    })
}

#[test]
fn every_mistake_in_the_protocol_is_noticed() {
    let begin = Instant::now();
    let noticed: Vec<(Lie, Option<String>)> =
        Lie::ALL.into_par_iter().map(|lie| (lie, notice(lie))).collect();
    for (lie, how) in &noticed {
        let how = how.as_ref().and_then(|how| how.lines().next()).unwrap_or("NOT NOTICED");
        say(&format!("{lie:?}: {}", how.chars().take(160).collect::<String>()));
    }
    say(&format!("{} mistakes in {:.1} s", noticed.len(), begin.elapsed().as_secs_f64()));
    assert!(noticed.iter().all(|(_, how)| how.is_some()), "the harness is blind to some mistakes");
}
