//! Reading columns of tokens and tags: CoNLL-2002 and 2003, columns for nested spans, and rows with several tags.
//!
//! A file of columns does not say what they are. The first is the token; tags are looked for from the last column back,
//! in a first reading of the whole file. The third of four columns are the chunks of 2003 and left alone. Where rows
//! differ in length and all but the token are tags, a row has as many tags as there are spans over it.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::rc::Rc;

use crate::interchange::bio;
use crate::interchange::build::{Build, SpanIn};
use crate::interchange::lines::Lines;
use crate::interchange::sink::{Source, stem, unread};
use crate::interchange::units::Positions;
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record, text};
use crate::language::slug;
use crate::model::ArticleInfo;

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let layout = Layout::of(Lines::new(source.open().map_err(unread)?))?;
    let note = layout.note();
    Ok(Reading::new(FlatReader {
        lines: Lines::new(source.open().map_err(unread)?),
        layout,
        options: options.clone(),
        name: slug::slug(stem(source.name())),
        documents: 0,
        begun: false,
        done: false,
    })
    .noting(note))
}

/// What the columns of a file are.
struct Layout {
    tabs: bool,
    /// Cells of a row; nothing where rows differ.
    width: Option<usize>,
    /// Where tags are, from the first such column on.
    tags: Vec<usize>,
    left_out: Vec<usize>,
}

const DOCUMENT: &str = "-DOCSTART-";

fn cells(line: &str, tabs: bool) -> Vec<&str> {
    if tabs { line.split('\t').map(str::trim).collect() } else { line.split_whitespace().collect() }
}

impl Layout {
    fn of(mut lines: Lines<impl BufRead>) -> Result<Self, FormatError> {
        let (mut widths, mut tabs) = (BTreeSet::new(), None);
        // Of each column whether all of its cells are tags, and whether one is more than O.
        let mut columns: Vec<(bool, bool)> = Vec::new();
        while let Some(line) = lines.read()? {
            if line.trim().is_empty() || line.starts_with(DOCUMENT) {
                continue;
            }
            let tabs = *tabs.get_or_insert_with(|| line.contains('\t'));
            let cells = cells(&line, tabs);
            if is_comment(&line, &cells) {
                continue;
            }
            widths.insert(cells.len());
            if columns.len() < cells.len() {
                columns.resize(cells.len(), (true, false));
            }
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.0 &= bio::is_tag(cell);
                column.1 |= cell != "O" && cell != "_";
            }
        }
        let widest = columns.len();
        if widest == 1 {
            return Err(FormatError::new(
                "has one column, so that there are tokens and no tags; nothing was imported: import it as text",
            ));
        }
        let tags: Vec<usize> =
            (1..widest).rev().take_while(|nth| columns.get(*nth).is_some_and(|c| c.0)).collect();
        let several = widths.len() > 1;
        if (several && tags.len() + 1 != widest) || (tags.is_empty() && widest > 0) {
            return Err(FormatError::new(
                "has no column of tags such as B-PER and O, or rows of different length; nothing was imported: mend it",
            ));
        }
        let mut tags: Vec<usize> = tags.into_iter().rev().collect();
        let mut left_out = Vec::new();
        if widest == 4 && !several {
            left_out = tags
                .iter()
                .copied()
                .filter(|nth| *nth < 3 && columns.get(*nth).is_some_and(|c| c.1))
                .collect();
            tags.retain(|nth| *nth == 3);
        }
        Ok(Self { tabs: tabs.unwrap_or(false), width: (!several).then_some(widest), tags, left_out })
    }

    fn note(&self) -> String {
        let left: Vec<String> = self.left_out.iter().map(|nth| (nth + 1).to_string()).collect();
        if left.is_empty() {
            return String::new();
        }
        format!("column {} of four is taken for chunks, as in CoNLL-2003, and left out", left.join(", "))
    }
}

/// A line that begins with # is a comment unless it looks like a row for the token #.
fn is_comment(line: &str, cells: &[&str]) -> bool {
    line.starts_with('#')
        && !(cells.first() == Some(&"#") && cells.last().is_some_and(|cell| bio::is_tag(cell)))
}

struct FlatReader<R> {
    lines: Lines<R>,
    layout: Layout,
    options: ReadOptions,
    name: String,
    documents: usize,
    /// Whether the line that begins the next document was read.
    begun: bool,
    done: bool,
}

/// A token in the text, with its tags.
struct Token {
    place: (usize, usize),
    tags: Vec<String>,
    sentence: usize,
}

impl<R: BufRead> Iterator for FlatReader<R> {
    type Item = Result<Item, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = self.document().transpose();
        self.done = !matches!(item, Some(Ok(_)));
        item.map(|record| record.map(|record| Item::Record(Box::new(record))))
    }
}

impl<R: BufRead> FlatReader<R> {
    fn document(&mut self) -> Result<Option<Record>, FormatError> {
        let (mut text, mut tokens) = (String::new(), Vec::<Token>::new());
        let (mut sentence, mut open) = (0, false);
        let mut any = std::mem::take(&mut self.begun);
        while let Some(line) = self.lines.read()? {
            if line.trim().is_empty() {
                open = false;
                continue;
            }
            if line.starts_with(DOCUMENT) {
                if any {
                    self.begun = true;
                    break;
                }
                any = true;
                continue;
            }
            let cells = cells(&line, self.layout.tabs);
            if is_comment(&line, &cells) {
                continue;
            }
            any = true;
            let Some((form, _)) = cells.split_first() else { continue };
            if !tokens.is_empty() {
                text.push(if open { ' ' } else { '\n' });
            }
            sentence += usize::from(!open);
            open = true;
            let start = text.len();
            text.push_str(form);
            let tags =
                self.layout.tags.iter().filter_map(|nth| cells.get(*nth)).map(ToString::to_string).collect();
            tokens.push(Token { place: (start, text.len()), tags, sentence });
        }
        if !any {
            return Ok(None);
        }
        self.documents += 1;
        self.record(&text, &tokens).map(Some)
    }

    fn record(&self, text: &str, tokens: &[Token]) -> Result<Record, FormatError> {
        let id = match self.documents {
            1 => self.name.clone(),
            more => format!("{}-{more}", self.name),
        };
        let positions = Positions::new(text, false, OffsetUnit::Bytes);
        let info = ArticleInfo { id: id.as_str().into(), ..text::describe(&id, text) };
        let mut build = Build::new("conll", info, positions, None, &self.options)?;
        let mut spans: Vec<(usize, usize, String)> = Vec::new();
        for sentence in tokens.chunk_by(|a, b| a.sentence == b.sentence) {
            for column in self.columns(sentence) {
                for run in bio::runs(column.iter().map(String::as_str)) {
                    let place = |nth: usize| sentence.get(nth).map(|token| token.place);
                    let (Some(first), Some(last)) = (place(run.first), place(run.end - 1)) else { continue };
                    spans.push((first.0, last.1, run.label));
                }
            }
        }
        spans.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        for (start, end, label) in &spans {
            let position = |byte: &usize| u32::try_from(*byte).unwrap_or(u32::MAX);
            build.span(SpanIn {
                label,
                ranges: vec![(position(start), position(end))],
                place: format!("the {label} at byte {start} of article {}", self.documents),
                ..SpanIn::default()
            })?;
        }
        build.finish()
    }

    /// Columns of tags; where rows have several tags, one for each label.
    fn columns(&self, sentence: &[Token]) -> Vec<Vec<String>> {
        if self.layout.width.is_some() {
            let column = |nth: usize| {
                sentence.iter().map(|token| token.tags.get(nth).cloned().unwrap_or_default()).collect()
            };
            return (0..self.layout.tags.len()).map(column).collect();
        }
        let label = |tag: &String| tag.split_once('-').map(|(_, label)| label.to_owned());
        let labels: BTreeSet<String> =
            sentence.iter().flat_map(|token| &token.tags).filter_map(label).collect();
        let of_label = |wanted: &String| {
            let tag =
                |token: &Token| token.tags.iter().find(|tag| label(tag).as_ref() == Some(wanted)).cloned();
            sentence.iter().map(|token| tag(token).unwrap_or_else(|| "O".to_owned())).collect()
        };
        labels.iter().map(of_label).collect()
    }
}
