//! Label Studio: a folder with `tasks.json`, a list of tasks with their annotations, and `labels.xml`, the labelling
//! configuration made from the codebook, which its project settings take.
//!
//! Positions count code points (its editor spreads the string before it counts; read there). Editors before 2024 counted
//! UTF-16 units, which is found from the words that regions carry; the editor writes a line end in them as a backslash
//! and an n. Attributes are further results with the id of their region (`choices`, `textarea`), notes its `meta.text`.
//! Who annotated is a `textarea` about the whole text: Label Studio refuses the names of people it does not know.
//! `ground_truth` marks the adjudicated layer. Relations have labels and no attributes; predictions and drafts are
//! nobody's annotations and are reported.

mod config;
mod read;
mod write;

use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "label-studio",
    aliases: &["labelstudio"],
    extensions: &["json"],
    shape: Shape::Folder,
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps {
        overlaps: true,
        line_ends: true,
        white_edges: true,
        attributes: true,
        notes: true,
        relations: true,
        annotators: true,
        text: true,
        ids: true,
        metadata: true,
        ..Keeps::NOTHING
    },
    knows: Some(knows),
    read: Some(read::read),
    write: Some(|_| Box::new(write::LabelStudioWriter::default())),
    help: "Label Studio: tasks.json and the labelling configuration labels.xml; keeps spans that overlap, attributes, \
           notes, relations and who annotated",
    ..Format::EMPTY
};

/// The control by which regions get their label, as in Label Studio's own examples.
const LABELS: &str = "label";
/// The text that is annotated.
const TEXT: &str = "text";
/// The control that says who annotated.
const ANNOTATOR: &str = "annotator";
/// Names that no control of an attribute may have.
const RESERVED: &[&str] = &[LABELS, TEXT, ANNOTATOR];

fn knows(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let is_list = head.trim_start_matches('\u{feff}').trim_start().starts_with('[');
    let has = |key: &str| head.contains(&format!("\"{key}\""));
    is_list && (has("data") || (has("result") && has("from_name")))
}

#[cfg(test)]
mod tests;
