//! Typed columns to the bytes of a Parquet file and, column by column, back. Knows nothing of periods or forms.
//!
//! The low-level writer and reader: polars' own `parquet` would bring streaming and network code with it.

use super::batches::{Batch, Next, ParquetValues, TextBatch};
use super::coded::{CodedValues, CodedWords, chunk};
use crate::model::Column;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type};
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

/// Rows of a row group.
const GROUP: usize = 65_536;

/// Values that the writer is given at a time: what they take on the way does not depend on how many there are.
const BATCH: usize = 8_192;

/// A column on its way into a file.
pub struct ParquetColumn<'a> {
    pub name: String,
    pub values: ParquetValues<'a>,
    /// Whether its values are words that recur: a dictionary of others is a search for nothing on every row, and numbers
    /// are as short without.
    pub recurs: bool,
}

impl<'a> ParquetColumn<'a> {
    /// This column's values, and behind them those of another one of the same type; of another type the column ends
    /// early, which [`write`] refuses.
    pub fn then(self, other: ParquetColumn<'a>) -> ParquetColumn<'a> {
        let values = self.values.then(other.values);
        ParquetColumn { values, ..self }
    }
}

/// A column of words that recur.
pub fn texts<'a>(name: impl Into<String>, values: impl Iterator<Item = Option<&'a str>> + 'a) -> ParquetColumn<'a> {
    ParquetColumn { name: name.into(), values: ParquetValues::text(values), recurs: true }
}

/// A column of words whose codes are known: 0 for none.
pub fn coded<'a>(
    name: impl Into<String>,
    mut codes: impl Iterator<Item = u32> + 'a,
    words: CodedWords<'a>,
) -> ParquetColumn<'a> {
    of_codes(name, words, move |count, to| codes.by_ref().take(count).for_each(|code| to.push(code)))
}

/// The same of some rows, by what appends the codes of rows.
pub fn coded_rows<'a>(
    name: impl Into<String>,
    mut rows: &'a [u32],
    codes: impl Fn(&[u32], &mut Vec<u32>) + 'a,
    words: CodedWords<'a>,
) -> ParquetColumn<'a> {
    of_codes(name, words, move |count, to| {
        let (some, rest) = rows.split_at(count.min(rows.len()));
        codes(some, to);
        rows = rest;
    })
}

/// A column with one word on all of so many rows.
pub fn same<'a>(name: impl Into<String>, mut rows: usize, words: CodedWords<'a>) -> ParquetColumn<'a> {
    of_codes(name, words, move |count, to| {
        let some = count.min(rows);
        to.resize(to.len() + some, 1);
        rows -= some;
    })
}

fn of_codes<'a>(
    name: impl Into<String>,
    words: CodedWords<'a>,
    codes: impl FnMut(usize, &mut Vec<u32>) + 'a,
) -> ParquetColumn<'a> {
    let values = ParquetValues::Coded(CodedValues { codes: Box::new(codes), words });
    ParquetColumn { name: name.into(), values, recurs: true }
}

/// A column of whole numbers that recur.
pub fn whole<'a>(name: impl Into<String>, values: impl Iterator<Item = Option<i64>> + 'a) -> ParquetColumn<'a> {
    ParquetColumn { name: name.into(), values: ParquetValues::integer(values), recurs: true }
}

/// Writes a file to `target`, a row group at a time. Every column yields `rows` values.
///
/// # Errors
/// The writer refuses a column, or the target cannot be written.
pub fn write<W: Write + Send>(mut columns: Vec<ParquetColumn<'_>>, rows: usize, target: W) -> Result<W, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        // Smallest and largest of every page help only those who search; these files are read whole.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by(format!("huizong {}", env!("CARGO_PKG_VERSION")));
    for column in columns.iter().filter(|column| !column.recurs) {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name.as_str()), false);
    }
    let mut writer = SerializedFileWriter::new(target, schema(&columns)?, Arc::new(properties.build()))?;
    let described = writer.schema_descr().columns().to_vec();
    let mut done = 0;
    while done < rows {
        let count = GROUP.min(rows - done);
        let mut group = writer.next_row_group()?;
        for (column, described) in columns.iter_mut().zip(&described) {
            match &mut column.values {
                ParquetValues::Text(next) => texts_of(&mut group, next, count)?,
                ParquetValues::Integer(next) => scalars::<Int64Type, W>(&mut group, next, count)?,
                ParquetValues::Number(next) => scalars::<DoubleType, W>(&mut group, next, count)?,
                ParquetValues::Boolean(next) => scalars::<BoolType, W>(&mut group, next, count)?,
                ParquetValues::Date(next) => scalars::<Int32Type, W>(&mut group, next, count)?,
                ParquetValues::Coded(values) => {
                    let (bytes, close) = chunk(values, count, described.clone())?;
                    group.append_column(&bytes, close)?;
                }
            }
        }
        group.close()?;
        done += count;
    }
    writer.into_inner()
}

fn schema(columns: &[ParquetColumn<'_>]) -> Result<Arc<Type>, ParquetError> {
    let mut fields = Vec::with_capacity(columns.len());
    for column in columns {
        let (physical, logical) = match &column.values {
            ParquetValues::Coded(CodedValues { words, .. }) => match words {
                CodedWords::Text(_) | CodedWords::One(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                CodedWords::Integer(_) => (Physical::INT64, None),
                CodedWords::Date(_) => (Physical::INT32, Some(LogicalType::Date)),
            },
            ParquetValues::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            ParquetValues::Integer(_) => (Physical::INT64, None),
            ParquetValues::Number(_) => (Physical::DOUBLE, None),
            ParquetValues::Boolean(_) => (Physical::BOOLEAN, None),
            ParquetValues::Date(_) => (Physical::INT32, Some(LogicalType::Date)),
        };
        let field = Type::primitive_type_builder(&column.name, physical).with_logical_type(logical);
        fields.push(Arc::new(field.with_repetition(Repetition::OPTIONAL).build()?));
    }
    Type::group_type_builder("rows").with_fields(fields).build().map(Arc::new)
}

fn scalars<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    next: &mut Next<'_, Vec<T::T>>,
    count: usize,
) -> Result<(), ParquetError> {
    in_batches::<T, W, _>(group, next, count, std::mem::swap)
}

/// All texts of a batch lie in one buffer, and the values are slices of it.
fn texts_of<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    next: &mut Next<'_, TextBatch>,
    count: usize,
) -> Result<(), ParquetError> {
    in_batches::<ByteArrayType, W, _>(group, next, count, |TextBatch { text, ends }, present| {
        // A batch takes about as much as the one before.
        let room = String::with_capacity(text.len() + text.len() / 8);
        let buffer = ByteArray::from(std::mem::replace(text, room).into_bytes());
        let mut start = 0;
        present.extend(ends.drain(..).map(|end| {
            let value = buffer.slice(start, end - start);
            start = end;
            value
        }));
    })
}

/// Writes a column, some values at a time: `take` moves those that there are to where there are none.
fn in_batches<T: DataType, W: Write + Send, V: Default>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    next: &mut Next<'_, V>,
    count: usize,
    mut take: impl FnMut(&mut V, &mut Vec<T::T>),
) -> Result<(), ParquetError> {
    let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("a column too many".to_owned()))?;
    let (mut batch, mut present) = (Batch::default(), Vec::new());
    let mut left = count;
    while left > 0 {
        let some = left.min(BATCH);
        batch.levels.clear();
        next(some, &mut batch);
        if batch.levels.len() != some {
            return Err(ParquetError::General("a column is too short".to_owned()));
        }
        present.clear();
        take(&mut batch.present, &mut present);
        column.typed::<T>().write_batch(&present, Some(&batch.levels), None)?;
        left -= some;
    }
    column.close()
}

/// A file whose footer was read; columns are decoded when they are asked for.
pub struct ParquetReader {
    file: SerializedFileReader<File>,
    names: Vec<String>,
}

impl ParquetReader {
    /// # Errors
    /// It is no Parquet file.
    pub fn open(file: File) -> Result<ParquetReader, ParquetError> {
        let file = SerializedFileReader::new(file)?;
        let schema = file.metadata().file_metadata().schema_descr();
        let names = schema.columns().iter().map(|column| column.name().to_owned()).collect();
        Ok(ParquetReader { file, names })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        usize::try_from(self.file.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// All values of a column, whole numbers as numbers if `widen`; `None` where there is no column of that name.
    ///
    /// # Errors
    /// The column is broken, or of a type that is never written here.
    pub fn column(&self, name: &str, widen: bool) -> Result<Option<Column>, ParquetError> {
        Ok(self.read(name)?.map(|read| match read {
            Decoded::Text(values) => Column::Text(values.into_iter().collect()),
            Decoded::Integer(values) if widen => {
                Column::Number(values.into_iter().map(|value| value.map(|value| value as f64)).collect())
            }
            Decoded::Integer(values) => Column::Integer(values.into_iter().collect()),
            Decoded::Number(values) => Column::Number(values.into_iter().collect()),
            Decoded::Boolean(values) => Column::Boolean(values.into_iter().collect()),
            Decoded::Date(values) => Column::Date(values.into_iter().collect()),
        }))
    }

    /// A column of texts; `None` where there is no such column or it is of another type.
    ///
    /// # Errors
    /// The column is broken.
    pub fn texts(&self, name: &str) -> Result<Option<StoredTexts>, ParquetError> {
        Ok(self.read(name)?.and_then(|read| match read {
            Decoded::Text(texts) => Some(texts),
            _ => None,
        }))
    }

    /// A column of whole numbers; `None` where there is no such column or it is of another type.
    ///
    /// # Errors
    /// The column is broken.
    pub fn integers(&self, name: &str) -> Result<Option<Vec<Option<i64>>>, ParquetError> {
        Ok(self.read(name)?.and_then(|read| match read {
            Decoded::Integer(values) => Some(values),
            _ => None,
        }))
    }

    fn read(&self, name: &str) -> Result<Option<Decoded>, ParquetError> {
        let Some(at) = self.names.iter().position(|known| known == name) else { return Ok(None) };
        let mut read: Option<Decoded> = None;
        for group in 0..self.file.num_row_groups() {
            let group = self.file.get_row_group(group)?;
            let count = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let reader = group.get_column_reader(at)?;
            read.get_or_insert_with(|| Decoded::like(&reader)).extend(reader, count)?;
        }
        let physical = || self.file.metadata().file_metadata().schema_descr().column(at).physical_type();
        Ok(Some(read.unwrap_or_else(|| Decoded::empty(physical()))))
    }
}

/// StoredTexts as they stand in a file.
pub type StoredTexts = Vec<Option<Box<str>>>;

/// A column while it is read.
enum Decoded {
    Text(Vec<Option<Box<str>>>),
    Integer(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Boolean(Vec<Option<bool>>),
    Date(Vec<Option<i32>>),
}

impl Decoded {
    fn like(reader: &ColumnReader) -> Decoded {
        match reader {
            ColumnReader::Int64ColumnReader(_) => Decoded::Integer(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Decoded::Number(Vec::new()),
            ColumnReader::BoolColumnReader(_) => Decoded::Boolean(Vec::new()),
            ColumnReader::Int32ColumnReader(_) => Decoded::Date(Vec::new()),
            _ => Decoded::Text(Vec::new()),
        }
    }

    fn empty(physical: Physical) -> Decoded {
        match physical {
            Physical::INT64 => Decoded::Integer(Vec::new()),
            Physical::DOUBLE => Decoded::Number(Vec::new()),
            Physical::BOOLEAN => Decoded::Boolean(Vec::new()),
            Physical::INT32 => Decoded::Date(Vec::new()),
            _ => Decoded::Text(Vec::new()),
        }
    }

    fn extend(&mut self, reader: ColumnReader, count: usize) -> Result<(), ParquetError> {
        match (self, reader) {
            (Decoded::Integer(all), ColumnReader::Int64ColumnReader(reader)) => values(reader, count, all, Ok),
            (Decoded::Number(all), ColumnReader::DoubleColumnReader(reader)) => values(reader, count, all, Ok),
            (Decoded::Boolean(all), ColumnReader::BoolColumnReader(reader)) => values(reader, count, all, Ok),
            (Decoded::Date(all), ColumnReader::Int32ColumnReader(reader)) => values(reader, count, all, Ok),
            (Decoded::Text(all), ColumnReader::ByteArrayColumnReader(reader)) => {
                values(reader, count, all, |bytes| bytes.as_utf8().map(Box::from))
            }
            _ => Err(ParquetError::General("a type that is never written here".to_owned())),
        }
    }
}

fn values<T: DataType, V>(
    mut reader: ColumnReaderImpl<T>,
    count: usize,
    into: &mut Vec<Option<V>>,
    convert: impl Fn(T::T) -> Result<V, ParquetError>,
) -> Result<(), ParquetError> {
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    while levels.len() < count {
        let (records, _, _) = reader.read_records(count - levels.len(), Some(&mut levels), None, &mut present)?;
        if records == 0 {
            return Err(ParquetError::General("a column ends early".to_owned()));
        }
    }
    let mut present = present.into_iter();
    into.reserve(count);
    for level in levels {
        let value = if level > 0 { present.next().map(&convert).transpose()? } else { None };
        into.push(value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back_as_they_went_in_over_row_groups_too() {
        let rows = GROUP + 3;
        let numbers: Vec<Option<i64>> = (0..rows as i64).map(|n| (n % 7 != 0).then_some(n)).collect();
        let words = [Some("甲"), None, Some("")];
        let columns = vec![
            ParquetColumn { name: "数".into(), values: ParquetValues::integer(numbers.iter().copied()), recurs: true },
            ParquetColumn {
                name: "字".into(),
                values: ParquetValues::text(words.into_iter().cycle().take(rows)),
                recurs: true,
            },
            ParquetColumn {
                name: "无".into(),
                values: ParquetValues::number(std::iter::repeat_n(None, rows)),
                recurs: true,
            },
        ];
        let bytes = write(columns, rows, Vec::new()).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let reader = ParquetReader::open(file).unwrap();
        assert_eq!(reader.rows(), rows);
        let widened = numbers.iter().map(|n| n.map(|n| n as f64)).collect();
        assert_eq!(reader.column("数", true).unwrap(), Some(Column::Number(widened)));
        assert_eq!(reader.column("数", false).unwrap(), Some(Column::Integer(numbers.into_iter().collect())));
        let Some(Column::Text(texts)) = reader.column("字", false).unwrap() else { panic!("texts") };
        let wanted = Column::Text(words.iter().map(|word| word.map(Box::from)).cycle().take(rows).collect());
        assert_eq!(Column::Text(texts), wanted);
        assert_eq!(reader.column("没有", true).unwrap(), None);
        let short = vec![ParquetColumn {
            name: "短".into(),
            values: ParquetValues::boolean([Some(true)].into_iter()),
            recurs: true,
        }];
        assert!(write(short, 2, Vec::new()).is_err(), "a column that is too short is no file");
    }

    #[test]
    fn a_file_without_rows_keeps_its_types() {
        let columns =
            vec![ParquetColumn { name: "日".into(), values: ParquetValues::date([].into_iter()), recurs: true }];
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&write(columns, 0, Vec::new()).unwrap()).unwrap();
        let reader = ParquetReader::open(file).unwrap();
        assert!(matches!(reader.column("日", false).unwrap(), Some(Column::Date(days)) if days.is_empty()));
    }
}
