//! Finding files and reading them, each whole or not at all.

use std::io::{self, BufRead, Cursor};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::interchange::sink::Source;
use crate::interchange::{self, Format, FormatError, Item, ReadOptions};
use crate::store::{StoreError, outside};

/// How to read files.
pub(super) struct Options {
    pub(super) format: Option<&'static Format>,
    pub(super) read: ReadOptions,
    /// What the person named.
    pub(super) named: Vec<PathBuf>,
}

/// A file that was read.
pub(super) struct Incoming {
    pub(super) path: PathBuf,
    pub(super) format: &'static Format,
    pub(super) items: Vec<Item>,
    /// The encoding of a text, and whether it was found from the letters alone.
    pub(super) encoding: Option<(&'static str, bool)>,
    /// What people should know: how its positions were counted.
    pub(super) notes: Vec<String>,
}

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
    let wanted = |file: &PathBuf| format.is_some() || paths.contains(file) || format_of(file).is_some();
    let (files, ignored) = files.into_iter().partition(wanted);
    (files, ignored, refused)
}

/// The format of a file by its extension and, where several formats have that, by its first bytes.
fn format_of(path: &Path) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?;
    interchange::by_extension(extension)?;
    interchange::by_content(extension, &outside::head(path, HEAD).unwrap_or_default())
}

/// How many bytes tell formats of one extension apart.
const HEAD: usize = 1 << 16;

pub(super) fn read(path: &Path, options: &Options) -> anyhow::Result<Incoming> {
    // A file named on the command line is an article unless it says otherwise.
    let text = interchange::by_name("text").filter(|_| options.format.is_none());
    let format = options.format.or_else(|| format_of(path)).or(text);
    let Some((format, reads)) = format.and_then(|format| Some((format, format.read?))) else {
        anyhow::bail!("the format is not known; nothing was imported")
    };
    let source: Rc<dyn Source> = Rc::new(OnDisk::new(path, &options.named));
    let reading = reads(&source, &options.read)?;
    let items = reading.items.collect::<Result<Vec<_>, _>>()?;
    if items.is_empty() {
        return Err(
            FormatError::new("holds no article; nothing was imported: check whether it was saved").into()
        );
    }
    Ok(Incoming { path: path.to_owned(), format, items, encoding: reading.encoding, notes: reading.notes })
}

/// A file below what the person named.
struct OnDisk {
    root: PathBuf,
    path: PathBuf,
    name: String,
}

impl OnDisk {
    fn new(path: &Path, named: &[PathBuf]) -> Self {
        let root = named.iter().find(|root| *root != path && path.starts_with(root));
        let root = root.map(PathBuf::as_path).or_else(|| path.parent()).unwrap_or(Path::new(""));
        let below = path.strip_prefix(root).unwrap_or(path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        Self { root: root.to_owned(), path: path.to_owned(), name: parts.join("/") }
    }

    fn read(path: &Path) -> io::Result<Box<dyn BufRead>> {
        let unnamed = |error: StoreError| {
            // The file is named by whoever prints this.
            io::Error::other(error.to_string().replace(&format!(" {}", path.display()), ""))
        };
        Ok(Box::new(Cursor::new(outside::read(path).map_err(unnamed)?)))
    }
}

impl Source for OnDisk {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        Self::read(&self.path)
    }

    fn other(&self, path: &str) -> io::Result<Option<Box<dyn BufRead>>> {
        let path = self.root.join(path.split('/').collect::<PathBuf>());
        let is_below = path.starts_with(&self.root) && !path.iter().any(|part| part == "..");
        if is_below && outside::is_file(&path) { Self::read(&path).map(Some) } else { Ok(None) }
    }
}
