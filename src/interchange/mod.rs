//! Bytes ↔ model: one file a format. Nothing here opens a file; readers take [`std::io::BufRead`], writers
//! [`std::io::Write`], one article at a time, so that memory does not grow with the data set.
//!
//! What comes in is an [`Item`] at a time and goes through a [`plan::Plan`] into edits. What goes out goes through a
//! [`Writer`]. Both keep a [`Report`]: nothing is lost in silence.
#![warn(clippy::indexing_slicing)]

pub mod conllu_plus;
pub mod csv_guard;
pub mod decode;
pub mod guard;
pub mod jsonl;
pub mod plan;
#[cfg(test)]
mod properties;
mod report;
pub mod text;
mod wire;
pub mod xml;

use std::io;
use std::sync::Arc;

use crate::model::{
    Annotator, AnnotatorId, Article, ArticleInfo, Codebook, Layer, LayerKey, Project, Registry, Settings,
};

pub use report::{Counts, FormatError, Loss, LossKind, Report};
pub use wire::{RelationLine, SpanLine, origin_from, origin_name};

/// A format by which articles or annotations come in or go out.
#[derive(Debug, PartialEq, Eq)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Other names of the same format.
    pub aliases: &'static [&'static str],
    /// Extensions of its files in lower case.
    pub extensions: &'static [&'static str],
    /// Whether we read it.
    pub reads: bool,
    /// Whether we write it.
    pub writes: bool,
    /// Whether importing what was exported gives the same project back.
    pub lossless: bool,
    /// One line for help texts: what it keeps.
    pub help: &'static str,
}

/// Every format, in the order of menus.
pub const FORMATS: &[Format] = &[
    Format {
        name: "text",
        aliases: &["txt"],
        extensions: &["txt", "text"],
        reads: true,
        writes: false,
        lossless: false,
        help: "plain articles, in UTF-8, UTF-16 or a legacy Arabic encoding",
    },
    Format {
        name: "jsonl",
        aliases: &["json-lines"],
        extensions: &["jsonl", "ndjson"],
        reads: true,
        writes: true,
        lossless: true,
        help: "the native data set: one line an article and annotator, offsets in code points; keeps everything",
    },
    Format {
        name: "conll",
        aliases: &["conllu-plus"],
        extensions: &["conllup", "conll"],
        reads: false,
        writes: true,
        lossless: false,
        help: "tokens with BIO tags, one column a label so that nested spans stay (CoNLL-U Plus); no relations",
    },
];

/// The format of this name or alias.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name || format.aliases.contains(&name))
}

/// The format whose files have this extension.
pub fn by_extension(extension: &str) -> Option<&'static Format> {
    let extension = extension.to_ascii_lowercase();
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
}

/// What positions count in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OffsetUnit {
    /// Unicode scalar values: Python's `text[start:end]`.
    #[default]
    CodePoints,
    /// UTF-16 code units: JavaScript and Java.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

/// What a data set says of its project.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Header {
    /// Name people read.
    pub name: Option<String>,
    /// Id of the project.
    pub id: Option<String>,
    /// Labels and relation types.
    pub codebook: Option<Codebook>,
    /// Who worked on it.
    pub annotators: Vec<Annotator>,
    /// Decisions for everybody.
    pub settings: Option<Settings>,
    /// Actors and locations.
    pub entities: Registry,
}

impl Header {
    /// All that a project says of itself.
    pub fn of(project: &Project) -> Self {
        Self {
            name: Some(project.name.clone()),
            id: Some(project.id.clone()),
            codebook: Some((*project.codebook).clone()),
            annotators: project.annotators.clone(),
            settings: Some(project.settings.clone()),
            entities: project.entities.clone(),
        }
    }
}

/// An article that comes in, with at most one annotator's layer.
#[derive(Clone, Debug)]
pub struct Record {
    /// What is known of it. The id is a wish; the plan makes it unique.
    pub info: ArticleInfo,
    /// Its text.
    pub text: Arc<str>,
    /// Whose layer and what is in it.
    pub layer: Option<(AnnotatorId, Layer)>,
    /// What the reader could not keep as it was.
    pub losses: Vec<Loss>,
    /// Numbers of spans and relations read.
    pub spans: usize,
    /// Relations read.
    pub relations: usize,
}

impl Record {
    /// An article without annotations.
    pub fn bare(info: ArticleInfo, text: impl Into<Arc<str>>) -> Self {
        Self { info, text: text.into(), layer: None, losses: Vec::new(), spans: 0, relations: 0 }
    }
}

/// What a reader hands over, in the order of the file.
#[derive(Clone, Debug)]
pub enum Item {
    /// What the data set says of its project.
    Header(Box<Header>),
    /// An article and at most one layer of it.
    Record(Box<Record>),
}

/// An article that goes out, with the layers chosen for export.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Its entry in the index.
    pub info: &'a ArticleInfo,
    /// Its text.
    pub article: &'a Article,
    /// Layers by annotator.
    pub layers: &'a [(AnnotatorId, Arc<Layer>)],
}

impl Page<'_> {
    /// The full name of one of its layers.
    fn key(&self, annotator: &AnnotatorId) -> LayerKey {
        LayerKey { article: self.info.id.clone(), annotator: annotator.clone() }
    }
}

/// Writes a data set into one stream, article by article.
pub trait Writer {
    /// Whether it must see every article once before the first is written.
    fn needs_survey(&self) -> bool {
        false
    }
    /// Looks at an article that will be written. All of them come by before [`Self::begin`].
    fn survey(&mut self, page: &Page<'_>) {
        _ = page;
    }
    /// What stands before the first article.
    fn begin(&mut self, out: &mut dyn io::Write, header: &Header) -> io::Result<()>;
    /// One article. What the format cannot say is added to the report.
    fn article(&mut self, out: &mut dyn io::Write, page: &Page<'_>, report: &mut Report) -> io::Result<()>;
    /// What stands after the last article.
    fn end(&mut self, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The writer of a format; nothing where we only read it.
pub fn writer(format: &Format) -> Option<Box<dyn Writer>> {
    match format.name {
        "jsonl" => Some(Box::new(jsonl::JsonlWriter::default())),
        "conll" => Some(Box::new(conllu_plus::ConlluPlusWriter::default())),
        _ => None,
    }
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
            assert!(format.extensions.iter().all(|extension| by_extension(extension) == Some(format)));
            assert!(format.reads || format.writes);
            assert_eq!(writer(format).is_some(), format.writes, "{}", format.name);
        }
        assert_eq!(by_extension("JSONL").map(|format| format.name), Some("jsonl"));
    }
}
