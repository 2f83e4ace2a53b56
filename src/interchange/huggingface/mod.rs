//! A HuggingFace data set: a folder with the data card `README.md` and one Parquet file a split,
//! `data/train-00000-of-00001.parquet`, as `datasets.load_dataset(folder)` takes it without a network.
//!
//! One row an article and annotator; positions count code points, as Python's `text[start:end]` does. The features
//! stand in the file's metadata under `huggingface`, in the older spelling (`[{…}]` for a list), which is the one that
//! both datasets 3.6 and 5.2 read with the names of labels kept (tried). What the project says of itself is there under
//! `hashiya`. Rows are written 500 at a time.
//!
//! Read are our own rows, and those of others with `text` and `spans` (`start`, `end`, `label`), or with `tokens` and
//! `ner_tags`.

mod assemble;
mod card;
mod features;
mod read;
mod records;
mod rows;
mod shred;
mod write;

use super::{Format, Keeps, OffsetUnit, Shape};

pub(super) const FORMAT: Format = Format {
    name: "huggingface",
    aliases: &["hf", "parquet"],
    extensions: &["parquet"],
    shape: Shape::Folder,
    units: &[OffsetUnit::CodePoints],
    keeps: Keeps { lost: false, origins: false, numbers: false, ..Keeps::EVERYTHING },
    read: Some(read::read),
    write: Some(|_| Box::new(write::HuggingFaceWriter::default())),
    help: "a HuggingFace data set: Parquet with features, and a data card; keeps spans of any shape, attributes, \
           relations, notes and the codebook",
    ..Format::EMPTY
};

/// The key of the features in the metadata of a Parquet file.
const FEATURES_KEY: &str = "huggingface";
/// The key of what the project says of itself.
const PROJECT_KEY: &str = "hashiya";

/// A value of a row: JSON, since that is what rows are in Python as well.
type Cells = serde_json::Map<String, serde_json::Value>;

#[cfg(test)]
mod tests;
