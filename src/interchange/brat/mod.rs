//! brat standoff: a folder of pairs `article.txt` and `article.ann`, one folder an annotator, with `annotation.conf` and
//! `visual.conf` made from the codebook.
//!
//! Positions count code points of the `.txt` (brat's parser slices a Python string; read there and tried). The words of
//! a text-bound annotation stand on one line, so that a span over a line end is written in fragments; a reader joins
//! fragments with nothing but line ends between them. Relations have the roles Arg1 and Arg2, which every program
//! knows. Attributes of spans and relations are `A` lines, notes `#` lines; events are read and not written, since
//! nothing else may point at their triggers. Names brat does not take (other than A-Z, a-z, 0-9, - and _) get another
//! form, which `annotation.conf` says in a comment.

mod conf;
mod lines;
mod read;
mod write;

use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "brat",
    aliases: &["standoff"],
    extensions: &["ann"],
    parts: &["txt"],
    shape: Shape::Folder,
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps {
        overlaps: true,
        discontinuous: true,
        line_ends: true,
        attributes: true,
        notes: true,
        relations: true,
        relation_attributes: true,
        annotators: true,
        text: true,
        ids: true,
        ..Keeps::NOTHING
    },
    read: Some(read::read),
    write: Some(|_| Box::new(write::BratWriter::default())),
    help: "brat standoff: pairs of .txt and .ann in a folder an annotator, with its configuration; keeps spans of any \
           shape, attributes, relations and notes",
    ..Format::EMPTY
};

/// What ends a line for some reader of `.ann` files: nothing of it may stand inside one.
fn ends_line(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests;
