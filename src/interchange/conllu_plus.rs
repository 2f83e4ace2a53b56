//! CoNLL-U Plus with one column of BIO tags for each label, so that labels that nest in each other all stay. A label
//! whose spans overlap among themselves gets as many columns as that takes: `NER:ACTOR`, `NER:ACTOR:2`.
//!
//! Tokens are those of Unicode, cut at every edge of a span: a span that begins inside a word (و|بغداد) is exact, and
//! `SpaceAfter=No` tells that the parts belong together. `TokenRange` gives each token's code points in the article.
//! Sentences never break inside a span. What columns of tags cannot say is reported: relations, attributes, notes,
//! discontinuous spans and spans over several paragraphs (written in pieces).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, BufRead as _};
use std::sync::Arc;

use super::fit::{self, Fitted};
use super::sink::{Out, Sink, Source};
use super::{Format, FormatError, Header, Keeps, LossKind, Page, Report, Writer};
use crate::language::{paragraphs, sentences, slice, words};
use crate::model::{AnnotatorId, Article, LabelId, Layer, Place, SpanId, TextRange, TextSize};

pub(super) const FORMAT: Format = Format {
    name: "conll",
    aliases: &["conllu-plus"],
    extensions: &["conllup", "conll"],
    keeps: Keeps { overlaps: true, annotators: true, ids: true, ..Keeps::NOTHING },
    write: Some(|_| Box::new(ConlluPlusWriter::default())),
    check: Some(check),
    help: "tokens with BIO tags, one column a label so that nested spans stay (CoNLL-U Plus); no relations",
    ..Format::EMPTY
};

/// Every row has as many cells as there are columns.
fn check(source: &dyn Source) -> Result<(), FormatError> {
    let file = source.open().map_err(|error| FormatError::new(format!("cannot be read: {error}")))?;
    let mut columns = None;
    for (nth, line) in file.lines().enumerate() {
        let line = line.map_err(|error| FormatError::new(error.to_string()).at_line(nth + 1))?;
        match (line.strip_prefix("# global.columns = "), columns) {
            (Some(names), None) => columns = Some(names.split(' ').count()),
            (None, Some(columns))
                if line.is_empty() || line.starts_with('#') || line.split('\t').count() == columns => {}
            _ => return Err(FormatError::new("a row has more or fewer cells than columns").at_line(nth + 1)),
        }
    }
    Ok(())
}

/// Writes CoNLL-U Plus.
#[derive(Default)]
pub struct ConlluPlusWriter {
    labels: Vec<LabelId>,
    /// Of each label, how many columns its spans need.
    depths: BTreeMap<LabelId, usize>,
    /// Label and level of each column.
    columns: Vec<(LabelId, usize)>,
    out: Option<Out>,
}

/// What is taken of each level of each label.
#[derive(Default)]
struct Levels<'a> {
    taken: BTreeMap<&'a LabelId, Vec<BTreeMap<TextSize, TextSize>>>,
}

/// The pieces of each column, in order and apart from each other, and the edges at which tokens are cut. A piece is a
/// continuous part of a span within one paragraph: what a run of tags says.
struct Columns {
    pieces: BTreeMap<(LabelId, usize), Vec<TextRange>>,
    edges: BTreeSet<TextSize>,
    /// All pieces, for where sentences may not break.
    ranges: Vec<TextRange>,
}

impl Writer for ConlluPlusWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        let codebook = header.codebook.clone().unwrap_or_default();
        self.labels = codebook.labels.into_iter().map(|label| label.id).collect();
    }

    fn survey(&mut self, page: &Page<'_>) {
        let fitted = self.fit(page, &FORMAT.keeps, &mut Report::default());
        for (_, layer) in &fitted.layers {
            let mut levels = Levels::default();
            for span in layer.in_reading_order() {
                let level = levels.place(&span.label, &span.ranges);
                let depth = self.depths.entry(span.label.clone()).or_default();
                *depth = (*depth).max(level + 1);
            }
        }
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut known = Fitted::whole(page);
        for (annotator, layer) in &mut known.layers {
            let unknown: Vec<SpanId> = layer
                .spans
                .values()
                .filter(|span| !span.lost && !self.labels.contains(&span.label))
                .map(|span| span.id)
                .collect();
            for id in unknown {
                let Some(span) = Arc::make_mut(layer).spans.remove(&id) else { continue };
                report.spans.dropped();
                let place = Place::Span(page.key(annotator), id);
                let reason = format!("its label {} is not in the codebook", span.label);
                report.lose(place, LossKind::Dropped, reason);
            }
        }
        fit::fit(&known.page(), keeps, report)
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        for label in &self.labels {
            let depth = self.depths.get(label).copied().unwrap_or(1);
            self.columns.extend((0..depth).map(|level| (label.clone(), level)));
        }
        let mut out = sink.single()?;
        write!(out, "# global.columns = ID FORM")?;
        for (label, level) in &self.columns {
            write!(out, " NER:{}", column_name(label))?;
            if *level > 0 {
                write!(out, ":{}", level + 1)?;
            }
        }
        writeln!(out, " MISC")?;
        self.out = Some(out);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        let Some(mut out) = self.out.take() else { return Ok(()) };
        if page.layers.is_empty() {
            self.document(&mut out, page, None, &Columns::new())?;
        }
        for (annotator, layer) in page.layers {
            self.document(&mut out, page, Some(annotator), &Columns::of(layer))?;
        }
        self.out = Some(out);
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.flush())
    }
}

/// The id in capitals, as names of columns are written, without white space.
fn column_name(label: &LabelId) -> String {
    label.as_str().replace(char::is_whitespace, "_").to_uppercase()
}

impl Columns {
    fn new() -> Self {
        Self { pieces: BTreeMap::new(), edges: BTreeSet::new(), ranges: Vec::new() }
    }

    fn of(layer: &Layer) -> Self {
        let mut columns = Self::new();
        let mut levels = Levels::default();
        for span in layer.in_reading_order() {
            let level = levels.place(&span.label, &span.ranges);
            for range in &span.ranges {
                columns.edges.extend([range.start(), range.end()]);
                columns.ranges.push(*range);
            }
            columns
                .pieces
                .entry((span.label.clone(), level))
                .or_default()
                .extend(span.ranges.iter().copied());
        }
        columns.pieces.values_mut().for_each(|pieces| pieces.sort_by_key(|piece| piece.start()));
        columns.ranges.sort_by_key(|range| range.start());
        columns
    }
}

impl<'a> Levels<'a> {
    /// The first level of a label on which the pieces overlap nothing; it is taken then.
    fn place(&mut self, label: &'a LabelId, pieces: &[TextRange]) -> usize {
        let levels = self.taken.entry(label).or_default();
        let is_free = |level: &BTreeMap<_, _>| !pieces.iter().any(|piece| overlaps(level, *piece));
        let free = levels.iter().position(is_free).unwrap_or(levels.len());
        if free == levels.len() {
            levels.push(BTreeMap::new());
        }
        if let Some(level) = levels.get_mut(free) {
            level.extend(pieces.iter().map(|piece| (piece.start(), piece.end())));
        }
        free
    }
}

impl ConlluPlusWriter {
    fn document(
        &self,
        out: &mut dyn io::Write,
        page: &Page<'_>,
        annotator: Option<&AnnotatorId>,
        columns: &Columns,
    ) -> io::Result<()> {
        let id = &page.info.id;
        writeln!(out, "# newdoc id = {id}")?;
        for (key, value) in [("title", &page.info.title), ("date", &page.info.date)] {
            if !value.is_empty() {
                writeln!(out, "# {key} = {}", value.replace(['\n', '\r'], " "))?;
            }
        }
        if let Some(annotator) = annotator {
            writeln!(out, "# annotator = {annotator}")?;
        }
        let text = page.article.text();
        let mut number = 0;
        for paragraph in paragraphs::ranges(text) {
            let sentences = unbroken(sentences::sentences(text, paragraph), &columns.ranges);
            for (nth, sentence) in sentences.into_iter().enumerate() {
                number += 1;
                if nth == 0 {
                    writeln!(out, "# newpar")?;
                }
                match annotator {
                    Some(annotator) => writeln!(out, "# sent_id = {id}/{annotator}/{number}")?,
                    None => writeln!(out, "# sent_id = {id}/{number}")?,
                }
                self.sentence(out, page.article, sentence, columns)?;
            }
        }
        if number == 0 {
            writeln!(out)?;
        }
        Ok(())
    }

    fn sentence(
        &self,
        out: &mut dyn io::Write,
        article: &Article,
        sentence: TextRange,
        columns: &Columns,
    ) -> io::Result<()> {
        let text = article.text();
        writeln!(out, "# text = {}", slice(text, sentence))?;
        let tokens = cut_tokens(text, sentence, &columns.edges);
        let mut open: BTreeMap<usize, TextRange> = BTreeMap::new();
        let mut line = String::new();
        for (nth, token) in tokens.iter().enumerate() {
            line.clear();
            // Writing to a string does not fail.
            _ = write!(line, "{}\t{}", nth + 1, slice(text, *token));
            for (nth, column) in self.columns.iter().enumerate() {
                line.push('\t');
                let pieces = columns.pieces.get(column).map(Vec::as_slice).unwrap_or_default();
                match pieces.get(pieces.partition_point(|piece| piece.end() <= token.start())) {
                    Some(piece) if piece.contains_range(*token) => {
                        let begins = open.insert(nth, *piece) != Some(*piece);
                        let label = column.0.as_str().replace(char::is_whitespace, "_");
                        _ = write!(line, "{}-{label}", if begins { 'B' } else { 'I' });
                    }
                    _ => line.push('O'),
                }
            }
            let end = tokens.get(nth + 1).map_or(sentence.end(), |next| next.start());
            let gap = slice(text, TextRange::new(token.end(), end));
            let is_last = nth + 1 == tokens.len();
            line.push('\t');
            line.push_str(&misc(article, *token, gap, is_last));
            line.push('\n');
            out.write_all(line.as_bytes())?;
        }
        writeln!(out)
    }
}

fn overlaps(taken: &BTreeMap<TextSize, TextSize>, range: TextRange) -> bool {
    taken.range(..range.end()).next_back().is_some_and(|(_, end)| *end > range.start())
}

/// Sentences, joined where a piece of a span goes over the break between two.
fn unbroken(sentences: impl Iterator<Item = TextRange>, ranges: &[TextRange]) -> Vec<TextRange> {
    let mut joined: Vec<TextRange> = Vec::new();
    // The furthest end of the pieces that start before the sentence at hand; both go forward only.
    let mut reach = TextSize::default();
    let mut ahead = ranges.iter().peekable();
    for sentence in sentences {
        while let Some(range) = ahead.next_if(|range| range.start() < sentence.start()) {
            reach = reach.max(range.end());
        }
        match joined.last_mut() {
            Some(last) if reach > sentence.start() => *last = last.cover(sentence),
            _ => joined.push(sentence),
        }
    }
    joined
}

/// The tokens of a sentence, cut at the edges of spans.
fn cut_tokens(text: &str, sentence: TextRange, edges: &BTreeSet<TextSize>) -> Vec<TextRange> {
    let mut tokens = Vec::new();
    for token in words::tokens(text, sentence) {
        let mut start = token.start();
        let inside = (std::ops::Bound::Excluded(token.start()), std::ops::Bound::Excluded(token.end()));
        let cuts = if token.len() > 1.into() { edges.range(inside).copied().collect() } else { Vec::new() };
        for cut in cuts {
            tokens.push(TextRange::new(start, cut));
            start = cut;
        }
        tokens.push(TextRange::new(start, token.end()));
    }
    tokens
}

fn misc(article: &Article, token: TextRange, gap: &str, is_last: bool) -> String {
    let mut misc = match gap {
        " " => String::new(),
        "" if is_last => String::new(),
        "" => "SpaceAfter=No|".to_owned(),
        other => format!("SpacesAfter={}|", escaped(other)),
    };
    if let Some((start, end)) = article.offsets().range_to_scalars(article.text(), token) {
        _ = write!(misc, "TokenRange={start}:{end}");
    }
    misc
}

/// White space as Universal Dependencies write it; what they have no sign for, by its number.
fn escaped(gap: &str) -> String {
    gap.chars()
        .map(|char| match char {
            ' ' => "\\s".to_owned(),
            '\t' => "\\t".to_owned(),
            other => format!("\\u{:04X}", u32::from(other)),
        })
        .collect()
}

#[cfg(test)]
#[path = "conllu_plus_tests.rs"]
mod tests;
