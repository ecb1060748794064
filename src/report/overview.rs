//! 总览: the first sheet of the working edition. What came in, what it proves, what holds and what does not,
//! who has reported, and the charts.

use super::account::Account;
use super::drawing::Drawing;
use super::results::Results;
use super::{chart, quality, received};
use crate::book::block::{Stand, span};
use crate::book::paper::Paper;
use crate::book::style::{CellStyle, PrintStyles};
use crate::book::{cell_text, measure};
use crate::definition::{Count, Edition};
use crate::model::run::{RowFate, UnitStatus};
use crate::model::statistic::RowKind;
use crate::model::{Finding, Outcome, Severity};
use crate::text::masks::mask_within;
use rust_xlsxwriter::{Url, Worksheet, XlsxError};
use std::collections::BTreeMap;

pub const NAME: &str = "总览";
/// Together as wide as an upright page.
pub const WIDTHS: [f64; 8] = [11.3; 8];
/// The height of a section's heading and of a line of the contents, in points.
const CONTENTS: (f64, f64) = (26.0, 19.0);
/// Of the counts of files and rows with their sentences, in points.
const ARRIVALS: f64 = 230.0;
/// Of what is said below of a chart, in points.
const REMARK: f64 = 24.0;
/// Pixels between the first and the last column, at Excel's seven pixels a place.
const CHART_WIDTH: u32 = 664;

/// A heading row and a row of figures under it; each entry with the number of columns it takes.
fn figures(paper: &mut Paper<'_>, entries: &[(u16, &str, OverviewFigure)]) -> Result<(), XlsxError> {
    let mut column = 0;
    for (wide, heading, figure) in entries {
        let columns = (column, column + wide - 1);
        span(&mut paper.sheet, (paper.row, paper.row), columns, heading, &paper.styles.heading)?;
        let below = paper.row + 1;
        let format = match figure {
            OverviewFigure::Words(_) | OverviewFigure::Count(_) => paper.styles.cell(CellStyle::Centre, RowKind::Body),
            OverviewFigure::Rate(..) => &paper.styles.rate,
        };
        if *wide > 1 {
            paper.sheet.merge_range(below, columns.0, below, columns.1, "", format)?;
        }
        match figure {
            OverviewFigure::Words(words) => paper.sheet.write_string_with_format(below, column, *words, format)?,
            OverviewFigure::Count(count) => {
                paper.sheet.write_number_with_format(below, column, *count as f64, format)?
            }
            OverviewFigure::Rate(_, 0) => paper.sheet.write_string_with_format(below, column, "—", format)?,
            OverviewFigure::Rate(num, den) => {
                paper.sheet.write_number_with_format(below, column, *num as f64 / *den as f64, format)?
            }
        };
        column += wide;
    }
    paper.sheet.set_row_height(paper.row, 21)?.set_row_height(paper.row + 1, 21)?;
    paper.fold.add(42.0);
    paper.row += 2;
    Ok(())
}

/// What stands under a heading.
enum OverviewFigure {
    Words(&'static str),
    Count(u64),
    Rate(u64, u64),
}

/// Writes the sheet; `stands` tells where each table of the results was printed.
///
/// # Errors
/// The sheet refuses a cell.
pub fn overview(
    results: &Results<'_>,
    account: &Account,
    styles: &PrintStyles,
    stands: &[Stand],
) -> Result<Worksheet, XlsxError> {
    let mut paper = Paper::new(NAME, &results.name(), WIDTHS.to_vec(), false, styles)?;
    paper.line(&results.name(), &styles.title, (16.0, 34.0))?;
    let mut source = format!("报告期：{}", results.period.title());
    if !results.plan.notice.is_empty() {
        source += &format!("　　依据：{}", quoted(&results.plan.notice));
    }
    paper.line(&source, &styles.subtitle, (11.0, 20.0))?;
    paper.words(&format!("统计口径：{}", basis(results)))?;
    conclusions(results, &mut paper)?;
    units(results, &mut paper)?;
    findings(results, &mut paper)?;
    arrivals(results, account, &mut paper)?;
    contents(results, stands, &mut paper)?;
    charts(results, Edition::Working, stands, "六、图表", &mut paper)?;
    end(&mut paper)?;
    Ok(paper.sheet)
}

/// A notice in the marks of a title.
pub fn quoted(notice: &str) -> String {
    if notice.contains('《') { notice.to_owned() } else { format!("《{notice}》") }
}

/// What counts, in one sentence.
pub fn basis(results: &Results<'_>) -> String {
    let what = match results.plan.count {
        Count::Rows => "有“必改”问题的行不计入，同一报表的其他行照常计入",
        Count::WholeReturns => "有“必改”问题的报表整份不计入",
    };
    format!(
        "统计{}各单位报送并通过审核的数据；{what}；报告期不符、单位无法认定或缺少必需列的报表整份不计入；“未报”不等于 0。",
        results.period.title()
    )
}

fn arrivals(results: &Results<'_>, account: &Account, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    // The counts and the sentences that prove them are read together.
    paper.fold.keep_together(paper.row, ARRIVALS);
    paper.section("四、报表与数据行")?;
    // The total stands first: with it and all outcomes the page is full.
    let mut entries: Vec<(u16, &str, OverviewFigure)> = vec![(1, "文件合计", OverviewFigure::Count(account.files))];
    // Where somebody left a return out, it stands in the place of what was ignored, which the sentence below counts.
    let left_out = results.verdict.count(Outcome::LeftOut) > 0;
    let unsaid = if left_out { Outcome::Ignored } else { Outcome::LeftOut };
    for outcome in Outcome::ALL.into_iter().filter(|outcome| *outcome != unsaid) {
        entries.push((1, outcome.word(), OverviewFigure::Count(results.verdict.count(outcome) as u64)));
    }
    figures(paper, &entries)?;
    paper.words(&account.files_sentence)?;
    let rows = results.verdict.rows;
    let mut entries: Vec<(u16, &str, OverviewFigure)> = vec![(2, "数据行", OverviewFigure::Words("行数"))];
    entries.extend(RowFate::ALL.map(|fate| (1, fate.word(), OverviewFigure::Count(rows.of(fate)))));
    entries.push((1, "合计", OverviewFigure::Count(rows.data)));
    figures(paper, &entries)?;
    paper.words(&account.rows_sentence)?;
    paper.words(&account.sheet_rows_sentence)
}

fn conclusions(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    paper.section("一、主要结论")?;
    if results.conclusions.is_empty() {
        return paper.words("本次没有需要下结论的规定。");
    }
    let styles = paper.styles;
    for (at, conclusion) in results.conclusions.iter().enumerate() {
        let text = format!("{}. {}", at + 1, conclusion.text);
        match conclusion.holds {
            Some(false) => paper.line(&text, &styles.alarm_line, (11.0, 19.0))?,
            _ => paper.words(&text)?,
        }
    }
    Ok(())
}

fn findings(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    paper.section("三、审核问题")?;
    let all = &results.verdict.findings;
    let count = |severity| all.iter().filter(|finding| finding.severity == severity).count() as u64;
    let mut entries: Vec<(u16, &str, OverviewFigure)> = [Severity::Block, Severity::Verify, Severity::Note]
        .into_iter()
        .map(|severity| (2, severity.word(), OverviewFigure::Count(count(severity))))
        .collect();
    entries.push((2, "合计", OverviewFigure::Count(all.len() as u64)));
    figures(paper, &entries)?;
    // Codes that say the same are one problem to those who read it.
    let mut by_words: BTreeMap<&str, u64> = BTreeMap::new();
    // What the engine expects names units and files, and is different each time; its code has words of its own.
    let blocking = all.iter().filter(|finding| finding.severity == Severity::Block);
    for rule in blocking.flat_map(Finding::each_rule) {
        *by_words.entry(quality::rule_words(rule)).or_default() += 1;
    }
    let mut often: Vec<(&str, u64)> = by_words.into_iter().collect();
    // The sort is stable, so that equal counts stay in the order of their words.
    often.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<String> = often.iter().take(5).map(|(what, count)| format!("“{what}”{count} 条")).collect();
    if !words.is_empty() {
        paper.words(&format!("最多的必改问题：{}。逐条见审核问题工作簿。", words.join("；")))?;
    }
    Ok(())
}

fn units(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    paper.section("二、各单位报送情况")?;
    let all = &results.verdict.units;
    let count = |wanted: fn(&UnitStatus) -> bool| all.iter().filter(|unit| wanted(&unit.status)).count() as u64;
    let undated = count(|status| *status == UnitStatus::Undated);
    let on_time = count(|status| *status == UnitStatus::OnTime) + undated;
    // Where nobody can tell whether in time, nobody is said to be.
    let in_time = match undated {
        0 => "按时通过",
        all if all == on_time => "已报",
        _ => "按时或已报",
    };
    let late = count(|status| matches!(status, UnitStatus::Late { overdue: false, .. }));
    let overdue = count(|status| matches!(status, UnitStatus::Late { overdue: true, .. }));
    figures(
        paper,
        &[
            (1, "应报单位", OverviewFigure::Count(all.len() as u64)),
            (1, in_time, OverviewFigure::Count(on_time)),
            (1, "迟报通过", OverviewFigure::Count(late)),
            (1, "逾期通过", OverviewFigure::Count(overdue)),
            (1, "退回", OverviewFigure::Count(count(|status| *status == UnitStatus::Returned))),
            (1, "无法读取", OverviewFigure::Count(count(|status| *status == UnitStatus::Unreadable))),
            (1, "未报", OverviewFigure::Count(count(|status| *status == UnitStatus::Missing))),
            (1, "通过率", OverviewFigure::Rate(on_time + late + overdue, all.len() as u64)),
        ],
    )?;
    for remark in received::drift::remarks(results) {
        paper.words(&format!("· {remark}，建议统一处理，见审核问题工作簿的“表样变动”。"))?;
    }
    Ok(())
}

/// The list of sheets, on a page of its own with the charts where it would come near the end of the first.
fn contents(results: &Results<'_>, stands: &[Stand], paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    if stands.is_empty() {
        return Ok(());
    }
    let mut titles: Vec<(&str, Vec<&str>)> = Vec::new();
    for (stand, table) in stands.iter().zip(results.tables).filter(|(stand, _)| !stand.sheet.is_empty()) {
        match titles.iter_mut().find(|(sheet, _)| *sheet == stand.sheet) {
            Some((_, known)) => known.push(&table.title),
            None => titles.push((&stand.sheet, vec![&table.title])),
        }
    }
    let width = paper.columns.total();
    let entries: Vec<(&str, Vec<String>)> =
        titles.iter().map(|(sheet, tables)| (*sheet, entry_lines(sheet, tables, width))).collect();
    let lines: usize = entries.iter().map(|(_, lines)| lines.len()).sum();
    if paper.fold.would_crowd(CONTENTS.0 + lines as f64 * CONTENTS.1) {
        paper.fold.new_page(paper.row);
    }
    paper.section("五、目录")?;
    for (sheet, lines) in entries {
        for text in lines {
            let text = mask_within(&text);
            paper.line(&text, &paper.styles.line.clone(), (11.0, CONTENTS.1))?;
            let target = format!("internal:'{}'!A1", sheet.replace('\'', "''"));
            let link = Url::new(target).set_text(cell_text::printable(&text).0);
            paper.sheet.write_url_with_format(paper.row - 1, 0, link, &paper.styles.line)?;
        }
    }
    Ok(())
}

/// A sheet and the titles of its tables, on as many lines as they take: not every program wraps a link, and what does
/// not fit is cut off.
fn entry_lines(sheet: &str, titles: &[&str], width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = format!("{sheet}：");
    for (index, title) in titles.iter().enumerate() {
        let end = if index + 1 < titles.len() { "；" } else { "" };
        let longer = format!("{line}{title}{end}");
        if index == 0 || measure::lines(&longer, width, 11.0) == 1 {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, format!("　　{title}{end}")));
        }
    }
    lines.push(line);
    lines
}

/// Ends a sheet: its pages, and what is printed of it; what charts draw stands beside that.
///
/// # Errors
/// More pages than Excel takes.
pub fn end(paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    paper.fold.apply(&mut paper.sheet)?;
    paper.sheet.set_print_area(0, 0, paper.row.saturating_sub(1), paper.columns.last())?;
    Ok(())
}

/// What the charts of an edition draw, each with the position of its table among the results.
pub fn drawings<'a>(results: &Results<'a>, edition: Edition) -> Vec<(usize, Drawing<'a>)> {
    let declared = results.plan.charts.iter().filter(|chart| edition.holds(chart.edition));
    let drawn = declared.filter_map(|chart| {
        let wanted = results.plan.tables.get(chart.table)?;
        let at = results.tables.iter().position(|table| table.id == wanted.id)?;
        Some((at, Drawing::of(chart, results.tables.get(at)?)?))
    });
    drawn.collect()
}

/// The charts of an edition under a heading, where there are any.
///
/// # Errors
/// The sheet refuses a cell.
pub fn charts(
    results: &Results<'_>,
    edition: Edition,
    stands: &[Stand],
    heading: &str,
    paper: &mut Paper<'_>,
) -> Result<(), XlsxError> {
    let mut remarks = Vec::new();
    let mut first = true;
    let all = drawings(results, edition);
    let together: f64 = all.iter().map(|(_, drawing)| chart::tall(drawing) + REMARK).sum::<f64>() + CONTENTS.0;
    for (at, drawing) in all {
        let Some(stand) = stands.get(at).filter(|stand| !stand.sheet.is_empty()) else { continue };
        let (first_chart, start) = (std::mem::take(&mut first), paper.row);
        if first_chart {
            // How far the words above came down their page depends on fonts; a page of its own does not.
            if start > 0 && !paper.fold.has_breaks() {
                paper.fold.new_page(start);
            }
            // Charts that fit on one page stand on one.
            if !paper.fold.is_over(together) {
                paper.fold.keep_together(start, together);
            }
            paper.fold.keep_together(start, chart::tall(&drawing) + CONTENTS.0);
            if !heading.is_empty() {
                paper.section(heading)?;
            }
        }
        paper.fold.keep_together(paper.row, chart::tall(&drawing));
        chart::draw(&drawing, stand, CHART_WIDTH, paper)?;
        remarks.extend(Some(drawing.remark).filter(|remark| !remark.is_empty()));
    }
    for remark in &remarks {
        paper.line(remark, &paper.styles.note, (10.0, 16.0))?;
    }
    Ok(())
}
