//! Which places agree with each other: words keep their order and their distance unless something was put in or taken
//! out between them.

use std::collections::{BTreeMap, BTreeSet};

use super::places::{MOST_PLACES, Place};
use super::{Likeness, Unit};

/// Neighbours farther away than this, in scalar values, do not tell whether a sentence was taken out.
const NEAR: i64 = 80;
/// Each round may make sure of places that the next one builds on.
const ROUNDS: usize = 4;

/// A place for a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) likeness: Likeness,
    pub(super) certain: bool,
    old_start: u32,
}

impl Anchor {
    /// How far the words moved, in scalar values.
    pub(super) fn shift(&self) -> i64 {
        i64::from(self.start) - i64::from(self.old_start)
    }
}

/// Pairs of an old and a new place that are beyond doubt, in the order of both texts.
pub(super) struct Chain {
    fixed: BTreeMap<i64, i64>,
    old_length: i64,
    new_length: i64,
    /// Words marked at several old places: one new place does not tell which of them it is.
    twice: BTreeSet<String>,
    /// Old places of words that stand nowhere in the new text.
    gone: BTreeSet<i64>,
}

/// What is beyond doubt before and after an old place: old and new positions.
struct Gap {
    before: (i64, i64),
    after: (i64, i64),
}

impl Gap {
    fn holds(&self, place: &Place) -> bool {
        (self.before.1..=self.after.1).contains(&i64::from(place.start))
    }

    /// Something between was taken out, maybe the words themselves.
    fn shrank(&self) -> bool {
        self.after.1 - self.before.1 < self.after.0 - self.before.0
    }

    fn shifts(&self) -> (i64, i64) {
        (self.before.1 - self.before.0, self.after.1 - self.after.0)
    }
}

impl Chain {
    pub(super) fn of(units: &[&Unit<'_>], old_length: u32, new_length: u32) -> Self {
        let mut starts: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for unit in units {
            starts.entry(&unit.piece.words).or_default().insert(unit.piece.start);
        }
        let twice =
            starts.into_iter().filter(|(_, starts)| starts.len() > 1).map(|(words, _)| words.to_owned());
        let is_gone = |unit: &&&Unit<'_>| {
            !unit.stands && !unit.found.places.iter().any(|place| place.likeness >= Likeness::Folded)
        };
        let mut chain = Self {
            fixed: BTreeMap::new(),
            old_length: old_length.into(),
            new_length: new_length.into(),
            twice: twice.collect(),
            gone: units.iter().filter(is_gone).map(|unit| unit.piece.start.into()).collect(),
        };
        chain.fixed = chain.telling(units);
        for _ in 0..ROUNDS {
            let sure: Vec<(i64, i64)> = units.iter().filter_map(|unit| chain.sure(unit)).collect();
            let before = chain.fixed.len();
            for (old, new) in sure {
                // What was made sure of a moment ago counts: a pair that crosses it stays open.
                let gap = chain.gap(old);
                if gap.before.1 <= new && new <= gap.after.1 {
                    chain.fixed.entry(old).or_insert(new);
                }
            }
            if chain.fixed.len() == before {
                break;
            }
        }
        chain
    }

    /// Words that stand once, by no chance, and in the old order: the most of them that keep it.
    fn telling(&self, units: &[&Unit<'_>]) -> BTreeMap<i64, i64> {
        let mut pairs: Vec<(i64, i64)> = units
            .iter()
            .filter(|unit| unit.found.telling && !self.twice.contains(&unit.piece.words))
            .filter_map(|unit| Some((i64::from(unit.piece.start), i64::from(only_exact(unit)?.start))))
            .collect();
        pairs.sort_unstable();
        pairs.dedup_by_key(|pair| pair.0);
        longest_in_order(&pairs).into_iter().collect()
    }

    fn gap(&self, old: i64) -> Gap {
        let before = self.fixed.range(..=old).next_back().map_or((0, 0), |(old, new)| (*old, *new));
        let end = (self.old_length.max(old), self.new_length);
        let after = self.fixed.range(old..).next().map_or(end, |(old, new)| (*old, *new));
        Gap { before, after }
    }

    /// Where a piece stands beyond doubt, if it does.
    fn sure(&self, unit: &Unit<'_>) -> Option<(i64, i64)> {
        let old = i64::from(unit.piece.start);
        let gap = self.gap(old);
        let (left, right) = gap.shifts();
        if unit.stands {
            return ((left == 0 || right == 0) && gap.before.1 <= old && old <= gap.after.1)
                .then_some((old, old));
        }
        let exact = || unit.found.places.iter().filter(|place| place.likeness == Likeness::Exact);
        let shift = |place: &Place| i64::from(place.start) - old;
        let new = |place: &Place| (old, i64::from(place.start));
        if left == right {
            return exact().find(|place| shift(place) == left).map(new);
        }
        let mut within = exact().filter(|place| gap.holds(place));
        let (Some(place), None) = (within.next(), within.next()) else { return None };
        let moved_along = shift(place) == left || shift(place) == right;
        (moved_along && !gap.shrank() && !self.is_near_gone(old)).then(|| new(place))
    }

    /// Whether words close by are gone: then these may be, too, and stand elsewhere by chance.
    fn is_near_gone(&self, old: i64) -> bool {
        self.gone.range(old - NEAR..=old + NEAR).next().is_some()
    }

    /// Whether words that stand at their place seem to stand there by chance: inside another word, while they stand
    /// alone elsewhere; or all around moved, and the same words stand where they would have moved to.
    pub(super) fn doubts(&self, unit: &Unit<'_>) -> bool {
        let old = i64::from(unit.piece.start);
        let places = &unit.found.places;
        if places.len() < MOST_PLACES && !places.iter().any(|place| place.start == unit.piece.start) {
            return true;
        }
        let (left, right) = self.gap(old).shifts();
        left == right
            && left != 0
            && unit.found.places.iter().any(|place| i64::from(place.start) - old == left)
    }

    /// The places of a piece, the likeliest first.
    pub(super) fn ranked(&self, unit: &Unit<'_>) -> Vec<Anchor> {
        let old = i64::from(unit.piece.start);
        let gap = self.gap(old);
        let (left, right) = gap.shifts();
        let sure = self.sure(unit).map(|(_, new)| new);
        let mut ranked: Vec<Anchor> = unit
            .found
            .places
            .iter()
            .map(|place| Anchor {
                start: place.start,
                end: place.end,
                likeness: place.likeness,
                certain: place.likeness == Likeness::Exact && sure == Some(i64::from(place.start)),
                old_start: unit.piece.start,
            })
            .collect();
        ranked.sort_by_key(|anchor| {
            let place = Place { start: anchor.start, end: anchor.end, likeness: anchor.likeness };
            let off = (anchor.shift() - left).abs().min((anchor.shift() - right).abs());
            (!anchor.certain, !gap.holds(&place), std::cmp::Reverse(anchor.likeness), off, anchor.start)
        });
        ranked
    }
}

/// The one exact place of a piece's words.
fn only_exact<'a>(unit: &'a Unit<'_>) -> Option<&'a Place> {
    let mut exact = unit.found.places.iter().filter(|place| place.likeness == Likeness::Exact);
    exact.next().filter(|_| exact.next().is_none())
}

/// The longest part of the pairs, which are sorted by the first, whose second does not fall.
fn longest_in_order(pairs: &[(i64, i64)]) -> Vec<(i64, i64)> {
    // For each length: the pair that the best run of this length ends with.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |nth: &usize| pairs.get(*nth).map_or(i64::MAX, |pair| pair.1);
    for (nth, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(end) <= pair.1);
        before.push(length.checked_sub(1).and_then(|last| ends.get(last).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = nth,
            None => ends.push(nth),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(nth) = at {
        run.extend(pairs.get(nth).copied());
        at = before.get(nth).copied().flatten();
    }
    run.reverse();
    run
}
