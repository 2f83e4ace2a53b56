//! GATE: a folder with a document an article, in the JSON of its Python side (`.bdocjs`), the one format that declares
//! what its positions count: `p` code points, `j` UTF-16 units. GATE XML is read too; there a position is where its node
//! stands in the text, so that nothing needs to be counted.
//!
//! The name of an annotation set is who annotated, `Key` the adjudicated layer. A span is an annotation of the type of
//! its label, attributes are its features, a note is the feature `note`. GATE's JSON has no relations: they stand in the
//! feature `relations` of the document, by set, from and to the ids of annotations.

mod read;
mod write;
mod xml;

use super::options::Choice;
use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "gate",
    aliases: &["bdocjs", "gatenlp"],
    extensions: &["bdocjs", "json", "xml"],
    shape: Shape::Folder,
    units: &[OffsetUnit::CodePoints, OffsetUnit::Utf16],
    keeps: Keeps {
        overlaps: true,
        line_ends: true,
        white_edges: true,
        attributes: true,
        notes: true,
        relations: true,
        relation_attributes: true,
        annotators: true,
        text: true,
        ids: true,
        metadata: true,
        ..Keeps::NOTHING
    },
    takes: &[Choice::Unit],
    knows: Some(knows),
    read: Some(read::read),
    write: Some(|options| Box::new(write::GateWriter::new(options))),
    help: "GATE documents as JSON (bdocjs), an annotation set an annotator; reads GATE XML too; keeps spans that overlap, \
           attributes, relations and notes",
    ..Format::EMPTY
};

/// The set of the adjudicated layer, by the custom of GATE.
const KEY: &str = "Key";
/// The adjudicated layer.
const GOLD: &str = "gold";
/// The feature that holds a note.
const NOTE: &str = "note";
/// The feature of a document that holds its relations.
const RELATIONS: &str = "relations";
/// The feature of a document that says which set is whose.
const ANNOTATORS: &str = "annotators";
/// Names that no feature of an attribute may have.
const RESERVED: &[&str] = &[NOTE];

fn knows(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let start = head.trim_start_matches('\u{feff}').trim_start();
    (start.starts_with('{') && start.contains("\"annotation_sets\""))
        || (start.starts_with('<') && start.contains("<GateDocument"))
}

#[cfg(test)]
mod tests;
