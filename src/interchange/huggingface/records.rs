//! A row as a record, of ours or of others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Cells, features};
use crate::interchange::build::{Build, SpanIn};
use crate::interchange::units::{Claimed, Counting, Positions, Survey};
use crate::interchange::{FormatError, OffsetUnit, ReadOptions, Record, bio, text as plain};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, SpanId, Status, is_folder_safe};

/// The names behind numbers of labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    spans: Vec<String>,
    relations: Vec<String>,
    tags: Vec<String>,
}

impl Names {
    pub(super) fn of(features: &Value) -> Self {
        let either = |table: &str| {
            let names = features::names(features, &[table, "label"]);
            if names.is_empty() { features::names(features, &[table, "type"]) } else { names }
        };
        Self {
            spans: either("spans"),
            relations: either("relations"),
            tags: features::names(features, &[TAGS]),
        }
    }
}

/// The column of tags in data sets of tokens.
const TAGS: &str = "ner_tags";

fn text<'a>(row: &'a Cells, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A name, given as such or as its place among names.
fn name(value: Option<&Value>, names: &[String]) -> Option<String> {
    match value? {
        Value::String(name) if !name.is_empty() => Some(name.clone()),
        Value::Number(number) if names.is_empty() => Some(number.to_string()),
        Value::Number(number) => names.get(usize::try_from(number.as_u64()?).ok()?).cloned(),
        _ => None,
    }
}

/// The things of a list column; also where it is spelt as one thing of lists.
fn things(row: &Cells, key: &str) -> Vec<Cells> {
    match row.get(key) {
        Some(Value::Array(things)) => things.iter().filter_map(Value::as_object).cloned().collect(),
        Some(Value::Object(lists)) => {
            let longest = lists.values().filter_map(Value::as_array).map(Vec::len).max().unwrap_or_default();
            let cell = |list: &Value, nth: usize| list.get(nth).cloned().unwrap_or_default();
            let thing = |nth: usize| {
                lists.iter().map(|(key, list)| (key.clone(), cell(list, nth))).collect::<Cells>()
            };
            (0..longest).map(thing).collect()
        }
        _ => Vec::new(),
    }
}

fn number(thing: &Cells, key: &str) -> Option<u32> {
    u32::try_from(thing.get(key)?.as_i64()?).ok()
}

fn ranges(thing: &Cells, place: &str) -> Result<Vec<(u32, u32)>, FormatError> {
    let range = |thing: &Cells| number(thing, "start").zip(number(thing, "end"));
    let parts = things(thing, "ranges");
    let found: Option<Vec<(u32, u32)>> = if parts.is_empty() {
        range(thing).map(|range| vec![range])
    } else {
        parts.iter().map(range).collect()
    };
    found.ok_or_else(|| {
        FormatError::new("has no start and end; nothing was imported: mend the file, or rename its columns")
            .in_field(place)
    })
}

/// The words a span says it has.
fn covered(thing: &Cells) -> Option<&str> {
    ["text", "quote"].into_iter().find_map(|key| thing.get(key)?.as_str())
}

fn place(nth: usize, at: usize) -> String {
    format!("row {}, spans[{at}]", nth + 1)
}

/// Shows a row to a survey.
pub(super) fn survey(row: &Cells, nth: usize, survey: &mut Survey) -> Result<(), FormatError> {
    let spans = things(row, "spans");
    let places: Vec<String> = (0..spans.len()).map(|at| place(nth, at)).collect();
    let claimed: Result<Vec<Claimed<'_>>, FormatError> = spans
        .iter()
        .zip(&places)
        .map(|(span, place)| Ok(Claimed { ranges: ranges(span, place)?, covered: covered(span), place }))
        .collect();
    survey.article(text(row, "text"), false, &claimed?);
    Ok(())
}

/// A row as a record.
pub(super) fn record(
    row: &Cells,
    nth: usize,
    names: &Names,
    file: &str,
    counting: Counting,
    options: &ReadOptions,
) -> Result<Record, FormatError> {
    let tagged = Tagged::of(row, names);
    let words = tagged.as_ref().map_or(text(row, "text"), |tagged| tagged.text.as_str());
    let positions = match tagged {
        Some(_) => Positions::new(words, false, OffsetUnit::CodePoints),
        None => Positions::new(words, false, counting),
    };
    let info = info(row, nth, file, positions.text());
    let mut build = Build::new("huggingface", info, positions, Some(text(row, "annotator")), options)?;
    if let Some(status) = Status::from_name(text(row, "status")) {
        build.set_status(status);
    }
    if let Some(tagged) = &tagged {
        for (label, range) in &tagged.spans {
            let place = format!("row {}, {TAGS}", nth + 1);
            build.span(SpanIn { label, ranges: vec![*range], place, ..SpanIn::default() })?;
        }
        build.leave_out(format!("row {}: it has tokens and no text; one space stands between them", nth + 1));
    }
    let ends = spans(row, nth, names, &mut build)?;
    relations(row, nth, names, &ends, &mut build)?;
    build.finish()
}

/// The spans of a row; of each its number in the file and what became of it.
fn spans(row: &Cells, nth: usize, names: &Names, build: &mut Build<'_>) -> Result<Ends, FormatError> {
    let spans = things(row, "spans");
    let numbers: BTreeSet<u32> =
        spans.iter().filter_map(|span| number(span, "id")).filter(|id| *id > 0).collect();
    let numbered = numbers.len() == spans.len();
    let mut ends = Ends { numbered, ids: Vec::new() };
    for (at, span) in spans.iter().enumerate() {
        let place = place(nth, at);
        let label = name(span.get("label").or_else(|| span.get("type")), &names.spans).ok_or_else(|| {
            FormatError::new("has no label; nothing was imported: mend the file")
                .in_field(format!("{place}.label"))
        })?;
        let number = number(span, "id").filter(|_| numbered);
        let made = build.span(SpanIn {
            number,
            label: &label,
            ranges: ranges(span, &place)?,
            covered: covered(span),
            attributes: attributes_of(span),
            note: text(span, "note").to_owned(),
            place,
            ..SpanIn::default()
        })?;
        ends.ids.push((number, made));
    }
    let known = ["id", "start", "end", "label", "type", "text", "quote", "ranges", "attributes", "note"];
    let others: BTreeSet<&str> = spans.iter().flat_map(|span| span.keys()).map(String::as_str).collect();
    let others: Vec<&str> = others.into_iter().filter(|key| !known.contains(key)).collect();
    if !others.is_empty() {
        build.leave_out(format!(
            "row {}: its spans have {}, for which there is no place",
            nth + 1,
            others.join(", ")
        ));
    }
    Ok(ends)
}

/// What the ends of relations name: the number of a span, or its place in the list where spans have no numbers.
struct Ends {
    numbered: bool,
    ids: Vec<(Option<u32>, Option<SpanId>)>,
}

impl Ends {
    fn get(&self, end: u32) -> Option<SpanId> {
        let found = match self.numbered {
            true => self.ids.iter().find(|(number, _)| *number == Some(end)),
            false => self.ids.get(usize::try_from(end).ok()?),
        };
        found.and_then(|(_, id)| *id)
    }
}

fn relations(
    row: &Cells,
    nth: usize,
    names: &Names,
    ends: &Ends,
    build: &mut Build<'_>,
) -> Result<(), FormatError> {
    let relations = things(row, "relations");
    let numbers: BTreeSet<u32> = relations.iter().filter_map(|relation| number(relation, "id")).collect();
    let numbered = numbers.len() == relations.len();
    for (at, relation) in relations.iter().enumerate() {
        let place = format!("row {}, relations[{at}]", nth + 1);
        let label = name(relation.get("label").or_else(|| relation.get("type")), &names.relations);
        let label = label.ok_or_else(|| {
            FormatError::new("has no label; nothing was imported: mend the file")
                .in_field(format!("{place}.label"))
        })?;
        let end = |key: &str, other: &str| {
            number(relation, key).or_else(|| number(relation, other)).and_then(|end| ends.get(end))
        };
        let ends = (end("head", "from"), end("tail", "to"));
        let number = number(relation, "id").filter(|_| numbered);
        build.relation(number, &label, ends, attributes_of(relation), &place)?;
    }
    Ok(())
}

fn attributes_of(thing: &Cells) -> Attributes {
    let pair =
        |thing: &Cells| Some((text(thing, "name").to_owned(), thing.get("value")?.as_str()?.to_owned()));
    things(thing, "attributes").iter().filter_map(pair).collect()
}

fn info(row: &Cells, nth: usize, file: &str, words: &str) -> ArticleInfo {
    let id = match row.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => format!("{file}-{id}"),
        _ => format!("{file}-{}", nth + 1),
    };
    let id = if is_folder_safe(&id) { id } else { slug::slug(&id) };
    let described = plain::describe(&id, words);
    // Where the file has the columns, it says what there is to say.
    let given = |key: &str, found: String| row.get(key).and_then(Value::as_str).map_or(found, str::to_owned);
    ArticleInfo {
        id: id.as_str().into(),
        title: given("title", described.title),
        date: given("date", described.date),
        source: given("source", described.source),
        author: given("author", described.author),
        url: given("url", described.url),
        language: given("language", described.language),
        ..ArticleInfo::new(id.as_str(), words)
    }
}

/// A row of tokens with tags: its text, and spans in code points.
struct Tagged {
    text: String,
    spans: Vec<(String, (u32, u32))>,
}

impl Tagged {
    /// Nothing where the row has a text.
    fn of(row: &Cells, names: &Names) -> Option<Self> {
        if row.get("text").is_some_and(Value::is_string) {
            return None;
        }
        let tokens: Vec<&str> =
            row.get("tokens")?.as_array()?.iter().map(|token| token.as_str().unwrap_or_default()).collect();
        let mut at = 0;
        let edges: Vec<(u32, u32)> = tokens
            .iter()
            .map(|token| {
                let start = at;
                let end = start + u32::try_from(token.chars().count()).unwrap_or_default();
                at = end + 1;
                (start, end)
            })
            .collect();
        let tags = row.get(TAGS).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let tags: Vec<String> =
            tags.iter().map(|tag| name(Some(tag), &names.tags).unwrap_or_default()).collect();
        let spans = bio::runs(tags.iter().map(String::as_str)).into_iter().filter_map(|run| {
            let (start, end) = (edges.get(run.first)?.0, edges.get(run.end.checked_sub(1)?)?.1);
            Some((run.label, (start, end)))
        });
        Some(Self { text: tokens.join(" "), spans: spans.collect() })
    }
}
