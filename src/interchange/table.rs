//! A table of spans for spreadsheets, as CSV or TSV: one row an article (with its text), then one row a span, then one a
//! relation. Positions count code points. Cells that a spreadsheet would run as formulas stand behind an apostrophe.
//!
//! A table without the column `kind` is one of plain articles, see [`columns`].

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use super::build::{Build, Names, SpanIn};
use super::csv_guard::{guard, unguard};
use super::sink::{Out, Sink, Source, read_whole};
use super::units::{Positions, Ruler};
use super::{
    Format, FormatError, Header, Item, Keeps, OffsetUnit, Page, ReadOptions, Reading, Record, Writer, columns,
};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, Layer, Status, is_folder_safe};

const KEEPS: Keeps =
    Keeps { lost: false, origins: false, numbers: false, codebook: false, ..Keeps::EVERYTHING };

pub(super) const CSV: Format = Format {
    name: "csv",
    extensions: &["csv"],
    units: &[OffsetUnit::CodePoints],
    keeps: KEEPS,
    knows: Some(is_ours),
    read: Some(read),
    write: Some(|_| Box::new(TableWriter { delimiter: b',', rows: None })),
    help: "a table for spreadsheets: a row an article, a span, a relation; or plain articles, one a row",
    ..Format::EMPTY
};

pub(super) const TSV: Format = Format {
    name: "tsv",
    extensions: &["tsv"],
    write: Some(|_| Box::new(TableWriter { delimiter: b'\t', rows: None })),
    help: "the same table with tabs between its cells",
    ..CSV
};

const COLUMNS: [&str; 16] = [
    "kind",
    "article",
    "annotator",
    "status",
    "id",
    "label",
    "ranges",
    "from",
    "to",
    "text",
    "attributes",
    "note",
    "title",
    "date",
    "source",
    "language",
];

struct TableWriter {
    delimiter: u8,
    rows: Option<csv::Writer<Out>>,
}

type Cells<'a> = BTreeMap<&'static str, std::borrow::Cow<'a, str>>;

impl TableWriter {
    fn row(&mut self, cells: &Cells<'_>) -> io::Result<()> {
        let Some(rows) = &mut self.rows else { return Ok(()) };
        let cell = |name: &&str| cells.get(name).map_or(String::new(), |cell| guard(cell).into_owned());
        rows.write_record(COLUMNS.iter().map(cell)).map_err(io::Error::other)
    }

    fn layer(&mut self, page: &Page<'_>, annotator: &str, layer: &Layer) -> io::Result<()> {
        let info = page.info;
        let common = || -> Cells<'_> {
            BTreeMap::from([("article", info.id.as_str().into()), ("annotator", annotator.into())])
        };
        let mut article = common();
        article.extend([
            ("kind", "article".into()),
            ("status", if annotator.is_empty() { "" } else { layer.status.as_str() }.into()),
            ("text", page.article.text().into()),
            ("title", info.title.as_str().into()),
            ("date", info.date.as_str().into()),
            ("source", info.source.as_str().into()),
            ("language", info.language.as_str().into()),
        ]);
        self.row(&article)?;
        let ruler = Ruler::new(page.article, OffsetUnit::CodePoints);
        for span in layer.in_reading_order() {
            let ranges = span.ranges.iter().filter_map(|range| ruler.range(*range));
            let ranges: Vec<String> = ranges.map(|(start, end)| format!("{start}:{end}")).collect();
            let mut cells = common();
            cells.extend([
                ("kind", "span".into()),
                ("id", span.id.to_string().into()),
                ("label", span.label.as_str().into()),
                ("ranges", ranges.join(";").into()),
                ("text", span.quote.as_str().into()),
                ("attributes", json(&span.attributes)?.into()),
                ("note", span.note.as_str().into()),
            ]);
            self.row(&cells)?;
        }
        for relation in layer.relations.values() {
            let mut cells = common();
            cells.extend([
                ("kind", "relation".into()),
                ("id", relation.id.to_string().into()),
                ("label", relation.label.as_str().into()),
                ("from", relation.from.to_string().into()),
                ("to", relation.to.to_string().into()),
                ("attributes", json(&relation.attributes)?.into()),
            ]);
            self.row(&cells)?;
        }
        Ok(())
    }
}

fn json(attributes: &Attributes) -> io::Result<String> {
    if attributes.is_empty() { Ok(String::new()) } else { Ok(serde_json::to_string(attributes)?) }
}

impl Writer for TableWriter {
    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        let mut rows = csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(sink.single()?);
        rows.write_record(COLUMNS).map_err(io::Error::other)?;
        self.rows = Some(rows);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        if page.layers.is_empty() {
            return self.layer(page, "", &Layer::default());
        }
        page.layers.iter().try_for_each(|(annotator, layer)| self.layer(page, annotator.as_str(), layer))
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.rows.as_mut().map_or(Ok(()), csv::Writer::flush)
    }
}

/// A row with its cells by the names of their columns.
struct Row {
    line: usize,
    cells: BTreeMap<String, String>,
}

impl Row {
    fn get(&self, name: &str) -> &str {
        self.cells.get(name).map_or("", String::as_str)
    }

    fn wrong(&self, column: &str, problem: impl std::fmt::Display) -> FormatError {
        FormatError::new(format!("{problem}; nothing was imported: mend this row"))
            .at_line(self.line)
            .in_field(column)
    }
}

/// Whether a table says in each row what it is of.
fn is_ours(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let cells = line.split(|byte| matches!(byte, b',' | b';' | b'\t'));
    cells.map(|cell| cell.trim_ascii()).any(|cell| matches!(cell, b"kind" | b"\"kind\""))
}

fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = read_whole(&**source)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| head.iter().filter(|byte| **byte == delimiter).count();
    let delimiter =
        [b',', b'\t', b';'].into_iter().max_by_key(|byte| (count(*byte), *byte == b',')).unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
    let unsound = |error: csv::Error| {
        let line =
            error.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        FormatError::new(format!("is no table ({error}); nothing was imported: save it as CSV in UTF-8"))
            .at_line(line)
    };
    let names: Vec<String> =
        table.headers().map_err(unsound)?.iter().map(|name| name.trim().to_owned()).collect();
    if !names.iter().any(|name| name == "kind") {
        return columns::read_table(source, options);
    }
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record.map_err(unsound)?;
        let line =
            record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let cells = names.iter().cloned().zip(record.iter().map(|cell| unguard(cell).to_owned())).collect();
        rows.push(Row { line, cells });
    }
    let items = annotated(&rows, options)?;
    Ok(Reading::new(items.into_iter().map(|record| Ok(Item::Record(Box::new(record))))))
}

/// Rows of articles with their spans and relations.
fn annotated(rows: &[Row], options: &ReadOptions) -> Result<Vec<Record>, FormatError> {
    let mut records = Vec::new();
    let starts = |_: &Row, next: &Row| next.get("kind") != "article";
    for group in rows.chunk_by(starts) {
        let Some((article, parts)) = group.split_first() else { continue };
        if article.get("kind") != "article" {
            return Err(article.wrong("kind", "the rows of an article begin with one of the kind “article”"));
        }
        records.push(one(article, parts, options)?);
    }
    Ok(records)
}

fn one(article: &Row, parts: &[Row], options: &ReadOptions) -> Result<Record, FormatError> {
    let id = article.get("article");
    let id = if is_folder_safe(id) { id.to_owned() } else { slug::slug(id) };
    let positions = Positions::new(article.get("text"), false, options.unit.unwrap_or_default());
    let mut info = ArticleInfo::new(id.as_str(), positions.text());
    (info.title, info.date) = (article.get("title").to_owned(), article.get("date").to_owned());
    (info.source, info.language) = (article.get("source").to_owned(), article.get("language").to_owned());
    let mut build = Build::new("csv", info, positions, Some(article.get("annotator")), options)?;
    if let Some(status) = Status::from_name(article.get("status")) {
        build.set_status(status);
    }
    let mut names = Names::default();
    for row in parts.iter().filter(|row| row.get("kind") == "span") {
        let ranges = ranges(row.get("ranges")).ok_or_else(|| row.wrong("ranges", "is not as 2:6;65:68"))?;
        let span = SpanIn {
            number: row.get("id").parse().ok(),
            label: row.get("label"),
            ranges,
            covered: Some(row.get("text")).filter(|text| !text.is_empty()),
            attributes: attributes(row)?,
            note: row.get("note").to_owned(),
            place: format!("span {}", row.get("id")),
            ..SpanIn::default()
        };
        let made = build.span(span).map_err(|error| error.at_line(row.line))?;
        names.put(row.get("id"), made);
    }
    for row in parts.iter().filter(|row| row.get("kind") != "span") {
        if row.get("kind") != "relation" {
            return Err(row.wrong("kind", "is none of article, span, relation"));
        }
        let ends = (names.get(row.get("from")), names.get(row.get("to")));
        let place = format!("line {}", row.line);
        let number = row.get("id").parse().ok();
        build
            .relation(number, row.get("label"), ends, attributes(row)?, &place)
            .map_err(|error| error.at_line(row.line))?;
    }
    build.finish()
}

fn ranges(cell: &str) -> Option<Vec<(u32, u32)>> {
    let range = |part: &str| {
        let (start, end) = part.split_once(':')?;
        Some((start.trim().parse().ok()?, end.trim().parse().ok()?))
    };
    cell.split(';').map(range).collect()
}

fn attributes(row: &Row) -> Result<Attributes, FormatError> {
    match row.get("attributes") {
        "" => Ok(Attributes::new()),
        json => serde_json::from_str(json).map_err(|error| row.wrong("attributes", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interchange::options::Columns;
    use crate::interchange::sink::Memory;

    fn read_all(file: &str, options: &ReadOptions) -> Result<Vec<Record>, String> {
        let memory = Memory::of([("news.csv", file.as_bytes())]);
        let reading = read(&memory.source("news.csv"), options).map_err(|error| error.to_string())?;
        let record = |item: Item| match item {
            Item::Record(record) => *record,
            Item::Header(_) => panic!("a header"),
        };
        Ok(reading.items.map(|item| record(item.unwrap())).collect())
    }

    #[test]
    fn plain_articles_have_the_columns_they_are_said_to_have() {
        let file = "\u{feff}nr;Headline;content\n1;عنوان;\"نص\r\nثان\"\n2;;Second text\n";
        let records = read_all(file, &ReadOptions::default()).unwrap();
        assert_eq!((&*records[0].text, records[0].info.title.as_str()), ("نص\nثان", "عنوان"));
        assert_eq!(records[1].info.id.as_str(), "second-text", "its first words, where it has no title");
        let named = |text: &str| ReadOptions {
            columns: Columns { text: Some(text.into()), ..Columns::default() },
            ..ReadOptions::default()
        };
        assert_eq!(&*read_all(file, &named("nr")).unwrap()[1].text, "2");
        assert!(read_all(file, &named("no")).unwrap_err().contains("\"nr\", \"Headline\", \"content\""));
        assert!(read_all("a,b\n1,2\n", &ReadOptions::default()).unwrap_err().contains("--column text=NAME"));
    }

    #[test]
    fn broken_rows_are_refused_with_line_and_column() {
        let head = "kind,article,annotator,id,label,ranges,text,from,to,attributes\n";
        let article = "article,a,me,,,,Ali said,,,\n";
        for (rows, expected) in [
            ("span,a,me,1,x,0:3,Ali,,,\n", "line 2, field kind"),
            (&*format!("{article}span,a,me,1,x,0-3,Ali,,,\n"), "line 3, field ranges"),
            (&*format!("{article}span,a,me,1,x,0:3,Omar,,,\n"), "line 3: span 1: at 0 to 3 stands “Ali”"),
            (&*format!("{article}span,a,me,1,x,0:3,Ali,,,[]\n"), "line 3, field attributes"),
            (&*format!("{article}what,a,me,1,x,0:3,Ali,,,\n"), "line 3, field kind"),
            (&*format!("{article}span,a\n"), "line 3: is no table"),
        ] {
            let said = read_all(&format!("{head}{rows}"), &ReadOptions::default()).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }
}
