//! Small files of the program itself: preferences, recent projects, what window was open. They are RON in the folder
//! the system has for a program's state, written whole or not at all, and never worth an error that stops the work.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::vfs::{create_dirs, create_fresh, write_all};
use super::{RealFs, StoreError, Vfs, ron_text};

/// The folder for the program's state, such as `~/.local/state/hashiya`; nothing where there is no home.
pub fn folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "hashiya")?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_owned())
}

/// The folder for journals of projects whose own folders cannot be written.
pub fn spare_journals() -> Option<PathBuf> {
    folder().map(|folder| folder.join("journals"))
}

/// The file of a thing by its name, such as `settings`.
fn file(name: &str) -> Option<PathBuf> {
    folder().map(|folder| folder.join(format!("{name}.ron")))
}

/// Reads what was saved under a name; nothing where nothing was, or where there is no home.
///
/// # Errors
/// Where the file cannot be read, with line and column where it is no RON of this kind. It is left as it is.
pub fn load<T: DeserializeOwned>(name: &str) -> Result<Option<T>, StoreError> {
    file(name).map_or(Ok(None), |path| load_on(&RealFs, &path))
}

/// [`load`] from a file on any file system.
///
/// # Errors
/// As [`load`].
pub fn load_on<T: DeserializeOwned>(vfs: &dyn Vfs, path: &Path) -> Result<Option<T>, StoreError> {
    let bytes = match vfs.read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| StoreError::io("read", path, error, "The defaults are used"))?,
    };
    let settings = ron_text::utf8(&bytes).and_then(ron_text::parse);
    settings.map(Some).map_err(|ron_text::Syntax { line, column, problem }| StoreError::Syntax {
        file: path.to_owned(),
        line,
        column,
        problem: format!("{problem}; the defaults are used"),
    })
}

/// Saves a thing under a name. Does nothing where there is no home.
///
/// # Errors
/// Where the file cannot be written; what was saved before is still there.
pub fn save<T: Serialize>(name: &str, settings: &T) -> Result<(), StoreError> {
    file(name).map_or(Ok(()), |path| save_on(&RealFs, &path, settings))
}

/// [`save`] to a file on any file system.
///
/// # Errors
/// As [`save`].
pub fn save_on<T: Serialize>(vfs: &dyn Vfs, path: &Path, settings: &T) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("write", path, error, "The settings hold until the program ends");
    let style = ron::ser::PrettyConfig::default().escape_strings(false);
    let text =
        ron::ser::to_string_pretty(settings, style).map_err(|error| failed(std::io::Error::other(error)))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let write = || {
        create_dirs(vfs, folder)?;
        let mut file = create_fresh(vfs, &temporary)?;
        write_all(file.as_mut(), text.as_bytes())?;
        file.sync_all()?;
        drop(file);
        vfs.rename(&temporary, path)?;
        vfs.sync_dir(folder)
    };
    write().map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn settings_read_as_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/settings.ron");
        assert_eq!(load_on::<BTreeMap<String, u8>>(&RealFs, &path).unwrap(), None);
        let settings: BTreeMap<String, u8> = [("مُظلم \"#".to_owned(), 1)].into();
        for _ in 0..2 {
            save_on(&RealFs, &path, &settings).unwrap();
            assert_eq!(load_on(&RealFs, &path).unwrap().as_ref(), Some(&settings));
        }
    }

    #[test]
    fn a_broken_settings_file_is_named_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.ron");
        let mut file = RealFs.create_new(&path).unwrap();
        write_all(file.as_mut(), b"{\n \"a\": x}").unwrap();
        let error = load_on::<BTreeMap<String, u8>>(&RealFs, &path).unwrap_err().to_string();
        assert!(error.contains("settings.ron, line 2, column 6"), "{error}");
    }
}
