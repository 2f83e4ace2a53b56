//! Conflict files: our work that could not go into its own file because something else had changed that, and what
//! the two files hold.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::format_v1::{Purpose, read_layer, read_manifest, read_registry};
use super::{Reader, Vfs, load, paths};
use crate::model::{Article, Layer, LayerKey, Project, Span};

/// Two files that tell of the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The file of our work, as a path relative to the project's folder.
    pub ours: String,
    /// The file under the thing's own name.
    pub theirs: String,
    /// What they hold; nothing where one of them cannot be read.
    pub compared: Option<Compared>,
}

/// What two files hold.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Compared {
    /// In both of them.
    pub same: usize,
    /// In ours only.
    pub ours: Vec<Held>,
    /// In theirs only.
    pub theirs: Vec<Held>,
}

/// A thing that a file holds, for people: a span, a relation, an article, an entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Held {
    /// What it is: a label, `article`.
    pub kind: String,
    /// Its words, in any direction; two for a relation.
    pub words: Vec<String>,
    /// Place, values, note.
    pub more: String,
}

impl Held {
    fn new(kind: impl Into<String>, words: &str, more: impl Into<String>) -> Self {
        Self { kind: kind.into(), words: vec![words.to_owned()], more: more.into() }
    }
}

impl Reader {
    /// All conflict files of the project, in the order of their names. Waits for the disk.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let (vfs, root) = (&*self.vfs, self.root.as_path());
        let index = vfs.read(&root.join(paths::MANIFEST)).ok();
        let project = index
            .and_then(|bytes| read_manifest(&bytes, paths::MANIFEST, Purpose::Look).ok())
            .map(|read| read.project);
        let mut found = Vec::new();
        for name in names(vfs, root) {
            if let Some((stem, _)) = paths::conflict_of(&name) {
                let theirs = format!("{stem}.ron");
                let compared = match theirs.as_str() {
                    paths::MANIFEST => manifests(vfs, root, &name),
                    paths::REGISTRY => registries(vfs, root, &name),
                    _ => continue,
                };
                found.push(Conflict { ours: name, theirs, compared });
            }
        }
        for annotator in names(vfs, &root.join(paths::LAYERS)) {
            let folder = format!("{}/{annotator}", paths::LAYERS);
            for name in names(vfs, &root.join(&folder)) {
                let Some((article, _)) = paths::conflict_of(&name) else { continue };
                // An article may bear such a name.
                let stem = name.strip_suffix(".ron").unwrap_or(&name);
                if project.as_ref().is_some_and(|project| project.position(&stem.into()).is_some()) {
                    continue;
                }
                let (ours, theirs) = (format!("{folder}/{name}"), format!("{folder}/{article}.ron"));
                let key = LayerKey::new(article, annotator.as_str());
                let compared = layers(vfs, root, &key, project.as_ref(), &ours, &theirs);
                found.push(Conflict { ours, theirs, compared });
            }
        }
        found
    }
}

fn names(vfs: &dyn Vfs, folder: &Path) -> Vec<String> {
    vfs.list(folder).unwrap_or_default().into_iter().map(|entry| entry.name).collect()
}

fn compare(ours: Vec<Held>, theirs: Vec<Held>) -> Compared {
    let mut left: BTreeMap<Held, usize> = BTreeMap::new();
    for held in theirs {
        *left.entry(held).or_default() += 1;
    }
    let mut compared = Compared::default();
    for held in ours {
        match left.get_mut(&held).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                compared.same += 1;
            }
            None => compared.ours.push(held),
        }
    }
    compared.theirs = left.into_iter().flat_map(|(held, count)| std::iter::repeat_n(held, count)).collect();
    compared
}

fn layers(
    vfs: &dyn Vfs,
    root: &Path,
    key: &LayerKey,
    project: Option<&Project>,
    ours: &str,
    theirs: &str,
) -> Option<Compared> {
    let info = project.and_then(|project| project.article(&key.article));
    let (article, _) = load::text(vfs, root, &key.article, info.map(Arc::as_ref));
    let read = |file: &str| {
        let bytes = vfs.read(&root.join(file)).ok()?;
        Some(read_layer(&bytes, file, key, &article, Purpose::Look).ok()?.layer)
    };
    Some(compare(lines(&read(ours)?, &article), lines(&read(theirs)?, &article)))
}

/// Spans and relations, the same where they say the same, whatever their numbers.
fn lines(layer: &Layer, article: &Article) -> Vec<Held> {
    let spans = layer.in_reading_order();
    let line = |span: &Span| {
        let place = article.offsets().range_to_scalars(article.text(), span.cover());
        let mut more: Vec<String> = place.into_iter().map(|(start, end)| format!("{start}–{end}")).collect();
        if span.ranges.len() > 1 {
            more.push(format!("in {} parts", span.ranges.len()));
        }
        more.extend(span.attributes.iter().map(|(name, value)| format!("{name}: {value}")));
        more.extend(Some(&span.note).filter(|note| !note.is_empty()).cloned());
        Held::new(span.label.as_str(), &span.quote, more.join(", "))
    };
    let quote = |id| layer.spans.get(&id).map(|span| span.quote.clone()).unwrap_or_default();
    let relations = layer.relations.values().map(|relation| Held {
        kind: relation.label.to_string(),
        words: vec![quote(relation.from), quote(relation.to)],
        more: String::new(),
    });
    spans.into_iter().map(line).chain(relations).collect()
}

fn manifests(vfs: &dyn Vfs, root: &Path, ours: &str) -> Option<Compared> {
    let read = |file: &str| {
        let read = read_manifest(&vfs.read(&root.join(file)).ok()?, file, Purpose::Look).ok()?.project;
        let blind = if read.settings.blind { "yes" } else { "no" };
        let mut all = vec![Held::new("name", &read.name, ""), Held::new("blind", blind, "")];
        all.extend(read.articles().iter().map(|info| {
            let hash = info.hash.to_hex();
            let more = [info.id.as_str(), &info.date, hash.get(..8).unwrap_or_default()].join(" ");
            Held::new("article", &info.title, more)
        }));
        all.extend(read.annotators.iter().map(|who| Held::new("annotator", &who.name, who.id.as_str())));
        all.extend(read.codebook.labels.iter().map(|it| Held::new("label", &it.name, it.id.as_str())));
        all.extend(read.codebook.relations.iter().map(|it| Held::new("relation", &it.name, it.id.as_str())));
        Some(all)
    };
    Some(compare(read(ours)?, read(paths::MANIFEST)?))
}

fn registries(vfs: &dyn Vfs, root: &Path, ours: &str) -> Option<Compared> {
    let read = |file: &str| {
        let read = read_registry(&vfs.read(&root.join(file)).ok()?, file, Purpose::Look).ok()?;
        let held = |it: &crate::model::Entity| {
            Held::new(it.id.as_str(), &it.name, [it.aliases.join("، "), it.external.clone()].join(" ").trim())
        };
        Some(read.entities.values().map(held).collect())
    };
    Some(compare(read(ours)?, read(paths::REGISTRY)?))
}

#[cfg(test)]
mod tests {
    use super::{Held, compare};

    #[test]
    fn what_is_there_twice_counts_twice() {
        let lines = |words: &[&str]| words.iter().map(|word| Held::new("x", word, "")).collect::<Vec<_>>();
        let compared = compare(lines(&["a", "a", "b"]), lines(&["a", "c", "c"]));
        assert_eq!(compared.same, 1);
        assert_eq!(compared.ours, lines(&["a", "b"]));
        assert_eq!(compared.theirs, lines(&["c", "c"]));
    }
}
