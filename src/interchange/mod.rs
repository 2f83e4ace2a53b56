//! Bytes ↔ model: one file or folder a format. Nothing here opens a file: readers take a [`sink::Source`], writers a
//! [`sink::Sink`], one article at a time, so that memory does not grow with the data set.
//!
//! What comes in is an [`Item`] at a time and goes through a [`plan::Plan`] into edits. What goes out goes through
//! [`export::Export`]: each article is made to fit the format ([`fit`]), which is where losses are found and reported;
//! the fitted article is promised ([`proof`]), written by the format's [`format::Writer`], read back by its own reader
//! and held against the promise. Nothing is lost in silence.
//!
//! # How to add a format
//!
//! 1. Make `interchange/<name>.rs`, or a folder with `mod.rs`, `read.rs`, `write.rs`, `tests.rs`. Its module comment says
//!    what the format is, what its positions count and where that is known from. It has a `pub(super) const FORMAT:
//!    Format = Format { name: "…", …, ..Format::EMPTY }`; add `mod <name>;` and `<name>::FORMAT` below. The command line,
//!    the window, the general tests in `roundtrip` and the self-test find it there.
//! 2. Say in [`format::Keeps`] what it has a place for. The general [`fit::fit`] then takes away the rest and reports
//!    it; override [`format::Writer::fit`] only for what no table can say (labels that need other names, tokens) and call
//!    it from there. Losses are found in `fit` and nowhere else: `article` writes exactly what it is given.
//! 3. Write with [`format::Writer`]: ask the sink for `single()` in `begin`, or for a `file(name)` whenever one is
//!    needed, and flush each. Options come as [`options::WriteOptions`]; name those you look at in `takes`.
//! 4. Read with a [`format::ReadFn`]: open the source, stream where the format is one of lines, and hand over [`Item`]s.
//!    Build layers with [`build::Build`], which holds each span against its text, keeps or refuses those that do not
//!    fit, numbers what has no numbers and reports. Where the file repeats the words of its spans, let
//!    [`units::Survey`] find what the positions count: a first pass over the source gives it every article.
//!    An error is a [`FormatError`] with line, byte or field; it says what happened, what it means, what to do.
//! 5. Where several formats share an extension, give `knows`, which looks at the first bytes.
//! 6. `cargo test --lib interchange::roundtrip` takes the nasty data set (`tests/data/nasty.jsonl`) through your format and
//!    back. Add tests of your own for what is special, and for files as other programs write them, broken ones too.
//! 7. Add `tests/third_party/<name>.py`, in which the format's own program reads our export; `common.py` there makes the
//!    nasty project, exports it and says which spans are expected. Pin the packages in `requirements.txt`.
//! 8. Add its row to the table of formats in README.md.
#![warn(clippy::indexing_slicing)]

pub mod bio;
mod brat;
pub mod build;
mod columns;
mod conll;
pub mod csv_guard;
mod day;
pub mod decode;
mod doccano;
pub mod docx;
pub mod export;
pub mod fit;
pub mod format;
pub mod guard;
pub mod html;
mod item;
pub mod jsonl;
pub mod lines;
pub mod mhtml;
pub mod options;
pub mod plan;
pub mod proof;
#[cfg(test)]
mod properties;
mod report;
#[cfg(test)]
mod roundtrip;
pub mod sink;
pub mod sniff;
mod spacy;
pub mod splits;
mod table;
pub mod text;
pub mod tokens;
pub mod units;
mod wire;
pub mod xml;

pub use format::{Format, Keeps, Reading, Shape, Writer};
pub use item::{Header, Item, Page, Record};
pub use options::{ReadOptions, WriteOptions};
pub use report::{Counts, FormatError, Loss, LossKind, Report};
pub use units::OffsetUnit;
pub use wire::{RelationLine, SpanLine, origin_from, origin_name};

/// Every format, in the order of menus.
pub const FORMATS: &[Format] = &[
    text::FORMAT,
    html::FORMAT,
    mhtml::FORMAT,
    docx::FORMAT,
    columns::TABLE,
    jsonl::FORMAT,
    brat::FORMAT,
    conll::PLUS,
    conll::FLAT,
    doccano::FORMAT,
    spacy::FORMAT,
    table::CSV,
    table::TSV,
    columns::LINES,
];

/// The format of this name or alias.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name || format.aliases.contains(&name))
}

/// The format that owns this extension.
pub fn by_extension(extension: &str) -> Option<&'static Format> {
    let extension = extension.to_ascii_lowercase();
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
}

/// The format of a file that we read, by its extension and, where several formats have that, by its first bytes.
pub fn by_content(extension: &str, head: &[u8]) -> Option<&'static Format> {
    let extension = extension.to_ascii_lowercase();
    let has = |format: &&Format| format.reads() && format.extensions.contains(&extension.as_str());
    let knows = |format: &&Format| format.knows.is_some_and(|knows| knows(head));
    let mut of_extension = FORMATS.iter().filter(has);
    of_extension.clone().find(knows).or_else(|| of_extension.find(|format| format.knows.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_names_and_does_something() {
        let mut names = std::collections::BTreeSet::new();
        for format in FORMATS {
            assert!(names.insert(format.name) && format.aliases.iter().all(|alias| names.insert(alias)));
            assert!(format.aliases.iter().all(|alias| by_name(alias) == Some(format)));
            assert!(format.extensions.iter().all(|extension| by_extension(extension).is_some()));
            assert!(format.reads() || format.writes());
            assert!(
                !format.writes() || format.reads() || format.check.is_some(),
                "{} proves itself",
                format.name
            );
            assert!(!format.help.is_empty() && !format.extensions.is_empty(), "{}", format.name);
        }
        assert_eq!(by_extension("JSONL").map(|format| format.name), Some("jsonl"));
        assert_eq!(by_content("txt", b"x").map(|format| format.name), Some("text"));
    }

    #[test]
    fn extensions_of_several_formats_have_one_owner() {
        for format in FORMATS.iter().filter(|format| format.reads() && format.knows.is_none()) {
            for extension in format.extensions {
                let owners = FORMATS.iter().filter(|other| {
                    other.reads() && other.knows.is_none() && other.extensions.contains(extension)
                });
                assert_eq!(owners.count(), 1, "{extension} is owned by several formats that know nothing");
            }
        }
    }
}
