//! Where words stand in a text: exactly, folded, or with a few words changed. The cost is bounded whatever the text.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Likeness, Piece, scalars};
use crate::language::fold::{Folded, Folding};
use crate::language::{bytes, graphemes, slice, text_range, words};
use crate::model::{Article, TextRange};

/// Places of one quote that are looked at; a word that stands more often says nothing about its place.
pub(super) const MOST_PLACES: usize = 64;
/// Words of a quote that are compared one by one.
const MOST_WORDS: usize = 256;
/// Words of a text in which changed words are looked for.
const MOST_TEXT: usize = 400_000;
/// Stretches of a text that are compared word by word with one quote.
const MOST_STRETCHES: usize = 8;

/// A place of a piece's words, in scalar values of the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) likeness: Likeness,
}

/// The places of a piece's words.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) places: Vec<Place>,
    /// So many words, or so long a word, that they stand at one place by no chance.
    pub(super) telling: bool,
}

/// A text made ready to be looked through.
pub(super) struct Searched<'a> {
    article: &'a Article,
    folded: Folded,
    /// Every word with its folded form; made when a quote needs it.
    words: Option<Words>,
    /// Quotes that were looked for already.
    known: BTreeMap<String, Vec<Place>>,
}

struct Words {
    ranges: Vec<TextRange>,
    folded: Vec<String>,
    by_word: BTreeMap<String, Vec<usize>>,
}

impl<'a> Searched<'a> {
    pub(super) fn new(article: &'a Article) -> Self {
        Self { article, folded: Folding::ALL.fold(article.text()), words: None, known: BTreeMap::new() }
    }

    /// The places of a piece's words. For words that still stand at their place, changed ones are not looked for.
    pub(super) fn find(&mut self, piece: &Piece, stands: bool) -> Found {
        let places = match self.known.get(&piece.words) {
            Some(places) => places.clone(),
            None => {
                let places = self.look(&piece.words, stands);
                if !stands {
                    self.known.insert(piece.words.clone(), places.clone());
                }
                places
            }
        };
        Found { places, telling: is_telling(&piece.words) }
    }

    fn look(&mut self, quote: &str, stands: bool) -> Vec<Place> {
        if quote.trim().is_empty() {
            return Vec::new();
        }
        let text = self.article.text();
        let exact = occurrences(text, quote);
        let exact = self.whole(exact);
        let mut found: Vec<(TextRange, Likeness)> =
            exact.iter().map(|range| (*range, Likeness::Exact)).collect();
        if stands {
            return self.placed(found);
        }
        let needle = Folding::ALL.text(quote);
        let folded = self.whole(self.folded.find(needle.trim()));
        found
            .extend(folded.into_iter().filter(|range| !exact.contains(range)).map(|r| (r, Likeness::Folded)));
        if found.is_empty() {
            found = self.close(quote);
        }
        self.placed(found)
    }

    /// Ranges that cut no grapheme; those that cut no word either, where there are any.
    fn whole(&self, ranges: impl Iterator<Item = TextRange>) -> Vec<TextRange> {
        let text = self.article.text();
        let sound = ranges.filter(|range| graphemes::snap(text, *range) == *range);
        let sound: Vec<TextRange> = sound.take(MOST_PLACES).collect();
        let uncut: Vec<TextRange> =
            sound.iter().copied().filter(|range| cuts_no_word(text, *range)).collect();
        if uncut.is_empty() { sound } else { uncut }
    }

    fn placed(&self, ranges: Vec<(TextRange, Likeness)>) -> Vec<Place> {
        let placed = ranges.into_iter().filter_map(|(range, likeness)| {
            let (start, end) = scalars(self.article, range)?;
            Some(Place { start, end, likeness })
        });
        placed.collect()
    }

    /// Stretches of about the same words, the most like ones first.
    fn close(&mut self, quote: &str) -> Vec<(TextRange, Likeness)> {
        let wanted: Vec<String> = words::words(quote, text_range(0..quote.len()))
            .take(MOST_WORDS + 1)
            .map(|range| Folding::ALL.text(slice(quote, range)))
            .collect();
        if wanted.is_empty() || wanted.len() > MOST_WORDS {
            return Vec::new();
        }
        let article = self.article;
        let words = self.words.get_or_insert_with(|| Words::of(article.text()));
        let mut found: Vec<(TextRange, Likeness)> = Vec::new();
        for start in words.stretches(&wanted) {
            let Some((range, same)) = words.compare(&wanted, start) else { continue };
            let likeness = if same == 100 { Likeness::Folded } else { Likeness::Words(same) };
            if same >= 50 && !found.iter().any(|(other, _)| *other == range) {
                found.push((range, likeness));
            }
        }
        found.sort_by_key(|(range, likeness)| (Reverse(*likeness), range.start()));
        found
    }
}

/// Where a text holds some words; occurrences may overlap, as those of `no no` in `no no no` do.
fn occurrences<'t>(text: &'t str, quote: &'t str) -> impl Iterator<Item = TextRange> + 't {
    let first = quote.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(quote)?;
        from = at + first;
        Some(text_range(at..at + quote.len()))
    })
}

/// Three words, or one long word and another, or a very long one.
fn is_telling(quote: &str) -> bool {
    let letters = quote.chars().filter(|char| char.is_alphanumeric()).count();
    let words = words::words(quote, text_range(0..quote.len())).take(3).count();
    words >= 3 && letters >= 8 || letters >= 16
}

/// Whether both edges are edges of words; a range may begin after the particles of its first word.
fn cuts_no_word(text: &str, range: TextRange) -> bool {
    let range = bytes(range);
    let around =
        |at: usize| words::word_at(text, at).map(bytes).filter(|word| word.start < at && at < word.end);
    let begins = around(range.start).is_none_or(|word| {
        let before = text.get(word.start..range.start).unwrap_or_default();
        let whole = text.get(word).unwrap_or_default();
        words::readings(whole).iter().any(|reading| whole.len() - reading.len() == before.len())
    });
    begins && around(range.end).is_none()
}

impl Words {
    fn of(text: &str) -> Self {
        let ranges: Vec<TextRange> = words::words(text, text_range(0..text.len())).take(MOST_TEXT).collect();
        let folded: Vec<String> = ranges.iter().map(|range| Folding::ALL.text(slice(text, *range))).collect();
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (nth, word) in folded.iter().enumerate() {
            by_word.entry(word.clone()).or_default().push(nth);
        }
        Self { ranges, folded, by_word }
    }

    /// Words of the text at which a stretch like the wanted one may begin: where most of the wanted words stand at
    /// about their distance from it.
    fn stretches(&self, wanted: &[String]) -> Vec<usize> {
        let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
        let mut vote = |nth: usize, at: usize| *votes.entry(at.saturating_sub(nth)).or_default() += 1;
        for (nth, word) in wanted.iter().enumerate() {
            if let Some(places) = self.by_word.get(word) {
                // A word that stands everywhere says nothing, and would cost most.
                places.iter().take(4 * MOST_PLACES).for_each(|at| vote(nth, *at));
            }
        }
        if wanted.len() <= 2 {
            for (nth, word) in wanted.iter().enumerate() {
                for (other, places) in self.by_word.iter().filter(|(other, _)| is_like(word, other)) {
                    if other != word {
                        places.iter().take(MOST_PLACES).for_each(|at| vote(nth, *at));
                    }
                }
            }
        }
        let mut best: Vec<(usize, usize)> = votes.into_iter().collect();
        best.sort_by_key(|(at, votes)| (Reverse(*votes), *at));
        best.into_iter().take(MOST_STRETCHES).map(|(at, _)| at).collect()
    }

    /// The stretch around a word that is most like the wanted words, and how many of a hundred are the same. Words
    /// before and after it cost nothing; a word that is like another costs half of one that is not. Of stretches that
    /// are as good the shortest is taken.
    fn compare(&self, wanted: &[String], start: usize) -> Option<(TextRange, u8)> {
        let slack = 2 + wanted.len() / 4;
        let from = start.saturating_sub(slack);
        let to = (start + wanted.len() + slack).min(self.folded.len());
        let stretch = self.folded.get(from..to)?;
        // For each word of the stretch: least cost of the wanted words so far ending there, and where that began.
        let mut row: Vec<(usize, usize)> = (0..=stretch.len()).map(|at| (0, at)).collect();
        for (nth, word) in wanted.iter().enumerate() {
            let mut diagonal = row.first().copied().unwrap_or_default();
            let mut left = (2 * (nth + 1), 0);
            for (other, cell) in stretch.iter().zip(row.iter_mut().skip(1)) {
                let change = if word == other {
                    0
                } else if is_like(word, other) {
                    1
                } else {
                    2
                };
                let best = [(diagonal.0 + change, diagonal.1), (cell.0 + 2, cell.1), (left.0 + 2, left.1)];
                diagonal = *cell;
                *cell = best.into_iter().min_by_key(|(cost, begin)| (*cost, Reverse(*begin)))?;
                left = *cell;
            }
            if let Some(first) = row.first_mut() {
                *first = (2 * (nth + 1), 0);
            }
        }
        let ends = row.iter().enumerate().skip(1);
        let (end, (cost, begin)) = ends.min_by_key(|(_, (cost, begin))| (*cost, Reverse(*begin)))?;
        let (first, last) = (self.ranges.get(from + begin)?, self.ranges.get(from + end - 1)?);
        let all = 2 * wanted.len();
        let same = 100 * all.saturating_sub(*cost) / all;
        (first.start() < last.end()).then_some((first.cover(*last), u8::try_from(same).unwrap_or(100)))
    }
}

/// Whether two folded words differ in few letters, one of four, and not at both ends.
fn is_like(word: &str, other: &str) -> bool {
    // Most pairs differ so much in length or in both ends that their letters need no look.
    let far = word.len().abs_diff(other.len()) * 3 > word.len().max(other.len());
    let ends = word.chars().next() == other.chars().next() || word.chars().last() == other.chars().last();
    if far || !ends {
        return word == other;
    }
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), other.chars().collect());
    let most = a.len().max(b.len()) / 4;
    if most == 0 || a.len().abs_diff(b.len()) > most || a.len() > 64 || b.len() > 64 {
        return word == other;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (nth, letter) in a.iter().enumerate() {
        let mut diagonal = nth;
        let mut left = nth + 1;
        for (other, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(letter != other)).min(*cell + 1).min(left + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = nth + 1;
        }
    }
    row.last().is_some_and(|distance| *distance <= most)
}
