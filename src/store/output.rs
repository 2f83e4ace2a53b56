//! The files of an export on their way to disk: one file, or a folder of files, which get their name together when all
//! is written and proven, and leave nothing behind where that does not happen.
#![expect(clippy::disallowed_methods, reason = "the store is the module that touches the disk")]

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::StoreError;

/// An export that does not have its name yet.
#[derive(Debug)]
pub struct Output {
    unfinished: PathBuf,
    path: PathBuf,
    folder: bool,
    /// Whether something written did not reach the disk.
    failed: Arc<AtomicBool>,
    named: bool,
}

const MEANING: &str = "Nothing was left under that name and the project is as it was";

impl Output {
    /// Begins an export under a name; a folder must be new or empty, so that nobody's files are mixed with it.
    ///
    /// # Errors
    /// Where nothing can be written there.
    pub fn create(path: &Path, folder: bool) -> Result<Self, StoreError> {
        let failed = |cause| StoreError::io("write", path, cause, MEANING);
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        if path.is_dir() != folder && path.exists() {
            let what = if folder { "it is a file, and the format is a folder" } else { "it is a folder" };
            return Err(failed(io::Error::other(format!("{what}; give another name"))));
        }
        if folder && path.is_dir() && fs::read_dir(path).map_err(failed)?.next().is_some() {
            return Err(failed(io::Error::other("the folder is not empty; give another, or empty it first")));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let unfinished = path.with_file_name(format!(".{name}.unfinished"));
        remove(&unfinished);
        if folder {
            fs::create_dir(&unfinished).map_err(failed)?;
        }
        Ok(Self { unfinished, path: path.to_owned(), folder, failed: Arc::default(), named: false })
    }

    /// The one file.
    ///
    /// # Errors
    /// Where it cannot be begun.
    pub fn single(&self) -> io::Result<OutputFile> {
        if self.folder {
            return Err(io::Error::other("this format is a folder of files"));
        }
        self.begin(&self.unfinished)
    }

    /// A file of the folder; `parts` are the names of folders and then its own, each safe as such.
    ///
    /// # Errors
    /// Where it is there already or cannot be begun.
    pub fn file<'p>(&self, parts: impl IntoIterator<Item = &'p str>) -> io::Result<OutputFile> {
        if !self.folder {
            return Err(io::Error::other("this format is one file"));
        }
        let mut path = self.unfinished.clone();
        path.extend(parts);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        self.begin(&path)
    }

    fn begin(&self, path: &Path) -> io::Result<OutputFile> {
        let file = File::options().write(true).create_new(true).open(path)?;
        Ok(OutputFile { file: Some(BufWriter::new(file)), failed: self.failed.clone() })
    }

    /// The names of the files of a folder, with `/` between folders, sorted.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        list(&self.unfinished, "", &mut names)?;
        Ok(names)
    }

    /// A way to read back what was written.
    pub fn reader(&self) -> OutputReader {
        OutputReader { unfinished: self.unfinished.clone() }
    }

    /// Waits until all is on disk and gives it its name.
    ///
    /// # Errors
    /// Where that fails; what stood under the name before is still there.
    pub fn commit(mut self) -> Result<(), StoreError> {
        let cannot = |cause| StoreError::io("write", &self.path, cause, MEANING);
        if self.failed.load(Ordering::Acquire) {
            return Err(cannot(io::Error::other("a part of it did not reach the disk")));
        }
        self.sync().map_err(cannot)?;
        if self.folder && self.path.is_dir() {
            // Empty, as it was found; where it is not any more this fails and nothing is lost.
            fs::remove_dir(&self.path).map_err(cannot)?;
        }
        fs::rename(&self.unfinished, &self.path).map_err(cannot)?;
        self.named = true;
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        if !self.folder {
            return File::open(&self.unfinished)?.sync_all();
        }
        self.names()?.iter().try_for_each(|name| File::open(self.unfinished.join(name))?.sync_all())
    }
}

/// Reads what was written of an export that does not have its name yet.
#[derive(Clone, Debug)]
pub struct OutputReader {
    unfinished: PathBuf,
}

impl OutputReader {
    /// The one file, or one of the folder.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(&self, name: Option<&str>) -> io::Result<BufReader<File>> {
        let path = match name {
            Some(name) => self.unfinished.join(name),
            None => self.unfinished.clone(),
        };
        Ok(BufReader::with_capacity(1 << 16, File::open(path)?))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if !self.named {
            remove(&self.unfinished);
        }
    }
}

/// Removes what an export left unfinished. The name is ours; where it cannot be removed, the first error is the one to
/// tell.
fn remove(unfinished: &Path) {
    if unfinished.is_dir() && !unfinished.is_symlink() {
        fs::remove_dir_all(unfinished).unwrap_or_default();
    } else {
        fs::remove_file(unfinished).unwrap_or_default();
    }
}

fn list(folder: &Path, before: &str, names: &mut Vec<String>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// A file of an export. What is not flushed when it goes counts as failed.
#[derive(Debug)]
pub struct OutputFile {
    file: Option<BufWriter<File>>,
    failed: Arc<AtomicBool>,
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        let flushed = self.file.take().map(BufWriter::into_inner);
        if flushed.is_some_and(|file| file.is_err()) {
            self.failed.store(true, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_its_name_when_it_is_whole_and_is_gone_where_it_is_not() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("brat");
        let output = Output::create(&path, true).unwrap();
        output.file(["amal", "a.txt"]).unwrap().write_all(b"text").unwrap();
        assert!(output.file(["amal", "a.txt"]).is_err() && output.single().is_err());
        assert_eq!(output.names().unwrap(), ["amal/a.txt"]);
        assert!(!path.exists());
        drop(output);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
        fs::create_dir(&path).unwrap();
        let output = Output::create(&path, true).unwrap();
        output.file(["a.txt"]).unwrap().write_all(b"text").unwrap();
        output.commit().unwrap();
        assert_eq!(fs::read(path.join("a.txt")).unwrap(), b"text");
        assert!(Output::create(&path, true).unwrap_err().to_string().contains("not empty"));
        assert!(Output::create(&path, false).is_err());
        assert!(Output::create(&path.join("a.txt"), true).is_err());
    }

    #[test]
    fn a_file_takes_the_place_of_the_one_before_it_in_one_step() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x.jsonl");
        fs::write(&path, "old").unwrap();
        let output = Output::create(&path, false).unwrap();
        output.single().unwrap().write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        output.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
