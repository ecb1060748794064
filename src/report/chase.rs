//! The chase list (催报) as a workbook of its own and as text ready to paste. Knows nothing of how it came about.

use super::Edition;
use super::grid::Grid;
use super::sheet;
use super::style::{self, Kind, Styles};
use super::wording::status_word;
use crate::model::discipline::{ChaseGroup, ChaseList, ChaseUnit};
use crate::model::run::UnitStatus;
use crate::model::statistic::RowKind;
use crate::text::id_number::mask_within;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};
use std::io::{self, Seek, Write};

/// Headings and widths: an A4 page on its side.
const COLUMNS: [(&str, f64); 9] = [
    ("序号", 6.0),
    ("单位", 28.0),
    ("状态", 16.0),
    ("连续未报\n（期）", 9.0),
    ("近期未报\n（期）", 9.0),
    ("近期迟报\n（期）", 9.0),
    ("超过截止\n（工作日）", 11.0),
    ("须改正\n（处）", 8.0),
    ("问题", 44.0),
];

/// Writes the workbook: everyone by city and channel, those silent again and again, the paragraphs to send.
///
/// # Errors
/// The writer refuses a cell.
pub fn workbook<W: Write + Seek + Send>(edition: &Edition<'_>, target: W) -> Result<(), XlsxError> {
    let styles = Styles::default();
    let title = format!("{}催报名单", edition.name());
    let mut book = style::workbook(&title)?;
    let list = edition.chase;
    let groups: Vec<(String, Vec<&ChaseUnit>)> =
        list.groups.iter().map(|group| (group_words(group), group.units.iter().collect())).collect();
    book.push_worksheet(names("催报名单", &title, list, &groups, &styles)?);
    let mut often: Vec<&ChaseUnit> =
        list.units().filter(|unit| unit.silent > 1 || unit.missed + unit.late > 1).collect();
    if !often.is_empty() {
        // Stable, so that what is alike stays in official order.
        often.sort_by_key(|unit| std::cmp::Reverse((unit.silent, unit.missed, unit.late)));
        let title = format!("{}屡次未报、迟报单位", edition.name());
        let words = format!("近 {} 期中未报、迟报两期以上的，连续未报最久的在前", list.looked);
        book.push_worksheet(names("屡次未报迟报", &title, list, &[(words, often)], &styles)?);
    }
    book.push_worksheet(letters(&title, list, &styles)?);
    book.save_to_writer(target)
}

fn group_words(group: &ChaseGroup) -> String {
    let count = |wanted: fn(UnitStatus) -> bool| group.units.iter().filter(|unit| wanted(unit.status)).count();
    let counts = [
        (count(|status| status == UnitStatus::Missing), "未报"),
        (count(|status| status == UnitStatus::Unreadable), "无法读取"),
        (count(|status| status == UnitStatus::Returned), "退回"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("，{word} {count} 个")).collect();
    format!("{}：应报 {} 个单位，催报 {} 个{}", group.label, group.expected, group.units.len(), counts.concat())
}

/// A sheet that is written from top to bottom.
struct Page<'a> {
    sheet: Worksheet,
    grid: Grid,
    fold: style::Fold,
    styles: &'a Styles,
    row: u32,
}

impl Page<'_> {
    fn new<'a>(name: &str, title: &str, widths: Vec<f64>, styles: &'a Styles) -> Result<Page<'a>, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        let grid = Grid::fixed(widths);
        grid.apply(&mut sheet)?;
        style::page(&mut sheet, title, true);
        let fold = style::Fold::new(&grid.widths, true);
        let mut page = Page { sheet, grid, fold, styles, row: 0 };
        page.line(title, &styles.title, (16.0, 34.0))?;
        Ok(page)
    }

    fn line(&mut self, text: &str, format: &Format, size: (f64, f64)) -> Result<(), XlsxError> {
        let height = sheet::line(&mut self.sheet, self.row, &self.grid, &mask_within(text), format, size)?;
        self.fold.add(height);
        self.row += 1;
        Ok(())
    }

    /// What the list is of, and what is to be known before it is sent.
    fn head(&mut self, list: &ChaseList) -> Result<(), XlsxError> {
        let styles = self.styles;
        self.line(&list.summary, &styles.line, (11.0, 19.0))?;
        for note in &list.notes {
            self.line(note, &styles.note, (10.0, 17.0))?;
        }
        Ok(())
    }
}

/// Units under the headings of their groups; numbered through.
fn names(
    name: &str,
    title: &str,
    list: &ChaseList,
    groups: &[(String, Vec<&ChaseUnit>)],
    styles: &Styles,
) -> Result<Worksheet, XlsxError> {
    let mut page = Page::new(name, title, COLUMNS.map(|(_, width)| width).to_vec(), styles)?;
    page.head(list)?;
    if groups.is_empty() {
        return Ok(page.sheet);
    }
    for (column, (heading, _)) in (0u16..).zip(COLUMNS) {
        page.sheet.write_string_with_format(page.row, column, heading, &wrapped(&styles.heading))?;
    }
    page.sheet.set_row_height(page.row, 36)?;
    page.sheet.set_repeat_rows(page.row, page.row)?;
    page.sheet.set_freeze_panes(page.row + 1, 0)?;
    page.fold.add(36.0);
    page.row += 1;
    let mut number = 0;
    for (words, units) in groups {
        let last = COLUMNS.len() as u16 - 1;
        // The name of a group never stands alone at the foot of a page.
        let first = units.first().map_or(0.0, |unit| height(unit));
        page.fold.keep_together(page.row, 22.0 + first);
        page.fold.add(22.0);
        page.sheet.merge_range(page.row, 0, page.row, last, words, &styles.group)?;
        page.sheet.set_row_height(page.row, 22)?;
        page.row += 1;
        for unit in units {
            number += 1;
            unit_row(&mut page, number, unit)?;
        }
    }
    page.fold.apply(&mut page.sheet)?;
    Ok(page.sheet)
}

fn wrapped(format: &Format) -> Format {
    format.clone().set_text_wrap()
}

/// What is wrong, in words of its own where no file tells.
fn trouble(unit: &ChaseUnit) -> String {
    match unit.status {
        UnitStatus::Missing if unit.trouble.is_empty() => "没有收到报表".to_owned(),
        UnitStatus::Missing => format!("收到的不是本表：{}", unit.trouble),
        UnitStatus::Late { .. } if unit.trouble.is_empty() => "已收到，请今后按时报送".to_owned(),
        _ => unit.trouble.clone(),
    }
}

/// Height of a unit's row in points; the column of what is wrong decides.
fn height(unit: &ChaseUnit) -> f64 {
    let width = |column: usize| COLUMNS.get(column).map_or(10.0, |(_, width)| *width);
    let wrong = style::lines(&style::printable(&mask_within(&trouble(unit))).0, width(8), 11.0);
    let lines = wrong.max(style::lines(&unit.name, width(1), 11.0));
    (f64::from(lines) * 15.0 + 5.0).clamp(20.0, 400.0)
}

fn unit_row(page: &mut Page<'_>, number: u32, unit: &ChaseUnit) -> Result<(), XlsxError> {
    let (row, styles) = (page.row, page.styles);
    let cell = |kind| styles.cell(kind, RowKind::Body);
    let trouble = trouble(unit);
    // Lateness has a column of its own.
    let status = match unit.status {
        UnitStatus::Late { overdue: true, .. } => "逾期收到".to_owned(),
        UnitStatus::Late { .. } => "迟报收到".to_owned(),
        UnitStatus::OnTime | UnitStatus::Undated => "另有文件未通过".to_owned(),
        status => status_word(status),
    };
    page.sheet.write_number_with_format(row, 0, number, cell(Kind::Centre))?;
    let texts = [(1, Kind::Left, &unit.name), (2, Kind::Centre, &status), (8, Kind::Left, &trouble)];
    for (column, kind, text) in texts {
        let text = mask_within(text);
        let text = style::printable(&text).0;
        page.sheet.write_string_with_format(row, column, text, cell(kind))?;
    }
    let counts = [
        (3, i64::from(unit.silent)),
        (4, i64::from(unit.missed)),
        (5, i64::from(unit.late)),
        (6, unit.late_days.unwrap_or(0)),
        (7, unit.problems as i64),
    ];
    for (column, count) in counts {
        if count > 0 {
            page.sheet.write_number_with_format(row, column, count as f64, cell(Kind::Centre))?;
        } else {
            page.sheet.write_string_with_format(row, column, "—", cell(Kind::Faint))?;
        }
    }
    let height = height(unit);
    page.sheet.set_row_height(row, height)?;
    page.fold.add(height);
    page.row += 1;
    Ok(())
}

/// One paragraph a city or channel, each in a cell of its own to be copied.
fn letters(title: &str, list: &ChaseList, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let mut page = Page::new("催报文字", &title.replace("名单", "文字"), vec![14.0, 126.0], styles)?;
    page.head(list)?;
    for group in &list.groups {
        let letter = mask_within(&group.letter);
        let letter = style::printable(&letter).0;
        let lines = style::lines(&letter, 126.0, 11.0);
        let label = styles.cell(Kind::Centre, RowKind::Body);
        page.sheet.write_string_with_format(page.row, 0, &group.label, label)?;
        page.sheet.write_string_with_format(page.row, 1, letter, styles.cell(Kind::Left, RowKind::Body))?;
        page.sheet.set_row_height(page.row, (f64::from(lines) * 15.0 + 8.0).clamp(24.0, 400.0))?;
        page.row += 1;
    }
    Ok(page.sheet)
}

/// Writes the text: UTF-8 with a byte order mark and CRLF, as Notepad and messengers on Windows take it.
///
/// # Errors
/// The target refuses.
pub fn text(edition: &Edition<'_>, target: &mut impl Write) -> io::Result<()> {
    let list = edition.chase;
    let mut lines = vec![format!("{}催报", edition.name()), list.summary.clone()];
    lines.extend(list.notes.iter().map(|note| format!("（{note}）")));
    for group in &list.groups {
        lines.extend([String::new(), format!("【{}】", group.label), group.letter.clone()]);
    }
    target.write_all("\u{feff}".as_bytes())?;
    lines.iter().try_for_each(|line| write!(target, "{}\r\n", flat(&mask_within(line))))
}

/// One paragraph is one line: what a file's name or a cell brings may not break it.
fn flat(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
