//! Power loss, simulated: sittings are cut off after every change of the disk, and what may be left of the disk is
//! opened. Nothing that was acknowledged may be missing, nothing may be there that nobody made.

mod check;
mod found;
mod lies;
mod sitting;

use std::time::Instant;

use check::{Figures, crash_everywhere, crash_twice, crash_while_made};
use hashiya::session::Waiting;
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
) -> Figures {
    let begin = Instant::now();
    let first = number("HASHIYA_SIM_FIRST", 0) as u64;
    let figures: Vec<Result<Figures, String>> = (first..first + sittings as u64)
        .into_par_iter()
        .map(|seed| each(&play(seed, steps, waiting, |vfs| std::sync::Arc::new(vfs)), seed))
        .collect();
    let (good, bad): (Vec<_>, Vec<_>) = figures.into_iter().partition(Result::is_ok);
    let problems: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    assert!(
        problems.is_empty(),
        "{} of {sittings} sittings failed:\n{}",
        problems.len(),
        problems.join("\n")
    );
    let sum = good.into_iter().filter_map(Result::ok).fold(Figures::default(), |a, b| a + b);
    say(&format!(
        "{name}: {sittings} sittings, {} moments, {} states ({} distinct) in {:.1} s",
        sum.moments,
        sum.states,
        sum.distinct,
        begin.elapsed().as_secs_f64()
    ));
    sum
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
        |sitting, seed| crash_twice(sitting, seed, 40, 8),
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
