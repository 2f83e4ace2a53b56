//! Where each span is drawn: rectangles, depth of nesting, lanes of the underlines.
//!
//! Computed from the layout alone and kept until text, spans or view change; painting only reads it.

use std::cmp::Reverse;

use crate::language::bytes;
use crate::layout::{ArticleLayout, Rectangle};
use crate::model::{Codebook, Layer, Span, SpanId, TextRange};

/// A span as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    /// The span.
    pub(super) id: SpanId,
    /// Place of its label in the codebook; labels that are gone are drawn in grey.
    pub(super) label: Option<usize>,
    /// Its parts in view, in text order, physical pixels of the page.
    pub(super) rectangles: Vec<Rectangle>,
    /// How many spans it lies in: it is drawn that much narrower.
    pub(super) depth: u8,
    /// Its underline, counted from the base line; none where tint alone tells it.
    pub(super) lane: Option<u8>,
    /// Whether its first and last edge are in view.
    pub(super) edges: (bool, bool),
}

/// More lanes than this would run into the next line: the rest shares the last one.
const LANES: u8 = 3;
/// More insets than this would leave no tint.
const DEPTHS: u8 = 3;

/// The marks of a layer within a part of the page, the outer spans first.
pub(super) fn marks(
    layout: &ArticleLayout,
    layer: &Layer,
    codebook: &Codebook,
    view: std::ops::Range<f32>,
) -> Vec<Mark> {
    let mut spans: Vec<&Span> = layer.spans.values().filter(|span| !span.lost).collect();
    spans.sort_by_key(|span| (span.start(), Reverse(span.end()), Reverse(is_long(codebook, span)), span.id));
    let nesting = nesting(&spans, codebook);
    spans
        .iter()
        .zip(nesting)
        .filter_map(|(span, (depth, lane))| {
            let parts = |range: &TextRange| layout.ink_in(bytes(*range), view.clone());
            let rectangles: Vec<Rectangle> = span.ranges.iter().flat_map(parts).collect();
            let (first, last) = (rectangles.first()?, rectangles.last()?);
            let edges = (first.bottom > view.start, last.top < view.end);
            let label = codebook.labels.iter().position(|label| label.id == span.label);
            Some(Mark { id: span.id, label, rectangles, depth, lane, edges })
        })
        .collect()
}

fn is_long(codebook: &Codebook, span: &Span) -> bool {
    codebook.label(&span.label).is_some_and(|label| label.long)
}

/// Depth and lane of each span. A span gets an underline where its label is for long spans, or where another span
/// lies in it or crosses it: then tints alone could not be told apart.
fn nesting(spans: &[&Span], codebook: &Codebook) -> Vec<(u8, Option<u8>)> {
    let mut result: Vec<(u8, Option<u8>)> = Vec::with_capacity(spans.len());
    // Spans that may still reach to the right of the current start.
    let mut open: Vec<usize> = Vec::new();
    for (nth, span) in spans.iter().enumerate() {
        open.retain(|other| spans.get(*other).is_some_and(|other| other.end() > span.start()));
        let mut depth = 0_u8;
        let mut crossed = false;
        let mut taken = [false; LANES as usize];
        for other in &open {
            let (Some(outer), Some(place)) = (spans.get(*other), result.get_mut(*other)) else { continue };
            let within = outer.end() >= span.end();
            depth += u8::from(within && depth < DEPTHS && !is_long(codebook, outer));
            crossed |= !within;
            if !is_long(codebook, outer) && place.1.is_none() {
                place.1 = Some(0);
            }
            if let Some(lane) = place.1.and_then(|lane| taken.get_mut(usize::from(lane))) {
                *lane = true;
            }
        }
        let free = taken
            .iter()
            .position(|taken| !taken)
            .and_then(|lane| u8::try_from(lane).ok())
            .unwrap_or(LANES - 1);
        result.push((depth, (is_long(codebook, span) || crossed).then_some(free)));
        open.push(nth);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture;

    fn check(fixture: &str, expected: &[(&str, u8, Option<u8>)]) {
        let (_, layer) = fixture::parse(fixture);
        let codebook = Codebook::default();
        let mut spans: Vec<&Span> = layer.spans.values().collect();
        spans.sort_by_key(|span| {
            (span.start(), Reverse(span.end()), Reverse(is_long(&codebook, span)), span.id)
        });
        let found: Vec<_> = spans
            .iter()
            .zip(nesting(&spans, &codebook))
            .map(|(s, (d, l))| (s.quote.as_str(), d, l))
            .collect();
        assert_eq!(found, expected, "{fixture}");
    }

    #[test]
    fn every_overlap_can_be_seen() {
        check("[a]{actor} b", &[("a", 0, None)]);
        check("[a [b]{actor}]{actor}", &[("a b", 0, Some(0)), ("b", 1, None)]);
        check("[a [b]{actor}]{claim}", &[("a b", 0, Some(0)), ("b", 0, None)]);
        check("[a [b c]{claim}]{claim}", &[("a b c", 0, Some(0)), ("b c", 0, Some(1))]);
        check("[a]{claim} [b]{claim}", &[("a", 0, Some(0)), ("b", 0, Some(0))]);
    }
}
