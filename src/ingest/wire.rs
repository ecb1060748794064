//! What passes between the run and a worker: requests and replies as length-prefixed binary messages.
//!
//! A reply comes from a process that has just read a hostile file, so decoding proves everything (lengths, offsets,
//! UTF-8, order, kinds) before a [`RawSheet`] exists; anything else is `None`, never a panic.

use crate::formats::cells;
use crate::formats::refusal::Refusal;
use crate::model::cell::{CellDoubt, ERROR_WORDS};
use crate::model::codes::FindingCode;
use crate::model::workbook::Format;
use crate::model::{CellRef, Merge, RawCell, RawSheet, RawValue, RawWorkbook, SeenAs, Sight, Unreadable};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// First bytes of a worker: that it is one, and of this protocol.
pub const GREETING: [u8; 4] = *b"HZ03";
/// A reply longer than this is not read (5 million cells and their texts fit).
pub const LONGEST_REPLY: u64 = 320 << 20;
/// The room of one longer than this is given back, on both sides: one large file must not take from the next.
pub const LARGE_REPLY: usize = 16 << 20;
const CELL_LEN: usize = 16;
const SIGHT_LEN: usize = 16;

/// What a worker is asked: one file, or one member of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub path: PathBuf,
    pub member: Vec<u32>,
    /// Most bytes to take.
    pub file_size: u64,
    /// Only the hash is wanted: litter is listed like all else, and not read.
    pub hash_only: bool,
}

/// What a worker answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub read: Result<RawWorkbook, Refusal>,
    pub sha256: Option<[u8; 32]>,
    pub size: u64,
    /// How long the reading took, by the worker's own clock, to the microsecond.
    pub spent: Duration,
}

#[cfg(unix)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}
#[cfg(unix)]
fn path_from(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}
#[cfg(windows)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt;
    path.as_os_str().encode_wide().flat_map(u16::to_le_bytes).collect()
}
#[cfg(windows)]
fn path_from(bytes: &[u8]) -> PathBuf {
    use std::os::windows::ffi::OsStringExt;
    let wide: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    PathBuf::from(std::ffi::OsString::from_wide(&wide))
}

impl Request {
    /// The message, its length in front.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; 4];
        out.extend(self.file_size.to_le_bytes());
        out.push(u8::from(self.hash_only));
        out.extend((self.member.len() as u32).to_le_bytes());
        for index in &self.member {
            out.extend(index.to_le_bytes());
        }
        out.extend(path_bytes(&self.path));
        seal(&mut out);
        out
    }

    /// `None` for anything that is no request.
    pub fn decode(message: &[u8]) -> Option<Request> {
        let mut reader = Message { rest: message };
        let file_size = reader.u64()?;
        let hash_only = reader.u8()? != 0;
        let count = reader.u32()?;
        let member = (0..count.min(8)).map(|_| reader.u32()).collect::<Option<Vec<u32>>>()?;
        Some(Request { path: path_from(reader.rest), member, file_size, hash_only })
    }
}

/// Writes the length of what follows into the first four bytes.
fn seal(message: &mut [u8]) {
    let len = (message.len() - 4) as u32;
    message[..4].copy_from_slice(&len.to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

impl Reply {
    /// A reply that took no time yet.
    pub fn of(read: Result<RawWorkbook, Refusal>, sha256: Option<[u8; 32]>, size: u64) -> Reply {
        Reply { read, sha256, size, spent: Duration::ZERO }
    }

    /// The message, its length in front; `out` is emptied first.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.clear();
        out.extend([0; 4]);
        out.extend(self.size.to_le_bytes());
        out.extend(u64::try_from(self.spent.as_micros()).unwrap_or(u64::MAX).to_le_bytes());
        out.push(u8::from(self.sha256.is_some()));
        out.extend(self.sha256.unwrap_or_default());
        match &self.read {
            Ok(workbook) => {
                out.push(0);
                put_workbook(out, workbook);
            }
            Err(Refusal::Unreadable(unreadable)) => {
                out.push(1);
                out.extend(unreadable.code.index().to_le_bytes());
                put_text(out, &unreadable.cause);
                put_text(out, &unreadable.next);
            }
            Err(Refusal::NotATable(cause)) => {
                out.push(2);
                put_text(out, cause);
            }
            Err(Refusal::OwnResults) => out.push(3),
        }
        seal(out);
    }

    /// The reply in a message (its length already taken off); `None` for anything not proven sound.
    pub fn decode(message: &[u8]) -> Option<Reply> {
        let mut reader = Message { rest: message };
        let size = reader.u64()?;
        let spent = Duration::from_micros(reader.u64()?);
        let hashed = reader.u8()? == 1;
        let hash: [u8; 32] = reader.take(32)?.try_into().ok()?;
        let read = match reader.u8()? {
            0 => Ok(workbook(&mut reader)?),
            1 => {
                let code = FindingCode::from_index(reader.u16()?)?;
                Err(Refusal::Unreadable(Unreadable { code, cause: reader.text()?, next: reader.text()? }))
            }
            2 => Err(Refusal::NotATable(reader.text()?)),
            3 => Err(Refusal::OwnResults),
            _ => return None,
        };
        reader.rest.is_empty().then_some(Reply { read, sha256: hashed.then_some(hash), size, spent })
    }
}

fn put_workbook(out: &mut Vec<u8>, workbook: &RawWorkbook) {
    out.push(workbook.format as u8);
    out.push(u8::from(workbook.modified.is_some()));
    out.extend(workbook.modified.unwrap_or_default().to_le_bytes());
    out.extend((workbook.remarks.len() as u32).to_le_bytes());
    for remark in &workbook.remarks {
        put_text(out, remark);
    }
    out.extend((workbook.sheets.len() as u32).to_le_bytes());
    for sheet in &workbook.sheets {
        put_text(out, &sheet.name);
        out.push(u8::from(sheet.hidden));
        put_text(out, &sheet.arena);
        out.extend((sheet.cells.len() as u32).to_le_bytes());
        let from = out.len();
        out.resize(from + sheet.cells.len() * CELL_LEN, 0);
        for (bytes, cell) in out[from..].as_chunks_mut::<CELL_LEN>().0.iter_mut().zip(&sheet.cells) {
            *bytes = cell_bytes(*cell);
        }
        out.extend((sheet.merges.len() as u32).to_le_bytes());
        for merge in &sheet.merges {
            for corner in [merge.first, merge.last] {
                out.extend(corner.row.to_le_bytes());
                out.extend(corner.col.to_le_bytes());
            }
        }
        out.extend((sheet.hidden_rows.len() as u32).to_le_bytes());
        out.extend(sheet.hidden_rows.iter().flat_map(|row| row.to_le_bytes()));
        out.extend((sheet.hidden_cols.len() as u32).to_le_bytes());
        out.extend(sheet.hidden_cols.iter().flat_map(|col| col.to_le_bytes()));
        out.extend((sheet.sights.len() as u32).to_le_bytes());
        for sight in &sheet.sights {
            out.extend(sight.at.row.to_le_bytes());
            out.extend(sight.at.col.to_le_bytes());
            out.extend([sight.how as u8, 0]);
            out.extend(sight.start.to_le_bytes());
            out.extend(sight.len.to_le_bytes());
        }
    }
}

/// Row, column, kind, a spare byte, then eight bytes by kind.
fn cell_bytes(cell: RawCell) -> [u8; CELL_LEN] {
    let (kind, payload): (u8, u64) = match cell.value {
        RawValue::Text { start, len } => (0, u64::from(start) | u64::from(len) << 32),
        RawValue::Number(number) => (1, number.to_bits()),
        RawValue::Boolean(value) => (2, u64::from(value)),
        RawValue::DateSerial(serial) => (3, serial.to_bits()),
        RawValue::Error(word) => (4, u64::from(word)),
        RawValue::Unreadable(doubt) => (5, doubt as u64),
        RawValue::Percent(number) => (6, number.to_bits()),
    };
    let mut bytes = [0; CELL_LEN];
    bytes[..4].copy_from_slice(&cell.at.row.to_le_bytes());
    bytes[4..6].copy_from_slice(&cell.at.col.to_le_bytes());
    bytes[6] = kind;
    bytes[8..].copy_from_slice(&payload.to_le_bytes());
    bytes
}

fn cell(bytes: &[u8; CELL_LEN], arena: &str) -> Option<RawCell> {
    let [r0, r1, r2, r3, c0, c1, kind, _, payload @ ..] = *bytes;
    let at = place(u32::from_le_bytes([r0, r1, r2, r3]), u16::from_le_bytes([c0, c1]))?;
    let payload = u64::from_le_bytes(payload);
    let finite = |bits: u64| Some(f64::from_bits(bits)).filter(|number| number.is_finite());
    let value = match kind {
        0 => {
            let (start, len) = (payload as u32, (payload >> 32) as u32);
            arena.get(start as usize..(start as usize).checked_add(len as usize)?)?;
            RawValue::Text { start, len }
        }
        1 => RawValue::Number(finite(payload)?),
        2 => RawValue::Boolean(payload != 0),
        3 => RawValue::DateSerial(finite(payload)?),
        4 => RawValue::Error(u8::try_from(payload).ok().filter(|word| usize::from(*word) < ERROR_WORDS.len())?),
        5 => RawValue::Unreadable(CellDoubt::from_u8(u8::try_from(payload).ok()?)?),
        6 => RawValue::Percent(finite(payload)?),
        _ => return None,
    };
    Some(RawCell { at, value })
}

fn place(row: u32, col: u16) -> Option<CellRef> {
    cells::checked(row, u32::from(col))
}

fn workbook(reader: &mut Message) -> Option<RawWorkbook> {
    let format = Format::from_u8(reader.u8()?)?;
    let stamped = reader.u8()? == 1;
    let stamp = reader.u64()? as i64;
    let mut remarks = Vec::new();
    for _ in 0..reader.u32()? {
        remarks.push(reader.text()?);
    }
    let mut sheets = Vec::new();
    for _ in 0..reader.u32()? {
        sheets.push(sheet(reader)?);
    }
    Some(RawWorkbook { format, modified: stamped.then_some(stamp), sheets, remarks })
}

fn sheet(reader: &mut Message) -> Option<RawSheet> {
    let name = reader.text()?;
    let hidden = reader.u8()? == 1;
    let arena = reader.text()?;
    let (raw, _) = reader.items(CELL_LEN)?.as_chunks::<CELL_LEN>();
    let mut cells: Vec<RawCell> = Vec::with_capacity(raw.len());
    for bytes in raw {
        let cell = cell(bytes, &arena)?;
        if cells.last().is_some_and(|last| last.at >= cell.at) {
            return None;
        }
        cells.push(cell);
    }
    let mut merges = Vec::new();
    let (corners, _) = reader.items(12)?.as_chunks::<12>();
    for &[a, b, c, d, e, f, g, h, i, j, k, l] in corners {
        let first = place(u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([e, f]))?;
        let last = place(u32::from_le_bytes([g, h, i, j]), u16::from_le_bytes([k, l]))?;
        if first.row > last.row || first.col > last.col {
            return None;
        }
        merges.push(Merge { first, last });
    }
    let hidden_rows = reader.items(4)?.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let hidden_cols = reader.items(2)?.as_chunks::<2>().0.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect();
    let mut sights: Vec<Sight> = Vec::new();
    for &[a, b, c, d, e, f, how, _, g, h, i, j, k, l, m, n] in reader.items(SIGHT_LEN)?.as_chunks::<SIGHT_LEN>().0 {
        let at = place(u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([e, f]))?;
        let (start, len) = (u32::from_le_bytes([g, h, i, j]), u32::from_le_bytes([k, l, m, n]));
        arena.get(start as usize..(start as usize).checked_add(len as usize)?)?;
        let how = SeenAs::from_u8(how)?;
        if sights.last().is_some_and(|last| (last.at, last.how) >= (at, how)) {
            return None;
        }
        sights.push(Sight { at, how, start, len });
    }
    Some(RawSheet { name, hidden, cells, arena, merges, hidden_rows, hidden_cols, sights })
}

/// Takes from the front; every answer is `None` once the message is too short.
struct Message<'a> {
    rest: &'a [u8],
}

impl<'a> Message<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }
    fn u8(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }
    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }
    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }
    fn text(&mut self) -> Option<String> {
        let len = self.u32()? as usize;
        Some(simdutf8::basic::from_utf8(self.take(len)?).ok()?.to_owned())
    }
    /// A count and that many items of `len` bytes; nothing is allocated before they are proven to be there.
    fn items(&mut self, len: usize) -> Option<&'a [u8]> {
        let count = self.u32()? as usize;
        self.take(count.checked_mul(len)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cells::{LAST_COL, LAST_ROW};

    fn sample() -> Reply {
        let mut sheet = RawSheet { name: "表".into(), hidden: true, ..RawSheet::default() };
        sheet.push_text(CellRef { row: 0, col: 0 }, "单位");
        sheet.push(CellRef { row: 0, col: 1 }, RawValue::Number(1.5));
        sheet.push(CellRef { row: 1, col: 0 }, RawValue::Boolean(true));
        sheet.push(CellRef { row: 1, col: 1 }, RawValue::DateSerial(45000.0));
        sheet.push(CellRef { row: 1, col: 2 }, RawValue::Error(3));
        sheet.push(CellRef { row: 1, col: 3 }, RawValue::Percent(0.98));
        sheet.push(CellRef { row: LAST_ROW, col: LAST_COL }, RawValue::Unreadable(CellDoubt::DanglingString));
        sheet.merges.push(Merge { first: CellRef { row: 0, col: 0 }, last: CellRef { row: 0, col: 3 } });
        sheet.hidden_rows = vec![7];
        sheet.hidden_cols = vec![2, 3];
        sheet.push_sight(CellRef { row: 0, col: 0 }, SeenAs::PartStruck, "单位名称");
        sheet.push_sight(CellRef { row: 0, col: 0 }, SeenAs::Superscript, "单");
        sheet.push_sight(CellRef { row: 0, col: 1 }, SeenAs::Nothing, "");
        let workbook =
            RawWorkbook { format: Format::Xls, modified: Some(-5), sheets: vec![sheet], remarks: vec!["注".into()] };
        Reply { read: Ok(workbook), sha256: Some([7; 32]), size: 9, spent: Duration::from_micros(1_234) }
    }

    #[test]
    fn replies_come_back_as_they_were() {
        let mut bytes = Vec::new();
        for reply in [
            sample(),
            Reply::of(Err(Refusal::Unreadable(crate::formats::refusal::empty())), None, 0),
            Reply::of(Err(Refusal::NotATable("图片".into())), None, 3),
        ] {
            reply.encode(&mut bytes);
            assert_eq!(Reply::decode(&bytes[4..]), Some(reply));
        }
        let request = Request { path: "a/文件.xlsx".into(), member: vec![3, 1], file_size: 77, hash_only: true };
        assert_eq!(Request::decode(&request.encode()[4..]), Some(request));
    }

    /// Whatever one byte becomes, decoding ends in a sound reply or in none; every cut ends in none.
    #[test]
    fn garbage_never_panics_and_never_yields_an_unsound_sheet() {
        let mut good = Vec::new();
        sample().encode(&mut good);
        let good = &good[4..];
        for at in 0..good.len() {
            assert_eq!(Reply::decode(&good[..at]), None);
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bad = good.to_vec();
                bad[at] = byte;
                let Some(Reply { read: Ok(workbook), .. }) = Reply::decode(&bad) else { continue };
                for sheet in &workbook.sheets {
                    assert!(sheet.cells.is_sorted_by(|a, b| a.at < b.at));
                    assert!(sheet.sights.is_sorted_by(|a, b| (a.at, a.how) < (b.at, b.how)));
                    assert!(sheet.sights.iter().all(|sight| sheet.sight_text(sight).len() == sight.len as usize));
                    for cell in &sheet.cells {
                        assert!(cell.at.row <= LAST_ROW && cell.at.col <= LAST_COL);
                        if let RawValue::Text { len, .. } = cell.value {
                            assert_eq!(sheet.text(cell.value).len(), len as usize);
                        }
                    }
                }
            }
        }
    }
}
