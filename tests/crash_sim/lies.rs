//! Mistakes in the protocol, made on purpose: a file system that lies to the store, which is thereby as wrong as if the
//! mistake were its own. Each must be noticed, or the harness is blind.

use std::io::Result;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hashiya::store::sim::SimVfs;
use hashiya::store::vfs::{Entry, Identity, Stamp, Vfs, VfsFile, VfsLock};

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Temporary files are renamed without having been synced.
    TemporaryFilesNotSynced,
    /// The folders of layers are not synced after the renames.
    LayerFoldersNotSynced,
    /// The project's folder is not synced after the renames.
    ProjectFolderNotSynced,
    /// The journal's folder is not synced after a new journal was made.
    JournalFolderNotSynced,
    /// A new journal is not synced.
    NewJournalsNotSynced,
    /// Edits are acknowledged without a sync.
    EditsNotSynced,
    /// Edits are acknowledged before they are written: each is written with the next call.
    EditsWrittenLate,
    /// Texts are not synced before the index names them.
    TextsNotSynced,
    /// Files are written in place instead of renamed.
    WrittenInPlace,
    /// Old journals go when a new one is begun, before the files are written.
    JournalsRetiredEarly,
    /// Old journals go while a layer is not yet under its name.
    LayersRenamedLate,
    /// Files say that they hold one edit more than they do.
    ThroughTooHigh,
    /// What files say of the edits they hold is not looked at.
    ThroughIgnored,
    /// Checksums of the journal are not looked at.
    ChecksumsIgnored,
}

impl Lie {
    pub(crate) const ALL: [Self; 14] = [
        Self::TemporaryFilesNotSynced,
        Self::LayerFoldersNotSynced,
        Self::ProjectFolderNotSynced,
        Self::JournalFolderNotSynced,
        Self::NewJournalsNotSynced,
        Self::EditsNotSynced,
        Self::EditsWrittenLate,
        Self::TextsNotSynced,
        Self::WrittenInPlace,
        Self::JournalsRetiredEarly,
        Self::LayersRenamedLate,
        Self::ThroughTooHigh,
        Self::ThroughIgnored,
        Self::ChecksumsIgnored,
    ];

    /// A disk that tells this lie.
    pub(crate) fn told_by(self, disk: SimVfs) -> Arc<dyn Vfs> {
        Arc::new(Liar { lie: self, disk, late: Mutex::default() })
    }
}

/// Renames that are put off until later.
type Late = Vec<(PathBuf, PathBuf)>;

#[derive(Debug)]
struct Liar {
    lie: Lie,
    disk: SimVfs,
    late: Mutex<Late>,
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn is_journal(path: &Path) -> bool {
    name(path).ends_with(".jnl")
}

fn is_temporary(path: &Path) -> bool {
    name(path).ends_with(".tmp")
}

fn is_in(path: &Path, folder: &str) -> bool {
    path.components().any(|part| part.as_os_str() == folder)
}

impl Liar {
    fn rename_late(&self) -> Result<()> {
        let renames = std::mem::take(&mut *self.late.lock().unwrap());
        for (from, to) in renames {
            self.disk.rename(&from, &to)?;
            self.disk.sync_dir(to.parent().unwrap_or(Path::new("/")))?;
        }
        Ok(())
    }

    /// Where a file is that was not renamed yet.
    fn place(&self, path: &Path) -> PathBuf {
        let late = self.late.lock().unwrap();
        late.iter().rev().find(|(_, to)| to == path).map_or_else(|| path.to_owned(), |(from, _)| from.clone())
    }

    fn file(&self, file: Box<dyn VfsFile>, path: &Path) -> Box<dyn VfsFile> {
        Box::new(LiarFile { lie: self.lie, file, path: path.to_owned(), held: Vec::new() })
    }
}

/// The same file with another number of the last edit it holds, and a checksum that fits.
fn with_through(bytes: &[u8], other: impl Fn(u64) -> u64) -> Vec<u8> {
    let forged = || {
        let text = std::str::from_utf8(bytes).ok()?;
        let (head, rest) = text.split_once("\n    through: ")?;
        let (through, rest) = rest.split_once(",\n")?;
        let (body, _) = rest.rsplit_once("// crc32 ")?;
        let body = format!("{head}\n    through: {},\n{body}", other(through.parse().ok()?));
        Some(format!("{body}// crc32 {:08x}\n", crc32fast::hash(body.as_bytes())).into_bytes())
    };
    forged().unwrap_or_else(|| bytes.to_vec())
}

/// The same lines with checksums that fit, whatever they hold.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut forged = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.len() > 9) {
        forged.extend_from_slice(format!("{:08x} ", crc32fast::hash(&line[9..])).as_bytes());
        forged.extend_from_slice(&line[9..]);
        forged.push(b'\n');
    }
    forged
}

impl Vfs for Liar {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let bytes = self.disk.read(&self.place(path))?;
        Ok(match self.lie {
            Lie::ThroughTooHigh if is_temporary(path) => {
                with_through(&bytes, |through| through.saturating_sub(1))
            }
            Lie::ThroughIgnored if !is_temporary(path) => with_through(&bytes, |_| 0),
            Lie::ChecksumsIgnored if is_journal(path) => with_checksums(&bytes),
            _ => bytes,
        })
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        if self.lie == Lie::JournalsRetiredEarly && is_journal(path) {
            let folder = path.parent().unwrap_or(Path::new("/"));
            for entry in self.disk.list(folder)?.iter().filter(|entry| entry.name.as_str() < name(path)) {
                self.disk.unlink(&folder.join(&entry.name))?;
            }
            self.disk.sync_dir(folder)?;
        }
        Ok(self.file(self.disk.create_new(path)?, path))
    }

    fn append(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        Ok(self.file(self.disk.append(path)?, path))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        match self.lie {
            Lie::WrittenInPlace => {
                let bytes = self.disk.read(from)?;
                let mut file = self.disk.create(to)?;
                file.write(&bytes)?;
                file.sync_all()?;
                self.disk.unlink(from)
            }
            Lie::LayersRenamedLate if is_in(to, "layers") => {
                self.late.lock().unwrap().push((from.to_owned(), to.to_owned()));
                Ok(())
            }
            _ => self.disk.rename(from, to),
        }
    }

    fn unlink(&self, path: &Path) -> Result<()> {
        self.disk.unlink(path)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        self.disk.hard_link(from, to)
    }

    fn create_dir(&self, path: &Path) -> Result<()> {
        self.disk.create_dir(path)
    }

    fn remove_dir(&self, path: &Path) -> Result<()> {
        self.disk.remove_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> Result<()> {
        let journals = name(path) == "journal";
        let ignored = match self.lie {
            Lie::LayerFoldersNotSynced => is_in(path, "layers"),
            Lie::ProjectFolderNotSynced => path == Path::new(super::sitting::ROOT),
            Lie::JournalFolderNotSynced => journals,
            _ => false,
        };
        if ignored {
            return Ok(());
        }
        self.disk.sync_dir(path)?;
        // Retiring the old journals ends with a sync of their folder; so does making a new one, without late renames.
        if journals { self.rename_late() } else { Ok(()) }
    }

    fn list(&self, path: &Path) -> Result<Vec<Entry>> {
        self.disk.list(path)
    }

    fn stat(&self, path: &Path) -> Result<Stamp> {
        self.disk.stat(&self.place(path))
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn VfsLock>> {
        self.disk.lock(path)
    }

    fn identity(&self) -> Identity {
        self.disk.identity()
    }

    fn is_running(&self, pid: u32) -> bool {
        self.disk.is_running(pid)
    }

    fn draw(&self) -> u64 {
        self.disk.draw()
    }
}

#[derive(Debug)]
struct LiarFile {
    lie: Lie,
    file: Box<dyn VfsFile>,
    path: PathBuf,
    /// What is written with the next call.
    held: Vec<u8>,
}

impl LiarFile {
    fn sync(&mut self, of_edit: bool) -> Result<()> {
        let ignored = match self.lie {
            Lie::TemporaryFilesNotSynced => is_temporary(&self.path),
            Lie::NewJournalsNotSynced => is_journal(&self.path) && !of_edit,
            Lie::EditsNotSynced => is_journal(&self.path) && of_edit,
            Lie::TextsNotSynced => is_in(&self.path, "articles"),
            _ => false,
        };
        if ignored { Ok(()) } else { self.file.sync_all() }
    }

    fn write_held(&mut self) -> Result<()> {
        if !self.held.is_empty() {
            self.file.write(&std::mem::take(&mut self.held))?;
            self.file.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for LiarFile {
    fn drop(&mut self) {
        self.write_held().unwrap();
    }
}

impl VfsFile for LiarFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.lie {
            Lie::ThroughTooHigh if is_temporary(&self.path) => {
                self.file.write(&with_through(bytes, |through| through + 1))?;
            }
            Lie::EditsWrittenLate if is_journal(&self.path) => {
                self.write_held()?;
                self.held = bytes.to_vec();
            }
            _ => {
                self.file.write(bytes)?;
            }
        }
        Ok(bytes.len())
    }

    fn sync_data(&mut self) -> Result<()> {
        self.sync(true)
    }

    fn sync_all(&mut self) -> Result<()> {
        self.sync(false)
    }
}
