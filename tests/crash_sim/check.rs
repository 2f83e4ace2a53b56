//! What must hold of a disk after a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use hashiya::model::{Edit, Project};
use hashiya::session::{Opened, Saved, Session, Waiting};
use hashiya::store::sim::{Blackout, Dice, Disk, SimVfs};
use hashiya::store::{Access, Vfs};

use super::sitting::{ROOT, Sitting, is_fault, same};

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
    pub(crate) states: &'a [Project],
    pub(crate) first: usize,
    pub(crate) last: usize,
}

impl Expected<'_> {
    fn find(&self, found: &Project) -> Result<usize, String> {
        let at = |nth: &usize| same(&self.states[*nth], found);
        if let Some(nth) = (self.first..=self.last).rev().find(at) {
            return Ok(nth);
        }
        let (first, last) = (self.first, self.last);
        Err(match (0..self.states.len()).rev().find(at) {
            Some(nth) => {
                format!("edit {nth} is the last found, but {first} was acknowledged and {last} begun")
            }
            None => {
                format!("what is found was never there; {first} edits were acknowledged and {last} begun")
            }
        })
    }
}

/// Opens the project and looks for the state it is in. Nothing may be reported as an error: nobody damaged a file.
pub(crate) fn open(vfs: &Arc<dyn Vfs>, expected: Expected<'_>) -> Result<(Session, usize), String> {
    let opened = Session::open_on(vfs.clone(), Path::new(ROOT), Access::Write, Waiting::Caller);
    let Opened { mut session, mut issues, read_only, .. } =
        opened.map_err(|error| format!("does not open: {error}"))?;
    if let Some(why) = read_only {
        return Err(format!("opens for reading only: {why}"));
    }
    let annotators = session.project().annotators.clone();
    for info in session.project().articles().to_vec() {
        for annotator in &annotators {
            issues.extend(session.load(&info.id, &annotator.id));
        }
        issues.extend(session.load_text(&info.id));
    }
    if let Some(issue) = issues.iter().find(|issue| is_fault(issue)) {
        return Err(format!("reports {issue}"));
    }
    let found = expected.find(session.project())?;
    match session.saved() {
        Saved::Everything { .. } => Ok((session, found)),
        other => Err(format!("is open, but {other:?}")),
    }
}

/// Files that opening does not read: they do not make one disk another. [`check`] makes sure that it is so.
fn counts(name: &str) -> bool {
    name != ".lock" && !name.ends_with(".tmp")
}

/// Opens the project on a disk, and again, as one does whose machine fell over at once. Where the first opening left
/// the disk as it was, the second cannot go another way, and is left out.
pub(crate) fn check(disk: &Disk, seed: u64, expected: Expected<'_>) -> Result<usize, String> {
    let sim = SimVfs::new(disk.clone(), seed);
    let vfs: Arc<dyn Vfs> = Arc::new(sim.clone());
    let (session, found) = open(&vfs, expected)?;
    drop(session);
    let read = sim.looked_at();
    if let Some(path) =
        read.iter().find(|path| !path.file_name().and_then(|name| name.to_str()).is_some_and(counts))
    {
        return Err(format!("reads {}, on which this harness does not count", path.display()));
    }
    if sim.disk().fingerprint(&counts) != disk.fingerprint(&counts) {
        let again = Expected { first: found, last: found, ..expected };
        open(&vfs, again).map_err(|problem| format!("the second opening {problem}"))?;
    }
    Ok(found)
}

/// Cuts a sitting off after each change of the disk, and looks at the disks that may be left.
pub(crate) fn crash_everywhere(sitting: &Sitting, seed: u64, states: usize) -> Result<Figures, String> {
    let mut dice = Dice::new(seed ^ 0xC0FFEE);
    let mut known: BTreeMap<[u8; 32], usize> = BTreeMap::new();
    let mut figures = Figures::default();
    let mut at_stake = 0;
    each_moment(sitting, |_, disk| {
        at_stake += usize::from(!Blackout::of(disk).is_harmless());
        Ok(())
    })?;
    let per_moment = states / at_stake.max(1) + 1;
    each_moment(sitting, |at, disk| {
        let (first, last) = sitting.bounds(at);
        let expected = Expected { states: &sitting.states, first, last };
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
                Some(found) => expected.find(&sitting.states[*found]),
                None => check(&after, seed, expected),
            };
            let found = found.map_err(|problem| tell(sitting, seed, at, nth, &problem))?;
            figures.distinct += usize::from(known.insert(fingerprint, found).is_none());
        }
        Ok(())
    })?;
    Ok(figures)
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
    each_moment(sitting, |at, disk| {
        for first in moments.get(&at).into_iter().flatten() {
            let start = match first {
                First::Power => {
                    let nth = dice.below(40);
                    disk.crash(nth, &mut dice)
                }
                First::Kill => disk.clone(),
            };
            let (low, high) = sitting.bounds(at);
            let expected = Expected { states: &sitting.states, first: low, last: high };
            let second = second_crash(&start, expected, seconds, &mut dice);
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
) -> Result<Figures, String> {
    let sim = SimVfs::new(start.clone(), dice.draw());
    let vfs: Arc<dyn Vfs> = Arc::new(sim.clone());
    let (mut session, found) = open(&vfs, expected).map_err(|problem| format!("the project {problem}"))?;
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
    let mut later = vec![expected.states[found].clone(); 2];
    edit.apply(&mut later[1]).map_err(|error| error.to_string())?;
    let (mut figures, mut disk) = (Figures::default(), start.clone());
    let record = sim.record();
    for at in 0..=record.len() {
        if let Some(op) = at.checked_sub(1).and_then(|nth| record.get(nth)) {
            disk.step(op);
        }
        let expected = match at {
            _ if at < opened => expected,
            _ => {
                Expected { states: &later, first: usize::from(at >= edited), last: usize::from(at > opened) }
            }
        };
        figures.moments += 1;
        let blackout = Blackout::of(&disk);
        let count = if blackout.is_harmless() { 1 } else { seconds };
        let mut seen = Vec::new();
        for nth in 0..count {
            let after = blackout.disk(&blackout.fate(nth, dice));
            figures.states += 1;
            let fingerprint = after.fingerprint(&counts);
            if !seen.contains(&fingerprint) {
                seen.push(fingerprint);
                figures.distinct += 1;
                check(&after, dice.draw(), expected).map_err(|problem| {
                    format!("a second crash after {at} of {} changes ({opened} opened it, {edited} saved an edit), disk {nth}: {problem}", record.len())
                })?;
            }
        }
    }
    Ok(figures)
}
