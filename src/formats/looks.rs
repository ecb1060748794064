//! What a person sees of a cell, for every format alike: its number format, text struck through, note marks set above
//! or below the line, values beneath merges. Readers say what the file holds; this module puts the value on the sheet, and a
//! [`Sight`](crate::model::Sight) beside it where the two differ.

use super::cells::{self, push_nonempty};
use super::number_format::{Look, NumberFormat, Shows};
use super::refusal::short;
use crate::model::cell::SeenAs;
use crate::model::{CellRef, RawSheet, RawValue};
use std::ops::Range;

/// The looks of a cell that bear on its value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellLook {
    pub format: NumberFormat,
    /// Its font is struck through.
    pub struck: bool,
}

impl CellLook {
    /// Whether a text under it may be seen otherwise than it is.
    pub fn is_eventful(&self) -> bool {
        self.struck || self.format.is_eventful()
    }
}

/// Runs of a text that are set otherwise, as byte ranges in order. A text that has runs of its own says of each whether
/// it is struck, whatever the cell's font.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs {
    pub struck: Vec<Range<usize>>,
    pub raised: Vec<Range<usize>>,
}

impl Runs {
    /// Notes a run; runs that touch become one.
    pub fn note(&mut self, run: Range<usize>, struck: bool, raised: bool) {
        for (yes, ranges) in [(struck, &mut self.struck), (raised, &mut self.raised)] {
            match ranges.last_mut() {
                _ if !yes || run.is_empty() => {}
                Some(last) if last.end == run.start => last.end = run.end,
                _ => ranges.push(run.clone()),
            }
        }
    }

    /// The runs of a part of the text: `lead` bytes are cut off in front, `len` are left.
    pub fn shifted(&self, lead: usize, len: usize) -> Runs {
        let shift = |ranges: &[Range<usize>]| {
            let cut =
                ranges.iter().map(|range| range.start.saturating_sub(lead)..range.end.saturating_sub(lead).min(len));
            cut.filter(|range| range.start < range.end).collect()
        };
        Runs { struck: shift(&self.struck), raised: shift(&self.raised) }
    }

    pub fn is_empty(&self) -> bool {
        self.struck.is_empty() && self.raised.is_empty()
    }
}

/// A string with its formatting runs: where each begins, in UTF-16 units, and its font.
pub struct RunText {
    pub text: String,
    pub runs: Vec<(usize, u16)>,
}

impl RunText {
    /// Runs as byte ranges by the looks of their fonts, given as (struck, raised); what stands before the first run has
    /// the cell's own font, `cell_struck`.
    pub fn looks(&self, cell_struck: bool, font: impl Fn(u16) -> (bool, bool)) -> Option<Runs> {
        if self.runs.is_empty() {
            return None;
        }
        let mut places: Vec<usize> = Vec::with_capacity(self.text.len() + 1);
        for (at, c) in self.text.char_indices() {
            places.extend(std::iter::repeat_n(at, c.len_utf16()));
        }
        let byte = |unit: usize| places.get(unit).copied().unwrap_or(self.text.len());
        let mut runs = Runs::default();
        let first = self.runs.first().map_or(0, |(unit, _)| *unit);
        runs.note(0..byte(first), cell_struck, false);
        for (index, (unit, number)) in self.runs.iter().enumerate() {
            let end = self.runs.get(index + 1).map_or(self.text.len(), |(next, _)| byte(*next));
            let (struck, raised) = font(*number);
            if byte(*unit) < end {
                runs.note(byte(*unit)..end, struck, raised);
            }
        }
        Some(runs)
    }
}

/// The text without these ranges; ranges off the text or inside a character count for nothing.
fn without(text: &str, ranges: &[Range<usize>]) -> String {
    let (mut left, mut at) = (String::new(), 0);
    for range in ranges {
        if let (Some(before), Some(_)) = (text.get(at..range.start), text.get(range.start..range.end)) {
            left.push_str(before);
            at = range.end;
        }
    }
    left.push_str(text.get(at..).unwrap_or(""));
    left
}

/// Puts a number on the sheet as its format shows it. `is_1904`: the workbook counts days from there.
pub fn put_number(sheet: &mut RawSheet, at: CellRef, number: f64, look: &CellLook, is_1904: bool) {
    let value = match look.format.shows(number) {
        Shows::Number => cells::number(number, false, false),
        Shows::Percent => cells::percent(number),
        shows @ (Shows::Date | Shows::Duration) => cells::number(number, true, is_1904 && shows == Shows::Date),
    };
    sheet.push(at, value);
    if look.is_eventful() {
        if look.struck {
            sheet.push_sight(at, SeenAs::Struck, "");
        }
        if matches!(value, RawValue::Number(_)) {
            note(sheet, at, look.format.number(number));
        }
    }
}

fn note(sheet: &mut RawSheet, at: CellRef, look: Look) {
    match look {
        Look::Plain => {}
        Look::Text(text) => sheet.push_sight(at, SeenAs::Format, &text),
        Look::Nothing => sheet.push_sight(at, SeenAs::Nothing, ""),
        Look::MinusHidden => sheet.push_sight(at, SeenAs::MinusHidden, ""),
        Look::Money => sheet.push_sight(at, SeenAs::Money, ""),
    }
}

/// What a text's cell look adds, where the text is on the sheet already.
pub fn note_text(sheet: &mut RawSheet, at: CellRef, text: &str, look: &CellLook) {
    if look.struck {
        sheet.push_sight(at, SeenAs::Struck, "");
    }
    note(sheet, at, look.format.text(text));
}

/// Puts a text on the sheet: what is left of it without its struck runs, unless all of it is struck.
pub fn put_text(sheet: &mut RawSheet, at: CellRef, text: &str, runs: Option<&Runs>, look: &CellLook) {
    let Some(runs) = runs.filter(|_| !text.is_empty()) else {
        push_nonempty(sheet, at, text);
        if look.is_eventful() && !text.is_empty() {
            note_text(sheet, at, text, look);
        }
        return;
    };
    let left = without(text, &runs.struck);
    if left.trim().is_empty() {
        sheet.push_text(at, text);
        if !runs.struck.is_empty() {
            sheet.push_sight(at, SeenAs::Struck, "");
        }
        return;
    }
    sheet.push_text(at, &left);
    if left.len() < text.len() {
        sheet.push_sight(at, SeenAs::PartStruck, text);
    }
    if !runs.raised.is_empty() {
        let mut gone: Vec<Range<usize>> = runs.struck.iter().chain(&runs.raised).cloned().collect();
        gone.sort_by_key(|range| (range.start, range.end));
        gone.dedup_by(|later, kept| {
            let within = later.start < kept.end;
            kept.end = if within { kept.end.max(later.end) } else { kept.end };
            within
        });
        let level = without(text, &gone);
        if !level.trim().is_empty() && level != left {
            sheet.push_sight(at, SeenAs::Superscript, &level);
        }
    }
    note(sheet, at, look.format.text(&left));
}

/// Takes off the sheet what lies beneath merges: nobody sees it. Answers a remark where that hid something other than
/// what is seen above it. The sheet is settled.
pub fn uncover(sheet: &mut RawSheet) -> Option<String> {
    if sheet.merges.is_empty() || sheet.cells.is_empty() {
        return None;
    }
    let mut beneath = vec![false; sheet.cells.len()];
    let mut hidden: Vec<CellRef> = Vec::new();
    for merge in &sheet.merges {
        if merge.first == merge.last {
            continue;
        }
        let seen = sheet.cells.binary_search_by_key(&merge.first, |cell| cell.at).ok().map(|at| sheet.cells[at].value);
        let mut at = sheet.cells.partition_point(|cell| cell.at <= merge.first);
        while let Some(cell) = sheet.cells.get(at).filter(|cell| cell.at <= merge.last) {
            if cell.at.col < merge.first.col || cell.at.col > merge.last.col {
                // On to the merge's columns in this row, or in the next.
                let row = cell.at.row + u32::from(cell.at.col > merge.last.col);
                let next = CellRef { row, col: merge.first.col };
                at += sheet.cells[at..].partition_point(|cell| cell.at < next);
                continue;
            }
            let same = match (cell.value, seen) {
                (RawValue::Text { .. }, Some(above @ RawValue::Text { .. })) => {
                    sheet.text(cell.value) == sheet.text(above)
                }
                (value, above) => Some(value) == above,
            };
            if !std::mem::replace(&mut beneath[at], true) && !same {
                hidden.push(cell.at);
            }
            at += 1;
        }
    }
    if beneath.contains(&true) {
        let mut each = beneath.iter();
        sheet.cells.retain(|_| !each.next().is_some_and(|beneath| *beneath));
    }
    let cells = &sheet.cells;
    sheet.sights.retain(|sight| cells.binary_search_by_key(&sight.at, |cell| cell.at).is_ok());
    hidden.sort();
    let first = hidden.first()?;
    let more = if hidden.len() > 1 { format!("等 {} 个单元格", hidden.len()) } else { String::new() };
    Some(
        format!("“{}”的 {first} {more}被合并单元格盖住，里面的内容看不见，没有读取", short(&sheet.name))
            .replace("  ", " "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Merge;

    fn at(row: u32, col: u16) -> CellRef {
        CellRef { row, col }
    }

    fn seen(text: &str, runs: &Runs) -> (String, Vec<(SeenAs, String)>) {
        let mut sheet = RawSheet::default();
        put_text(&mut sheet, at(0, 0), text, Some(runs), &CellLook::default());
        let value = sheet.text(sheet.cells[0].value).to_owned();
        (value, sheet.sights.iter().map(|sight| (sight.how, sheet.sight_text(sight).to_owned())).collect())
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init)]
    fn struck_runs_are_gone_and_superscripts_are_told() {
        let name = Runs { struck: vec![0..6], ..Runs::default() };
        assert_eq!(seen("李强王芳", &name), ("王芳".to_owned(), vec![(SeenAs::PartStruck, "李强王芳".to_owned())]));
        let note = Runs { raised: vec![3..4], ..Runs::default() };
        assert_eq!(seen("3.51", &note), ("3.51".to_owned(), vec![(SeenAs::Superscript, "3.5".to_owned())]));
        let both = Runs { struck: vec![0..1], raised: vec![2..3] };
        let sights = vec![(SeenAs::PartStruck, "351".to_owned()), (SeenAs::Superscript, "5".to_owned())];
        assert_eq!(seen("351", &both), ("51".to_owned(), sights));
        let all = Runs { struck: vec![0..3], ..Runs::default() };
        assert_eq!(seen("甲", &all), ("甲".to_owned(), vec![(SeenAs::Struck, String::new())]));
        // A superscript that is also struck, and ranges that lie.
        let lie = Runs { struck: vec![1..2, 90..99], raised: vec![1..2] };
        assert_eq!(seen("甲", &lie).0, "甲");
    }

    #[test]
    fn what_lies_beneath_a_merge_is_no_cell() {
        let mut sheet = RawSheet { name: "表".into(), ..RawSheet::default() };
        for (row, col, number) in
            [(0, 0, 1.0), (0, 1, 1.0), (0, 2, 9.0), (1, 0, 2.0), (1, 1, 3.0), (1, 2, 8.0), (2, 0, 7.0)]
        {
            sheet.push(at(row, col), RawValue::Number(number));
        }
        sheet.merges = vec![Merge { first: at(0, 0), last: at(1, 1) }, Merge { first: at(2, 0), last: at(2, 0) }];
        let remark = uncover(&mut sheet).unwrap();
        let left: Vec<String> = sheet.cells.iter().map(|cell| cell.at.to_string()).collect();
        assert_eq!(left, ["A1", "C1", "C2", "A3"]);
        assert!(remark.contains("A2 等 2 个单元格"), "{remark}");
        assert_eq!(uncover(&mut sheet), None);
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init)]
    fn runs_are_told_by_their_fonts() {
        let struck = |font| (font == 7, font == 8);
        let text = RunText { text: "旧名新1".to_owned(), runs: vec![(0, 7), (2, 0), (3, 8)] };
        let runs = text.looks(false, struck).unwrap();
        assert_eq!((runs.struck, runs.raised), (vec![0..6], vec![9..10]));
    }
}
