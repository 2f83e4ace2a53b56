//! Format 1 of the project's files: what is written, and how it is read. The model knows nothing of it.

mod edits;
mod layer;
mod manifest;
mod record;
mod registry;
mod salvage;

use std::collections::BTreeMap;
use std::path::Path;

pub(super) use edits::{EditV1, read_edit, write_edit};
pub(super) use layer::{Places, ReadLayer, read_layer, write_layer};
pub(super) use manifest::{ReadManifest, read_codebook, read_manifest, write_manifest};
pub(super) use registry::{ReadRegistry, read_registry, write_registry};
pub(super) use salvage::{label_named, labels_of, relation_named, salvage};

use super::StoreError;
use super::ron_text::{self, Seal, Syntax};
use crate::model::{Issue, Place};

/// The format this version writes, and the newest it reads.
pub(super) const FORMAT: u32 = 1;

/// Fields of other tools by the thing they stand in (`span/7`), written back as they are.
pub(super) type Extras = BTreeMap<String, String>;

/// Up to which edit a file holds what the journals of a copy of the project tell.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Through {
    /// Names the copy: a file that came from elsewhere has another one, and its number means nothing here.
    pub(super) journal: String,
    /// Number of the last edit in the file.
    pub(super) seq: u64,
}

/// Why a file gives no content. It is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Syntax(Syntax),
    Newer(u32),
    /// It belongs to something else.
    Foreign(String),
}

impl Unreadable {
    /// As the reason why nothing could be opened.
    pub(super) fn error(self, file: &Path) -> StoreError {
        let file = file.to_owned();
        match self {
            Self::Syntax(Syntax { line, column, problem }) => {
                StoreError::Syntax { file, line, column, problem }
            }
            Self::Newer(format) => StoreError::Newer { file, format, known: FORMAT },
            Self::Foreign(problem) => StoreError::Syntax { file, line: 1, column: 1, problem },
        }
    }

    /// As a finding about a file, with what it means for the data.
    pub(super) fn issue(&self, file: &str, meaning: &str) -> Issue {
        let place = Place::File(file.to_owned());
        match self {
            Self::Syntax(Syntax { line, column, problem }) => Issue::error(
                "file-syntax",
                place,
                format!("line {line}, column {column}: {problem}. {meaning}"),
            ),
            Self::Newer(format) => Issue::error(
                "file-newer",
                place,
                format!(
                    "has format {format}; this version reads up to {FORMAT}. {meaning} A newer Hashiya reads it"
                ),
            ),
            Self::Foreign(what) => Issue::error("file-foreign", place, format!("{what}. {meaning}")),
        }
    }
}

impl From<Syntax> for Unreadable {
    fn from(syntax: Syntax) -> Self {
        Self::Syntax(syntax)
    }
}

/// The head of a file of any format.
#[derive(serde::Deserialize)]
struct FormatOnly {
    format: u32,
}

/// Reads a sealed file of ours.
fn open_sealed<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<(T, Seal), Unreadable> {
    let (body, seal) = ron_text::unseal(ron_text::utf8(bytes)?);
    match ron_text::parse::<T>(body) {
        Ok(value) => Ok((value, seal)),
        Err(syntax) => match ron_text::parse::<FormatOnly>(body) {
            Ok(FormatOnly { format }) if format > FORMAT => Err(Unreadable::Newer(format)),
            _ => Err(Unreadable::Syntax(syntax)),
        },
    }
}

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It may be written again, so nothing of it may be unknown to us.
    Work,
    /// Nothing will be written: a newer format is shown as far as it reads.
    Look,
}

fn check_format(
    format: u32,
    purpose: Purpose,
    file: &str,
    issues: &mut Vec<Issue>,
) -> Result<(), Unreadable> {
    if format <= FORMAT {
        return Ok(());
    }
    if purpose == Purpose::Work {
        return Err(Unreadable::Newer(format));
    }
    issues.push(Issue::warning(
        "file-newer",
        Place::File(file.to_owned()),
        format!(
            "has format {format}; this version knows formats up to {FORMAT} and shows what it understands. Nothing can be changed: work on it with a newer Hashiya"
        ),
    ));
    Ok(())
}

/// Reports a file that is not as it was written.
fn check_seal(seal: Seal, file: &str, issues: &mut Vec<Issue>) {
    let what = match seal {
        Seal::Broken => "its checksum does not hold",
        Seal::Missing => "its last line, the checksum, is missing",
        Seal::Good | Seal::None => return,
    };
    issues.push(Issue::warning(
        "file-changed",
        Place::File(file.to_owned()),
        format!("was changed outside of Hashiya, or damaged: {what}. It was read as it is: look through it"),
    ));
}

/// Remembers unknown fields and says so, once a file.
fn keep_extra(extras: &mut Extras, thing: impl Into<String>, extra: record::Extra) {
    if let Some(extra) = extra {
        extras.insert(thing.into(), extra);
    }
}

fn report_extras(extras: &Extras, file: &str, issues: &mut Vec<Issue>) {
    if let Some((thing, extra)) = extras.iter().next() {
        let thing = if thing.is_empty() { "the head" } else { thing };
        issues.push(Issue::warning(
            "unknown-field",
            Place::File(file.to_owned()),
            format!(
                "{} of its records have fields this version does not know, such as `{}` in {thing}; they are kept as they are",
                extras.len(),
                extra.trim()
            ),
        ));
    }
}

/// The line of the head that says what the file holds.
fn write_through(out: &mut String, through: &Through) {
    out.push_str("    ");
    out.push_str(ron_text::JOURNAL);
    out.push(' ');
    ron_text::string(out, &through.journal);
    ron_text::push(out, format_args!(",\n    through: {},\n", through.seq));
}
