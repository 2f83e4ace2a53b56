//! What must hold of a disk after a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use hashiya::model::{Edit, Issue};
use hashiya::session::{Opened, Saved, Session, Waiting};
use hashiya::store::sim::{Blackout, Dice, Disk, SimVfs};
use hashiya::store::{Access, StoreError, Vfs};

use super::found::{Found, Memory};
use super::lies::Lie;
use super::sitting::{ROOT, Sitting, is_fault};

/// What was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    /// Moments at which the power went.
    pub(crate) moments: usize,
    /// Disks that came of it.
    pub(crate) states: usize,
    /// Those that differ, within their sitting, in what opening reads: each of these was opened.
    pub(crate) distinct: usize,
}

impl std::ops::Add for Figures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            moments: self.moments + other.moments,
            states: self.states + other.states,
            distinct: self.distinct + other.distinct,
        }
    }
}

/// States one of which must be found: those from `first` to `last`, where what comes later was not begun.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) states: &'a [Found],
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Old records may stand behind what was torn: it may be told that the journal is damaged.
    pub(crate) stale: bool,
    /// The disk lies to the store also while it recovers.
    pub(crate) lie: Option<Lie>,
}

impl Expected<'_> {
    fn find(&self, found: &Found) -> Result<usize, String> {
        let at = |nth: &usize| found.difference(&self.states[*nth]).is_none();
        if let Some(nth) = (self.first..=self.last).rev().find(at) {
            return Ok(nth);
        }
        let (first, last) = (self.first, self.last);
        Err(match (0..self.states.len()).rev().find(at) {
            Some(nth) => {
                format!("edit {nth} is the last found, but {first} was acknowledged and {last} begun")
            }
            None => {
                let how = found.difference(&self.states[last]).unwrap_or_default();
                format!(
                    "what is found was never there; {first} edits were acknowledged and {last} begun: {how}"
                )
            }
        })
    }
}

/// Opens the project and looks for the state it is in. Nothing may be reported as an error: nobody damaged a file.
fn open(sim: &SimVfs, expected: Expected<'_>, memory: &Memory) -> Result<(Session, usize), String> {
    let vfs =
        expected.lie.map_or_else(|| Arc::new(sim.clone()) as Arc<dyn Vfs>, |lie| lie.told_by(sim.clone()));
    let opened = Session::open_on(vfs, Path::new(ROOT), Access::Write, Waiting::Caller);
    let Opened { mut session, mut issues, read_only, .. } =
        opened.map_err(|error| format!("does not open: {error}"))?;
    if let Some(why) = read_only {
        return Err(format!("opens for reading only: {why}"));
    }
    let (found, told) = Found::read(&mut session, &sim.disk(), memory);
    issues.extend(told);
    let allowed = |issue: &Issue| !is_fault(issue) || expected.stale && issue.code == "journal-damaged";
    if let Some(issue) = issues.iter().find(|issue| !allowed(issue)) {
        return Err(format!("reports {issue}"));
    }
    let nth = expected.find(&found)?;
    match session.saved() {
        Saved::Everything { .. } => Ok((session, nth)),
        other => Err(format!("is open, but {other:?}")),
    }
}

/// Files that opening does not read: they do not make one disk another. [`check`] makes sure that it is so.
fn counts(name: &str) -> bool {
    name != ".lock" && !name.ends_with(".tmp")
}

/// Opens the project on a disk, and again, as one does whose machine fell over at once. Where the first opening left
/// the disk as it was, the second cannot go another way, and is left out.
fn check(disk: &Disk, seed: u64, expected: Expected<'_>, memory: &Memory) -> Result<usize, String> {
    let sim = SimVfs::new(disk.clone(), seed);
    let (session, found) = open(&sim, expected, memory)
        .map_err(|problem| format!("{problem}{}", journals(disk, expected.stale)))?;
    drop(session);
    let read = sim.looked_at();
    if let Some(path) =
        read.iter().find(|path| !path.file_name().and_then(|name| name.to_str()).is_some_and(counts))
    {
        return Err(format!("reads {}, on which this harness does not count", path.display()));
    }
    if sim.disk().fingerprint(&counts) != disk.fingerprint(&counts) {
        let again = Expected { first: found, last: found, ..expected };
        open(&sim, again, memory).map_err(|problem| format!("the second opening {problem}"))?;
    }
    Ok(found)
}

/// The journals of a disk, for a person who looks into a failure.
fn journals(disk: &Disk, stale: bool) -> String {
    let sim = SimVfs::new(disk.clone(), 0);
    let folder = Path::new(ROOT).join("journal");
    let entries = sim.list(&folder).unwrap_or_default();
    let text = |name: &str| {
        let bytes = sim.read(&folder.join(name)).unwrap_or_default();
        let lines: Vec<String> = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(|line| String::from_utf8_lossy(line).chars().take(70).collect::<String>())
            .map(|line| format!("\n    {line:?}"))
            .collect();
        format!("\n  {name}{}", lines.concat())
    };
    let texts: Vec<String> = entries.iter().map(|entry| text(&entry.name)).collect();
    format!("\n  stale sectors: {stale}{}", texts.concat())
}

/// Cuts a sitting off after each change of the disk, and looks at the disks that may be left.
pub(crate) fn crash_everywhere(
    sitting: &Sitting,
    seed: u64,
    wanted: usize,
    lie: Option<Lie>,
) -> Result<Figures, String> {
    let mut dice = Dice::new(seed ^ 0xC0FFEE);
    let mut known: BTreeMap<[u8; 32], usize> = BTreeMap::new();
    let mut figures = Figures::default();
    let mut at_stake = 0;
    let (states, memory) = (states_of(sitting), Memory::default());
    each_moment(sitting, |_, disk| {
        at_stake += usize::from(!Blackout::of(disk).is_harmless());
        Ok(())
    })?;
    let per_moment = wanted / at_stake.max(1) + 1;
    each_moment(sitting, |at, disk| {
        let (first, last) = sitting.bounds(at);
        let expected = Expected { states: &states, first, last, stale: false, lie };
        let blackout = Blackout::of(disk);
        let count = if blackout.is_harmless() { 1 } else { per_moment };
        let mut here = BTreeSet::new();
        figures.moments += 1;
        figures.states += count;
        for nth in 0..count {
            let fate = blackout.fate(nth, &mut dice);
            if !here.insert(*fate.fingerprint().as_bytes()) {
                continue;
            }
            let after = blackout.disk(&fate);
            let fingerprint = *after.fingerprint(&counts).as_bytes();
            let found = match known.get(&fingerprint) {
                Some(found) if (first..=last).contains(found) => continue,
                // Met before: only what it must hold is another now.
                Some(found) => expected.find(&states[*found]),
                None => check(&after, seed, Expected { stale: fate.is_stale(), ..expected }, &memory),
            };
            let found = found.map_err(|problem| tell(sitting, seed, at, nth, &problem))?;
            figures.distinct += usize::from(known.insert(fingerprint, found).is_none());
        }
        Ok(())
    })?;
    Ok(figures)
}

/// Cuts the making of the project off. Until it is made there may be none, which is told as such; never half of one.
pub(crate) fn crash_while_made(sitting: &Sitting, seed: u64, per_moment: usize) -> Result<Figures, String> {
    let (mut dice, mut disk, mut figures) = (Dice::new(seed), Disk::default(), Figures::default());
    let (states, memory) = (states_of(sitting), Memory::default());
    let expected = Expected { states: &states, first: 0, last: 0, stale: false, lie: None };
    for (at, op) in sitting.record.iter().enumerate().take(sitting.created) {
        disk.step(op);
        let blackout = Blackout::of(&disk);
        figures.moments += 1;
        for nth in 0..per_moment {
            let after = blackout.disk(&blackout.fate(nth, &mut dice));
            figures.states += 1;
            figures.distinct += 1;
            let vfs = Arc::new(SimVfs::new(after.clone(), seed));
            let opened = Session::open_on(vfs, Path::new(ROOT), Access::Write, Waiting::Caller);
            if !matches!(opened, Err(StoreError::NotAProject(_) | StoreError::NoIndex(_))) {
                check(&after, seed, expected, &memory)
                    .map_err(|problem| tell(sitting, seed, at + 1, nth, &problem))?;
            }
        }
    }
    Ok(figures)
}

fn states_of(sitting: &Sitting) -> Vec<Found> {
    sitting.states.iter().map(Found::of).collect()
}

/// Calls for every disk from the one on which the project stands for the first time.
fn each_moment(
    sitting: &Sitting,
    mut each: impl FnMut(usize, &Disk) -> Result<(), String>,
) -> Result<(), String> {
    let mut disk = Disk::default();
    for (nth, op) in sitting.record.iter().enumerate() {
        disk.step(op);
        if nth + 1 >= sitting.created {
            each(nth + 1, &disk)?;
        }
    }
    Ok(())
}

fn tell(sitting: &Sitting, seed: u64, at: usize, nth: usize, problem: &str) -> String {
    let first = at.saturating_sub(12);
    let ops = sitting.record[first..at].iter().enumerate();
    let lines: Vec<String> =
        ops.map(|(n, op)| format!("\n  {} {} {}", first + n + 1, op.name(), op.path.display())).collect();
    format!("seed {seed}, crash after change {at}, disk {nth}: {problem}{}", lines.concat())
}

/// How the first crash came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// The power went.
    Power,
    /// The process was killed; what it wrote is there, but not on disk for sure.
    Kill,
}

/// Crashes a second time, at every change while the project is opened again, edited and written.
pub(crate) fn crash_twice(
    sitting: &Sitting,
    seed: u64,
    firsts: usize,
    seconds: usize,
) -> Result<Figures, String> {
    let mut dice = Dice::new(seed ^ 0xBAD5EED);
    let mut moments: BTreeMap<usize, Vec<First>> = BTreeMap::new();
    for nth in 0..firsts {
        let at = sitting.created + dice.below(sitting.record.len() - sitting.created + 1);
        moments.entry(at).or_default().push(if nth % 2 == 0 { First::Power } else { First::Kill });
    }
    let mut figures = Figures::default();
    let (states, memory) = (states_of(sitting), Memory::default());
    each_moment(sitting, |at, disk| {
        for first in moments.get(&at).into_iter().flatten() {
            let blackout = Blackout::of(disk);
            let nth = dice.below(40);
            let fate = blackout.fate(nth, &mut dice);
            let (start, stale) = match first {
                First::Power => (blackout.disk(&fate), fate.is_stale()),
                First::Kill => (disk.clone(), false),
            };
            let (low, high) = sitting.bounds(at);
            let expected = Expected { states: &states, first: low, last: high, stale, lie: None };
            let second = second_crash(&start, expected, seconds, &mut dice, &memory);
            let told = second
                .map_err(|problem| tell(sitting, seed, at, 0, &format!("{first:?}, then {problem}")))?;
            figures = figures + told;
        }
        Ok(())
    })?;
    Ok(figures)
}

fn second_crash(
    start: &Disk,
    expected: Expected<'_>,
    seconds: usize,
    dice: &mut Dice,
    memory: &Memory,
) -> Result<Figures, String> {
    let sim = SimVfs::new(start.clone(), dice.draw());
    let (mut session, found) =
        open(&sim, expected, memory).map_err(|problem| format!("the project {problem}"))?;
    let opened = sim.changes();
    let old = session.project().name.clone();
    let edit = Edit::SetName { old, new: "after the crash".into() };
    session.apply(edit.clone()).map_err(|error| error.to_string())?;
    if !matches!(session.saved(), Saved::Everything { edits: 1 }) {
        return Err(format!("an edit after the crash is {:?}", session.saved()));
    }
    let edited = sim.changes();
    session.snapshot();
    drop(session);
    let later = [expected.states[found].clone(), expected.states[found].named("after the crash")];
    let (mut figures, mut disk) = (Figures::default(), start.clone());
    let record = sim.record();
    for at in 0..=record.len() {
        if let Some(op) = at.checked_sub(1).and_then(|nth| record.get(nth)) {
            disk.step(op);
        }
        let expected = match at {
            _ if at < opened => expected,
            _ => Expected {
                states: &later,
                first: usize::from(at >= edited),
                last: usize::from(at > opened),
                ..expected
            },
        };
        figures.moments += 1;
        let blackout = Blackout::of(&disk);
        let count = if blackout.is_harmless() { 1 } else { seconds };
        let mut seen = Vec::new();
        for nth in 0..count {
            let fate = blackout.fate(nth, dice);
            let after = blackout.disk(&fate);
            let expected = Expected { stale: expected.stale || fate.is_stale(), ..expected };
            figures.states += 1;
            let fingerprint = after.fingerprint(&counts);
            if !seen.contains(&fingerprint) {
                seen.push(fingerprint);
                figures.distinct += 1;
                check(&after, dice.draw(), expected, memory).map_err(|problem| {
                    format!("a second crash after {at} of {} changes ({opened} opened it, {edited} saved an edit), disk {nth}: {problem}", record.len())
                })?;
            }
        }
    }
    Ok(figures)
}
