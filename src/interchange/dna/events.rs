//! The event list: CSV with semicolons, one row a statement. Which columns follow those of the document is told by the
//! survey: the usual variables first. Cells that a spreadsheet would run are guarded.

use std::collections::BTreeSet;
use std::io;

use super::schema::LONGEST;
use super::statements::Rules;
use super::variable;
use crate::interchange::csv_guard::guard;
use crate::interchange::fit::Fitted;
use crate::interchange::sink::{Out, Sink, Source, unread};
use crate::interchange::{FormatError, Header, Keeps, Page, Report, Writer};

/// Columns of every event list.
const COLUMNS: [&str; 11] = [
    "statement_id",
    "time",
    "document_id",
    "document_title",
    "author",
    "source",
    "coder",
    "statement_type",
    "start",
    "stop",
    "text",
];

/// Variables that come first.
const USUAL: [&str; 4] = [variable::PERSON, variable::ORGANIZATION, variable::CONCEPT, variable::AGREEMENT];

#[derive(Default)]
pub(super) struct EventsWriter {
    rules: Rules,
    variables: BTreeSet<String>,
    columns: Vec<String>,
    statements: usize,
    out: Option<csv::Writer<Out>>,
}

impl Writer for EventsWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        self.rules = Rules::of(header);
    }

    fn survey(&mut self, page: &Page<'_>) {
        let fitted = self.rules.fit(page, &super::KEEPS, &mut Report::default());
        let spans = fitted.layers.iter().flat_map(|(_, layer)| layer.spans.values());
        self.variables.extend(spans.flat_map(|span| span.attributes.keys().cloned()));
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        self.rules.fit(page, keeps, report)
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        let others = self.variables.iter().map(String::as_str);
        let others = others.filter(|name| !USUAL.contains(name) && *name != variable::NOTE);
        let variables = USUAL.into_iter().chain(others).chain([variable::NOTE]);
        self.columns = variables.map(str::to_owned).collect();
        let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(sink.single()?);
        out.write_record(
            COLUMNS
                .into_iter()
                .map(str::to_owned)
                .chain(self.columns.iter().map(|name| guard(name).into_owned())),
        )?;
        self.out = Some(out);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let (info, text, offsets) = (page.info, page.article.text(), page.article.offsets());
        let title: String = info.title.chars().take(LONGEST).collect();
        for (annotator, layer) in page.layers {
            for span in layer.in_reading_order() {
                self.statements += 1;
                let cover = span.cover();
                let place = |byte| offsets.to_utf16(text, byte).unwrap_or_default().to_string();
                let first = [
                    self.statements.to_string(),
                    info.date.clone(),
                    info.id.to_string(),
                    title.clone(),
                    info.author.clone(),
                    info.source.clone(),
                    annotator.to_string(),
                    span.label.to_string(),
                    place(cover.start()),
                    place(cover.end()),
                    span.quote.clone(),
                ];
                let values = self.columns.iter().map(|name| match name.as_str() {
                    variable::NOTE => span.note.clone(),
                    variable::AGREEMENT => {
                        let is_no = span.attributes.get(name).is_some_and(|value| value == "no");
                        if is_no { "0" } else { "1" }.to_owned()
                    }
                    name => span.attributes.get(name).cloned().unwrap_or_default(),
                });
                out.write_record(first.into_iter().chain(values).map(|cell| guard(&cell).into_owned()))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), csv::Writer::flush)
    }
}

/// The first columns are there, every row has as many cells, and statements are numbered from 1.
pub(super) fn check(source: &dyn Source) -> Result<(), FormatError> {
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').from_reader(source.open().map_err(unread)?);
    let bad = |error: csv::Error| FormatError::new(error.to_string());
    if rows.headers().map_err(bad)?.iter().zip(COLUMNS).filter(|(is, should)| is == should).count()
        != COLUMNS.len()
    {
        return Err(FormatError::new("the columns are not those of an event list").at_line(1));
    }
    for (nth, row) in rows.records().enumerate() {
        if row.map_err(bad)?.get(0) != Some((nth + 1).to_string().as_str()) {
            return Err(FormatError::new(format!("statement {} is not there", nth + 1)));
        }
    }
    Ok(())
}
