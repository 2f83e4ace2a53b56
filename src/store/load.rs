//! Texts and layers from their files. Nothing that was found wrong is changed on disk.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::format_v1::{Extras, Places, Purpose, ReadLayer, Through, Unreadable, read_layer};
use super::{Vfs, paths};
use crate::model::{Article, ArticleId, ArticleInfo, Issue, Layer, LayerKey, Place, check};

/// What must be kept of a file besides the model's values, to write it again without loss.
#[derive(Clone, Debug, Default)]
pub(super) struct Keep {
    pub(super) places: Places,
    pub(super) extras: Extras,
}

/// Where a thing's file is and what stood there when we last looked: nothing else may be replaced.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Home {
    /// Relative path.
    pub(super) file: String,
    pub(super) known: Known,
    /// The file says something the model cannot hold: a copy is kept before it is replaced.
    pub(super) altered: bool,
}

/// What stands in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Known {
    /// There is none.
    Absent,
    /// What we read or wrote.
    Ours(Mark),
    /// Something we could not read: not ours to replace.
    Foreign,
}

/// Tells a file's content from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) stamp: super::vfs::Stamp,
    pub(super) hash: blake3::Hash,
}

impl Home {
    pub(super) fn absent(file: impl Into<String>) -> Self {
        Self { file: file.into(), known: Known::Absent, altered: false }
    }
}

/// A layer that was read.
#[derive(Debug)]
pub(super) struct LoadedLayer {
    pub(super) layer: Arc<Layer>,
    pub(super) through: Through,
    pub(super) keep: Keep,
    pub(super) home: Home,
    pub(super) issues: Vec<Issue>,
    /// Whether there is a file at all.
    pub(super) exists: bool,
}

const EMPTY_INSTEAD: &str = "The file is left as it is; the layer shows empty, and what you add goes into a file beside it: mend that line, or restore the file";

/// A file and what tells it apart. Read before and after the look at its stamp would race; a change in between shows
/// at the next comparison, because the stamp is older than the content or the hash differs.
pub(super) fn read_marked(vfs: &dyn Vfs, path: &Path) -> std::io::Result<(Vec<u8>, Mark)> {
    let stamp = vfs.stat(path)?;
    let bytes = vfs.read(path)?;
    let hash = blake3::hash(&bytes);
    Ok((bytes, Mark { stamp, hash }))
}

/// Reads an annotator's layer over its text; an empty one where there is no file, or none that can be read.
pub(super) fn layer(
    vfs: &dyn Vfs,
    root: &Path,
    key: &LayerKey,
    article: &Article,
    purpose: Purpose,
) -> LoadedLayer {
    let Some(file) = paths::layer_file(key) else {
        let problem = "has an id that cannot be the name of a file: nothing of it can be read or written";
        let mut loaded = empty(Home { file: String::new(), known: Known::Foreign, altered: false });
        loaded.issues.push(Issue::error("unsafe-name", Place::Layer(key.clone()), problem));
        return loaded;
    };
    match read_marked(vfs, &root.join(&file)) {
        Ok((bytes, mark)) => match layer_bytes(&bytes, mark, &file, key, article, purpose) {
            Ok(loaded) => loaded,
            Err(problem) => unreadable(vfs, root, key, article, &file, &problem),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => empty(Home::absent(file)),
        Err(error) => {
            let issue = cannot_read(
                &file,
                &error,
                "The layer shows empty, and what you add goes into a file beside it",
            );
            let mut loaded = empty(Home { file, known: Known::Foreign, altered: false });
            loaded.issues.push(issue);
            loaded.exists = true;
            loaded
        }
    }
}

pub(super) fn cannot_read(file: &str, error: &std::io::Error, meaning: &str) -> Issue {
    let message = format!("cannot be read: {error}. {meaning}: look at its rights and at the disk");
    Issue::error("file-unreadable", Place::File(file.to_owned()), message)
}

/// A layer from the bytes of its file.
pub(super) fn layer_bytes(
    bytes: &[u8],
    mark: Mark,
    file: &str,
    key: &LayerKey,
    article: &Article,
    purpose: Purpose,
) -> Result<LoadedLayer, Unreadable> {
    let read = read_layer(bytes, file, key, article, purpose)?;
    Ok(filled(read, Home { file: file.to_owned(), known: Known::Ours(mark), altered: false }))
}

fn empty(home: Home) -> LoadedLayer {
    let (layer, keep) = (Arc::default(), Keep::default());
    LoadedLayer { layer, through: Through::default(), keep, home, issues: Vec::new(), exists: false }
}

fn filled(read: ReadLayer, mut home: Home) -> LoadedLayer {
    home.altered = read.altered;
    let keep = Keep { places: read.places, extras: read.extras };
    LoadedLayer {
        layer: Arc::new(read.layer),
        through: read.through,
        keep,
        home,
        issues: read.issues,
        exists: true,
    }
}

/// A file that gives no layer. What was added since lies in a conflict file beside it, where there is one.
fn unreadable(
    vfs: &dyn Vfs,
    root: &Path,
    key: &LayerKey,
    article: &Article,
    file: &str,
    problem: &Unreadable,
) -> LoadedLayer {
    for beside in conflict_files(vfs, root, key) {
        let Ok((bytes, mark)) = read_marked(vfs, &root.join(&beside)) else { continue };
        if let Ok(read) = read_layer(&bytes, &beside, key, article, Purpose::Work) {
            let meaning = format!(
                "The file is left as it is; the layer shows what {beside} holds: mend that line and join the two"
            );
            let mut loaded = filled(read, Home { file: beside, known: Known::Ours(mark), altered: false });
            loaded.issues.push(problem.issue(file, &meaning));
            return loaded;
        }
    }
    let mut loaded = empty(Home { file: file.to_owned(), known: Known::Foreign, altered: false });
    loaded.issues.push(problem.issue(file, EMPTY_INSTEAD));
    loaded.exists = true;
    loaded
}

/// Conflict files of a layer, the newest first.
fn conflict_files(vfs: &dyn Vfs, root: &Path, key: &LayerKey) -> Vec<String> {
    let folder = format!("{}/{}", paths::LAYERS, key.annotator);
    let entries = vfs.list(&root.join(&folder)).unwrap_or_default();
    let mut found: Vec<(u64, String)> = entries
        .iter()
        .filter_map(|entry| {
            let (article, number) = paths::conflict_of(&entry.name)?;
            (article == key.article.as_str()).then(|| (number, format!("{folder}/{}", entry.name)))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, file)| file).collect()
}

/// Reads a text and compares it with its entry in the index. Where there is no text, the article is empty: its spans
/// are kept as lost until the text is back.
pub(super) fn text(
    vfs: &dyn Vfs,
    root: &Path,
    id: &ArticleId,
    info: Option<&ArticleInfo>,
) -> (Arc<Article>, Vec<Issue>) {
    let place = || Place::Article(id.clone());
    let nothing = |issue| (Arc::new(Article::new(id.clone(), "")), vec![issue]);
    let meaning = "It shows empty and its spans are kept as lost until the text is back: restore the file";
    let Some(file) = paths::text_file(id) else {
        let problem =
            "the id cannot be the name of a file, so its text cannot be read; rename it in project.ron";
        return nothing(Issue::error("unsafe-name", place(), problem));
    };
    let path = root.join(&file);
    let bytes = match vfs.stat(&path) {
        Ok(stamp) if stamp.len > Article::MAX_BYTES as u64 => {
            let problem = format!("{file} is longer than {} bytes. {meaning}", Article::MAX_BYTES);
            return nothing(Issue::error("text-too-long", place(), problem));
        }
        Ok(_) => vfs.read(&path),
        Err(error) => Err(error),
    };
    match bytes.map(String::from_utf8) {
        Ok(Ok(text)) => {
            let article = Article::new(id.clone(), text);
            let issues = info.map(|info| check::check_article(info, &article)).unwrap_or_default();
            (Arc::new(article), issues)
        }
        Ok(Err(error)) => {
            let at = error.utf8_error().valid_up_to();
            let problem = format!(
                "{file} is not UTF-8 text from byte {at} on; it was changed or damaged. It shows with signs for what \
                 cannot be read, and spans whose words are gone are kept as lost: restore the file"
            );
            let article = Article::new(id.clone(), String::from_utf8_lossy(error.as_bytes()).into_owned());
            (Arc::new(article), vec![Issue::error("text-not-utf8", place(), problem)])
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            nothing(Issue::error("text-missing", place(), format!("{file} is not there. {meaning}")))
        }
        Err(error) => nothing(cannot_read(&file, &error, meaning)),
    }
}
