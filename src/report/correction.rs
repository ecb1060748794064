//! 更正说明: every figure that a run changed in a period that had been issued, as a table that can be signed.

use super::results::{Correction, Results};
use crate::book::stack::{PrintedTable, table_sheet};
use crate::book::style::PrintStyles;
use crate::book::workbook::workbook;
use crate::domain::period::civil;
use crate::history::correction::FigureChange;
use crate::model::decision::{Decision, DecisionState, Settled};
use crate::model::statistic::{Heading, RowKind, StatCell, StatRow, StatTable};
use crate::text::masks::{mask, mask_within};
use rust_xlsxwriter::XlsxError;
use std::io::{Seek, Write};

/// Writes the workbook to `target`.
///
/// # Errors
/// The writer refuses a cell.
pub fn correction<W: Write + Seek + Send>(
    results: &Results<'_>,
    correction: Correction<'_>,
    target: W,
) -> Result<(), XlsxError> {
    let title = format!("{}更正说明", results.name());
    let table = table(results, correction, &title);
    let mut book = workbook(&title)?;
    let table = PrintedTable { table: &table, number: None };
    let (sheet, _) = table_sheet("更正说明", &[table], &PrintStyles::default(), &title, true)?;
    book.push_worksheet(sheet);
    book.save_to_writer(target)
}

fn table(results: &Results<'_>, correction: Correction<'_>, title: &str) -> StatTable {
    let headings = ["序号", "表", "行", "列", "更正前", "更正后", "理由"];
    let text = |words: &str| StatCell::Text(mask_within(words));
    let mut rows: Vec<StatRow> = (1i64..)
        .zip(correction.changes)
        .map(|(number, change)| {
            let cells = vec![
                StatCell::Integer(number),
                text(&change.table),
                text(&change.row),
                text(&change.column),
                side(change, change.before.as_ref()),
                side(change, change.after.as_ref()),
                text(correction.reason),
            ];
            StatRow::new(RowKind::Body, cells)
        })
        .collect();
    if rows.is_empty() {
        let mut cells = vec![StatCell::Empty; headings.len()];
        cells[0] = StatCell::Text("重新汇总后，统计表里的数字都没有变化".to_owned());
        rows.push(StatRow::new(RowKind::Body, cells));
    }
    StatTable {
        id: "correction".to_owned(),
        sheet: "更正说明".to_owned(),
        title: title.to_owned(),
        caption: format!("原文号：{}", correction.number),
        headings: headings.iter().map(|name| Heading { parents: Vec::new(), name: (*name).to_owned() }).collect(),
        rows,
        withheld: 0,
        notes: [
            format!("更正理由：{}", mask_within(correction.reason)),
            format!(
                "{}印发后重新汇总，共 {} 处数字有变化；没有列出的数字不变。",
                results.period.title(),
                correction.changes.len()
            ),
        ]
        .into_iter()
        .chain(decisions(results))
        .collect(),
        label_columns: 4,
        private_columns: Vec::new(),
        definitions: Vec::new(),
        landscape: true,
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

/// One side in words: a proportion with its two numbers, for a change may be smaller than what is printed.
fn side(change: &FigureChange, cell: Option<&StatCell>) -> StatCell {
    let day = |day: i32, month: bool| {
        let (year, of, date) = civil(day)?;
        Some(if month { format!("{year}年{of}月") } else { format!("{year}-{of:02}-{date:02}") })
    };
    let words = match cell {
        Some(cell) if let Some(word) = cell.state() => word.to_owned(),
        Some(StatCell::Text(text) | StatCell::Alarm(text)) if change.private => mask(text),
        Some(StatCell::Text(text) | StatCell::Alarm(text)) => mask_within(text),
        Some(StatCell::Integer(value)) => value.to_string(),
        Some(StatCell::Number(value)) => value.to_string(),
        Some(StatCell::Ratio { num, den }) => format!("{:.2}%（{num}/{den}）", *num as f64 * 100.0 / *den as f64),
        Some(StatCell::Points(points)) => format!("{points:+.2} 个百分点"),
        Some(StatCell::Date(at)) => day(*at, false).unwrap_or_default(),
        Some(StatCell::Month(at)) => day(*at, true).unwrap_or_default(),
        _ => "（无）".to_owned(),
    };
    StatCell::Text(words)
}
