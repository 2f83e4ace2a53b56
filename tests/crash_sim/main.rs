//! Power loss, simulated: sittings are cut off after every change of the disk, and what may be left of the disk is
//! opened. Nothing that was acknowledged may be missing, nothing may be there that nobody made.

mod check;
mod found;
mod sitting;

use std::time::Instant;

use check::{Figures, crash_everywhere, crash_twice};
use hashiya::session::Waiting;
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
        crash_everywhere(sitting, seed, each)
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
