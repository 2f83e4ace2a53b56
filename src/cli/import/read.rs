//! Finding files and reading them, each to its end before anything of it is used.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use crate::interchange::jsonl::{JsonlReader, ReadOptions};
use crate::interchange::{self, Format, FormatError, Item, OffsetUnit, text};
use crate::model::AnnotatorId;
use crate::store::{StoreError, outside};

/// How to read files.
pub(super) struct Options {
    pub(super) format: Option<&'static Format>,
    pub(super) annotator: Option<AnnotatorId>,
    pub(super) encoding: Option<String>,
    pub(super) unit: OffsetUnit,
}

/// A file that can be read to its end.
pub(super) struct Incoming {
    pub(super) path: PathBuf,
    pub(super) format: &'static Format,
    pub(super) items: Items,
    /// The encoding of a text, and whether it was found from the letters alone.
    pub(super) encoding: Option<(&'static str, bool)>,
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
    let wanted = |file: &PathBuf| format.is_some() || paths.contains(file) || format_of(file).is_some();
    let (files, ignored) = files.into_iter().partition(wanted);
    (files, ignored, refused)
}

fn format_of(path: &Path) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?;
    interchange::by_extension(extension).filter(|format| format.reads)
}

/// Opens a file that was read to its end without a fault.
pub(super) fn open(path: &Path, options: &Options) -> anyhow::Result<Incoming> {
    // A file named on the command line is an article unless it says otherwise.
    let text = interchange::by_name("text").filter(|_| options.format.is_none());
    let format = options.format.or_else(|| format_of(path)).or(text);
    let Some(format) = format else { anyhow::bail!("the format is not known; nothing was imported") };
    let (items, encoding): (Items, _) = match format.name {
        "jsonl" => (lines(path, options)?, None),
        _ => {
            let bytes = outside::read(path).map_err(|error| unnamed(&error, path))?;
            let name = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
            let (item, decoded) = text::read(&name, &bytes, options.encoding.as_deref())?;
            (Box::new(std::iter::once(Ok(item))), Some((decoded.encoding, decoded.guessed)))
        }
    };
    Ok(Incoming { path: path.to_owned(), format, items, encoding })
}

/// The file is named by whoever prints this.
fn unnamed(error: &StoreError, path: &Path) -> anyhow::Error {
    anyhow::anyhow!(error.to_string().replace(&format!(" {}", path.display()), ""))
}

fn lines(path: &Path, options: &Options) -> anyhow::Result<Items> {
    let read = ReadOptions { annotator: options.annotator.clone(), unit: options.unit };
    let open = || outside::open(path).map_err(|error| unnamed(&error, path));
    let Some(file) = open()? else {
        // A pipe gives its bytes once.
        let bytes = outside::read(path).map_err(|error| unnamed(&error, path))?;
        check(JsonlReader::new(bytes.as_slice(), read.clone()))?;
        return Ok(Box::new(JsonlReader::new(Cursor::new(bytes), read)));
    };
    check(JsonlReader::new(file, read.clone()))?;
    let Some(file) = open()? else {
        anyhow::bail!("became another file while it was read; nothing was imported")
    };
    Ok(Box::new(JsonlReader::new(file, read)))
}

/// Reads to the end and keeps nothing.
fn check(items: impl Iterator<Item = Result<Item, FormatError>>) -> Result<(), FormatError> {
    let mut any = false;
    for item in items {
        item?;
        any = true;
    }
    if any {
        return Ok(());
    }
    Err(FormatError::new("holds no article; nothing was imported: check whether it was saved"))
}
