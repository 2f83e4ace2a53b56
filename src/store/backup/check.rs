//! Whether a backup is one: every file of it is loaded.

use std::collections::BTreeMap;
use std::io::Result;
use std::path::Path;
use std::sync::Arc;

use super::{Holds, take};
use crate::model::{Article, ArticleId, LayerKey};
use crate::store::format_v1::{Purpose, read_layer, read_manifest, read_registry};
use crate::store::{Vfs, journal, load, paths};

/// Problems that are written down; more say nothing more.
const MOST: usize = 5;

/// Loads a backup and counts what it holds. Nothing: it was cancelled.
pub(super) fn load(vfs: &dyn Vfs, root: &Path, go_on: &dyn Fn() -> bool) -> Result<Option<Holds>> {
    let mut checker = Checker { vfs, root, holds: Holds::default() };
    let index = checker.index()?;
    checker.journals()?;
    let mut layers: BTreeMap<ArticleId, Vec<(String, LayerKey)>> = BTreeMap::new();
    for info in &index {
        layers.entry(info.id.clone()).or_default();
    }
    for file in take::layer_files(vfs, root) {
        if let Some(key) = key_of(&file) {
            layers.entry(key.article.clone()).or_default().push((file, key));
        }
    }
    let infos: BTreeMap<&ArticleId, _> = index.iter().map(|info| (&info.id, info)).collect();
    for (id, layers) in &layers {
        if !go_on() {
            return Ok(None);
        }
        let info = infos.get(id).map(|info| &***info);
        let (article, issues) = load::text(vfs, root, id, info);
        // A text the index does not know is no part of the project.
        if info.is_some() {
            issues.iter().for_each(|issue| checker.problem(issue.to_string()));
        }
        for (file, key) in layers {
            checker.layer(file, key, &article);
        }
    }
    Ok(Some(checker.holds))
}

struct Checker<'a> {
    vfs: &'a dyn Vfs,
    root: &'a Path,
    holds: Holds,
}

impl Checker<'_> {
    fn problem(&mut self, what: String) {
        if self.holds.problems.len() < MOST {
            self.holds.problems.push(what);
        }
    }

    fn index(&mut self) -> Result<Vec<Arc<crate::model::ArticleInfo>>> {
        let mut index = Vec::new();
        match self
            .vfs
            .read(&self.root.join(paths::MANIFEST))
            .map(|bytes| read_manifest(&bytes, paths::MANIFEST, Purpose::Work))
        {
            Ok(Ok(read)) => {
                self.holds.edits = read.through.seq;
                index = read.project.articles().to_vec();
            }
            Ok(Err(problem)) => self.problem(problem.issue(paths::MANIFEST, "").to_string()),
            Err(error) => self.problem(format!("{}: {error}", paths::MANIFEST)),
        }
        self.holds.articles = u64::try_from(index.len()).unwrap_or(u64::MAX);
        let registry = self.root.join(paths::REGISTRY);
        if self.vfs.stat(&registry).is_ok() {
            match read_registry(&self.vfs.read(&registry)?, paths::REGISTRY, Purpose::Work) {
                Ok(read) => self.holds.edits = self.holds.edits.max(read.through.seq),
                Err(problem) => self.problem(problem.issue(paths::REGISTRY, "").to_string()),
            }
        }
        Ok(index)
    }

    fn journals(&mut self) -> Result<()> {
        for (file, bytes) in take::journals(self.vfs, self.root)? {
            let read = journal::read(&bytes);
            if !read.bad.is_empty() {
                self.problem(format!("{file}: damaged"));
            }
            let last = read.records.last().map(|record| record.seq).unwrap_or_default();
            self.holds.edits = self.holds.edits.max(last);
        }
        Ok(())
    }

    fn layer(&mut self, file: &str, key: &LayerKey, article: &Article) {
        self.holds.layers += 1;
        let bytes = match self.vfs.read(&self.root.join(file)) {
            Ok(bytes) => bytes,
            Err(error) => return self.problem(format!("{file}: {error}")),
        };
        match read_layer(&bytes, file, key, article, Purpose::Work) {
            Ok(read) => {
                self.holds.edits = self.holds.edits.max(read.through.seq);
                self.holds.spans += u64::try_from(read.layer.spans.len()).unwrap_or_default();
                self.holds.relations += u64::try_from(read.layer.relations.len()).unwrap_or_default();
            }
            Err(problem) => self.problem(problem.issue(file, "").to_string()),
        }
    }
}

/// Whose layer a file is; that of a conflict file is the layer it stands beside.
fn key_of(file: &str) -> Option<LayerKey> {
    let (annotator, name) = file.strip_prefix(paths::LAYERS)?.strip_prefix('/')?.split_once('/')?;
    let article = match paths::conflict_of(name) {
        Some((article, _)) => article,
        None => name.strip_suffix(".ron")?,
    };
    Some(LayerKey::new(article, annotator))
}
