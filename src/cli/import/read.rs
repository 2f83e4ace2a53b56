//! Finding files and reading them, each to its end before anything of it is used.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, BufRead, Cursor};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::interchange::export::is_main;
use crate::interchange::options::Columns;
use crate::interchange::sink::Source;
use crate::interchange::{self, FORMATS, Format, FormatError, Item, ReadOptions, Reading, Shape};
use crate::store::{StoreError, outside};

/// How to read files.
pub(super) struct Options {
    pub(super) format: Option<&'static Format>,
    pub(super) read: ReadOptions,
    /// What the person named.
    pub(super) named: Vec<PathBuf>,
}

/// A file that can be read to its end.
pub(super) struct Incoming {
    pub(super) path: PathBuf,
    pub(super) format: &'static Format,
    pub(super) items: Items,
    /// The encoding of a text, and whether it was found from the letters alone.
    pub(super) encoding: Option<(&'static str, bool)>,
    /// What people should know: how its positions were counted.
    pub(super) notes: Vec<String>,
}

/// What a file holds, an item at a time.
pub(super) type Items = Box<dyn Iterator<Item = Result<Item, FormatError>>>;

/// The files to read, those in folders that are of no format we read, and what could not be listed, with the reason.
pub(super) fn find(
    paths: &[PathBuf],
    format: Option<&'static Format>,
) -> (Vec<PathBuf>, Vec<PathBuf>, Vec<(PathBuf, String)>) {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        let (found, reasons) = outside::files_under(std::slice::from_ref(path));
        files.extend(found);
        refused.extend(reasons.into_iter().map(|reason| (path.clone(), reason)));
    }
    let all: BTreeSet<PathBuf> = files.iter().cloned().collect();
    files.retain(|file| paths.contains(file) || !is_part(file, &all));
    let wanted = |file: &PathBuf| match format {
        _ if paths.contains(file) => true,
        Some(format) if format.shape == Shape::Folder => is_main(format, &file.to_string_lossy()),
        Some(_) => true,
        None => format_of(file).is_some(),
    };
    let (files, ignored) = files.into_iter().partition(wanted);
    (files, ignored, refused)
}

/// Whether a file belongs to another beside it, as the text of a brat document does.
fn is_part(file: &Path, all: &BTreeSet<PathBuf>) -> bool {
    let Some(extension) = file.extension().and_then(|extension| extension.to_str()) else { return false };
    let belongs = |format: &&Format| format.reads() && format.parts.contains(&extension);
    FORMATS
        .iter()
        .filter(belongs)
        .flat_map(|format| format.extensions)
        .any(|main| all.contains(&file.with_extension(main)))
}

/// How many bytes tell formats of one extension apart.
const HEAD: usize = 1 << 16;

/// The format of a file by its extension and, where several formats have that, by its first bytes.
fn format_of(path: &Path) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?;
    interchange::by_extension(extension)?;
    interchange::by_content(extension, &outside::head(path, HEAD).unwrap_or_default())
}

/// Whether files of this extension are of formats that are known by their content.
fn is_of_formats(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| interchange::by_extension(extension).is_some())
}

/// Whoever names columns means plain articles, also in JSON lines that could be a data set.
fn by_columns(path: &Path, options: &Options) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let lines = interchange::by_name("jsonl-articles")?;
    let named = options.read.columns != Columns::default();
    (named && lines.extensions.contains(&extension.as_str())).then_some(lines)
}

/// As many items are kept while a file is read to its end; where it has no more, it is not read again.
const KEPT: usize = 16;

/// Opens a file that was read to its end without a fault.
pub(super) fn open(path: &Path, options: &Options) -> anyhow::Result<Incoming> {
    // A file named on the command line is an article unless its name or its content says otherwise.
    let text = interchange::by_name("text").filter(|_| options.format.is_none() && !is_of_formats(path));
    let format = options.format.or_else(|| by_columns(path, options)).or_else(|| format_of(path)).or(text);
    let Some((format, reads)) = format.and_then(|format| Some((format, format.read?))) else {
        anyhow::bail!(
            "is like none of the formats that have such names; nothing was imported: say which it is with --format"
        )
    };
    let source: Rc<dyn Source> = Rc::new(OnDisk::new(path, &options.named));
    let Reading { items, encoding, notes } = reads(&source, &options.read)?;
    let mut kept = Vec::new();
    let mut more = false;
    for item in items {
        let item = item?;
        if kept.len() < KEPT { kept.push(item) } else { more = true }
    }
    if kept.is_empty() {
        return Err(
            FormatError::new("holds no article; nothing was imported: check whether it was saved").into()
        );
    }
    let items: Items =
        if more { reads(&source, &options.read)?.items } else { Box::new(kept.into_iter().map(Ok)) };
    Ok(Incoming { path: path.to_owned(), format, items, encoding, notes })
}

/// A file below what the person named.
struct OnDisk {
    root: PathBuf,
    path: PathBuf,
    name: String,
    /// The bytes of a pipe, which gives them once.
    piped: RefCell<Option<Rc<[u8]>>>,
}

impl OnDisk {
    fn new(path: &Path, named: &[PathBuf]) -> Self {
        let root = named.iter().find(|root| *root != path && path.starts_with(root));
        let root = root.map(PathBuf::as_path).or_else(|| path.parent()).unwrap_or(Path::new(""));
        let below = path.strip_prefix(root).unwrap_or(path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        Self { root: root.to_owned(), path: path.to_owned(), name, piped: RefCell::default() }
    }
}

/// The file is named by whoever prints this.
fn unnamed(error: &StoreError, path: &Path) -> io::Error {
    io::Error::other(error.to_string().replace(&format!(" {}", path.display()), ""))
}

impl Source for OnDisk {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        let unnamed = |error| unnamed(&error, &self.path);
        if let Some(bytes) = &*self.piped.borrow() {
            return Ok(Box::new(Cursor::new(bytes.clone())));
        }
        if let Some(file) = outside::open(&self.path).map_err(unnamed)? {
            return Ok(Box::new(file));
        }
        let bytes: Rc<[u8]> = outside::read(&self.path).map_err(unnamed)?.into();
        *self.piped.borrow_mut() = Some(bytes.clone());
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn other(&self, path: &str) -> io::Result<Option<Box<dyn BufRead>>> {
        let path = self.root.join(path.split('/').collect::<PathBuf>());
        let is_below = path.starts_with(&self.root) && !path.iter().any(|part| part == "..");
        if !is_below || !outside::is_file(&path) {
            return Ok(None);
        }
        let file = outside::open(&path).map_err(|error| unnamed(&error, &path))?;
        Ok(file.map(|file| Box::new(file) as Box<dyn BufRead>))
    }
}
