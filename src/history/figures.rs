//! `figures.json`: every figure that was printed for a period, so that a later change can be listed figure by figure.

use super::head::{FORMAT, Unusable, unsealed};
use super::layout::FIGURES;
use crate::model::stat_rows::StatRows;
use crate::model::stat_table::{Heading, StatTable};
use crate::model::statistic::{FigureDoubt, RowKind, StatCell, StatRow};
use crate::text::hex::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::{self, Read, Write as _};

/// The file, packed: it waits while the results are written, and of many units it is large and says much the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedFigures {
    /// All before the tables, with the seal.
    head: String,
    tables: Vec<u8>,
}

impl PackedFigures {
    /// The file, unpacked on the way.
    pub fn reader(&self) -> impl Read {
        self.head.as_bytes().chain(snap::read::FrameDecoder::new(self.tables.as_slice()))
    }
}

/// Writes the file. Fractions stand as texts: a JSON number may lose its last digit on the way back.
///
/// # Errors
/// The packer's own; none is known.
pub fn pack(tables: &[StatTable]) -> io::Result<PackedFigures> {
    // Written straight as serde_json would write it, and some at a time: a tree of a province's cells takes many times
    // their room.
    let mut packing =
        Packing { seal: Sha256::new(), packed: snap::write::FrameEncoder::new(Vec::new()), text: String::new() };
    let before = format!("{{\"format\":{FORMAT},");
    packing.seal.update(&before);
    packing.text.push_str("\"tables\":[");
    for (at, table) in tables.iter().enumerate() {
        packing.text.push_str(if at == 0 { "" } else { "," });
        write_table(&mut packing, table)?;
    }
    packing.text.push_str("]}");
    packing.put_away()?;
    let Packing { seal, packed, .. } = packing;
    let tables = packed.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(PackedFigures { head: format!("{before}\"seal\":\"{}\",", hex(&seal.finalize())), tables })
}

/// The tables' text on its way: what it is sealed with, what is packed, and what is not yet.
struct Packing {
    seal: Sha256,
    packed: snap::write::FrameEncoder<Vec<u8>>,
    text: String,
}

/// Bytes of text that are packed at a time.
const PIECE: usize = 64 << 10;

impl Packing {
    fn put_away(&mut self) -> io::Result<()> {
        self.seal.update(&self.text);
        self.packed.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }
}

/// Keys in the order of the alphabet.
fn write_table(packing: &mut Packing, table: &StatTable) -> io::Result<()> {
    let text = &mut packing.text;
    let headings: Vec<Value> = table.headings.iter().map(|heading| json!([heading.parents, heading.name])).collect();
    // Writing to a text cannot fail.
    let _ = write!(
        text,
        "{{\"headings\":{},\"id\":{},\"labels\":{},\"private\":{},\"rows\":[",
        json!(headings),
        json!(table.id),
        table.label_columns,
        json!(table.private_columns)
    );
    for (at, row) in table.rows.iter().enumerate() {
        if packing.text.len() >= PIECE {
            packing.put_away()?;
        }
        let text = &mut packing.text;
        push_all(text, [if at == 0 { "[\"" } else { ",[\"" }, kind(row.kind), "\",["]);
        for (at, cell) in row.cells.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "," });
            write_cell(text, cell);
        }
        text.push(']');
        if !row.doubts.is_empty() {
            text.push_str(",[");
            for (at, doubt) in row.doubts.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                write_doubt(text, doubt);
            }
            text.push(']');
        }
        text.push(']');
    }
    let _ = write!(packing.text, "],\"sheet\":{},\"title\":{}}}", json!(table.sheet), json!(table.title));
    Ok(())
}

/// Reads the file; what a table is only printed with (captions, notes, definitions) is not in it.
///
/// # Errors
/// Damaged, or from the future.
pub fn read(bytes: &[u8]) -> Result<Vec<StatTable>, Unusable> {
    let record = unsealed(bytes, FIGURES)?;
    let tables = record.get("tables").and_then(Value::as_array);
    let tables = tables.and_then(|tables| tables.iter().map(table).collect::<Option<Vec<_>>>());
    tables.ok_or_else(|| Unusable::Damaged(format!("{FIGURES} 的内容不全")))
}

fn table(value: &Value) -> Option<StatTable> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let index = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let headings = value["headings"].as_array()?.iter().map(|heading| {
        let parents = heading[0].as_array()?.iter().map(|parent| Some(parent.as_str()?.to_owned()));
        Some(Heading { parents: parents.collect::<Option<_>>()?, name: heading[1].as_str()?.to_owned() })
    });
    let rows = value["rows"].as_array()?.iter().map(|row| {
        let kind = match row[0].as_str()? {
            "body" => RowKind::Body,
            "subtotal" => RowKind::Subtotal,
            "total" => RowKind::Total,
            _ => return None,
        };
        let cells = row[1].as_array()?.iter().map(read_cell).collect::<Option<_>>()?;
        // Earlier programs kept no doubts.
        let doubts = row.get(2).map_or(Some(Vec::new()), |all| all.as_array()?.iter().map(read_doubt).collect())?;
        Some(StatRow { doubts, ..StatRow::new(kind, cells) })
    });
    Some(StatTable {
        id: text("id")?,
        sheet: text("sheet")?,
        title: text("title")?,
        caption: String::new(),
        headings: headings.collect::<Option<_>>()?,
        withheld: 0,
        rows: StatRows::of(rows.collect::<Option<_>>()?),
        notes: Vec::new(),
        label_columns: index(&value["labels"])?,
        private_columns: value["private"].as_array()?.iter().map(index).collect::<Option<_>>()?,
        definitions: Vec::new(),
        landscape: false,
        parts: Vec::new(),
        bounds: Vec::new(),
    })
}

fn kind(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Body => "body",
        RowKind::Subtotal => "subtotal",
        RowKind::Total => "total",
    }
}

/// `[column, cells, held, figure without, figure with, rows counted, rows read]`; null where it is the same figure, or all
/// rows count.
fn write_doubt(text: &mut String, doubt: &FigureDoubt) {
    let _ = write!(text, "[{},{},{}", doubt.column, doubt.cells, doubt.held);
    for cell in [&doubt.without, &doubt.with] {
        text.push(',');
        match cell {
            Some(cell) => write_cell(text, cell),
            None => text.push_str("null"),
        }
    }
    let _ = match doubt.rows {
        Some((counted, read)) => write!(text, ",{counted},{read}]"),
        None => write!(text, ",null,null]"),
    };
}

fn read_doubt(value: &Value) -> Option<FigureDoubt> {
    let count = |at: usize| u32::try_from(value[at].as_u64()?).ok();
    let cell = |at: usize| if value[at].is_null() { Some(None) } else { read_cell(&value[at]).map(Some) };
    let column = usize::try_from(value[0].as_u64()?).ok()?;
    let rows = if value[5].is_null() { None } else { Some((count(5)?, count(6)?)) };
    Some(FigureDoubt { column, cells: count(1)?, held: count(2)?, rows, without: cell(3)?, with: cell(4)? })
}

fn write_cell(text: &mut String, cell: &StatCell) {
    match cell {
        StatCell::Text(words) => write_words(text, "text", words),
        StatCell::Alarm(words) => write_words(text, "alarm", words),
        StatCell::Integer(n) => write_whole(text, "integer", [*n]),
        // Writing to a text cannot fail.
        StatCell::Number(n) => drop(write!(text, "[\"number\",\"{n:?}\"]")),
        StatCell::Ratio { num, den } => write_whole(text, "ratio", [*num, *den]),
        StatCell::Points(n) => drop(write!(text, "[\"points\",\"{n:?}\"]")),
        StatCell::Date(day) => write_whole(text, "date", [(*day).into()]),
        StatCell::Month(day) => write_whole(text, "month", [(*day).into()]),
        StatCell::NotReported => text.push_str("[\"not-reported\"]"),
        StatCell::Returned => text.push_str("[\"returned\"]"),
        StatCell::Unfilled => text.push_str("[\"unfilled\"]"),
        StatCell::Pending => text.push_str("[\"pending\"]"),
        StatCell::NotApplicable => text.push_str("[\"not-applicable\"]"),
        StatCell::Empty => text.push_str("[\"empty\"]"),
    }
}

/// Whole numbers under a word.
fn write_whole<const N: usize>(text: &mut String, kind: &str, numbers: [i64; N]) {
    push_all(text, ["[\"", kind, "\""]);
    for number in numbers {
        text.push(',');
        text.push_str(itoa::Buffer::new().format(number));
    }
    text.push(']');
}

fn write_words(text: &mut String, kind: &str, words: &str) {
    // Most need no escape.
    if words.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        let _ = write!(text, "[\"{kind}\",{}]", json!(words));
    } else {
        push_all(text, ["[\"", kind, "\",\"", words, "\"]"]);
    }
}

fn push_all<const N: usize>(text: &mut String, pieces: [&str; N]) {
    pieces.into_iter().for_each(|piece| text.push_str(piece));
}

fn read_cell(value: &Value) -> Option<StatCell> {
    let text = || value[1].as_str().map(str::to_owned);
    let integer = |at: usize| value[at].as_i64();
    let day = || i32::try_from(integer(1)?).ok();
    let number = || value[1].as_str()?.parse().ok();
    Some(match value[0].as_str()? {
        "text" => StatCell::Text(text()?),
        "alarm" => StatCell::Alarm(text()?),
        "integer" => StatCell::Integer(integer(1)?),
        "number" => StatCell::Number(number()?),
        "ratio" => StatCell::Ratio { num: integer(1)?, den: integer(2)? },
        "points" => StatCell::Points(number()?),
        "date" => StatCell::Date(day()?),
        "month" => StatCell::Month(day()?),
        "not-reported" => StatCell::NotReported,
        "returned" => StatCell::Returned,
        "unfilled" => StatCell::Unfilled,
        "pending" => StatCell::Pending,
        "not-applicable" => StatCell::NotApplicable,
        "empty" => StatCell::Empty,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_cell() -> Vec<StatCell> {
        vec![
            StatCell::Text("合肥".into()),
            StatCell::Text("“甲”\"乙\"\n\\丙\u{1}\u{7f}".into()),
            StatCell::Alarm("未达标".into()),
            StatCell::Integer(-3),
            StatCell::Number(0.1 + 0.2),
            StatCell::Ratio { num: 1, den: 3 },
            StatCell::Points(-1.25e-300),
            StatCell::Date(20_000),
            StatCell::Month(-1),
            StatCell::NotReported,
            StatCell::Returned,
            StatCell::Unfilled,
            StatCell::Pending,
            StatCell::NotApplicable,
            StatCell::Empty,
        ]
    }

    #[test]
    fn figures_come_back_to_the_last_digit() {
        let cells = every_cell();
        let heading = |n: usize| Heading { parents: vec!["本月".into()], name: n.to_string() };
        let table = StatTable {
            id: "t".into(),
            sheet: "表".into(),
            title: "题".into(),
            caption: String::new(),
            headings: (0..cells.len()).map(heading).collect(),
            rows: vec![StatRow {
                doubts: vec![FigureDoubt {
                    column: 2,
                    cells: 3,
                    held: 1,
                    rows: Some((5, 7)),
                    without: Some(StatCell::Number(711.0)),
                    with: None,
                }],
                ..StatRow::new(RowKind::Total, cells)
            }]
            .into(),
            notes: Vec::new(),
            withheld: 0,
            label_columns: 1,
            private_columns: vec![2],
            definitions: Vec::new(),
            landscape: false,
            parts: Vec::new(),
            bounds: Vec::new(),
        };
        let mut written = Vec::new();
        pack(std::slice::from_ref(&table)).unwrap().reader().read_to_end(&mut written).unwrap();
        assert_eq!(read(&written).unwrap(), [table]);
        let mut changed = written.clone();
        let at = written.windows(4).position(|window| window == b",-3]").unwrap();
        changed[at + 2] = b'4';
        assert!(matches!(read(&changed), Err(Unusable::Damaged(_))));
        assert!(matches!(read(&written[..written.len() / 2]), Err(Unusable::Damaged(_))));
        let future = String::from_utf8(written).unwrap().replace("\"format\":2", "\"format\":7");
        assert_eq!(read(future.as_bytes()), Err(Unusable::Future(7)));
    }
}
