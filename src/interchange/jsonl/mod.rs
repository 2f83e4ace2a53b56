//! The native data set: one JSON object a line, an article with one annotator's layer. Lossless.
//!
//! Every line has the documented keys, so that `for line in file: row = json.loads(line)` is all a trainer needs.
//! The first line has one key more, `project`: name, id, codebook, annotators and registry, which make the import of
//! an export the same project again. An article nobody has begun has an empty `annotator`. A data set without
//! articles is one line with `project` alone.

mod layer;
mod read;

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use serde::Serialize;

use super::sink::{Out, Sink, Source, unread};
use super::wire::ProjectLine;
use super::{
    Format, FormatError, Header, Keeps, OffsetUnit, Page, ReadOptions, Reading, RelationLine, SpanLine,
    Writer,
};
use crate::model::Layer;

pub use read::{JsonlReader, LONGEST_LINE};

pub(super) const FORMAT: Format = Format {
    name: "jsonl",
    aliases: &["json-lines"],
    extensions: &["jsonl", "ndjson"],
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps::EVERYTHING,
    read: Some(read_source),
    write: Some(|_| Box::new(JsonlWriter::default())),
    help: "the native data set: one line an article and annotator, offsets in code points; keeps everything",
    ..Format::EMPTY
};

fn read_source(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    Ok(Reading::new(JsonlReader::new(source.open().map_err(unread)?, options.clone())))
}

/// Writes the native data set.
#[derive(Default)]
pub struct JsonlWriter {
    project: Option<ProjectLine>,
    out: Option<Out>,
}

#[derive(Serialize)]
struct LineOut<'a> {
    id: &'a str,
    title: &'a str,
    date: &'a str,
    source: &'a str,
    author: &'a str,
    url: &'a str,
    language: &'a str,
    direction: Option<&'static str>,
    text: &'a str,
    annotator: &'a str,
    status: &'static str,
    spans: Vec<SpanLine<'a>>,
    relations: Vec<RelationLine<'a>>,
    last_span: u32,
    last_relation: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<ProjectLine>,
}

impl JsonlWriter {
    fn line(&mut self, page: &Page<'_>, annotator: &str, layer: &Layer) -> io::Result<()> {
        let info = page.info;
        let line = LineOut {
            id: info.id.as_str(),
            title: &info.title,
            date: &info.date,
            source: &info.source,
            author: &info.author,
            url: &info.url,
            language: &info.language,
            direction: info.direction.map(|direction| if direction.is_rtl() { "rtl" } else { "ltr" }),
            text: page.article.text(),
            annotator,
            status: layer.status.as_str(),
            spans: layer
                .in_reading_order()
                .into_iter()
                .map(|span| SpanLine::of(span, page.article))
                .collect(),
            relations: layer.relations.values().map(RelationLine::of).collect(),
            last_span: layer.last_span,
            last_relation: layer.last_relation,
            project: self.project.take(),
        };
        match &mut self.out {
            Some(out) => write_line(out, &line),
            None => Ok(()),
        }
    }
}

fn write_line(out: &mut Out, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

impl Writer for JsonlWriter {
    fn begin(&mut self, sink: &mut dyn Sink, header: &Header) -> io::Result<()> {
        self.project = Some(ProjectLine::of(header));
        self.out = Some(sink.single()?);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        if page.layers.is_empty() {
            return self.line(page, "", &Layer::default());
        }
        page.layers.iter().try_for_each(|(annotator, layer)| self.line(page, annotator.as_str(), layer))
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        if let Some(project) = self.project.take() {
            write_line(out, &BTreeMap::from([("project", project)]))?;
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests;
