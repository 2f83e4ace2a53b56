//! Why a data set was not made, as sentences for people.

use std::io;
use std::path::{Path, PathBuf};

use crate::interchange::proof::Broken;
use crate::model::{AnnotatorId, ArticleId, Issue};
use crate::store::StoreError;

/// Why a data set was not made. Nothing of it is left, and the project is as it was.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// We only read the format.
    #[error("the format {0} is only read; nothing was written: choose another")]
    OnlyRead(&'static str),
    /// An article has several layers and the format has one place.
    #[error(
        "{article} has layers of {}, and {format} has no place for who annotated; nothing was written: choose one \
         annotator (--annotator)",
        names(annotators)
    )]
    Several {
        /// The article.
        article: ArticleId,
        /// Whose layers.
        annotators: Vec<AnnotatorId>,
        /// The format.
        format: &'static str,
    },
    /// A text or a layer that should go out cannot be read.
    #[error("{}: {}; nothing was written, as it would be missing there", .0.place, .0.message)]
    Unread(Issue),
    /// It could not be written.
    #[error("cannot write {}; no file of that name was left: {cause}", path.display())]
    Unwritten {
        /// Where it should stand.
        path: PathBuf,
        /// Why.
        cause: Box<DatasetError>,
    },
    /// The files do not hold what was promised.
    #[error(
        "the export to {} is not what it should be and was removed; the project is as it was: please report this: \
         {cause}",
        path.display()
    )]
    Unproven {
        /// Where it should stand.
        path: PathBuf,
        /// What is wrong.
        cause: Broken,
    },
    /// The person stopped it.
    #[error("the export was stopped; nothing was written")]
    Stopped,
    /// The disk refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file being written refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What is read back is not what was written.
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl DatasetError {
    /// The same, with the name of the file. A person who stopped it needs no name.
    pub(super) fn on_writing(self, path: &Path) -> Self {
        match self {
            Self::Stopped | Self::Several { .. } | Self::Unread(_) => self,
            cause => Self::Unwritten { path: path.to_owned(), cause: Box::new(cause) },
        }
    }
}

fn names(annotators: &[AnnotatorId]) -> String {
    annotators.iter().map(AnnotatorId::as_str).collect::<Vec<_>>().join(", ")
}
