//! Files that do not belong to a project: articles to import, data sets to write.
#![expect(clippy::disallowed_methods, reason = "the store is the module that touches the disk")]

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::{StoreError, format_v1};
use crate::model::Codebook;

/// Largest file that is read as one article or data set, bytes.
pub const LARGEST: u64 = 1 << 30;

/// Whether a folder holds a project.
pub fn is_project(path: &Path) -> bool {
    path.join("project.ron").is_file()
}

/// The names of the files in a folder, sorted; none where it cannot be listed.
pub fn files_of(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The files under paths, folders searched through in the order of their names; hidden files and whole projects are
/// left out. What cannot be listed comes back as sentences.
pub fn files_under(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        collect(path, &mut files, &mut refused);
    }
    (files, refused)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>, refused: &mut Vec<String>) {
    let what = match fs::metadata(path) {
        Ok(what) => what,
        Err(cause) => return refused.push(unreadable(path, &cause)),
    };
    if !what.is_dir() {
        return files.push(path.to_owned());
    }
    let listed = fs::read_dir(path).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut entries: Vec<PathBuf> = match listed {
        Ok(entries) => entries,
        Err(cause) => return refused.push(unreadable(path, &cause)),
    };
    entries.sort();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        // A link to a folder above would be walked for ever.
        let linked_folder = entry.is_symlink() && entry.is_dir();
        // A pipe in a folder would be waited for; one that is named is what somebody wants to read.
        let odd = fs::metadata(&entry).is_ok_and(|what| !what.is_file() && !what.is_dir());
        if !hidden && !linked_folder && !odd && !is_project(&entry) {
            collect(&entry, files, refused);
        }
    }
}

fn unreadable(path: &Path, cause: &io::Error) -> String {
    format!(
        "{} cannot be read: {cause}. Nothing of it was imported: check its name and rights",
        path.display()
    )
}

/// Reads a file that is not the project's.
///
/// # Errors
/// Where it cannot be read, or is larger than [`LARGEST`].
pub fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    let failed =
        |cause| StoreError::io("read", path, cause, "Nothing of it was imported: check its name and rights");
    let size = fs::metadata(path).map_err(failed)?.len();
    let mut bytes = Vec::new();
    if size <= LARGEST {
        // A pipe or a device does not say how much is to come.
        let file = fs::File::open(path).map_err(failed)?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if size.max(bytes.len() as u64) > LARGEST {
        let cause = io::Error::other(format!(
            "it has {} bytes or more, the limit is {LARGEST}",
            size.max(LARGEST + 1)
        ));
        return Err(StoreError::io(
            "read",
            path,
            cause,
            "Nothing of it was imported: split it into smaller files",
        ));
    }
    Ok(bytes)
}

/// Whether there is a file of this name.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// The first bytes of a file.
///
/// # Errors
/// Where it cannot be read.
pub fn head(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    if path.is_file() {
        let limit = u64::try_from(bytes).unwrap_or(u64::MAX);
        fs::File::open(path)?.take(limit).read_to_end(&mut head)?;
    }
    Ok(head)
}

/// Opens a file that is not the project's, to be read bit by bit; nothing where it is a pipe or the like, which can be
/// read only once.
///
/// # Errors
/// Where it cannot be read.
pub fn open(path: &Path) -> Result<Option<impl io::BufRead + use<>>, StoreError> {
    let failed =
        |cause| StoreError::io("read", path, cause, "Nothing of it was imported: check its name and rights");
    if fs::metadata(path).map_err(failed)?.is_file() {
        return Ok(Some(io::BufReader::with_capacity(1 << 16, fs::File::open(path).map_err(failed)?)));
    }
    Ok(None)
}

/// Reads a codebook that stands alone in a file: what `codebook: (…)` holds in a project.ron.
///
/// # Errors
/// Where it cannot be read or is none; the error has line and column.
pub fn read_codebook(path: &Path) -> Result<Codebook, StoreError> {
    format_v1::read_codebook(&read(path)?).map_err(|problem| problem.error(path))
}

/// Whether a file or a folder stands under a name. Waits for the disk.
pub fn is_taken(path: &Path) -> bool {
    path.exists()
}

/// Writes a file that is not the project's: whole under its name, or not at all.
///
/// # Errors
/// Where it cannot be written; what stood under the name before is still there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = NewFile::create(path)?;
    file.write_all(bytes).map_err(|cause| unwritten(path, cause))?;
    file.commit()
}

fn unwritten(path: &Path, cause: io::Error) -> StoreError {
    let meaning =
        "The file was not written and the project is as it was: check the folder's rights and space";
    StoreError::io("write", path, cause, meaning)
}

/// A file that is not the project's on its way to disk: it gets its name when it is whole, and leaves nothing behind
/// where it is dropped before.
#[derive(Debug)]
pub struct NewFile {
    file: fs::File,
    unfinished: PathBuf,
    path: PathBuf,
    named: bool,
}

impl NewFile {
    /// Begins a file; its folder is made where needed.
    ///
    /// # Errors
    /// Where nothing can be written there.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let failed = |cause| unwritten(path, cause);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let unfinished = path.with_file_name(format!(".{name}.unfinished"));
        let file = fs::File::create(&unfinished).map_err(failed)?;
        Ok(Self { file, unfinished, path: path.to_owned(), named: false })
    }

    /// Waits until all is on disk and gives the file its name.
    ///
    /// # Errors
    /// Where that fails; what stood under the name before is still there.
    pub fn commit(mut self) -> Result<(), StoreError> {
        let done = self.file.sync_all().and_then(|()| fs::rename(&self.unfinished, &self.path));
        self.named = done.is_ok();
        done.map_err(|cause| unwritten(&self.path, cause))
    }
}

impl io::Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.named {
            // The name is ours; where it cannot be removed either, the first error is the one to tell.
            fs::remove_file(&self.unfinished).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_without_hidden_files_and_projects() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b/2.txt", "b/1.txt", "a.txt", ".hidden", "study/project.ron", "study/x.txt"] {
            write(&at(name), b"x").unwrap();
        }
        let (files, refused) = files_under(&[folder.path().to_owned(), at("missing")]);
        assert_eq!(files, [at("a.txt"), at("b/1.txt"), at("b/2.txt")]);
        assert_eq!(refused.len(), 1);
        assert!(refused[0].contains("missing"));
        assert_eq!(read(&at("a.txt")).unwrap(), b"x");
        assert!(read(&at("none")).unwrap_err().to_string().contains("none"));
    }
}
