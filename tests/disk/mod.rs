//! A disk in memory that can be told to refuse: fast enough for thousands of projects, and root cannot get round it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each test target uses its part")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hashiya::store::vfs::{Entry, Identity, Stamp};
use hashiya::store::{Vfs, VfsFile, VfsLock};

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<PathBuf, (u64, Vec<u8>)>,
    folders: BTreeSet<PathBuf>,
    locked: BTreeSet<PathBuf>,
    inodes: u64,
    /// Paths that refuse what is in the message.
    denied: BTreeMap<PathBuf, &'static str>,
    full: bool,
}

/// The disk.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<Inner>>);

impl Disk {
    /// Refuses to read, write or list what is under a path: `what` is `read`, `write` or `sync`.
    pub fn deny(&self, path: &str, what: &'static str) {
        self.0.lock().unwrap().denied.insert(path.into(), what);
    }

    pub fn allow(&self, path: &str) {
        self.0.lock().unwrap().denied.remove(Path::new(path));
    }

    /// No more room for a byte.
    pub fn fill(&self, full: bool) {
        self.0.lock().unwrap().full = full;
    }

    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.read(Path::new(path)).unwrap_or_else(|error| panic!("{path}: {error}")))
            .unwrap()
    }

    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        let mut inner = self.0.lock().unwrap();
        inner.inodes += 1;
        let inode = inner.inodes;
        inner.files.insert(path.into(), (inode, bytes.into()));
    }

    /// Everything that is on it but the lock.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let inner = self.0.lock().unwrap();
        let lock = |path: &Path| path.ends_with(".lock");
        inner
            .files
            .iter()
            .filter(|(path, _)| !lock(path))
            .map(|(path, (_, bytes))| (path.clone(), bytes.clone()))
            .collect()
    }

    fn refuse(&self, path: &Path, what: &str) -> Result<()> {
        let inner = self.0.lock().unwrap();
        let denied =
            path.ancestors().any(|above| inner.denied.get(above).is_some_and(|denied| *denied == what));
        if denied { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }
}

#[derive(Debug)]
struct File(Disk, PathBuf);

impl VfsFile for File {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut inner = self.0.0.lock().unwrap();
        if inner.full {
            return Err(ErrorKind::StorageFull.into());
        }
        // Short writes are what a disk may do.
        let some = bytes.len().min(4096);
        let (_, content) = inner.files.get_mut(&self.1).ok_or(ErrorKind::NotFound)?;
        content.extend_from_slice(&bytes[..some]);
        Ok(some)
    }

    fn sync_data(&mut self) -> Result<()> {
        Ok(())
    }

    fn sync_all(&mut self) -> Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Lock(Disk, PathBuf);

impl VfsLock for Lock {
    fn describe(&mut self, text: &str) -> Result<()> {
        self.0.put(self.1.to_str().unwrap(), text);
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().locked.remove(&self.1);
    }
}

impl Vfs for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.refuse(path, "read")?;
        let inner = self.0.lock().unwrap();
        Ok(inner.files.get(path).ok_or(ErrorKind::NotFound)?.1.clone())
    }

    fn create_new(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        if self.0.lock().unwrap().files.contains_key(path) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.refuse(path, "write")?;
        if !path.parent().is_some_and(|parent| self.0.lock().unwrap().folders.contains(parent)) {
            return Err(ErrorKind::NotFound.into());
        }
        self.put(path.to_str().unwrap(), "");
        Ok(Box::new(File(self.clone(), path.to_owned())))
    }

    fn append(&self, path: &Path) -> Result<Box<dyn VfsFile>> {
        self.refuse(path, "write")?;
        self.read(path)?;
        Ok(Box::new(File(self.clone(), path.to_owned())))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.refuse(to, "write")?;
        let mut inner = self.0.lock().unwrap();
        if inner.folders.remove(from) {
            let moved = |path: &Path| path.strip_prefix(from).map(|below| to.join(below)).ok();
            inner.folders = inner.folders.iter().map(|f| moved(f).unwrap_or_else(|| f.clone())).collect();
            inner.folders.insert(to.to_owned());
            let files = std::mem::take(&mut inner.files);
            inner.files = files.into_iter().map(|(f, file)| (moved(&f).unwrap_or(f), file)).collect();
            return Ok(());
        }
        let file = inner.files.remove(from).ok_or(ErrorKind::NotFound)?;
        inner.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn unlink(&self, path: &Path) -> Result<()> {
        self.refuse(path, "write")?;
        self.0.lock().unwrap().files.remove(path).map(|_| ()).ok_or(ErrorKind::NotFound.into())
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        let mut inner = self.0.lock().unwrap();
        let file = inner.files.get(from).ok_or(ErrorKind::NotFound)?.clone();
        inner.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn create_dir(&self, path: &Path) -> Result<()> {
        self.refuse(path, "write")?;
        self.0.lock().unwrap().folders.insert(path.to_owned());
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> Result<()> {
        self.refuse(path, "write")?;
        if !self.list(path)?.is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        self.0.lock().unwrap().folders.remove(path);
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> Result<()> {
        self.refuse(path, "sync")
    }

    fn list(&self, path: &Path) -> Result<Vec<Entry>> {
        self.refuse(path, "read")?;
        let inner = self.0.lock().unwrap();
        if !inner.folders.contains(path) {
            return Err(ErrorKind::NotFound.into());
        }
        let entry = |below: &Path, is_dir| Entry {
            name: below.file_name().unwrap().to_str().unwrap().to_owned(),
            is_dir,
        };
        let here = |below: &&PathBuf| below.parent() == Some(path);
        let mut entries: Vec<Entry> =
            inner.folders.iter().filter(here).map(|below| entry(below, true)).collect();
        entries.extend(inner.files.keys().filter(here).map(|below| entry(below, false)));
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn stat(&self, path: &Path) -> Result<Stamp> {
        let inner = self.0.lock().unwrap();
        if inner.folders.contains(path) || path.parent().is_none() {
            return Ok(Stamp { is_dir: true, ..Stamp::default() });
        }
        let (inode, bytes) = inner.files.get(path).ok_or(ErrorKind::NotFound)?;
        Ok(Stamp { len: bytes.len() as u64, inode: *inode, ..Stamp::default() })
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn VfsLock>> {
        self.refuse(path, "write")?;
        if !self.0.lock().unwrap().locked.insert(path.to_owned()) {
            return Err(Error::from(ErrorKind::WouldBlock));
        }
        Ok(Box::new(Lock(self.clone(), path.to_owned())))
    }

    fn identity(&self) -> Identity {
        Identity { user: "سمر".into(), host: "desk".into(), pid: 1, boot: "b".into() }
    }

    fn is_running(&self, _: u32) -> bool {
        false
    }

    fn draw(&self) -> u64 {
        0x5eed_5eed_0000_0000
    }
}
