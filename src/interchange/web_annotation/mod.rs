//! Web Annotation of the W3C (JSON-LD): a folder with the text of each article, `article.txt`, and its annotations,
//! `article.jsonld`, a collection of one page whose targets name that text as their `source`.
//!
//! Positions count code points, as the recommendation demands (4.2.5). A target has a `TextPositionSelector` and a
//! `TextQuoteSelector` for the same words; several targets of one annotation are the parts of a discontinuous span,
//! which for other programs are several places of one comment. The label is a body for tagging, a note one for
//! commenting, the annotator the creator. A relation is an annotation for linking: its target is the annotation it leads
//! from, its body has the label and the annotation it leads to. What the vocabulary has no word for has a name of ours,
//! with the prefix `hashiya:`, as JSON: attributes, the facts of the article, and who has a layer with which status.
//!
//! Read are also single annotations and lists, texts embedded as `value` of a source, and quotes without positions,
//! which are looked for. Other selectors are reported.

mod parse;
mod read;
mod write;

use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "web-annotation",
    aliases: &["w3c", "jsonld"],
    extensions: &["jsonld"],
    parts: &["txt"],
    shape: Shape::Folder,
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps {
        overlaps: true,
        discontinuous: true,
        line_ends: true,
        white_edges: true,
        attributes: true,
        notes: true,
        relations: true,
        relation_attributes: true,
        annotators: true,
        status: true,
        text: true,
        ids: true,
        metadata: true,
        ..Keeps::NOTHING
    },
    read: Some(read::read),
    write: Some(|_| Box::new(write::WebAnnotationWriter)),
    help: "Web Annotations of the W3C (JSON-LD) beside the texts they are about; keeps spans of any shape, attributes, \
           relations, notes and who annotated",
    ..Format::EMPTY
};

/// The vocabulary of the W3C.
const CONTEXT: &str = "http://www.w3.org/ns/anno.jsonld";
/// Attributes of an annotation.
const ATTRIBUTES: &str = "hashiya:attributes";
/// What is known of an article.
const ARTICLE: &str = "hashiya:article";
/// Who has a layer, and how far it is.
const LAYERS: &str = "hashiya:layers";

/// A name as a part of an IRI: what has a meaning there is written by its number.
fn to_iri(name: &str) -> String {
    let plain = |char: char| !char.is_ascii() || char.is_ascii_alphanumeric() || "-._~".contains(char);
    let each = |char: char| if plain(char) { char.to_string() } else { format!("%{:02X}", u32::from(char)) };
    name.chars().map(each).collect()
}

/// The name of the file that an IRI leads to.
fn from_iri(iri: &str) -> String {
    let path = iri.split(['#', '?']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
