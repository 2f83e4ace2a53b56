//! Small files of the program itself: preferences, recent projects, what window was open. They are RON in the folder
//! the system has for a program's state, written whole or not at all, and never worth an error that stops the work.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::vfs::{create_dirs, write_all};
use super::{RealFs, StoreError, Vfs, ron_text};
use crate::model::{Issue, Place};

/// The folder for the program's state, such as `~/.local/state/hashiya`; nothing where there is no home.
pub fn folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "hashiya")?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_owned())
}

/// Reads a settings file; the default where there is none or none that can be read, which an issue then says.
pub fn load<T: DeserializeOwned + Default>(path: &Path) -> (T, Vec<Issue>) {
    load_on(&RealFs, path)
}

/// [`load`] on any file system.
pub fn load_on<T: DeserializeOwned + Default>(vfs: &dyn Vfs, path: &Path) -> (T, Vec<Issue>) {
    let file = path.display();
    let issue = |message| vec![Issue::warning("settings-unreadable", Place::File(file.to_string()), message)];
    let read = match vfs.read(path) {
        Ok(bytes) => ron_text::utf8(&bytes).and_then(ron_text::parse),
        Err(error) if error.kind() == ErrorKind::NotFound => return (T::default(), Vec::new()),
        Err(error) => {
            let message = format!("{file} cannot be read ({error}); the defaults are used");
            return (T::default(), issue(message));
        }
    };
    match read {
        Ok(settings) => (settings, Vec::new()),
        Err(ron_text::Syntax { line, column, problem }) => {
            let message = format!("{file}, line {line}, column {column}: {problem}; the defaults are used until it is mended");
            (T::default(), issue(message))
        }
    }
}

/// Writes a settings file.
pub fn save<T: Serialize>(path: &Path, settings: &T) -> Result<(), StoreError> {
    save_on(&RealFs, path, settings)
}

/// [`save`] on any file system.
pub fn save_on<T: Serialize>(vfs: &dyn Vfs, path: &Path, settings: &T) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("write", path, error, "The settings hold until the program ends");
    let style = ron::ser::PrettyConfig::default().escape_strings(false);
    let text = ron::ser::to_string_pretty(settings, style).map_err(|error| failed(std::io::Error::other(error)))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let write = || {
        create_dirs(vfs, folder)?;
        let mut file = vfs.create(&temporary)?;
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
        let (none, issues) = load::<BTreeMap<String, u8>>(&path);
        assert!(none.is_empty() && issues.is_empty());
        let settings: BTreeMap<String, u8> = [("مُظلم \"#".to_owned(), 1)].into();
        save(&path, &settings).unwrap();
        assert_eq!(load(&path), (settings.clone(), Vec::new()));
        save(&path, &settings).unwrap();
    }

    #[test]
    fn a_broken_settings_file_gives_defaults_and_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.ron");
        let mut file = RealFs.create(&path).unwrap();
        write_all(file.as_mut(), b"{\n \"a\": x}").unwrap();
        let (settings, issues) = load::<BTreeMap<String, u8>>(&path);
        assert!(settings.is_empty());
        assert!(issues[0].message.contains("line 2, column 7"), "{}", issues[0]);
    }
}
