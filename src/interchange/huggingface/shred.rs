//! Rows into the columns of Parquet: each value with how deep it is in lists, and which of them began anew (the
//! levels of Dremel, which the format's specification explains).

use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::Value;

use super::Cells;
use super::features::{self, Feature};
use crate::interchange::sink::Out;

/// Levels that a list adds: it is there, it has an element, the element is there.
const LIST_LEVELS: i16 = 3;

/// The values of one leaf of the tree of columns.
#[derive(Debug, Default)]
struct Column {
    texts: Vec<ByteArray>,
    numbers: Vec<i64>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

/// Columns of the rows that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Shredder {
    columns: Vec<Column>,
    rows: usize,
}

/// Where in the tree a value stands.
#[derive(Clone, Copy)]
struct Level {
    definition: i16,
    /// What goes with the next value.
    repetition: i16,
    /// How many lists are around.
    depth: i16,
}

impl Shredder {
    /// Adds a row.
    pub(super) fn push(&mut self, columns: &[(&'static str, Feature)], row: &Cells) {
        let mut next = 0;
        let level = Level { definition: 0, repetition: 0, depth: 0 };
        for (name, feature) in columns {
            self.value(&mut next, feature, row.get(*name), level);
        }
        self.rows += 1;
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds the levels of a value, or of an empty list, to a leaf; the leaf, for the value.
    fn leaf(&mut self, nth: usize, level: Level) -> Option<&mut Column> {
        if self.columns.len() <= nth {
            self.columns.resize_with(nth + 1, Column::default);
        }
        let column = self.columns.get_mut(nth)?;
        column.definitions.push(level.definition + 1);
        column.repetitions.push(level.repetition);
        Some(column)
    }

    /// `next` is the leaf that the value begins at, and then the one after it.
    fn value(&mut self, next: &mut usize, feature: &Feature, value: Option<&Value>, level: Level) {
        let Feature::List(parts) = feature else {
            let Some(column) = self.leaf(*next, level) else { return };
            match feature {
                Feature::Text => {
                    column.texts.push(value.and_then(Value::as_str).unwrap_or_default().into());
                }
                _ => column.numbers.push(value.and_then(Value::as_i64).unwrap_or_default()),
            }
            *next += 1;
            return;
        };
        let elements = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let (first, mut end) = (*next, *next + leaves(parts));
        for (nth, element) in elements.iter().enumerate() {
            let repetition = if nth == 0 { level.repetition } else { level.depth + 1 };
            let inner =
                Level { definition: level.definition + LIST_LEVELS, repetition, depth: level.depth + 1 };
            let mut at = first;
            for (name, part) in parts {
                self.value(&mut at, part, element.get(*name), inner);
            }
            end = at;
        }
        if elements.is_empty() {
            (first..end).for_each(|nth| _ = self.leaf(nth, level));
        }
        *next = end;
    }

    fn write(&self, group: &mut SerializedRowGroupWriter<'_, Out>) -> Result<()> {
        let mut columns = self.columns.iter();
        while let Some(mut writer) = group.next_column()? {
            let Some(column) = columns.next() else { break };
            let levels = (Some(column.definitions.as_slice()), Some(column.repetitions.as_slice()));
            match writer.untyped() {
                ColumnWriter::ByteArrayColumnWriter(typed) => {
                    typed.write_batch(&column.texts, levels.0, levels.1)?;
                }
                ColumnWriter::Int64ColumnWriter(typed) => {
                    typed.write_batch(&column.numbers, levels.0, levels.1)?;
                }
                // The schema has no others.
                _ => {}
            }
            writer.close()?;
        }
        Ok(())
    }
}

fn leaves(parts: &[(&'static str, Feature)]) -> usize {
    let count = |feature: &Feature| match feature {
        Feature::List(parts) => leaves(parts),
        _ => 1,
    };
    parts.iter().map(|(_, feature)| count(feature)).sum()
}

/// A Parquet file being written.
pub(super) struct Table {
    columns: Vec<(&'static str, Feature)>,
    writer: SerializedFileWriter<Out>,
    waiting: Shredder,
    /// Rows of the whole file.
    pub(super) rows: usize,
}

/// Rows written at a time.
const GROUP: usize = 500;

impl Table {
    pub(super) fn new(
        out: Out,
        columns: Vec<(&'static str, Feature)>,
        metadata: Vec<(&str, String)>,
    ) -> Result<Self> {
        let schema = parse_message_type(&features::schema(&columns))?;
        let metadata = metadata.into_iter().map(|(key, value)| KeyValue::new(key.to_owned(), value));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("hashiya ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(metadata.collect()))
            .build();
        let writer = SerializedFileWriter::new(out, schema.into(), properties.into())?;
        Ok(Self { columns, writer, waiting: Shredder::default(), rows: 0 })
    }

    pub(super) fn push(&mut self, row: &Cells) -> Result<()> {
        self.waiting.push(&self.columns, row);
        self.rows += 1;
        if self.waiting.rows() >= GROUP { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.rows() == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        waiting.write(&mut group)?;
        group.close().map(|_| ())
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.write()?;
        self.writer.finish()?;
        self.writer.inner_mut().flush().map_err(Into::into)
    }
}
