//! Where a writer's bytes go, and where a reader finds a file and those beside it. This module opens no file: the
//! command line and the window hand in a [`Sink`] over a folder, previews and tests use [`Memory`].

use std::collections::BTreeMap;
use std::io::{self, BufRead, Cursor, Read as _, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use super::FormatError;
use crate::model::is_folder_safe;

/// A file being written. Flush it before letting it go: what was not flushed counts as failed.
pub type Out = Box<dyn Write + Send>;

/// The files of an export. None has its final name before all are written and proven.
pub trait Sink {
    /// The file the person named. For formats of one file; called once.
    ///
    /// # Errors
    /// Where it cannot be begun.
    fn single(&mut self) -> io::Result<Out>;
    /// A file in the folder the person named, such as `data/train.parquet`. For formats of several files.
    ///
    /// # Errors
    /// Where the name is not a [`safe_path`] or was taken before, or the file cannot be begun.
    fn file(&mut self, name: &str) -> io::Result<Out>;
}

/// A file to read, and what lies around it.
pub trait Source {
    /// Its path below what the person named, with `/` between folders.
    fn name(&self) -> &str;
    /// Its bytes from the start; may be asked for several times.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn open(&self) -> io::Result<Box<dyn BufRead>>;
    /// Another file, by its path below what the person named; nothing where there is none.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    fn other(&self, path: &str) -> io::Result<Option<Box<dyn BufRead>>>;
}

/// The error of a source that cannot be opened or read.
pub fn unread(error: io::Error) -> FormatError {
    // Errors of our own say all there is to say.
    if error.get_ref().is_some() {
        return FormatError::new(error.to_string());
    }
    FormatError::new(format!("cannot be read: {error}; nothing was imported: try again"))
}

/// All of a source, where a format cannot be read bit by bit.
///
/// # Errors
/// Where it cannot be read.
pub fn read_whole(source: &dyn Source) -> Result<Vec<u8>, FormatError> {
    let mut bytes = Vec::new();
    source.open().and_then(|mut file| file.read_to_end(&mut bytes)).map_err(unread)?;
    Ok(bytes)
}

/// The path of the file of this name in the same folder as another.
pub fn beside(path: &str, name: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}"),
        None => name.to_owned(),
    }
}

/// The name of a file without folders and extension.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// Whether a path stays in its folder on every system: each part is safe as the name of a folder.
pub fn safe_path(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(is_folder_safe)
}

/// The error of a name that a sink refuses.
pub fn unsafe_name(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} cannot be the name of a file"))
}

/// Files in memory: for previews and tests.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

/// The name in [`Memory`] of the file that a format of one file writes.
pub const SINGLE: &str = "single";

impl Memory {
    /// With these files in it.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let files = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect();
        Self { files: Arc::new(Mutex::new(files)) }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> Vec<String> {
        self.locked().keys().cloned().collect()
    }

    /// A file.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.locked().get(name).cloned()
    }

    /// A file as text; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.get(name).unwrap_or_default()).into_owned()
    }

    /// A file to read.
    pub fn source(&self, name: &str) -> Rc<dyn Source> {
        Rc::new(MemorySource { memory: self.clone(), name: name.to_owned() })
    }
}

impl Sink for Memory {
    fn single(&mut self) -> io::Result<Out> {
        self.file(SINGLE)
    }

    fn file(&mut self, name: &str) -> io::Result<Out> {
        if !safe_path(name) || self.locked().contains_key(name) {
            return Err(unsafe_name(name));
        }
        self.locked().insert(name.to_owned(), Vec::new());
        Ok(Box::new(MemoryOut { memory: self.clone(), name: name.to_owned() }))
    }
}

struct MemoryOut {
    memory: Memory,
    name: String,
}

impl Write for MemoryOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = self.memory.locked().get_mut(&self.name) {
            file.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of a [`Memory`].
struct MemorySource {
    memory: Memory,
    name: String,
}

impl Source for MemorySource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        self.other(&self.name)?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn other(&self, path: &str) -> io::Result<Option<Box<dyn BufRead>>> {
        Ok(self.memory.get(path).map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn BufRead>))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_or_repeat_are_refused() {
        let mut memory = Memory::default();
        for name in ["", "/a", "../a", "a/../b", "a//b", "a\0b", "a/"] {
            assert!(memory.file(name).is_err(), "{name:?}");
        }
        memory.file("عنوان/a.txt").unwrap().write_all("نص".as_bytes()).unwrap();
        assert!(memory.file("عنوان/a.txt").is_err());
        assert_eq!(memory.text("عنوان/a.txt"), "نص");
        assert_eq!((beside("x/a.ann", "a.txt"), beside("a.ann", "b")), ("x/a.txt".into(), "b".into()));
        assert_eq!((stem("x/a.b.ann"), stem(".ann"), stem("x/a")), ("a.b", ".ann", "a"));
    }
}
