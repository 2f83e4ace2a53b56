//! Plain articles in the rows of a table (CSV, TSV) or in JSON lines, one article a row. Which column holds what is given
//! by the person or known by the usual names; the text, at least, must be found. Columns nobody asked for are left out,
//! which is said.
//!
//! A table is UTF-8, or UTF-16 or a legacy Arabic encoding as spreadsheets save them; its delimiter is the one of comma,
//! semicolon, tab and bar that splits the first row into most columns. The apostrophe that guards a cell against being run
//! as a formula is taken off. Rows come in one at a time, so that a table may be larger than memory.

mod names;
mod rows;
#[cfg(test)]
mod tests;

use std::io::{BufRead, Cursor, Read as _};
use std::rc::Rc;

use self::names::{Part, Parts};
use self::rows::{JsonRows, TableRows};
use super::sink::{self, Source, unread};
use super::{Format, FormatError, ReadOptions, Reading, decode, sniff};

pub(super) const TABLE: Format = Format {
    name: "csv-articles",
    aliases: &["tsv-articles"],
    extensions: &["csv", "tsv", "tab"],
    read: Some(read_table),
    help: "plain articles, a row each, in a table with a header (CSV, TSV); see --column",
    ..Format::EMPTY
};

pub(super) const LINES: Format = Format {
    name: "jsonl-articles",
    extensions: &["jsonl", "ndjson"],
    knows: Some(is_lines),
    read: Some(read_lines),
    help: "plain articles, a JSON object a line; see --column",
    ..Format::EMPTY
};

/// Bytes that tell the delimiter and the columns.
const HEAD: u64 = 1 << 16;

pub(super) fn read_table(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let (mut text, encoding) = text_of(&**source, options.encoding.as_deref())?;
    let mut head = Vec::new();
    text.as_mut().take(HEAD).read_to_end(&mut head).map_err(unread)?;
    let delimiter = delimiter(&head);
    let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(Cursor::new(head).chain(text));
    let header = rows.headers().map_err(|error| rows::malformed(&error))?.clone();
    let parts = Parts::find(header.iter(), &options.columns)?;
    let note = parts.left_out(header.iter());
    let reading = Reading::new(TableRows::new(rows, header, parts, sink::stem(source.name()))).noting(note);
    Ok(Reading { encoding, ..reading })
}

fn read_lines(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let (mut text, encoding) = text_of(&**source, options.encoding.as_deref())?;
    let mut first = Vec::new();
    while first.trim_ascii().is_empty() {
        if text.read_until(b'\n', &mut first).map_err(unread)? == 0 {
            break;
        }
    }
    let keys = rows::object(&first).map_err(|error| error.at_line(1))?;
    let names = || keys.iter().map(|(key, _)| key.as_str());
    let parts = Parts::find(names(), &options.columns)?;
    let note = parts.left_out(names());
    let lines = Cursor::new(first).chain(text);
    Ok(Reading {
        encoding,
        ..Reading::new(JsonRows::new(lines, parts, sink::stem(source.name()))).noting(note)
    })
}

type Text = (Box<dyn BufRead>, Option<(&'static str, bool)>);

/// The text of a file as UTF-8 without mark, and the encoding it was in. A file in UTF-8 is not taken into memory.
fn text_of(source: &dyn Source, encoding: Option<&str>) -> Result<Text, FormatError> {
    let mut file = source.open().map_err(unread)?;
    let mark = file.fill_buf().map_err(unread)?.starts_with(b"\xef\xbb\xbf");
    if encoding.is_none() && is_utf8(file)? {
        let mut file = source.open().map_err(unread)?;
        if mark {
            file.read_exact(&mut [0; 3]).map_err(unread)?;
        }
        return Ok((file, Some(("UTF-8", false))));
    }
    let decoded = decode::decode(&sink::read_whole(source)?, encoding)?;
    let found = (decoded.encoding, decoded.guessed);
    Ok((Box::new(Cursor::new(decoded.text.into_bytes())), Some(found)))
}

/// Whether all of a file is UTF-8 without the control characters of UTF-16 and of files that are no text.
fn is_utf8(mut file: Box<dyn BufRead>) -> Result<bool, FormatError> {
    let mut pending: Vec<u8> = Vec::new();
    loop {
        let read = file.fill_buf().map_err(unread)?;
        let length = read.len();
        if length == 0 {
            return Ok(pending.is_empty());
        }
        if read.contains(&0) {
            return Ok(false);
        }
        pending.extend_from_slice(read);
        file.consume(length);
        match std::str::from_utf8(&pending) {
            Ok(_) => pending.clear(),
            // A character that goes on in the next piece.
            Err(error) if error.error_len().is_none() => drop(pending.drain(..error.valid_up_to())),
            Err(_) => return Ok(false),
        }
    }
}

/// The delimiter that splits the first row into most cells; a comma where there is one cell.
fn delimiter(head: &[u8]) -> u8 {
    let cells = |delimiter: &u8| {
        let mut rows = csv::ReaderBuilder::new().delimiter(*delimiter).has_headers(false).from_reader(head);
        let mut row = csv::ByteRecord::new();
        if rows.read_byte_record(&mut row).is_ok() { row.len() } else { 0 }
    };
    // Of equals the last is taken.
    *[b'|', b';', b'\t', b','].iter().max_by_key(|delimiter| cells(delimiter)).unwrap_or(&b',')
}

/// Whether JSON lines are plain articles under other names than the native data set has: that reads its own.
fn is_lines(head: &[u8]) -> bool {
    const ANNOTATED: &[&str] = &[
        "spans",
        "relations",
        "annotator",
        "project",
        "label",
        "labels",
        "entities",
        "tokens",
        "ner",
        "messages",
        "annotations",
        "tokenized_text",
        "ents",
        "annotation_sets",
        "conversations",
    ];
    let keys = sniff::first_keys(head);
    let has = |names: &[&str]| keys.iter().any(|key| names.contains(&key.as_str()));
    let is_native = keys.iter().all(|key| Part::ALL.iter().any(|part| part.as_str() == key));
    let found = Parts::find(keys.iter().map(String::as_str), &super::options::Columns::default());
    !has(ANNOTATED) && !is_native && found.is_ok()
}
