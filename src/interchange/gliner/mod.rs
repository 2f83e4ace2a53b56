//! Training data of GLiNER: a JSON list with an example an article and annotator.
//!
//! `tokenized_text` are tokens, `ner` spans of them, `[first, last, label]` with the last token in it, `relations`
//! `[head, tail, type]` by the places of spans in `ner`. Its own way to cut words tears vocalised Arabic apart, so that
//! the tokens are ours, harakat on their letters. The keys `id`, `annotator` and `text` are ours too; trainers pass over
//! them, and with the text, in which the tokens are found again one after the other, an example reads back as it was.
//! Examples of other programs have none: their text is the tokens with spaces between them.
//!
//! GLiNER trains on spans of up to 12 tokens unless told otherwise (`max_width`); longer ones are passed over there
//! without a word.

mod read;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use serde::Serialize;

use super::fit::{self, Fitted};
use super::options::Choice;
use super::sink::{Out, Sink};
use super::tokens::{Cut, covering, cut_at, range_of, tokens};
use super::{Format, Header, Keeps, LossKind, Page, Report, Shape, WriteOptions, Writer};
use crate::language::{slice, text_range};
use crate::model::{Article, Layer, LayerKey, Place, Ranges, TextRange, quote_of};

pub(super) const FORMAT: Format = Format {
    name: "gliner",
    extensions: &["json"],
    shape: Shape::File,
    keeps: Keeps {
        overlaps: true,
        line_ends: true,
        relations: true,
        annotators: true,
        text: true,
        ids: true,
        ..Keeps::NOTHING
    },
    takes: &[Choice::Tokens, Choice::Cut],
    knows: Some(knows),
    read: Some(read::read),
    write: Some(|options| Box::new(GlinerWriter { options: options.clone(), out: None, examples: 0 })),
    help: "training data of GLiNER: tokens, spans that overlap, relations; it trains on spans of up to 12 \
           tokens unless told otherwise",
    ..Format::EMPTY
};

fn knows(head: &[u8]) -> bool {
    String::from_utf8_lossy(head).contains("\"tokenized_text\"")
}

struct GlinerWriter {
    options: WriteOptions,
    out: Option<Out>,
    examples: usize,
}

#[derive(Serialize)]
struct Example<'a> {
    tokenized_text: Vec<&'a str>,
    ner: Vec<(usize, usize, &'a str)>,
    relations: Vec<(usize, usize, &'a str)>,
    id: &'a str,
    annotator: &'a str,
    text: &'a str,
}

impl GlinerWriter {
    /// The tokens of a text; cut at the edges of spans, where that was chosen.
    fn tokens(&self, text: &str, layer: &Layer) -> Vec<TextRange> {
        let all = tokens(text, text_range(0..text.len()), self.options.tokens);
        let ranges = layer.spans.values().flat_map(|span| &span.ranges);
        let edges: BTreeSet<_> = ranges.flat_map(|range| [range.start(), range.end()]).collect();
        cut_at(all, &edges)
    }

    /// Lets spans grow to whole tokens. `clipped` are the places that have been counted as clipped.
    fn grow(
        &self,
        page: &Page<'_>,
        key: &LayerKey,
        layer: &mut Arc<Layer>,
        clipped: &BTreeSet<String>,
        report: &mut Report,
    ) {
        let text = page.article.text();
        let all = tokens(text, text_range(0..text.len()), self.options.tokens);
        let grown = |ranges: &Ranges| -> Option<Ranges> {
            let range = ranges.first()?;
            let (first, end) = covering(&all, *range)?;
            let whole = range_of(&all, first, end)?;
            (whole != *range).then(|| Ranges::from_slice(&[whole]))
        };
        let moved: Vec<_> =
            layer.spans.values().filter_map(|span| Some((span.id, grown(&span.ranges)?))).collect();
        let theirs = page.layers.iter().find(|(annotator, _)| *annotator == key.annotator);
        for (id, ranges) in moved {
            let Some(span) = Arc::make_mut(layer).spans.get_mut(&id) else { continue };
            span.quote = quote_of(text, &ranges).unwrap_or_default();
            span.ranges = ranges;
            let place = Place::Span(key.clone(), id);
            // A further part of a discontinuous span is not counted by itself.
            let is_whole = theirs.is_some_and(|(_, layer)| layer.spans.contains_key(&id));
            if is_whole && !clipped.contains(&place.to_string()) {
                report.spans.lossless = report.spans.lossless.saturating_sub(1);
                report.spans.clipped += 1;
            }
            report.lose(place, LossKind::Clipped, "it takes the whole token at its edge");
        }
    }

    fn example<'a>(
        &self,
        article: &'a Article,
        id: &'a str,
        annotator: &'a str,
        layer: &'a Layer,
    ) -> Example<'a> {
        let text = article.text();
        let tokens = self.tokens(text, layer);
        let spans = layer.in_reading_order();
        let place_of = |id| spans.iter().position(|span| span.id == id);
        let ner = spans.iter().filter_map(|span| {
            let (first, end) = covering(&tokens, *span.ranges.first()?)?;
            Some((first, end.checked_sub(1)?, span.label.as_str()))
        });
        let relations = layer.relations.values().filter_map(|relation| {
            Some((place_of(relation.from)?, place_of(relation.to)?, relation.label.as_str()))
        });
        Example {
            ner: ner.collect(),
            relations: relations.collect(),
            tokenized_text: tokens.iter().map(|token| slice(text, *token)).collect(),
            id,
            annotator,
            text,
        }
    }
}

/// Fits an article, or skips one that is no example for training.
pub(super) fn fit_example(page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
    let mut fitted = fit::fit(page, keeps, report);
    if page.layers.is_empty() {
        fitted.skip(report, "nobody has begun it: it is no example to train on");
    } else if page.article.text().trim().is_empty() {
        fitted.skip(report, "it has no words: it is no example to train on");
    }
    fitted
}

impl Writer for GlinerWriter {
    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let before = report.losses.len();
        let mut fitted = fit_example(page, keeps, report);
        if self.options.cut == Cut::Spans {
            let losses = report.losses.iter().skip(before).filter(|loss| loss.kind == LossKind::Clipped);
            let clipped: BTreeSet<String> = losses.map(|loss| loss.place.to_string()).collect();
            for (annotator, layer) in &mut fitted.layers {
                self.grow(page, &page.key(annotator), layer, &clipped, report);
            }
        }
        fitted
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        let mut out = sink.single()?;
        out.write_all(b"[")?;
        self.out = Some(out);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        for (annotator, layer) in page.layers {
            let example = self.example(page.article, page.info.id.as_str(), annotator.as_str(), layer);
            let Some(out) = &mut self.out else { return Ok(()) };
            out.write_all(if self.examples == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(out, &example)?;
            self.examples += 1;
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        out.write_all(b"\n]\n")?;
        out.flush()
    }
}

#[cfg(test)]
mod tests;
