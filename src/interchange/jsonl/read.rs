//! Reading the native data set, line by line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::layer::{HIGHEST_NUMBER, RelationIn, SpanIn, add_relations, add_spans};
use crate::interchange::units::Positions;
use crate::interchange::wire::{FORMAT, ProjectLine};
use crate::interchange::{FormatError, Header, Item, Loss, LossKind, ReadOptions, Record};
use crate::language::slug;
use crate::model::{
    AnnotatorId, Article, ArticleInfo, Direction, Layer, LayerKey, Place, Status, is_folder_safe,
};

/// Longest line read, in bytes, so that a file without line ends does not fill the memory.
pub const LONGEST_LINE: u64 = 2 * Article::MAX_BYTES as u64;

/// Reads a data set line by line. It ends after the first line that cannot be read.
#[derive(Debug)]
pub struct JsonlReader<R> {
    input: R,
    options: ReadOptions,
    line: usize,
    longest: u64,
    pending: Option<Item>,
    unknown: BTreeSet<String>,
    done: bool,
}

impl<R: BufRead> JsonlReader<R> {
    /// Reads from the start of a file.
    pub fn new(input: R, options: ReadOptions) -> Self {
        Self {
            input,
            options,
            line: 0,
            longest: LONGEST_LINE,
            pending: None,
            unknown: BTreeSet::new(),
            done: false,
        }
    }

    fn next_item(&mut self) -> Result<Option<Item>, FormatError> {
        if let Some(item) = self.pending.take() {
            return Ok(Some(item));
        }
        loop {
            let Some(line) = self.next_line()? else { return Ok(None) };
            if !line.trim().is_empty() {
                return self.parse(&line).map(Some).map_err(|error| error.at_line(self.line));
            }
        }
    }

    fn next_line(&mut self) -> Result<Option<String>, FormatError> {
        let mut bytes = Vec::new();
        self.line += 1;
        let read = (&mut self.input).take(self.longest).read_until(b'\n', &mut bytes);
        let at = |error: FormatError| error.at_line(self.line);
        match read {
            Err(error) => return Err(at(FormatError::new(format!("cannot be read: {error}; try again")))),
            Ok(0) => return Ok(None),
            Ok(_) if bytes.len() as u64 == self.longest && !bytes.ends_with(b"\n") => {
                return Err(at(FormatError::new(format!(
                    "is longer than {} bytes; nothing was imported: a data set has one article a line",
                    self.longest
                ))));
            }
            Ok(_) => {}
        }
        let line = String::from_utf8(bytes).map_err(|error| {
            let byte = error.utf8_error().valid_up_to();
            at(FormatError::new("is not UTF-8; nothing was imported: save the data set as UTF-8")
                .at_byte(byte))
        })?;
        Ok(Some(if self.line == 1 { line.trim_start_matches('\u{feff}').to_owned() } else { line }))
    }

    fn parse(&mut self, json: &str) -> Result<Item, FormatError> {
        if !json.trim_start().starts_with('{') {
            return Err(FormatError::new(
                "is not a JSON object; nothing was imported: a data set has one object a line",
            ));
        }
        let line: LineIn = serde_json::from_str(json).map_err(|error| json_error(&error))?;
        let mut header = line.project.map(header_of).transpose()?;
        let Some(text) = line.text else {
            return match header.take() {
                Some(header) => Ok(Item::Header(Box::new(header))),
                None => Err(FormatError::new(
                    "there is no article in this line; nothing was imported: give it a text, or remove the line",
                )
                .in_field("text")),
            };
        };
        let mut record =
            LineIn { project: None, text: Some(text), ..line }.record(self.line, &self.options)?;
        self.note_unknown_keys(json, &mut record);
        let record = Item::Record(Box::new(record));
        Ok(match header {
            Some(header) => {
                self.pending = Some(record);
                Item::Header(Box::new(header))
            }
            None => record,
        })
    }

    /// Keys we do not know are left out of the project: said once for each.
    fn note_unknown_keys(&mut self, json: &str, record: &mut Record) {
        let Ok(keys) = serde_json::from_str::<BTreeMap<Cow<'_, str>, IgnoredAny>>(json) else { return };
        for key in keys.into_keys().filter(|key| !KEYS.contains(&&**key)) {
            if self.unknown.insert(key.to_string()) {
                record.losses.push(Loss {
                    place: Place::Article(record.info.id.clone()),
                    kind: LossKind::Stripped,
                    reason: format!(
                        "the key {key:?} is not one of a data set and is left out, here and below"
                    ),
                });
            }
        }
    }
}

impl<R: BufRead> Iterator for JsonlReader<R> {
    type Item = Result<Item, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = self.next_item().transpose();
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

/// What serde_json says, with its column as byte and without its line, which is always the first.
fn json_error(error: &serde_json::Error) -> FormatError {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    FormatError::new(format!("{said}; nothing was imported: mend this line"))
        .at_byte(error.column().saturating_sub(1))
}

fn header_of(line: ProjectLine) -> Result<Header, FormatError> {
    if line.format > FORMAT {
        return Err(FormatError::new(format!(
            "the data set has format {}, this version reads up to {FORMAT}; nothing was imported: use a newer Hashiya",
            line.format
        ))
        .in_field("project.format"));
    }
    line.into_header().map_err(|(field, problem)| {
        FormatError::new(format!("{problem}; nothing was imported")).in_field(field)
    })
}

/// Keys of [`LineIn`].
const KEYS: &[&str] = &[
    "id",
    "title",
    "date",
    "source",
    "author",
    "url",
    "language",
    "direction",
    "text",
    "annotator",
    "status",
    "spans",
    "relations",
    "last_span",
    "last_relation",
    "project",
];

#[derive(Deserialize)]
struct LineIn {
    id: Option<String>,
    title: Option<String>,
    date: Option<String>,
    source: Option<String>,
    author: Option<String>,
    url: Option<String>,
    language: Option<String>,
    direction: Option<String>,
    text: Option<String>,
    annotator: Option<String>,
    status: Option<String>,
    #[serde(default)]
    spans: Option<Vec<SpanIn>>,
    #[serde(default)]
    relations: Option<Vec<RelationIn>>,
    last_span: Option<u32>,
    last_relation: Option<u32>,
    project: Option<ProjectLine>,
}

impl LineIn {
    fn record(mut self, line: usize, options: &ReadOptions) -> Result<Record, FormatError> {
        let source = self.text.take().unwrap_or_default();
        if source.len() > Article::MAX_BYTES {
            return Err(
                FormatError::new("the text is too long; nothing was imported: split it").in_field("text")
            );
        }
        let spans = self.spans.take().unwrap_or_default();
        let relations = self.relations.take().unwrap_or_default();
        let text = Positions::new(&source, false, options.unit.unwrap_or_default());
        let info = self.info(line, text.text())?;
        let mut record = Record::bare(info, text.text().clone());
        (record.spans, record.relations) = (spans.len(), relations.len());
        let named = self.annotator.as_deref().filter(|name| !name.is_empty()).map(AnnotatorId::from);
        let Some(annotator) =
            options.annotator.clone().filter(|_| named.is_some() || !spans.is_empty()).or(named)
        else {
            if spans.is_empty() && relations.is_empty() {
                return Ok(record);
            }
            return Err(FormatError::new(
                "there are annotations but nobody who made them; nothing was imported: give --annotator",
            )
            .in_field("annotator"));
        };
        if !is_folder_safe(annotator.as_str()) {
            return Err(FormatError::new(format!(
                "{:?} cannot be the name of a folder; nothing was imported: give --annotator",
                annotator.as_str()
            ))
            .in_field("annotator"));
        }
        let key = LayerKey { article: record.info.id.clone(), annotator: annotator.clone() };
        let mut layer = Layer { status: self.status()?, ..Layer::default() };
        add_spans(&mut layer, spans, &text, &key, &mut record.losses)?;
        add_relations(&mut layer, relations, &key, &mut record.losses)?;
        let given = |counter: Option<u32>| counter.unwrap_or_default().min(HIGHEST_NUMBER);
        layer.last_span = layer.last_span.max(given(self.last_span));
        layer.last_relation = layer.last_relation.max(given(self.last_relation));
        record.layer = Some((annotator, layer));
        Ok(record)
    }

    fn info(&mut self, line: usize, text: &str) -> Result<ArticleInfo, FormatError> {
        let take = |field: &mut Option<String>| field.take().unwrap_or_default();
        let title = take(&mut self.title);
        let id = match self.id.take() {
            Some(id) if is_folder_safe(&id) => id,
            Some(id) if !id.is_empty() => slug::slug(&id),
            _ if !title.is_empty() => slug::slug(&title),
            _ => format!("article-{line}"),
        };
        let direction = match self.direction.as_deref() {
            None | Some("") => None,
            Some("rtl") => Some(Direction::RightToLeft),
            Some("ltr") => Some(Direction::LeftToRight),
            Some(other) => {
                return Err(FormatError::new(format!(
                    "{other:?} is neither rtl nor ltr; nothing was imported: mend this line"
                ))
                .in_field("direction"));
            }
        };
        Ok(ArticleInfo {
            title,
            date: take(&mut self.date),
            source: take(&mut self.source),
            author: take(&mut self.author),
            url: take(&mut self.url),
            language: take(&mut self.language),
            direction,
            ..ArticleInfo::new(id, text)
        })
    }

    fn status(&self) -> Result<Status, FormatError> {
        let Some(name) = self.status.as_deref() else { return Ok(Status::InProgress) };
        Status::from_name(name).ok_or_else(|| {
            FormatError::new(format!("{name:?} is none of new, in_progress, done; nothing was imported"))
                .in_field("status")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_over_the_limit_is_refused_with_the_limit() {
        let line = "{\"text\":\"Ali\"}\n";
        let read = |longest| {
            let mut reader = JsonlReader::new(line.as_bytes(), ReadOptions::default());
            reader.longest = longest;
            reader.next().unwrap()
        };
        assert!(read(line.len() as u64).is_ok());
        let said = read(line.len() as u64 - 1).unwrap_err().to_string();
        assert!(said.contains("line 1") && said.contains("longer than 14 bytes"), "{said}");
    }
}
