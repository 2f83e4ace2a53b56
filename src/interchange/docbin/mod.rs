//! spaCy's DocBin (`.spacy`): zlib around one msgpack map with the tokens of all documents. One document an article and
//! annotator.
//!
//! The layout was read in spaCy 3.8 (`tokens/_serialize.py`, `tokens/span_group.pyx`) and is tried with it. A document
//! is its tokens and whether one space follows each; all other white space is a token of its own, so the text comes
//! back to the letter. Spans stand in the group `sc`, which spaCy's span categoriser reads; their positions are tokens
//! and, besides, code points. Those that do not overlap (the outer ones, or as `--layers` says) are the document's
//! entities as well, for `ner`. What spaCy has no place for (attributes, notes, relations, what is known of the
//! article) is in `doc.user_data["hashiya"]`, and the number of a span is its `id_`.
//!
//! The format wants the tokens of all documents before the first span, so that memory grows with them: sixteen
//! bytes a token.

mod hash;
mod read;
mod write;

use super::options::Choice;
use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "docbin",
    aliases: &["spacy-binary"],
    extensions: &["spacy"],
    shape: Shape::File,
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps {
        overlaps: true,
        line_ends: true,
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
    takes: &[Choice::Tokens, Choice::Cut, Choice::Overlaps],
    read: Some(read::read),
    write: Some(|options| Box::new(write::DocBinWriter::new(options))),
    help: "spaCy's binary DocBin: spans in the group `sc`, the outer ones also as entities; attributes, notes and \
           relations in user_data; no discontinuous spans",
    ..Format::EMPTY
};

/// The only version there is.
const VERSION: &str = "0.1";
/// The group of spans that spaCy's span categoriser reads.
const GROUP: &str = "sc";
/// The key in `doc.user_data` of what spaCy has no place for.
const USER_KEY: &str = "hashiya";

/// Attributes of tokens, by spaCy's numbers.
mod attr {
    pub(super) const ORTH: u64 = 65;
    pub(super) const ENT_IOB: u64 = 77;
    pub(super) const ENT_TYPE: u64 = 78;
    pub(super) const SPACY: u64 = 81;
}

/// Values of `ENT_IOB`.
mod iob {
    pub(super) const INSIDE: u64 = 1;
    pub(super) const OUTSIDE: u64 = 2;
    pub(super) const BEGIN: u64 = 3;
}

#[cfg(test)]
mod tests;
