//! The threads that wait for the disk, so that the window never does.
//!
//! One thread owns the journal: append → fsync → acknowledge; edits that queue up meanwhile share one fsync. Another
//! writes files. Before it begins the journal starts a new file, in the order of the edits: those of the snapshot are
//! in earlier ones, which go at the end, and those made while it writes are not. For simulations all of it can be
//! done on the spot instead.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::format_v1::Through;
use super::journal::Journal;
use super::snapshot::{FileJob, Outcome, write_files};
use super::{StoreError, Vfs};

/// What is on disk, as far as is known.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Last edit that is on disk.
    pub(super) acked: u64,
    /// Why later ones are not, where the disk refused.
    pub(super) failure: Option<String>,
    /// Where edits go while the project's folder refuses them.
    pub(super) spare: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

impl Progress {
    fn set(&self, journal: &Journal, result: Result<(), StoreError>) {
        let mut state = locked(&self.state);
        state.acked = journal.acked();
        state.failure = result.err().map(|error| error.to_string());
        state.spare = journal.spare_in_use().map(Path::to_owned);
        self.changed.notify_all();
    }

    /// Waits until an edit is on disk; says why it is not, where the disk refuses.
    fn wait(&self, seq: u64) -> Result<(), String> {
        let mut state = locked(&self.state);
        while state.acked < seq {
            if let Some(failure) = &state.failure {
                return Err(failure.clone());
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }
}

/// A thread that panicked while it held the lock left a state that is still true: it only ever sets whole values.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For the journal's thread.
enum Note {
    /// Its number and its record.
    Edit(u64, String),
    Retry,
    /// Start a new file, and say where the older ones end.
    Rotate(Sender<Rotated>),
}

/// The first journal file that holds only edits after a snapshot's.
type Rotated = Result<u64, StoreError>;

/// A snapshot to write: all that changed up to an edit.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) through: Through,
    pub(super) files: Vec<FileJob>,
    /// Nothing else is newer than its file: the journals so far are not needed any more.
    pub(super) whole: bool,
}

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) outcome: Outcome,
    /// What failed besides single files.
    pub(super) error: Option<StoreError>,
}

/// Where the writing is done.
#[derive(Debug)]
enum Hands {
    /// On the spot.
    Here(Vec<Done>),
    Threads {
        notes: Sender<Note>,
        jobs: Sender<(Job, Receiver<Rotated>)>,
        done: Receiver<Done>,
        threads: Vec<JoinHandle<()>>,
    },
}

/// Writes journal and files.
#[derive(Debug)]
pub(super) struct Writer {
    vfs: Arc<dyn Vfs>,
    root: PathBuf,
    journal: Arc<Mutex<Journal>>,
    progress: Arc<Progress>,
    hands: Option<Hands>,
}

impl Writer {
    pub(super) fn new(
        vfs: Arc<dyn Vfs>,
        root: &Path,
        journal: Journal,
        threads: bool,
    ) -> Result<Self, StoreError> {
        let progress = Arc::new(Progress::default());
        progress.set(&journal, Ok(()));
        let journal = Arc::new(Mutex::new(journal));
        let mut writer =
            Self { vfs, root: root.to_owned(), journal, progress, hands: Some(Hands::Here(Vec::new())) };
        if threads {
            writer.hands = Some(writer.start_threads().map_err(|error| {
                StoreError::io(
                    "start a thread for",
                    root,
                    error,
                    "Nothing was changed; close other programs and try again",
                )
            })?);
        }
        Ok(writer)
    }

    fn start_threads(&self) -> std::io::Result<Hands> {
        let (notes, incoming) = channel();
        let (journal, progress) = (self.journal.clone(), self.progress.clone());
        let first = Builder::new()
            .name("hashiya-journal".into())
            .spawn(move || write_journal(&incoming, &journal, &progress))?;
        let (jobs, orders) = channel::<(Job, Receiver<Rotated>)>();
        let (finished, done) = channel();
        let (vfs, root) = (self.vfs.clone(), self.root.clone());
        let journal = self.journal.clone();
        let second = Builder::new().name("hashiya-files".into()).spawn(move || {
            for (job, rotated) in orders {
                let rotated = rotated.recv().unwrap_or(Err(StoreError::WriterGone));
                if finished.send(write_job(&*vfs, &root, &journal, &job, rotated)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Hands::Threads { notes, jobs, done, threads: vec![first, second] })
    }

    /// Sends an edit to the journal.
    pub(super) fn append(&mut self, seq: u64, ron: String) {
        match &self.hands {
            Some(Hands::Threads { notes, .. }) => {
                if notes.send(Note::Edit(seq, ron)).is_err() {
                    locked(&self.progress.state).failure = Some(StoreError::WriterGone.to_string());
                }
            }
            _ => {
                let mut journal = locked(&self.journal);
                let result = journal.append([(seq, ron)]);
                self.progress.set(&journal, result);
            }
        }
    }

    /// Tries again what the disk refused.
    pub(super) fn retry(&mut self) {
        match &self.hands {
            Some(Hands::Threads { notes, .. }) => {
                if notes.send(Note::Retry).is_err() {
                    locked(&self.progress.state).failure = Some(StoreError::WriterGone.to_string());
                }
            }
            _ => {
                let mut journal = locked(&self.journal);
                let result = journal.append([]);
                self.progress.set(&journal, result);
            }
        }
    }

    /// What is on disk.
    pub(super) fn state(&self) -> State {
        locked(&self.progress.state).clone()
    }

    /// Waits until an edit is on disk. What the disk refused before is tried once more.
    pub(super) fn wait(&mut self, seq: u64) -> Result<(), StoreError> {
        if locked(&self.progress.state).failure.take().is_some() {
            self.retry();
        }
        self.progress.wait(seq).map_err(StoreError::NotSaved)
    }

    /// Has a snapshot written. The edits it holds were sent to the journal before.
    pub(super) fn write(&mut self, job: Job) -> Result<(), StoreError> {
        match &mut self.hands {
            Some(Hands::Threads { notes, jobs, .. }) => {
                let (sender, rotated) = channel();
                let sent = notes.send(Note::Rotate(sender)).is_ok() && jobs.send((job, rotated)).is_ok();
                if sent { Ok(()) } else { Err(StoreError::WriterGone) }
            }
            Some(Hands::Here(done)) => {
                let rotated = locked(&self.journal).rotate();
                done.push(write_job(&*self.vfs, &self.root, &self.journal, &job, rotated));
                Ok(())
            }
            None => Err(StoreError::WriterGone),
        }
    }

    /// What became of a snapshot, where one is done.
    pub(super) fn poll(&mut self) -> Option<Done> {
        match self.hands.as_mut()? {
            Hands::Here(done) => done.pop(),
            Hands::Threads { done, .. } => done.try_recv().ok(),
        }
    }

    /// Waits for a snapshot.
    pub(super) fn wait_done(&mut self) -> Done {
        let gone = || Done { error: Some(StoreError::WriterGone), ..Done::default() };
        match self.hands.as_mut() {
            Some(Hands::Here(done)) => done.pop().unwrap_or_default(),
            Some(Hands::Threads { done, .. }) => done.recv().unwrap_or_else(|_gone| gone()),
            None => gone(),
        }
    }
}

impl Drop for Writer {
    /// Lets the threads finish what they were given.
    fn drop(&mut self) {
        if let Some(Hands::Threads { notes, jobs, done, threads }) = self.hands.take() {
            drop((notes, jobs));
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("a thread that writes to disk had stopped");
                }
            }
            drop(done);
        }
    }
}

fn write_journal(notes: &Receiver<Note>, journal: &Mutex<Journal>, progress: &Progress) {
    let mut next = notes.recv().ok();
    while let Some(note) = next.take() {
        let mut edits = Vec::new();
        let mut rotation = None;
        let mut waiting = Some(note);
        // Edits that queued up share one fsync; a rotation stands between those before and those after it.
        while let Some(note) = waiting.take() {
            match note {
                Note::Edit(seq, ron) => edits.push((seq, ron)),
                Note::Retry => {}
                Note::Rotate(reply) => {
                    rotation = Some(reply);
                    break;
                }
            }
            waiting = notes.try_recv().ok();
        }
        {
            let mut journal = locked(journal);
            let mut result = journal.append(edits);
            if let Some(reply) = rotation {
                let rotated = result.and_then(|()| journal.rotate());
                result =
                    rotated.as_ref().map(|_| ()).map_err(|error| StoreError::NotSaved(error.to_string()));
                if reply.send(rotated).is_err() {
                    tracing::debug!("a snapshot was given up");
                }
            }
            progress.set(&journal, result);
        }
        next = notes.recv().ok();
    }
}

/// Nothing is removed before every file is on disk.
fn write_job(vfs: &dyn Vfs, root: &Path, journal: &Mutex<Journal>, job: &Job, rotated: Rotated) -> Done {
    let first = match rotated {
        Ok(first) => first,
        Err(error) => return Done { error: Some(error), ..Done::default() },
    };
    let outcome = write_files(vfs, root, &job.through, &job.files);
    let error =
        if job.whole && outcome.failed.is_empty() { locked(journal).retire(first).err() } else { None };
    Done { outcome, error }
}
