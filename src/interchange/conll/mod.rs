//! Tokens with tags, one a line: CoNLL-U Plus, which keeps everything, and the plain columns of CoNLL-2003, which know
//! nothing but tokens and tags.
//!
//! CoNLL-U Plus has one column of tags a label, `NER:CLAIM`, and more where spans of one label overlap, `NER:CLAIM:2`. The
//! column MISC says the rest: `SpaceAfter=No` and `SpacesAfter` (as Universal Dependencies write them) give the text back to
//! the byte, `TokenRange` is each token's place in code points, `Spans` numbers the spans that begin at a token, and
//! `Range`, `Attr`, `Note`, `Rel` and `RelAttr` say what tags cannot. Other programs read tokens and tags and leave these
//! alone.
//!
//! CoNLL-2003 has `token -X- _ TAG`, a blank line after a sentence, `-DOCSTART-` before each article. There is one column of
//! tags, which takes a decision about spans that overlap (`--layers`), or one a label where that decision is `columns`.
//!
//! Tokens are cut at the edges of spans unless asked otherwise, so that a span inside a word (و|بغداد) is exact. Sentences
//! never break inside a span.

mod flat;
mod flat_read;
mod misc;
mod plus;
mod plus_read;
mod tagging;

use super::options::Choice;
use super::{Format, Keeps};

const TAKES: &[Choice] = &[Choice::Tokens, Choice::Cut, Choice::Scheme, Choice::Overlaps];

pub(super) const PLUS: Format = Format {
    name: "conllu-plus",
    aliases: &["conllup"],
    extensions: &["conllup", "conllu"],
    keeps: Keeps { lost: false, origins: false, numbers: false, codebook: false, ..Keeps::EVERYTHING },
    takes: TAKES,
    read: Some(plus_read::read),
    write: Some(|options| Box::new(plus::PlusWriter::new(options))),
    help: "CoNLL-U Plus: tokens with a column of tags a label; numbers, attributes, notes and relations in MISC",
    ..Format::EMPTY
};

pub(super) const FLAT: Format = Format {
    name: "conll",
    aliases: &["conll-2003"],
    extensions: &["conll", "iob", "bio"],
    keeps: Keeps { overlaps: true, line_ends: true, ..Keeps::NOTHING },
    takes: TAKES,
    read: Some(flat_read::read),
    write: Some(|options| Box::new(flat::FlatWriter::new(options))),
    help: "CoNLL-2003: tokens with one column of BIO or BILOU tags, or one a label; no relations, no attributes",
    ..Format::EMPTY
};

#[cfg(test)]
mod tests;
