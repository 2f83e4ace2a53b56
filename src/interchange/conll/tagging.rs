//! What both formats share: spans made to fit tokens, and their pieces laid out in columns of tags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::interchange::bio::{self, Overlaps};
use crate::interchange::fit::{self, Fitted};
use crate::interchange::tokens::{Cut, Tokens, covering, cut_at, range_of, tokens, unbroken_sentences};
use crate::interchange::{Keeps, LossKind, Page, Report, WriteOptions};
use crate::language::{slice, text_range};
use crate::model::{AnnotatorId, Layer, Place, Ranges, Span, SpanId, TextRange, TextSize, quote_of};

/// How spans become tags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tagging {
    pub(super) tokens: Tokens,
    pub(super) cut: Cut,
    pub(super) scheme: bio::Scheme,
    pub(super) overlaps: Overlaps,
}

/// A column of tags: a label and how many columns of it stand before; without a label, the only one.
pub(super) type Column = (Option<String>, usize);

/// A run of tags to be.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) range: TextRange,
    pub(super) span: SpanId,
    pub(super) label: String,
}

impl Tagging {
    pub(super) fn of(options: &WriteOptions, usual: Overlaps) -> Self {
        Self {
            tokens: options.tokens,
            cut: options.cut,
            scheme: options.scheme,
            overlaps: options.overlaps.unwrap_or(usual),
        }
    }

    /// Takes away what tags cannot say.
    pub(super) fn fit(self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut tidied = Fitted::whole(page);
        let mut changed: BTreeMap<(AnnotatorId, SpanId), (LossKind, &str)> = BTreeMap::new();
        let all = match self.cut {
            Cut::Spans => tokens(page.article.text(), text_range(0..page.article.text().len()), self.tokens),
            Cut::Tokens => Vec::new(),
        };
        for (annotator, layer) in &mut tidied.layers {
            let text = page.article.text();
            let blank: Vec<SpanId> = layer
                .spans
                .values()
                .filter(|span| {
                    !span.lost && span.ranges.iter().all(|range| slice(text, *range).trim().is_empty())
                })
                .map(|span| span.id)
                .collect();
            for id in blank {
                Arc::make_mut(layer).spans.remove(&id);
                report.spans.dropped();
                let place = Place::Span(page.key(annotator), id);
                report.lose(place, LossKind::Dropped, "there is nothing but white space in it");
            }
            for id in layer.spans.keys().copied().collect::<Vec<_>>() {
                let Some(span) = layer.spans.get(&id).filter(|span| !span.lost) else { continue };
                let label = span.label.as_str().replace(char::is_whitespace, "_");
                let ranges =
                    if self.cut == Cut::Spans { grown(&all, &span.ranges) } else { span.ranges.clone() };
                if label == span.label.as_str() && ranges == span.ranges {
                    continue;
                }
                let what = if ranges == span.ranges {
                    (LossKind::Renamed, "tags have no white space; the label is written with _")
                } else {
                    (LossKind::Clipped, "it cuts a token, and takes all of it")
                };
                changed.insert((annotator.clone(), id), what);
                let quote = quote_of(text, &ranges).unwrap_or_default();
                let span = Span { label: label.as_str().into(), ranges, quote, ..span.clone() };
                Arc::make_mut(layer).spans.insert(id, span);
            }
        }
        let keeps = Keeps { overlaps: self.overlaps == Overlaps::Columns, ..*keeps };
        let before = report.losses.len();
        let fitted = fit::fit_with(&tidied.page(), &keeps, self.overlaps, report);
        let clipped: BTreeSet<String> = report
            .losses
            .iter()
            .skip(before)
            .filter(|loss| loss.kind == LossKind::Clipped)
            .map(|loss| loss.place.to_string())
            .collect();
        for (annotator, layer) in &fitted.layers {
            for id in layer.spans.keys() {
                let Some((kind, reason)) = changed.get(&(annotator.clone(), *id)) else { continue };
                let place = Place::Span(page.key(annotator), *id);
                if *kind == LossKind::Clipped && !clipped.contains(&place.to_string()) {
                    report.spans.lossless = report.spans.lossless.saturating_sub(1);
                    report.spans.clipped += 1;
                }
                report.lose(place, *kind, *reason);
            }
        }
        fitted
    }

    /// The pieces of each column, in order and apart from each other.
    pub(super) fn columns(self, text: &str, layer: &Layer) -> BTreeMap<Column, Vec<Piece>> {
        let mut taken: BTreeMap<Column, BTreeMap<TextSize, TextSize>> = BTreeMap::new();
        let mut columns: BTreeMap<Column, Vec<Piece>> = BTreeMap::new();
        for span in layer.in_reading_order() {
            let pieces = pieces(text, span);
            let label = (self.overlaps == Overlaps::Columns).then(|| span.label.to_string());
            let mut column = (label, 0);
            while taken.get(&column).is_some_and(|taken| pieces.iter().any(|piece| overlaps(taken, *piece))) {
                column.1 += 1;
            }
            let edges = pieces.iter().map(|piece| (piece.start(), piece.end()));
            taken.entry(column.clone()).or_default().extend(edges);
            let made =
                pieces.into_iter().map(|range| Piece { range, span: span.id, label: span.label.to_string() });
            columns.entry(column).or_default().extend(made);
        }
        columns.values_mut().for_each(|pieces| pieces.sort_by_key(|piece| piece.range.start()));
        columns
    }

    /// The tokens of each sentence: cut at the edges of ranges, no sentence broken inside one.
    pub(super) fn sentences(self, text: &str, mut ranges: Vec<TextRange>) -> Vec<Vec<TextRange>> {
        ranges.sort_by_key(|range| range.start());
        let edges: BTreeSet<TextSize> =
            ranges.iter().flat_map(|range| [range.start(), range.end()]).collect();
        unbroken_sentences(text, &ranges)
            .into_iter()
            .map(|sentence| cut_at(tokens(text, sentence, self.tokens), &edges))
            .collect()
    }

    /// The tag of each token in a column.
    pub(super) fn tags(self, tokens: &[TextRange], pieces: &[Piece]) -> Vec<String> {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Vec::new() };
        let from = pieces.partition_point(|piece| piece.range.end() <= first.start());
        let end = pieces.partition_point(|piece| piece.range.start() < last.end());
        let here: Vec<(TextRange, &str)> = pieces
            .get(from..end)
            .unwrap_or_default()
            .iter()
            .map(|piece| (piece.range, piece.label.as_str()))
            .collect();
        bio::tags(tokens, &here, self.scheme)
    }
}

/// Ranges that take all of each token they touch; those that touch each other then are one.
fn grown(tokens: &[TextRange], ranges: &Ranges) -> Ranges {
    let mut grown = Ranges::new();
    for range in ranges {
        let Some(range) = covering(tokens, *range).and_then(|(first, end)| range_of(tokens, first, end))
        else {
            continue;
        };
        match grown.last_mut() {
            Some(last) if range.start() <= last.end() => *last = last.cover(range),
            _ => grown.push(range),
        }
    }
    grown
}

/// The parts of a span on one line each, without white space at their edges: what runs of tags say.
pub(super) fn pieces(text: &str, span: &Span) -> Vec<TextRange> {
    let lines = span.ranges.iter().flat_map(|range| fit::lines_of(text, *range));
    lines.map(|line| fit::bare(text, line)).filter(|piece| !piece.is_empty()).collect()
}

fn overlaps(taken: &BTreeMap<TextSize, TextSize>, range: TextRange) -> bool {
    taken.range(..range.end()).next_back().is_some_and(|(_, end)| *end > range.start())
}
