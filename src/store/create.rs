//! New projects and new texts.

use std::collections::BTreeSet;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::format_v1::Through;
use super::load::{Home, Keep};
use super::snapshot::{Content, FileJob, Manifest, Target, keep_copy, write_files};
use super::vfs::{at_once, create_dirs, write_all};
use super::{StoreError, Vfs, VfsFile, paths};
use crate::model::{Article, ArticleId, ArticleInfo, Project};

const MEANING: &str = "The project was not made; what was written so far can be removed";

/// Writes a project into an empty or new folder, with the texts and layers it holds. `project.ron` comes last: a
/// folder without it is no project.
///
/// # Errors
/// Where the folder is not empty or cannot be written.
pub fn create(vfs: &Arc<dyn Vfs>, root: &Path, project: &Project) -> Result<(), StoreError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| StoreError::io("make", &path, error, MEANING)
    };
    match vfs.list(root) {
        Ok(entries) if entries.iter().any(|entry| entry.name != ".git") => {
            return Err(StoreError::NotEmpty(root.to_owned()));
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(root)(error)),
    }
    for folder in ["", paths::ARTICLES, paths::LAYERS, paths::JOURNAL] {
        let folder = if folder.is_empty() { root.to_owned() } else { root.join(folder) };
        create_dirs(&**vfs, &folder).map_err(failed(&folder))?;
    }
    for (name, text) in paths::GIT_FILES {
        let path = root.join(name);
        let written = vfs.create_new(&path).and_then(|mut file| {
            write_all(file.as_mut(), text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(failed(&path))?;
    }
    let texts: Vec<_> = project
        .articles()
        .iter()
        .filter_map(|info| Some((info.id.clone(), project.text(&info.id)?.shared_text())))
        .collect();
    write_texts(&**vfs, root, &texts)?;
    let mut jobs = Vec::new();
    for (key, layer) in project.layers() {
        let (Some(file), Some(article)) = (paths::layer_file(key), project.text(&key.article)) else {
            return Err(StoreError::UnsafeName(key.to_string()));
        };
        let content = Content::Layer { key: key.clone(), layer: layer.clone(), article: article.clone() };
        jobs.push(job(Target::Layer(key.clone()), &file, content));
    }
    jobs.push(job(Target::Registry, paths::REGISTRY, Content::Registry(project.entities.clone())));
    write(&**vfs, root, &jobs)?;
    write(&**vfs, root, &[job(Target::Manifest, paths::MANIFEST, Content::Manifest(Manifest::of(project)))])
}

fn job(target: Target, file: &str, content: Content) -> FileJob {
    FileJob { target, home: Home::absent(file), keep: Keep::default(), content }
}

fn write(vfs: &dyn Vfs, root: &Path, jobs: &[FileJob]) -> Result<(), StoreError> {
    let outcome = write_files(vfs, root, &Through::default(), jobs);
    outcome.failed.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
}

/// Files that go through the steps together.
const TOGETHER: usize = 128;

/// Puts the texts of new articles on disk.
///
/// # Errors
/// Where one cannot be written or has an id that cannot be a file name. Texts without an entry in the index do no harm.
pub fn write_texts(vfs: &dyn Vfs, root: &Path, texts: &[(ArticleId, Arc<str>)]) -> Result<(), StoreError> {
    let folder = root.join(paths::ARTICLES);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| {
            StoreError::io(
                "write",
                &path,
                error,
                "The articles were not added: make room, or look at the rights of the folder",
            )
        }
    };
    create_dirs(vfs, &folder).map_err(failed(&folder))?;
    for texts in texts.chunks(TOGETHER) {
        let mut open: Vec<(Box<dyn VfsFile>, PathBuf)> = Vec::new();
        for (id, text) in texts {
            let Some(file) = paths::text_file(id) else { return Err(StoreError::UnsafeName(id.to_string())) };
            if text.len() > Article::MAX_BYTES {
                let error = Error::other(format!("it has more than {} bytes", Article::MAX_BYTES));
                return Err(failed(&root.join(file))(error));
            }
            open.push(begin_text(vfs, root, &file, text)?);
        }
        let synced = at_once(vfs, open, |(mut file, path)| file.sync_all().map_err(failed(&path)));
        synced.into_iter().collect::<Result<(), StoreError>>()?;
    }
    vfs.sync_dir(&folder).map_err(failed(&folder))
}

/// A text file that is written, but not yet on disk for sure.
///
/// The name is free, as the index does not have the article. What an import that was cut off left under it goes.
fn begin_text(
    vfs: &dyn Vfs,
    root: &Path,
    file: &str,
    text: &str,
) -> Result<(Box<dyn VfsFile>, PathBuf), StoreError> {
    let path = root.join(file);
    let failed = |error| {
        StoreError::io(
            "write",
            &path,
            error,
            "The articles were not added: make room, or look at the rights of the folder",
        )
    };
    let mut handle = match vfs.create_new(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let there = vfs.read(&path).map_err(failed)?;
            if there == text.as_bytes() {
                // The bytes are right, but may not have been waited for.
                return Ok((vfs.append(&path).map_err(failed)?, path));
            }
            keep_copy(vfs, root, file, &there)?;
            vfs.unlink(&path).map_err(failed)?;
            vfs.create_new(&path).map_err(failed)?
        }
        created => created.map_err(failed)?,
    };
    write_all(handle.as_mut(), text.as_bytes()).map_err(failed)?;
    Ok((handle, path))
}

/// Why articles cannot be added, before anything is written.
///
/// # Errors
/// Where an id is taken, comes twice, cannot be a file name, or an entry is not of its text.
pub fn check_new(project: &Project, articles: &[(ArticleInfo, Arc<str>)]) -> Result<(), StoreError> {
    let mut ids = BTreeSet::new();
    for (info, text) in articles {
        if paths::text_file(&info.id).is_none() {
            return Err(StoreError::UnsafeName(info.id.to_string()));
        }
        if project.article(&info.id).is_some() || !ids.insert(&info.id) {
            return Err(StoreError::TakenId(info.id.to_string()));
        }
        if info.hash != crate::model::TextHash::of(text) {
            return Err(StoreError::OtherText(info.id.to_string()));
        }
    }
    Ok(())
}
