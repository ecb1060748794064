//! 更正说明: every figure that a run changed in a period that had been issued, as a table that can be signed. First what was
//! signed, then each row of each table with all that changed in it on one line.

use super::results::{Correction, Results};
use crate::book::long::{self, LongTable};
use crate::book::stack::{LeadLine, PrintedTable, long_table_sheet, sheet_under};
use crate::book::style::PrintStyles;
use crate::book::workbook::workbook;
use crate::domain::period::civil;
use crate::history::correction::FigureChange;
use crate::model::decision::{Decision, DecisionState, Settled};
use crate::model::stat_table::{Heading, StatTable};
use crate::model::statistic::{RowKind, StatCell, StatRow};
use crate::text::masks::{mask, mask_within};
use rust_xlsxwriter::XlsxError;
use std::io::{Seek, Write};

/// Totals that the paragraph names; the table below it has them all.
const NAMED: usize = 6;

/// Writes the workbook to `target`: a page that says what, why and what it does to the totals, with the main figures;
/// every figure that follows from it on a sheet of its own.
///
/// # Errors
/// The writer refuses a cell.
pub fn correction<W: Write + Seek + Send>(
    results: &Results<'_>,
    correction: Correction<'_>,
    target: W,
) -> Result<(), XlsxError> {
    let title = format!("{}更正说明", results.name());
    let styles = PrintStyles::default();
    let mut book = workbook(&title)?;
    let mut main = main_figures(results, &correction);
    main.notes.extend(decisions(results));
    let number = format!("原文号：{}", correction.number);
    let said = format!("　　{}", paragraph(results, &correction));
    let lead: [LeadLine<'_>; 3] = [
        (&title, &styles.title, (16.0, 34.0)),
        (&number, &styles.caption, (10.0, 18.0)),
        (&said, &styles.line, (12.0, 24.0)),
    ];
    let (sheet, _) =
        sheet_under("更正说明", &lead, &[PrintedTable { table: &main, number: None }], &styles, &title, true)?;
    book.push_worksheet(sheet);
    if correction.changes.is_empty() {
        return book.save_to_writer(target);
    }
    let all = all_figures(results, &correction, &title);
    let printed = [PrintedTable { table: &all, number: None }];
    let (sheet, stands) = long_table_sheet("逐项变化", &printed, &styles, &title, true)?;
    book.push_worksheet(sheet);
    long::save(book, stands.iter().map(|stand| LongTable { sheet: 2, table: &all, stand }), target)
}

/// The totals that changed, where both sides are figures.
fn totals<'a>(correction: &Correction<'a>) -> impl Iterator<Item = &'a FigureChange> {
    let figure = |cell: Option<&StatCell>| cell.is_some_and(|cell| amount(cell).is_some());
    correction
        .changes
        .iter()
        .filter(move |change| change.total && figure(change.before.as_ref()) && figure(change.after.as_ref()))
}

/// The number of a table among those that were signed, by its title.
fn annex(results: &Results<'_>, title: &str) -> Option<usize> {
    let table = results.tables.iter().find(|table| table.title == title)?;
    results.plan.annex_number(&table.id)
}

/// What a table is called where all are of one period: its number, where it was signed, and its title without the period.
fn short_title(results: &Results<'_>, title: &str) -> String {
    let annex = annex(results, title).map(|number| format!("附表{number} ")).unwrap_or_default();
    let own = title.strip_prefix(&results.period.title()).filter(|own| !own.is_empty()).unwrap_or(title);
    mask_within(&format!("{annex}{own}"))
}

/// The totals that the first page lists: of what was signed, where one of them changed.
fn main_totals<'a>(results: &Results<'_>, correction: &Correction<'a>) -> Vec<&'a FigureChange> {
    let signed: Vec<&FigureChange> =
        totals(correction).filter(|change| annex(results, &change.table).is_some()).collect();
    if signed.is_empty() { totals(correction).collect() } else { signed }
}

/// A figure as a number, and how many decimals it is told with; rates in percent.
fn amount(cell: &StatCell) -> Option<(f64, usize)> {
    match cell {
        StatCell::Integer(value) => Some((*value as f64, 0)),
        StatCell::Number(value) => Some((*value, 2)),
        StatCell::Ratio { num, den } if *den != 0 => Some((*num as f64 * 100.0 / *den as f64, 2)),
        StatCell::Points(points) => Some((*points, 2)),
        _ => None,
    }
}

/// By how much a total moved: `+12`, `-3.25 个百分点`.
fn moved(change: &FigureChange) -> String {
    let (before, after) = (change.before.as_ref().and_then(amount), change.after.as_ref().and_then(amount));
    let Some(((before, _), (after, decimals))) = before.zip(after) else { return String::new() };
    let by = after - before;
    let decimals = if decimals > 0 && (by - by.round()).abs() < 1e-9 { 0 } else { decimals };
    let points = matches!(change.after, Some(StatCell::Ratio { .. } | StatCell::Points(_)));
    format!("{by:+.decimals$}{}", if points { " 个百分点" } else { "" })
}

fn words_of(cell: &StatCell) -> String {
    if let StatCell::Text(words) = cell { words.clone() } else { String::new() }
}

/// What was corrected, why, and what it does to the totals.
fn paragraph(results: &Results<'_>, correction: &Correction<'_>) -> String {
    let reason = mask_within(correction.reason);
    let period = results.period.title();
    if correction.changes.is_empty() {
        return format!("{period}印发后，因{reason}，重新汇总，统计表里的数字都没有变化。");
    }
    let all = totals(correction).count();
    let named: Vec<String> = main_totals(results, correction)
        .into_iter()
        .take(NAMED)
        .map(|change| {
            let said = |cell: Option<&StatCell>| words_of(&side(change, cell));
            let (before, after) = (said(change.before.as_ref()), said(change.after.as_ref()));
            format!("“{}”的{}由 {before} 更正为 {after}", mask_within(&change.table), mask_within(&change.column))
        })
        .collect();
    let effect = match named.is_empty() {
        true => "各表合计不变".to_owned(),
        false if all > NAMED => format!("{}，等 {all} 项合计", named.join("；")),
        false => named.join("；"),
    };
    format!(
        "{period}印发后，因{reason}，重新汇总。{effect}。连同由此变化的各项，共 {} 处数字与印发时不同，见“逐项变化”；没有列出的数字不变。",
        correction.changes.len()
    )
}

fn headings(names: &[&str]) -> Vec<Heading> {
    names.iter().map(|name| Heading { parents: Vec::new(), name: (*name).to_owned() }).collect()
}

fn text(words: &str) -> StatCell {
    StatCell::Text(mask_within(words))
}

/// The totals that changed, each with by how much.
fn main_figures(results: &Results<'_>, correction: &Correction<'_>) -> StatTable {
    let names = ["序号", "表", "项目", "更正前", "更正后", "增减"];
    let main = main_totals(results, correction);
    let others = totals(correction).count() - main.len();
    let mut rows: Vec<StatRow> = (1i64..)
        .zip(main)
        .map(|(number, change)| {
            let cells = vec![
                StatCell::Integer(number),
                StatCell::Text(short_title(results, &change.table)),
                text(&change.column),
                side(change, change.before.as_ref()),
                side(change, change.after.as_ref()),
                StatCell::Text(moved(change)),
            ];
            StatRow::new(RowKind::Body, cells)
        })
        .collect();
    if rows.is_empty() {
        let words = match correction.changes.is_empty() {
            true => "重新汇总后，统计表里的数字都没有变化",
            false => "各表合计都没有变化",
        };
        let mut cells = vec![StatCell::Empty; names.len()];
        cells[0] = StatCell::Text(words.to_owned());
        rows.push(StatRow::new(RowKind::Body, cells));
    }
    StatTable {
        id: "correction".to_owned(),
        sheet: "更正说明".to_owned(),
        title: "主要数字".to_owned(),
        caption: String::new(),
        headings: headings(&names),
        rows: rows.into(),
        withheld: 0,
        notes: (others > 0)
            .then(|| format!("只在工作版的各表另有 {others} 项合计变化，见“逐项变化”"))
            .into_iter()
            .collect(),
        label_columns: 3,
        private_columns: Vec::new(),
        definitions: Vec::new(),
        landscape: true,
        parts: Vec::new(),
        bounds: Vec::new(),
    }
}

/// Every figure that is no longer what was issued, those of a row on one line.
fn all_figures(results: &Results<'_>, correction: &Correction<'_>, title: &str) -> StatTable {
    let names = ["序号", "表", "行", "处数", "更正前 → 更正后"];
    let row = |(number, changes): (i64, &[FigureChange])| {
        let (table, row) = changes.first().map(|first| (first.table.as_str(), first.row.as_str())).unwrap_or_default();
        let cells = vec![
            StatCell::Integer(number),
            StatCell::Text(short_title(results, table)),
            text(row),
            StatCell::Integer(changes.len() as i64),
            StatCell::Text(row_words(changes)),
        ];
        StatRow::new(RowKind::Body, cells)
    };
    let of_one_row = |one: &FigureChange, other: &FigureChange| (&one.table, &one.row) == (&other.table, &other.row);
    StatTable {
        id: "correction-figures".to_owned(),
        sheet: "逐项变化".to_owned(),
        title: format!("{title}：逐项变化"),
        caption: format!("原文号：{}", correction.number),
        headings: headings(&names),
        rows: (1i64..).zip(correction.changes.chunk_by(of_one_row)).map(row).collect::<Vec<_>>().into(),
        withheld: 0,
        notes: Vec::new(),
        label_columns: 3,
        private_columns: Vec::new(),
        definitions: Vec::new(),
        landscape: true,
        parts: Vec::new(),
        bounds: Vec::new(),
    }
}

/// What changed in a row: `提出 742 → 620；采纳 455 → 394`, and where all came to the same, as of a unit that is gone,
/// `提出 122、采纳 61 → 未报`.
fn row_words(changes: &[FigureChange]) -> String {
    let sides = |change: &FigureChange| {
        let said = |cell: Option<&StatCell>| words_of(&side(change, cell));
        let before = format!("{} {}", mask_within(&change.column), said(change.before.as_ref()));
        (before, said(change.after.as_ref()))
    };
    let all: Vec<(String, String)> = changes.iter().map(sides).collect();
    match all.as_slice() {
        [(_, after), rest @ ..] if !rest.is_empty() && rest.iter().all(|(_, other)| other == after) => {
            let before: Vec<&str> = all.iter().map(|(before, _)| before.as_str()).collect();
            format!("{} → {after}", before.join("、"))
        }
        _ => all.iter().map(|(before, after)| format!("{before} → {after}")).collect::<Vec<_>>().join("；"),
    }
}

/// The decisions that this run took in, and went by: a figure may have changed for them alone.
fn decisions(results: &Results<'_>) -> Option<String> {
    const NAMED: usize = 20;
    let new = |one: &&Settled| one.state == DecisionState::InForce && !one.decision.source.is_empty();
    let new: Vec<&Settled> = results.verdict.decisions.iter().filter(new).collect();
    let words = |one: &&Settled| {
        let Decision { taken_on, reason, .. } = &one.decision;
        let on = [&taken_on.unit, &taken_on.record, &taken_on.field].map(String::as_str);
        let on: Vec<&str> = on.into_iter().filter(|part| !part.is_empty()).collect();
        mask_within(&format!("{}：{}（{reason}）", on.join(" · "), one.decision.words()))
    };
    let named: Vec<String> = new.iter().take(NAMED).map(words).collect();
    let more = if new.len() > NAMED { "……" } else { "" };
    (!new.is_empty()).then(|| format!("本次新采用处理意见 {} 条：{}{more}", new.len(), named.join("；")))
}

/// One side in words: a proportion with its two numbers where the change is smaller than what is printed.
fn side(change: &FigureChange, cell: Option<&StatCell>) -> StatCell {
    let day = |day: i32, month: bool| {
        let (year, of, date) = civil(day)?;
        Some(if month { format!("{year}年{of}月") } else { format!("{year}-{of:02}-{date:02}") })
    };
    // As tables print it, where that shows the change.
    let short = |value: f64| format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned();
    let percent = |num: i64, den: i64| format!("{:.2}%", num as f64 * 100.0 / den as f64);
    let sides = [change.before.as_ref(), change.after.as_ref()].map(|side| match side {
        Some(StatCell::Number(value)) => Some(short(*value)),
        Some(StatCell::Ratio { num, den }) => Some(percent(*num, *den)),
        _ => None,
    });
    let words = match cell {
        Some(cell) if let Some(word) = cell.state() => word.to_owned(),
        Some(StatCell::Text(text) | StatCell::Alarm(text)) if change.private => mask(text),
        Some(StatCell::Text(text) | StatCell::Alarm(text)) => mask_within(text),
        Some(StatCell::Integer(value)) => value.to_string(),
        Some(StatCell::Number(value)) if sides[0] == sides[1] => value.to_string(),
        Some(StatCell::Number(value)) => short(*value),
        Some(StatCell::Ratio { num, den }) if sides[0] == sides[1] => {
            format!("{}（{num}/{den}）", percent(*num, *den))
        }
        Some(StatCell::Ratio { num, den }) => percent(*num, *den),
        Some(StatCell::Points(points)) => format!("{points:+.2} 个百分点"),
        Some(StatCell::Date(at)) => day(*at, false).unwrap_or_default(),
        Some(StatCell::Month(at)) => day(*at, true).unwrap_or_default(),
        _ => "（无）".to_owned(),
    };
    StatCell::Text(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::fixture;
    use calamine::{Reader, Xlsx};
    use std::io::Cursor;

    /// A province may change as a whole, and what is signed of that has every row.
    #[test]
    fn however_many_figures_change_each_has_its_line() {
        let returns = tempfile::tempdir().unwrap();
        let fixture = fixture(1, returns.path());
        let change = |n: usize| FigureChange {
            table: "按单位".to_owned(),
            sheet: "按单位".to_owned(),
            row: format!("第{n}单位"),
            column: "人数".to_owned(),
            before: Some(StatCell::Integer(n as i64)),
            after: Some(StatCell::Integer(n as i64 + 1)),
            total: false,
            private: false,
        };
        for count in [20, 2_500] {
            let changes: Vec<FigureChange> = (0..count).map(change).collect();
            let of = Correction { number: "皖工办〔2026〕5号", reason: "更正", changes: &changes };
            let mut book = Cursor::new(Vec::new());
            correction(&fixture.results(), of, &mut book).unwrap();
            let mut book: Xlsx<_> = Xlsx::new(book).unwrap();
            let lines = book.worksheet_range("逐项变化").unwrap();
            let named = |n: &usize| lines.rows().any(|row| row.iter().any(|cell| *cell == *format!("第{n}单位")));
            assert_eq!([0, 1, count / 2, count - 1].iter().filter(|n| named(n)).count(), 4);
            let of_units = lines.rows().filter(|row| row.iter().any(|cell| cell.to_string().ends_with("单位")));
            assert!(of_units.count() >= count, "{count} lines");
        }
    }
}
