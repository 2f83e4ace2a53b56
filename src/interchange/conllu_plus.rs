//! CoNLL-U Plus with one column of BIO tags for each label, so that labels that nest in each other all stay. A label
//! whose spans overlap among themselves gets as many columns as that takes: `NER:ACTOR`, `NER:ACTOR:2`.
//!
//! Tokens are those of Unicode, cut at every edge of a span: a span that begins inside a word (و|بغداد) is exact, and
//! `SpaceAfter=No` tells that the parts belong together. `TokenRange` gives each token's code points in the article.
//! Sentences never break inside a span. What columns of tags cannot say is reported: relations, attributes, notes,
//! discontinuous spans and spans over several paragraphs (written in pieces).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use super::{Header, LossKind, Page, Report, Writer};
use crate::language::{paragraphs, sentences, slice, text_range, words};
use crate::model::{AnnotatorId, Article, LabelId, Layer, LayerKey, Place, Span, TextRange, TextSize};

/// Writes CoNLL-U Plus.
#[derive(Debug, Default)]
pub struct ConlluPlusWriter {
    /// Of each label, how many columns its spans need.
    depths: BTreeMap<LabelId, usize>,
    /// Label and level of each column.
    columns: Vec<(LabelId, usize)>,
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

    fn survey(&mut self, page: &Page<'_>) {
        for (_, layer) in page.layers {
            let mut levels = Levels::default();
            for span in layer.in_reading_order().into_iter().filter(|span| !span.lost) {
                let pieces = pieces(page.article.text(), span);
                let level = levels.place(&span.label, &pieces, usize::MAX).unwrap_or_default();
                let depth = self.depths.entry(span.label.clone()).or_default();
                *depth = (*depth).max(level + 1);
            }
        }
    }

    fn begin(&mut self, out: &mut dyn io::Write, header: &Header) -> io::Result<()> {
        let codebook = header.codebook.clone().unwrap_or_default();
        for label in codebook.labels {
            let depth = self.depths.get(&label.id).copied().unwrap_or(1);
            self.columns.extend((0..depth).map(|level| (label.id.clone(), level)));
        }
        write!(out, "# global.columns = ID FORM")?;
        for (label, level) in &self.columns {
            write!(out, " NER:{}", column_name(label))?;
            if *level > 0 {
                write!(out, ":{}", level + 1)?;
            }
        }
        writeln!(out, " MISC")
    }

    fn article(&mut self, out: &mut dyn io::Write, page: &Page<'_>, report: &mut Report) -> io::Result<()> {
        report.articles += 1;
        if page.layers.is_empty() {
            return self.document(out, page, None, &Columns::new());
        }
        for (annotator, layer) in page.layers {
            report.layers += 1;
            let columns = self.columns(page.article, &page.key(annotator), layer, report);
            self.document(out, page, Some(annotator), &columns)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
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

    fn add(&mut self, label: &LabelId, level: usize, pieces: Vec<TextRange>) {
        for piece in &pieces {
            self.edges.extend([piece.start(), piece.end()]);
            self.ranges.push(*piece);
        }
        self.pieces.entry((label.clone(), level)).or_default().extend(pieces);
    }
}

impl<'a> Levels<'a> {
    /// The first level of a label, of so many, on which the pieces overlap nothing; it is taken then.
    fn place(&mut self, label: &'a LabelId, pieces: &[TextRange], depth: usize) -> Option<usize> {
        let levels = self.taken.entry(label).or_default();
        let is_free = |level: &BTreeMap<_, _>| !pieces.iter().any(|piece| overlaps(level, *piece));
        let free = levels.iter().position(is_free).unwrap_or(levels.len());
        if free >= depth {
            return None;
        }
        if free == levels.len() {
            levels.push(BTreeMap::new());
        }
        levels.get_mut(free)?.extend(pieces.iter().map(|piece| (piece.start(), piece.end())));
        Some(free)
    }
}

impl ConlluPlusWriter {
    fn columns(&self, article: &Article, key: &LayerKey, layer: &Layer, report: &mut Report) -> Columns {
        let mut columns = Columns::new();
        let mut levels = Levels::default();
        for span in layer.in_reading_order() {
            let place = Place::Span(key.clone(), span.id);
            let mut drop = |reason: String| {
                report.spans.dropped();
                report.lose(place.clone(), LossKind::Dropped, reason);
            };
            if span.lost {
                drop(format!("its words “{}” are not at its place", span.quote));
                continue;
            }
            let depth = self.columns.iter().filter(|(label, _)| *label == span.label).count();
            if depth == 0 {
                drop(format!("its label {} is not in the codebook", span.label));
                continue;
            }
            let pieces = pieces(article.text(), span);
            if pieces.is_empty() {
                drop("there is nothing but white space in it".to_owned());
                continue;
            }
            let Some(level) = levels.place(&span.label, &pieces, depth) else {
                drop(format!("it overlaps more spans of the label {} than there are columns", span.label));
                continue;
            };
            let clipped = what_is_clipped(span, &pieces);
            report.spans.kept(clipped.is_some());
            if let Some(reason) = clipped {
                report.lose(place.clone(), LossKind::Clipped, reason);
            }
            if !span.attributes.is_empty() || !span.note.is_empty() {
                report.lose(place, LossKind::Stripped, "the format has no attributes and notes");
            }
            columns.add(&span.label, level, pieces);
        }
        columns.pieces.values_mut().for_each(|pieces| pieces.sort_by_key(|piece| piece.start()));
        columns.ranges.sort_by_key(|range| range.start());
        for relation in layer.relations.keys() {
            report.relations.dropped();
            let place = Place::Relation(key.clone(), *relation);
            report.lose(place, LossKind::Dropped, "the format has no relations");
        }
        columns
    }

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

/// A span's ranges without white space at their edges, cut where paragraphs end.
fn pieces(text: &str, span: &Span) -> Vec<TextRange> {
    let mut pieces = Vec::new();
    for range in &span.ranges {
        let mut from = usize::from(range.start());
        for part in slice(text, *range).split('\n') {
            let white = part.len() - part.trim_start().len();
            let words = part.trim();
            if !words.is_empty() {
                pieces.push(text_range(from + white..from + white + words.len()));
            }
            from += part.len() + 1;
        }
    }
    pieces
}

/// Why the pieces are not the span; nothing where they are.
fn what_is_clipped(span: &Span, pieces: &[TextRange]) -> Option<String> {
    if span.ranges.len() > 1 {
        return Some(format!("it is discontinuous and written as {} spans", pieces.len()));
    }
    if pieces.len() > 1 {
        return Some(format!("it goes over {} paragraphs and is written as as many spans", pieces.len()));
    }
    let same = pieces.first() == span.ranges.first();
    (!same).then(|| "white space at its edges is left out".to_owned())
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
