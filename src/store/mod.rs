//! The project on disk: the only module that touches files, and always through [`Vfs`].
#![warn(clippy::indexing_slicing)]

pub mod backup;
mod conflicts;
mod counts;
mod create;
mod describe;
mod error;
mod folder;
mod format_v1;
mod journal;
mod load;
mod lock;
mod moment;
pub mod output;
pub mod outside;
mod outside_check;
mod paths;
mod real_fs;
mod rebuild;
mod recover;
mod ron_text;
pub mod settings;
#[doc(hidden)]
pub mod sim;
mod snapshot;
pub mod vfs;
mod writer;

pub use backup::{Backup, Backups, Made};
pub use conflicts::{Compared, Conflict, Held};
pub use counts::LayerCounts;
pub use create::{check_new, create, write_texts};
pub use describe::describe;
pub use error::StoreError;
pub use folder::{Access, Folder, OpenedFolder, Prepared, TakenIn, Waiting};
pub use moment::Moment;
pub use outside_check::{OutsideCheck, OutsideFound};
pub use real_fs::RealFs;
pub use rebuild::{Rebuilt, rebuild};
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
    purpose: format_v1::Purpose,
}

impl Reader {
    /// Reads the project in a folder.
    pub fn new(folder: &Folder) -> Self {
        Self { vfs: folder.vfs().clone(), root: folder.root().to_owned(), purpose: folder.purpose() }
    }

    /// The text of an article; empty where there is none, which an issue then says.
    pub fn text(&self, info: &ArticleInfo) -> (Arc<Article>, Vec<Issue>) {
        load::text(&*self.vfs, &self.root, &info.id, Some(info))
    }

    /// A layer over its text; nothing where there is no file.
    pub fn layer(&self, key: &LayerKey, article: &Article) -> (Option<Arc<Layer>>, Vec<Issue>) {
        let loaded = load::layer(&*self.vfs, &self.root, key, article, self.purpose);
        (loaded.exists.then_some(loaded.layer), loaded.issues)
    }
}
