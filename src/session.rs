//! An open project: the one place that applies edits. Project → history → journal, in this order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{AnnotatorId, Article, ArticleId, ArticleInfo, Edit, EditError, Issue, LayerKey, Project};
pub use crate::store::LayerCounts;
use crate::store::{StoreError, Vfs};

/// An open project: its values, its undo history and its journal. Nothing here waits for the disk, except where said.
#[derive(Debug)]
pub struct Session {
    root: PathBuf,
    project: Project,
}

/// What opening a project gives.
#[derive(Debug)]
pub struct Opened {
    /// The project, ready for work.
    pub session: Session,
    /// What was found on the way; nothing of it kept the project shut.
    pub issues: Vec<Issue>,
    /// Edits that were in the journal only and are now in the project.
    pub recovered: usize,
    /// Those edits, each a line for people.
    pub recovered_list: Vec<String>,
    /// Why nothing can be written: who has the project open, or that the folder is read-only.
    pub read_only: Option<String>,
}

/// Whether the work is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// All of it; nothing is lost if the power goes now.
    Everything {
        /// Edits made since the project was opened.
        edits: u64,
    },
    /// The last edits are on their way.
    Pending {
        /// How many.
        edits: u64,
    },
    /// The disk refuses. Edits stay in memory and are tried again with each further one and at each tick.
    Failed {
        /// Edits that are in memory only.
        edits: u64,
        /// What happened, what it means, what to do.
        message: String,
    },
    /// Nothing can be changed.
    ReadOnly,
}

/// Why an edit was not made.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It does not fit what is there. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] EditError),
    /// The project is open for reading only. Nothing was changed.
    #[error("the project is open for reading only ({0}); nothing was changed")]
    ReadOnly(String),
    /// A text could not be put on disk. Nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How to open a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Access {
    /// Read and write; falls back to reading where another holds the project or the folder cannot be written.
    #[default]
    Write,
    /// Look only; writes nothing, takes no lock.
    Read,
}

impl Session {
    /// Makes a project in an empty or new folder and opens it. Texts and layers that `project` holds are written too.
    pub fn create(root: &Path, project: Project) -> Result<Self, StoreError> {
        let _ = (root, project);
        unimplemented!("the store is being written")
    }

    /// [`Self::create`] on any file system.
    pub fn create_on(vfs: Arc<dyn Vfs>, root: &Path, project: Project) -> Result<Self, StoreError> {
        let _ = (vfs, root, project);
        unimplemented!("the store is being written")
    }

    /// Opens a project: the index is read, texts and layers are not, save those with edits to recover.
    pub fn open(root: &Path) -> Result<Opened, StoreError> {
        let _ = root;
        unimplemented!("the store is being written")
    }

    /// Opens a project to look only.
    pub fn open_read_only(root: &Path) -> Result<Opened, StoreError> {
        let _ = root;
        unimplemented!("the store is being written")
    }

    /// [`Self::open`] on any file system.
    pub fn open_on(vfs: Arc<dyn Vfs>, root: &Path, access: Access) -> Result<Opened, StoreError> {
        let _ = (vfs, root, access);
        unimplemented!("the store is being written")
    }

    /// The project as it is now.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Why nothing can be changed, where that is so.
    pub fn read_only(&self) -> Option<&str> {
        unimplemented!("the store is being written")
    }

    /// Reads an article's text and an annotator's layer of it (an empty one where there is none). Cheap when loaded.
    /// Waits for the disk.
    pub fn load(&mut self, article: &ArticleId, annotator: &AnnotatorId) -> Vec<Issue> {
        let _ = (article, annotator);
        unimplemented!("the store is being written")
    }

    /// Reads an article's text. Cheap when loaded. Waits for the disk.
    pub fn load_text(&mut self, article: &ArticleId) -> Vec<Issue> {
        let _ = article;
        unimplemented!("the store is being written")
    }

    /// An article's text without keeping it: for search and export over many articles, on any thread.
    pub fn reader(&self) -> Reader {
        unimplemented!("the store is being written")
    }

    /// Forgets an article's text and layers, except where something of them is not yet in their files.
    pub fn unload(&mut self, article: &ArticleId) {
        let _ = article;
        unimplemented!("the store is being written")
    }

    /// Who has a layer of an article.
    pub fn annotators_of(&self, article: &ArticleId) -> Vec<AnnotatorId> {
        let _ = article;
        unimplemented!("the store is being written")
    }

    /// What a layer holds, without loading it; nothing where it does not exist or was not counted yet.
    pub fn counts(&self, key: &LayerKey) -> Option<&LayerCounts> {
        let _ = key;
        unimplemented!("the store is being written")
    }

    /// Counts all layers that were not counted yet or whose files changed. Waits for the disk; in the window
    /// a thread does it from opening on, and [`Self::tick`] takes in what it found.
    pub fn count_all(&mut self) -> Vec<Issue> {
        unimplemented!("the store is being written")
    }

    /// Applies an edit and sends it to the journal. Layers it needs are loaded.
    pub fn apply(&mut self, edit: Edit) -> Result<(), SessionError> {
        let _ = edit;
        unimplemented!("the store is being written")
    }

    /// Takes the last edit back. Returns what was applied for it.
    pub fn undo(&mut self) -> Result<Option<Edit>, SessionError> {
        unimplemented!("the store is being written")
    }

    /// Does the last undone edit again. Returns it.
    pub fn redo(&mut self) -> Result<Option<Edit>, SessionError> {
        unimplemented!("the store is being written")
    }

    /// The edit that [`Self::undo`] would take back.
    pub fn next_undo(&self) -> Option<&Edit> {
        unimplemented!("the store is being written")
    }

    /// The edit that [`Self::redo`] would do again.
    pub fn next_redo(&self) -> Option<&Edit> {
        unimplemented!("the store is being written")
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        self.next_undo().is_some()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        self.next_redo().is_some()
    }

    /// Whether the work is on disk, from what the writing thread acknowledged.
    pub fn saved(&self) -> Saved {
        unimplemented!("the store is being written")
    }

    /// Waits until every edit is in the journal on disk.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        unimplemented!("the store is being written")
    }

    /// Asks for all changed files to be written. Never waits.
    pub fn snapshot(&mut self) {
        unimplemented!("the store is being written")
    }

    /// To be called now and then with the time since the last input: asks for a snapshot after 5 s of rest or 200
    /// edits, takes in what the threads did. Returns what went wrong behind the scenes since the last call.
    pub fn tick(&mut self, idle: Duration) -> Vec<Issue> {
        let _ = idle;
        unimplemented!("the store is being written")
    }

    /// Adds articles at the end of the index, in one edit: first their texts, durably. Waits for the disk.
    pub fn add_articles(&mut self, articles: Vec<(ArticleInfo, Arc<str>)>) -> Result<(), SessionError> {
        let _ = articles;
        unimplemented!("the store is being written")
    }

    /// Writes all files and lets go of the project. Waits for the disk.
    pub fn close(self) -> Result<(), StoreError> {
        unimplemented!("the store is being written")
    }
}

/// Reads texts and layers of a project from any thread, without keeping them and without the session.
/// It reads the files: edits of the last seconds are in the session's [`Project`] only.
#[derive(Clone, Debug)]
pub struct Reader {
    vfs: Arc<dyn Vfs>,
    root: PathBuf,
}

impl Reader {
    /// The text of an article.
    pub fn text(&self, info: &ArticleInfo) -> (Option<Arc<Article>>, Vec<Issue>) {
        let _ = (info, &self.vfs, &self.root);
        unimplemented!("the store is being written")
    }

    /// A layer over its text; nothing where no file is.
    pub fn layer(&self, key: &LayerKey, article: &Article) -> (Option<Arc<crate::model::Layer>>, Vec<Issue>) {
        let _ = (key, article);
        unimplemented!("the store is being written")
    }
}
