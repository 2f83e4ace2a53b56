//! The project on disk: the only module that touches files, and always through [`Vfs`].
#![warn(clippy::indexing_slicing)]

mod counts;
mod create;
mod describe;
mod error;
mod folder;
mod format_v1;
mod journal;
mod load;
mod lock;
pub mod output;
pub mod outside;
mod paths;
mod real_fs;
mod recover;
mod ron_text;
pub mod settings;
#[doc(hidden)]
pub mod sim;
mod snapshot;
pub mod vfs;
mod writer;

pub use counts::LayerCounts;
pub use create::{check_new, create, write_texts};
pub use describe::describe;
pub use error::StoreError;
pub use folder::{Access, Folder, OpenedFolder, Prepared, Waiting};
pub use real_fs::RealFs;
pub use vfs::{Vfs, VfsFile, VfsLock};

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Article, ArticleInfo, Issue, Layer, LayerKey};

/// Reads texts and layers of a project from any thread, without keeping them. It reads the files: the edits of the
/// last seconds are in the session's project only.
#[derive(Clone, Debug)]
pub struct Reader {
    vfs: Arc<dyn Vfs>,
    root: PathBuf,
}

impl Reader {
    /// Reads the project in a folder.
    pub fn new(folder: &Folder) -> Self {
        Self { vfs: folder.vfs().clone(), root: folder.root().to_owned() }
    }

    /// The text of an article; empty where there is none, which an issue then says.
    pub fn text(&self, info: &ArticleInfo) -> (Arc<Article>, Vec<Issue>) {
        load::text(&*self.vfs, &self.root, &info.id, Some(info))
    }

    /// A layer over its text; nothing where there is no file.
    pub fn layer(&self, key: &LayerKey, article: &Article) -> (Option<Arc<Layer>>, Vec<Issue>) {
        let loaded = load::layer(&*self.vfs, &self.root, key, article);
        (loaded.exists.then_some(loaded.layer), loaded.issues)
    }
}
