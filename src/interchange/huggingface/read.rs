//! Reading a Parquet file of a data set, of ours or of others.

use std::rc::Rc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use serde_json::Value;

use super::records::{self, Names};
use super::{Cells, FEATURES_KEY, PROJECT_KEY, assemble};
use crate::interchange::sink::{Source, read_whole, stem};
use crate::interchange::units::{Counting, Survey};
use crate::interchange::wire::ProjectLine;
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading};

/// Most bytes that a file may say it has unpacked.
const LARGEST: i64 = 8 << 30;
/// How many times larger than packed it may be.
const HIGHEST_RATIO: i64 = 1_000;
/// Bytes below which the ratio is not looked at.
const RATIO_FROM: i64 = 64 << 20;

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let table = Table::open(Bytes::from(read_whole(&**source)?), stem(source.name()))?;
    let (counting, reason) = match options.unit {
        Some(unit) => (Counting::from(unit), String::new()),
        None => table.count(options)?,
    };
    let header = table.header()?.map(|header| Ok(Item::Header(Box::new(header))));
    let options = options.clone();
    let mut failed = false;
    let items = table.rows()?.enumerate().map(move |(nth, row)| {
        let record = records::record(&row?, nth, &table.names, &table.name, counting, &options)?;
        Ok(Item::Record(Box::new(record)))
    });
    // What comes after an error cannot be trusted.
    let items = items.take_while(move |item| !std::mem::replace(&mut failed, item.is_err()));
    Ok(Reading::new(header.into_iter().chain(items)).noting(reason))
}

fn broken(error: &ParquetError) -> FormatError {
    FormatError::new(format!(
        "is no Parquet file or a damaged one ({error}); nothing was imported: get the file anew"
    ))
}

/// A file of rows.
struct Table {
    bytes: Bytes,
    name: String,
    names: Names,
    project: Option<String>,
    /// How many groups of rows it has.
    groups: usize,
}

impl Table {
    fn open(bytes: Bytes, name: &str) -> Result<Self, FormatError> {
        let file = SerializedFileReader::new(bytes.clone()).map_err(|error| broken(&error))?;
        let unpacked = file.metadata().row_groups().iter().map(|group| group.total_byte_size().max(0));
        let unpacked = unpacked.fold(0, i64::saturating_add);
        let packed = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if unpacked > LARGEST || unpacked > packed.saturating_mul(HIGHEST_RATIO).max(RATIO_FROM) {
            return Err(FormatError::new(format!(
                "says it has {unpacked} bytes unpacked, which is too much for its size; nothing was imported: split \
                 the file, or do not trust it"
            )));
        }
        let metadata = file.metadata().file_metadata().key_value_metadata();
        let value = |key: &str| {
            metadata
                .into_iter()
                .flatten()
                .find(|entry| entry.key == key)
                .and_then(|entry| entry.value.clone())
        };
        let about: Value = value(FEATURES_KEY)
            .map(|about| serde_json::from_str(&about))
            .transpose()
            .map_err(|error| {
                let problem = format!("is not JSON ({error}); nothing was imported: get the file anew");
                FormatError::new(problem).in_field(format!("metadata {FEATURES_KEY}"))
            })?
            .unwrap_or_default();
        let features = about.pointer("/info/features").cloned().unwrap_or_default();
        let columns = file.metadata().file_metadata().schema().get_fields();
        let has = |name: &str| columns.iter().any(|column| column.name() == name);
        if !has("text") && !has("tokens") {
            let columns: Vec<&str> = columns.iter().map(|column| column.name()).collect();
            return Err(FormatError::new(format!(
                "has neither a column text nor tokens, but {}; nothing was imported: rename the column",
                columns.join(", ")
            )));
        }
        let groups = file.num_row_groups();
        Ok(Self {
            bytes,
            name: name.to_owned(),
            names: Names::of(&features),
            project: value(PROJECT_KEY),
            groups,
        })
    }

    /// What the project said of itself.
    fn header(&self) -> Result<Option<crate::interchange::Header>, FormatError> {
        let Some(project) = &self.project else { return Ok(None) };
        let line: ProjectLine = serde_json::from_str(project).map_err(|error| {
            let problem = format!("is no project ({error}); nothing was imported: get the file anew");
            FormatError::new(problem).in_field(format!("metadata {PROJECT_KEY}"))
        })?;
        let header = line.into_header().map_err(|(field, problem)| {
            FormatError::new(problem).in_field(format!("metadata {PROJECT_KEY}, {field}"))
        })?;
        Ok(Some(header))
    }

    /// The rows, a group of them in memory at a time.
    fn rows(&self) -> Result<impl Iterator<Item = Result<Cells, FormatError>> + 'static, FormatError> {
        let file = SerializedFileReader::new(self.bytes.clone()).map_err(|error| broken(&error))?;
        let group = move |nth: usize| match group(&file, nth) {
            Ok(rows) => rows.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(broken(&error))],
        };
        Ok((0..self.groups).flat_map(group))
    }

    /// What positions count, where the rows repeat the words of spans.
    fn count(&self, options: &ReadOptions) -> Result<(Counting, String), FormatError> {
        let mut survey = Survey::new(OffsetUnit::CodePoints);
        for (nth, row) in self.rows()?.enumerate() {
            records::survey(&row?, nth, &mut survey)?;
        }
        let found = survey.choose(options.keep_mismatches)?;
        Ok((found.counting, found.reason))
    }
}

/// The rows of a group.
pub(super) fn group(file: &SerializedFileReader<Bytes>, nth: usize) -> Result<Vec<Cells>, ParquetError> {
    assemble::rows(&*file.get_row_group(nth)?)
}
