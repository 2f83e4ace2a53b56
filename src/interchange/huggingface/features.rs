//! The columns of a data set, as trees: what `datasets` calls features, and the schema of Parquet made from them.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Feature {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// A name out of these, kept as its place among them.
    Label(Vec<String>),
    /// Things that have these parts each.
    List(Vec<(&'static str, Feature)>),
}

/// The columns, with the names of labels and relation types.
pub(super) fn columns(labels: &[String], relations: &[String]) -> Vec<(&'static str, Feature)> {
    let attributes = || Feature::List(vec![("name", Feature::Text), ("value", Feature::Text)]);
    let texts = ["id", "text", "title", "date", "source", "author", "url", "language", "annotator", "status"];
    let mut columns: Vec<(&'static str, Feature)> = texts.map(|name| (name, Feature::Text)).to_vec();
    columns.push((
        "spans",
        Feature::List(vec![
            ("id", Feature::Number),
            ("start", Feature::Number),
            ("end", Feature::Number),
            ("label", Feature::Label(labels.to_vec())),
            ("text", Feature::Text),
            ("ranges", Feature::List(vec![("start", Feature::Number), ("end", Feature::Number)])),
            ("attributes", attributes()),
            ("note", Feature::Text),
        ]),
    ));
    columns.push((
        "relations",
        Feature::List(vec![
            ("id", Feature::Number),
            ("label", Feature::Label(relations.to_vec())),
            ("head", Feature::Number),
            ("tail", Feature::Number),
            ("attributes", attributes()),
        ]),
    ));
    columns
}

/// The features as `datasets` writes them into a file.
pub(super) fn as_json(columns: &[(&'static str, Feature)]) -> Value {
    let parts = columns.iter().map(|(name, feature)| {
        let value = match feature {
            Feature::Text => json!({"dtype": "string", "_type": "Value"}),
            Feature::Number => json!({"dtype": "int64", "_type": "Value"}),
            Feature::Label(names) => json!({"names": names, "_type": "ClassLabel"}),
            Feature::List(parts) => json!([as_json(parts)]),
        };
        ((*name).to_owned(), value)
    });
    Value::Object(parts.collect())
}

/// The schema of a Parquet file, as text; lists have the three levels that the format asks for.
pub(super) fn schema(columns: &[(&'static str, Feature)]) -> String {
    let mut message = "message schema {\n".to_owned();
    fields(columns, &mut message);
    message.push('}');
    message
}

fn fields(columns: &[(&'static str, Feature)], message: &mut String) {
    for (name, feature) in columns {
        // Writing to a string does not fail.
        _ = match feature {
            Feature::Text => writeln!(message, "optional binary {name} (UTF8);"),
            Feature::Number | Feature::Label(_) => writeln!(message, "optional int64 {name};"),
            Feature::List(parts) => {
                _ = write!(
                    message,
                    "optional group {name} (LIST) {{ repeated group list {{ optional group element {{ "
                );
                fields(parts, message);
                writeln!(message, "}} }} }}")
            }
        };
    }
}

/// The names of the labels of a column, from features in any of their spellings; empty where it has none.
pub(super) fn names(features: &Value, path: &[&str]) -> Vec<String> {
    let mut at = features;
    for part in path {
        at = bare(at);
        let Some(next) = at.get(part) else { return Vec::new() };
        at = next;
    }
    let names = bare(at).get("names").and_then(Value::as_array);
    names
        .map(|names| names.iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect())
        .unwrap_or_default()
}

/// A feature without the lists around it.
fn bare(feature: &Value) -> &Value {
    let mut feature = feature;
    loop {
        feature = match feature {
            Value::Array(inner) if !inner.is_empty() => inner.first().unwrap_or(&Value::Null),
            Value::Object(map) if map.contains_key("feature") => map.get("feature").unwrap_or(&Value::Null),
            other => return other,
        };
    }
}
