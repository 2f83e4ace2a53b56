//! Reading tasks.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::write::GOLD;
use super::{ANNOTATOR, TEXT};
use crate::interchange::build::{Build, Names, SpanIn};
use crate::interchange::json::{Element, Elements, FACTS, info_of, own, text_of};
use crate::interchange::sink::Source;
use crate::interchange::units::{Claimed, Counting, Positions, Survey};
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record};
use crate::model::{ArticleInfo, Attributes};

#[derive(Deserialize)]
struct Task {
    id: Option<Value>,
    #[serde(default)]
    data: Map<String, Value>,
    /// Before version 1, completions.
    #[serde(default, alias = "completions")]
    annotations: Vec<Annotation>,
    #[serde(default)]
    predictions: Vec<IgnoredAny>,
    #[serde(default)]
    drafts: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Annotation {
    completed_by: Option<Value>,
    #[serde(default)]
    result: Vec<ResultIn>,
    #[serde(default)]
    was_cancelled: bool,
    #[serde(default)]
    ground_truth: bool,
}

#[derive(Deserialize)]
struct ResultIn {
    id: Option<String>,
    from_name: Option<String>,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    value: Map<String, Value>,
    meta: Option<Map<String, Value>>,
    from_id: Option<String>,
    to_id: Option<String>,
    direction: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
}

impl ResultIn {
    /// Positions of a region of a text.
    fn range(&self) -> Option<(u32, u32)> {
        let at = |key: &str| self.value.get(key)?.as_u64().and_then(|at| u32::try_from(at).ok());
        Some((at("start")?, at("end")?))
    }

    fn is_region(&self) -> bool {
        self.r#type == "labels"
    }

    /// Texts in a list, or one text.
    fn texts(&self, key: &str) -> Vec<String> {
        texts_of(self.value.get(key))
    }

    /// The words of a region. The editor writes a line end as a backslash and an n, and that of Windows as two.
    fn covered(&self, text: &str) -> Option<Cow<'_, str>> {
        let words = self.value.get("text")?.as_str()?;
        let is_escaped = words.contains("\\n") && !text.contains("\\n");
        Some(match is_escaped {
            true if text.contains("\r\n") => words.replace("\\n\\n", "\n").replace("\\n", "\n").into(),
            true => words.replace("\\n", "\n").into(),
            false => words.into(),
        })
    }
}

impl Task {
    /// The text among the data, and its key.
    fn text(&self, options: &ReadOptions) -> Result<(&str, &str), FormatError> {
        let of = |key: &str| self.data.get_key_value(key);
        let named = options.columns.text.as_deref().map_or_else(|| of(TEXT), of);
        let texts = || self.data.iter().filter(|(_, value)| value.is_string());
        let longest = || texts().max_by_key(|(_, value)| value.as_str().map_or(0, str::len));
        let found = named.or_else(|| longest().filter(|_| options.columns.text.is_none()));
        found.and_then(|(key, value)| Some((key.as_str(), value.as_str()?))).ok_or_else(|| {
            FormatError::new("the task has no text; nothing was imported: export tasks with their data")
                .in_field("data.text")
        })
    }
}

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let (counting, reason) = match options.unit {
        Some(unit) => (unit.into(), String::new()),
        None => {
            let look = |survey: &mut Survey| look(&**source, options, survey);
            let found = Survey::of_file(OffsetUnit::CodePoints, options.keep_mismatches, look)?;
            (found.counting, found.reason)
        }
    };
    let options = options.clone();
    let items = Elements::of(&**source)?.flat_map(move |element| {
        match element.and_then(|element| records(&element, counting, &options)) {
            Ok(records) => records.into_iter().map(|record| Ok(Item::Record(Box::new(record)))).collect(),
            Err(error) => vec![Err(error)],
        }
    });
    Ok(Reading::new(items).noting(reason))
}

/// Shows every task to a survey.
fn look(source: &dyn Source, options: &ReadOptions, survey: &mut Survey) -> Result<(), FormatError> {
    for element in Elements::of(source)? {
        let element = element?;
        let task: Task = element.parse()?;
        let (_, text) = task.text(options).map_err(|error| error.at_line(element.line))?;
        let regions: Vec<_> = task
            .annotations
            .iter()
            .flat_map(|annotation| &annotation.result)
            .filter(|item| item.is_region())
            .filter_map(|item| Some((item.range()?, item.covered(text), place(&element, item))))
            .collect();
        let spans: Vec<Claimed<'_>> = regions
            .iter()
            .map(|(range, words, place)| Claimed { ranges: vec![*range], covered: words.as_deref(), place })
            .collect();
        survey.article(text, false, &spans);
    }
    Ok(())
}

fn place(element: &Element, item: &ResultIn) -> String {
    format!("task {}, region {}", element.nth, item.id.as_deref().unwrap_or("without id"))
}

/// The records of a task: one an annotation, or one without any.
fn records(element: &Element, counting: Counting, options: &ReadOptions) -> Result<Vec<Record>, FormatError> {
    let task: Task = element.parse()?;
    let line = |error: FormatError| error.at_line(element.line);
    let (key, text) = task.text(options).map_err(line)?;
    let name = match task.id.as_ref().map(text_of) {
        Some(Ok(Some(id))) => format!("task-{id}"),
        _ => format!("task-{}", element.nth),
    };
    let positions = || Positions::new(text, false, counting);
    let info = info_of(&task.data, &name, positions().text());
    let mut records = Vec::new();
    for annotation in task.annotations.iter().filter(|annotation| !annotation.is_skipped()) {
        let record = annotation.record(element, info.clone(), (text, positions()), options).map_err(line)?;
        records.push(record);
    }
    if records.is_empty() {
        records.push(Build::new("label-studio", info, positions(), None, &nobody(options))?.finish()?);
    }
    if let Some(first) = records.first_mut() {
        left_out(&task, key, first);
    }
    Ok(records)
}

/// A task without annotations is nobody's.
fn nobody(options: &ReadOptions) -> ReadOptions {
    ReadOptions { annotator: None, ..options.clone() }
}

/// Reports what a task has beside its annotations.
fn left_out(task: &Task, text_key: &str, record: &mut Record) {
    let skipped = task.annotations.iter().filter(|annotation| annotation.is_skipped()).count();
    let counts = [
        (task.predictions.len(), "predictions of a model"),
        (task.drafts.len(), "drafts"),
        (skipped, "skipped annotations"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        record.leave_out(format!("left out: {what} ({count})"));
    }
    let keys: Vec<&str> = task.data.keys().map(String::as_str).collect();
    let unknown: Vec<&str> =
        keys.into_iter().filter(|key| *key != text_key && !FACTS.contains(key)).collect();
    if !unknown.is_empty() {
        record.leave_out(format!("left out: what its data says of {}", unknown.join(", ")));
    }
}

impl Annotation {
    /// Whether an annotator passed the task over.
    fn is_skipped(&self) -> bool {
        self.was_cancelled && self.result.is_empty()
    }

    /// Who made it: as we write it, the adjudicated one, or the user.
    fn annotator(&self) -> Option<String> {
        let said = self.result.iter().find(|item| item.from_name.as_deref() == Some(ANNOTATOR));
        let said = said.and_then(|item| item.texts("text").into_iter().next());
        let gold = || self.ground_truth.then(|| GOLD.to_owned());
        let user = || match self.completed_by.as_ref()? {
            Value::Object(user) => ["email", "username", "id"]
                .iter()
                .find_map(|key| text_of(user.get(*key)?).ok().flatten().filter(|name| !name.is_empty())),
            Value::Number(number) => Some(format!("annotator-{number}")),
            value => text_of(value).ok().flatten(),
        };
        said.or_else(gold).or_else(user)
    }

    fn record(
        &self,
        element: &Element,
        info: ArticleInfo,
        (source, positions): (&str, Positions),
        options: &ReadOptions,
    ) -> Result<Record, FormatError> {
        let build = Build::new("label-studio", info, positions, self.annotator().as_deref(), options)?;
        let mut task = Filling { build, source, spans: Names::default(), more: BTreeMap::new(), element };
        for item in self.result.iter().filter(|item| item.is_region()) {
            task.region(item)?;
        }
        for item in self.result.iter().filter(|item| !item.is_region()) {
            match item.r#type.as_str() {
                "relation" => task.relation(item)?,
                _ if item.from_name.as_deref() == Some(ANNOTATOR) => {}
                _ => task.attribute(item),
            }
        }
        task.build.finish()
    }
}

/// An annotation on its way to a record.
struct Filling<'e, 'o> {
    build: Build<'o>,
    /// The text as it stands in the task.
    source: &'e str,
    spans: Names,
    /// Of regions with several labels, which are several spans: all but the first.
    more: BTreeMap<String, Vec<crate::model::SpanId>>,
    element: &'e Element,
}

impl Filling<'_, '_> {
    fn region(&mut self, item: &ResultIn) -> Result<(), FormatError> {
        let place = place(self.element, item);
        let Some(range) = item.range() else {
            self.build.leave_out(format!("{place}: it has no place in a text and is left out"));
            return Ok(());
        };
        let labels = item.texts("labels");
        if labels.is_empty() {
            self.build.leave_out(format!("{place}: it has no label and is left out"));
        }
        let covered = item.covered(self.source).map(Cow::into_owned);
        let note = item.meta.as_ref().map(|meta| texts_of(meta.get("text")).join("\n")).unwrap_or_default();
        for (nth, label) in labels.iter().enumerate() {
            let id = self.build.span(SpanIn {
                label,
                ranges: vec![range],
                covered: covered.as_deref(),
                note: note.clone(),
                place: place.clone(),
                ..SpanIn::default()
            })?;
            let Some(name) = &item.id else { continue };
            if nth > 0 {
                self.more.entry(name.clone()).or_default().extend(id);
            } else if !self.spans.put(name, id) {
                return Err(FormatError::new(format!(
                    "{place}: there are two of this id; nothing was imported: number them apart"
                )));
            }
        }
        Ok(())
    }

    fn attribute(&mut self, item: &ResultIn) {
        let place = place(self.element, item);
        if item.r#type.ends_with("labels") {
            let reason = format!("{place}: {} are no regions of plain text; it is left out", item.r#type);
            self.build.leave_out(reason);
            return;
        }
        let name = own(item.from_name.as_deref().unwrap_or_default());
        let key = if item.r#type == "textarea" { "text" } else { item.r#type.as_str() };
        let values = item.texts(key);
        let span = item.id.as_deref().and_then(|id| self.spans.get(id));
        if span.is_none() || values.is_empty() {
            let what = if span.is_none() { "is of no region that is kept" } else { "has no value we read" };
            let reason = format!("{place}: the {} {name} {what}; it is left out", item.r#type);
            self.build.leave_out(reason);
            return;
        }
        if item.r#type == "choices" && values.len() > 1 {
            self.build.leave_out(format!("{place}: {name} has several values, which become one text"));
        }
        let value = values.join(if key == "text" { "\n" } else { "; " });
        let others = item.id.as_deref().and_then(|id| self.more.get(id)).cloned().unwrap_or_default();
        for span in span.into_iter().chain(others) {
            self.build.attribute(Some(span), name, &value, &place);
        }
    }

    fn relation(&mut self, item: &ResultIn) -> Result<(), FormatError> {
        let end = |name: &Option<String>| name.as_deref().and_then(|name| self.spans.get(name));
        let (mut from, mut to) = (end(&item.from_id), end(&item.to_id));
        let place = format!("task {}, a relation", self.element.nth);
        match item.direction.as_deref() {
            Some("left") => std::mem::swap(&mut from, &mut to),
            Some("bi") => self.build.leave_out(format!("{place}: it has both directions; one is kept")),
            _ => {}
        }
        let ends = [&item.from_id, &item.to_id].into_iter().flatten();
        if ends.filter(|end| self.more.contains_key(*end)).count() > 0 {
            self.build.leave_out(format!("{place}: an end has several labels; it leads to the first"));
        }
        let unnamed = ["related".to_owned()];
        let labels: BTreeSet<&String> =
            if item.labels.is_empty() { unnamed.iter().collect() } else { item.labels.iter().collect() };
        for label in labels {
            self.build.relation(None, label, (from, to), Attributes::new(), &place)?;
        }
        Ok(())
    }
}

fn texts_of(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => {
            values.iter().filter_map(|value| text_of(value).ok().flatten()).collect()
        }
        Some(value) => text_of(value).ok().flatten().into_iter().collect(),
        None => Vec::new(),
    }
}
