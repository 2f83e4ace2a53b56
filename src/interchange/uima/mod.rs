//! UIMA CAS as INCEpTION and dkpro-cassis exchange it, in its two notations: XMI with a `TypeSystem.xml`, and JSON
//! (CAS JSON 0.4, with its types in it). One file an article and annotator, in a folder an annotator.
//!
//! Positions count UTF-16 code units: UIMA is a Java library, and its JSON specification says so; dkpro-cassis converts
//! to code points and was tried. Spans are of the layer `webanno.custom.Span` with a feature `label`, one `note` and one
//! for each attribute; relations are of `webanno.custom.Relation`, which leads from its `Governor` to its `Dependent` and
//! has the place of the latter, as INCEpTION does it. A discontinuous span is a span a part, and a
//! `webanno.custom.Continuation` leads from its first part to each other: UIMA has one range an annotation.
//!
//! What is read: layers of any name, INCEpTION's named entities (the label is in `value`), slots as relations, layers
//! that point at other annotations. Tokens and sentences are not kept, since every program makes its own; other
//! annotations that are about tokens (parts of speech, lemmas) are counted and reported.

mod cas;
mod json_read;
mod json_write;
pub(super) mod names;
mod take;
mod types;
mod writer;
mod xmi_read;
mod xmi_write;

pub(super) use take::is_of_program;

use super::{Format, Keeps, OffsetUnit, Shape};

/// The layer of spans.
pub(super) const SPAN: &str = "webanno.custom.Span";
/// The layer of relations.
pub(super) const RELATION: &str = "webanno.custom.Relation";
/// The layer that leads from the first part of a span to each other.
pub(super) const CONTINUATION: &str = "webanno.custom.Continuation";

const KEEPS: Keeps = Keeps {
    overlaps: true,
    discontinuous: true,
    line_ends: true,
    white_edges: true,
    attributes: true,
    notes: true,
    relations: true,
    relation_attributes: true,
    annotators: true,
    text: true,
    ids: true,
    ..Keeps::NOTHING
};

pub(super) const XMI: Format = Format {
    name: "uima-xmi",
    aliases: &["xmi"],
    extensions: &["xmi", "zip"],
    shape: Shape::Folder,
    units: &[OffsetUnit::Utf16],
    keeps: KEEPS,
    knows: Some(|head| head.starts_with(b"PK\x03\x04") || contains(head, b"http://www.omg.org/XMI")),
    read: Some(xmi_read::read),
    write: Some(|_| Box::new(writer::UimaWriter::new(writer::Notation::Xmi))),
    help: "UIMA CAS XMI with its TypeSystem.xml for INCEpTION and cassis, a folder an annotator; keeps spans of any \
           shape, attributes, relations and notes",
    ..Format::EMPTY
};

pub(super) const JSON: Format = Format {
    name: "uima-json",
    aliases: &["cas-json"],
    extensions: &["json"],
    shape: Shape::Folder,
    units: &[OffsetUnit::Utf16],
    keeps: KEEPS,
    knows: Some(|head| contains(head, b"\"%TYPES\"") || contains(head, b"\"%FEATURE_STRUCTURES\"")),
    read: Some(json_read::read),
    write: Some(|_| Box::new(writer::UimaWriter::new(writer::Notation::Json))),
    help: "UIMA CAS JSON for INCEpTION and cassis, a folder an annotator; keeps what uima-xmi keeps",
    ..Format::EMPTY
};

fn contains(head: &[u8], words: &[u8]) -> bool {
    head.windows(words.len()).any(|window| window == words)
}

#[cfg(test)]
mod tests;
