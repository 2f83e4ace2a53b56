//! TEI P5 with annotations in `standOff`: one file an article with all its annotators, to publish or archive a corpus.
//!
//! Positions count code points: `string-range(text,9,22)` is the 22 characters after the first 9 of the element with that
//! id (TEI guidelines, chapter on pointers). A span names its category and repeats its words in a `mentioned`; attributes
//! are a feature structure, relations links from span to span. Few programs follow such pointers, so it is written and
//! not read: [`check`] follows each of them and holds the words it leads to against the quote.

mod check;
mod write;

use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "tei",
    aliases: &["tei-standoff"],
    extensions: &["xml"],
    shape: Shape::Folder,
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps { lost: false, origins: false, status: false, codebook: false, ..Keeps::EVERYTHING },
    write: Some(|_| Box::new(write::TeiWriter)),
    check: Some(check::check),
    help: "TEI P5 with standOff annotations, to publish or archive: one file an article with all annotators; keeps spans \
           of any shape, attributes, relations, notes and what is known of the article",
    ..Format::EMPTY
};

/// The id of the element that holds the text.
const TEXT: &str = "text";

#[cfg(test)]
mod tests;
