//! The journal: every edit, on disk before it counts as saved.
//!
//! A journal is a text file. Its lines are records `crc32 SP seq SP ron LF`; the first says whose journal it is and
//! the number of the next edit. A line that was cut off or damaged shows by its checksum.
//!
//! A file whose write or fsync failed is never written again: what it did not acknowledge goes, from memory, into a
//! new one (after a failed fsync the kernel may call lost pages clean, and a second fsync would lie).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::vfs::{create_dirs, write_all};
use super::{StoreError, Vfs, VfsFile, paths, ron_text};

/// First record of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Head {
    pub(super) format: u32,
    /// Names this copy of the project, see [`super::format_v1::Through`].
    pub(super) journal: String,
    /// Edits before this one are in earlier journals or in the files.
    pub(super) next: u64,
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) seq: u64,
    pub(super) ron: String,
}

/// A journal that was read.
#[derive(Debug, Default)]
pub(super) struct ReadJournal {
    pub(super) head: Option<Head>,
    pub(super) records: Vec<Record>,
    /// Lines that are no records, from 1.
    pub(super) bad: Vec<usize>,
    /// The bad lines are the end of the file: what a crash leaves of edits that were never acknowledged.
    pub(super) torn: bool,
}

/// A record as a line.
pub(super) fn line(seq: u64, ron: &str) -> String {
    let body = format!("{seq} {ron}");
    format!("{:08x} {body}\n", crc32fast::hash(body.as_bytes()))
}

fn read_line(line: &[u8]) -> Option<Record> {
    let (crc, body) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    if crc != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
        return None;
    }
    let (seq, ron) = body.split_once(' ')?;
    Some(Record { seq: seq.parse().ok()?, ron: ron.to_owned() })
}

/// Reads what can be read of a journal.
pub(super) fn read(bytes: &[u8]) -> ReadJournal {
    let mut journal = ReadJournal::default();
    let mut rest = bytes;
    let mut number = 0;
    while !rest.is_empty() {
        number += 1;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.get(1..).unwrap_or_default();
        // A line without its end was cut off, even where its checksum happens to hold.
        let record = end.and_then(|_| read_line(line));
        journal.torn = record.is_none();
        match record {
            Some(Record { seq: 0, ron }) if number == 1 => {
                journal.head = ron_text::parse(&ron).ok();
                if journal.head.is_none() {
                    journal.bad.push(number);
                }
            }
            Some(record) => journal.records.push(record),
            None => journal.bad.push(number),
        }
    }
    journal
}

/// Where a journal is to go on.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Position {
    /// Names this copy of the project.
    pub(super) journal: String,
    /// Highest number of a journal file.
    pub(super) number: u64,
    /// Number of the last edit.
    pub(super) seq: u64,
    /// The last file is whole and holds no edit yet: it can be written on.
    pub(super) reusable: bool,
}

/// Writes the journal. Every method waits for the disk.
#[derive(Debug)]
pub(super) struct Journal {
    vfs: Arc<dyn Vfs>,
    root: PathBuf,
    name: String,
    number: u64,
    file: Option<Box<dyn VfsFile>>,
    /// Edits that are not on disk.
    pending: Vec<(u64, String)>,
    /// Last edit that is on disk.
    acked: u64,
    /// The open file holds no edit.
    blank: bool,
}

const MEANING: &str = "Edits since then are in memory only, and are tried again: keep the window open and make room on the disk, or export them";

impl Journal {
    pub(super) fn new(vfs: Arc<dyn Vfs>, root: &Path, at: &Position) -> Self {
        let path = root.join(paths::journal_file(at.number));
        let file = if at.reusable { vfs.append(&path).ok() } else { None };
        Self {
            vfs,
            root: root.to_owned(),
            name: at.journal.clone(),
            number: at.number,
            blank: file.is_some(),
            file,
            pending: Vec::new(),
            acked: at.seq,
        }
    }

    /// Last edit that is on disk.
    pub(super) fn acked(&self) -> u64 {
        self.acked
    }

    /// Writes edits and waits for them. On failure they stay pending, for the next call.
    pub(super) fn append(
        &mut self,
        lines: impl IntoIterator<Item = (u64, String)>,
    ) -> Result<(), StoreError> {
        self.pending.extend(lines);
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = match self.file.as_mut() {
            Some(file) => write_pending(file.as_mut(), &self.pending),
            None => return self.start(),
        };
        if let Err(error) = written {
            self.file = None;
            let path = self.root.join(paths::journal_file(self.number));
            tracing::warn!("journal {} failed ({error}); starting a new one", path.display());
            return self.start();
        }
        self.settle();
        Ok(())
    }

    fn settle(&mut self) {
        if let Some((seq, _)) = self.pending.last() {
            self.acked = *seq;
            self.blank = false;
        }
        self.pending.clear();
    }

    /// Starts a new file with what is pending.
    fn start(&mut self) -> Result<(), StoreError> {
        self.file = None;
        self.number += 1;
        let path = self.root.join(paths::journal_file(self.number));
        match self.write_new(&path) {
            Ok(file) => {
                self.file = Some(file);
                self.blank = true;
                self.settle();
                Ok(())
            }
            Err(error) => {
                // Nothing in it was acknowledged, and what it holds is still pending.
                if self.vfs.unlink(&path).is_err() {
                    tracing::debug!("{} could not be removed", path.display());
                }
                Err(StoreError::io("write", &path, error, MEANING))
            }
        }
    }

    fn write_new(&self, path: &Path) -> std::io::Result<Box<dyn VfsFile>> {
        let dir = self.root.join(paths::JOURNAL);
        create_dirs(&*self.vfs, &dir)?;
        let mut head = String::new();
        let mut fields = ron_text::Fields::open(&mut head);
        fields.bare("format", super::format_v1::FORMAT);
        fields.text("journal", &self.name);
        fields.bare("next", self.acked + 1);
        fields.close();
        let mut file = self.vfs.create_new(path)?;
        let mut bytes = line(0, &head);
        bytes.extend(self.pending.iter().map(|(_, line)| line.as_str()));
        write_all(file.as_mut(), bytes.as_bytes())?;
        file.sync_all()?;
        self.vfs.sync_dir(&dir)?;
        Ok(file)
    }

    /// Starts a new file, so that all edits so far are in earlier ones, whose numbers are below the one returned. A
    /// file that holds no edit is new enough.
    pub(super) fn rotate(&mut self) -> Result<u64, StoreError> {
        if self.file.is_none() || !self.blank || !self.pending.is_empty() {
            self.append([])?;
            self.start()?;
        }
        Ok(self.number)
    }

    /// Removes the files before one, whose edits are all in the project's files by now.
    pub(super) fn retire(&self, before: u64) -> Result<(), StoreError> {
        let dir = self.root.join(paths::JOURNAL);
        let meaning =
            "Nothing is lost: its edits are in the project's files and are skipped at the next start";
        let entries = self.vfs.list(&dir).map_err(|error| StoreError::io("list", &dir, error, meaning))?;
        let mut removed = false;
        for entry in entries {
            if paths::journal_number(&entry.name).is_some_and(|number| number < before) {
                let path = dir.join(&entry.name);
                self.vfs.unlink(&path).map_err(|error| StoreError::io("remove", &path, error, meaning))?;
                removed = true;
            }
        }
        if removed {
            self.vfs.sync_dir(&dir).map_err(|error| StoreError::io("write", &dir, error, meaning))?;
        }
        Ok(())
    }
}

fn write_pending(file: &mut dyn VfsFile, pending: &[(u64, String)]) -> std::io::Result<()> {
    let bytes: String = pending.iter().map(|(_, line)| line.as_str()).collect();
    write_all(file, bytes.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> String {
        line(0, "(format: 1, journal: \"j\", next: 1)")
    }

    #[test]
    fn a_journal_reads_as_it_is_written() {
        let text = head() + &line(1, "set_name(old: \"\", new: \"دراسة\")") + &line(2, "x");
        let read = read(text.as_bytes());
        assert_eq!(read.head, Some(Head { format: 1, journal: "j".into(), next: 1 }));
        assert_eq!(read.records.iter().map(|r| r.seq).collect::<Vec<_>>(), [1, 2]);
        assert!(read.bad.is_empty() && !read.torn);
    }

    #[test]
    fn every_cut_leaves_the_records_before_it() {
        let text = head() + &line(1, "a") + &line(2, "ب");
        for cut in 0..text.len() {
            let read = read(&text.as_bytes()[..cut]);
            let whole = text.as_bytes()[..cut].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(read.records.len(), whole.saturating_sub(1), "cut at {cut}");
            assert_eq!(read.torn, cut > 0 && text.as_bytes()[cut - 1] != b'\n', "cut at {cut}");
        }
    }

    #[test]
    fn every_changed_bit_shows() {
        let text = (head() + &line(1, "add") + &line(2, "b")).into_bytes();
        for bit in 0..text.len() * 8 {
            let mut damaged = text.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let read = read(&damaged);
            assert!(!read.bad.is_empty() || read.head.is_none(), "bit {bit}");
        }
    }
}
