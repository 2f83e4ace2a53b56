//! The journal: every edit, on disk before it counts as saved.
//!
//! A journal is a text file. Its lines are records `crc32 SP seq SP ron LF`; the first says whose journal it is and
//! the number of the next edit. Edits that shared one write name its first: `7/5` was written together with 5 and 6.
//!
//! A line that was cut off or damaged shows by its checksum. Where a later write follows it was acknowledged, so it
//! was damaged since, which people are told; else a crash tore the last write, which nobody was promised: it is left
//! out whole from the first bad line on, because a disk may keep its end and lose its beginning.
//!
//! A file whose write or fsync failed is never written again: what it did not acknowledge goes, from memory, into a
//! new one (after a failed fsync the kernel may call lost pages clean, and a second fsync would lie).

use std::collections::BTreeSet;
use std::io::ErrorKind;
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
    /// First record of the write it came with; 0 for the head's.
    first: u64,
    pub(super) ron: String,
}

/// A journal that was read.
#[derive(Debug, Default)]
pub(super) struct ReadJournal {
    pub(super) head: Option<Head>,
    pub(super) records: Vec<Record>,
    /// Lines that are no records and were acknowledged once, from 1.
    pub(super) bad: Vec<usize>,
    /// The last write was torn by a crash. Nothing of it was acknowledged; it was left out from the first bad line on.
    pub(super) torn: bool,
}

/// A record as a line.
fn line(seq: u64, first: u64, ron: &str) -> String {
    let body = if first == seq { format!("{seq} {ron}") } else { format!("{seq}/{first} {ron}") };
    format!("{:08x} {body}\n", crc32fast::hash(body.as_bytes()))
}

/// The lines of edits that are written together.
fn lines(first: Option<u64>, edits: &[(u64, String)]) -> String {
    let first = first.or(edits.first().map(|(seq, _)| *seq)).unwrap_or_default();
    edits.iter().map(|(seq, ron)| line(*seq, first, ron)).collect()
}

fn read_line(line: &[u8]) -> Option<Record> {
    let (crc, body) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    if crc != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
        return None;
    }
    let (number, ron) = body.split_once(' ')?;
    let (seq, first) = number.split_once('/').unwrap_or((number, number));
    Some(Record { seq: seq.parse().ok()?, first: first.parse().ok()?, ron: ron.to_owned() })
}

/// Reads what can be read of a journal.
pub(super) fn read(bytes: &[u8]) -> ReadJournal {
    let mut journal = ReadJournal::default();
    // A line without its end was cut off, even where its checksum happens to hold.
    let whole = |line: &[u8]| line.strip_suffix(b"\n").and_then(read_line);
    let read: Vec<Option<Record>> = bytes.split_inclusive(|byte| *byte == b'\n').map(whole).collect();
    let last_write = read.iter().flatten().map(|record| record.first).max().unwrap_or_default();
    let mut last = 0;
    for (number, record) in (1..).zip(read) {
        let head = record.as_ref().filter(|record| number == 1 && record.seq == 0);
        let head: Option<Head> = head.and_then(|record| ron_text::parse(&record.ron).ok());
        match record {
            _ if head.is_some() => {
                last = head.as_ref().map(|head| head.next.saturating_sub(1)).unwrap_or_default();
                journal.head = head;
            }
            // A torn write may show whole lines of an older journal, where the disk gave it the room of one.
            Some(record) if 0 < record.seq && record.seq <= last => {}
            // And its own lines between them: what they followed is missing, and no later write tells that it was there.
            Some(record) if record.seq > last + 1 && record.first <= last + 1 && last_write <= last + 1 => {
                journal.torn = true;
                break;
            }
            Some(record) if record.seq > 0 => {
                last = record.seq;
                journal.records.push(record);
            }
            // A write that began after what is missing here was begun once this was on disk.
            _ if last_write > if number == 1 { 0 } else { last + 1 } => journal.bad.push(number),
            _ => {
                journal.torn = true;
                break;
            }
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
    /// The files that were read.
    pub(super) read: Vec<PathBuf>,
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
    /// Where journals go while the project's folder refuses them.
    spare: Option<PathBuf>,
    /// The open file is there.
    in_spare: bool,
    /// Files that were read or written here. Others may hold edits that nobody has taken in.
    known: BTreeSet<PathBuf>,
}

const MEANING: &str = "Edits since then are in memory only, and are tried again: keep the window open and make room on the disk, or export them";

impl Journal {
    pub(super) fn new(vfs: Arc<dyn Vfs>, root: &Path, spare: Option<PathBuf>, at: &Position) -> Self {
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
            spare,
            in_spare: false,
            known: at.read.iter().cloned().collect(),
        }
    }

    /// The folder edits go to instead of the project's, while that one refuses them.
    pub(super) fn spare_in_use(&self) -> Option<&Path> {
        self.spare.as_deref().filter(|_| self.in_spare)
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
            let path = self.folder().join(paths::journal_name(self.number));
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

    fn folder(&self) -> PathBuf {
        self.spare_in_use().map_or_else(|| self.root.join(paths::JOURNAL), Path::to_owned)
    }

    /// Starts a new file with what is pending: in the project's folder, or where that refuses it in the spare one.
    fn start(&mut self) -> Result<(), StoreError> {
        self.file = None;
        self.number += 1;
        let own = self.root.join(paths::JOURNAL);
        let refused = match self.start_in(&own) {
            Ok(()) => {
                self.in_spare = false;
                return Ok(());
            }
            Err(refused) => refused,
        };
        if let Some(spare) = self.spare.clone() {
            match self.start_in(&spare) {
                Ok(()) => {
                    self.in_spare = true;
                    return Ok(());
                }
                Err(error) => tracing::warn!("nor can {} be written: {error}", spare.display()),
            }
        }
        Err(StoreError::io("write", &own.join(paths::journal_name(self.number)), refused, MEANING))
    }

    fn start_in(&mut self, folder: &Path) -> std::io::Result<()> {
        let path = folder.join(paths::journal_name(self.number));
        match self.write_new(folder, &path) {
            Ok(file) => {
                self.known.insert(path);
                self.file = Some(file);
                self.blank = true;
                self.settle();
                Ok(())
            }
            Err(error) => {
                // Nothing in it was acknowledged, and what it holds is still pending. A file that was there before is
                // not ours.
                if error.kind() != std::io::ErrorKind::AlreadyExists && self.vfs.unlink(&path).is_err() {
                    tracing::debug!("{} could not be removed", path.display());
                    self.known.insert(path);
                }
                Err(error)
            }
        }
    }

    fn write_new(&self, folder: &Path, path: &Path) -> std::io::Result<Box<dyn VfsFile>> {
        create_dirs(&*self.vfs, folder)?;
        let mut head = String::new();
        let mut fields = ron_text::Fields::open(&mut head);
        fields.bare("format", super::format_v1::FORMAT);
        fields.text("journal", &self.name);
        fields.bare("next", self.acked + 1);
        fields.close();
        let mut file = self.vfs.create_new(path)?;
        let bytes = line(0, 0, &head) + &lines(Some(0), &self.pending);
        write_all(file.as_mut(), bytes.as_bytes())?;
        file.sync_all()?;
        self.vfs.sync_dir(folder)?;
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

    /// Removes the files before one, whose edits are all in the project's files by now. A journal that something else
    /// put beside them meanwhile stays: the next opening takes its edits in.
    pub(super) fn retire(&self, before: u64) -> Result<(), StoreError> {
        let meaning =
            "Nothing is lost: its edits are in the project's files and are skipped at the next start";
        let mut old: Vec<(u64, PathBuf)> = Vec::new();
        for folder in [Some(self.root.join(paths::JOURNAL)), self.spare.clone()].into_iter().flatten() {
            let entries = match self.vfs.list(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
                listed => listed.map_err(|error| StoreError::io("list", &folder, error, meaning))?,
            };
            let numbered = entries.into_iter();
            let numbered = numbered
                .filter_map(|entry| Some((paths::journal_number(&entry.name)?, folder.join(entry.name))));
            old.extend(numbered.filter(|(number, path)| *number < before && self.known.contains(path)));
        }
        // The oldest first, and waited for one by one: a disk that kept an older one and lost a newer would leave a gap.
        old.sort_unstable();
        for (_, path) in old {
            self.vfs.unlink(&path).map_err(|error| StoreError::io("remove", &path, error, meaning))?;
            let folder = path.parent().unwrap_or(&self.root);
            self.vfs.sync_dir(folder).map_err(|error| StoreError::io("write", folder, error, meaning))?;
        }
        Ok(())
    }
}

fn write_pending(file: &mut dyn VfsFile, pending: &[(u64, String)]) -> std::io::Result<()> {
    write_all(file, lines(None, pending).as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> String {
        line(0, 0, "(format: 1, journal: \"j\", next: 1)")
    }

    fn seqs(read: &ReadJournal) -> Vec<u64> {
        read.records.iter().map(|record| record.seq).collect()
    }

    #[test]
    fn a_journal_reads_as_it_is_written() {
        let edits = [(1, "set_name(old: \"\", new: \"دراسة\")".to_owned()), (2, "x".to_owned())];
        let text = head() + &lines(None, &edits);
        assert!(text.contains(" 2/1 x\n"), "{text}");
        let read = read(text.as_bytes());
        assert_eq!(read.head, Some(Head { format: 1, journal: "j".into(), next: 1 }));
        assert_eq!(seqs(&read), [1, 2]);
        assert!(read.bad.is_empty() && !read.torn);
    }

    #[test]
    fn every_cut_leaves_the_records_before_it() {
        let text = head() + &line(1, 1, "a") + &line(2, 2, "ب");
        for cut in 0..text.len() {
            let read = read(&text.as_bytes()[..cut]);
            let whole = text.as_bytes()[..cut].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(read.records.len(), whole.saturating_sub(1), "cut at {cut}");
            assert_eq!(read.torn, cut > 0 && text.as_bytes()[cut - 1] != b'\n', "cut at {cut}");
        }
    }

    #[test]
    fn every_changed_bit_shows() {
        let text = (head() + &line(1, 1, "add") + &line(2, 2, "b")).into_bytes();
        for bit in 0..text.len() * 8 {
            let mut damaged = text.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let read = read(&damaged);
            assert!(!read.bad.is_empty() || read.torn, "bit {bit}");
        }
    }

    #[test]
    fn a_torn_write_goes_whole_and_a_damaged_one_alone() {
        let bad = "00000000 x\n";
        let check = |text: String, records: &[u64], bad: &[usize], torn: bool| {
            let read = read(text.as_bytes());
            assert_eq!(
                (seqs(&read).as_slice(), read.bad.as_slice(), read.torn),
                (records, bad, torn),
                "{text}"
            );
        };
        check(head() + &line(1, 1, "a") + bad + &line(3, 2, "c"), &[1], &[], true);
        check(head() + &line(1, 1, "a") + bad + &line(3, 2, "c") + &line(4, 4, "d"), &[1, 3, 4], &[3], false);
        check(head() + &line(1, 1, "a") + bad + &line(3, 3, "c"), &[1, 3], &[3], false);
        check(head() + bad + &line(2, 1, "b"), &[], &[], true);
        check(head() + bad + &line(2, 0, "b"), &[], &[], true);
        check(bad.to_owned() + &line(1, 0, "a"), &[], &[], true);
        let stale = line(1, 1, "a") + &line(2, 1, "b");
        check(head() + &stale + &stale + &line(4, 3, "d"), &[1, 2], &[], true);
        check(head() + &stale + &stale + &line(3, 3, "c"), &[1, 2, 3], &[], false);
        check(head() + &stale + bad + &stale + &line(4, 3, "d"), &[1, 2], &[], true);
        check(head() + &stale + &line(4, 3, "d") + &line(5, 5, "e"), &[1, 2, 4, 5], &[], false);
        check(bad.to_owned() + &line(1, 1, "a"), &[1], &[1], false);
    }
}
