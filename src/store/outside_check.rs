//! Looks whether something else changed files of an open project: git, a cloud, a colleague's copy.
//!
//! The look is a value that holds all it needs, so that it can run on any thread; nothing is changed by it. What it
//! found is taken in by the session, which knows what of ours is not in the files yet.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use super::counts::{Counted, Seen, survey};
use super::format_v1::{Purpose, ReadManifest, ReadRegistry, Unreadable, read_manifest, read_registry};
use super::load::{self, Home, Keep, Known, LoadedLayer, Mark, read_marked};
use super::snapshot::Target;
use super::vfs::Stamp;
use super::{Vfs, paths, recover};
use crate::model::{Article, ArticleId, ArticleInfo, Issue, LayerKey, Place, Project};

/// Stamps of the text files that were looked at; nothing for a file that is not there.
pub(super) type TextStamps = BTreeMap<ArticleId, Option<Stamp>>;

/// What is known of the files of a project.
#[derive(Debug)]
pub struct OutsideCheck {
    pub(super) vfs: Arc<dyn Vfs>,
    pub(super) root: PathBuf,
    /// Every file that something in memory was read from or written to.
    pub(super) homes: Vec<(Target, Home)>,
    /// The texts in memory.
    pub(super) texts: Vec<(Arc<Article>, Option<Arc<ArticleInfo>>)>,
    pub(super) stamps: TextStamps,
    /// The index, for the names of layer files.
    pub(super) articles: Vec<Arc<ArticleInfo>>,
    /// Layers known of, with the file each was counted from.
    pub(super) seen: Vec<(LayerKey, Option<Seen>)>,
    /// Number of the last edit.
    pub(super) seq: u64,
    pub(super) purpose: Purpose,
}

/// What stands in the files now.
#[derive(Debug, Default)]
pub struct OutsideFound {
    pub(super) files: Vec<FileFound>,
    /// Texts that are others now, with what reading them found.
    pub(super) texts: Vec<(Arc<Article>, Vec<Issue>)>,
    /// Texts that are gone or cannot be read.
    pub(super) unread: Vec<Issue>,
    pub(super) stamps: TextStamps,
    /// Number of the last edit when the look began.
    pub(super) seq: u64,
    /// Layers that came and went, and those that were counted anew.
    pub(super) appeared: Vec<LayerKey>,
    pub(super) gone: Vec<LayerKey>,
    pub(super) counted: Vec<Counted>,
}

/// A file that is not as it was known.
#[derive(Debug)]
pub(super) struct FileFound {
    pub(super) target: Target,
    /// What was known of it when the look began.
    pub(super) home: Home,
    pub(super) now: Now,
}

/// What a file is now.
#[derive(Debug)]
pub(super) enum Now {
    /// The same content with another stamp.
    Touched(Mark),
    Gone,
    /// It cannot be read, or gives no content.
    Unreadable(Issue),
    Layer(Box<LoadedLayer>),
    Manifest(Box<ReadManifest>, Mark),
    Registry(Box<ReadRegistry>, Mark),
}

impl OutsideFound {
    /// Whether all is as it was known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
            && self.texts.is_empty()
            && self.unread.is_empty()
            && self.appeared.is_empty()
            && self.gone.is_empty()
            && self.counted.is_empty()
    }
}

const KEPT: &str = "Nothing of it was taken in; the window goes on with what the file held before: mend it, or look at what is beside it";

impl OutsideCheck {
    /// Looks at the files. Waits for the disk; changes nothing.
    pub fn run(mut self) -> OutsideFound {
        let mut found = OutsideFound { seq: self.seq, ..OutsideFound::default() };
        self.look_at_texts(&mut found);
        for (target, home) in &self.homes {
            if let Some(now) = self.look_at(target, home, &found) {
                found.files.push(FileFound { target: target.clone(), home: home.clone(), now });
            }
        }
        self.look_at_layers(&mut found);
        found
    }

    /// Which layers there are, and what those hold that changed since they were counted. The counts of those in memory
    /// are what is in memory.
    fn look_at_layers(&mut self, found: &mut OutsideFound) {
        let mut project = Project::default();
        for (at, info) in self.articles.iter().enumerate() {
            project.insert_article(at, (**info).clone());
        }
        let listed = recover::layers_listed(&*self.vfs, &self.root, &project, &mut Vec::new()).seen();
        let mut known: BTreeMap<LayerKey, Option<Seen>> =
            std::mem::take(&mut self.seen).into_iter().collect();
        let mut layers = Vec::with_capacity(listed.len());
        for (key, _) in listed {
            match known.remove(&key) {
                Some(seen) => layers.push((key, seen)),
                None => {
                    found.appeared.push(key.clone());
                    layers.push((key, None));
                }
            }
        }
        found.gone = known.into_keys().collect();
        let in_memory: BTreeSet<&Target> = self.homes.iter().map(|(target, _)| target).collect();
        layers.retain(|(key, _)| !in_memory.contains(&Target::Layer(key.clone())));
        survey(&*self.vfs, &self.root, layers, |one| {
            found.counted.push(one);
            true
        });
    }

    fn look_at_texts(&mut self, found: &mut OutsideFound) {
        for (article, info) in &self.texts {
            let Some(file) = paths::text_file(&article.id) else { continue };
            let stamp = self.vfs.stat(&self.root.join(&file)).ok();
            let before = self.stamps.get(&article.id);
            found.stamps.insert(article.id.clone(), stamp);
            if before == Some(&stamp) {
                continue;
            }
            let (now, issues) = load::text(&*self.vfs, &self.root, &article.id, info.as_deref());
            let is_there =
                !issues.iter().any(|issue| issue.code == "text-missing" || issue.code == "file-unreadable");
            if now.hash() == article.hash() {
                continue;
            }
            if is_there {
                found.texts.push((now, issues));
            } else if !article.is_empty() {
                found.unread.push(Issue::error(
                    "text-missing",
                    Place::Article(article.id.clone()),
                    format!("{file} is gone or cannot be read any more; its text is still on the page and nothing was changed: restore the file before you close the project"),
                ));
            }
        }
    }

    /// Nothing where the file is as it was known.
    fn look_at(&self, target: &Target, home: &Home, found: &OutsideFound) -> Option<Now> {
        if home.file.is_empty() {
            return None;
        }
        let path = self.root.join(&home.file);
        let there = match self.vfs.stat(&path) {
            Ok(stamp) => stamp,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return matches!(home.known, Known::Ours(_)).then_some(Now::Gone);
            }
            Err(_) if matches!(home.known, Known::Foreign) => return None,
            Err(error) => return Some(Now::Unreadable(load::cannot_read(&home.file, &error, KEPT))),
        };
        if matches!(home.known, Known::Ours(mark) if mark.stamp == there) {
            return None;
        }
        let now = self.read(target, home, found)?;
        match (&now, home.known) {
            // It could not be read before, either.
            (Now::Unreadable(_), Known::Foreign) => None,
            _ => Some(now),
        }
    }

    fn read(&self, target: &Target, home: &Home, found: &OutsideFound) -> Option<Now> {
        let path = self.root.join(&home.file);
        let (bytes, mark) = match read_marked(&*self.vfs, &path) {
            Ok(read) => read,
            Err(error) => return Some(Now::Unreadable(load::cannot_read(&home.file, &error, KEPT))),
        };
        if matches!(home.known, Known::Ours(known) if known.hash == mark.hash) {
            return Some(Now::Touched(mark));
        }
        let unreadable = |problem: Unreadable| Now::Unreadable(problem.issue(&home.file, KEPT));
        Some(match target {
            Target::Manifest => match read_manifest(&bytes, &home.file, self.purpose) {
                Ok(read) => Now::Manifest(Box::new(read), mark),
                Err(problem) => unreadable(problem),
            },
            Target::Registry => match read_registry(&bytes, &home.file, self.purpose) {
                Ok(read) => Now::Registry(Box::new(read), mark),
                Err(problem) => unreadable(problem),
            },
            Target::Layer(key) => {
                let changed = found.texts.iter().map(|(text, _)| text).find(|text| text.id == key.article);
                let loaded = self.texts.iter().map(|(text, _)| text).find(|text| text.id == key.article);
                let text = changed.or(loaded)?;
                match load::layer_bytes(&bytes, mark, &home.file, key, text, self.purpose) {
                    Ok(layer) => Now::Layer(Box::new(layer)),
                    Err(problem) => unreadable(problem),
                }
            }
        })
    }
}

/// What a registry or an index is kept with besides its values.
pub(super) fn keep(extras: super::format_v1::Extras) -> Keep {
    Keep { extras, ..Keep::default() }
}
