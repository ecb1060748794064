//! A sheet's header blocks in, its tables out: each occupied row of the sheet in exactly one class of one table.

use super::layout::HeaderBlock;
use super::view::View;
use crate::definition::{FieldType, Form, Plan};
use crate::model::SheetAccount;
use crate::model::cell::{CellRef, RawCell, RawValue};
use crate::text::names::{header_key, tidy};
use std::sync::Arc;

/// Which word says that there is nothing to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nil {
    /// 零报告 speaks of the whole return.
    ZeroReport,
    /// 无 may speak of one section of several.
    Nothing,
}

/// What a row of a table is. Values are positions in [`View::rows`].
#[derive(Debug, Clone, Default)]
pub struct TableRows {
    pub data: Vec<usize>,
    /// Totals, each with whether it is a 小计.
    pub totals: Vec<(usize, bool)>,
    /// Title, cover, header, blank and numbering rows.
    pub frame: Vec<usize>,
    pub repeated: Vec<usize>,
    pub notes: Vec<usize>,
    /// 零报告 or 无 stands where the rows would be, in the first of these rows.
    pub nil: Option<(usize, Nil)>,
}

impl TableRows {
    fn says_nil(&mut self, i: usize, nil: Nil) {
        if self.nil.is_none_or(|(_, known)| known == Nil::Nothing && nil == Nil::ZeroReport) {
            self.nil = Some((i, nil));
        }
    }

    /// The accounting of these rows.
    pub fn account(&self, view: &View<'_>, form: u16) -> SheetAccount {
        let count = |rows: usize| rows as u32;
        let mut account = SheetAccount {
            name: Arc::from(view.sheet.name.as_str()),
            sheet: view.index,
            form: Some(form),
            not_counted: None,
            rows: 0,
            frame: count(self.frame.len()),
            data: count(self.data.len()),
            totals: count(self.totals.len()),
            repeated_headers: count(self.repeated.len()),
            notes: count(self.notes.len()),
        };
        account.rows = account.frame + account.data + account.totals + account.repeated_headers + account.notes;
        account
    }
}

/// One table: its header, and its rows.
pub struct SheetTable {
    pub header: HeaderBlock,
    pub rows: TableRows,
}

impl SheetTable {
    /// The first cell of a table's header.
    pub fn header_cell(&self, view: &View<'_>) -> CellRef {
        let col = self.header.headings.iter().map(|heading| heading.col).min().unwrap_or(0);
        let row = view.rows.get(self.header.rows.0).map_or(0, |row| row.row);
        CellRef { row, col }
    }
}

/// Shares a sheet's rows out among its tables. A header that repeats the one before it (page breaks) opens no table.
pub fn tables(view: &View<'_>, plan: &Plan, headers: Vec<HeaderBlock>) -> Vec<SheetTable> {
    let mut tables: Vec<SheetTable> = Vec::new();
    let mut next_row = 0;
    let mut headers = headers.into_iter().peekable();
    while let Some(header) = headers.next() {
        let (top, bottom) = header.rows;
        let end = headers.peek().map_or(view.rows.len(), |next| frame_above(view, bottom + 1, next.rows.0));
        let repeats = tables.last().is_some_and(|table| {
            table.header.fit.form == header.fit.form && table.header.fit.columns == header.fit.columns
        });
        if !repeats {
            tables.push(SheetTable { header, rows: TableRows::default() });
        }
        let Some(table) = tables.last_mut() else { continue };
        table.rows.frame.extend(next_row..top);
        if repeats { &mut table.rows.repeated } else { &mut table.rows.frame }.extend(top..=bottom);
        let Some(form) = plan.forms.get(usize::from(table.header.fit.form)) else { continue };
        Classifier { view, form, columns: &table.header.fit.columns, in_notes: false }.classify(
            bottom + 1,
            end,
            &mut table.rows,
        );
        next_row = end;
    }
    tables
}

/// Where the title and cover rows above a later header begin: at most two cells each, no numbers.
pub fn frame_above(view: &View<'_>, floor: usize, top: usize) -> usize {
    let mut start = top;
    while start > floor {
        let cells: Vec<&RawCell> = view.telling(start - 1).collect();
        let texts = cells.iter().all(|cell| matches!(cell.value, RawValue::Text { .. }));
        let cover = cells.iter().any(|cell| super::cover::is_cover_label(view.sheet.text(cell.value)));
        let note = cells.first().is_some_and(|cell| is_note(&header_key(view.sheet.text(cell.value))));
        let total = cells.first().is_some_and(|cell| total_word(&header_key(view.sheet.text(cell.value))).is_some());
        if !cover && (cells.len() > 2 || !texts || note || total) {
            break;
        }
        start -= 1;
    }
    start
}

struct Classifier<'v, 'a> {
    view: &'v View<'a>,
    form: &'v Form,
    columns: &'v [Option<u16>],
    /// A 注 or 说明 has begun: single texts that follow belong to it.
    in_notes: bool,
}

impl Classifier<'_, '_> {
    fn classify(mut self, from: usize, to: usize, rows: &mut TableRows) {
        let view = self.view;
        let mut cells: Vec<&RawCell> = Vec::new();
        for i in from..to {
            cells.clear();
            cells.extend(view.telling(i));
            if cells.is_empty() || (i == from && self.is_numbering(&cells)) {
                rows.frame.push(i);
            } else if let Some(sub) = self.total(&cells) {
                rows.totals.push((i, sub));
            } else if self.is_nil(&cells) {
                rows.says_nil(i, if self.says_zero(&cells) { Nil::ZeroReport } else { Nil::Nothing });
                rows.notes.push(i);
            } else if cells.len() <= 2 && super::stated::is_statement(self.form, view, i) {
                rows.notes.push(i);
            } else if self.is_note_row(&cells) {
                if self.says_zero(&cells) {
                    rows.says_nil(i, Nil::ZeroReport);
                }
                rows.notes.push(i);
            } else if !cells.iter().any(|cell| self.counts(cell)) {
                // Forms come with numbered empty lines; only 序号 or nothing of the form is filled in.
                let texts = cells
                    .iter()
                    .any(|cell| matches!(cell.value, RawValue::Text { .. }) && !self.is_number_of_row(cell));
                // 零报告 in a sentence of its own, wherever it stands.
                if self.says_zero(&cells) {
                    rows.says_nil(i, Nil::ZeroReport);
                }
                if texts { &mut rows.notes } else { &mut rows.frame }.push(i);
            } else {
                self.in_notes = false;
                rows.data.push(i);
            }
        }
    }

    fn says_zero(&self, cells: &[&RawCell]) -> bool {
        cells.iter().any(|cell| is_zero_report(self.text(cell)))
    }

    fn text(&self, cell: &RawCell) -> &str {
        self.view.sheet.text(cell.value)
    }

    fn field_at(&self, col: u16) -> Option<&crate::definition::Field> {
        let field = self.columns.iter().position(|bound| *bound == Some(col))?;
        self.form.fields.get(field)
    }

    fn counts(&self, cell: &RawCell) -> bool {
        self.field_at(cell.at.col).is_some_and(|field| !field.ordinal)
    }

    /// A 序号 that is one: forms come with numbered lines, but 零报告 (which begins with a numeral) and 说明 stand in that
    /// column as well.
    fn is_number_of_row(&self, cell: &RawCell) -> bool {
        self.field_at(cell.at.col).is_some_and(|field| field.ordinal)
            && match cell.value {
                RawValue::Text { .. } => {
                    crate::text::numbers::read(self.text(cell)).is_ok_and(|figure| figure.unit.is_empty())
                }
                _ => true,
            }
    }

    /// How many required columns the row fills besides its first cell, and how many there are.
    fn filled(&self, cells: &[&RawCell], besides: Option<u16>, texts_only: bool) -> (usize, usize) {
        let wanted = |field: &crate::definition::Field| {
            field.required && !field.ordinal && (!texts_only || super::lexicon::fills_down(&field.ty))
        };
        let filled = cells
            .iter()
            .filter(|cell| Some(cell.at.col) != besides && self.field_at(cell.at.col).is_some_and(wanted))
            .count();
        let all =
            self.form.fields.iter().zip(self.columns).filter(|(field, col)| col.is_some() && wanted(field)).count();
        (filled, all)
    }

    /// 甲 乙 1 2 3 under the header.
    fn is_numbering(&self, cells: &[&RawCell]) -> bool {
        let mut last = 0;
        cells.len() >= 3
            && cells.iter().all(|cell| match cell.value {
                // The format of its column has come to stand on the number of the column too.
                RawValue::Number(number) | RawValue::Percent(number) => {
                    let next = number.fract() == 0.0 && (1.0..=999.0).contains(&number) && number as i64 == last + 1;
                    last += 1;
                    next
                }
                RawValue::Text { .. } => {
                    let key = header_key(self.text(cell));
                    let key = key.trim_matches(['(', ')']);
                    if let Ok(number) = key.parse::<i64>() {
                        let next = number == last + 1;
                        last = number;
                        next
                    } else {
                        matches!(
                            key,
                            "甲" | "乙" | "丙" | "丁" | "戊" | "己" | "庚" | "辛" | "壬" | "癸" | "栏次" | "栏号"
                        )
                    }
                }
                _ => false,
            })
    }

    /// Whether the row is a total; `Some(true)` for a 小计. A row that fills most of its texts is data whatever it says.
    fn total(&self, cells: &[&RawCell]) -> Option<bool> {
        // Every word for a total ends in one of these two; most rows are told by that.
        let may_be = |cell: &&&RawCell| self.text(cell).contains(['计', '和']);
        let mut texts = cells.iter().filter(|cell| matches!(cell.value, RawValue::Text { .. })).take(2).filter(may_be);
        let (label, sub) = texts.find_map(|cell| Some((cell, total_word(&header_key(self.text(cell)))?)))?;
        let (filled, all) = self.filled(cells, Some(label.at.col), true);
        (filled * 2 <= all).then_some(sub)
    }

    fn is_nil(&self, cells: &[&RawCell]) -> bool {
        let mut said = false;
        // Every cell must be a word for nothing or say nothing, so nearly every row is told by the first that is no 序号.
        let Some(first) = cells.iter().find(|cell| !self.is_number_of_row(cell)) else { return false };
        let text = self.text(first);
        let says_other = !text.contains(['无', '零']) && text.contains(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
        if says_other || !cells.iter().any(|cell| self.text(cell).contains(['无', '零'])) {
            return false;
        }
        // A sentence that says so stands alone in its row.
        let mut words = cells.iter().filter(|cell| !self.is_number_of_row(cell));
        if let (Some(only), None) = (words.next(), words.next())
            && is_zero_report(self.text(only))
        {
            return true;
        }
        cells.iter().filter(|cell| !self.is_number_of_row(cell)).all(|cell| {
            let key = header_key(self.text(cell));
            let word = matches!(
                key.as_str(),
                "零报告"
                    | "无"
                    | "本期无"
                    | "本年度无"
                    | "无申报"
                    | "无推荐"
                    | "零申报"
                    | "暂无"
                    | "本单位无"
                    | "(零报告)"
                    | "(无)"
            );
            said |= word;
            word || (key.is_empty() && matches!(cell.value, RawValue::Text { .. }))
        }) && said
    }

    fn is_note_row(&mut self, cells: &[&RawCell]) -> bool {
        let Some(first) = cells.first() else { return false };
        let text = tidy(self.text(first));
        if text.is_empty() {
            return false;
        }
        let key = if text.starts_with(NOTE_INITIALS) { header_key(&text) } else { String::new() };
        if is_note(&key) {
            let (filled, all) = self.filled(cells, Some(first.at.col), false);
            if filled * 2 <= all {
                self.in_notes |= !is_signature(&key);
                return true;
            }
        }
        if cells.len() > 1 {
            return false;
        }
        let spans = self.view.merge_over(first.at).is_some_and(|merge| merge.last.col >= merge.first.col + 2);
        self.in_notes || spans || text.chars().count() >= 30
    }
}

/// Whether a text says that there is nothing to report; 没有的请填“零报告” asks for it and says nothing.
pub fn is_zero_report(text: &str) -> bool {
    let asks = ["请", "须", "应", "如无", "若无", "如没有", "若没有", "制度", "的填", "的报", "的写", "要求", "的，"];
    text.contains("零报告") && !asks.iter().any(|word| text.contains(word))
}

/// Whether a label names a total: `Some(true)` for a subtotal.
fn total_word(key: &str) -> Option<bool> {
    let key = key.trim_matches(['(', ')']);
    if key.chars().count() > 12 {
        return None;
    }
    let ends = ["合计", "小计", "总计", "共计"].iter().find(|word| key.ends_with(**word) || key.starts_with(**word));
    if ends.is_none() && !matches!(key, "累计" | "总和") {
        return None;
    }
    Some(key.contains("小计") || key.contains("本页"))
}

const SIGNATURES: [&str; 22] = [
    "单位负责人",
    "负责人签",
    "主要负责人",
    "分管领导",
    "审核人",
    "复核人",
    "填表人",
    "填报人",
    "制表人",
    "经办人",
    "联系人",
    "联系电话",
    "填报日期",
    "填表日期",
    "报送日期",
    "上报日期",
    "填报时间",
    "报送时间",
    "单位盖章",
    "单位(盖章)",
    "签发人",
    "填报单位",
];

/// What notes and signatures begin with; bracketed ones and those with spaces before them included.
const NOTE_INITIALS: [char; 21] = [
    '注', '说', '备', '附', '填', '以', '单', '负', '主', '分', '审', '复', '制', '经', '联', '报', '上', '签', '(',
    '（', '*',
];

fn is_signature(key: &str) -> bool {
    SIGNATURES.iter().any(|word| key.starts_with(word))
}

/// Signature lines, 说明 and 注.
fn is_note(key: &str) -> bool {
    let key = key.trim_start_matches('(');
    is_signature(key)
        || ["注", "说明", "填表说明", "填报说明", "备注", "附注", "填报要求", "填表须知", "以上情况", "以上内容"]
            .iter()
            .any(|word| key.starts_with(word))
}

/// Whether a field's figures add up.
pub fn adds_up(field: &crate::definition::Field) -> bool {
    !field.ordinal && matches!(field.ty, FieldType::Integer | FieldType::Number)
}
