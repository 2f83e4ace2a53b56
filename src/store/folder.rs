//! The folder of an open project: reads what is asked for, journals edits, has files written.

mod taking_in;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread::Builder;

use super::backup::Backups;
use super::counts::{Counted, LayerCounts, Tally, save, survey};
use super::format_v1::{FORMAT, Places, Purpose, Through, write_edit};
use super::journal::Journal;
use super::load::{self, Home, Known};
use super::lock::{self, Guard, Locked};
use super::moment::Moment;
use super::outside_check::TextStamps;
use super::recover::{self, Files};
use super::snapshot::{Content, FileJob, Manifest, Target};
use super::writer::{Done, Job, State, Writer};
use super::{StoreError, Vfs, paths};
use crate::model::{
    AnnotatorId, Article, ArticleId, ArticleInfo, Edit, Issue, Layer, LayerKey, Place, Project,
};

pub use taking_in::TakenIn;

/// How to open a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Access {
    /// Read and write; falls back to reading where another holds the project or the folder cannot be written.
    #[default]
    Write,
    /// Look only; writes nothing, takes no lock.
    Read,
}

/// Who waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Waiting {
    /// Threads of the store.
    #[default]
    Threads,
    /// The caller, at once: every step in one order, for simulations.
    Caller,
}

/// What opening a folder gives.
#[derive(Debug)]
pub struct OpenedFolder {
    /// The folder.
    pub folder: Folder,
    /// The index, and what was recovered.
    pub project: Project,
    /// What was found on the way.
    pub issues: Vec<Issue>,
    /// Edits that were in the journals only, each a line for people.
    pub recovered: Vec<String>,
    /// When the last of them was made, as far as the disk knows.
    pub recovered_at: Option<Moment>,
    /// Since when another has the project open.
    pub held_since: Option<Moment>,
}

/// The folder of an open project.
#[derive(Debug)]
pub struct Folder {
    vfs: Arc<dyn Vfs>,
    root: PathBuf,
    files: Files,
    tally: Tally,
    tally_changed: bool,
    survey: Option<Survey>,
    /// Names this copy's journals.
    name: String,
    /// Number of the last edit, and what it was on opening.
    seq: u64,
    opened_at: u64,
    /// What the snapshot being written holds.
    in_flight: Option<BTreeSet<Target>>,
    /// Edits since the last snapshot began.
    fresh: usize,
    /// Snapshots that failed one after the other, and calls to let pass before the next.
    failures: u32,
    patience: u32,
    issues: Vec<Issue>,
    /// Text files as they were at the last look.
    text_stamps: TextStamps,
    /// Where edits went when this was last looked at, if not into the project's folder.
    spare: Option<PathBuf>,
    read_only: Option<String>,
    // The order matters: what is under way is finished before the project is let go of.
    writer: Option<Writer>,
    _guard: Option<Guard>,
}

/// A thread that counts layers.
#[derive(Debug)]
struct Survey {
    found: Receiver<Counted>,
    stop: Arc<AtomicBool>,
}

impl Drop for Survey {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Which files are to be written.
type Wanted<'a> = &'a dyn Fn(&Target) -> bool;

/// Calls between two attempts at a snapshot that fails, at most.
const MOST_PATIENCE: u32 = 64;

impl Folder {
    /// Opens the folder of a project. `spare` is a folder for journals of all projects, for the time in which a
    /// project's own cannot be written.
    ///
    /// # Errors
    /// Where it holds no project, or one whose index or journal cannot be read. Nothing is changed then.
    pub fn open(
        vfs: Arc<dyn Vfs>,
        root: &Path,
        access: Access,
        waiting: Waiting,
        spare: Option<&Path>,
    ) -> Result<OpenedFolder, StoreError> {
        let manifest = root.join(paths::MANIFEST);
        if vfs.stat(&manifest).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return Err(recover::no_index(&*vfs, root));
        }
        let (mut guard, mut read_only, held_since) = match access {
            Access::Read => (None, Some("it was opened to look only".to_owned()), None),
            Access::Write => match lock::take(&vfs, root) {
                Locked::Ours(guard) => (Some(guard), None, None),
                Locked::No(why, since) => (None, Some(why), since),
            },
        };
        let mut recovered = recover::open(&*vfs, root, guard.is_some(), spare)?;
        if let Some(error) = recovered.not_durable {
            (guard, read_only) = (None, Some(error.to_string()));
        }
        if recovered.format < FORMAT && guard.is_some() {
            // What an older version wrote is kept as it was, before anything of it is written in today's format.
            match Backups::new(vfs.clone(), root).make_once(&format!("format-{}", recovered.format)) {
                Ok(()) => {
                    recovered.files.dirty.insert(Target::Manifest);
                }
                Err(error) => (guard, read_only) = (None, Some(error.to_string())),
            }
        }
        let position = recovered.position;
        let writer = match guard {
            Some(_) => {
                let journal = Journal::new(vfs.clone(), root, recovered.spare, &position);
                Some(Writer::new(vfs.clone(), root, journal, waiting == Waiting::Threads)?)
            }
            None => None,
        };
        let mut folder = Self {
            vfs,
            root: root.to_owned(),
            files: recovered.files,
            tally: recovered.tally,
            tally_changed: false,
            survey: None,
            name: position.journal,
            seq: position.seq,
            opened_at: position.seq,
            in_flight: None,
            fresh: 0,
            failures: 0,
            patience: 0,
            issues: Vec::new(),
            text_stamps: TextStamps::new(),
            spare: None,
            read_only,
            writer,
            _guard: guard,
        };
        folder.begin_counting(waiting);
        Ok(OpenedFolder {
            folder,
            project: recovered.project,
            issues: recovered.issues,
            recovered: recovered.list,
            recovered_at: recovered.last_edit,
            held_since,
        })
    }

    fn begin_counting(&mut self, waiting: Waiting) {
        let cache =
            self.vfs.read(&self.root.join(paths::COUNTS)).ok().and_then(|bytes| Tally::from_cache(&bytes));
        if let Some(cache) = cache {
            self.tally.fill_from(cache);
        }
        if waiting == Waiting::Caller || self.tally.is_empty() {
            return;
        }
        let (sender, found) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (vfs, root, layers, stopped) =
            (self.vfs.clone(), self.root.clone(), self.tally.seen(), stop.clone());
        let thread = Builder::new().name("hashiya-counts".into()).spawn(move || {
            survey(&*vfs, &root, layers, |counted| {
                sender.send(counted).is_ok() && !stopped.load(Ordering::Relaxed)
            });
        });
        match thread {
            Ok(_) => self.survey = Some(Survey { found, stop }),
            Err(error) => tracing::warn!("layers are not counted: {error}"),
        }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file system it is on.
    pub fn vfs(&self) -> &Arc<dyn Vfs> {
        &self.vfs
    }

    /// Why nothing can be written, where that is so.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// What its files are read for.
    pub(super) fn purpose(&self) -> Purpose {
        if self.writer.is_some() { Purpose::Work } else { Purpose::Look }
    }

    /// Reads a text.
    pub fn text(&self, id: &ArticleId, info: Option<&ArticleInfo>) -> (Arc<Article>, Vec<Issue>) {
        load::text(&*self.vfs, &self.root, id, info)
    }

    /// Reads a layer over its text; an empty one where there is no file that can be read.
    pub fn layer(&mut self, key: &LayerKey, article: &Article) -> (Arc<Layer>, Vec<Issue>) {
        let loaded = load::layer(&*self.vfs, &self.root, key, article, self.purpose());
        let target = Target::Layer(key.clone());
        if loaded.exists {
            self.tally.set(key, &loaded.layer);
            if let Known::Ours(mark) = loaded.home.known {
                self.tally.written(key, mark.stamp);
            }
        }
        self.files.homes.insert(target.clone(), loaded.home);
        self.files.keeps.insert(target.clone(), loaded.keep);
        self.heard(target, &loaded.through);
        (loaded.layer, loaded.issues)
    }

    /// Whether a layer can be forgotten: its file holds all of it.
    pub fn is_clean(&self, key: &LayerKey) -> bool {
        let target = Target::Layer(key.clone());
        !self.files.dirty.contains(&target)
            && !self.in_flight.as_ref().is_some_and(|flying| flying.contains(&target))
    }

    /// A layer was forgotten.
    pub fn forget(&mut self, key: &LayerKey) {
        let target = Target::Layer(key.clone());
        self.files.homes.remove(&target);
        self.files.keeps.remove(&target);
    }

    /// Ranges of lost spans that today's text cannot hold, in Unicode scalar values.
    pub fn old_places(&self, key: &LayerKey) -> Places {
        self.files.keeps.get(&Target::Layer(key.clone())).map(|keep| keep.places.clone()).unwrap_or_default()
    }

    /// Who has a layer of an article.
    pub fn annotators_of(&self, article: &ArticleId) -> Vec<AnnotatorId> {
        self.tally.annotators_of(article)
    }

    /// Every layer there is, sorted.
    pub fn layer_keys(&self) -> Vec<LayerKey> {
        self.tally.keys()
    }

    /// What a layer holds, where it exists and was counted.
    pub fn counts(&self, key: &LayerKey) -> Option<&LayerCounts> {
        self.tally.get(key)
    }

    /// Counts all layers that are not in memory and were not counted since they changed.
    pub fn count_all(&mut self, project: &Project) {
        self.survey = None;
        let mut found = Vec::new();
        let layers = self.tally.seen().into_iter().filter(|(key, _)| project.layer(key).is_none()).collect();
        survey(&*self.vfs, &self.root, layers, |counted| {
            found.push(counted);
            true
        });
        self.tally_changed |= !found.is_empty();
        found.into_iter().for_each(|counted| self.tally.counted(counted));
    }

    /// Takes in what the counting thread found, some at a time. Whether anything was new.
    pub fn take_counts(&mut self, project: &Project) -> bool {
        let mut news = false;
        let Some(survey) = &self.survey else { return false };
        for _ in 0..2000 {
            match survey.found.try_recv() {
                Ok(counted) => {
                    if project.layer(&counted.0).is_none() {
                        self.tally.counted(counted);
                        news = true;
                    }
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.survey = None;
                    break;
                }
            }
        }
        self.tally_changed |= news;
        news
    }

    /// An edit as the journal will hold it. To be called before it is applied, with its texts loaded.
    pub fn prepare(&self, edit: &Edit, project: &Project) -> Result<Prepared, StoreError> {
        if let Some(why) = &self.read_only {
            return Err(StoreError::ReadOnly(why.clone()));
        }
        for key in edit.layers() {
            if paths::layer_file(key).is_none() {
                return Err(StoreError::UnsafeName(key.to_string()));
            }
        }
        let context = |key: &LayerKey| {
            let keep = self.files.keeps.get(&Target::Layer(key.clone()));
            let places = keep.map(|keep| keep.places.clone()).unwrap_or_default();
            project.text(&key.article).map(|article| (article.clone(), places))
        };
        // Without its text an edit is refused anyway.
        Ok(Prepared(write_edit(edit, &context).unwrap_or_default()))
    }

    /// Sends an edit that was applied to the journal.
    pub fn record(&mut self, edit: &Edit, prepared: &Prepared) {
        for part in edit.parts() {
            let target = match part.layers().first() {
                Some(key) => {
                    self.tally.follow(part, key);
                    Target::Layer((*key).clone())
                }
                None if part.changes_registry() => Target::Registry,
                None => Target::Manifest,
            };
            self.files.dirty.insert(target);
        }
        self.seq += 1;
        self.fresh += 1;
        if let Some(writer) = &mut self.writer {
            writer.append(self.seq, prepared.0.clone());
        }
    }

    /// Edits recorded since the project was opened.
    pub fn edits(&self) -> u64 {
        self.seq - self.opened_at
    }

    /// Edits recorded since the last snapshot began.
    pub fn fresh(&self) -> usize {
        self.fresh
    }

    /// Edits that are not on disk, and why, where the disk refused.
    pub fn pending(&self) -> (u64, Option<String>) {
        let State { acked, failure, .. } = self.writer.as_ref().map(Writer::state).unwrap_or_default();
        match &self.writer {
            Some(_) => (self.seq.saturating_sub(acked), failure),
            None => (0, None),
        }
    }

    /// Tries again what the disk refused.
    pub fn retry(&mut self) {
        if let Some(writer) = &mut self.writer {
            writer.retry();
        }
    }

    /// Waits until every edit is on disk.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        match &mut self.writer {
            Some(writer) => writer.wait(self.seq),
            None => Ok(()),
        }
    }

    /// Whether something is newer in memory than in its file.
    pub fn is_dirty(&self) -> bool {
        !self.files.dirty.is_empty()
    }

    /// Asks for everything to be written that is newer than its file. Does nothing while that is under way.
    pub fn snapshot(&mut self, project: &Project) {
        self.snapshot_of(project, &|_| true);
    }

    /// Asks for those files to be written that are wanted. While others are left out, journals stay.
    fn snapshot_of(&mut self, project: &Project, wanted: Wanted<'_>) {
        if self.in_flight.is_some() || !self.files.dirty.iter().any(wanted) || self.writer.is_none() {
            return;
        }
        let (dirty, rest) = std::mem::take(&mut self.files.dirty).into_iter().partition(wanted);
        self.files.dirty = rest;
        let files = BTreeSet::iter(&dirty).filter_map(|target| self.job(target, project)).collect();
        let whole = self.files.dirty.is_empty();
        let job = Job { through: Through { journal: self.name.clone(), seq: self.seq }, files, whole };
        self.fresh = 0;
        self.in_flight = Some(dirty);
        if let Some(writer) = &mut self.writer
            && let Err(error) = writer.write(job)
        {
            self.done(Done { error: Some(error), ..Done::default() });
        }
    }

    fn job(&self, target: &Target, project: &Project) -> Option<FileJob> {
        let content = match target {
            Target::Manifest => Content::Manifest(Manifest::of(project)),
            Target::Registry => Content::Registry(project.entities.clone()),
            Target::Layer(key) => Content::Layer {
                key: key.clone(),
                layer: project.layer(key)?.clone(),
                article: project.text(&key.article)?.clone(),
            },
        };
        let home = self.files.homes.get(target).cloned().unwrap_or_else(|| Home::absent(own_file(target)));
        let keep = self.files.keeps.get(target).cloned().unwrap_or_default();
        Some(FileJob { target: target.clone(), home, keep, content })
    }

    /// As [`Self::snapshot`], where the last attempt did not just fail.
    pub fn snapshot_patiently(&mut self, project: &Project) {
        match self.patience.checked_sub(1) {
            Some(rest) => self.patience = rest,
            None => self.snapshot(project),
        }
    }

    /// Takes in snapshots that are done.
    pub fn poll(&mut self) {
        while let Some(done) = self.writer.as_mut().and_then(Writer::poll) {
            self.done(done);
        }
        let spare = self.writer.as_ref().and_then(|writer| writer.state().spare);
        if let Some(folder) = spare.as_ref().filter(|_| self.spare.is_none()) {
            self.issues.push(Issue::warning(
                "journal-spare",
                Place::Project,
                format!(
                    "the project's folder cannot be written. Edits are saved in {} and come back at the next opening: look at the disk and at the rights of the folder",
                    folder.display()
                ),
            ));
        }
        self.spare = spare;
    }

    /// What went wrong behind the scenes since the last call.
    pub fn take_issues(&mut self) -> Vec<Issue> {
        std::mem::take(&mut self.issues)
    }

    fn done(&mut self, done: Done) {
        let mut missing = self.in_flight.take().unwrap_or_default();
        let Done { outcome, error } = done;
        for (target, home) in outcome.written {
            missing.remove(&target);
            if let (Target::Layer(key), Known::Ours(mark)) = (&target, home.known) {
                // Edits made meanwhile are counted, but not in the file.
                if !self.files.dirty.contains(&target) {
                    self.tally.written(key, mark.stamp);
                    self.tally_changed = true;
                }
            }
            self.files.homes.insert(target, home);
        }
        self.issues.extend(outcome.issues);
        // Also a file that stands at its place, where the disk did not say that it stays there.
        missing.extend(outcome.failed.iter().map(|(target, _)| target.clone()));
        let failed = !missing.is_empty();
        for (target, error) in &outcome.failed {
            let file =
                self.files.homes.get(target).map_or_else(|| own_file(target), |home| home.file.clone());
            self.issues.push(Issue::error("not-written", Place::File(file), error.to_string()));
        }
        if let Some(error) = error {
            self.issues.push(Issue::error("not-written", Place::Project, error.to_string()));
        }
        self.files.dirty.extend(missing);
        self.failures = if failed { self.failures.saturating_add(1) } else { 0 };
        self.patience = if failed { (1u32 << self.failures.min(6)).min(MOST_PATIENCE) } else { 0 };
    }

    /// Waits until all edits and all files are on disk.
    pub fn finish(&mut self, project: &Project) -> Result<(), StoreError> {
        if self.writer.is_none() {
            return Ok(());
        }
        self.settle(project, &|_| true)?;
        if self.tally_changed
            && let Err(error) = save(&*self.vfs, &self.root, &self.tally)
        {
            tracing::debug!("the counts are counted again the next time: {error}");
        }
        self.tally_changed = false;
        Ok(())
    }

    /// Waits until all edits and all layers are on disk, so that they can be forgotten. The index, which is as long as
    /// the project, is left to the journal.
    pub fn settle_layers(&mut self, project: &Project) -> Result<(), StoreError> {
        self.settle(project, &|target| matches!(target, Target::Layer(_)))
    }

    fn settle(&mut self, project: &Project, wanted: Wanted<'_>) -> Result<(), StoreError> {
        self.sync()?;
        if self.in_flight.is_some()
            && let Some(writer) = &mut self.writer
        {
            // What was begun before may have failed on a disk that works by now.
            let done = writer.wait_done();
            self.done(done);
            self.failures = 0;
        }
        while self.in_flight.is_some() || self.files.dirty.iter().any(wanted) {
            if self.in_flight.is_none() {
                self.snapshot_of(project, wanted);
            }
            if let Some(writer) = &mut self.writer
                && self.in_flight.is_some()
            {
                let done = writer.wait_done();
                self.done(done);
            }
            if self.failures > 0 {
                let why: Vec<String> = self.issues.iter().map(|issue| issue.message.clone()).collect();
                return Err(StoreError::NotWritten(why.join("; ")));
            }
        }
        Ok(())
    }
}

/// An edit as a record of the journal.
#[derive(Clone, Debug)]
pub struct Prepared(String);

fn own_file(target: &Target) -> String {
    match target {
        Target::Manifest => paths::MANIFEST.to_owned(),
        Target::Registry => paths::REGISTRY.to_owned(),
        Target::Layer(key) => paths::layer_file(key).unwrap_or_default(),
    }
}
