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

use serde::Serialize;

use super::wire::ProjectLine;
use super::{Header, Page, RelationLine, Report, SpanLine, Writer};
use crate::model::Layer;

pub use read::{JsonlReader, LONGEST_LINE, ReadOptions};

/// Writes the native data set.
#[derive(Debug, Default)]
pub struct JsonlWriter {
    project: Option<ProjectLine>,
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
    fn line(
        &mut self,
        out: &mut dyn io::Write,
        page: &Page<'_>,
        annotator: &str,
        layer: &Layer,
    ) -> io::Result<()> {
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
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }
}

impl Writer for JsonlWriter {
    fn begin(&mut self, _: &mut dyn io::Write, header: &Header) -> io::Result<()> {
        self.project = Some(ProjectLine::of(header));
        Ok(())
    }

    fn article(&mut self, out: &mut dyn io::Write, page: &Page<'_>, report: &mut Report) -> io::Result<()> {
        report.articles += 1;
        if page.layers.is_empty() {
            return self.line(out, page, "", &Layer::default());
        }
        for (annotator, layer) in page.layers {
            report.layers += 1;
            layer.spans.values().for_each(|_| report.spans.kept(false));
            layer.relations.values().for_each(|_| report.relations.kept(false));
            self.line(out, page, annotator.as_str(), layer)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if let Some(project) = self.project.take() {
            serde_json::to_writer(&mut *out, &BTreeMap::from([("project", project)]))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
