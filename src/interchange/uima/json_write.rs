//! CAS JSON.

use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use super::cas::{Cas, SOFA, Structure, Value};
use super::types::Types;

/// Writes a CAS with its types. The text comes first, since annotations point at it.
pub(super) fn write(cas: &Cas, types: &Types, out: &mut dyn Write) -> io::Result<()> {
    let mut structures = Vec::with_capacity(cas.structures.len() + 1);
    let mut views = Map::new();
    for (number, (id, text)) in cas.texts.iter().enumerate() {
        structures.push(json!({
            "%ID": id, "%TYPE": SOFA, "sofaNum": number + 1, "sofaID": "_InitialView", "mimeType": "text/plain",
            "sofaString": text,
        }));
        let members: Vec<u32> = cas.structures.iter().map(|structure| structure.id).collect();
        views.insert("_InitialView".to_owned(), json!({ "%SOFA": id, "%MEMBERS": members }));
    }
    structures.extend(cas.structures.iter().map(structure));
    let all = json!({ "%TYPES": all_types(types), "%FEATURE_STRUCTURES": structures, "%VIEWS": views });
    serde_json::to_writer(&mut *out, &all)?;
    out.write_all(b"\n")
}

fn all_types(types: &Types) -> Map<String, Json> {
    let feature =
        |(name, range): &(String, String)| (name.clone(), json!({ "%NAME": name, "%RANGE": range }));
    let types = types.by_name.iter().map(|(name, found)| {
        let mut made = Map::new();
        made.insert("%NAME".to_owned(), json!(name));
        made.insert("%SUPER_TYPE".to_owned(), json!(found.parent));
        made.extend(found.features.iter().map(feature));
        (name.clone(), Json::Object(made))
    });
    types.collect()
}

fn structure(structure: &Structure) -> Json {
    let mut made = Map::new();
    made.insert("%ID".to_owned(), json!(structure.id));
    made.insert("%TYPE".to_owned(), json!(structure.kind));
    if let Some(sofa) = structure.sofa {
        made.insert("@sofa".to_owned(), json!(sofa));
    }
    if let Some((begin, end)) = structure.place {
        made.insert("begin".to_owned(), json!(begin));
        made.insert("end".to_owned(), json!(end));
    }
    for (name, value) in &structure.features {
        match value {
            Value::Text(text) => made.insert(name.clone(), json!(text)),
            Value::Texts(texts) => made.insert(name.clone(), json!(texts)),
            Value::References(ids) => made.insert(format!("@{name}"), json!(ids.first())),
        };
    }
    Json::Object(made)
}
