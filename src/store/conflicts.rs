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

/// What two files hold: spans, articles or entities, each a line for people.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Compared {
    /// In both of them.
    pub same: usize,
    /// In ours only.
    pub ours: Vec<String>,
    /// In theirs only.
    pub theirs: Vec<String>,
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

fn compare(ours: Vec<String>, theirs: Vec<String>) -> Compared {
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for line in theirs {
        *left.entry(line).or_default() += 1;
    }
    let mut compared = Compared::default();
    for line in ours {
        match left.get_mut(&line).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                compared.same += 1;
            }
            None => compared.ours.push(line),
        }
    }
    compared.theirs = left.into_iter().flat_map(|(line, count)| std::iter::repeat_n(line, count)).collect();
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

/// Spans and relations as lines that are the same where they say the same, whatever their numbers.
fn lines(layer: &Layer, article: &Article) -> Vec<String> {
    let spans = layer.in_reading_order();
    let line = |span: &Span| {
        let place = article.offsets().range_to_scalars(article.text(), span.cover());
        let place = place.map(|(start, end)| format!(" {start}–{end}")).unwrap_or_default();
        let attributes: Vec<String> =
            span.attributes.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let more = [attributes.join(", "), span.note.clone()].join(" ");
        let parts =
            if span.ranges.len() > 1 { format!(" in {} parts", span.ranges.len()) } else { String::new() };
        format!("{} “{}”{place}{parts} {}", span.label, span.quote, more.trim()).trim_end().to_owned()
    };
    let quote = |id| layer.spans.get(&id).map_or("", |span| span.quote.as_str());
    let relations = layer
        .relations
        .values()
        .map(|relation| format!("{}: “{}” → “{}”", relation.label, quote(relation.from), quote(relation.to)));
    spans.into_iter().map(line).chain(relations).collect()
}

fn manifests(vfs: &dyn Vfs, root: &Path, ours: &str) -> Option<Compared> {
    let read = |file: &str| {
        let read = read_manifest(&vfs.read(&root.join(file)).ok()?, file, Purpose::Look).ok()?.project;
        let mut lines = vec![format!("name “{}”", read.name), format!("settings {:?}", read.settings)];
        lines.extend(read.articles().iter().map(|info| {
            let hash = info.hash.to_hex();
            format!(
                "article {} “{}” {} {}",
                info.id,
                info.title,
                info.date,
                hash.get(..8).unwrap_or_default()
            )
        }));
        lines.extend(read.annotators.iter().map(|annotator| format!("annotator {}", annotator.id)));
        lines.extend(read.codebook.labels.iter().map(|label| format!("label {} “{}”", label.id, label.name)));
        lines.extend(
            read.codebook.relations.iter().map(|kind| format!("relation {} “{}”", kind.id, kind.name)),
        );
        Some(lines)
    };
    Some(compare(read(ours)?, read(paths::MANIFEST)?))
}

fn registries(vfs: &dyn Vfs, root: &Path, ours: &str) -> Option<Compared> {
    let read = |file: &str| {
        let read = read_registry(&vfs.read(&root.join(file)).ok()?, file, Purpose::Look).ok()?;
        let line = |entity: &crate::model::Entity| {
            format!("{} “{}” {}", entity.id, entity.name, entity.aliases.join("، ")).trim_end().to_owned()
        };
        Some(read.entities.values().map(line).collect())
    };
    Some(compare(read(ours)?, read(paths::REGISTRY)?))
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn what_is_there_twice_counts_twice() {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let compared = compare(lines(&["a", "a", "b"]), lines(&["a", "c", "c"]));
        assert_eq!(compared.same, 1);
        assert_eq!(compared.ours, ["a", "b"]);
        assert_eq!(compared.theirs, ["c", "c"]);
    }
}
