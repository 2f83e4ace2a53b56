//! The labelling configuration from the codebook and what is used of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{ANNOTATOR, LABELS, RESERVED, TEXT};
use crate::interchange::json::guarded;
use crate::interchange::{Header, Page};
use crate::model::{AttributeKind, Codebook, Layer};

/// What a data set uses, and how an annotator gives it.
#[derive(Debug, Default)]
pub(super) struct Names {
    codebook: Codebook,
    labels: BTreeSet<String>,
    relations: BTreeSet<String>,
    /// Attributes by id.
    attributes: BTreeMap<String, Control>,
}

/// How an attribute is given.
#[derive(Debug, Default)]
struct Control {
    /// Labels whose spans have it.
    bearers: BTreeSet<String>,
    /// What there is to choose from; nothing where any text may be written.
    choices: Option<Vec<String>>,
    /// Values in the data set.
    used: BTreeSet<String>,
}

impl Names {
    /// Learns the codebook.
    pub(super) fn know(&mut self, header: &Header) {
        self.codebook = header.codebook.clone().unwrap_or_default();
        for label in &self.codebook.labels {
            self.labels.insert(label.id.to_string());
            for def in &label.attributes {
                let choices = match &def.kind {
                    AttributeKind::Choice(choices) => Some(choices.clone()),
                    AttributeKind::Flag => Some(vec!["yes".to_owned(), "no".to_owned()]),
                    _ => None,
                };
                let is_new = !self.attributes.contains_key(&def.id);
                let control = self.attributes.entry(def.id.clone()).or_default();
                control.bearers.insert(label.id.to_string());
                control.choices = match (control.choices.take(), choices) {
                    (None, Some(choices)) if is_new => Some(choices),
                    (Some(mut known), Some(more)) => {
                        known.extend(more);
                        Some(known)
                    }
                    _ => None,
                };
            }
        }
        self.relations.extend(self.codebook.relations.iter().map(|kind| kind.id.to_string()));
    }

    /// Looks at an article that will be written.
    pub(super) fn survey(&mut self, page: &Page<'_>) {
        page.layers.iter().for_each(|(_, layer)| self.layer(layer));
    }

    fn layer(&mut self, layer: &Layer) {
        for span in layer.spans.values() {
            if !self.labels.contains(span.label.as_str()) {
                self.labels.insert(span.label.to_string());
            }
            for (id, value) in &span.attributes {
                let control = self.attributes.entry(id.clone()).or_default();
                if !control.bearers.contains(span.label.as_str()) {
                    control.bearers.insert(span.label.to_string());
                }
                if control.choices.is_some() && !control.used.contains(value) {
                    control.used.insert(value.clone());
                }
            }
        }
        self.relations.extend(layer.relations.values().map(|relation| relation.label.to_string()));
    }

    /// Whether an attribute is chosen, not written.
    pub(super) fn is_choice(&self, attribute: &str) -> bool {
        self.attributes.get(attribute).is_some_and(|control| control.choices.is_some())
    }

    /// The configuration.
    pub(super) fn xml(&self) -> String {
        // Writing to a string does not fail.
        let mut xml = String::from("<View>\n");
        _ = writeln!(xml, "  <Labels name=\"{LABELS}\" toName=\"{TEXT}\">");
        let known: Vec<&str> = self.codebook.labels.iter().map(|label| label.id.as_str()).collect();
        for label in &self.codebook.labels {
            let (value, colour) = (escaped(label.id.as_str()), label.light.to_hex().to_lowercase());
            _ = write!(xml, "    <Label value=\"{value}\" background=\"#{colour}\"");
            if let Some(key) = label.key {
                _ = write!(xml, " hotkey=\"{key}\"");
            }
            _ = writeln!(xml, " hint=\"{}\"/>", escaped(&label.name));
        }
        for label in self.labels.iter().filter(|label| !known.contains(&label.as_str())) {
            _ = writeln!(xml, "    <Label value=\"{}\"/>", escaped(label));
        }
        xml.push_str("  </Labels>\n");
        self.attributes.iter().for_each(|(id, control)| control.write(id, &mut xml));
        xml.push_str("  <Relations>\n");
        for relation in &self.relations {
            _ = writeln!(xml, "    <Relation value=\"{}\"/>", escaped(relation));
        }
        xml.push_str("  </Relations>\n");
        _ = writeln!(xml, "  <TextArea name=\"{ANNOTATOR}\" toName=\"{TEXT}\" maxSubmissions=\"1\"/>");
        _ = writeln!(xml, "  <Text name=\"{TEXT}\" value=\"${TEXT}\"/>\n</View>");
        xml
    }
}

impl Control {
    fn write(&self, id: &str, xml: &mut String) {
        let name = escaped(&guarded(id, RESERVED));
        let mut attributes = format!("name=\"{name}\" toName=\"{TEXT}\" perRegion=\"true\"");
        // A list of labels has commas between them.
        if !self.bearers.is_empty() && !self.bearers.iter().any(|label| label.contains(',')) {
            let bearers: Vec<&str> = self.bearers.iter().map(String::as_str).collect();
            let bearers = escaped(&bearers.join(","));
            _ = write!(attributes, " whenTagName=\"{LABELS}\" whenLabelValue=\"{bearers}\"");
        }
        let Some(choices) = &self.choices else {
            _ = writeln!(xml, "  <TextArea {attributes} maxSubmissions=\"1\" editable=\"true\"/>");
            return;
        };
        _ = writeln!(xml, "  <Choices {attributes}>");
        let mut seen = BTreeSet::new();
        for choice in choices.iter().chain(&self.used).filter(|choice| seen.insert(*choice)) {
            _ = writeln!(xml, "    <Choice value=\"{}\"/>", escaped(choice));
        }
        xml.push_str("  </Choices>\n");
    }
}

/// A text as the value of an attribute of XML, where line ends and tabs would become spaces.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' | '\t' | '\r' => _ = write!(xml, "&#{};", u32::from(char)),
            // XML has no other controls, not even by number.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            _ => xml.push(char),
        }
    }
    xml
}
