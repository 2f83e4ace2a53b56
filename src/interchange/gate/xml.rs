//! GATE XML: the text with nodes in it, then annotations from node to node.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::read::{AnnotationIn, Document};
use crate::interchange::FormatError;
use crate::interchange::xml::{Element, Step, XmlReader, decode};

/// Reads a document. Its positions count code points.
pub(super) fn document(bytes: &[u8]) -> Result<Document, FormatError> {
    let xml = decode(bytes)?;
    let mut parser = Parser::default();
    for step in XmlReader::new(&xml) {
        match step? {
            Step::Start(element) => parser.start(&element)?,
            Step::Text(text) => parser.text(&text),
            Step::End => parser.end(),
        }
    }
    parser.document.offset_type = Some("p".to_owned());
    Ok(parser.document)
}

#[derive(Default)]
struct Parser {
    document: Document,
    /// Code points of the text so far.
    position: u32,
    /// Code points before each node.
    nodes: BTreeMap<String, u32>,
    /// Names of the elements that are open.
    open: Vec<String>,
    set: String,
    annotation: Option<AnnotationIn>,
    feature: (String, String),
    /// The class of the feature's value.
    class: String,
}

impl Parser {
    fn start(&mut self, element: &Element<'_>) -> Result<(), FormatError> {
        let attribute = |name: &str| element.attribute(name).unwrap_or_default().to_owned();
        if self.open.is_empty() && element.local_name() != "GateDocument" {
            return Err(FormatError::new(format!(
                "begins with {}, not with GateDocument; nothing was imported: is it GATE XML?",
                element.name
            )));
        }
        match element.local_name() {
            "Node" => {
                self.nodes.insert(attribute("id"), self.position);
            }
            "AnnotationSet" => {
                self.set = attribute("Name");
                self.document.annotation_sets.entry(self.set.clone()).or_default();
            }
            "Annotation" => self.annotation = Some(self.annotation(element)?),
            "Feature" => self.feature = (String::new(), String::new()),
            "Value" => self.class = attribute("className"),
            _ => {}
        }
        self.open.push(element.local_name().to_owned());
        Ok(())
    }

    fn annotation(&self, element: &Element<'_>) -> Result<AnnotationIn, FormatError> {
        let id = element.attribute("Id").unwrap_or_default();
        let node = |name: &str| {
            let node = element.attribute(name).unwrap_or_default();
            self.nodes.get(node).copied().ok_or_else(|| {
                FormatError::new(format!(
                    "annotation {id} has the {name} {node:?}, which is not in the text; nothing was imported: get the \
                     file anew"
                ))
            })
        };
        let number = id.parse().map_err(|error| {
            FormatError::new(format!("annotation {id:?}: {error}; nothing was imported: number it"))
        })?;
        Ok(AnnotationIn {
            r#type: element.attribute("Type").unwrap_or_default().to_owned(),
            start: node("StartNode")?,
            end: node("EndNode")?,
            id: number,
            features: Some(Map::new()),
        })
    }

    fn text(&mut self, text: &str) {
        let parents: Vec<&str> = self.open.iter().rev().map(String::as_str).take(2).collect();
        match parents.as_slice() {
            ["TextWithNodes", ..] => {
                self.document.text.push_str(text);
                self.position += u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            }
            ["Name", "Feature"] => self.feature.0.push_str(text),
            ["Value", "Feature"] => self.feature.1.push_str(text),
            _ => {}
        }
    }

    fn end(&mut self) {
        match self.open.pop().as_deref() {
            Some("Feature") => {
                let (name, value) = std::mem::take(&mut self.feature);
                let value = match (self.class.as_str(), value.as_str()) {
                    ("java.lang.Boolean", "true" | "false") => Value::Bool(value == "true"),
                    _ => Value::String(value),
                };
                let features = match &mut self.annotation {
                    Some(annotation) => &mut annotation.features,
                    None => &mut self.document.features,
                };
                features.get_or_insert_default().insert(name, value);
            }
            Some("Annotation") => {
                let set = self.document.annotation_sets.entry(self.set.clone()).or_default();
                set.annotations.extend(self.annotation.take());
            }
            _ => {}
        }
    }
}
