//! A column of words that recur as a chunk of a Parquet file, from the codes that its rows already have: every word once,
//! then which one each row has. The general writer looks each value up anew, and most columns of a return are constants.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// Appends the codes of so many more rows, or of all that are left: one call for many rows.
pub type NextCodes<'a> = Box<dyn FnMut(usize, &mut Vec<u32>) + 'a>;

/// Which of the column's words each row has, 0 for none; code 1 is the first word.
pub struct CodedValues<'a> {
    pub codes: NextCodes<'a>,
    pub words: CodedWords<'a>,
}

/// The word of a code.
pub enum CodedWords<'a> {
    Text(Box<dyn Fn(u32) -> Option<&'a str> + 'a>),
    Integer(Box<dyn Fn(u32) -> Option<i64> + 'a>),
    /// Days since 1970-01-01.
    Date(Box<dyn Fn(u32) -> Option<i32> + 'a>),
    /// One text for every code.
    One(String),
}

impl CodedWords<'_> {
    /// Appends a word as a dictionary has it; whether there is one.
    #[inline(never)]
    fn append(&self, code: u32, to: &mut Vec<u8>) -> bool {
        let mut text = |word: &str| {
            to.extend_from_slice(&(word.len() as u32).to_le_bytes());
            to.extend_from_slice(word.as_bytes());
        };
        match self {
            CodedWords::Text(word) => word(code).map(text),
            CodedWords::One(word) => {
                text(word);
                Some(())
            }
            CodedWords::Integer(word) => word(code).map(|number| to.extend_from_slice(&number.to_le_bytes())),
            CodedWords::Date(word) => word(code).map(|day| to.extend_from_slice(&day.to_le_bytes())),
        }
        .is_some()
    }
}

/// Not met in this group of rows.
const NOT_MET: u32 = u32::MAX;
/// A code without a word.
const NO_WORD: u32 = u32::MAX - 1;

/// The next `count` rows as the bytes of a column chunk, and what the file's footer says of it.
///
/// # Errors
/// There are not so many rows.
pub fn chunk(
    values: &mut CodedValues<'_>,
    count: usize,
    column: ColumnDescPtr,
) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
    let mut which = Vec::with_capacity(count);
    (values.codes)(count, &mut which);
    if which.len() != count {
        return Err(ParquetError::General("a column is too short".to_owned()));
    }
    // Of each code its place among the words of this chunk, which are only those that are met.
    let mut places = vec![NOT_MET; which.iter().fold(0, |highest, code| highest.max(*code)) as usize + 1];
    places[0] = NO_WORD;
    let (mut words, mut met) = (Vec::new(), 0);
    for code in &mut which {
        let Some(place) = places.get_mut(*code as usize) else { continue };
        if *place == NOT_MET {
            *place = if values.words.append(*code, &mut words) { met } else { NO_WORD };
            met += u32::from(*place != NO_WORD);
        }
        *code = *place;
    }
    let absent = which.iter().filter(|place| **place == NO_WORD).count();
    let mut page = vec![0; 4];
    if absent == 0 && count >= RUN {
        run(1, count, 1, &mut page);
    } else {
        let present: Vec<u32> = which.iter().map(|place| u32::from(*place != NO_WORD)).collect();
        hybrid(&present, 1, &mut page);
        which.retain(|place| *place != NO_WORD);
    }
    let levels = (page.len() - 4) as u32;
    page[..4].copy_from_slice(&levels.to_le_bytes());
    let width = u32::BITS - met.saturating_sub(1).max(1).leading_zeros();
    page.push(width as u8);
    hybrid(&which, width, &mut page);
    let dictionary = |buf| Page::DictionaryPage { buf, num_values: met, encoding: Encoding::PLAIN, is_sorted: false };
    let data = |buf| Page::DataPage {
        buf,
        num_values: count as u32,
        encoding: Encoding::RLE_DICTIONARY,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    };
    let mut target = TrackedWrite::new(Vec::with_capacity(page.len() / 4));
    let mut writer = SerializedPageWriter::new(&mut target);
    let first = writer.write_page(compressed(&words, dictionary)?)?;
    let second = writer.write_page(compressed(&page, data)?)?;
    let metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::SNAPPY)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_total_compressed_size((first.compressed_size + second.compressed_size) as i64)
        .set_total_uncompressed_size((first.uncompressed_size + second.uncompressed_size) as i64)
        .set_num_values(count as i64)
        .set_dictionary_page_offset(Some(first.offset as i64))
        .set_data_page_offset(second.offset as i64)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: target.bytes_written() as u64,
        rows_written: count as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok((target.into_inner()?.into(), close))
}

fn compressed(bytes: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<CompressedPage, ParquetError> {
    let packed = snap::raw::Encoder::new().compress_vec(bytes);
    let packed = packed.map_err(|error| ParquetError::General(error.to_string()))?;
    Ok(CompressedPage::new(page(packed.into()), bytes.len()))
}

/// So many equal numbers are a run.
const RUN: usize = 8;

fn run(value: u32, count: usize, width: u32, to: &mut Vec<u8>) {
    number((count as u64) << 1, to);
    to.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
}

/// Small numbers as Parquet's levels and indices are written: a number that follows itself often as a run, others eight
/// at a time in as many bits as the largest needs (*RLE/bit-packing hybrid* in the format's `Encodings.md`).
fn hybrid(values: &[u32], width: u32, to: &mut Vec<u8>) {
    let mut packed: Vec<u8> = Vec::new();
    let mut rest = values;
    while let Some(first) = rest.first() {
        let same = same_as(*first, rest);
        let taken = if same >= RUN {
            flush(&mut packed, width, to);
            run(*first, same, width, to);
            same
        } else {
            let eight = &rest[..rest.len().min(8)];
            let end = packed.len() + width as usize;
            let (mut bits, mut held) = (0u128, 0);
            for value in eight {
                bits |= u128::from(*value) << held;
                held += width;
                if held >= u64::BITS {
                    packed.extend_from_slice(&(bits as u64).to_le_bytes());
                    bits >>= u64::BITS;
                    held -= u64::BITS;
                }
            }
            packed.extend_from_slice(&(bits as u64).to_le_bytes());
            // Less than eight are filled up with zeros.
            packed.resize(end, 0);
            eight.len()
        };
        rest = &rest[taken..];
    }
    flush(&mut packed, width, to);
}

/// How many values at the front are this one: eight are compared at once.
fn same_as(first: u32, values: &[u32]) -> usize {
    let eights = values.as_chunks().0.iter().take_while(|eight| **eight == [first; 8]).count() * 8;
    eights + values[eights..].iter().take_while(|value| **value == first).count()
}

/// Writes what was packed, `width` bytes for every eight values.
fn flush(packed: &mut Vec<u8>, width: u32, to: &mut Vec<u8>) {
    if !packed.is_empty() {
        number((packed.len() as u64 / u64::from(width)) << 1 | 1, to);
        to.append(packed);
    }
}

/// Seven bits a byte, the low ones first.
fn number(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::batches::ParquetValues;
    use crate::history::parquet::{ParquetColumn, ParquetReader, coded, same, texts, whole, write};
    use crate::model::Column;
    use std::io::Write;

    /// The two ways to write a column say the same, whatever follows what: runs, none, words of any width, groups of rows.
    #[test]
    fn what_is_written_by_codes_reads_as_what_is_written_word_by_word() {
        let rows = 65_536 + 1_003;
        let patterns: [fn(u32) -> u32; 6] = [
            |_| 1,
            |_| 0,
            |row| row % 3,
            |row| row / 11 % 300,
            |row| if row % 40 < 9 { 7 } else { row.wrapping_mul(2_654_435_761) >> 15 },
            |row| u32::from(row < 13) * (row + 1),
        ];
        let words: Vec<String> = (0..1 << 17).map(|code| format!("第{code}")).collect();
        // One code has no word: it is as nothing.
        let word = |code: u32| words.get(code as usize).map(String::as_str).filter(|_| code != 0 && code != 2);
        let number = |code: u32| (code != 0).then(|| i64::from(code) * -3);
        let codes = |pattern: fn(u32) -> u32| (0..rows as u32).map(pattern);
        let file = |columns: Vec<ParquetColumn<'_>>| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&write(columns, rows, Vec::new()).unwrap()).unwrap();
            ParquetReader::open(file).unwrap()
        };
        for pattern in patterns {
            let by_code = file(vec![
                coded("字", codes(pattern), CodedWords::Text(Box::new(word))),
                coded("数", codes(pattern), CodedWords::Integer(Box::new(number))),
                coded("日", codes(pattern), CodedWords::Date(Box::new(|code| Some(code as i32)))),
            ]);
            let days = codes(pattern).map(|code| (code > 0).then_some(code as i32));
            let by_word = file(vec![
                texts("字", codes(pattern).map(word)),
                whole("数", codes(pattern).map(number)),
                ParquetColumn { name: "日".into(), values: ParquetValues::date(days), recurs: true },
            ]);
            for name in ["字", "数", "日"] {
                let read = |file: &ParquetReader| file.column(name, false).unwrap().unwrap();
                let [one, other] = [read(&by_code), read(&by_word)];
                assert_eq!(Column::len(&one), rows);
                assert!(one == other, "{name}");
            }
        }
    }

    #[test]
    fn a_column_that_ends_early_is_refused() {
        let column = same("字", 3, CodedWords::One("甲".into()));
        assert!(write(vec![column], 4, Vec::new()).is_err());
    }
}
