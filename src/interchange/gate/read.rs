//! Reading documents.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ANNOTATORS, GOLD, KEY, NOTE, RELATIONS, xml};
use crate::interchange::build::{Build, Names, SpanIn};
use crate::interchange::json::{self, FACTS, info_of, own, text_of};
use crate::interchange::sink::{Source, read_whole, stem};
use crate::interchange::units::Positions;
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record};
use crate::model::{Article, Attributes};

/// A document, from JSON or from XML.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) annotation_sets: BTreeMap<String, SetIn>,
    pub(super) text: String,
    pub(super) features: Option<Map<String, Value>>,
    pub(super) offset_type: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct SetIn {
    #[serde(default)]
    pub(super) annotations: Vec<AnnotationIn>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct AnnotationIn {
    pub(super) r#type: String,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) id: u32,
    pub(super) features: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct RelationIn {
    r#type: String,
    from: u32,
    to: u32,
    features: Option<Map<String, Value>>,
}

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = read_whole(&**source)?;
    let start = bytes.iter().find(|byte| byte.is_ascii_punctuation());
    let document: Document = if start == Some(&b'<') { xml::document(&bytes)? } else { json::whole(&bytes)? };
    if document.text.len() > Article::MAX_BYTES {
        return Err(FormatError::new("the text is too long; nothing was imported: split it").in_field("text"));
    }
    let records = document.records(stem(source.name()), options)?;
    Ok(Reading::new(records.into_iter().map(|record| Ok(Item::Record(Box::new(record))))))
}

impl Document {
    fn unit(&self, options: &ReadOptions) -> Result<OffsetUnit, FormatError> {
        match (options.unit, self.offset_type.as_deref()) {
            (Some(unit), _) => Ok(unit),
            (None, None | Some("p")) => Ok(OffsetUnit::CodePoints),
            (None, Some("j")) => Ok(OffsetUnit::Utf16),
            (None, Some(other)) => Err(FormatError::new(format!(
                "{other:?} is neither p (code points) nor j (UTF-16); nothing was imported: say what it is with \
                 --offset-unit"
            ))
            .in_field("offset_type")),
        }
    }

    /// A record an annotation set, or one without a layer.
    fn records(&self, name: &str, options: &ReadOptions) -> Result<Vec<Record>, FormatError> {
        let unit = self.unit(options)?;
        let positions = || Positions::new(&self.text, false, unit);
        let features = self.features.clone().unwrap_or_default();
        let info = info_of(&features, name, positions().text());
        let mut records = Vec::new();
        let is_wanted =
            |name: &str, set: &SetIn| name != MARKUP && !(name.is_empty() && set.annotations.is_empty());
        for (name, set) in self.annotation_sets.iter().filter(|(name, set)| is_wanted(name, set)) {
            let annotator = self.annotator(name, &features);
            let build = Build::new("gate", info.clone(), positions(), Some(annotator), options)?;
            records.push(set.record(name, build, &features)?);
        }
        if records.is_empty() {
            records.push(Record::bare(info, positions().text().clone()));
        }
        if let Some(first) = records.first_mut() {
            self.left_out(&features, first);
        }
        Ok(records)
    }

    /// Who made a set: whom the document says, or by custom.
    fn annotator<'a>(&'a self, set: &'a str, features: &'a Map<String, Value>) -> &'a str {
        let said = features.get(ANNOTATORS).and_then(|all| all.get(set)).and_then(Value::as_str);
        said.unwrap_or(if set == KEY && !self.annotation_sets.contains_key(GOLD) { GOLD } else { set })
    }

    fn left_out(&self, features: &Map<String, Value>, record: &mut Record) {
        if let Some(markup) = self.annotation_sets.get(MARKUP) {
            let count = markup.annotations.len();
            record.leave_out(format!("left out: the set “{MARKUP}”, the markup of a page ({count})"));
        }
        let known = |key: &str| FACTS.contains(&key) || key == ANNOTATORS || key == RELATIONS;
        let unknown: Vec<&str> = features.keys().map(String::as_str).filter(|key| !known(key)).collect();
        if !unknown.is_empty() {
            record.leave_out(format!("left out: the features {} of the document", unknown.join(", ")));
        }
    }
}

/// The set in which GATE keeps the markup of the page a text was taken from.
const MARKUP: &str = "Original markups";

impl SetIn {
    fn record(
        &self,
        name: &str,
        mut build: Build<'_>,
        features: &Map<String, Value>,
    ) -> Result<Record, FormatError> {
        // Ids of GATE begin with 0, ours with 1.
        let numbered = self.annotations.iter().all(|annotation| annotation.id > 0);
        let mut names = Names::default();
        for annotation in &self.annotations {
            let place = format!("annotation {} of the set “{name}”", annotation.id);
            let (attributes, note, wrong) = taken(annotation.features.as_ref());
            let id = build.span(SpanIn {
                number: numbered.then_some(annotation.id),
                label: &annotation.r#type,
                ranges: vec![(annotation.start, annotation.end)],
                attributes,
                note,
                place: place.clone(),
                ..SpanIn::default()
            })?;
            if !names.put(&annotation.id.to_string(), id) {
                return Err(FormatError::new(format!(
                    "{place}: there are two of this id; nothing was imported: number them apart"
                )));
            }
            for feature in wrong {
                build.leave_out(format!("{place}: its feature {feature} is no text and is left out"));
            }
        }
        if let Some(relations) = features.get(RELATIONS).and_then(|all| all.get(name)) {
            relate(&mut build, &names, name, relations)?;
        }
        build.finish()
    }
}

fn relate(build: &mut Build<'_>, names: &Names, set: &str, relations: &Value) -> Result<(), FormatError> {
    let Ok(relations) = Vec::<RelationIn>::deserialize(relations) else {
        build.leave_out(format!("left out: the feature {RELATIONS}, which is not as we write it"));
        return Ok(());
    };
    for (nth, relation) in relations.iter().enumerate() {
        let place = format!("relation {} of the set “{set}”", nth + 1);
        let ends = (names.get(&relation.from.to_string()), names.get(&relation.to.to_string()));
        let mut attributes = Attributes::new();
        for (name, value) in relation.features.iter().flatten() {
            match text_of(value) {
                Ok(value) => attributes.extend(value.map(|value| (name.clone(), value))),
                Err(_) => build.leave_out(format!("{place}: its feature {name} is no text and is left out")),
            }
        }
        build.relation(None, &relation.r#type, ends, attributes, &place)?;
    }
    Ok(())
}

/// Features as attributes and a note, and the names of those that are neither.
fn taken(features: Option<&Map<String, Value>>) -> (Attributes, String, Vec<String>) {
    let (mut attributes, mut note, mut wrong) = (Attributes::new(), String::new(), Vec::new());
    for (name, value) in features.into_iter().flatten() {
        match text_of(value) {
            Ok(Some(text)) if name == NOTE => note = text,
            Ok(Some(text)) => _ = attributes.insert(own(name).to_owned(), text),
            Ok(None) => {}
            Err(_) => wrong.push(name.clone()),
        }
    }
    (attributes, note, wrong)
}
