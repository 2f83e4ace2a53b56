//! What an annotation says, whatever of the many forms of JSON-LD it has.

use serde_json::{Map, Value};

use super::ATTRIBUTES;
use crate::interchange::json::text_of;
use crate::model::Attributes;

/// An annotation.
#[derive(Debug, Default)]
pub(super) struct Note {
    pub(super) id: String,
    /// Where in the file it stands.
    pub(super) place: String,
    pub(super) creator: Option<String>,
    pub(super) motivation: String,
    /// Tags.
    pub(super) labels: Vec<String>,
    pub(super) comments: Vec<String>,
    pub(super) attributes: Attributes,
    /// Things it links to.
    pub(super) links: Vec<String>,
    pub(super) targets: Vec<Target>,
    /// Things it says that we have no place for.
    pub(super) left_out: Vec<String>,
}

/// A part of a text.
#[derive(Debug, Default)]
pub(super) struct Target {
    /// The IRI of the text, or of an annotation.
    pub(super) source: String,
    /// The text itself.
    pub(super) embedded: Option<String>,
    pub(super) position: Option<(u32, u32)>,
    /// Words, with those before and after them.
    pub(super) quote: Option<(String, String, String)>,
    /// Whether there is any selector.
    pub(super) selects: bool,
}

/// One or many as many.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}

fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).or_else(|| object.get(format!("@{key}")))?.as_str()
}

/// Whether an object is of a type, with or without the prefix of the vocabulary.
pub(super) fn is_a(object: &Value, kind: &str) -> bool {
    let types = list(object.get("type").or_else(|| object.get("@type")));
    let of = |value: &Value| value.as_str().is_some_and(|name| name.trim_start_matches("oa:") == kind);
    types.iter().any(of)
}

/// All annotations in a value: one, a list, a page, a collection. What leads elsewhere is reported.
pub(super) fn gather<'a>(value: &'a Value, found: &mut Vec<&'a Value>, elsewhere: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| gather(value, found, elsewhere)),
        Value::Object(_) if is_a(value, "Annotation") => found.push(value),
        Value::Object(object) => {
            for key in ["@graph", "items", "first", "next"] {
                match object.get(key) {
                    Some(Value::String(iri)) => {
                        elsewhere.push(format!("left out: the page {iri}, which is not in the file"))
                    }
                    Some(inner) => gather(inner, found, elsewhere),
                    None => {}
                }
            }
        }
        _ => elsewhere.push("left out: something that is no annotation".to_owned()),
    }
}

impl Note {
    pub(super) fn of(annotation: &Value, nth: usize) -> Self {
        let id = text(annotation, "id").unwrap_or_default().to_owned();
        let place = if id.is_empty() { format!("annotation {nth}") } else { format!("annotation {id}") };
        let motivations: Vec<&str> =
            list(annotation.get("motivation")).iter().filter_map(Value::as_str).map(local).collect();
        let motivation = motivations.first().copied().unwrap_or_default().to_owned();
        let mut note = Self { id, place, motivation, ..Self::default() };
        note.creator = list(annotation.get("creator")).first().and_then(creator);
        if let Some(value) = text(annotation, "bodyValue") {
            note.say("", value);
        }
        list(annotation.get("body")).iter().for_each(|body| note.body(body));
        for (name, value) in annotation.get(ATTRIBUTES).and_then(Value::as_object).into_iter().flatten() {
            match text_of(value) {
                Ok(value) => note.attributes.extend(value.map(|value| (name.clone(), value))),
                Err(_) => note.left_out.push(format!("its attribute {name}, which is no text")),
            }
        }
        note.targets = list(annotation.get("target")).iter().map(|value| note.target(value)).collect();
        note
    }

    /// Whether it stands for a relation.
    pub(super) fn is_link(&self) -> bool {
        self.motivation == "linking" && !self.links.is_empty() && !self.targets.iter().any(|it| it.selects)
    }

    /// A body in words.
    fn say(&mut self, purpose: &str, words: &str) {
        let purpose = if purpose.is_empty() { self.motivation.as_str() } else { purpose };
        match purpose {
            "tagging" | "classifying" => self.labels.push(words.to_owned()),
            "" | "commenting" | "describing" | "replying" | "highlighting" | "linking" => {
                self.comments.push(words.to_owned());
            }
            other => _ = self.attributes.insert(other.to_owned(), words.to_owned()),
        }
    }

    fn body(&mut self, body: &Value) {
        if let Value::String(iri) = body {
            self.links.push(iri.clone());
            return;
        }
        let purpose = local(body.get("purpose").and_then(Value::as_str).unwrap_or_default()).to_owned();
        let resource = || text(body, "source").or_else(|| text(body, "id"));
        match (text(body, "value").or_else(|| text(body, "chars")), resource()) {
            (Some(words), _) => self.say(&purpose, words),
            (None, Some(iri)) if matches!(purpose.as_str(), "" | "linking") => {
                self.links.push(iri.to_owned())
            }
            (None, Some(iri)) => self.say(&purpose, iri),
            (None, None) => self.left_out.push("a body without words and without an address".to_owned()),
        }
    }

    fn target(&mut self, target: &Value) -> Target {
        if let Value::String(iri) = target {
            return Target { source: iri.clone(), ..Target::default() };
        }
        let source = target.get("source").unwrap_or(target);
        let mut found = Target {
            source: source.as_str().or_else(|| text(source, "id")).unwrap_or_default().to_owned(),
            embedded: source.get("value").and_then(Value::as_str).map(str::to_owned),
            ..Target::default()
        };
        for selector in list(target.get("selector")) {
            found.selects = true;
            if selector.get("refinedBy").is_some() {
                self.left_out.push("a selector that is refined by another".to_owned());
            } else if is_a(selector, "TextPositionSelector") {
                let at = |key: &str| selector.get(key)?.as_u64().and_then(|at| u32::try_from(at).ok());
                found.position = at("start").zip(at("end"));
            } else if is_a(selector, "TextQuoteSelector") {
                let part =
                    |key: &str| selector.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                found.quote = Some((part("exact"), part("prefix"), part("suffix")));
            }
        }
        found
    }
}

/// The last part of a name such as `oa:tagging`.
fn local(name: &str) -> &str {
    name.rsplit(['#', '/', ':']).next().unwrap_or(name)
}

fn creator(value: &Value) -> Option<String> {
    if let Value::Object(person) = value {
        return said(person);
    }
    value.as_str().map(str::to_owned)
}

fn said(person: &Map<String, Value>) -> Option<String> {
    let keys = ["nickname", "name", "email", "id"];
    keys.iter().find_map(|key| person.get(*key)?.as_str().filter(|name| !name.is_empty()).map(str::to_owned))
}
