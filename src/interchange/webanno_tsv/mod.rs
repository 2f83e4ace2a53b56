//! WebAnno TSV 3.3, the format of tokens that WebAnno and INCEpTION write and read: one file an article and annotator, in
//! a folder an annotator.
//!
//! A row is a token with its place in UTF-16 code units (so its description says); an edge of a span inside a token makes
//! a row for that part of it. A span of several rows, or one that shares a row, has a number in brackets by which its
//! parts and relations find it. The layers are those of [`super::uima`]; only what a file uses is declared, since a
//! reader refuses a file with a layer or feature that its project does not have.
//!
//! The text is what stands after `#Text=`, put together. Sentences reach to the beginning of the next here, so that what
//! is between them stays; white space before the first token is written as spaces, since the format has no place for it.
//! Read in the source and the description of INCEpTION.

mod escape;
mod header;
mod read;
mod sheet;
mod table;
mod write;

use super::options::Choice;
use super::{Format, Keeps, OffsetUnit, Shape};

/// What the first line says, without the version's last digit.
const FIRST: &str = "#FORMAT=WebAnno TSV 3.";

pub(super) const FORMAT: Format = Format {
    name: "webanno-tsv",
    aliases: &["webanno"],
    extensions: &["tsv"],
    shape: Shape::Folder,
    units: &[OffsetUnit::Utf16],
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
    takes: &[Choice::Tokens],
    knows: Some(|head| head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).starts_with(FIRST.as_bytes())),
    read: Some(read::read),
    write: Some(|options| Box::new(write::TsvWriter::new(options))),
    help: "WebAnno TSV 3.3 for INCEpTION, tokens with spans and relations, a folder an annotator; keeps spans of any \
           shape, attributes, relations and notes",
    ..Format::EMPTY
};

#[cfg(test)]
mod tests;
