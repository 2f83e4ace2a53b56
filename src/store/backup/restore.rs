//! A backup as a project of its own, in a folder beside: the project it was made of is not touched.

use std::io::ErrorKind;
use std::path::Path;

use super::{Backups, RECORD, take};
use crate::store::vfs::{at_once, create_dirs};
use crate::store::{StoreError, VfsFile, paths};

/// Files that are written together.
const TOGETHER: usize = 64;

impl Backups {
    /// Copies a backup into a new or empty folder. `project.ron` comes last: a folder without it is no project yet.
    /// Waits for the disk.
    ///
    /// # Errors
    /// Where there is no such backup, the folder is not empty or within the project, or it cannot be written.
    pub fn restore(&self, name: &str, to: &Path) -> Result<(), StoreError> {
        let from = self.folder().join(&self.find(name)?.name);
        let vfs = &*self.vfs;
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if whole(to).starts_with(whole(&self.root)) {
            return Err(StoreError::WithinProject(to.to_owned()));
        }
        match vfs.list(to) {
            Ok(entries) if !entries.is_empty() => return Err(StoreError::NotEmpty(to.to_owned())),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(to)(error)),
            _ => {}
        }
        let mut files: Vec<String> = Vec::new();
        let folders = [paths::ARTICLES, paths::JOURNAL];
        for folder in folders {
            let names = take::files_in(vfs, &from.join(folder)).map_err(failed(&from))?;
            files.extend(names.into_iter().map(|name| format!("{folder}/{name}")));
        }
        files.extend(take::layer_files(vfs, &from));
        let top = take::files_in(vfs, &from).map_err(failed(&from))?;
        files.extend(top.into_iter().filter(|name| name != RECORD && name != paths::MANIFEST));
        for folder in [paths::ARTICLES, paths::LAYERS, paths::JOURNAL] {
            create_dirs(vfs, &to.join(folder)).map_err(failed(to))?;
        }
        for files in files.chunks(TOGETHER) {
            self.copy(&from, to, files)?;
        }
        for (name, text) in paths::GIT_FILES {
            let path = to.join(name);
            let written = take::write_new(vfs, &path, text.as_bytes()).and_then(|mut file| file.sync_all());
            written.map_err(failed(&path))?;
        }
        take::sync_folders(vfs, to).map_err(failed(to))?;
        self.copy(&from, to, &[paths::MANIFEST.to_owned()])?;
        vfs.sync_dir(to).map_err(failed(to))
    }

    fn copy(&self, from: &Path, to: &Path, files: &[String]) -> Result<(), StoreError> {
        let mut open: Vec<Box<dyn VfsFile>> = Vec::new();
        for file in files {
            let place = to.join(file);
            if let Some(folder) = place.parent() {
                create_dirs(&*self.vfs, folder).map_err(failed(folder))?;
            }
            let source = from.join(file);
            let bytes = self.vfs.read(&source).map_err(failed(&source))?;
            open.push(take::write_new(&*self.vfs, &place, &bytes).map_err(failed(&place))?);
        }
        let synced = at_once(&*self.vfs, open, |mut file| file.sync_all());
        synced.into_iter().collect::<std::io::Result<()>>().map_err(failed(to))
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| {
        let meaning = "The project was not restored; what was written of it can be removed, and the backup is as it was";
        StoreError::io("restore", &path, error, meaning)
    }
}
