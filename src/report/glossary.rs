//! 口径说明: the last sheet of the leadership workbook. What the figures mean, what was left out and why,
//! and by what definition, reference data and input they were made.

use super::grid::Grid;
use super::sheet;
use super::style::{self, Kind, Styles};
use super::wording::{public_path, short_hash};
use super::{Edition, overview};
use crate::definition::{Bound, Compare, Scope, Share};
use crate::language::Literal;
use crate::model::Outcome;
use crate::model::statistic::RowKind;
use crate::text::id_number::mask_within;
use rust_xlsxwriter::{Worksheet, XlsxError};

pub const NAME: &str = "口径说明";
const WIDTHS: [f64; 4] = [24.0, 20.0, 12.0, 38.0];
/// The full list is in the findings workbook; paper has an end.
const LISTED: usize = 400;

struct Page<'a> {
    sheet: Worksheet,
    styles: &'a Styles,
    grid: Grid,
    row: u32,
}

impl Page<'_> {
    fn section(&mut self, text: &str) -> Result<(), XlsxError> {
        sheet::line(&mut self.sheet, self.row, &self.grid, text, &self.styles.section, (12.0, 26.0))?;
        self.row += 1;
        Ok(())
    }

    fn words(&mut self, text: &str) -> Result<(), XlsxError> {
        sheet::line(&mut self.sheet, self.row, &self.grid, &mask_within(text), &self.styles.line, (11.0, 19.0))?;
        self.row += 1;
        Ok(())
    }

    fn group(&mut self, text: &str) -> Result<(), XlsxError> {
        sheet::line(&mut self.sheet, self.row, &self.grid, &mask_within(text), &self.styles.group, (11.0, 20.0))?;
        self.row += 1;
        Ok(())
    }

    /// A row of words, each over a range of columns.
    fn row(&mut self, heading: bool, cells: &[((u16, u16), &str)]) -> Result<(), XlsxError> {
        let masked: Vec<((u16, u16), String)> = cells.iter().map(|(at, text)| (*at, mask_within(text))).collect();
        let cells: Vec<((u16, u16), &str)> = masked.iter().map(|(at, text)| (*at, text.as_str())).collect();
        self.row_as_is(heading, &cells)
    }

    /// The same for hashes, which masking would take for numbers of people.
    fn row_as_is(&mut self, heading: bool, cells: &[((u16, u16), &str)]) -> Result<(), XlsxError> {
        let mut most = 1;
        for ((first, last), text) in cells {
            let format = if heading { &self.styles.heading } else { self.styles.cell(Kind::Left, RowKind::Body) };
            let text = style::printable(text).0;
            let width: f64 = self.grid.widths.iter().take(usize::from(*last) + 1).skip(usize::from(*first)).sum();
            most = most.max(style::lines(&text, width, 11.0));
            sheet::span(&mut self.sheet, (self.row, self.row), (*first, *last), &text, format)?;
        }
        self.sheet.set_row_height(self.row, (f64::from(most) * 15.0 + 5.0).clamp(20.0, 400.0))?;
        self.row += 1;
        Ok(())
    }
}

/// Writes the sheet.
///
/// # Errors
/// The sheet refuses a cell.
pub fn glossary(edition: &Edition<'_>, styles: &Styles, input_hash: &str) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(NAME)?;
    let grid = Grid::fixed(WIDTHS.to_vec());
    grid.apply(&mut sheet)?;
    style::page(&mut sheet, &edition.name(), false);
    let mut page = Page { sheet, styles, grid, row: 0 };
    sheet::line(&mut page.sheet, 0, &page.grid, NAME, &styles.title, (16.0, 32.0))?;
    page.row = 1;
    page.section("一、依据和统计范围")?;
    if !edition.plan.notice.is_empty() {
        page.words(&format!("依据：{}", edition.plan.notice))?;
    }
    page.words(&format!("统计范围：{}", overview::basis(edition)))?;
    if let Some(correction) = &edition.correction {
        let changed = correction.changes.len();
        page.words(&format!(
            "更正：本期已以“{}”印发，本次更正 {changed} 处数字，理由：{}；逐处见更正说明。",
            correction.number, correction.reason
        ))?;
    }
    for note in edition.reference.notes.iter().chain(edition.history_notes) {
        page.words(&format!("说明：{note}。"))?;
    }
    definitions(edition, &mut page)?;
    bounds(edition, &mut page)?;
    excluded(edition, &mut page)?;
    provenance(edition, input_hash, &mut page)?;
    Ok(page.sheet)
}

fn definitions(edition: &Edition<'_>, page: &mut Page<'_>) -> Result<(), XlsxError> {
    page.section("二、各表各列的口径")?;
    page.row(true, &[((0, 0), "列"), ((1, 3), "口径")])?;
    for table in edition.tables {
        if table.definitions.iter().all(String::is_empty) {
            continue;
        }
        page.group(&format!("{}（工作表“{}”）", table.title, table.sheet))?;
        for (heading, definition) in table.headings.iter().zip(&table.definitions) {
            if definition.is_empty() {
                continue;
            }
            let mut column = heading.parents.join(" · ");
            if !column.is_empty() {
                column += " · ";
            }
            column += &heading.name;
            page.row(false, &[((0, 0), &column), ((1, 3), definition)])?;
        }
    }
    Ok(())
}

fn bounds(edition: &Edition<'_>, page: &mut Page<'_>) -> Result<(), XlsxError> {
    page.section("三、占比规定和数值")?;
    if edition.plan.shares.is_empty() && edition.plan.values.is_empty() {
        return page.words("没有占比规定和数值。");
    }
    page.row(true, &[((0, 0), "名称"), ((1, 1), "规定"), ((2, 2), "执行"), ((3, 3), "来源和范围")])?;
    for share in &edition.plan.shares {
        let state = if share.enabled { "执行" } else { "未启用" };
        let from = format!("{}（范围：{}）", share.notice, scopes(share));
        page.row(false, &[((0, 0), &share.title), ((1, 1), &bound_words(share)), ((2, 2), state), ((3, 3), &from)])?;
    }
    for value in &edition.plan.values {
        let words = literal_words(&value.value);
        page.row(false, &[((0, 0), &value.name), ((1, 1), &words), ((2, 2), "执行"), ((3, 3), "定义文件 [values]")])?;
    }
    Ok(())
}

fn bound_words(share: &Share) -> String {
    let compare = match share.compare {
        Compare::AtLeast => "不低于",
        Compare::AtMost => "不高于",
    };
    match share.bound {
        Bound::Count(count) => format!("{compare} {count} 个"),
        Bound::Ratio { den: 0, .. } => format!("{compare} —"),
        Bound::Ratio { num, den } => {
            // Thousandths of a percent are enough for any bound that a notice states.
            let scaled = u64::from(num) * 100_000 / u64::from(den);
            let words = format!("{}.{:03}", scaled / 1000, scaled % 1000);
            format!("{compare} {}%", words.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

fn scopes(share: &Share) -> String {
    let words: Vec<String> = share
        .scopes
        .iter()
        .map(|scope| match scope {
            Scope::Province => "全省".to_owned(),
            Scope::Unit => "各推荐单位".to_owned(),
            Scope::Field(name) => format!("各{name}"),
        })
        .collect();
    words.join("、")
}

fn literal_words(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        Literal::Integer(value) => value.to_string(),
        Literal::Number(value) => value.to_string(),
        Literal::Boolean(value) => if *value { "是" } else { "否" }.to_owned(),
        Literal::Date(day) => super::wording::day_word(*day),
        Literal::Null => "（空）".to_owned(),
    }
}

fn excluded(edition: &Edition<'_>, page: &mut Page<'_>) -> Result<(), XlsxError> {
    page.section("四、没有全部计入的报表")?;
    let out: Vec<_> =
        edition.verdict.sources.iter().filter(|source| !matches!(source.outcome, Outcome::Accepted)).collect();
    if out.is_empty() {
        return page.words("全部报表都已计入。");
    }
    page.row(true, &[((0, 1), "文件"), ((2, 2), "结果"), ((3, 3), "原因和未计入的数据行")])?;
    for source in out.iter().take(LISTED) {
        let left_out = source.rows.data.saturating_sub(source.rows.accepted);
        let mut why = source.cause.clone();
        if source.rows.data > 0 {
            if !why.is_empty() {
                why += "；";
            }
            why += &format!("数据行 {} 行，未计入 {left_out} 行", source.rows.data);
        }
        page.row(false, &[((0, 1), &source.source.name), ((2, 2), source.outcome.word()), ((3, 3), &why)])?;
    }
    if out.len() > LISTED {
        page.words(&format!("共 {} 个，这里列出前 {LISTED} 个；其余见审核问题工作簿的文件清单。", out.len()))?;
    }
    Ok(())
}

fn provenance(edition: &Edition<'_>, input_hash: &str, page: &mut Page<'_>) -> Result<(), XlsxError> {
    page.section("五、参照表、定义和输入")?;
    page.row(true, &[((0, 0), "名称"), ((1, 2), "文件"), ((3, 3), "SHA-256（前 12 位）")])?;
    for (table, path, hash) in &edition.reference.files {
        page.row_as_is(false, &[((0, 0), table), ((1, 2), &public_path(path)), ((3, 3), short_hash(hash))])?;
    }
    let definition = public_path(&edition.plan.path);
    page.row_as_is(false, &[((0, 0), "定义"), ((1, 2), &definition), ((3, 3), short_hash(&edition.plan.sha256))])?;
    let inputs = format!("{} 个文件", edition.verdict.sources.len());
    page.row_as_is(false, &[((0, 0), "全部输入"), ((1, 2), &inputs), ((3, 3), input_hash)])?;
    page.row_as_is(false, &[((0, 0), "程序"), ((1, 2), "huizong 汇总"), ((3, 3), env!("CARGO_PKG_VERSION"))])
}
