//! What a person may choose of an export or import. One struct for all formats; [`super::Format::takes`] says which
//! of it a format looks at.

use super::bio::{Overlaps, Scheme};
use super::tokens::{Cut, Tokens};
use super::{Format, OffsetUnit};
use crate::model::AnnotatorId;

/// How to write a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Where words end, in formats of tokens.
    pub tokens: Tokens,
    /// What happens where an edge of a span lies inside a token.
    pub cut: Cut,
    /// How tags are spelt.
    pub scheme: Scheme,
    /// What becomes of spans that overlap, in formats of tags; nothing for what the format usually does.
    pub overlaps: Option<Overlaps>,
    /// What positions count, in formats where programs disagree; nothing for the usual unit.
    pub unit: Option<OffsetUnit>,
}

/// A choice of [`WriteOptions`], as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// `--tokens`
    Tokens,
    /// `--cut`
    Cut,
    /// `--scheme`
    Scheme,
    /// `--layers`
    Overlaps,
    /// `--offset-unit`
    Unit,
}

impl Choice {
    /// The option of the command line.
    pub fn option(self) -> &'static str {
        match self {
            Self::Tokens => "--tokens",
            Self::Cut => "--cut",
            Self::Scheme => "--scheme",
            Self::Overlaps => "--layers",
            Self::Unit => "--offset-unit",
        }
    }

    /// What it decides, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tokens => "Words end",
            Self::Cut => "Where a span ends inside a word, cut",
            Self::Scheme => "Tags",
            Self::Overlaps => "Spans that overlap",
            Self::Unit => "Positions count",
        }
    }

    /// The values there are in a format, by their names on the command line, the usual one first.
    pub fn values(self, format: &Format) -> Vec<&'static str> {
        match self {
            Self::Tokens => [Tokens::Words, Tokens::WhiteSpace, Tokens::Clitics].map(Tokens::as_str).to_vec(),
            Self::Cut => [Cut::Tokens, Cut::Spans].map(Cut::as_str).to_vec(),
            Self::Scheme => [Scheme::Bio, Scheme::Bilou].map(Scheme::as_str).to_vec(),
            Self::Overlaps => {
                let all = [Overlaps::Columns, Overlaps::Outermost, Overlaps::Innermost, Overlaps::Longest];
                all.map(Overlaps::as_str).to_vec()
            }
            Self::Unit => format.units.iter().map(|unit| unit.as_str()).collect(),
        }
    }
}

impl WriteOptions {
    /// Chooses a value by its name on the command line. Returns whether there is one of this name; else nothing changes.
    pub fn set(&mut self, choice: Choice, value: &str) -> bool {
        fn put<T>(place: &mut T, value: Option<T>) -> bool {
            let known = value.is_some();
            if let Some(value) = value {
                *place = value;
            }
            known
        }
        match choice {
            Choice::Tokens => put(&mut self.tokens, Tokens::from_name(value)),
            Choice::Cut => put(&mut self.cut, Cut::from_name(value)),
            Choice::Scheme => put(&mut self.scheme, Scheme::from_name(value)),
            Choice::Overlaps => put(&mut self.overlaps, Overlaps::from_name(value).map(Some)),
            Choice::Unit => put(&mut self.unit, OffsetUnit::from_name(value).map(Some)),
        }
    }
}

/// How to read a data set.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Whose layers they are, whatever the file says.
    pub annotator: Option<AnnotatorId>,
    /// Whether the folder a file lies in is the name of its annotator, in formats of one folder an annotator.
    pub folders_are_annotators: bool,
    /// What the positions count; nothing where it is to be found out.
    pub unit: Option<OffsetUnit>,
    /// Whether spans that are not at their words are kept aside as lost. Otherwise a file with such a span is refused
    /// (the native data set keeps them always: they are lost in the project it comes from).
    pub keep_mismatches: bool,
    /// Encoding of texts; nothing where it is to be found out.
    pub encoding: Option<String>,
    /// Names of the columns that hold the parts of plain articles.
    pub columns: Columns,
}

/// Which columns (of CSV) or keys (of JSON lines) hold the parts of an article; nothing where the usual names are
/// looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Its text.
    pub text: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Its day.
    pub date: Option<String>,
    /// Its newspaper or agency.
    pub source: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// Its language.
    pub language: Option<String>,
}
