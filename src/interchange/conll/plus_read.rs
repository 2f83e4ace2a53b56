//! Reading CoNLL-U Plus, and CoNLL-U, which is the same with ten columns.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::rc::Rc;

use super::misc::unescaped;
use crate::interchange::bio;
use crate::interchange::build::{Build, Names, SpanIn};
use crate::interchange::lines::Lines;
use crate::interchange::sink::{Source, stem, unread};
use crate::interchange::units::Positions;
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record, text};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, Offsets, Status, TextSize, is_folder_safe};

/// The columns of CoNLL-U, of which none holds tags of spans.
const STANDARD: [&str; 10] =
    ["ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC"];

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    Ok(Reading::new(PlusReader {
        lines: Lines::new(source.open().map_err(unread)?),
        columns: STANDARD.map(ToOwned::to_owned).to_vec(),
        options: options.clone(),
        name: stem(source.name()).to_owned(),
        documents: 0,
        ahead: None,
        left: BTreeSet::new(),
        done: false,
    }))
}

/// Reads documents one after the other.
struct PlusReader<R> {
    lines: Lines<R>,
    columns: Vec<String>,
    options: ReadOptions,
    name: String,
    documents: usize,
    /// The line that begins the next document.
    ahead: Option<String>,
    /// Columns that hold something else than tags, each reported once.
    left: BTreeSet<String>,
    done: bool,
}

#[derive(Default)]
struct Document {
    comments: BTreeMap<String, String>,
    rows: Vec<Row>,
}

struct Row {
    line: usize,
    id: String,
    form: String,
    /// Cells of the columns that are not of CoNLL-U.
    cells: Vec<String>,
    misc: String,
    /// Whether a sentence begins here, and whether a paragraph does.
    begins: (bool, bool),
}

impl<R: BufRead> Iterator for PlusReader<R> {
    type Item = Result<Item, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = self.document().and_then(|document| {
            let Some(document) = document else { return Ok(None) };
            self.documents += 1;
            let record = self.record(document)?;
            Ok(Some(Item::Record(Box::new(record))))
        });
        let item = item.transpose();
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

impl<R: BufRead> PlusReader<R> {
    /// The lines up to the next document; nothing at the end of the file.
    fn document(&mut self) -> Result<Option<Document>, FormatError> {
        let mut document = Document::default();
        let mut any = false;
        let mut begins = (true, false);
        loop {
            let line = match self.ahead.take() {
                Some(line) => Some(line),
                None => self.lines.read()?,
            };
            let Some(line) = line else { return Ok(any.then_some(document)) };
            if line.is_empty() {
                begins = (true, false);
            } else if let Some(comment) = line.strip_prefix('#') {
                let comment = comment.trim_start();
                if comment.starts_with("newdoc") && any {
                    self.ahead = Some(line);
                    return Ok(Some(document));
                }
                let (key, value) = comment.split_once('=').unwrap_or((comment, ""));
                let (key, value) = (key.trim(), value.trim());
                begins.1 |= key.starts_with("newpar");
                if key == "global.columns" {
                    self.columns = value.split_whitespace().map(ToOwned::to_owned).collect();
                    continue;
                }
                any = true;
                if document.rows.is_empty() {
                    document.comments.insert(key.to_owned(), value.to_owned());
                }
            } else {
                any = true;
                let row = self.row(&line, begins)?;
                document.rows.push(row);
                begins = (false, false);
            }
        }
    }

    fn row(&self, line: &str, begins: (bool, bool)) -> Result<Row, FormatError> {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != self.columns.len() {
            return Err(FormatError::new(format!(
                "there are {} cells and {} columns; nothing was imported: part cells with tabs, and name the columns \
                 in a first line “# global.columns = ID FORM …”",
                cells.len(),
                self.columns.len()
            ))
            .at_line(self.lines.number()));
        }
        let mut row = Row {
            line: self.lines.number(),
            id: String::new(),
            form: String::new(),
            cells: Vec::new(),
            misc: String::new(),
            begins,
        };
        for (name, cell) in self.columns.iter().zip(cells) {
            match name.as_str() {
                "ID" => row.id = cell.to_owned(),
                "FORM" => row.form = cell.to_owned(),
                "MISC" => row.misc = cell.to_owned(),
                other if STANDARD.contains(&other) => {}
                _ => row.cells.push(cell.to_owned()),
            }
        }
        Ok(row)
    }

    fn record(&mut self, document: Document) -> Result<Record, FormatError> {
        let Document { comments, rows } = document;
        let laid = Laid::of(&rows, &comments);
        let comment = |key: &str| comments.get(key).cloned().unwrap_or_default();
        let named =
            ["newdoc id", "newdoc"].into_iter().find_map(|key| comments.get(key)).filter(|id| !id.is_empty());
        let id = match named {
            Some(id) if is_folder_safe(id) => id.clone(),
            Some(id) => slug::slug(id),
            None if self.documents == 1 => slug::slug(&self.name),
            None => slug::slug(&format!("{}-{}", self.name, self.documents)),
        };
        let positions = Positions::new(&laid.text, false, OffsetUnit::CodePoints);
        let mut info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, positions.text()) };
        if named.is_some() {
            (info.title, info.date) = (comment("title"), comment("date"));
            (info.source, info.author, info.url) = (comment("source"), comment("author"), comment("url"));
            info.language = comment("language");
        }
        let options = self.options.clone();
        let annotator = comments.get("annotator").map(String::as_str);
        let mut build = Build::new("conllu-plus", info, positions, annotator, &options)?;
        if let Some(status) = comments.get("status").and_then(|name| Status::from_name(name)) {
            build.set_status(status);
        }
        for nth in laid.empty {
            build.leave_out(format!("line {nth}: a word without letters in the text is left out"));
        }
        let spans = self.spans(&rows, &laid.places, &mut build);
        let names = add_spans(&mut build, &spans, &rows, &laid.text)?;
        add_details(&mut build, &names, &rows)?;
        build.finish()
    }

    /// The runs of tags of each column; those with one number are one span.
    fn spans(&mut self, rows: &[Row], places: &[(usize, usize)], build: &mut Build<'_>) -> Vec<Draft> {
        let extra: Vec<String> =
            self.columns.iter().filter(|name| !STANDARD.contains(&name.as_str())).cloned().collect();
        // Of each row the runs that begin there, by column.
        let mut begun: BTreeMap<usize, Vec<bio::Run>> = BTreeMap::new();
        for (nth, name) in extra.iter().enumerate() {
            let cells: Vec<&str> =
                rows.iter().filter_map(|row| row.cells.get(nth)).map(String::as_str).collect();
            if !cells.iter().all(|cell| bio::is_tag(cell)) {
                if self.left.insert(name.clone()) {
                    build.leave_out(format!("the column {name} holds no tags of spans and is left out"));
                }
                continue;
            }
            for sentence in sentences(rows) {
                let tags = cells.get(sentence.clone()).unwrap_or_default();
                for mut run in bio::runs(tags.iter().copied()) {
                    run.first += sentence.start;
                    run.end += sentence.start;
                    begun.entry(run.first).or_default().push(run);
                }
            }
        }
        let mut drafts: Vec<Draft> = Vec::new();
        for (row, runs) in begun {
            let ids = rows.get(row).and_then(|row| value(&row.misc, "Spans")).unwrap_or_default();
            let mut ids = ids.split(',').map(|id| id.parse().ok());
            for run in runs {
                let id: Option<u32> = ids.next().flatten();
                let (Some(first), Some(last)) = (places.get(run.first), places.get(run.end - 1)) else {
                    continue;
                };
                let range = (first.0, last.1);
                match drafts.iter_mut().rev().find(|draft| id.is_some() && draft.id == id) {
                    Some(draft) => draft.ranges.push(range),
                    None => drafts.push(Draft { id, label: run.label, ranges: vec![range], row }),
                }
            }
        }
        drafts
    }
}

/// A span on its way.
struct Draft {
    id: Option<u32>,
    label: String,
    /// Bytes of the text.
    ranges: Vec<(usize, usize)>,
    row: usize,
}

/// The ranges of rows that are a sentence each.
fn sentences(rows: &[Row]) -> Vec<std::ops::Range<usize>> {
    let starts = rows.iter().enumerate().filter(|(_, row)| row.begins.0).map(|(nth, _)| nth);
    let starts: Vec<usize> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([rows.len()]);
    starts.iter().zip(ends).map(|(start, end)| *start..end).collect()
}

/// The text that rows make, and the bytes of each.
struct Laid {
    text: String,
    places: Vec<(usize, usize)>,
    /// Lines of words that have no place in the text.
    empty: Vec<usize>,
}

impl Laid {
    fn of(rows: &[Row], comments: &BTreeMap<String, String>) -> Self {
        let mut laid =
            Self { text: String::new(), places: Vec::with_capacity(rows.len()), empty: Vec::new() };
        if rows.is_empty() {
            laid.text = comments.get("spaces").map(|spaces| unescaped(spaces)).unwrap_or_default();
        }
        // Words of a token such as 1-2 share its letters.
        let mut shared: Option<(u32, (usize, usize))> = None;
        let mut gap = String::new();
        for (nth, row) in rows.iter().enumerate() {
            if row.begins.0 {
                shared = None;
            }
            let number = row.id.parse::<u32>().ok();
            if let (Some(number), Some((last, place))) = (number, shared)
                && number <= last
            {
                laid.places.push(place);
                continue;
            }
            if row.id.contains('.') {
                laid.empty.push(row.line);
                laid.places.push((laid.text.len(), laid.text.len()));
                continue;
            }
            if nth == 0 {
                gap = value(&row.misc, "SpacesBefore").map(unescaped).unwrap_or_default();
            } else if gap.is_empty() && row.begins.1 && !laid.text.ends_with('\n') {
                gap.push('\n');
            }
            laid.text.push_str(&gap);
            let start = laid.text.len();
            laid.text.push_str(&row.form);
            let place = (start, laid.text.len());
            laid.places.push(place);
            shared = row.id.split_once('-').and_then(|(_, last)| Some((last.parse().ok()?, place)));
            let next = rows.get(nth + 1);
            gap = match (value(&row.misc, "SpacesAfter"), value(&row.misc, "SpaceAfter")) {
                (Some(spaces), _) => unescaped(spaces),
                (None, Some("No")) => String::new(),
                _ if next.is_none_or(|next| next.begins.1) => String::new(),
                _ => " ".to_owned(),
            };
        }
        laid.text.push_str(&gap);
        laid
    }
}

/// A value of the column MISC.
fn value<'a>(misc: &'a str, key: &str) -> Option<&'a str> {
    misc.split('|')
        .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))
        .map(|(_, value)| value)
}

/// `Range:7=2-6,9-12` of a row, for the span 7.
fn range_of(row: &Row, id: u32) -> Option<Vec<(u32, u32)>> {
    let ranges = value(&row.misc, &format!("Range:{id}"))?;
    ranges
        .split(',')
        .map(|range| {
            let (start, end) = range.split_once('-')?;
            Some((start.parse().ok()?, end.parse().ok()?))
        })
        .collect()
}

fn add_spans(
    build: &mut Build<'_>,
    drafts: &[Draft],
    rows: &[Row],
    text: &str,
) -> Result<Names, FormatError> {
    let offsets = Offsets::new(text);
    let count = |byte: usize| offsets.to_scalar(text, TextSize::try_from(byte).ok()?);
    let numbered = drafts.iter().all(|draft| draft.id.is_some());
    let mut names = Names::default();
    for draft in drafts {
        let Some(row) = rows.get(draft.row) else { continue };
        let exact = draft.id.and_then(|id| range_of(row, id));
        let tagged =
            || draft.ranges.iter().filter_map(|(start, end)| Some((count(*start)?, count(*end)?))).collect();
        let span = SpanIn {
            number: draft.id.filter(|_| numbered),
            label: &draft.label,
            ranges: exact.unwrap_or_else(tagged),
            place: format!("the {} of line {}", draft.label, row.line),
            ..SpanIn::default()
        };
        let id = build.span(span).map_err(|error| error.at_line(row.line))?;
        if let Some(number) = draft.id {
            names.put(&number.to_string(), id);
        }
    }
    Ok(names)
}

/// Attributes, notes and relations.
fn add_details(build: &mut Build<'_>, names: &Names, rows: &[Row]) -> Result<(), FormatError> {
    let pairs = || {
        rows.iter().flat_map(|row| {
            row.misc.split('|').filter_map(move |pair| Some((row.line, pair.split_once('=')?)))
        })
    };
    let mut of_relations: BTreeMap<&str, Attributes> = BTreeMap::new();
    for (_, (key, value)) in pairs() {
        if let Some((number, name)) = key.strip_prefix("RelAttr:").and_then(|rest| rest.split_once(':')) {
            of_relations.entry(number).or_default().insert(unescaped(name), unescaped(value));
        }
    }
    for (line, (key, value)) in pairs() {
        let place = format!("line {line}");
        if let Some((span, name)) = key.strip_prefix("Attr:").and_then(|rest| rest.split_once(':')) {
            build.attribute(names.get(span), &unescaped(name), &unescaped(value), &place);
        } else if let Some(span) = key.strip_prefix("Note:") {
            build.note(names.get(span), &unescaped(value), &place);
        } else if let Some((number, label)) = key.strip_prefix("Rel:").and_then(|rest| rest.split_once(':')) {
            let Some((from, to)) = value.split_once('>') else { continue };
            let attributes = of_relations.remove(number).unwrap_or_default();
            let ends = (names.get(from), names.get(to));
            build
                .relation(number.parse().ok(), &unescaped(label), ends, attributes, &place)
                .map_err(|error| error.at_line(line))?;
        }
    }
    Ok(())
}
