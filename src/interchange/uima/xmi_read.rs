//! Reading XMI: one file with a `TypeSystem.xml` beside or above it, or the archive of both that INCEpTION exports.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::rc::Rc;

use super::cas::{Cas, SOFA, Structure, Value, no_number};
use super::take::{self, From};
use super::types::Types;
use crate::interchange::guard::Archive;
use crate::interchange::sink::{Source, beside, read_whole, unread};
use crate::interchange::xml::{self, Element, Step, XmlReader};
use crate::interchange::{FormatError, Item, ReadOptions, Reading, Record};

const TYPE_SYSTEM: &str = "TypeSystem.xml";

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let bytes = read_whole(&**source)?;
    let records = if bytes.starts_with(b"PK\x03\x04") {
        archive(&bytes, source.name(), options)?
    } else {
        let types = types_beside(&**source)?;
        vec![record(&bytes, &types, &From::file(source.name(), options), options)?]
    };
    Ok(Reading::new(records.into_iter().map(|record| Ok(Item::Record(Box::new(record))))))
}

/// The types from the nearest `TypeSystem.xml` in the folder of a file or above; none where there is none.
fn types_beside(source: &dyn Source) -> Result<Types, FormatError> {
    let mut at = source.name();
    loop {
        let name = beside(at, TYPE_SYSTEM);
        if let Some(mut file) = source.other(&name).map_err(unread)? {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(unread)?;
            return type_system(&bytes);
        }
        let Some((above, _)) = at.rsplit_once('/') else { return Ok(Types::default()) };
        at = above;
    }
}

fn type_system(bytes: &[u8]) -> Result<Types, FormatError> {
    let types = xml::decode(bytes).and_then(|text| Types::from_xml(&text));
    types.map_err(|error| error.in_field(TYPE_SYSTEM))
}

/// INCEpTION packs one file an annotator with its types, and names it after the annotator.
fn archive(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Vec<Record>, FormatError> {
    let is_xmi = |name: &str| name.to_ascii_lowercase().ends_with(".xmi");
    let mut archive = Archive::open(Cursor::new(bytes), |part| is_xmi(part) || part.ends_with(TYPE_SYSTEM))?;
    let names: Vec<String> = archive.names().iter().filter(|part| is_xmi(part)).cloned().collect();
    if names.is_empty() {
        return Err(FormatError::new(
            "the archive has no .xmi in it; nothing was imported: export documents as UIMA CAS XMI, or unpack it and \
             import what is in it",
        ));
    }
    let mut records = Vec::new();
    for part in &names {
        let types = match archive.part(&beside(part, TYPE_SYSTEM))? {
            Some(types) => Some(types),
            None => archive.part(TYPE_SYSTEM)?,
        };
        let types = types.map(|types| type_system(&types)).transpose()?.unwrap_or_default();
        let xmi = archive.part(part)?.unwrap_or_default();
        let from = From::part(name, part, options);
        records.push(record(&xmi, &types, &from, options).map_err(|error| error.in_field(part))?);
    }
    Ok(records)
}

fn record(
    bytes: &[u8],
    types: &Types,
    from: &From<'_>,
    options: &ReadOptions,
) -> Result<Record, FormatError> {
    let text = xml::decode(bytes)?;
    take::record("uima-xmi", &parse(&text)?, types, from, options)
}

/// Namespaces by prefix.
type Packages = BTreeMap<String, String>;

/// The CAS of a document.
fn parse(text: &str) -> Result<Cas, FormatError> {
    let mut cas = Cas::default();
    let mut packages = Packages::new();
    let (mut depth, mut list) = (0, None);
    let mut reader = XmlReader::new(text);
    loop {
        let at = reader.byte();
        let Some(step) = reader.next() else { break };
        match step? {
            Step::Start(element) => {
                depth += 1;
                learn(&mut packages, &element);
                match depth {
                    1 if element.local_name() != "XMI" => {
                        return Err(FormatError::new(format!(
                            "begins with {}, not with XMI; nothing was imported: is it an XMI file?",
                            element.name
                        )));
                    }
                    1 => {}
                    2 => take_element(&mut cas, &element, &packages).map_err(|error| error.at_byte(at))?,
                    _ => list = Some((element.local_name().to_owned(), String::new())),
                }
            }
            Step::Text(piece) => {
                if let Some((_, text)) = &mut list {
                    text.push_str(&piece);
                }
            }
            Step::End => {
                depth -= 1;
                if let (Some((name, text)), Some(last)) = (list.take(), cas.structures.last_mut()) {
                    append(last, name, text);
                }
            }
        }
    }
    cas.is_inceptions =
        packages.values().any(|package| package == "de.tudarmstadt.ukp.clarin.webanno.api.type");
    Ok(cas)
}

/// Namespaces of an element: `http:///webanno/custom.ecore` is the package `webanno.custom`.
fn learn(packages: &mut Packages, element: &Element<'_>) {
    for (name, value) in &element.attributes {
        let Some(prefix) = name.strip_prefix("xmlns:") else { continue };
        let Some(package) = value.strip_prefix("http:///").and_then(|rest| rest.strip_suffix(".ecore"))
        else {
            continue;
        };
        let package = if package == "uima/noNamespace" { String::new() } else { package.replace('/', ".") };
        packages.insert(prefix.to_owned(), package);
    }
}

fn take_element(cas: &mut Cas, element: &Element<'_>, packages: &Packages) -> Result<(), FormatError> {
    let Some((prefix, short)) = element.name.split_once(':') else { return Ok(()) };
    let Some(package) = packages.get(prefix) else { return Ok(()) };
    let kind = if package.is_empty() { short.to_owned() } else { format!("{package}.{short}") };
    let number = |value: &str, name: &str| {
        value.parse::<u32>().ok().ok_or_else(|| no_number(&format!("{name} of {}", element.name), value))
    };
    let mut structure = Structure { kind, ..Structure::default() };
    let (mut begin, mut end) = (None, None);
    for (name, value) in &element.attributes {
        match name.as_str() {
            "xmi:id" => structure.id = number(value, name)?,
            "sofa" => structure.sofa = Some(number(value, name)?),
            "begin" => begin = Some(number(value, name)?),
            "end" => end = Some(number(value, name)?),
            name if name.starts_with("xmlns") => {}
            name => structure.features.push((name.to_owned(), Value::Text(value.to_string()))),
        }
    }
    structure.place = begin.zip(end);
    match structure.kind.as_str() {
        SOFA => {
            if let Some(Value::Text(text)) = structure.get("sofaString") {
                cas.texts.push((structure.id, text.clone()));
            }
        }
        "uima.cas.View" | "uima.cas.NULL" => {}
        _ => cas.structures.push(structure),
    }
    Ok(())
}

/// Another element of a list.
fn append(structure: &mut Structure, name: String, text: String) {
    match structure.features.iter_mut().find(|(known, _)| *known == name) {
        Some((_, Value::Texts(texts))) => texts.push(text),
        _ => structure.features.push((name, Value::Texts(vec![text]))),
    }
}
