//! Writing an article and a layer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Arc;

use super::escape;
use super::sheet::{Row, Sheet};
use crate::interchange::fit::{self, Fitted};
use crate::interchange::sink::Sink;
use crate::interchange::tokens::Tokens;
use crate::interchange::uima::names::{self, Names};
use crate::interchange::uima::{CONTINUATION, RELATION, SPAN};
use crate::interchange::{Header, Keeps, LossKind, Page, Report, WriteOptions, Writer};
use crate::language::{slice, text_range};
use crate::model::{Article, Attributes, Layer, Place, Span, SpanId, TextRange, TextSize};

pub(super) struct TsvWriter {
    tokens: Tokens,
    spans: Names,
    relations: Names,
}

impl TsvWriter {
    pub(super) fn new(options: &WriteOptions) -> Self {
        Self { tokens: options.tokens, spans: Names::default(), relations: Names::default() }
    }

    fn put(&self, sink: &mut dyn Sink, name: &str, article: &Article, layer: &Layer) -> io::Result<()> {
        let mut file = sink.file(name)?;
        file.write_all(Table::new(article, layer, self.tokens).write().as_bytes())?;
        file.flush()
    }
}

impl Writer for TsvWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        let codebook = header.codebook.iter();
        let attributes = codebook.flat_map(|codebook| &codebook.labels).flat_map(|label| &label.attributes);
        attributes.for_each(|attribute| self.spans.add(&attribute.id));
    }

    fn survey(&mut self, page: &Page<'_>) {
        page.layers.iter().for_each(|(_, layer)| names::survey(layer, &mut self.spans, &mut self.relations));
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut fitted = fit::fit(page, keeps, report);
        let all = (&self.spans, &self.relations);
        for (annotator, layer) in &mut fitted.layers {
            if !names::fits(layer, all, escape::clean) {
                names::fit(Arc::make_mut(layer), all, escape::clean, &page.key(annotator), report);
            }
        }
        let text = page.article.text();
        let lead = text.len() - text.trim_start().len();
        let blank = slice(text, text_range(0..lead));
        if lead == text.len() && lead > 0 || blank.contains(|char| char != ' ') {
            let reason = "it begins with white space that is not spaces, for which the format has no place";
            report.lose(Place::Article(page.info.id.clone()), LossKind::Stripped, reason);
            // As a reader fills it up; a text of nothing else has no row and is empty.
            let spaces = if lead == text.len() { 0 } else { blank.encode_utf16().count() };
            let made = " ".repeat(spaces) + text.trim_start();
            fitted.article = Article::new(page.info.id.clone(), made);
            for (_, layer) in &mut fitted.layers {
                move_back(Arc::make_mut(layer), lead - spaces);
            }
        }
        fitted
    }

    fn begin(&mut self, _: &mut dyn Sink, _: &Header) -> io::Result<()> {
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, sink: &mut dyn Sink) -> io::Result<()> {
        let id = &page.info.id;
        if page.layers.is_empty() {
            return self.put(sink, &format!("{id}.tsv"), page.article, &Layer::default());
        }
        page.layers.iter().try_for_each(|(annotator, layer)| {
            self.put(sink, &format!("{annotator}/{id}.tsv"), page.article, layer)
        })
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        Ok(())
    }
}

/// Spans of a text from whose beginning bytes were taken.
fn move_back(layer: &mut Layer, bytes: usize) {
    let less = |at: TextSize| text_range(0..usize::from(at).saturating_sub(bytes)).end();
    for range in layer.spans.values_mut().flat_map(|span| &mut span.ranges) {
        *range = TextRange::new(less(range.start()), less(range.end()));
    }
}

/// One range of a span.
struct Part<'a> {
    span: &'a Span,
    rows: Vec<Row>,
    /// By which it is found where its row does not tell.
    number: Option<u32>,
}

/// A relation or continuation: its label and attributes, and the parts at its ends.
struct Arrow<'a> {
    label: Option<&'a str>,
    attributes: Option<&'a Attributes>,
    from: usize,
    to: usize,
}

/// An article and a layer as rows.
struct Table<'a> {
    article: &'a Article,
    sheet: Sheet,
    parts: Vec<Part<'a>>,
    /// The parts in each row.
    spans: BTreeMap<Row, Vec<usize>>,
    relations: BTreeMap<Row, Vec<Arrow<'a>>>,
    continuations: BTreeMap<Row, Vec<Arrow<'a>>>,
    /// Features that are used.
    features: Vec<&'a str>,
    relation_features: Vec<&'a str>,
    /// The last number given to anything.
    last: u32,
}

impl<'a> Table<'a> {
    fn new(article: &'a Article, layer: &'a Layer, kind: Tokens) -> Self {
        let mut ranges: Vec<TextRange> = layer.spans.values().map(Span::cover).collect();
        ranges.sort_by_key(|range| (range.start(), range.end()));
        let sheet = Sheet::new(article.text(), kind, &ranges);
        let mut table = Self {
            article,
            sheet,
            parts: Vec::new(),
            spans: BTreeMap::new(),
            relations: BTreeMap::new(),
            continuations: BTreeMap::new(),
            features: names_used(layer.spans.values().map(|span| &span.attributes)),
            relation_features: names_used(layer.relations.values().map(|relation| &relation.attributes)),
            last: 0,
        };
        if layer.spans.values().any(|span| !span.note.is_empty()) {
            table.features.insert(0, "note");
        }
        let firsts = table.lay_out(layer);
        table.number();
        table.relate(layer, &firsts);
        table
    }

    /// Finds the rows of each span; gives its first part.
    fn lay_out(&mut self, layer: &'a Layer) -> BTreeMap<SpanId, usize> {
        let mut firsts = BTreeMap::new();
        for span in layer.in_reading_order() {
            for range in &span.ranges {
                let rows = self.sheet.rows(*range);
                let nth = self.parts.len();
                rows.iter().for_each(|row| self.spans.entry(*row).or_default().push(nth));
                let row = rows.first().copied();
                self.parts.push(Part { span, rows, number: None });
                let first = *firsts.entry(span.id).or_insert(nth);
                if let Some(row) = row.filter(|_| first != nth) {
                    let arrow = Arrow { label: None, attributes: None, from: first, to: nth };
                    self.continuations.entry(row).or_default().push(arrow);
                }
            }
        }
        firsts
    }

    /// Numbers parts of several rows, those that share a row, and those with a value that would vanish among others.
    fn number(&mut self) {
        let shared: BTreeSet<usize> =
            self.spans.values().filter(|parts| parts.len() > 1).flatten().copied().collect();
        for (nth, part) in self.parts.iter_mut().enumerate() {
            let hides = part.span.attributes.values().any(|value| is_hidden(value))
                || is_hidden(part.span.label.as_str());
            if part.rows.len() > 1 || shared.contains(&nth) || hides || part.span.note.ends_with('\\') {
                self.last += 1;
                part.number = Some(self.last);
            }
        }
    }

    fn relate(&mut self, layer: &'a Layer, firsts: &BTreeMap<SpanId, usize>) {
        for relation in layer.relations.values() {
            let (Some(from), Some(to)) = (firsts.get(&relation.from), firsts.get(&relation.to)) else {
                continue;
            };
            let Some(row) = self.parts.get(*to).and_then(|part| part.rows.first()) else { continue };
            let attributes = Some(&relation.attributes);
            let arrow = Arrow { label: Some(relation.label.as_str()), attributes, from: *from, to: *to };
            self.relations.entry(*row).or_default().push(arrow);
        }
    }

    fn write(&mut self) -> String {
        // Writing to a string does not fail.
        let mut file = String::from("#FORMAT=WebAnno TSV 3.3\n");
        if !self.parts.is_empty() {
            _ = writeln!(file, "#T_SP={SPAN}|{}", with_label(&self.features));
        }
        if !self.continuations.is_empty() {
            _ = writeln!(file, "#T_RL={CONTINUATION}|BT_{SPAN}");
        }
        if !self.relations.is_empty() {
            _ = writeln!(file, "#T_RL={RELATION}|{}|BT_{SPAN}", with_label(&self.relation_features));
        }
        file.push('\n');
        let sentences = self.sheet.sentences.clone();
        for (nth, (first, end)) in sentences.iter().enumerate() {
            let next = sentences.get(nth + 1).map_or(self.sheet.tokens.len(), |(first, _)| *first);
            file.push('\n');
            self.text(&mut file, *first, next);
            for token in *first..*end {
                self.row(&mut file, (token, None));
                let parts: Vec<_> = self.sheet.parts(token).collect();
                parts.into_iter().for_each(|part| self.row(&mut file, (token, Some(part))));
            }
        }
        file
    }

    /// A sentence from its first token to that of the next.
    fn text(&self, file: &mut String, first: usize, next: usize) {
        let at = |token: usize| self.sheet.tokens.get(token).map(|token| token.start());
        let end = at(next).unwrap_or_else(|| self.article.len());
        let sentence = at(first).map_or("", |start| slice(self.article.text(), TextRange::new(start, end)));
        for line in sentence.split('\n') {
            _ = writeln!(file, "#Text={}", escape::text(line));
        }
    }

    fn row(&mut self, file: &mut String, row: Row) {
        let range = match row {
            (_, Some((start, end))) => TextRange::new(start.into(), end.into()),
            (token, None) => self.sheet.tokens.get(token).copied().unwrap_or_default(),
        };
        let at = |byte| self.article.offsets().to_utf16(self.article.text(), byte).unwrap_or_default();
        let words = slice(self.article.text(), range);
        _ = write!(file, "{}\t{}-{}\t{words}\t", self.sheet.name(row), at(range.start()), at(range.end()));
        if !self.parts.is_empty() {
            self.span_cells(file, row);
        }
        if !self.continuations.is_empty() {
            let cell: Vec<String> =
                self.continuations.get(&row).into_iter().flatten().map(|arrow| self.source(arrow)).collect();
            put(file, &cell);
        }
        if !self.relations.is_empty() {
            self.relation_cells(file, row);
        }
        file.push('\n');
    }

    fn span_cells(&self, file: &mut String, row: Row) {
        let here: Vec<&Part<'_>> =
            self.spans.get(&row).into_iter().flatten().filter_map(|nth| self.parts.get(*nth)).collect();
        let cell = |value: &dyn Fn(&Span) -> Option<String>| {
            let cells = here.iter().map(|part| cell(value(part.span).as_deref(), part.number));
            cells.collect::<Vec<String>>()
        };
        put(file, &cell(&|span| Some(span.label.to_string())));
        for feature in &self.features {
            // Attributes have other names: `note` is the note.
            let value = |span: &Span| match *feature {
                "note" => Some(span.note.clone()).filter(|note| !note.is_empty()),
                feature => span.attributes.get(feature).cloned(),
            };
            put(file, &cell(&value));
        }
    }

    fn relation_cells(&mut self, file: &mut String, row: Row) {
        let mut columns: Vec<Vec<String>> = vec![Vec::new(); self.relation_features.len() + 2];
        for arrow in self.relations.get(&row).into_iter().flatten() {
            let mut values = vec![arrow.label];
            let attribute = |name: &&str| arrow.attributes?.get(*name).map(String::as_str);
            values.extend(self.relation_features.iter().map(attribute));
            let hides = values.iter().flatten().any(|value| is_hidden(value));
            let number = hides.then(|| {
                self.last += 1;
                self.last
            });
            let mut cells: Vec<String> = values.into_iter().map(|value| cell(value, number)).collect();
            cells.push(self.source(arrow));
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        }
        columns.iter().for_each(|column| put(file, column));
    }

    /// Where a relation comes from, with the numbers of both ends where one has a number.
    fn source(&self, arrow: &Arrow<'_>) -> String {
        let number = |nth: usize| self.parts.get(nth).and_then(|part| part.number);
        let row = self.parts.get(arrow.from).and_then(|part| part.rows.first());
        let row = row.map_or_else(String::new, |row| self.sheet.name(*row));
        match (number(arrow.from), number(arrow.to)) {
            (None, None) => row,
            (from, to) => format!("{row}[{}_{}]", from.unwrap_or(0), to.unwrap_or(0)),
        }
    }
}

/// Whether a reader would not see where a value ends, or that there is one.
fn is_hidden(value: &str) -> bool {
    value.is_empty() || value.ends_with('\\')
}

fn with_label(features: &[&str]) -> String {
    [&["label"], features].concat().join("|")
}

fn names_used<'a>(all: impl Iterator<Item = &'a Attributes>) -> Vec<&'a str> {
    let names: BTreeSet<&str> = all.flat_map(|attributes| attributes.keys()).map(String::as_str).collect();
    names.into_iter().collect()
}

fn cell(value: Option<&str>, number: Option<u32>) -> String {
    let value = value.map_or_else(|| "*".to_owned(), escape::value);
    match number {
        Some(number) => format!("{value}[{number}]"),
        None => value,
    }
}

/// The cell of a column: what stands there, or that nothing does.
fn put(file: &mut String, stack: &[String]) {
    if stack.is_empty() {
        file.push('_');
    } else {
        file.push_str(&stack.join("|"));
    }
    file.push('\t');
}
