//! One worksheet's records: its cells with what a person sees of them, merges, hidden rows and columns.

use super::globals::{BIFF8, Globals};
use super::records::{BOF, BiffRecords, EOF, error_word, f64_at, packed, u16_at, u32_at};
use super::strings::Pieces;
use crate::formats::allowance::Allowance;
use crate::formats::cells;
use crate::formats::looks::{self, CellLook, RunText};
use crate::model::cell::CellDoubt;
use crate::model::{CellRef, RawSheet, RawValue, Unreadable};

/// What the records tell beside the cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamFacts {
    /// The records come to their end mark; else rows may be missing behind the cut.
    pub whole: bool,
    /// Where in the stream the sheet's stated dimensions stand (offset and length), if they are no honest ones.
    pub false_dimensions: Option<(usize, usize)>,
    /// First and last row and column that hold a value.
    extent: Option<[u16; 4]>,
}

impl StreamFacts {
    /// Cells of the rectangle around all values, blank ones included.
    pub fn area(&self) -> u64 {
        self.extent
            .map_or(0, |[top, bottom, left, right]| (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1))
    }

    fn widen(&mut self, row: u16, col: u16) {
        let [top, bottom, left, right] = self.extent.unwrap_or([row, row, col, col]);
        self.extent = Some([top.min(row), bottom.max(row), left.min(col), right.max(col)]);
    }
}

const NOT_YET: (u32, u32) = (u32::MAX, 0);

struct SheetReader<'a> {
    globals: &'a Globals,
    allowance: Allowance,
    sheet: RawSheet,
    told: StreamFacts,
    plain: CellLook,
    /// Per shared string: where it already stands in this sheet's arena.
    placed: Vec<(u32, u32)>,
    /// A formula whose text stands in a record of its own.
    pending: Option<(CellRef, u16)>,
}

/// Reads the sheet that begins at `at`.
///
/// # Errors
/// Over a limit.
pub fn read(
    stream: &[u8],
    at: usize,
    globals: &Globals,
    allowance: Allowance,
) -> Result<(RawSheet, StreamFacts), Unreadable> {
    let placed = vec![NOT_YET; globals.strings.len()];
    let (sheet, told, plain) = (RawSheet::default(), StreamFacts::default(), CellLook::default());
    let mut reader = SheetReader { globals, allowance, sheet, told, plain, placed, pending: None };
    let mut records = BiffRecords { stream, at };
    // Embedded charts are streams within the stream, with cell records of their own.
    let mut depth = 0;
    while let Some((kind, body)) = records.next() {
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => {
                reader.told.whole = true;
                break;
            }
            EOF => depth -= 1,
            _ if depth != 1 => {}
            0x0200 if is_false(body) => reader.told.false_dimensions = Some((records.at - body.len(), body.len())),
            // STRING: what the formula before it results in.
            0x0207 => {
                let pieces = records.continued(body);
                reader.formula_text(body, pieces);
            }
            kind => reader.record(kind, body)?,
        }
    }
    reader.lost_text();
    cells::settle(&mut reader.sheet);
    Ok((reader.sheet, reader.told))
}

impl SheetReader<'_> {
    fn record(&mut self, kind: u16, body: &[u8]) -> Result<(), Unreadable> {
        match kind {
            0x0203 => self.number(body, 0, f64_at(body, 6)),
            0x027e => self.number(body, 0, u32_at(body, 6).map(packed)),
            // Several: cell format and number each, between the first column and the last.
            0x00bd => {
                for index in 0..body.len().saturating_sub(6) / 6 {
                    self.number(body, index, u32_at(body, 6 + index * 6).map(packed));
                }
            }
            0x00fd => self.shared(body)?,
            0x0204 | 0x00d6 => self.label(kind, body),
            // BOOLERR: value, and whether it is an error.
            0x0205 => {
                if let (Some((at, _)), Some([value, is_error])) = (self.place(body, 0), body.get(6..8)) {
                    self.sheet.push(
                        at,
                        if *is_error != 0 { cells::error(error_word(*value)) } else { RawValue::Boolean(*value != 0) },
                    );
                }
            }
            // Three numbers of one record, by who wrote it.
            0x0006 | 0x0206 | 0x0406 => self.formula(body),
            _ => self.shape(kind, body),
        }
        if self.sheet.cells.len() > self.allowance.cells() {
            return Err(self.allowance.too_many_cells());
        }
        if self.sheet.arena.len() > self.allowance.text() {
            return Err(self.allowance.too_much_text());
        }
        Ok(())
    }

    /// Where the record's cell stands, the `index`th of several, and its cell format.
    fn place(&mut self, body: &[u8], index: usize) -> Option<(CellRef, u16)> {
        let (row, first) = (u16_at(body, 0)?, u16_at(body, 2)?);
        let col = first.checked_add(u16::try_from(index).ok()?)?;
        let format = u16_at(body, 4 + index * 6)?;
        let at = cells::checked(u32::from(row), u32::from(col))?;
        self.told.widen(row, col);
        Some((at, format))
    }

    fn look(&self, format: u16) -> &CellLook {
        self.globals.looks.get(usize::from(format)).unwrap_or(&self.plain)
    }

    fn number(&mut self, body: &[u8], index: usize, number: Option<f64>) {
        if let (Some((at, format)), Some(number)) = (self.place(body, index), number) {
            let look = self.globals.looks.get(usize::from(format)).unwrap_or(&self.plain);
            looks::put_number(&mut self.sheet, at, number, look, self.globals.is_1904);
        }
    }

    fn shared(&mut self, body: &[u8]) -> Result<(), Unreadable> {
        let (Some((at, format)), Some(index)) = (self.place(body, 0), u32_at(body, 6)) else { return Ok(()) };
        let globals = self.globals;
        let Some((text, placed)) = globals.strings.get(index as usize).zip(self.placed.get_mut(index as usize)) else {
            self.sheet.push(at, RawValue::Unreadable(CellDoubt::DanglingString));
            return Ok(());
        };
        if !text.runs.is_empty() {
            self.run_text(at, text, format);
            return Ok(());
        }
        if text.text.is_empty() {
            return Ok(());
        }
        if *placed == NOT_YET {
            if self.sheet.arena.len() + text.text.len() > self.allowance.text() {
                return Err(self.allowance.too_much_text());
            }
            *placed = (self.sheet.arena.len() as u32, text.text.len() as u32);
            self.sheet.arena.push_str(&text.text);
        }
        let (start, len) = *placed;
        self.sheet.push(at, RawValue::Text { start, len });
        let look = globals.looks.get(usize::from(format)).unwrap_or(&self.plain);
        if look.is_eventful() {
            looks::note_text(&mut self.sheet, at, &text.text, look);
        }
        Ok(())
    }

    fn run_text(&mut self, at: CellRef, text: &RunText, format: u16) {
        let look = self.look(format).clone();
        let runs = text.looks(look.struck, |font| self.globals.font(font));
        looks::put_text(&mut self.sheet, at, &text.text, runs.as_ref(), &look);
    }

    /// LABEL and RSTRING: the text in the record itself, the second with its runs behind it.
    fn label(&mut self, kind: u16, body: &[u8]) {
        let Some((at, format)) = self.place(body, 0) else { return };
        let text = if self.globals.version >= BIFF8 {
            body.get(6..).and_then(|rest| Pieces::of(vec![rest]).text())
        } else {
            narrow_label(body, kind == 0x00d6)
        };
        match text {
            Some(text) => self.run_text(at, &text, format),
            None => self.sheet.push(at, RawValue::Unreadable(CellDoubt::UnknownKind)),
        }
    }

    fn formula(&mut self, body: &[u8]) {
        self.lost_text();
        let Some((at, format)) = self.place(body, 0) else { return };
        let Some(&[kind, _, value, _, _, _, low, high]) = body.get(6..14) else { return };
        if (low, high) != (0xff, 0xff) {
            self.number(body, 0, f64_at(body, 6));
            return;
        }
        match kind {
            0 => self.pending = Some((at, format)),
            1 => self.sheet.push(at, RawValue::Boolean(value != 0)),
            2 => self.sheet.push(at, cells::error(error_word(value))),
            // A text formula that results in nothing.
            3 => {}
            _ => self.sheet.push(at, RawValue::Unreadable(CellDoubt::UnknownKind)),
        }
    }

    fn formula_text(&mut self, body: &[u8], pieces: Vec<&[u8]>) {
        let Some((at, format)) = self.pending.take() else { return };
        let text = if self.globals.version >= BIFF8 {
            Pieces::of(pieces).text().map(|text| text.text)
        } else {
            let length = u16_at(body, 0).map(usize::from);
            length.and_then(|length| body.get(2..2 + length)).map(Globals::narrow)
        };
        match text {
            Some(text) => {
                let look = self.look(format).clone();
                looks::put_text(&mut self.sheet, at, &text, None, &look);
            }
            None => self.sheet.push(at, RawValue::Unreadable(CellDoubt::FormulaWithoutValue)),
        }
    }

    /// A formula whose text never came.
    fn lost_text(&mut self) {
        if let Some((at, _)) = self.pending.take() {
            self.sheet.push(at, RawValue::Unreadable(CellDoubt::FormulaWithoutValue));
        }
    }

    /// Rows, columns, merges.
    fn shape(&mut self, kind: u16, body: &[u8]) {
        match kind {
            // ROW: its height lies in 15 bits; one flag of many hides it.
            0x0208 => {
                let none = u16_at(body, 6).is_some_and(|height| height & 0x7fff == 0);
                if none || u32_at(body, 12).is_some_and(|flags| flags & 0x20 != 0) {
                    self.sheet.hidden_rows.extend(u16_at(body, 0).map(u32::from));
                }
            }
            // COLINFO: first, last, width, format, flags.
            0x007d if u16_at(body, 4) == Some(0) || u16_at(body, 8).is_some_and(|flags| flags & 1 != 0) => {
                let ends = u16_at(body, 0).zip(u16_at(body, 2));
                self.sheet.hidden_cols.extend(ends.into_iter().flat_map(|(first, last)| first..=last.min(255)));
            }
            // MERGECELLS: a count, then first and last row, first and last column of each.
            0x00e5 => {
                for index in 0..u16_at(body, 0).map_or(0, usize::from) {
                    let number = |at: usize| u16_at(body, 2 + index * 8 + at * 2).map(u32::from);
                    let corner = |row, col| cells::checked(number(row)?, number(col)?);
                    let corners = corner(0, 2).zip(corner(1, 3));
                    self.sheet.merges.extend(corners.map(|(first, last)| cells::merge(first, last)));
                }
            }
            _ => {}
        }
    }
}

/// A label of BIFF5: bytes, and runs of a byte's place and a byte's font.
fn narrow_label(body: &[u8], with_runs: bool) -> Option<RunText> {
    let end = 8 + usize::from(u16_at(body, 6)?);
    let bytes = body.get(8..end)?;
    let text = Globals::narrow(bytes);
    let pairs = if with_runs { body.get(end + 1..).unwrap_or_default() } else { &[] };
    // Places count bytes of GBK here, characters everywhere else.
    let unit = |place: u8| {
        let before = bytes.get(..usize::from(place)).unwrap_or(bytes);
        Globals::narrow(before).encode_utf16().count()
    };
    let count = if with_runs { usize::from(*body.get(end).unwrap_or(&0)) } else { 0 };
    let runs = pairs.as_chunks::<2>().0.iter().take(count).map(|[place, font]| (unit(*place), u16::from(*font)));
    Some(RunText { text, runs: runs.collect() })
}

/// Stated dimensions beyond this are taken for rubbish; so are reversed ones.
const LARGEST_STATED: u64 = 4_000_000;

/// Whether a DIMENSIONS record states a rectangle that no reader should make room for.
fn is_false(body: &[u8]) -> bool {
    let wide = body.len() >= 12;
    let row = |at: usize| if wide { u32_at(body, at * 4) } else { u16_at(body, at * 2).map(u32::from) };
    let col = |at: usize| u16_at(body, if wide { 8 } else { 4 } + at * 2);
    let (Some(top), Some(bottom), Some(left), Some(right)) = (row(0), row(1), col(0), col(1)) else { return false };
    // Ends are exclusive; an empty sheet states zeros.
    let empty = bottom == 0 || right == 0;
    let reversed = bottom <= top || right <= left;
    let area = u64::from(bottom.saturating_sub(top)) * u64::from(right.saturating_sub(left));
    !empty && (reversed || area > LARGEST_STATED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
    }

    #[test]
    fn stated_dimensions_are_not_believed() {
        let stated = |bottom: u32, right: u16| {
            [&[0, 0, 0, 0][..], &bottom.to_le_bytes(), &[0, 0], &right.to_le_bytes(), &[0, 0]].concat()
        };
        assert!(is_false(&stated(65_536, 256)));
        assert!(!is_false(&stated(60, 14)));
        assert!(!is_false(&stated(0, 0)));
    }

    #[test]
    fn hidden_rows_chart_sheets_and_dangling_strings_are_seen() {
        let sheet_bof = record(BOF, &[0, 6, 0x10, 0]);
        let mut row = [0u8; 16];
        (row[0], row[6], row[12]) = (4, 1, 0x20);
        let mut flat = [0u8; 16];
        flat[0] = 7;
        let rows = [
            sheet_bof.clone(),
            record(0x0208, &row),
            record(0x0208, &flat),
            // A chart inside: its cell records do not count.
            sheet_bof,
            record(0x00fd, &[9, 0, 0, 0, 0, 0, 9, 0, 0, 0]),
            record(EOF, &[]),
            record(0x00fd, &[2, 0, 1, 0, 0, 0, 7, 0, 0, 0]),
            record(0x00fd, &[3, 0, 1, 0, 0, 0, 2, 0, 0, 0]),
            // A formula of the older number, and a merge named from its last corner.
            record(0x0406, &[5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x32, 0x40, 0, 0]),
            record(0x00e5, &[1, 0, 6, 0, 5, 0, 3, 0, 2, 0]),
            record(EOF, &[]),
        ]
        .concat();
        let head = |at: u32| {
            let bound = |at: u32, state: u8, kind: u8| {
                record(0x0085, &[&at.to_le_bytes()[..], &[state, kind, 1, 0, b'x']].concat())
            };
            let sst = record(0x00fc, &[&[3, 0, 0, 0, 3, 0, 0, 0][..], &[1, 0, 0, b'a'].repeat(3)].concat());
            [record(BOF, &[0, 6, 5, 0]), bound(at, 1, 0), bound(at, 0, 2), sst, record(EOF, &[])].concat()
        };
        let at = head(0).len() as u32;
        let stream = [head(at), rows].concat();
        let globals = super::super::globals::read(&stream).unwrap();
        assert_eq!(globals.version, BIFF8);
        assert_eq!(
            (globals.sheets[0].hidden, globals.sheets[0].worksheet, globals.sheets[1].worksheet),
            (true, true, false)
        );
        let (sheet, told) = read(&stream, globals.sheets[0].at, &globals, Allowance::default()).unwrap();
        assert_eq!(sheet.hidden_rows, [4, 7]);
        assert_eq!((told.area(), told.whole), (4, true));
        let values: Vec<(String, RawValue)> =
            sheet.cells.iter().map(|cell| (cell.at.to_string(), cell.value)).collect();
        let expected = [
            ("B3", RawValue::Unreadable(CellDoubt::DanglingString)),
            ("B4", RawValue::Text { start: 0, len: 1 }),
            ("B6", RawValue::Number(18.0)),
        ];
        assert_eq!(values, expected.map(|(at, value)| (at.to_owned(), value)));
        assert_eq!(sheet.merges[0].first, CellRef { row: 5, col: 2 });
    }
}
