//! What reading or writing a data set cost: counts, and each loss with its reason and place.

use std::fmt;

use super::OffsetUnit;
use crate::model::{ArticleId, LayerKey, Place};

/// Why a file cannot be read as the format it should be. The caller adds the file's name.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FormatError {
    /// Line, from 1.
    pub line: Option<usize>,
    /// Byte in that line, or in the file where there is no line; from 0.
    pub byte: Option<usize>,
    /// Field, such as `spans[3].ranges`.
    pub field: Option<String>,
    /// What happened, what it means for the data, what to do.
    pub problem: String,
}

impl FormatError {
    /// A problem of a whole file.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), ..Self::default() }
    }

    /// At a line, from 1.
    pub fn at_line(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }

    /// At a byte, from 0.
    pub fn at_byte(self, byte: usize) -> Self {
        Self { byte: Some(byte), ..self }
    }

    /// In a field.
    pub fn in_field(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!("line {line}"));
        let byte = self.byte.map(|byte| format!("byte {byte}"));
        let field = self.field.as_ref().map(|field| format!("field {field}"));
        let place: Vec<String> = [line, byte, field].into_iter().flatten().collect();
        if !place.is_empty() {
            write!(f, "{}: ", place.join(", "))?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for FormatError {}

/// What happened to something that did not go over as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossKind {
    /// A span is there, with other edges or in pieces.
    Clipped,
    /// It is not there.
    Dropped,
    /// A span is kept aside: its words are not at its place.
    Lost,
    /// It is there without its attributes or note.
    Stripped,
    /// Kept under another name or number.
    Renamed,
}

impl LossKind {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clipped => "clipped",
            Self::Dropped => "dropped",
            Self::Lost => "lost",
            Self::Stripped => "stripped",
            Self::Renamed => "renamed",
        }
    }
}

/// Something that did not go over as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where it is.
    pub place: Place,
    /// What happened to it.
    pub kind: LossKind,
    /// Why.
    pub reason: String,
}

impl Loss {
    /// The same loss, where the article came in under another id than it wished for.
    pub fn moved_to(self, article: &ArticleId) -> Self {
        let moved = |key: LayerKey| LayerKey { article: article.clone(), ..key };
        let place = match self.place {
            Place::Article(_) => Place::Article(article.clone()),
            Place::Layer(key) => Place::Layer(moved(key)),
            Place::Span(key, id) => Place::Span(moved(key), id),
            Place::Relation(key, id) => Place::Relation(moved(key), id),
            other => other,
        };
        Self { place, ..self }
    }
}

/// Numbers of spans or of relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Found in what was read.
    pub read: usize,
    /// Now in what was written.
    pub written: usize,
    /// Of these, exactly as they were.
    pub lossless: usize,
    /// Of these, with other edges or in pieces.
    pub clipped: usize,
    /// Not written.
    pub dropped: usize,
}

impl Counts {
    /// Counts one that went over.
    pub fn kept(&mut self, clipped: bool) {
        self.read += 1;
        self.written += 1;
        if clipped { self.clipped += 1 } else { self.lossless += 1 }
    }

    /// Adds the counts of another part.
    fn absorb(&mut self, other: Self) {
        self.read += other.read;
        self.written += other.written;
        self.lossless += other.lossless;
        self.clipped += other.clipped;
        self.dropped += other.dropped;
    }

    /// Counts one that did not.
    pub fn dropped(&mut self) {
        self.read += 1;
        self.dropped += 1;
    }
}

/// What an import or export did.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Report {
    /// What positions count; nothing in formats of tokens.
    pub unit: Option<OffsetUnit>,
    /// What the format has no place for in any article, such as titles; told once, not span by span.
    pub leaves_out: Vec<&'static str>,
    /// Articles written.
    pub articles: usize,
    /// Layers written.
    pub layers: usize,
    /// Spans.
    pub spans: Counts,
    /// Relations.
    pub relations: Counts,
    /// Each loss.
    pub losses: Vec<Loss>,
}

impl Report {
    /// Adds what another part of the same export did.
    pub fn absorb(&mut self, other: Self) {
        self.unit = other.unit;
        self.leaves_out = other.leaves_out;
        self.articles += other.articles;
        self.layers += other.layers;
        self.spans.absorb(other.spans);
        self.relations.absorb(other.relations);
        self.losses.extend(other.losses);
    }

    /// Notes a loss.
    pub fn lose(&mut self, place: Place, kind: LossKind, reason: impl Into<String>) {
        self.losses.push(Loss { place, kind, reason: reason.into() });
    }
}
