//! Attributes as features of UIMA, which have letters, digits and `_` in their names and begin with a letter.

use std::collections::{BTreeMap, BTreeSet};

use crate::interchange::{LossKind, Report};
use crate::model::{Attributes, Layer, LayerKey, Place};

/// Names that mean something else already.
const RESERVED: [&str; 10] =
    ["label", "note", "begin", "end", "sofa", "Governor", "Dependent", "self", "type", "id"];

/// Attributes and the features that hold them.
#[derive(Clone, Debug, Default)]
pub(in crate::interchange) struct Names {
    forms: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Finds a feature for an attribute: of the same name, or of one like it.
    pub(in crate::interchange) fn add(&mut self, name: &str) {
        if self.forms.contains_key(name) {
            return;
        }
        let whole = if is_name(name) { name.to_owned() } else { name_like(name) };
        let mut form = whole.clone();
        let mut number = 1;
        while RESERVED.contains(&form.as_str()) || !self.taken.insert(form.clone()) {
            number += 1;
            form = format!("{whole}_{number}");
        }
        self.forms.insert(name.to_owned(), form);
    }

    /// The feature of an attribute.
    pub(in crate::interchange) fn form<'a>(&'a self, name: &'a str) -> &'a str {
        self.forms.get(name).map_or(name, String::as_str)
    }

    /// All features, sorted.
    pub(in crate::interchange) fn forms(&self) -> impl Iterator<Item = &str> {
        self.taken.iter().map(String::as_str)
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(is_letter) && name.chars().all(is_part)
}

fn name_like(name: &str) -> String {
    let plain: String = name.chars().map(|char| if is_part(char) { char } else { '_' }).collect();
    let plain = plain.trim_end_matches('_');
    if plain.starts_with(is_letter) { plain.to_owned() } else { format!("attribute{plain}") }
}

/// Java's letters as far as they are letters in names of XML, too.
fn is_letter(char: char) -> bool {
    char.is_ascii_alphabetic()
        || matches!(char, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' | '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}')
}

fn is_part(char: char) -> bool {
    is_letter(char) || char.is_ascii_digit() || char == '_'
}

/// The names that a layer uses, beside those of the codebook.
pub(in crate::interchange) fn survey(layer: &Layer, spans: &mut Names, relations: &mut Names) {
    layer.spans.values().flat_map(|span| span.attributes.keys()).for_each(|name| spans.add(name));
    layer
        .relations
        .values()
        .flat_map(|relation| relation.attributes.keys())
        .for_each(|name| relations.add(name));
}

/// Gives attributes the names of their features, and labels, values and notes the characters of the format: `clean`
/// gives a text that has others, nothing where all is well. What is changed is reported.
pub(in crate::interchange) fn fit(
    layer: &mut Layer,
    (spans, relations): (&Names, &Names),
    clean: fn(&str) -> Option<String>,
    key: &LayerKey,
    report: &mut Report,
) {
    for span in layer.spans.values_mut() {
        let mut changed = fit_attributes(&mut span.attributes, spans, clean);
        if let Some(label) = clean(span.label.as_str()) {
            changed.push(format!("its label is “{label}” there"));
            span.label = label.as_str().into();
        }
        if let Some(note) = clean(&span.note) {
            changed.push(CHARACTERS.to_owned());
            span.note = note;
        }
        changed.dedup();
        for reason in changed {
            let kind = if reason == CHARACTERS { LossKind::Stripped } else { LossKind::Renamed };
            report.lose(Place::Span(key.clone(), span.id), kind, reason);
        }
    }
    for relation in layer.relations.values_mut() {
        let mut changed = fit_attributes(&mut relation.attributes, relations, clean);
        if let Some(label) = clean(relation.label.as_str()) {
            changed.push(format!("its label is “{label}” there"));
            relation.label = label.as_str().into();
        }
        changed.dedup();
        for reason in changed {
            let kind = if reason == CHARACTERS { LossKind::Stripped } else { LossKind::Renamed };
            report.lose(Place::Relation(key.clone(), relation.id), kind, reason);
        }
    }
}

/// Whether [`fit`] would change nothing.
pub(in crate::interchange) fn fits(
    layer: &Layer,
    (spans, relations): (&Names, &Names),
    clean: fn(&str) -> Option<String>,
) -> bool {
    let fit = |attributes: &Attributes, names: &Names| {
        attributes.iter().all(|(name, value)| names.form(name) == name && clean(value).is_none())
    };
    layer.spans.values().all(|span| {
        fit(&span.attributes, spans) && clean(span.label.as_str()).is_none() && clean(&span.note).is_none()
    }) && layer
        .relations
        .values()
        .all(|relation| fit(&relation.attributes, relations) && clean(relation.label.as_str()).is_none())
}

const CHARACTERS: &str = "it has characters the format has no place for; others are written";

fn fit_attributes(
    attributes: &mut Attributes,
    names: &Names,
    clean: fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut changed = Vec::new();
    let fitted = std::mem::take(attributes).into_iter().map(|(name, value)| {
        let form = names.form(&name).to_owned();
        if form != name {
            changed.push(format!("its attribute “{name}” is called {form} there"));
        }
        let value = match clean(&value) {
            Some(clean) => {
                changed.push(CHARACTERS.to_owned());
                clean
            }
            None => value,
        };
        (form, value)
    });
    *attributes = fitted.collect();
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_names_of_java_and_each_its_own() {
        let mut names = Names::default();
        let given = ["stance", "موقف", "a b", "a_b", "a-b", "label", "1st", "…", "مَوقِف", "x_", "_x"];
        given.iter().for_each(|name| names.add(name));
        let forms: Vec<&str> = given.iter().map(|name| names.form(name)).collect();
        assert_eq!(
            forms,
            [
                "stance",
                "موقف",
                "a_b",
                "a_b_2",
                "a_b_3",
                "label_2",
                "attribute1st",
                "attribute",
                "م_وق_ف",
                "x_",
                "attribute_x"
            ]
        );
        assert_eq!(names.forms().count(), given.len());
    }
}
