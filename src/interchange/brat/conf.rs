//! `annotation.conf` and `visual.conf` from the codebook and what is used of it, and the forms of names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::{AttributeKind, Codebook};

/// The comment by which a form says which name it stands for.
const FORM: &str = "# hashiya: ";

/// What names a data set uses, and under which forms brat has them.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) labels: BTreeSet<String>,
    pub(super) relations: BTreeSet<String>,
    /// Values by attribute.
    pub(super) attributes: BTreeMap<String, BTreeSet<String>>,
    forms: BTreeMap<String, String>,
}

fn is_brat_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl Names {
    /// Finds a form for each name: itself, or a letter form of what it has, or a number.
    pub(super) fn settle(&mut self) {
        let all: BTreeSet<&String> =
            self.labels.iter().chain(&self.relations).chain(self.attributes.keys()).collect();
        let mut taken: BTreeSet<String> =
            all.iter().filter(|name| is_brat_name(name)).map(ToString::to_string).collect();
        for name in all.iter().filter(|name| !is_brat_name(name)) {
            let plain: String =
                name.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect();
            let plain = plain.trim_matches('_');
            let plain = if plain.is_empty() { "name" } else { plain };
            let mut form = plain.to_owned();
            let mut number = 1;
            while !taken.insert(form.clone()) {
                number += 1;
                form = format!("{plain}_{number}");
            }
            self.forms.insert(name.to_string(), form);
        }
    }

    /// The form of a name.
    pub(super) fn form<'a>(&'a self, name: &'a str) -> &'a str {
        self.forms.get(name).map_or(name, String::as_str)
    }
}

/// Names by their forms, from the comments of an `annotation.conf`.
pub(super) fn names_of(conf: &str) -> BTreeMap<String, String> {
    conf.lines()
        .filter_map(|line| line.strip_prefix(FORM)?.split_once(" is "))
        .map(|(form, name)| (form.to_owned(), name.to_owned()))
        .collect()
}

/// `annotation.conf`: what may be annotated.
pub(super) fn annotation(names: &Names, codebook: &Codebook) -> String {
    // Writing to a string does not fail.
    let mut conf = String::from("# Made from the codebook of a Hashiya project.\n");
    for (name, form) in &names.forms {
        _ = writeln!(conf, "{FORM}{form} is {}", one_line(name));
    }
    conf.push_str("\n[entities]\n");
    let labels: Vec<&str> = names.labels.iter().map(|label| names.form(label)).collect();
    labels.iter().for_each(|label| _ = writeln!(conf, "{label}"));
    conf.push_str("\n[relations]\n");
    for relation in &names.relations {
        let defined = codebook.relations.iter().find(|known| known.id.as_str() == relation);
        let ends = |of: Option<&Vec<crate::model::LabelId>>| match of {
            Some(ends) if !ends.is_empty() => {
                ends.iter().map(|end| names.form(end.as_str())).collect::<Vec<_>>().join("|")
            }
            _ => "<ENTITY>".to_owned(),
        };
        let (from, to) = (ends(defined.map(|known| &known.from)), ends(defined.map(|known| &known.to)));
        _ = writeln!(conf, "{}\tArg1:{from}, Arg2:{to}", names.form(relation));
    }
    conf.push_str("<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n\n[events]\n\n[attributes]\n");
    for (attribute, used) in &names.attributes {
        _ = write!(conf, "{}\tArg:{}", names.form(attribute), bearers(names, codebook, attribute));
        let values = values(codebook, attribute, used);
        if !values.is_empty() {
            _ = write!(conf, ", Value:{}", values.join("|"));
        }
        conf.push('\n');
    }
    conf
}

/// The labels that have an attribute in the codebook; all where none has.
fn bearers(names: &Names, codebook: &Codebook, attribute: &str) -> String {
    let has = |label: &&crate::model::Label| label.attributes.iter().any(|def| def.id == attribute);
    let bearers: Vec<&str> = codebook
        .labels
        .iter()
        .filter(has)
        .map(|label| label.id.as_str())
        .filter(|label| names.labels.contains(*label))
        .map(|label| names.form(label))
        .collect();
    if bearers.is_empty() { "<ANY>".to_owned() } else { bearers.join("|") }
}

/// The choices of the codebook, then what else is used; without the characters that end a value there.
fn values(codebook: &Codebook, attribute: &str, used: &BTreeSet<String>) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let choices =
        codebook.labels.iter().flat_map(|label| &label.attributes).filter(|def| def.id == attribute);
    for def in choices {
        match &def.kind {
            AttributeKind::Choice(choices) => values.extend(choices.iter().cloned()),
            AttributeKind::Flag => values.extend(["yes".to_owned(), "no".to_owned()]),
            _ => {}
        }
    }
    values.extend(used.iter().cloned());
    let mut seen = BTreeSet::new();
    values.retain(|value| !value.contains(['|', ',', '\t', ' ', '<', '>']) && seen.insert(value.clone()));
    values
}

/// `visual.conf`: what things are called and which colour they have.
pub(super) fn visual(names: &Names, codebook: &Codebook) -> String {
    let mut conf = String::from("# Made from the codebook of a Hashiya project.\n\n[labels]\n");
    let name_of = |id: &str| {
        let label = codebook.labels.iter().find(|label| label.id.as_str() == id).map(|label| &label.name);
        let relation = codebook.relations.iter().find(|kind| kind.id.as_str() == id).map(|kind| &kind.name);
        let name = label.or(relation).map_or(id, String::as_str);
        one_line(name).replace('|', "/")
    };
    for id in names.labels.iter().chain(&names.relations) {
        _ = writeln!(conf, "{} | {}", names.form(id), name_of(id));
    }
    conf.push_str("\n[drawing]\nSPAN_DEFAULT\tfgColor:black, bgColor:lightgreen, borderColor:darken\n");
    conf.push_str("ARC_DEFAULT\tcolor:black, arrowHead:triangle-5\n");
    for label in codebook.labels.iter().filter(|label| names.labels.contains(label.id.as_str())) {
        let colour = label.light.to_hex().to_lowercase();
        let form = names.form(label.id.as_str());
        _ = writeln!(conf, "{form}\tbgColor:#{colour}, fgColor:black, borderColor:darken");
    }
    conf
}

fn one_line(name: &str) -> String {
    name.replace(super::ends_line, " ")
}
