//! Writing `.txt` and `.ann`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Arc;

use super::conf::{self, Names};
use super::ends_line;
use crate::interchange::build;
use crate::interchange::fit::{self, Fitted};
use crate::interchange::sink::Sink;
use crate::interchange::{Header, Keeps, LossKind, Page, Report, Writer};
use crate::language::{slice, text_range};
use crate::model::{
    Article, Attributes, Codebook, Layer, LayerKey, Place, Span, TextRange, TextSize, quote_of,
};

#[derive(Default)]
pub(super) struct BratWriter {
    names: Names,
    codebook: Codebook,
}

impl Writer for BratWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        self.codebook = header.codebook.clone().unwrap_or_default();
        for label in &self.codebook.labels {
            self.names.labels.insert(label.id.to_string());
            for attribute in &label.attributes {
                self.names.attributes.entry(attribute.id.clone()).or_default();
            }
        }
        self.names.relations.extend(self.codebook.relations.iter().map(|kind| kind.id.to_string()));
    }

    fn survey(&mut self, page: &Page<'_>) {
        for (_, layer) in page.layers {
            let spans = layer.spans.values().map(|span| &span.attributes);
            let relations = layer.relations.values().map(|relation| &relation.attributes);
            for (key, value) in spans.chain(relations).flatten() {
                self.names.attributes.entry(key.clone()).or_default().insert(line(value));
            }
            self.names.labels.extend(layer.spans.values().map(|span| span.label.to_string()));
            self.names.relations.extend(layer.relations.values().map(|relation| relation.label.to_string()));
        }
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let unmarked = without_mark(page, report);
        let page = &unmarked.as_ref().map_or(*page, Fitted::page);
        let mut fitted = fit::fit(page, keeps, report);
        for (annotator, layer) in &mut fitted.layers {
            let key = page.key(annotator);
            if !layer_fits(layer) {
                fit_lines(Arc::make_mut(layer), page.article.text(), &key, report);
            }
        }
        fitted
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.names.settle();
        put(sink, "annotation.conf", &conf::annotation(&self.names, &self.codebook))?;
        put(sink, "visual.conf", &conf::visual(&self.names, &self.codebook))
    }

    fn article(&mut self, page: &Page<'_>, sink: &mut dyn Sink) -> io::Result<()> {
        let id = &page.info.id;
        if page.layers.is_empty() {
            put(sink, &format!("{id}.txt"), page.article.text())?;
            return put(sink, &format!("{id}.ann"), "");
        }
        for (annotator, layer) in page.layers {
            put(sink, &format!("{annotator}/{id}.txt"), page.article.text())?;
            put(sink, &format!("{annotator}/{id}.ann"), &self.layer(page.article, layer))?;
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        Ok(())
    }
}

/// The article without byte order marks at its beginning, which readers take for marks of the file.
fn without_mark(page: &Page<'_>, report: &mut Report) -> Option<Fitted> {
    let text = page.article.text();
    let bare = text.trim_start_matches('\u{feff}');
    let removed = TextSize::of(text) - TextSize::of(bare);
    if removed == 0.into() {
        return None;
    }
    let reason = "its text begins with a byte order mark, which is left out";
    report.lose(Place::Article(page.info.id.clone()), LossKind::Stripped, reason);
    let mut fitted = Fitted::whole(page);
    fitted.article = Article::new(page.info.id.clone(), bare);
    let back = |at: TextSize| at.checked_sub(removed).unwrap_or_default();
    for (_, layer) in &mut fitted.layers {
        for span in Arc::make_mut(layer).spans.values_mut() {
            let moved =
                span.ranges.iter().map(|range| TextRange::new(back(range.start()), back(range.end())));
            span.ranges = moved.filter(|range| !range.is_empty()).collect();
            span.quote = quote_of(bare, &span.ranges).unwrap_or_default();
        }
    }
    Some(fitted)
}

fn put(sink: &mut dyn Sink, name: &str, text: &str) -> io::Result<()> {
    let mut file = sink.file(name)?;
    file.write_all(text.as_bytes())?;
    file.flush()
}

/// A text as it can stand on a line: white space and line ends become spaces, none at the edges.
fn line(text: &str) -> String {
    let spaced = text.replace(|char| char == '\t' || ends_line(char), " ");
    spaced.trim().to_owned()
}

/// A note as lines.
fn note_lines(note: &str) -> String {
    let lines: Vec<String> = note.split('\n').map(line).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn attributes_fit(attributes: &Attributes) -> bool {
    attributes.values().all(|value| !value.is_empty() && line(value) == *value)
}

fn layer_fits(layer: &Layer) -> bool {
    layer.spans.values().all(|span| {
        attributes_fit(&span.attributes) && note_lines(&span.note) == span.note && span.ranges.len() == 1
    }) && layer.relations.values().all(|relation| attributes_fit(&relation.attributes))
}

/// Makes what is in a layer fit on lines.
fn fit_lines(layer: &mut Layer, text: &str, key: &LayerKey, report: &mut Report) {
    for span in layer.spans.values_mut() {
        let place = Place::Span(key.clone(), span.id);
        if fit_attributes(&mut span.attributes) {
            report.lose(place.clone(), LossKind::Stripped, ATTRIBUTES);
        }
        let lines = note_lines(&span.note);
        if lines != span.note {
            report.lose(
                place.clone(),
                LossKind::Stripped,
                "its note has tabs or empty lines; spaces are written",
            );
            span.note = lines;
        }
        let joined = build::join(text, span.ranges.clone(), ends_line);
        if joined != span.ranges {
            let reason = "only a line end is between its parts, which are one part when read again";
            report.lose(place, LossKind::Clipped, reason);
            report.spans.lossless = report.spans.lossless.saturating_sub(1);
            report.spans.clipped += 1;
            span.quote = quote_of(text, &joined).unwrap_or_default();
            span.ranges = joined;
        }
    }
    for relation in layer.relations.values_mut() {
        if fit_attributes(&mut relation.attributes) {
            let place = Place::Relation(key.clone(), relation.id);
            report.lose(place, LossKind::Stripped, ATTRIBUTES);
        }
    }
}

const ATTRIBUTES: &str =
    "an attribute is empty or has tabs or line ends; spaces are written, and nothing for nothing";

/// Whether something had to be changed.
fn fit_attributes(attributes: &mut Attributes) -> bool {
    let fits = attributes_fit(attributes);
    attributes.values_mut().for_each(|value| *value = line(value));
    attributes.retain(|_, value| !value.is_empty());
    !fits
}

impl BratWriter {
    fn layer(&self, article: &Article, layer: &Layer) -> String {
        // Writing to a string does not fail.
        let mut ann = String::new();
        let (mut attributes, mut notes) = (0, 0);
        for span in layer.in_reading_order() {
            self.span(&mut ann, article, span);
        }
        for relation in layer.relations.values() {
            let (label, from, to) = (self.names.form(relation.label.as_str()), relation.from, relation.to);
            _ = writeln!(ann, "R{}\t{label} Arg1:T{from} Arg2:T{to}", relation.id);
        }
        let spans = layer.spans.values().map(|span| (format!("T{}", span.id), &span.attributes));
        let relations = layer.relations.values().map(|r| (format!("R{}", r.id), &r.attributes));
        for (bearer, values) in spans.chain(relations) {
            for (name, value) in values {
                attributes += 1;
                _ = writeln!(ann, "A{attributes}\t{} {bearer} {value}", self.names.form(name));
            }
        }
        for span in layer.spans.values().filter(|span| !span.note.is_empty()) {
            for line in span.note.split('\n') {
                notes += 1;
                _ = writeln!(ann, "#{notes}\tAnnotatorNotes T{}\t{line}", span.id);
            }
        }
        ann
    }

    fn span(&self, ann: &mut String, article: &Article, span: &Span) {
        let text = article.text();
        let (mut places, mut words) = (Vec::new(), Vec::new());
        for fragment in span.ranges.iter().flat_map(|range| fragments(text, *range)) {
            if let Some((start, end)) = article.offsets().range_to_scalars(text, fragment) {
                places.push(format!("{start} {end}"));
                words.push(slice(text, fragment));
            }
        }
        let label = self.names.form(span.label.as_str());
        _ = writeln!(ann, "T{}\t{label} {}\t{}", span.id, places.join(";"), words.join(" "));
    }
}

/// The parts of a range between line ends.
fn fragments(text: &str, range: TextRange) -> Vec<TextRange> {
    let mut at = usize::from(range.start());
    let mut found = Vec::new();
    for part in slice(text, range).split_inclusive(ends_line) {
        let bare = part.trim_end_matches(ends_line);
        if !bare.is_empty() {
            found.push(text_range(at..at + bare.len()));
        }
        at += part.len();
    }
    found
}
