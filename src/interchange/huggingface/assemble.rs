//! Columns of Parquet back into rows. The crate's own rows give up on a damaged file by a panic; here each step may
//! find that something is missing, and the file is refused.

use parquet::basic::{ConvertedType, Encoding, LogicalType, PageType, Repetition};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::Type;
use serde_json::Value;

use super::Cells;

/// Records that are read of a column at a time.
const BATCH: usize = 1_024;

/// A leaf column of a group of rows, read from the front.
struct Leaf {
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: std::vec::IntoIter<Value>,
    /// The level at which there is a value.
    full: i16,
    at: usize,
}

impl Leaf {
    fn definition(&self) -> Option<i16> {
        self.definitions.get(self.at).copied()
    }

    fn repetition(&self) -> Option<i16> {
        self.repetitions.get(self.at).copied()
    }

    fn take(&mut self) -> Option<Value> {
        let is_full = self.definition()? == self.full;
        self.at += 1;
        if is_full { self.values.next() } else { Some(Value::Null) }
    }
}

/// The rows of a group.
pub(super) fn rows(group: &dyn RowGroupReader) -> Result<Vec<Cells>> {
    let metadata = group.metadata();
    let schema = metadata.schema_descr();
    let mut leaves = Vec::with_capacity(metadata.num_columns());
    for (nth, column) in schema.columns().iter().enumerate() {
        let chunk = metadata.column(nth);
        let places =
            [Some(chunk.data_page_offset()), chunk.dictionary_page_offset(), Some(chunk.compressed_size())];
        if places.into_iter().flatten().any(i64::is_negative) {
            return Err(ParquetError::General(format!(
                "the column {} begins before the file",
                column.name()
            )));
        }
        let levels = (column.max_def_level(), column.max_rep_level());
        let pages = Checked { pages: group.get_column_page_reader(nth)?, has_dictionary: false };
        leaves.push(leaf(get_column_reader(column.clone(), Box::new(pages)), levels)?);
    }
    let count = usize::try_from(metadata.num_rows()).unwrap_or_default();
    let mut rows = Vec::new();
    for _ in 0..count {
        let mut row = Cells::new();
        let mut next = 0;
        for field in schema.root_schema().get_fields() {
            let value = read(field, &mut leaves, &mut next, Level { definition: 0, repetition: 0 });
            let Some(value) = value else {
                return Err(ParquetError::General(format!("the column {} ends too early", field.name())));
            };
            row.insert(field.name().to_owned(), value);
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Pages of which those that point into a dictionary come after it, which the crate takes for granted.
struct Checked {
    pages: Box<dyn PageReader>,
    has_dictionary: bool,
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some(page) = self.pages.get_next_page()? else { return Ok(None) };
        let points = matches!(page.encoding(), Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
        if page.page_type() == PageType::DICTIONARY_PAGE {
            self.has_dictionary = true;
        } else if points && !self.has_dictionary {
            return Err(ParquetError::General(
                "a page points into a dictionary that is not there".to_owned(),
            ));
        }
        Ok(Some(page))
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

fn leaf(column: ColumnReader, levels: (i16, i16)) -> Result<Leaf> {
    match column {
        ColumnReader::BoolColumnReader(column) => typed(column, levels, |value| (*value).into()),
        ColumnReader::Int32ColumnReader(column) => typed(column, levels, |value| (*value).into()),
        ColumnReader::Int64ColumnReader(column) => typed(column, levels, |value| (*value).into()),
        ColumnReader::Int96ColumnReader(column) => typed(column, levels, |_| Value::Null),
        ColumnReader::FloatColumnReader(column) => typed(column, levels, |value| (*value).into()),
        ColumnReader::DoubleColumnReader(column) => typed(column, levels, |value| (*value).into()),
        ColumnReader::ByteArrayColumnReader(column) => {
            typed(column, levels, |value| String::from_utf8_lossy(value.data()).into())
        }
        ColumnReader::FixedLenByteArrayColumnReader(column) => typed(column, levels, |_| Value::Null),
    }
}

fn typed<T: DataType>(
    mut column: ColumnReaderImpl<T>,
    (full, deepest): (i16, i16),
    value: impl Fn(&T::T) -> Value,
) -> Result<Leaf> {
    let (mut definitions, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let (records, read, _) =
            column.read_records(BATCH, Some(&mut definitions), Some(&mut repetitions), &mut values)?;
        if records == 0 && read == 0 {
            break;
        }
    }
    // Columns that are always there have no levels.
    if full == 0 {
        definitions = vec![0; values.len()];
    }
    if deepest == 0 {
        repetitions = vec![0; definitions.len()];
    }
    let values: Vec<Value> = values.iter().map(value).collect();
    Ok(Leaf { definitions, repetitions, values: values.into_iter(), full, at: 0 })
}

#[derive(Clone, Copy)]
struct Level {
    definition: i16,
    repetition: i16,
}

/// Leaves below a node.
fn count(node: &Type) -> usize {
    if node.is_group() { node.get_fields().iter().map(|field| count(field)).sum() } else { 1 }
}

/// The next value of a node; nothing where a column ends too early. `next` is its first leaf, then the one after it.
fn read(node: &Type, leaves: &mut [Leaf], next: &mut usize, level: Level) -> Option<Value> {
    let (first, end) = (*next, *next + count(node));
    let info = node.get_basic_info();
    let repetition = if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED };
    if repetition == Repetition::REQUIRED {
        return content(node, leaves, next, level);
    }
    let inner = Level { definition: level.definition + 1, ..level };
    let is_repeated = repetition == Repetition::REPEATED;
    if leaves.get(first)?.definition()? < inner.definition {
        *next = end;
        leaves.get_mut(first..end)?.iter_mut().try_for_each(|leaf| leaf.take().map(|_| ()))?;
        return Some(if is_repeated { Value::Array(Vec::new()) } else { Value::Null });
    }
    if !is_repeated {
        return content(node, leaves, next, inner);
    }
    let inner = Level { repetition: level.repetition + 1, ..inner };
    let mut items = Vec::new();
    loop {
        *next = first;
        items.push(content(node, leaves, next, inner)?);
        if leaves.get(first)?.repetition() != Some(inner.repetition) {
            return Some(Value::Array(items));
        }
    }
}

fn content(node: &Type, leaves: &mut [Leaf], next: &mut usize, level: Level) -> Option<Value> {
    if !node.is_group() {
        let leaf = leaves.get_mut(*next)?;
        *next += 1;
        return leaf.take();
    }
    let fields = node.get_fields();
    if is_list(node)
        && let [inner] = fields
    {
        let items = read(inner, leaves, next, level)?;
        return Some(if is_wrapper(inner) { unwrapped(items) } else { items });
    }
    let mut object = Cells::new();
    for field in fields {
        object.insert(field.name().to_owned(), read(field, leaves, next, level)?);
    }
    Some(Value::Object(object))
}

fn is_list(node: &Type) -> bool {
    let info = node.get_basic_info();
    info.converted_type() == ConvertedType::LIST || matches!(info.logical_type_ref(), Some(LogicalType::List))
}

/// Whether a repeated group is nothing but the place of an element, by the rules of the format.
fn is_wrapper(inner: &Type) -> bool {
    inner.is_group()
        && inner.get_fields().len() == 1
        && inner.name() != "array"
        && !inner.name().ends_with("_tuple")
}

/// Elements without the groups around them.
fn unwrapped(items: Value) -> Value {
    let Value::Array(items) = items else { return items };
    let bare = |item: Value| match item {
        Value::Object(map) => map.into_iter().next().map(|(_, value)| value).unwrap_or_default(),
        other => other,
    };
    items.into_iter().map(bare).collect()
}
