//! Rows → articles.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::super::csv_guard::unguard;
use super::super::day::day;
use super::super::decode::{is_odd_control, unify_line_ends};
use super::super::{FormatError, Item, Loss, LossKind, Record, text};
use super::names::{Part, Parts};
use crate::language::slug;
use crate::model::{ArticleInfo, Place};

/// Longest row of JSON lines, so that a file without line ends does not fill the memory.
const LONGEST_LINE: u64 = 1 << 30;

/// The parts of an article, as its row gives them.
type Cell<'r> = &'r dyn Fn(Part) -> Result<String, FormatError>;

/// The article of a row. `file` and `line` name one that has no id and no title.
fn article(cell: Cell<'_>, file: &str, line: usize) -> Result<Item, FormatError> {
    let body = unify_line_ends(cell(Part::Text)?);
    if body.trim().is_empty() {
        return Err(FormatError::new(
            "holds no text; nothing was imported: give it one, or take the row out",
        ));
    }
    if let Some(odd) = body.chars().find(|c| u8::try_from(u32::from(*c)).is_ok_and(is_odd_control)) {
        return Err(FormatError::new(format!(
            "U+{:04X} stands in no text; nothing was imported: take it out",
            u32::from(odd)
        )));
    }
    let short =
        |part: Part| Ok::<_, FormatError>(cell(part)?.split_whitespace().collect::<Vec<_>>().join(" "));
    let described = text::describe("", &body);
    let (id, title, written) = (short(Part::Id)?, short(Part::Title)?, short(Part::Date)?);
    let title = if title.is_empty() { described.title } else { title };
    let date = if written.is_empty() { Some(described.date) } else { day(&written) };
    let is_known = date.is_some();
    let date = date.unwrap_or_default();
    let wish = match (id.is_empty(), title.is_empty()) {
        (false, _) => id,
        (true, false) => format!("{date} {title}"),
        (true, true) => format!("{file} {line}"),
    };
    let language = short(Part::Language)?.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_tag = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let info = ArticleInfo {
        title,
        date,
        source: short(Part::Source)?,
        author: short(Part::Author)?,
        url: short(Part::Url)?,
        language: if is_tag { language } else { described.language },
        ..ArticleInfo::new(slug::slug(&wish), &body)
    };
    let place = Place::Article(info.id.clone());
    let mut record = Record::bare(info, body);
    if !is_known {
        let reason = format!("the date {written:?} can be read in several ways or in none, and is left out");
        record.losses.push(Loss { place, kind: LossKind::Stripped, reason });
    }
    Ok(Item::Record(Box::new(record)))
}

/// The rows of a table with a header.
pub(super) struct TableRows<R> {
    rows: csv::Reader<R>,
    /// The column of each part.
    places: Vec<(Part, usize)>,
    parts: Parts,
    file: String,
    done: bool,
}

impl<R: Read> TableRows<R> {
    pub(super) fn new(rows: csv::Reader<R>, header: csv::StringRecord, parts: Parts, file: &str) -> Self {
        let place = |part: &Part| {
            let name = parts.of(*part)?;
            Some((*part, header.iter().position(|column| column == name)?))
        };
        let places = Part::ALL.iter().filter_map(place).collect();
        Self { rows, places, parts, file: file.to_owned(), done: false }
    }

    fn row(&mut self) -> Result<Option<Item>, FormatError> {
        let mut row = csv::StringRecord::new();
        loop {
            if !self.rows.read_record(&mut row).map_err(|error| malformed(&error))? {
                return Ok(None);
            }
            // Spreadsheets leave empty rows at the end.
            if row.iter().any(|cell| !cell.trim().is_empty()) {
                break;
            }
        }
        let line =
            row.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let cell = |part: Part| {
            let place = self.places.iter().find(|(known, _)| *known == part);
            Ok(unguard(place.and_then(|(_, place)| row.get(*place)).unwrap_or_default()).to_owned())
        };
        let named =
            |error: FormatError| error.at_line(line).in_field(self.parts.of(Part::Text).unwrap_or_default());
        article(&cell, &self.file, line).map(Some).map_err(named)
    }
}

impl<R: Read> Iterator for TableRows<R> {
    type Item = Result<Item, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = self.row().transpose();
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

/// What is wrong with a table, with its line.
pub(super) fn malformed(error: &csv::Error) -> FormatError {
    let line = error.position().map(|position| usize::try_from(position.line()).unwrap_or(usize::MAX));
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!(
                "the row has {len} cells and the header {expected_len}; nothing was imported: mend the row"
            )
        }
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8; nothing was imported: give the encoding".to_owned(),
        _ => format!("cannot be read ({error}); nothing was imported: mend the table"),
    };
    FormatError { line, ..FormatError::new(what) }
}

/// JSON lines.
pub(super) struct JsonRows<R> {
    lines: R,
    parts: Parts,
    file: String,
    line: usize,
    done: bool,
}

impl<R: BufRead> JsonRows<R> {
    pub(super) fn new(lines: R, parts: Parts, file: &str) -> Self {
        Self { lines, parts, file: file.to_owned(), line: 0, done: false }
    }

    fn row(&mut self) -> Result<Option<Item>, FormatError> {
        let mut bytes = Vec::new();
        while bytes.trim_ascii().is_empty() {
            bytes.clear();
            self.line += 1;
            let read = (&mut self.lines).take(LONGEST_LINE).read_until(b'\n', &mut bytes);
            if read.map_err(super::super::sink::unread)? == 0 {
                return Ok(None);
            }
        }
        let line = self.line;
        let row = object(&bytes).map_err(|error| error.at_line(line))?;
        let cell = |part: Part| {
            let Some(name) = self.parts.of(part) else { return Ok(String::new()) };
            value(row.get(name)).ok_or_else(|| {
                FormatError::new("is no text; nothing was imported: mend the line").in_field(name)
            })
        };
        let field = self.parts.of(Part::Text).unwrap_or_default();
        let named = |error: FormatError| {
            let field = error.field.clone().unwrap_or_else(|| field.to_owned());
            error.at_line(line).in_field(field)
        };
        article(&cell, &self.file, line).map(Some).map_err(named)
    }
}

impl<R: BufRead> Iterator for JsonRows<R> {
    type Item = Result<Item, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = self.row().transpose();
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

/// A line of JSON lines.
pub(super) fn object(line: &[u8]) -> Result<Map<String, Value>, FormatError> {
    serde_json::from_slice(line).map_err(|error| {
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        FormatError::new(format!("is no JSON object ({said}); nothing was imported: mend this line"))
            .at_byte(error.column().saturating_sub(1))
    })
}

/// A value as text: texts and numbers are, lists of texts are joined, what is missing is empty.
fn value(value: Option<&Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Array(values)) => {
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(", "))
        }
        Some(_) => None,
    }
}
