//! The text and the rows of a file.

use super::FIRST;
use super::escape::plain_text;
use super::header::{Declared, declare};
use crate::interchange::units::{Claimed, Positions, Survey, short};
use crate::interchange::{FormatError, OffsetUnit, ReadOptions};
use crate::language::slice;

/// A file, line by line.
pub(super) struct Table<'a> {
    pub(super) layers: Vec<Declared>,
    sentences: Vec<Sentence>,
    pub(super) rows: Vec<Row<'a>>,
}

struct Sentence {
    text: String,
    /// Where its first token begins.
    begin: u32,
}

/// A token or a part of one.
pub(super) struct Row<'a> {
    pub(super) line: usize,
    pub(super) name: &'a str,
    pub(super) place: (u32, u32),
    words: &'a str,
    pub(super) cells: Vec<&'a str>,
}

/// The error of a line.
pub(super) fn wrong(line: usize, problem: impl Into<String>) -> FormatError {
    FormatError::new(format!("{}; nothing was imported: mend the file", problem.into())).at_line(line)
}

/// Reads all lines.
pub(super) fn parse(file: &str) -> Result<Table<'_>, FormatError> {
    let mut lines = file.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).zip(1..);
    if !lines.next().is_some_and(|(line, _)| line.starts_with(FIRST)) {
        return Err(wrong(1, format!("does not begin with {FIRST}")));
    }
    let mut table = Table { layers: Vec::new(), sentences: Vec::new(), rows: Vec::new() };
    // The lines of a sentence before its first token.
    let mut heads: Option<Vec<String>> = None;
    for (line, number) in lines {
        if let Some(said) = line.strip_prefix("#Text=") {
            heads.get_or_insert_default().push(plain_text(said));
        } else if table.sentences.is_empty() && heads.is_none() && line.starts_with("#T_") {
            declare(line, &mut table.layers).map_err(|error| error.at_line(number))?;
        } else if !line.is_empty() && !line.starts_with('#') {
            let row = row(line, number, &table.layers)?;
            if let Some(lines) = heads.take() {
                table.sentences.push(Sentence { text: lines.join("\n"), begin: row.place.0 });
            } else if table.sentences.is_empty() {
                return Err(wrong(number, "a token stands before any #Text="));
            }
            table.rows.push(row);
        }
    }
    match heads {
        Some(_) => Err(FormatError::new(
            "ends after #Text= and before its tokens; nothing was imported: get the file anew",
        )),
        None => Ok(table),
    }
}

fn row<'a>(line: &'a str, number: usize, layers: &[Declared]) -> Result<Row<'a>, FormatError> {
    let columns = layers.last().map_or(0, |layer| layer.first + layer.columns.len());
    let mut cells = line.split('\t');
    let (name, place, words) = (cells.next(), cells.next(), cells.next());
    let place = place.and_then(|place| {
        let (start, end) = place.split_once('-')?;
        Some((start.parse().ok()?, end.parse().ok()?))
    });
    let (Some(name), Some(place), Some(words)) = (name, place, words) else {
        return Err(wrong(number, format!("“{}” is no token", short(line))));
    };
    let cells: Vec<&str> = cells.take(columns).collect();
    if cells.len() < columns {
        let problem = format!("the row has {} cells for {columns} columns", cells.len());
        return Err(wrong(number, problem));
    }
    Ok(Row { line: number, name, place, words, cells })
}

/// The text of the sentences. What is between them is not in the file: a gap of one is a line end, a wider one is filled
/// up with spaces, as WebAnno does it.
pub(super) fn text_of(table: &Table<'_>, unit: OffsetUnit) -> String {
    let mut text = String::new();
    let (mut length, mut left) = (0, LARGEST_GAPS);
    for (nth, sentence) in table.sentences.iter().enumerate() {
        let begin = usize::try_from(sentence.begin).unwrap_or(usize::MAX);
        // A place far outside is found out when the tokens are held against the text.
        let gap = begin.saturating_sub(length).min(left);
        left -= gap;
        if gap > 0 && nth > 0 {
            text.push('\n');
        }
        text.push_str(&" ".repeat(if nth > 0 { gap.saturating_sub(1) } else { gap }));
        text.push_str(&sentence.text);
        length += gap + length_of(&sentence.text, unit);
    }
    text
}

/// As much is filled up between the sentences of one file.
const LARGEST_GAPS: usize = 1 << 20;

fn length_of(text: &str, unit: OffsetUnit) -> usize {
    match unit {
        OffsetUnit::Utf16 => text.encode_utf16().count(),
        OffsetUnit::Bytes => text.len(),
        OffsetUnit::CodePoints | OffsetUnit::Graphemes => text.chars().count(),
    }
}

/// UTF-16, unless all tokens stand at their places in another unit and not in this.
pub(super) fn unit_of(table: &Table<'_>, options: &ReadOptions) -> Result<(OffsetUnit, String), FormatError> {
    if let Some(unit) = options.unit {
        return Ok((unit, String::new()));
    }
    let names: Vec<String> =
        table.rows.iter().map(|row| format!("token {} in line {}", row.name, row.line)).collect();
    let tokens: Vec<Claimed<'_>> = table
        .rows
        .iter()
        .zip(&names)
        .map(|(row, name)| Claimed { ranges: vec![row.place], covered: Some(row.words), place: name })
        .collect();
    let fits = |unit: OffsetUnit| {
        let positions = Positions::new(&text_of(table, unit), false, unit);
        tokens.iter().all(|token| {
            let (start, end) = token.ranges.first().copied().unwrap_or_default();
            let range = positions.range(start, end);
            range.is_ok_and(|range| slice(positions.text(), range) == token.covered.unwrap_or_default())
        })
    };
    let units = [OffsetUnit::Utf16, OffsetUnit::CodePoints, OffsetUnit::Bytes];
    match units.into_iter().find(|unit| fits(*unit)) {
        Some(OffsetUnit::Utf16) => Ok((OffsetUnit::Utf16, String::new())),
        Some(unit) => {
            let note = format!(
                "positions count {}, not utf-16: so all of {} tokens stand at their places",
                unit.as_str(),
                tokens.len()
            );
            Ok((unit, note))
        }
        None => {
            // The survey says which token is wrong, or takes the best way where that is asked.
            let mut survey = Survey::new(OffsetUnit::Utf16);
            survey.article(&text_of(table, OffsetUnit::Utf16), false, &tokens);
            let found = survey.choose(options.keep_mismatches)?;
            Ok((found.counting.unit, found.reason))
        }
    }
}
