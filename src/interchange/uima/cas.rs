//! A CAS: a text and feature structures over it, apart from how they are written.

use super::super::FormatError;

/// The type of the text itself.
pub(super) const SOFA: &str = "uima.cas.Sofa";
/// What every span over a text is.
pub(super) const ANNOTATION: &str = "uima.tcas.Annotation";
/// What a document says of itself.
pub(super) const META: &str = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData";
/// The number of the text in files we write.
pub(super) const OUR_SOFA: u32 = 1;

/// A text and what is said about it.
#[derive(Debug, Default)]
pub(super) struct Cas {
    /// Texts by number. There is one in nearly every file.
    pub(super) texts: Vec<(u32, String)>,
    /// What is said, in the order of the file.
    pub(super) structures: Vec<Structure>,
    /// Whether INCEpTION wrote it, which puts the annotator's name into the document's id.
    pub(super) is_inceptions: bool,
}

/// A feature structure.
#[derive(Clone, Debug, Default)]
pub(super) struct Structure {
    pub(super) id: u32,
    /// Its type, with dots.
    pub(super) kind: String,
    /// The text it is about.
    pub(super) sofa: Option<u32>,
    /// Its place, where it has one.
    pub(super) place: Option<(u32, u32)>,
    /// Its features but these.
    pub(super) features: Vec<(String, Value)>,
}

/// The value of a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// Several texts, or the elements of an array.
    Texts(Vec<String>),
    /// Other structures by number.
    References(Vec<u32>),
}

impl Structure {
    pub(super) fn get(&self, feature: &str) -> Option<&Value> {
        self.features.iter().find(|(name, _)| name == feature).map(|(_, value)| value)
    }

    /// The text of a feature; nothing where it is empty.
    pub(super) fn text(&self, feature: &str) -> Option<&str> {
        match self.get(feature) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The last part of its type's name.
    pub(super) fn short_kind(&self) -> &str {
        self.kind.rsplit('.').next().unwrap_or(&self.kind)
    }
}

/// Numbers of structures apart by spaces, as XMI has them.
pub(super) fn numbers(text: &str) -> Option<Vec<u32>> {
    let found: Option<Vec<u32>> = text.split_ascii_whitespace().map(|part| part.parse().ok()).collect();
    found.filter(|found| !found.is_empty())
}

/// The error of a number that is none.
pub(super) fn no_number(what: &str, value: &str) -> FormatError {
    FormatError::new(format!(
        "{what} is {value:?}, which is no number a text can have; nothing was imported: mend the file"
    ))
}
