//! Reading CAS JSON.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::cas::{Cas, SOFA, Structure, Value};
use super::take::{self, From};
use super::types::{Type, Types};
use crate::interchange::sink::{Source, read_whole};
use crate::interchange::{FormatError, Item, ReadOptions, Reading};

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = read_whole(&**source)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let all: Json = serde_json::from_slice(bytes).map_err(|error| {
        FormatError::new(format!("is no JSON ({error}); nothing was imported: get the file anew"))
            .at_line(error.line())
    })?;
    let types = types(all.get("%TYPES"));
    let mut cas = cas(all.get("%FEATURE_STRUCTURES"))?;
    cas.is_inceptions =
        types.by_name.keys().any(|name| name.starts_with("de.tudarmstadt.ukp.clarin.webanno.api.type."));
    let from = From::file(source.name(), options);
    let record = take::record("uima-json", &cas, &types, &from, options)?;
    Ok(Reading::new(std::iter::once(Ok(Item::Record(Box::new(record))))))
}

fn types(all: Option<&Json>) -> Types {
    let Some(Json::Object(all)) = all else { return Types::default() };
    let text = |of: &Json, key: &str| of.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let by_name = all.iter().map(|(name, found)| {
        let features = found.as_object().into_iter().flatten();
        let features = features
            .filter(|(name, _)| !name.starts_with('%'))
            .map(|(name, feature)| (name.clone(), text(feature, "%RANGE")));
        (name.clone(), Type { parent: text(found, "%SUPER_TYPE"), features: features.collect() })
    });
    Types { by_name: by_name.collect() }
}

fn wrong(nth: usize, problem: &str) -> FormatError {
    FormatError::new(format!("{problem}; nothing was imported: is it CAS JSON 0.4?"))
        .in_field(format!("%FEATURE_STRUCTURES[{nth}]"))
}

fn cas(all: Option<&Json>) -> Result<Cas, FormatError> {
    let mut cas = Cas::default();
    let Some(Json::Array(all)) = all else {
        return Err(FormatError::new(
            "has no list %FEATURE_STRUCTURES; nothing was imported: export it as CAS JSON 0.4",
        ));
    };
    for (nth, found) in all.iter().enumerate() {
        let Json::Object(found) = found else { return Err(wrong(nth, "is no object")) };
        let made = structure(found, nth)?;
        if made.kind == SOFA {
            if let Some(Value::Text(text)) = made.get("sofaString") {
                cas.texts.push((made.id, text.clone()));
            }
        } else {
            cas.structures.push(made);
        }
    }
    Ok(cas)
}

fn structure(found: &Map<String, Json>, nth: usize) -> Result<Structure, FormatError> {
    let number = |value: &Json, name: &str| {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| wrong(nth, &format!("{name} is {value}, which is no number a text can have")))
    };
    let mut made = Structure::default();
    let (mut begin, mut end) = (None, None);
    for (name, value) in found {
        match name.as_str() {
            "%ID" => made.id = number(value, name)?,
            "%TYPE" => made.kind = value.as_str().unwrap_or_default().to_owned(),
            "@sofa" => made.sofa = Some(number(value, name)?),
            "begin" => begin = Some(number(value, name)?),
            "end" => end = Some(number(value, name)?),
            // Flags and anchors.
            name if name.starts_with(['%', '^']) => {}
            name => match name.strip_prefix('@') {
                Some(name) => {
                    let ids = match value {
                        Json::Array(ids) => {
                            ids.iter().map(|id| number(id, name)).collect::<Result<_, _>>()?
                        }
                        Json::Null => continue,
                        id => vec![number(id, name)?],
                    };
                    made.features.push((name.to_owned(), Value::References(ids)));
                }
                None => made.features.extend(plain(value).map(|value| (name.to_owned(), value))),
            },
        }
    }
    made.place = begin.zip(end);
    if let Some(elements) = found.get("%ELEMENTS").and_then(Json::as_array) {
        let are_plain = Types::is_plain(&made.kind);
        let elements =
            match elements.iter().map(|id| number(id, "%ELEMENTS")).collect::<Result<Vec<u32>, _>>() {
                Ok(ids) if !are_plain => Value::References(ids),
                _ => Value::Texts(texts(elements)),
            };
        made.features.push(("elements".to_owned(), elements));
    }
    Ok(made)
}

/// A value that is no reference; nothing where there is none.
fn plain(value: &Json) -> Option<Value> {
    match value {
        Json::Null | Json::Object(_) => None,
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Array(elements) => Some(Value::Texts(texts(elements))),
        other => Some(Value::Text(other.to_string())),
    }
}

fn texts(elements: &[Json]) -> Vec<String> {
    let text = |element: &Json| element.as_str().map_or_else(|| element.to_string(), ToOwned::to_owned);
    elements.iter().map(text).collect()
}
