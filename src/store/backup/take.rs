//! Copying a project's files, by links where the disk has them.

use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use super::VfsFile;
use crate::store::vfs::{at_once, create_dirs, write_all};
use crate::store::{Vfs, journal, paths};

/// Files that are waited for together.
const TOGETHER: usize = 64;

/// Tells the state of a project's files without reading them. Texts are left out: they never change, and a new one
/// changes the index.
pub(super) fn state(vfs: &dyn Vfs, root: &Path) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut files = layer_files(vfs, root);
    files.extend([paths::MANIFEST, paths::REGISTRY].map(str::to_owned));
    for file in files {
        if let Ok(stamp) = vfs.stat(&root.join(&file)) {
            hasher.update(format!("{file}\0{}\0{}\n", stamp.len, stamp.mtime).as_bytes());
        }
    }
    for (file, bytes) in journals(vfs, root).unwrap_or_default() {
        hasher.update(format!("{file}\0{}\n", bytes.len()).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Journals that hold edits, with their bytes.
pub(super) fn journals(vfs: &dyn Vfs, root: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for name in files_in(vfs, &root.join(paths::JOURNAL))? {
        if paths::journal_number(&name).is_none() {
            continue;
        }
        let file = format!("{}/{name}", paths::JOURNAL);
        match vfs.read(&root.join(&file)) {
            Ok(bytes) if !journal::read(&bytes).records.is_empty() => found.push((file, bytes)),
            Ok(_) => {}
            // A snapshot that ended meanwhile has its edits in the files.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The files of all layers, as relative paths.
pub(super) fn layer_files(vfs: &dyn Vfs, root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for annotator in vfs.list(&root.join(paths::LAYERS)).unwrap_or_default() {
        if annotator.is_dir {
            let folder = format!("{}/{}", paths::LAYERS, annotator.name);
            let names = files_in(vfs, &root.join(&folder)).unwrap_or_default();
            found.extend(names.into_iter().map(|name| format!("{folder}/{name}")));
        }
    }
    found
}

/// The files of a folder, without those that are not whole; none where it does not exist.
pub(super) fn files_in(vfs: &dyn Vfs, folder: &Path) -> Result<Vec<String>> {
    let entries = match vfs.list(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        listed => listed?,
    };
    let whole = |entry: &crate::store::vfs::Entry| !entry.is_dir && !entry.name.ends_with(".tmp");
    Ok(entries.into_iter().filter(whole).map(|entry| entry.name).collect())
}

/// A new file with its content, not yet waited for.
pub(super) fn write_new(vfs: &dyn Vfs, path: &Path, bytes: &[u8]) -> Result<Box<dyn VfsFile>> {
    let mut file = vfs.create_new(path)?;
    write_all(file.as_mut(), bytes)?;
    Ok(file)
}

/// Copies a project into a new folder. False: it was cancelled.
pub(super) fn take(vfs: &dyn Vfs, root: &Path, to: &Path, go_on: &dyn Fn() -> bool) -> Result<bool> {
    create_dirs(vfs, to)?;
    let mut taker = Taker { vfs, root, to, go_on, waiting: Vec::new() };
    for (file, bytes) in journals(vfs, root)? {
        taker.copy(&file, &bytes)?;
    }
    let mut whole = taker.link(layer_files(vfs, root))?;
    for file in [paths::REGISTRY, paths::MANIFEST] {
        match vfs.read(&root.join(file)) {
            Ok(bytes) => taker.copy(file, &bytes)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let texts = files_in(vfs, &root.join(paths::ARTICLES))?;
    whole =
        whole && taker.link(texts.into_iter().map(|name| format!("{}/{name}", paths::ARTICLES)).collect())?;
    taker.settle()?;
    if whole {
        sync_folders(vfs, to)?;
    }
    Ok(whole)
}

struct Taker<'a> {
    vfs: &'a dyn Vfs,
    root: &'a Path,
    to: &'a Path,
    go_on: &'a dyn Fn() -> bool,
    waiting: Vec<Box<dyn VfsFile>>,
}

impl Taker<'_> {
    fn place(&self, file: &str) -> Result<PathBuf> {
        let place = self.to.join(file);
        if let Some(folder) = place.parent() {
            create_dirs(self.vfs, folder)?;
        }
        Ok(place)
    }

    fn copy(&mut self, file: &str, bytes: &[u8]) -> Result<()> {
        let place = self.place(file)?;
        self.waiting.push(write_new(self.vfs, &place, bytes)?);
        if self.waiting.len() >= TOGETHER { self.settle() } else { Ok(()) }
    }

    fn settle(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        at_once(self.vfs, waiting, |mut file| file.sync_all()).into_iter().collect()
    }

    /// Links files, or copies them from the first one on that the disk does not link. False: it was cancelled.
    fn link(&mut self, files: Vec<String>) -> Result<bool> {
        let mut links = true;
        for file in files {
            if !(self.go_on)() {
                return Ok(false);
            }
            let from = self.root.join(&file);
            if links {
                let place = self.place(&file)?;
                match self.vfs.hard_link(&from, &place) {
                    Ok(()) => continue,
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    Err(_) => links = false,
                }
            }
            match self.vfs.read(&from) {
                Ok(bytes) => self.copy(&file, &bytes)?,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// Waits for the names in a folder and in those below it.
pub(super) fn sync_folders(vfs: &dyn Vfs, folder: &Path) -> Result<()> {
    for entry in vfs.list(folder)?.into_iter().filter(|entry| entry.is_dir) {
        sync_folders(vfs, &folder.join(entry.name))?;
    }
    vfs.sync_dir(folder)
}
