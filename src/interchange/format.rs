//! What a format is: its names, what it keeps, and the functions that read and write it.

use std::fmt;
use std::io;
use std::rc::Rc;

use super::fit::{self, Fitted};
use super::options::{Choice, ReadOptions, WriteOptions};
use super::sink::{Sink, Source};
use super::{FormatError, Header, Item, OffsetUnit, Page, Report};

/// A format by which articles or annotations come in or go out.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Other names of the same format.
    pub aliases: &'static [&'static str],
    /// Extensions of its files in lower case. Where several formats have one, the first in [`super::FORMATS`] owns it
    /// unless `knows` of another says yes.
    pub extensions: &'static [&'static str],
    /// Extensions of files that belong to a file of this format with the same name, and are not read for themselves.
    pub parts: &'static [&'static str],
    /// Whether an export is one file or a folder of files.
    pub shape: Shape,
    /// What its positions may count, the usual unit first; empty in formats of tokens.
    pub units: &'static [OffsetUnit],
    /// What it has a place for.
    pub keeps: Keeps,
    /// Which options of an export it looks at.
    pub takes: &'static [Choice],
    /// Whether a file that begins with these bytes is of this format, for extensions that several formats have.
    pub knows: Option<fn(&[u8]) -> bool>,
    /// Reads a file.
    pub read: Option<ReadFn>,
    /// Begins an export.
    pub write: Option<WriteFn>,
    /// Where we write and do not read it: holds the written files against the promise.
    pub check: Option<CheckFn>,
    /// One line for help texts: what it is and keeps.
    pub help: &'static str,
}

/// Reads a file; see [`Reading`].
pub type ReadFn = fn(&Rc<dyn Source>, &ReadOptions) -> Result<Reading, FormatError>;
/// Makes the writer of one export.
pub type WriteFn = fn(&WriteOptions) -> Box<dyn Writer>;
/// Checks a written file of a format we do not read: what is wrong with it.
pub type CheckFn = fn(&dyn Source) -> Result<(), FormatError>;

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl Format {
    /// A format of which nothing is known yet, to be filled in: `Format { name: "brat", ..Format::EMPTY }`.
    pub const EMPTY: Self = Self {
        name: "",
        aliases: &[],
        extensions: &[],
        parts: &[],
        shape: Shape::File,
        units: &[],
        keeps: Keeps::NOTHING,
        takes: &[],
        knows: None,
        read: None,
        write: None,
        check: None,
        help: "",
    };

    /// Whether we read it.
    pub fn reads(&self) -> bool {
        self.read.is_some()
    }

    /// Whether we write it.
    pub fn writes(&self) -> bool {
        self.write.is_some()
    }

    /// Whether importing what was exported gives the same project back.
    pub fn lossless(&self) -> bool {
        self.keeps == Keeps::EVERYTHING && self.reads()
    }
}

/// What an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One file under the name the person gave.
    File,
    /// A folder of that name.
    Folder,
}

/// What a format has a place for. [`fit::fit`] takes away the rest and reports it; the self-test then expects every
/// bit of what is left.
#[expect(clippy::struct_excessive_bools, reason = "a table of yes and no, one row a format")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeps {
    /// Spans that overlap or lie in each other.
    pub overlaps: bool,
    /// Spans of several ranges.
    pub discontinuous: bool,
    /// Spans over a line end.
    pub line_ends: bool,
    /// White space at the edges of spans.
    pub white_edges: bool,
    /// Spans whose words are no longer at their place.
    pub lost: bool,
    /// Attributes of spans.
    pub attributes: bool,
    /// Notes.
    pub notes: bool,
    /// Relations.
    pub relations: bool,
    /// Attributes of relations.
    pub relation_attributes: bool,
    /// Several annotators of one article.
    pub annotators: bool,
    /// Where spans come from: by hand, a suggestion, an import.
    pub origins: bool,
    /// The numbers of spans and relations.
    pub numbers: bool,
    /// How far an annotator is.
    pub status: bool,
    /// The text to the byte; otherwise its tokens alone.
    pub text: bool,
    /// The id of an article.
    pub ids: bool,
    /// Its title, date, source, author, address, language.
    pub metadata: bool,
    /// Codebook and registry.
    pub codebook: bool,
}

impl Keeps {
    /// A format that keeps all there is.
    pub const EVERYTHING: Self = Self {
        overlaps: true,
        discontinuous: true,
        line_ends: true,
        white_edges: true,
        lost: true,
        attributes: true,
        notes: true,
        relations: true,
        relation_attributes: true,
        annotators: true,
        origins: true,
        numbers: true,
        status: true,
        text: true,
        ids: true,
        metadata: true,
        codebook: true,
    };

    /// A format that keeps single spans and nothing else.
    pub const NOTHING: Self = Self {
        overlaps: false,
        discontinuous: false,
        line_ends: false,
        white_edges: false,
        lost: false,
        attributes: false,
        notes: false,
        relations: false,
        relation_attributes: false,
        annotators: false,
        origins: false,
        numbers: false,
        status: false,
        text: false,
        ids: false,
        metadata: false,
        codebook: false,
    };

    /// What it has no place for and what is not reported span by span, since every export is without it.
    pub fn leaves_out(&self) -> Vec<&'static str> {
        let parts = [
            (self.annotators, "who annotated"),
            (self.origins, "where spans come from"),
            (self.numbers, "numbers of spans and relations"),
            (self.status, "status"),
            (self.text, "white space between tokens"),
            (self.ids, "ids of articles"),
            (self.metadata, "title, date and source"),
            (self.codebook, "codebook and registry"),
        ];
        parts.into_iter().filter(|(kept, _)| !kept).map(|(_, name)| name).collect()
    }
}

/// A file that is being read.
pub struct Reading {
    /// What is in it, in order, as far as it can be read; it ends after the first error.
    pub items: Box<dyn Iterator<Item = Result<Item, FormatError>>>,
    /// The encoding of a text, and whether it was found from the letters alone.
    pub encoding: Option<(&'static str, bool)>,
    /// What people should know: which unit was found and why.
    pub notes: Vec<String>,
}

impl Reading {
    /// Of a format in UTF-8.
    pub fn new(items: impl Iterator<Item = Result<Item, FormatError>> + 'static) -> Self {
        Self { items: Box::new(items), encoding: None, notes: Vec::new() }
    }

    /// With a note, unless it is empty.
    pub fn noting(mut self, note: String) -> Self {
        self.notes.extend((!note.is_empty()).then_some(note));
        self
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("encoding", &self.encoding)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// Writes a data set, article by article.
///
/// First [`Self::survey`] sees every article, if it wants to; then [`Self::begin`]; then each article is fitted and
/// written; then [`Self::end`]. A dry run surveys and fits and writes nothing.
pub trait Writer {
    /// Whether it must see every article once before the first is written.
    fn needs_survey(&self) -> bool {
        false
    }
    /// Looks at an article that will be written.
    fn survey(&mut self, page: &Page<'_>) {
        _ = page;
    }
    /// What the format says of an article: the article without what is lost, each loss counted in the report. What is
    /// fitted is what [`Self::article`] gets, and what the reader must give back to the bit.
    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        fit::fit(page, keeps, report)
    }
    /// What stands before the first article. The header has come by before the survey and any fitting, too: see
    /// [`Self::know`].
    ///
    /// # Errors
    /// Where the sink fails.
    fn begin(&mut self, sink: &mut dyn Sink, header: &Header) -> io::Result<()>;
    /// Learns what the project says of itself, before anything else.
    fn know(&mut self, header: &Header) {
        _ = header;
    }
    /// One fitted article.
    ///
    /// # Errors
    /// Where the sink fails.
    fn article(&mut self, page: &Page<'_>, sink: &mut dyn Sink) -> io::Result<()>;
    /// What stands after the last article. Every file is flushed by then.
    ///
    /// # Errors
    /// Where the sink fails.
    fn end(&mut self, sink: &mut dyn Sink) -> io::Result<()>;
}
