//! Where the words of a span stand in a text that was changed since the span was made.
//!
//! The old text is gone; what is known of it is each span's quote and place, its neighbours, and its length. The quote
//! is looked for exactly, then folded, then word by word with a few differences. A place is called *certain* only where
//! more than the words speaks for it: they are long enough to stand once by no chance, or the neighbours moved by the
//! same distance. Nothing here changes a span: a person confirms each place, or all that are certain.

mod order;
mod places;

use crate::model::{Article, Ranges, Span, SpanId, TextRange, quote_of};
use order::{Anchor, Chain};
use places::{Found, Searched};

/// A span as it stood in the old text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    /// Its number.
    pub id: SpanId,
    /// Its parts in the order of the text; one, unless it is discontinuous.
    pub pieces: Vec<Piece>,
    /// Its words still stand at their place in the new text.
    pub stands: bool,
}

/// A part of a span in the old text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its words.
    pub words: String,
    /// First character, in Unicode scalar values of the old text.
    pub start: u32,
}

/// How much a place is like the old words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Some words differ; so many of a hundred are the same.
    Words(u8),
    /// The same but for what folding ignores: harakat, hamza, case, white space.
    Folded,
    /// The same, letter for letter.
    Exact,
}

/// A place that a span may have moved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// In the new text.
    pub ranges: Ranges,
    /// The words there.
    pub quote: String,
    /// How much they are like the old ones.
    pub likeness: Likeness,
    /// Words and neighbours leave no other place: it may be confirmed together with others.
    pub certain: bool,
}

/// A span and the places it may have moved to, the likeliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// Its number.
    pub id: SpanId,
    /// Its words still stand at their place.
    pub stands: bool,
    /// They stand there, but the words around it moved: it may be by chance.
    pub doubtful: bool,
    /// At most [`MOST`]; none for a span that stands beyond doubt.
    pub candidates: Vec<Candidate>,
}

/// Places offered for one span: as many as there are digits.
pub const MOST: usize = 9;

impl Old {
    /// What a layer tells of a span. `places` are its ranges in scalar values, where today's text cannot hold them.
    pub fn of(span: &Span, article: &Article, places: Option<&[(u32, u32)]>) -> Self {
        let here = span.ranges.iter().map(|range| article.offsets().range_to_scalars(article.text(), *range));
        let ranges: Vec<(u32, u32)> = match here.collect::<Option<Vec<_>>>() {
            Some(ranges) if !ranges.is_empty() => ranges,
            _ => places.map(<[_]>::to_vec).unwrap_or_default(),
        };
        Self { id: span.id, pieces: pieces(&span.quote, &ranges), stands: !span.lost }
    }
}

/// Takes a quote apart at the lengths of its ranges. A quote that does not fit them is one piece.
fn pieces(quote: &str, ranges: &[(u32, u32)]) -> Vec<Piece> {
    let start = ranges.first().map_or(0, |range| range.0);
    let mut rest = quote;
    let mut found = Vec::with_capacity(ranges.len());
    for (nth, (from, to)) in ranges.iter().enumerate() {
        let after = if nth == 0 { Some(rest) } else { rest.strip_prefix(' ') };
        let length = usize::try_from(to.saturating_sub(*from)).unwrap_or(usize::MAX);
        let cut = after.and_then(|after| {
            let end = after.char_indices().nth(length).map_or(after.len(), |(at, _)| at);
            after.split_at_checked(end)
        });
        let Some((words, after)) = cut.filter(|(words, _)| words.chars().count() == length) else {
            return vec![Piece { words: quote.to_owned(), start }];
        };
        found.push(Piece { words: words.to_owned(), start: *from });
        rest = after;
    }
    if found.is_empty() || !rest.is_empty() {
        return vec![Piece { words: quote.to_owned(), start }];
    }
    found
}

/// A piece of a span with the places of its words.
struct Unit<'a> {
    piece: &'a Piece,
    stands: bool,
    found: Found,
}

/// Where each span may stand in the new text, in the order given. `old_length` is that of the old text in scalar values.
pub fn candidates(article: &Article, old_length: u32, spans: &[Old]) -> Vec<Anchored> {
    let mut searched = Searched::new(article);
    let units: Vec<Vec<Unit<'_>>> = spans
        .iter()
        .map(|span| {
            let unit = |piece| Unit { piece, stands: span.stands, found: searched.find(piece, span.stands) };
            span.pieces.iter().map(unit).collect()
        })
        .collect();
    let flat: Vec<&Unit<'_>> = units.iter().flatten().collect();
    let chain = Chain::of(&flat, old_length, article.offsets().scalars());
    spans.iter().zip(&units).map(|(span, units)| anchored(article, &chain, span, units)).collect()
}

fn anchored(article: &Article, chain: &Chain, span: &Old, units: &[Unit<'_>]) -> Anchored {
    let doubtful = span.stands && units.iter().any(|unit| chain.doubts(unit));
    let mut anchored = Anchored { id: span.id, stands: span.stands, doubtful, candidates: Vec::new() };
    if span.stands && !doubtful {
        return anchored;
    }
    let offsets = article.offsets();
    let whole: Vec<Vec<Anchor>> = units.iter().map(|unit| chain.ranked(unit)).collect();
    for first in whole.first().into_iter().flatten() {
        let Some(parts) = follow(first, &whole) else { continue };
        let ranges: Option<Ranges> = parts
            .iter()
            .map(|part| offsets.range_from_scalars(article.text(), part.start, part.end))
            .collect();
        let Some(ranges) = ranges else { continue };
        let Some(quote) = quote_of(article.text(), &ranges) else { continue };
        let likeness = parts.iter().map(|part| part.likeness).min().unwrap_or(Likeness::Exact);
        let certain = !span.stands && parts.iter().all(|part| part.certain);
        if !anchored.candidates.iter().any(|other| other.ranges == ranges) {
            anchored.candidates.push(Candidate { ranges, quote, likeness, certain });
        }
    }
    anchored.candidates.truncate(MOST);
    anchored
}

/// The other parts of a discontinuous span for a place of its first: each after the one before it, and apart from it,
/// where the distance changed least.
fn follow(first: &Anchor, whole: &[Vec<Anchor>]) -> Option<Vec<Anchor>> {
    let mut parts = vec![first.clone()];
    for places in whole.iter().skip(1) {
        let before = parts.last()?;
        let next = places
            .iter()
            .filter(|place| place.start > before.end)
            .min_by_key(|place| (place.shift() - before.shift()).abs())?;
        parts.push(next.clone());
    }
    Some(parts)
}

/// The ranges of a text in scalar values.
fn scalars(article: &Article, range: TextRange) -> Option<(u32, u32)> {
    article.offsets().range_to_scalars(article.text(), range)
}

#[cfg(test)]
mod tests;
