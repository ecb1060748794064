//! 首页: the first page of the signed edition. Who says what about which period, which figures prove it, what they rest on,
//! what the reader is asked for, and the lines to sign.

use super::overview::{basis, quoted};
use super::results::Results;
use crate::book::block::{self, BodyRows, span};
use crate::book::cell_text::printable;
use crate::book::measure;
use crate::book::paper::Paper;
use crate::book::style::PrintStyles;
use crate::model::Severity;
use crate::model::conclusion::{About, Conclusion};
use crate::model::statistic::StatCell;
use crate::text::dates::say_day;
use rust_xlsxwriter::{Worksheet, XlsxError};

pub const NAME: &str = "首页";
/// How far the figures may be relied on: something is missing or in doubt; nothing is; the period was issued.
pub const PRELIMINARY: &str = "初步数";
pub const READY: &str = "定稿（待印发）";
pub const ISSUED: &str = "定稿";
/// Room for a number that there is not yet.
pub const NO_NUMBER: &str = "　　　　　　　　";
/// Characters of an upright page.
const WIDE: f64 = 106.0;
/// Characters of the columns of the figures, by their headings; the first has what the others leave.
const WIDTHS: [(&str, f64); 8] = [
    ("单位", 5.5),
    ("本期", 11.0),
    ("比较", 11.0),
    ("可比本期", 10.0),
    ("比较数", 10.0),
    ("增减", 21.5),
    ("评价", 8.5),
    ("见", 8.5),
];
/// The least that the first has.
const FIRST: f64 = 18.0;
/// Points of the lines to sign, and of a line of words.
const SIGN: f64 = 26.0;
/// How many are to be signed in a line.
const ABREAST: usize = 3;

/// The parts of the page in their order, with the sentences of each.
pub const PARTS: [(About, &str); 4] =
    [(About::Coverage, "报送情况"), (About::News, "主要情况"), (About::Doubt, "需要说明"), (About::Ask, "请审定")];

/// Writes the sheet.
///
/// # Errors
/// The sheet refuses a cell.
pub fn front(results: &Results<'_>, styles: &PrintStyles) -> Result<Worksheet, XlsxError> {
    let widths = widths(results);
    let last = widths.len() as u16 - 1;
    let mut paper = Paper::new(NAME, &results.name(), widths, false, styles)?;
    marks(results, last, &mut paper)?;
    paper.line(&results.name(), &styles.title, (18.0, 36.0))?;
    for line in heads(results) {
        paper.line(&line, &styles.subtitle, (11.0, 18.0))?;
    }
    let mut number = 0;
    for (about, heading) in PARTS {
        if about == About::Doubt {
            figures(results, &mut number, &mut paper)?;
        }
        let said = said(results, about);
        if said.is_empty() {
            continue;
        }
        paper.section(&numbered(&mut number, heading))?;
        for (at, conclusion) in said.iter().enumerate() {
            let text =
                if said.len() > 1 { format!("{}. {}", at + 1, conclusion.text) } else { conclusion.text.clone() };
            match conclusion.holds {
                Some(false) => paper.line(&text, &styles.alarm_line, (11.0, 19.0))?,
                _ => paper.words(&text)?,
            }
        }
    }
    paper.line(&format!("统计口径：{}", basis(results)), &styles.note, (10.0, 16.0))?;
    sign(results, &mut paper)?;
    if paper.fold.fits_one_page(paper.height) {
        paper.sheet.set_print_fit_to_pages(1, 1);
    } else {
        paper.fold.apply(&mut paper.sheet)?;
    }
    paper.sheet.set_print_area(0, 0, paper.row.saturating_sub(1), last)?;
    Ok(paper.sheet)
}

/// How wide the columns are, by what the figures have; without figures the page is as if they had all.
fn widths(results: &Results<'_>) -> Vec<f64> {
    let of = |name: &str| WIDTHS.iter().find(|(known, _)| *known == name).map(|(_, width)| *width);
    let rows = results.key_figures.rows.all();
    let needed = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.get(column));
        // A figure that does not fit is printed as ###; words break. Behind a figure there is room for a mark.
        let longest = |cell: &StatCell| match cell {
            StatCell::Text(words) | StatCell::Alarm(words) => words.split(' ').map(measure::places).max().unwrap_or(0),
            figure => measure::places(&measure::shown(figure)),
        };
        cells.map(|cell| measure::width(longest(cell) + 2)).fold(0.0, f64::max)
    };
    let headings = results.key_figures.headings.iter().enumerate();
    let figures: Vec<f64> = headings.filter_map(|(at, heading)| Some(of(&heading.name)?.max(needed(at)))).collect();
    let others = if figures.is_empty() { WIDTHS.map(|(_, width)| width).to_vec() } else { figures };
    let first = (WIDE - others.iter().sum::<f64>()).max(FIRST);
    std::iter::once(first).chain(others).collect()
}

/// The sentences about one thing.
pub fn said<'a>(results: &Results<'a>, about: About) -> Vec<&'a Conclusion> {
    results.conclusions.iter().filter(|conclusion| conclusion.about == about).collect()
}

/// The heading of the next part: 一、 二、 …
pub fn numbered(number: &mut usize, heading: &str) -> String {
    let digit = ["一", "二", "三", "四", "五"].get(*number).copied().unwrap_or_default();
    *number += 1;
    format!("{digit}、{heading}")
}

/// 附件1 at the left, 内部资料 at the right, where the definition has them.
fn marks(results: &Results<'_>, last: u16, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    let front = &results.plan.front;
    if front.annex.is_empty() && front.classification.is_empty() {
        return Ok(());
    }
    let row = (paper.row, paper.row);
    let half = last / 2;
    span(&mut paper.sheet, row, (0, half), &printable(&front.annex).0, &paper.styles.line)?;
    span(&mut paper.sheet, row, (half + 1, last), &printable(&front.classification).0, &paper.styles.caption)?;
    paper.take_row(20.0)
}

/// Who made it, of when, and how far it may be relied on.
pub fn heads(results: &Results<'_>) -> Vec<String> {
    let front = &results.plan.front;
    let mut first = Vec::new();
    if !front.office.is_empty() {
        first.push(format!("汇总单位：{}", front.office));
    }
    first.push(format!("报告期：{}", results.period.title()));
    first.push(standing(results));
    let day = results.chase.as_of.map_or_else(|| "　　　年　　月　　日".to_owned(), say_day);
    let number = results.correction.map_or(NO_NUMBER, |correction| correction.number);
    let mut heads = vec![first.join("　　"), format!("制表日期：{day}　　文号：{number}")];
    if !results.plan.notice.is_empty() {
        heads.push(format!("依据：{}", quoted(&results.plan.notice)));
    }
    heads
}

/// 初步数 while anything is missing or in doubt; what was issued and is run again is a correction of it.
fn standing(results: &Results<'_>) -> String {
    let whole = results.verdict.units.iter().all(|unit| unit.status.is_accepted());
    let open = results.verdict.findings.iter().any(|finding| finding.severity != Severity::Note);
    match (results.correction, whole && !open) {
        (Some(_), _) => "更正稿".to_owned(),
        (None, true) => READY.to_owned(),
        (None, false) => PRELIMINARY.to_owned(),
    }
}

fn figures(results: &Results<'_>, number: &mut usize, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    if results.key_figures.rows.is_empty() {
        return Ok(());
    }
    paper.section(&numbered(number, "主要指标"))?;
    let table = ("", results.key_figures);
    let stand = block::block(&mut paper.sheet, paper.styles, &paper.columns, table, (&[], BodyRows::Here), paper.row)?;
    paper.took(stand.next, stand.height());
    Ok(())
}

fn sign(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    let places = (WIDE / 1.06) as usize / ABREAST;
    for some in results.plan.front.sign.chunks(ABREAST) {
        let part = |word: &String| {
            let blank = places.saturating_sub(measure::places(word) + 2) / 2;
            format!("{word}：{}", "　".repeat(blank.max(2)))
        };
        let line = some.iter().map(part).collect::<String>();
        let styles = paper.styles;
        paper.line(line.trim_end(), &styles.signature, (11.0, SIGN))?;
    }
    Ok(())
}
