//! Writing CoNLL-U Plus.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use super::misc::escaped;
use super::tagging::{Column, Piece, Tagging, pieces};
use crate::interchange::bio::Overlaps;
use crate::interchange::fit::Fitted;
use crate::interchange::sink::{Out, Sink};
use crate::interchange::{Header, Keeps, Page, Report, WriteOptions, Writer};
use crate::language::slice;
use crate::model::{AnnotatorId, Article, Layer, Span, SpanId, TextRange};

pub(super) struct PlusWriter {
    tagging: Tagging,
    /// Labels of the codebook, in its order.
    labels: Vec<String>,
    /// How many columns each label needs.
    depths: BTreeMap<Option<String>, usize>,
    columns: Vec<Column>,
    out: Option<Out>,
}

impl PlusWriter {
    pub(super) fn new(options: &WriteOptions) -> Self {
        Self {
            tagging: Tagging::of(options, Overlaps::Columns),
            labels: Vec::new(),
            depths: BTreeMap::new(),
            columns: Vec::new(),
            out: None,
        }
    }
}

impl Writer for PlusWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        let codebook = header.codebook.clone().unwrap_or_default();
        let label = |label: crate::model::Label| label.id.as_str().replace(char::is_whitespace, "_");
        self.labels = codebook.labels.into_iter().map(label).collect();
    }

    fn survey(&mut self, page: &Page<'_>) {
        let fitted = self.fit(page, &super::PLUS.keeps, &mut Report::default());
        for (_, layer) in &fitted.layers {
            for (label, level) in self.tagging.columns(page.article.text(), layer).into_keys() {
                let depth = self.depths.entry(label).or_default();
                *depth = (*depth).max(level + 1);
            }
        }
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        self.tagging.fit(page, keeps, report)
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        let mut labels: Vec<Option<String>> = match self.tagging.overlaps {
            Overlaps::Columns => self.labels.drain(..).map(Some).collect(),
            _ => vec![None],
        };
        let more: Vec<_> = self.depths.keys().filter(|label| !labels.contains(label)).cloned().collect();
        labels.extend(more);
        for label in labels {
            let depth = self.depths.get(&label).copied().unwrap_or(1);
            self.columns.extend((0..depth).map(|level| (label.clone(), level)));
        }
        let mut out = sink.single()?;
        write!(out, "# global.columns = ID FORM")?;
        for (label, level) in &self.columns {
            write!(out, " NER")?;
            if let Some(label) = label {
                write!(out, ":{}", label.to_uppercase())?;
            }
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
            self.document(&mut out, page, None)?;
        }
        for (annotator, layer) in page.layers {
            self.document(&mut out, page, Some((annotator, layer)))?;
        }
        self.out = Some(out);
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), io::Write::flush)
    }
}

impl PlusWriter {
    fn document(
        &self,
        out: &mut dyn io::Write,
        page: &Page<'_>,
        layer: Option<(&AnnotatorId, &Layer)>,
    ) -> io::Result<()> {
        let text = page.article.text();
        let blank = Layer::default();
        let (annotator, layer) = layer.map_or((None, &blank), |(annotator, layer)| (Some(annotator), layer));
        comments(out, page, annotator, layer)?;
        let columns = self.tagging.columns(text, layer);
        let pieces: Vec<&[Piece]> = self
            .columns
            .iter()
            .map(|column| columns.get(column).map(Vec::as_slice).unwrap_or_default())
            .collect();
        let sentences =
            self.tagging.sentences(text, columns.values().flatten().map(|piece| piece.range).collect());
        let Some(first) = sentences.first().and_then(|tokens| tokens.first()) else {
            return writeln!(out, "# spaces = {}\n", escaped(text));
        };
        let before = slice(text, TextRange::new(0.into(), first.start()));
        let mut misc = Misc { article: page.article, layer, said: BTreeSet::new(), before };
        let mut end_before = first.start();
        for (nth, tokens) in sentences.iter().enumerate() {
            let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
            if nth == 0 || slice(text, TextRange::new(end_before, first.start())).contains('\n') {
                writeln!(out, "# newpar")?;
            }
            end_before = last.end();
            match annotator {
                Some(annotator) => writeln!(out, "# sent_id = {}/{annotator}/{}", page.info.id, nth + 1)?,
                None => writeln!(out, "# sent_id = {}/{}", page.info.id, nth + 1)?,
            }
            writeln!(out, "# text = {}", one_line(slice(text, first.cover(*last))))?;
            let next = sentences.get(nth + 1).and_then(|tokens| tokens.first());
            let end = next.map_or(page.article.len(), |token| token.start());
            self.sentence(out, tokens, end, &pieces, &mut misc)?;
        }
        Ok(())
    }

    fn sentence(
        &self,
        out: &mut dyn io::Write,
        tokens: &[TextRange],
        end: crate::model::TextSize,
        columns: &[&[Piece]],
        misc: &mut Misc<'_>,
    ) -> io::Result<()> {
        let tags: Vec<Vec<String>> = columns.iter().map(|pieces| self.tagging.tags(tokens, pieces)).collect();
        let mut line = String::new();
        for (nth, token) in tokens.iter().enumerate() {
            line.clear();
            // Writing to a string does not fail.
            _ = write!(line, "{}\t{}", nth + 1, slice(misc.article.text(), *token));
            for column in &tags {
                _ = write!(line, "\t{}", column.get(nth).map_or("O", String::as_str));
            }
            let begun = columns.iter().filter_map(|pieces| {
                let at = pieces.binary_search_by_key(&token.start(), |piece| piece.range.start()).ok()?;
                Some(pieces.get(at)?.span)
            });
            let end = tokens.get(nth + 1).map_or(end, |next| next.start());
            line.push('\t');
            misc.of(&mut line, *token, end, &begun.collect::<Vec<_>>());
            line.push('\n');
            out.write_all(line.as_bytes())?;
        }
        writeln!(out)
    }
}

fn comments(
    out: &mut dyn io::Write,
    page: &Page<'_>,
    annotator: Option<&AnnotatorId>,
    layer: &Layer,
) -> io::Result<()> {
    let info = page.info;
    writeln!(out, "# newdoc id = {}", info.id)?;
    let parts = [
        ("title", info.title.as_str()),
        ("date", &info.date),
        ("source", &info.source),
        ("author", &info.author),
        ("url", &info.url),
        ("language", &info.language),
        ("annotator", annotator.map_or("", AnnotatorId::as_str)),
        ("status", annotator.map_or("", |_| layer.status.as_str())),
    ];
    for (key, value) in parts {
        if !value.is_empty() {
            writeln!(out, "# {key} = {}", one_line(value))?;
        }
    }
    Ok(())
}

fn one_line(value: &str) -> String {
    value.replace(|char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}'), " ")
}

/// The column MISC, token by token.
struct Misc<'a> {
    article: &'a Article,
    layer: &'a Layer,
    /// Spans of which everything is said.
    said: BTreeSet<SpanId>,
    /// White space before the first token, until it is said.
    before: &'a str,
}

impl Misc<'_> {
    fn of(&mut self, line: &mut String, token: TextRange, end: crate::model::TextSize, begun: &[SpanId]) {
        let text = self.article.text();
        let before = std::mem::take(&mut self.before);
        if !before.is_empty() {
            _ = write!(line, "SpacesBefore={}|", escaped(before));
        }
        let is_last = end == self.article.len();
        match slice(text, TextRange::new(token.end(), end)) {
            " " if !is_last => {}
            "" if is_last => {}
            "" => line.push_str("SpaceAfter=No|"),
            gap => _ = write!(line, "SpacesAfter={}|", escaped(gap)),
        }
        if let Some((start, end)) = self.article.offsets().range_to_scalars(text, token) {
            _ = write!(line, "TokenRange={start}:{end}");
        }
        if !begun.is_empty() {
            let ids: Vec<String> = begun.iter().map(ToString::to_string).collect();
            _ = write!(line, "|Spans={}", ids.join(","));
        }
        for id in begun {
            if let Some(span) = self.layer.spans.get(id).filter(|_| self.said.insert(*id)) {
                self.span(line, span);
            }
        }
    }

    fn span(&self, line: &mut String, span: &Span) {
        let (text, id) = (self.article.text(), span.id);
        if pieces(text, span).as_slice() != span.ranges.as_slice() {
            let ranges: Vec<String> = span
                .ranges
                .iter()
                .filter_map(|range| self.article.offsets().range_to_scalars(text, *range))
                .map(|(start, end)| format!("{start}-{end}"))
                .collect();
            _ = write!(line, "|Range:{id}={}", ranges.join(","));
        }
        for (name, value) in &span.attributes {
            _ = write!(line, "|Attr:{id}:{}={}", escaped(name), escaped(value));
        }
        if !span.note.is_empty() {
            _ = write!(line, "|Note:{id}={}", escaped(&span.note));
        }
        for relation in self.layer.relations.values().filter(|relation| relation.from == id) {
            let (number, label) = (relation.id, escaped(relation.label.as_str()));
            _ = write!(line, "|Rel:{number}:{label}={id}>{}", relation.to);
            for (name, value) in &relation.attributes {
                _ = write!(line, "|RelAttr:{number}:{}={}", escaped(name), escaped(value));
            }
        }
    }
}
