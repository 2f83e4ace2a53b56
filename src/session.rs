//! An open project: the one place that applies edits. Project → history → journal, in this order.

mod frozen;
mod outside;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{AnnotatorId, ArticleId, ArticleInfo, Edit, EditError, History, Issue, LayerKey, Project};
pub use crate::store::{OutsideCheck, OutsideFound, TakenIn};
pub use frozen::Frozen;
pub use outside::OutsideNews;

pub use crate::store::{Access, LayerCounts, Reader, Waiting};
use crate::store::{
    Backups, Folder, Moment, OpenedFolder, RealFs, StoreError, Vfs, check_new, create, write_texts,
};

/// An open project: its values, its undo history and its journal. Nothing here waits for the disk, except where said.
#[derive(Debug)]
pub struct Session {
    project: Project,
    history: History,
    folder: Folder,
    revision: u64,
    issues: Vec<Issue>,
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
    /// When the last of those edits was made, as far as the disk knows.
    pub recovered_at: Option<Moment>,
    /// Since when another has the project open, where that keeps it from being written.
    pub held_since: Option<Moment>,
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
    /// The project is open for reading only, or a text could not be put on disk. Nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Rest after which files are written.
const REST: Duration = Duration::from_secs(5);

/// Edits after which files are written even without a rest.
const MANY: usize = 200;

impl Session {
    /// Makes a project in an empty or new folder and opens it. Texts and layers that `project` holds are written too.
    ///
    /// # Errors
    /// Where the folder is not empty or cannot be written.
    pub fn create(root: &Path, project: Project) -> Result<Self, StoreError> {
        Self::create_on(Arc::new(RealFs), root, project, Waiting::Threads)
    }

    /// [`Self::create`] on any file system.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_on(
        vfs: Arc<dyn Vfs>,
        root: &Path,
        project: Project,
        waiting: Waiting,
    ) -> Result<Self, StoreError> {
        create(&vfs, root, &project)?;
        let opened = Self::open_on(vfs, root, Access::Write, waiting)?;
        Ok(opened.session)
    }

    /// Opens a project: the index is read, texts and layers are not, save those with edits to recover.
    ///
    /// # Errors
    /// Where the folder holds no project, or its index or journal cannot be read. Nothing is changed then.
    pub fn open(root: &Path) -> Result<Opened, StoreError> {
        Self::open_on(Arc::new(RealFs), root, Access::Write, Waiting::Threads)
    }

    /// Opens a project to look only.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_read_only(root: &Path) -> Result<Opened, StoreError> {
        Self::open_on(Arc::new(RealFs), root, Access::Read, Waiting::Threads)
    }

    /// [`Self::open`] on any file system.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(
        vfs: Arc<dyn Vfs>,
        root: &Path,
        access: Access,
        waiting: Waiting,
    ) -> Result<Opened, StoreError> {
        Self::open_sparing(vfs, root, access, waiting, None)
    }

    /// [`Self::open_on`] with a folder, in the program's state, where journals go while the project's own folder
    /// cannot be written, and where those of an earlier sitting are looked for.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_sparing(
        vfs: Arc<dyn Vfs>,
        root: &Path,
        access: Access,
        waiting: Waiting,
        spare: Option<&Path>,
    ) -> Result<Opened, StoreError> {
        let OpenedFolder { folder, project, issues, recovered, recovered_at, held_since } =
            Folder::open(vfs, root, access, waiting, spare)?;
        let read_only = folder.read_only().map(str::to_owned);
        let session = Self { project, history: History::default(), folder, revision: 0, issues: Vec::new() };
        let (recovered, recovered_list) = (recovered.len(), recovered);
        Ok(Opened { session, issues, recovered, recovered_list, recovered_at, held_since, read_only })
    }

    /// The project as it is now.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        self.folder.root()
    }

    /// Why nothing can be changed, where that is so.
    pub fn read_only(&self) -> Option<&str> {
        self.folder.read_only()
    }

    /// Grows whenever the project or the counts changed: whoever keeps something made from them compares it.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Reads an article's text and an annotator's layer of it (an empty one where there is none). Cheap when loaded.
    /// Waits for the disk.
    pub fn load(&mut self, article: &ArticleId, annotator: &AnnotatorId) -> Vec<Issue> {
        let mut issues = self.load_text(article);
        let key = LayerKey { article: article.clone(), annotator: annotator.clone() };
        if self.project.layer(&key).is_none()
            && let Some(text) = self.project.text(article)
        {
            let (layer, found) = self.folder.layer(&key, text);
            issues.extend(found);
            self.project.put_layer(key, layer);
            self.revision += 1;
        }
        issues
    }

    /// Reads an article's text. Cheap when loaded. Waits for the disk.
    pub fn load_text(&mut self, article: &ArticleId) -> Vec<Issue> {
        if self.project.text(article).is_some() {
            return Vec::new();
        }
        let Some(info) = self.project.article(article) else { return Vec::new() };
        let (text, issues) = self.folder.text(article, Some(info));
        self.project.put_text(text);
        self.revision += 1;
        issues
    }

    /// Reads texts and layers without keeping them: for search and export over many articles, on any thread.
    pub fn reader(&self) -> Reader {
        Reader::new(&self.folder)
    }

    /// Its backups, for any thread. What was acknowledged is in the next one.
    pub fn backups(&self) -> Backups {
        Backups::new(Arc::clone(self.folder.vfs()), self.folder.root())
    }

    /// Forgets an article's text and layers, except where something of them is not yet in their files.
    pub fn unload(&mut self, article: &ArticleId) {
        let first = LayerKey { article: article.clone(), annotator: "".into() };
        let of_article = self.project.layers_from(&first).map(|(key, _)| key);
        let keys: Vec<LayerKey> = of_article.take_while(|key| key.article == *article).cloned().collect();
        let mut all = true;
        for key in keys {
            if self.folder.is_clean(&key) {
                self.project.forget_layer(&key);
                self.folder.forget(&key);
            } else {
                all = false;
            }
        }
        if all {
            self.project.forget_text(article);
        }
        self.revision += 1;
    }

    /// Who has a layer of an article.
    pub fn annotators_of(&self, article: &ArticleId) -> Vec<AnnotatorId> {
        self.folder.annotators_of(article)
    }

    /// What a layer holds, without loading it; nothing where it does not exist or was not counted yet.
    pub fn counts(&self, key: &LayerKey) -> Option<&LayerCounts> {
        self.folder.counts(key)
    }

    /// Counts all layers that were not counted yet or whose files changed. Waits for the disk; in the window
    /// a thread does it from opening on, and [`Self::tick`] takes in what it found.
    pub fn count_all(&mut self) {
        self.folder.count_all(&self.project);
        self.revision += 1;
    }

    /// Applies an edit and sends it to the journal. Texts and layers it needs are loaded.
    ///
    /// # Errors
    /// Where it does not fit what is there or nothing can be changed. Nothing is changed then.
    pub fn apply(&mut self, edit: Edit) -> Result<(), SessionError> {
        self.load_for(&edit);
        let prepared = self.folder.prepare(&edit, &self.project)?;
        edit.apply(&mut self.project)?;
        self.folder.record(&edit, &prepared);
        self.history.push(edit);
        self.revision += 1;
        Ok(())
    }

    fn load_for(&mut self, edit: &Edit) {
        for key in edit.layers() {
            let issues = self.load(&key.article, &key.annotator);
            self.issues.extend(issues);
        }
    }

    /// Takes the last edit back. Returns what was applied for it.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn undo(&mut self) -> Result<Option<Edit>, SessionError> {
        let Some(inverse) = self.history.next_undo().map(Edit::inverse) else { return Ok(None) };
        self.load_for(&inverse);
        let prepared = self.folder.prepare(&inverse, &self.project)?;
        let applied = self.history.undo(&mut self.project)?;
        Ok(self.recorded(applied, &prepared))
    }

    /// Does the last undone edit again. Returns it.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn redo(&mut self) -> Result<Option<Edit>, SessionError> {
        let Some(edit) = self.history.next_redo().cloned() else { return Ok(None) };
        self.load_for(&edit);
        let prepared = self.folder.prepare(&edit, &self.project)?;
        let applied = self.history.redo(&mut self.project)?;
        Ok(self.recorded(applied, &prepared))
    }

    fn recorded(&mut self, applied: Option<Edit>, prepared: &crate::store::Prepared) -> Option<Edit> {
        if let Some(edit) = &applied {
            self.folder.record(edit, prepared);
            self.revision += 1;
        }
        applied
    }

    /// The edit that [`Self::undo`] would take back.
    pub fn next_undo(&self) -> Option<&Edit> {
        self.history.next_undo()
    }

    /// The edit that [`Self::redo`] would do again.
    pub fn next_redo(&self) -> Option<&Edit> {
        self.history.next_redo()
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
        if self.read_only().is_some() {
            return Saved::ReadOnly;
        }
        match self.folder.pending() {
            (0, _) => Saved::Everything { edits: self.folder.edits() },
            (edits, None) => Saved::Pending { edits },
            (edits, Some(message)) => Saved::Failed { edits, message },
        }
    }

    /// Waits until every edit is in the journal on disk.
    ///
    /// # Errors
    /// Where the disk refuses. The edits stay in memory and are tried again.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.folder.sync()
    }

    /// Asks for all changed files to be written. Never waits.
    pub fn snapshot(&mut self) {
        self.folder.poll();
        self.folder.snapshot(&self.project);
    }

    /// To be called now and then with the time since the last input: asks for a snapshot after 5 s of rest or 200
    /// edits, takes in what the threads did, tries again what the disk refused. Returns what went wrong behind the
    /// scenes since the last call.
    pub fn tick(&mut self, idle: Duration) -> Vec<Issue> {
        self.folder.poll();
        if self.folder.take_counts(&self.project) {
            self.revision += 1;
        }
        if self.folder.pending().1.is_some() {
            self.folder.retry();
        }
        if idle >= REST || self.folder.fresh() >= MANY {
            self.folder.snapshot_patiently(&self.project);
        }
        let mut issues = std::mem::take(&mut self.issues);
        issues.extend(self.folder.take_issues());
        issues
    }

    /// Adds articles at the end of the index, in one edit: first their texts, durably. Waits for the disk.
    ///
    /// # Errors
    /// Where an id is taken or cannot be a file name, or a text cannot be written. The index is not changed then.
    pub fn add_articles(&mut self, articles: Vec<(ArticleInfo, Arc<str>)>) -> Result<(), SessionError> {
        if let Some(why) = self.read_only() {
            return Err(StoreError::ReadOnly(why.to_owned()).into());
        }
        check_new(&self.project, &articles)?;
        let (infos, texts): (Vec<_>, Vec<_>) =
            articles.into_iter().map(|(info, text)| (info.clone(), (info.id, text))).unzip();
        self.text_writer().write(&texts)?;
        self.add_written(infos)
    }

    /// Writes texts of articles to come on any thread; [`Self::add_written`] then adds the articles.
    pub fn text_writer(&self) -> TextWriter {
        TextWriter { vfs: Arc::clone(self.folder.vfs()), root: self.folder.root().to_owned() }
    }

    /// Adds articles whose texts [`TextWriter`] wrote, at the end of the index, in one edit. Never waits.
    ///
    /// # Errors
    /// Where an id is taken. The index is not changed then.
    pub fn add_written(&mut self, infos: Vec<ArticleInfo>) -> Result<(), SessionError> {
        let first = self.project.articles().len();
        let edits = (first..).zip(infos).map(|(at, info)| Edit::AddArticle { at, info: Arc::new(info) });
        self.apply(Edit::Batch(edits.collect()))
    }

    /// For imports of any size, after each part: waits until its edits and layers are on disk, and forgets what would
    /// fill the memory, which are the texts and layers of these articles and the way back (undo).
    ///
    /// # Errors
    /// Where not all could be written. What was acknowledged is in the journal.
    pub fn settle<'a>(
        &mut self,
        articles: impl IntoIterator<Item = &'a ArticleId>,
    ) -> Result<(), StoreError> {
        self.folder.settle_layers(&self.project)?;
        articles.into_iter().for_each(|article| self.unload(article));
        self.history = History::default();
        Ok(())
    }

    /// Writes all files and lets go of the project. Waits for the disk.
    ///
    /// # Errors
    /// Where not all could be written. What was acknowledged is in the journal and comes back at the next opening.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.folder.finish(&self.project)
    }
}

/// Writes the texts of new articles, away from the window's thread.
#[derive(Clone, Debug)]
pub struct TextWriter {
    vfs: Arc<dyn Vfs>,
    root: PathBuf,
}

impl TextWriter {
    /// Writes texts and waits until they are on disk. A text without an entry in the index is harmless.
    ///
    /// # Errors
    /// Where an id cannot be a file name, or the disk refuses.
    pub fn write(&self, texts: &[(ArticleId, Arc<str>)]) -> Result<(), StoreError> {
        write_texts(&*self.vfs, &self.root, texts)
    }
}

#[cfg(test)]
mod backup_tests;
#[cfg(test)]
mod rebuild_tests;
#[cfg(test)]
mod spare_tests;
#[cfg(test)]
mod tests;
