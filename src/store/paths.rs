//! What lies where in a project's folder. Paths are relative, with `/`; ids that could leave the folder have none.

use std::path::{Path, PathBuf};

use crate::model::{ArticleId, LayerKey, is_folder_safe};

pub(super) const MANIFEST: &str = "project.ron";
pub(super) const REGISTRY: &str = "entities.ron";
pub(super) const ARTICLES: &str = "articles";
pub(super) const LAYERS: &str = "layers";
pub(super) const JOURNAL: &str = "journal";
pub(super) const QUARANTINE: &str = "quarantine";
pub(super) const BACKUPS: &str = "backups";
pub(super) const CACHE: &str = "cache";
pub(super) const COUNTS: &str = "cache/counts.txt";
pub(super) const LOCK: &str = ".lock";

/// What a fresh folder holds besides the project: git leaves out what belongs to this copy alone, and leaves the
/// line ends of texts as they are, which their hashes depend on.
pub(super) const GIT_FILES: [(&str, &str); 2] = [
    (".gitignore", "/journal/\n/backups/\n/.lock\n/cache/\n/quarantine/\n*.tmp\n"),
    (".gitattributes", "* -text\n"),
];

pub(super) fn text_file(id: &ArticleId) -> Option<String> {
    is_folder_safe(id.as_str()).then(|| format!("{ARTICLES}/{id}.txt"))
}

pub(super) fn layer_file(key: &LayerKey) -> Option<String> {
    let safe = is_folder_safe(key.article.as_str()) && is_folder_safe(key.annotator.as_str());
    safe.then(|| format!("{LAYERS}/{}/{}.ron", key.annotator, key.article))
}

/// The name beside a file that is not ours to replace.
pub(super) fn conflict_file(file: &str, seq: u64) -> String {
    format!("{}.conflict-{seq}.ron", file.strip_suffix(".ron").unwrap_or(file))
}

/// The article and the number of a conflict file's name.
pub(super) fn conflict_of(name: &str) -> Option<(&str, u64)> {
    let (article, number) = name.strip_suffix(".ron")?.rsplit_once(".conflict-")?;
    Some((article, number.parse().ok()?))
}

pub(super) fn journal_name(number: u64) -> String {
    format!("{number:06}.jnl")
}

pub(super) fn journal_file(number: u64) -> String {
    format!("{JOURNAL}/{}", journal_name(number))
}

/// The folder for journals of a project while its own refuses them, within one for all projects. Named after place
/// and identity, so that another project that comes to lie there does not find them.
pub(super) fn spare_folder(all: &Path, root: &Path, id: &str) -> PathBuf {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let hash = blake3::hash(format!("{}\0{id}", root.display()).as_bytes()).to_hex();
    all.join(hash.get(..16).unwrap_or_default())
}

pub(super) fn journal_number(name: &str) -> Option<u64> {
    name.strip_suffix(".jnl")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leads_out_of_the_folder() {
        assert_eq!(text_file(&"a".into()).as_deref(), Some("articles/a.txt"));
        assert_eq!(text_file(&"../../etc/passwd".into()), None);
        assert_eq!(layer_file(&LayerKey::new("a", "..")), None);
    }

    #[test]
    fn names_say_what_they_are() {
        assert_eq!(conflict_file("layers/me/a.b.ron", 12), "layers/me/a.b.conflict-12.ron");
        assert_eq!(conflict_of("a.b.conflict-12.ron"), Some(("a.b", 12)));
        assert_eq!(conflict_of("a.b.ron"), None);
        assert_eq!(journal_number("000012.jnl"), Some(12));
        assert_eq!(journal_number("000012.jnl.tmp"), None);
    }
}
