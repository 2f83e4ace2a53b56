//! XMI.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cas::{Cas, Structure, Value};
use crate::interchange::xml::escape_attribute;

/// The document of a CAS. Structures come before the text and the list of what is in its index, as UIMA writes it.
pub(super) fn write(cas: &Cas) -> String {
    let prefixes = prefixes(cas);
    // Writing to a string does not fail.
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\"",
    );
    for (package, prefix) in &prefixes {
        _ = write!(xml, " xmlns:{prefix}=\"http:///{}.ecore\"", package.replace('.', "/"));
    }
    xml.push_str(" xmi:version=\"2.0\">\n<cas:NULL xmi:id=\"0\"/>\n");
    for structure in &cas.structures {
        element(&mut xml, structure, &prefixes);
    }
    for (number, (id, text)) in cas.texts.iter().enumerate() {
        _ = writeln!(
            xml,
            "<cas:Sofa xmi:id=\"{id}\" sofaNum=\"{}\" sofaID=\"_InitialView\" mimeType=\"text/plain\" sofaString=\"{}\"/>",
            number + 1,
            escape_attribute(text)
        );
        let members: Vec<String> = cas.structures.iter().map(|structure| structure.id.to_string()).collect();
        _ = writeln!(xml, "<cas:View sofa=\"{id}\" members=\"{}\"/>", members.join(" "));
    }
    xml.push_str("</xmi:XMI>\n");
    xml
}

/// A prefix for each package.
fn prefixes(cas: &Cas) -> BTreeMap<&str, String> {
    let mut prefixes: BTreeMap<&str, String> = BTreeMap::new();
    for package in cas.structures.iter().filter_map(|structure| structure.kind.rsplit_once('.')) {
        let short = package.0.rsplit('.').next().unwrap_or_default();
        let number = prefixes.len() + 1;
        let is_free = !["xmi", "cas"].contains(&short) && prefixes.values().all(|taken| taken != short);
        let prefix = if is_free { short.to_owned() } else { format!("{short}{number}") };
        prefixes.entry(package.0).or_insert(prefix);
    }
    prefixes
}

fn element(xml: &mut String, structure: &Structure, prefixes: &BTreeMap<&str, String>) {
    let (package, short) = structure.kind.rsplit_once('.').unwrap_or(("", &structure.kind));
    let prefix = prefixes.get(package).map(String::as_str).unwrap_or_default();
    _ = write!(xml, "<{prefix}:{short} xmi:id=\"{}\"", structure.id);
    if let Some(sofa) = structure.sofa {
        _ = write!(xml, " sofa=\"{sofa}\"");
    }
    if let Some((begin, end)) = structure.place {
        _ = write!(xml, " begin=\"{begin}\" end=\"{end}\"");
    }
    let mut lists = String::new();
    for (name, value) in &structure.features {
        match value {
            Value::Text(text) => _ = write!(xml, " {name}=\"{}\"", escape_attribute(text)),
            Value::References(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                _ = write!(xml, " {name}=\"{}\"", ids.join(" "));
            }
            Value::Texts(texts) => {
                texts
                    .iter()
                    .for_each(|text| _ = write!(lists, "<{name}>{}</{name}>", escape_attribute(text)));
            }
        }
    }
    if lists.is_empty() {
        xml.push_str("/>\n");
    } else {
        _ = writeln!(xml, ">{lists}</{prefix}:{short}>");
    }
}
