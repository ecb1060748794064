//! The Parquet store: accepted rows of one form, typed, with the return, sheet and row that each came from.
//!
//! Written column by column with the low-level writer: the same rows as the data edition, for programs instead of eyes.

use super::Edition;
use super::accepted::{Accepted, Values};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

/// Columns that say where a row came from.
pub const ORIGIN: [&str; 3] = ["return", "sheet", "row"];
/// Rows of a row group.
const GROUP: usize = 65_536;

/// Writes the file to `target`, a row group at a time.
///
/// # Errors
/// The writer refuses a value, or the target cannot be written.
pub fn parquet<W: Write + Send>(edition: &Edition<'_>, accepted: &Accepted<'_>, target: W) -> Result<W, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("huizong {}", env!("CARGO_PKG_VERSION")))
        .build();
    let mut writer = SerializedFileWriter::new(target, schema(accepted)?, Arc::new(properties))?;
    let rows: Vec<usize> = accepted.rows().collect();
    for group in rows.chunks(GROUP) {
        let mut group_writer = writer.next_row_group()?;
        for column in &accepted.columns {
            write_column(&mut group_writer, accepted, column.values, group)?;
        }
        let origin = |row: &usize| accepted.origins.get(*row).copied();
        let files = group.iter().map(|row| origin(row).map(|from| edition.file_name(from.source)));
        texts(&mut group_writer, files, group.len(), true)?;
        let sheets = group.iter().map(|row| origin(row).map(|from| edition.sheet_name(from.source, from.sheet)));
        texts(&mut group_writer, sheets, group.len(), true)?;
        let lines = group.iter().map(|row| origin(row).map(|from| i64::from(from.row) + 1));
        primitives::<Int64Type, W>(&mut group_writer, lines, group.len(), true)?;
        group_writer.close()?;
    }
    writer.into_inner()
}

fn schema(accepted: &Accepted<'_>) -> Result<Arc<Type>, ParquetError> {
    let field = |name: &str, physical, logical: Option<LogicalType>, repetition| {
        Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    };
    let mut fields = Vec::with_capacity(accepted.columns.len() + ORIGIN.len());
    for column in &accepted.columns {
        let (physical, logical) = match column.values {
            Values::Text(_) | Values::Unit(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Values::Integer(_) => (Physical::INT64, None),
            Values::Number(_) => (Physical::DOUBLE, None),
            Values::Boolean(_) => (Physical::BOOLEAN, None),
            Values::Date { .. } => (Physical::INT32, Some(LogicalType::Date)),
        };
        fields.push(field(&column.name, physical, logical, Repetition::OPTIONAL)?);
    }
    let [file, sheet, row] = ORIGIN;
    for name in [file, sheet] {
        fields.push(field(name, Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED)?);
    }
    fields.push(field(row, Physical::INT64, None, Repetition::REQUIRED)?);
    Type::group_type_builder("rows").with_fields(fields).build().map(Arc::new)
}

fn write_column<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    accepted: &Accepted<'_>,
    values: Values<'_>,
    rows: &[usize],
) -> Result<(), ParquetError> {
    let count = rows.len();
    let rows = rows.iter().copied();
    match values {
        Values::Text(values) => texts(group, rows.map(|row| values.get(row)), count, false),
        Values::Unit(units) => texts(group, rows.map(|row| accepted.unit(units, row)), count, false),
        Values::Integer(values) => primitives::<Int64Type, W>(group, rows.map(|row| values.get(row)), count, false),
        Values::Number(values) => primitives::<DoubleType, W>(group, rows.map(|row| values.get(row)), count, false),
        Values::Boolean(values) => primitives::<BoolType, W>(group, rows.map(|row| values.get(row)), count, false),
        Values::Date { days, .. } => primitives::<Int32Type, W>(group, rows.map(|row| days.get(row)), count, false),
    }
}

fn primitives<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<T::T>>,
    count: usize,
    required: bool,
) -> Result<(), ParquetError> {
    let mut present = Vec::with_capacity(count);
    let mut levels = Vec::with_capacity(count);
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("a column too many".to_owned()))?;
    column.typed::<T>().write_batch(&present, (!required).then_some(levels.as_slice()), None)?;
    column.close()
}

/// All texts of a column lie in one buffer, and the values are slices of it.
fn texts<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<&'a str>>,
    count: usize,
    required: bool,
) -> Result<(), ParquetError> {
    let mut buffer = Vec::new();
    let mut ends = Vec::with_capacity(count);
    for value in values {
        buffer.extend_from_slice(value.unwrap_or_default().as_bytes());
        ends.push(value.map(|_| buffer.len()));
    }
    let buffer = ByteArray::from(buffer);
    let mut start = 0;
    let slices = ends.into_iter().map(|end| {
        let slice = end.map(|end| buffer.slice(start, end - start));
        start = end.unwrap_or(start);
        slice
    });
    primitives::<ByteArrayType, W>(group, slices, count, required)
}
