//! Type systems: which types there are, from which they come, what their features hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cas::{ANNOTATION, META};
use super::names::Names;
use super::{CONTINUATION, RELATION, SPAN};
use crate::interchange::FormatError;
use crate::interchange::xml::{Step, XmlReader};

/// A type of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Type {
    pub(super) parent: String,
    /// Features of its own and the types of their values.
    pub(super) features: Vec<(String, String)>,
}

/// The types of a file by name; empty where it says nothing of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Types {
    pub(super) by_name: BTreeMap<String, Type>,
}

/// Deepest chain of types that is followed: a type that comes from itself ends there.
const DEEPEST: usize = 64;

impl Types {
    /// The type of a feature's values; nothing where it is not known.
    pub(super) fn range(&self, name: &str, feature: &str) -> Option<&str> {
        let mut next = self.by_name.get(name);
        for _ in 0..DEEPEST {
            let found = next?;
            if let Some((_, range)) = found.features.iter().find(|(name, _)| name == feature) {
                return Some(range);
            }
            next = self.by_name.get(&found.parent);
        }
        None
    }

    /// Whether values of this type are written out where they are used, and are not other structures.
    pub(super) fn is_plain(range: &str) -> bool {
        const PLAIN: [&str; 8] = ["String", "Boolean", "Byte", "Short", "Integer", "Long", "Float", "Double"];
        range.strip_prefix("uima.cas.").is_some_and(|short| {
            let short = short.strip_suffix("Array").or_else(|| short.strip_suffix("[]")).unwrap_or(short);
            PLAIN.contains(&short)
        })
    }

    /// Whether values of this type are texts: types of one's own that come from `uima.cas.String` list choices.
    pub(super) fn is_text(&self, range: &str) -> bool {
        let parent = self.by_name.get(range).map(|found| found.parent.as_str());
        Self::is_plain(range) || parent.is_some_and(Self::is_plain)
    }

    /// The types of our exports.
    pub(super) fn ours(spans: &Names, relations: &Names) -> Self {
        let text = |name: &str| (name.to_owned(), "uima.cas.String".to_owned());
        let annotation = |name: &str| (name.to_owned(), ANNOTATION.to_owned());
        let ends = || vec![annotation("Governor"), annotation("Dependent")];
        let span = ["label", "note"].into_iter().chain(spans.forms()).map(text).collect();
        let mut relation = ends();
        relation.extend(["label"].into_iter().chain(relations.forms()).map(text));
        let meta = ["documentTitle", "documentId"].map(text).to_vec();
        let types = [
            (META, "uima.tcas.DocumentAnnotation", meta),
            (SPAN, ANNOTATION, span),
            (RELATION, ANNOTATION, relation),
            (CONTINUATION, ANNOTATION, ends()),
        ];
        let types = types
            .into_iter()
            .map(|(name, parent, features)| (name.to_owned(), Type { parent: parent.to_owned(), features }));
        Self { by_name: types.collect() }
    }

    /// As a `TypeSystem.xml`.
    pub(super) fn to_xml(&self) -> String {
        // Names of types and features have no characters that XML would read. Writing to a string does not fail.
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <typeSystemDescription xmlns=\"http://uima.apache.org/resourceSpecifier\">\n<types>\n",
        );
        for (name, Type { parent, features }) in &self.by_name {
            _ = writeln!(
                xml,
                "<typeDescription>\n<name>{name}</name>\n<description/>\n<supertypeName>{parent}</supertypeName>\n\
                 <features>"
            );
            for (feature, range) in features {
                _ = writeln!(
                    xml,
                    "<featureDescription><name>{feature}</name><description/><rangeTypeName>{range}</rangeTypeName>\
                     </featureDescription>"
                );
            }
            xml.push_str("</features>\n</typeDescription>\n");
        }
        xml.push_str("</types>\n</typeSystemDescription>\n");
        xml
    }

    /// Reads a `TypeSystem.xml`.
    pub(super) fn from_xml(xml: &str) -> Result<Self, FormatError> {
        let mut types = Self::default();
        let (mut path, mut text) = (Vec::new(), String::new());
        let (mut name, mut found, mut feature) = (String::new(), Type::default(), String::new());
        for step in XmlReader::new(xml) {
            match step? {
                Step::Start(element) => {
                    path.push(element.local_name().to_owned());
                    text.clear();
                }
                Step::Text(piece) => text.push_str(&piece),
                Step::End => {
                    let ended = path.pop().unwrap_or_default();
                    let said = || text.trim().to_owned();
                    match (path.last().map(String::as_str).unwrap_or_default(), ended.as_str()) {
                        ("typeDescription", "name") => name = said(),
                        ("typeDescription", "supertypeName") => found.parent = said(),
                        ("featureDescription", "name") => feature = said(),
                        ("featureDescription", "rangeTypeName") => {
                            found.features.push((std::mem::take(&mut feature), said()));
                        }
                        (_, "typeDescription") => {
                            types.by_name.insert(std::mem::take(&mut name), std::mem::take(&mut found));
                        }
                        _ => {}
                    }
                    text.clear();
                }
            }
        }
        Ok(types)
    }
}
