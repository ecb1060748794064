//! The chase list (催报) as a workbook of its own and as text ready to paste. Knows nothing of how it came about.

use super::results::Results;
use crate::book::paper::Paper;
use crate::book::style::{CellStyle, PrintStyles};
use crate::book::workbook::workbook as new_workbook;
use crate::book::{cell_text, measure};
use crate::model::discipline::{ChaseGroup, ChaseList, ChaseUnit};
use crate::model::normalised::Contact;
use crate::model::run::UnitStatus;
use crate::model::statistic::RowKind;
use crate::text::masks::mask_within;
use crate::text::quote::{inert, is_active};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};
use std::io::{self, Seek, Write};

/// Headings and widths: an A4 page on its side.
const COLUMNS: [(&str, f64); 12] = [
    ("序号", 5.0),
    ("地市、渠道", 10.0),
    ("单位", 24.0),
    ("状态", 12.0),
    ("连续未报\n（期）", 8.0),
    ("近期未报\n（期）", 8.0),
    ("近期迟报\n（期）", 8.0),
    ("超过截止\n（工作日）", 10.0),
    ("须改正\n（处）", 8.0),
    ("问题", 42.0),
    ("联系人", 9.0),
    ("电话", 16.5),
];
/// Columns whose words are wrapped, by place: they decide how high a row is.
const NAME: usize = 2;
const WRONG: usize = 9;

/// Writes the workbook: everyone by city and channel, those silent again and again, the paragraphs to send.
///
/// # Errors
/// The writer refuses a cell.
pub fn workbook<W: Write + Seek + Send>(results: &Results<'_>, target: W) -> Result<(), XlsxError> {
    let styles = PrintStyles::default();
    let title = format!("{}催报名单", results.name());
    let mut book = new_workbook(&title)?;
    let list = results.chase;
    let groups: Vec<(String, Vec<Chased<'_>>)> =
        list.groups.iter().map(|group| (group_words(group), chased(results, group).collect())).collect();
    book.push_worksheet(names("催报名单", &title, list, &groups, &styles)?);
    let repeated = |Chased { unit, .. }: &Chased<'_>| unit.silent > 1 || unit.missed + unit.late > 1;
    let mut often: Vec<Chased<'_>> =
        list.groups.iter().flat_map(|group| chased(results, group)).filter(repeated).collect();
    if !often.is_empty() {
        // Stable, so that what is alike stays in official order.
        often.sort_by_key(|Chased { unit, .. }| std::cmp::Reverse((unit.silent, unit.missed, unit.late)));
        let title = format!("{}屡次未报、迟报单位", results.name());
        let words = format!("近 {} 期中未报、迟报两期以上的，连续未报最久的在前", list.looked);
        book.push_worksheet(names("屡次未报迟报", &title, list, &[(words, often)], &styles)?);
    }
    book.push_worksheet(letters(&title, list, &styles)?);
    book.push_worksheet(unit_letters(results, &title, list, &styles)?);
    book.save_to_writer(target)
}

/// A unit to chase, where it belongs, and whom to call there.
struct Chased<'r> {
    label: &'r str,
    unit: &'r ChaseUnit,
    contact: Contact,
}

fn chased<'r>(results: &'r Results<'_>, group: &'r ChaseGroup) -> impl Iterator<Item = Chased<'r>> {
    let of =
        |unit: &'r ChaseUnit| Chased { label: &group.label, unit, contact: results.contact(None, Some(unit.unit)) };
    group.units.iter().map(of)
}

fn group_words(group: &ChaseGroup) -> String {
    let counts: String = [UnitStatus::Missing, UnitStatus::Unreadable, UnitStatus::Returned]
        .map(|status| (group.units.iter().filter(|unit| unit.status == status).count(), status.word()))
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("，{word} {count} 个"))
        .collect();
    format!("{}：应报 {} 个单位，催报 {} 个{}", group.label, group.expected, group.units.len(), counts)
}

/// A sheet on its side that begins with its title.
fn titled<'a>(name: &str, title: &str, widths: Vec<f64>, styles: &'a PrintStyles) -> Result<Paper<'a>, XlsxError> {
    let mut paper = Paper::new(name, title, widths, true, styles)?;
    paper.line(title, &styles.title, (16.0, 34.0))?;
    Ok(paper)
}

/// What the list is of, and what is to be known before it is sent.
fn head(paper: &mut Paper<'_>, list: &ChaseList) -> Result<(), XlsxError> {
    let styles = paper.styles;
    paper.words(&list.summary)?;
    list.notes.iter().try_for_each(|note| paper.line(note, &styles.note, (10.0, 17.0)))
}

/// Units under the headings of their groups; numbered through.
fn names(
    name: &str,
    title: &str,
    list: &ChaseList,
    groups: &[(String, Vec<Chased<'_>>)],
    styles: &PrintStyles,
) -> Result<Worksheet, XlsxError> {
    let mut paper = titled(name, title, COLUMNS.map(|(_, width)| width).to_vec(), styles)?;
    head(&mut paper, list)?;
    if groups.is_empty() {
        return Ok(paper.sheet);
    }
    for (column, (heading, _)) in (0u16..).zip(COLUMNS) {
        paper.sheet.write_string_with_format(paper.row, column, heading, &wrapped(&styles.heading))?;
    }
    paper.sheet.set_row_height(paper.row, 36)?;
    paper.sheet.set_repeat_rows(paper.row, paper.row)?;
    paper.sheet.set_freeze_panes(paper.row + 1, 0)?;
    paper.fold.add(36.0);
    paper.row += 1;
    let mut number = 0;
    for (words, units) in groups {
        // A heading over one line says nothing that the line does not.
        if units.len() > 1 {
            let last = COLUMNS.len() as u16 - 1;
            // The name of a group never stands alone at the foot of a page.
            let first = units.first().map_or(0.0, |chased| height(chased.unit));
            paper.fold.keep_together(paper.row, 22.0 + first);
            paper.fold.add(22.0);
            paper.sheet.merge_range(paper.row, 0, paper.row, last, words, &styles.group)?;
            paper.sheet.set_row_height(paper.row, 22)?;
            paper.row += 1;
        }
        for unit in units {
            number += 1;
            unit_row(&mut paper, number, unit)?;
        }
    }
    paper.fold.apply(&mut paper.sheet)?;
    Ok(paper.sheet)
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

/// The part of a column's width that a paragraph is measured by: a line ends before the word that does not fit, and another
/// font draws digits wider. What is too low is cut off on paper.
const PARAGRAPH: f64 = 0.88;

/// Height of a unit's row in points; the column of what is wrong decides.
fn height(unit: &ChaseUnit) -> f64 {
    let width = |column: usize| COLUMNS.get(column).map_or(10.0, |(_, width)| *width);
    let trouble = mask_within(&trouble(unit));
    let wrong = measure::lines(&cell_text::printable(&trouble).0, width(WRONG) * PARAGRAPH, 11.0);
    let lines = wrong.max(measure::lines(&unit.name, width(NAME), 11.0));
    (f64::from(lines) * 15.0 + 5.0).clamp(20.0, 400.0)
}

fn unit_row(paper: &mut Paper<'_>, number: u32, chased: &Chased<'_>) -> Result<(), XlsxError> {
    let Chased { label, unit, contact } = chased;
    let (row, styles) = (paper.row, paper.styles);
    let cell = |kind| styles.cell(kind, RowKind::Body);
    let trouble = trouble(unit);
    // Lateness has a column of its own.
    let status = match unit.status {
        UnitStatus::Late { overdue: true, .. } => "逾期收到".to_owned(),
        UnitStatus::Late { .. } => "迟报收到".to_owned(),
        UnitStatus::OnTime | UnitStatus::Undated => "另有文件未通过".to_owned(),
        status => status.words(),
    };
    paper.sheet.write_number_with_format(row, 0, number, cell(CellStyle::Centre))?;
    let label = (*label).to_owned();
    let texts = [
        (1, CellStyle::Centre, &label),
        (2, CellStyle::Left, &unit.name),
        (3, CellStyle::Centre, &status),
        (9, CellStyle::Left, &trouble),
        (10, CellStyle::Centre, &contact.person),
        (11, CellStyle::Centre, &contact.phone),
    ];
    for (column, kind, text) in texts {
        // Whom to call is what the list is for.
        let text = if column == 11 { text.clone() } else { mask_within(text) };
        let text = cell_text::printable(&text).0;
        paper.sheet.write_string_with_format(row, column, text, cell(kind))?;
    }
    let counts = [
        (4, i64::from(unit.silent)),
        (5, i64::from(unit.missed)),
        (6, i64::from(unit.late)),
        (7, unit.late_days.unwrap_or(0)),
        (8, unit.problems as i64),
    ];
    for (column, count) in counts {
        if count > 0 {
            paper.sheet.write_number_with_format(row, column, count as f64, cell(CellStyle::Centre))?;
        } else {
            paper.sheet.write_string_with_format(row, column, "—", cell(CellStyle::Faint))?;
        }
    }
    let height = height(unit);
    paper.sheet.set_row_height(row, height)?;
    paper.fold.add(height);
    paper.row += 1;
    Ok(())
}

/// One paragraph a city or channel, each in a cell of its own to be copied.
fn letters(title: &str, list: &ChaseList, styles: &PrintStyles) -> Result<Worksheet, XlsxError> {
    let mut paper = titled("催报文字", &title.replace("名单", "文字"), vec![14.0, 126.0], styles)?;
    head(&mut paper, list)?;
    for group in &list.groups {
        let letter = mask_within(&group.letter);
        let letter = cell_text::printable(&letter).0;
        let lines = measure::lines(&letter, 126.0 * PARAGRAPH, 11.0);
        let label = styles.cell(CellStyle::Centre, RowKind::Body);
        paper.sheet.write_string_with_format(paper.row, 0, &group.label, label)?;
        paper.sheet.write_string_with_format(paper.row, 1, letter, styles.cell(CellStyle::Left, RowKind::Body))?;
        paper.sheet.set_row_height(paper.row, (f64::from(lines) * 15.0 + 8.0).clamp(24.0, 400.0))?;
        paper.row += 1;
    }
    Ok(paper.sheet)
}

/// The whole text to each unit, beside whom to send it to.
fn unit_letters(
    results: &Results<'_>,
    title: &str,
    list: &ChaseList,
    styles: &PrintStyles,
) -> Result<Worksheet, XlsxError> {
    const WIDTHS: [f64; 4] = [24.0, 9.0, 16.5, 92.0];
    let title = title.replace("名单", "逐单位文字");
    let mut paper = titled("逐单位文字", &title, WIDTHS.to_vec(), styles)?;
    for (column, heading) in (0u16..).zip(["单位", "联系人", "电话", "文字"]) {
        paper.sheet.write_string_with_format(paper.row, column, heading, &styles.heading)?;
    }
    paper.sheet.set_repeat_rows(paper.row, paper.row)?;
    paper.sheet.set_freeze_panes(paper.row + 1, 0)?;
    paper.row += 1;
    let cell = |kind| styles.cell(kind, RowKind::Body);
    for Chased { unit, contact, .. } in list.groups.iter().flat_map(|group| chased(results, group)) {
        let (name, letter) = (Paper::shown(&unit.name), Paper::shown(&unit.letter));
        let phone = cell_text::printable(&contact.phone).0;
        let lines = measure::lines(&letter, WIDTHS[3] * PARAGRAPH, 11.0).max(measure::lines(&name, WIDTHS[0], 11.0));
        paper.sheet.write_string_with_format(paper.row, 0, name, cell(CellStyle::Left))?;
        paper.sheet.write_string_with_format(paper.row, 1, Paper::shown(&contact.person), cell(CellStyle::Centre))?;
        paper.sheet.write_string_with_format(paper.row, 2, phone, cell(CellStyle::Centre))?;
        paper.sheet.write_string_with_format(paper.row, 3, letter, cell(CellStyle::Left))?;
        paper.sheet.set_row_height(paper.row, (f64::from(lines) * 15.0 + 8.0).clamp(24.0, 400.0))?;
        paper.row += 1;
    }
    Ok(paper.sheet)
}

/// Writes the text: UTF-8 with a byte order mark and CRLF, as Notepad and messengers on Windows take it.
///
/// # Errors
/// The target refuses.
pub fn text(results: &Results<'_>, target: &mut impl Write) -> io::Result<()> {
    let list = results.chase;
    let mut lines = vec![format!("{}催报", results.name()), list.summary.clone()];
    lines.extend(list.notes.iter().map(|note| format!("（{note}）")));
    for group in &list.groups {
        lines.extend([String::new(), format!("【{}】", group.label), group.letter.clone()]);
    }
    if !list.groups.is_empty() {
        lines.extend([String::new(), "以下逐个单位：".to_owned()]);
    }
    for unit in list.units() {
        lines.push(String::new());
        // Each problem stands on a line of its own.
        lines.extend(unit.letter.lines().map(str::to_owned));
    }
    target.write_all("\u{feff}".as_bytes())?;
    lines.iter().try_for_each(|line| write!(target, "{}\r\n", inert(&flat(&mask_within(line)))))
}

/// One paragraph is one line: what a file's name or a cell brings may not break it.
fn flat(line: &str) -> String {
    line.chars().map(|c| if is_active(c) { ' ' } else { c }).collect()
}
