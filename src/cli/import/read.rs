//! Finding files and reading them, each whole or not at all.

use std::path::{Path, PathBuf};

use crate::interchange::jsonl::{JsonlReader, ReadOptions};
use crate::interchange::{self, Format, FormatError, Item, OffsetUnit, text};
use crate::model::AnnotatorId;
use crate::store::outside;

/// How to read files.
pub(super) struct Options {
    pub(super) format: Option<&'static Format>,
    pub(super) annotator: Option<AnnotatorId>,
    pub(super) encoding: Option<String>,
    pub(super) unit: OffsetUnit,
}

/// A file that was read.
pub(super) struct Incoming {
    pub(super) path: PathBuf,
    pub(super) format: &'static Format,
    pub(super) items: Vec<Item>,
    /// The encoding of a text, and whether it was found from the letters alone.
    pub(super) encoding: Option<(&'static str, bool)>,
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

fn format_of(path: &Path) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?;
    interchange::by_extension(extension).filter(|format| format.reads)
}

pub(super) fn read(path: &Path, options: &Options) -> anyhow::Result<Incoming> {
    let bytes = outside::read(path).map_err(|error| {
        // The file is named by whoever prints this.
        anyhow::anyhow!(error.to_string().replace(&format!(" {}", path.display()), ""))
    })?;
    // A file named on the command line is an article unless it says otherwise.
    let text = interchange::by_name("text").filter(|_| options.format.is_none());
    let format = options.format.or_else(|| format_of(path)).or(text);
    let Some(format) = format else { anyhow::bail!("the format is not known; nothing was imported") };
    let (items, encoding) = match format.name {
        "jsonl" => (read_lines(&bytes, options)?, None),
        _ => {
            let name = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
            let (item, decoded) = text::read(&name, &bytes, options.encoding.as_deref())?;
            (vec![item], Some((decoded.encoding, decoded.guessed)))
        }
    };
    Ok(Incoming { path: path.to_owned(), format, items, encoding })
}

fn read_lines(bytes: &[u8], options: &Options) -> Result<Vec<Item>, FormatError> {
    let read = ReadOptions { annotator: options.annotator.clone(), unit: options.unit };
    let items = JsonlReader::new(bytes, read).collect::<Result<Vec<_>, _>>()?;
    if items.is_empty() {
        return Err(FormatError::new("holds no article; nothing was imported: check whether it was saved"));
    }
    Ok(items)
}
