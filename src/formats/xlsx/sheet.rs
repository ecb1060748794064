//! One worksheet part: text in, occupied cells at absolute positions, merges and hidden rows and columns out.

use super::plain::{self, PlainValue};
use super::strings::{XlsxStrings, push_escaped, rich_text};
use super::styles::CellStyles;
use crate::formats::allowance::Allowance;
use crate::formats::cells;
use crate::formats::looks::{self, CellLook, Runs};
use crate::formats::refusal;
use crate::formats::xml::{Attrs, Token, Xml};
use crate::model::cell::CellDoubt;
use crate::model::{CellRef, RawCell, RawSheet, RawValue, Unreadable};
use std::collections::HashSet;

pub struct SheetContext<'a> {
    pub allowance: Allowance,
    pub strings: &'a XlsxStrings,
    pub styles: &'a CellStyles,
    /// Numbers of the workbook's rich values that are errors; the others are pictures.
    pub rich_errors: &'a HashSet<u32>,
    pub is_1904: bool,
    /// The workbook asks to be recalculated when opened: its saved results are what some program put there.
    pub unsettled: bool,
}

fn off_grid() -> Unreadable {
    refusal::damaged("单元格地址超出表格范围")
}

/// What reading a sheet told beside its cells.
#[derive(Debug, PartialEq)]
pub struct SheetFacts {
    /// It holds formulas with saved results.
    pub formulas: bool,
    /// Cells that hold a picture and nothing else.
    pub pictures: Vec<CellRef>,
}

/// Fills `sheet` from its part.
///
/// # Errors
/// The part is cut, hostile, over a limit, or names places off the grid.
pub fn read(text: &str, context: &SheetContext, sheet: &mut RawSheet) -> Result<SheetFacts, Unreadable> {
    read_by(true, text, context, sheet)
}

/// As [`read`]; `leaps`: plain cells in one step, and not by the tokeniser too.
pub fn read_by(
    leaps: bool,
    text: &str,
    context: &SheetContext,
    sheet: &mut RawSheet,
) -> Result<SheetFacts, Unreadable> {
    let mut reader = XmlReader {
        xml: Xml::new(text),
        context,
        sheet,
        placed: vec![NOT_YET; context.strings.len()],
        formulas: false,
        pictures: Vec::new(),
        value: String::new(),
        scratch: String::new(),
        leaps,
        most_cells: context.allowance.cells(),
        most_text: context.allowance.text(),
    };
    // Cells take some thirty bytes of text. Room for a return's, so that it is not moved again and again; never for a bomb's.
    reader.sheet.cells.reserve((text.len() / 28).min(1 << 14));
    let mut has_rows = false;
    loop {
        match reader.xml.next()? {
            Token::Open { name: "col", attrs } if attrs.yes("hidden") || is_nothing(attrs.raw("width")) => {
                reader.hide_columns(attrs);
            }
            Token::Open { name: "sheetData", .. } => {
                has_rows = true;
                reader.rows()?;
            }
            Token::Open { name: "mergeCell", attrs } => reader.merge(attrs)?,
            Token::End => break,
            _ => {}
        }
    }
    if !has_rows {
        return Err(refusal::damaged("工作表部件里没有数据区"));
    }
    cells::settle(reader.sheet);
    // Here and there one is a cell's doubt; where most are lost, so is the table.
    let lost = |cell: &&RawCell| cell.value == RawValue::Unreadable(CellDoubt::DanglingString);
    let lost = reader.sheet.cells.iter().filter(lost).count();
    let texts = || reader.sheet.cells.iter().filter(|cell| matches!(cell.value, RawValue::Text { .. })).count();
    if lost > 0 && lost > texts() {
        return Err(refusal::damaged("存放文字的部件不完整，单元格里的文字大多读不出来"));
    }
    Ok(SheetFacts { formulas: reader.formulas, pictures: reader.pictures })
}

/// Whether a height or width is stated, and is none.
fn is_nothing(measure: Option<&str>) -> bool {
    measure.and_then(|measure| measure.parse::<f64>().ok()) == Some(0.0)
}

const NOT_YET: (u32, u32) = (u32::MAX, 0);

struct XmlReader<'x, 'c, 's> {
    xml: Xml<'x>,
    context: &'c SheetContext<'c>,
    sheet: &'s mut RawSheet,
    /// Per shared string: where it already stands in this sheet's arena.
    placed: Vec<(u32, u32)>,
    /// Some formula has a saved result.
    formulas: bool,
    pictures: Vec<CellRef>,
    value: String,
    scratch: String,
    leaps: bool,
    most_cells: usize,
    most_text: usize,
}

/// What a `<c>` holds besides its attributes.
#[derive(Default)]
struct CellContent {
    formula: bool,
    /// `<v>` or `<is>` was there, if empty.
    value: bool,
    /// All of the value could be understood.
    whole: bool,
    /// Of an inline string.
    runs: Option<Runs>,
    /// A value of a richer kind stands behind the plain one (`vm`): its number in the workbook's list, counted from 1.
    rich: Option<u32>,
}

impl XmlReader<'_, '_, '_> {
    fn rows(&mut self) -> Result<(), Unreadable> {
        let (mut row, mut col) = (0u32, 0u32);
        loop {
            while let Some(at) = self.plain(row, col) {
                col = u32::from(at.col) + 1;
            }
            match self.xml.next()? {
                Token::Open { name: "row", attrs } => {
                    let mut hidden = false;
                    for (name, value) in attrs {
                        match name {
                            "r" => {
                                row = value.parse::<u32>().ok().and_then(|r| r.checked_sub(1)).ok_or_else(off_grid)?
                            }
                            "hidden" => hidden |= matches!(value, "1" | "true"),
                            "ht" => hidden |= is_nothing(Some(value)),
                            _ => {}
                        }
                    }
                    if row > cells::LAST_ROW {
                        return Err(off_grid());
                    }
                    if hidden {
                        self.sheet.hidden_rows.push(row);
                    }
                    col = 0;
                }
                Token::Close { name: "row" } => row = row.saturating_add(1),
                Token::Open { name: "c", attrs } => {
                    let at = self.cell(attrs, row, col)?;
                    col = u32::from(at.col) + 1;
                }
                Token::Close { name: "sheetData" } => return Ok(()),
                Token::End => return Err(refusal::damaged("XML 内容不完整")),
                _ => {}
            }
        }
    }

    /// Reads the cell that comes next, if it is a plain one within every limit; all others are for [`XmlReader::cell`].
    #[inline]
    fn plain(&mut self, row: u32, col: u32) -> Option<CellRef> {
        let cell = plain::cell(self.xml.ahead().filter(|_| self.leaps)?.as_bytes())?;
        let at = match cell.at {
            Some(at) => at,
            None => cells::checked(row, col)?,
        };
        let context = self.context;
        match cell.value {
            PlainValue::Nothing => {}
            _ if self.sheet.cells.len() >= self.most_cells => return None,
            _ if self.sheet.arena.len() + cell.len > self.most_text => return None,
            PlainValue::Shared(index) => self.push_shared(at, Some(index), context.styles.look_at(cell.style)).ok()?,
            PlainValue::Number(number) => {
                looks::put_number(self.sheet, at, number, context.styles.look_at(cell.style), context.is_1904);
            }
        }
        self.xml.leap(cell.len);
        Some(at)
    }

    fn cell(&mut self, attrs: Attrs, row: u32, col: u32) -> Result<CellRef, Unreadable> {
        let (mut place, mut style, mut kind) = (None, None, None);
        let mut content = CellContent { whole: true, ..CellContent::default() };
        for (name, value) in attrs {
            match name {
                "r" => place = Some(cells::place(value).ok_or_else(off_grid)?),
                "s" => style = Some(value),
                "t" => kind = Some(value),
                "vm" => content.rich = value.parse().ok(),
                _ => {}
            }
        }
        let at = match place {
            Some(at) => at,
            None => cells::checked(row, col).ok_or_else(off_grid)?,
        };
        self.value.clear();
        loop {
            match self.xml.next()? {
                Token::Open { name: "v", .. } => {
                    content.value = true;
                    // With `inlineStr` the text in <is> counts.
                    if kind == Some("inlineStr") {
                        self.xml.skip()?;
                    } else {
                        content.whole &= self.xml.text_into(&mut self.value)?;
                    }
                }
                Token::Open { name: "is", .. } => {
                    content.value = true;
                    let read = rich_text(&mut self.xml, "is", &mut self.value, &mut self.scratch)?;
                    content.whole &= read.whole;
                    content.runs = read.runs;
                }
                Token::Open { name: "f", .. } => {
                    content.formula = true;
                    self.xml.skip()?;
                }
                Token::Open { .. } => self.xml.skip()?,
                Token::Close { name: "c" } => break,
                Token::End => return Err(refusal::damaged("XML 内容不完整")),
                _ => {}
            }
        }
        self.push(at, style, kind, &content)?;
        Ok(at)
    }

    fn push(
        &mut self,
        at: CellRef,
        style: Option<&str>,
        kind: Option<&str>,
        content: &CellContent,
    ) -> Result<(), Unreadable> {
        let textual = matches!(kind, Some("str" | "inlineStr"));
        if self.value.is_empty() {
            // A text formula may well result in nothing; a formula without any saved result is another thing.
            if content.formula && !(textual && content.value) {
                self.sheet.push(at, RawValue::Unreadable(CellDoubt::FormulaWithoutValue));
            }
            return Ok(());
        }
        if self.sheet.cells.len() >= self.most_cells {
            return Err(self.context.allowance.too_many_cells());
        }
        if self.sheet.arena.len() + self.value.len() > self.most_text {
            return Err(self.context.allowance.too_much_text());
        }
        if !content.whole {
            self.sheet.push(at, RawValue::Unreadable(CellDoubt::UnknownKind));
            return Ok(());
        }
        self.formulas |= content.formula;
        // Writers that cannot calculate (XlsxWriter, POI) save 0 for every formula and leave the rest to Excel.
        if content.formula && self.context.unsettled && matches!(kind, None | Some("n")) && self.value.trim() == "0" {
            self.sheet.push(at, RawValue::Unreadable(CellDoubt::FormulaWithoutValue));
            return Ok(());
        }
        match kind {
            Some("s") => {
                let index = self.value.trim().parse::<usize>().ok();
                self.push_shared(at, index, self.context.styles.look(style))?;
            }
            Some("inlineStr") => {
                let look = self.context.styles.look(style);
                looks::put_text(self.sheet, at, &self.value, content.runs.as_ref(), look);
            }
            Some("str") => {
                self.scratch.clear();
                push_escaped(&self.value, &mut self.scratch);
                looks::put_text(self.sheet, at, &self.scratch, None, self.context.styles.look(style));
            }
            None | Some("n") => self.push_number(at, style, kind.is_some()),
            // Excel writes an error beside it for those who know no pictures.
            Some("e") if content.rich.is_some_and(|value| !self.context.rich_errors.contains(&value)) => {
                self.pictures.push(at)
            }
            Some(other) => self.sheet.push(at, rare(other, &self.value)),
        }
        Ok(())
    }

    /// Nothing is pushed where it fails.
    fn push_shared(&mut self, at: CellRef, index: Option<usize>, look: &CellLook) -> Result<(), Unreadable> {
        let Some((index, text)) = index.and_then(|index| Some((index, self.context.strings.get(index)?))) else {
            self.sheet.push(at, RawValue::Unreadable(CellDoubt::DanglingString));
            return Ok(());
        };
        if text.is_empty() {
            return Ok(());
        }
        if let Some(runs) = self.context.strings.runs(index).filter(|runs| !runs.is_empty()) {
            looks::put_text(self.sheet, at, text, Some(runs), look);
            return Ok(());
        }
        if self.placed[index] == NOT_YET {
            if self.sheet.arena.len() + text.len() > self.most_text {
                return Err(self.context.allowance.too_much_text());
            }
            self.placed[index] = (self.sheet.arena.len() as u32, text.len() as u32);
            self.sheet.arena.push_str(text);
        }
        let (start, len) = self.placed[index];
        self.sheet.push(at, RawValue::Text { start, len });
        if self.context.styles.is_eventful {
            // Runs of its own that are not struck are not, whatever the cell's font.
            let rich = look.struck && self.context.strings.runs(index).is_some();
            if look.is_eventful() && !rich {
                looks::note_text(self.sheet, at, text, look);
            }
        }
        Ok(())
    }

    fn push_number(&mut self, at: CellRef, style: Option<&str>, declared: bool) {
        let value = self.value.trim();
        let Ok(number) = value.parse::<f64>() else {
            // Without a declared kind, what is no number was meant as text.
            if declared {
                self.sheet.push(at, RawValue::Unreadable(CellDoubt::UnknownKind));
            } else if !value.is_empty() {
                self.sheet.push_text(at, &self.value);
            }
            return;
        };
        looks::put_number(self.sheet, at, number, self.context.styles.look(style), self.context.is_1904);
    }

    fn hide_columns(&mut self, attrs: Attrs) {
        let end = |name| attrs.raw(name).and_then(|value| value.parse::<u32>().ok()).unwrap_or(0);
        let (first, last) = (end("min").max(1), end("max").min(u32::from(cells::LAST_COL) + 1));
        let known = self.sheet.hidden_cols.len();
        if known <= usize::from(cells::LAST_COL) {
            // At most 16,384, so each fits.
            self.sheet.hidden_cols.extend((first..=last).map(|col| (col - 1) as u16));
        }
    }

    fn merge(&mut self, attrs: Attrs) -> Result<(), Unreadable> {
        let most = self.context.allowance.merges();
        if self.sheet.merges.len() >= most {
            return Err(refusal::over_limit(format!("合并单元格超过 {most} 处")));
        }
        let area = attrs.raw("ref").unwrap_or_default();
        let (first, last) = area.split_once(':').unwrap_or((area, area));
        let (first, last) = (cells::place(first).ok_or_else(off_grid)?, cells::place(last).ok_or_else(off_grid)?);
        self.sheet.merges.push(cells::merge(first, last));
        Ok(())
    }
}

/// Booleans, errors, ISO dates, and what no version of Excel writes.
fn rare(kind: &str, value: &str) -> RawValue {
    let value = value.trim();
    let known = match kind {
        "b" => match value {
            "1" => Some(RawValue::Boolean(true)),
            "0" => Some(RawValue::Boolean(false)),
            word if word.eq_ignore_ascii_case("true") => Some(RawValue::Boolean(true)),
            word if word.eq_ignore_ascii_case("false") => Some(RawValue::Boolean(false)),
            _ => None,
        },
        "e" => Some(cells::error(value)),
        "d" => cells::iso_serial(value).map(RawValue::DateSerial),
        _ => None,
    };
    known.unwrap_or(RawValue::Unreadable(CellDoubt::UnknownKind))
}
