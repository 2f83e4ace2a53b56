//! All journals of a project in one row, whatever folder they lie in.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Files;
use crate::model::{Issue, Place};
use crate::store::format_v1::{FORMAT, Through};
use crate::store::journal::{self, Position, ReadJournal};
use crate::store::load::Known;
use crate::store::snapshot::keep_copy;
use crate::store::{StoreError, Vfs, paths};

/// A record and whose it is.
pub(super) struct Entry {
    pub(super) journal: String,
    pub(super) seq: u64,
    pub(super) ron: String,
}

/// All journals of the folder, in order.
#[derive(Default)]
pub(super) struct Journals {
    pub(super) entries: Vec<Entry>,
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// Whose the last one is.
    name: Option<String>,
    last_seq: u64,
    number: u64,
    reusable: bool,
    /// Edits of it may have been there that are not any more.
    damaged: bool,
    /// The spare folder, where there are journals in it.
    spare: Option<PathBuf>,
}

fn unreadable(path: &Path, error: std::io::Error) -> StoreError {
    let meaning = "It may hold edits that are nowhere else, so the project was not opened: look at its rights and at the disk";
    StoreError::io("read", path, error, meaning)
}

impl Journals {
    pub(super) fn read(
        vfs: &dyn Vfs,
        root: &Path,
        spare: Option<&Path>,
        writable: bool,
        issues: &mut Vec<Issue>,
    ) -> Result<Self, StoreError> {
        let mut all = Self::default();
        // Both folders are numbered in one row.
        let mut found = Self::listed(vfs, root, Path::new(paths::JOURNAL))?;
        let own = found.len();
        found.extend(spare.map(|spare| Self::listed(vfs, root, spare)).transpose()?.unwrap_or_default());
        let has_spare = found.len() > own;
        found.sort();
        let mut spared = 0;
        for (number, file) in found {
            let path = root.join(&file);
            let bytes = vfs.read(&path).map_err(|error| unreadable(&path, error))?;
            let read = journal::read(&bytes);
            if writable && read.head.as_ref().is_some_and(|head| head.format > FORMAT) {
                let format = read.head.map(|head| head.format).unwrap_or_default();
                return Err(StoreError::Newer { file: path, format, known: FORMAT });
            }
            all.number = number;
            all.damaged |= !read.bad.is_empty();
            let is_whole = read.bad.is_empty() && !read.torn;
            let is_spare = spare.is_some_and(|spare| path.starts_with(spare));
            all.reusable = read.head.is_some() && read.records.is_empty() && is_whole && !is_spare;
            if !is_whole && writable {
                keep(vfs, root, &file, &bytes, issues);
            }
            let before = all.entries.len();
            all.take(read, &file, issues);
            spared += if is_spare { all.entries.len() - before } else { 0 };
            all.files.push((file, bytes));
        }
        if let Some(spare) = spare.filter(|_| has_spare) {
            all.spare = Some(spare.to_owned());
            if spared > 0 {
                let message = format!(
                    "could not be written in an earlier sitting; {spared} edits of it were saved in {} and are taken in now",
                    spare.display()
                );
                issues.push(Issue::warning("journal-spare", Place::Project, message));
            }
        }
        Ok(all)
    }

    /// Numbers and files of the journals in a folder, which is in the project's or anywhere.
    fn listed(vfs: &dyn Vfs, root: &Path, folder: &Path) -> Result<Vec<(u64, String)>, StoreError> {
        let entries = match vfs.list(&root.join(folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            listed => listed.map_err(|error| unreadable(&root.join(folder), error))?,
        };
        let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let numbered =
            |entry: &crate::store::vfs::Entry| Some((paths::journal_number(&entry.name)?, file(&entry.name)));
        Ok(entries.iter().filter_map(numbered).collect())
    }

    /// Adds the records of a journal that an earlier one does not have already, and reports those that are missing.
    fn take(&mut self, read: ReadJournal, file: &str, issues: &mut Vec<Issue>) {
        if let Some(head) = read.head {
            let follows = self.name.as_ref() == Some(&head.journal);
            self.name = Some(head.journal);
            let before = head.next.saturating_sub(1);
            if follows {
                self.expect(before, file, issues);
            } else {
                // The first journal, or one brought from another copy: its numbers begin here.
                self.last_seq = before;
            }
        }
        for record in read.records {
            if record.seq <= self.last_seq && self.name.is_some() {
                continue;
            }
            self.expect(record.seq.saturating_sub(1), file, issues);
            self.last_seq = record.seq;
            let journal = self.name.clone().unwrap_or_default();
            self.entries.push(Entry { journal, seq: record.seq, ron: record.ron });
        }
        if !read.bad.is_empty() {
            let lines: Vec<String> = read.bad.iter().take(5).map(usize::to_string).collect();
            issues.push(Issue::error(
                "journal-damaged",
                Place::File(file.to_owned()),
                format!(
                    "damaged in line {}; the other lines were used. A copy is in quarantine/: look through the last edits",
                    lines.join(", ")
                ),
            ));
        }
    }

    /// Edits up to one should have come by now.
    fn expect(&mut self, before: u64, file: &str, issues: &mut Vec<Issue>) {
        if before > self.last_seq {
            issues.push(Issue::error(
                "journal-gap",
                Place::File(file.to_owned()),
                format!(
                    "the edits {} to {before} before this file are missing or damaged; the later ones were used where they fit: look through them",
                    self.last_seq + 1
                ),
            ));
            self.last_seq = before;
        }
    }

    pub(super) fn keep_copies(&self, vfs: &dyn Vfs, root: &Path, issues: &mut Vec<Issue>) {
        for (file, bytes) in &self.files {
            keep(vfs, root, file, bytes, issues);
        }
    }

    /// Waits for what was read and is now relied on: a process that was killed may have written it without waiting,
    /// and new edits that follow it must not outlive it in a power loss. The same for names of files: a snapshot that
    /// was cut off may have renamed a file without waiting for its folder, and edits in that file count as done.
    pub(super) fn make_durable(&self, vfs: &dyn Vfs, root: &Path, files: &Files) -> Result<(), StoreError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| StoreError::io("wait for", &path, error, "Look at the disk")
        };
        // A folder may have been made just before a kill, and what lies in it is waited for in it alone.
        for folder in ["", paths::ARTICLES, paths::LAYERS, paths::JOURNAL] {
            let folder = if folder.is_empty() { root.to_owned() } else { root.join(folder) };
            match vfs.sync_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                synced => synced.map_err(failed(&folder))?,
            }
        }
        if let Some(spare) = &self.spare {
            vfs.sync_dir(spare).map_err(failed(spare))?;
        }
        if self.entries.is_empty() {
            return Ok(());
        }
        for (file, _) in &self.files {
            let path = root.join(file);
            vfs.append(&path).and_then(|mut file| file.sync_all()).map_err(failed(&path))?;
        }
        let homes = files.homes.values().filter(|home| matches!(home.known, Known::Ours(_)));
        let folders: BTreeSet<_> =
            homes.filter_map(|home| root.join(&home.file).parent().map(Path::to_owned)).collect();
        for folder in folders {
            vfs.sync_dir(&folder).map_err(failed(&folder))?;
        }
        Ok(())
    }

    /// Whether a file holds an edit of a journal. One that claims edits to come was written in a copy of this folder
    /// that counts on under the same name, and its number means nothing here.
    pub(super) fn holds(&self, through: &Through, entry: &Entry) -> bool {
        let is_ahead =
            !self.damaged && self.name.as_ref() == Some(&through.journal) && through.seq > self.last_seq;
        through.journal == entry.journal && through.seq >= entry.seq && !is_ahead
    }

    pub(super) fn position(self, vfs: &dyn Vfs, root: &Path, writable: bool) -> Position {
        Position {
            journal: self.name.unwrap_or_else(|| format!("{:08x}", vfs.draw() >> 32)),
            number: self.number,
            seq: self.last_seq,
            reusable: self.reusable && writable,
            read: self.files.iter().map(|(file, _)| root.join(file)).collect(),
        }
    }
}

/// Keeps a copy; where that fails the original stays, and people are told.
fn keep(vfs: &dyn Vfs, root: &Path, file: &str, bytes: &[u8], issues: &mut Vec<Issue>) {
    if let Err(error) = keep_copy(vfs, root, file, bytes) {
        issues.push(Issue::error("not-written", Place::File(file.to_owned()), error.to_string()));
    }
}
