//! 口径说明: the last sheet of the leadership workbook. What the figures mean, what was left out and why,
//! and by what definition, reference data and input they were made.

use super::overview;
use super::results::Results;
use super::wording::{public_path, short_hash};
use crate::book::block::span;
use crate::book::paper::Paper;
use crate::book::style::{CellStyle, PrintStyles};
use crate::book::{cell_text, measure};
use crate::definition::{Bound, Compare, Scope, Share};
use crate::language::Literal;
use crate::model::Outcome;
use crate::model::decision::{DecisionState, Disposition, Settled};
use crate::model::statistic::RowKind;
use crate::text::dates::show_day;
use crate::text::masks::mask_within;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::collections::BTreeMap;

pub const NAME: &str = "口径说明";
const WIDTHS: [f64; 4] = [24.0, 20.0, 12.0, 38.0];
/// The full list is in the findings workbook; paper has an end.
const LISTED: usize = 400;

/// The name of a table, above its columns.
fn group(paper: &mut Paper<'_>, text: &str) -> Result<(), XlsxError> {
    let styles = paper.styles;
    paper.line(text, &styles.group, (11.0, 20.0))
}

/// A row of words, each over a range of columns.
fn row(paper: &mut Paper<'_>, heading: bool, cells: &[((u16, u16), &str)]) -> Result<(), XlsxError> {
    let masked: Vec<((u16, u16), String)> = cells.iter().map(|(at, text)| (*at, mask_within(text))).collect();
    let cells: Vec<((u16, u16), &str)> = masked.iter().map(|(at, text)| (*at, text.as_str())).collect();
    row_as_is(paper, heading, &cells)
}

/// The same for hashes, which masking would take for numbers of people.
fn row_as_is(paper: &mut Paper<'_>, heading: bool, cells: &[((u16, u16), &str)]) -> Result<(), XlsxError> {
    let mut most = 1;
    for ((first, last), text) in cells {
        let format = if heading { &paper.styles.heading } else { paper.styles.cell(CellStyle::Left, RowKind::Body) };
        let text = cell_text::printable(text).0;
        let width: f64 = paper.columns.widths.iter().take(usize::from(*last) + 1).skip(usize::from(*first)).sum();
        most = most.max(measure::lines(&text, width, 11.0));
        span(&mut paper.sheet, (paper.row, paper.row), (*first, *last), &text, format)?;
    }
    paper.sheet.set_row_height(paper.row, (f64::from(most) * 15.0 + 5.0).clamp(20.0, 400.0))?;
    paper.row += 1;
    Ok(())
}

/// Writes the sheet.
///
/// # Errors
/// The sheet refuses a cell.
pub fn glossary(results: &Results<'_>, styles: &PrintStyles, input_hash: &str) -> Result<Worksheet, XlsxError> {
    let mut paper = Paper::new(NAME, &results.name(), WIDTHS.to_vec(), false, styles)?;
    paper.line(NAME, &styles.title, (16.0, 32.0))?;
    paper.section("一、依据和统计范围")?;
    if !results.plan.notice.is_empty() {
        paper.words(&format!("依据：{}", results.plan.notice))?;
    }
    paper.words(&format!("统计范围：{}", overview::basis(results)))?;
    if let Some(correction) = &results.correction {
        let changed = correction.changes.len();
        paper.words(&format!(
            "更正：本期已以“{}”印发，本次更正 {changed} 处数字，理由：{}；逐处见更正说明。",
            correction.number, correction.reason
        ))?;
    }
    for note in results.reference.notes.iter().chain(results.history_notes) {
        paper.words(&format!("说明：{note}。"))?;
    }
    definitions(results, &mut paper)?;
    bounds(results, &mut paper)?;
    excluded(results, &mut paper)?;
    decided(results, &mut paper)?;
    provenance(results, input_hash, &mut paper)?;
    Ok(paper.sheet)
}

fn definitions(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    paper.section("二、各表各列的口径")?;
    row(paper, true, &[((0, 0), "列"), ((1, 3), "口径")])?;
    // What each column was last said to be.
    let mut said: BTreeMap<String, &String> = BTreeMap::new();
    for table in results.tables {
        if table.definitions.iter().all(String::is_empty) {
            continue;
        }
        let (mut fresh, mut as_before) = (Vec::new(), 0);
        for (heading, definition) in table.headings.iter().zip(&table.definitions) {
            // A column that is what the form calls so needs no words.
            if definition.is_empty() || *definition == format!("“{}”列", heading.name) {
                continue;
            }
            let parents = heading.parents.iter().map(String::as_str);
            let column = parents.chain([heading.name.as_str()]).collect::<Vec<_>>().join(" · ");
            if said.get(&column) == Some(&definition) {
                as_before += 1;
            } else {
                said.insert(column.clone(), definition);
                fresh.push((column, definition));
            }
        }
        if fresh.is_empty() && as_before == 0 {
            continue;
        }
        let same = if fresh.is_empty() { "：各列同前面最近一次写明的同名列" } else { "" };
        group(paper, &format!("{}（工作表“{}”）{same}", table.title, table.sheet))?;
        for (column, definition) in &fresh {
            row(paper, false, &[((0, 0), column), ((1, 3), definition)])?;
        }
        if as_before > 0 && !fresh.is_empty() {
            let words = format!("{as_before} 列，同前面最近一次写明的同名列");
            row(paper, false, &[((0, 0), "其余各列"), ((1, 3), &words)])?;
        }
    }
    Ok(())
}

fn bounds(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    paper.section("三、占比规定和数值")?;
    if results.plan.shares.is_empty() && results.plan.values.is_empty() {
        return paper.words("没有占比规定和数值。");
    }
    row(paper, true, &[((0, 0), "名称"), ((1, 1), "规定"), ((2, 2), "执行"), ((3, 3), "来源和范围")])?;
    for share in &results.plan.shares {
        let state = if share.enabled { "执行" } else { "未启用" };
        let from = format!("{}（范围：{}）", share.notice, scopes(share));
        row(paper, false, &[((0, 0), &share.title), ((1, 1), &bound_words(share)), ((2, 2), state), ((3, 3), &from)])?;
    }
    for value in &results.plan.values {
        let words = literal_words(&value.value);
        row(paper, false, &[((0, 0), &value.name), ((1, 1), &words), ((2, 2), "执行"), ((3, 3), "定义文件中的数值")])?;
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
        Literal::Date(day) => show_day(*day),
        Literal::Null => "（空）".to_owned(),
    }
}

fn excluded(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    paper.section("四、没有全部计入的报表")?;
    let out: Vec<_> =
        results.verdict.sources.iter().filter(|source| !matches!(source.outcome, Outcome::Accepted)).collect();
    if out.is_empty() {
        return paper.words("全部报表都已计入。");
    }
    row(paper, true, &[((0, 1), "文件"), ((2, 2), "结果"), ((3, 3), "原因和未计入的数据行")])?;
    for source in out.iter().take(LISTED) {
        let left_out = source.rows.data.saturating_sub(source.rows.accepted);
        let mut why = source.cause.clone();
        if source.rows.data > 0 {
            if !why.is_empty() {
                why += "；";
            }
            why += &format!("数据行 {} 行，未计入 {left_out} 行", source.rows.data);
        }
        row(paper, false, &[((0, 1), &source.source.name), ((2, 2), source.outcome.word()), ((3, 3), &why)])?;
    }
    if out.len() > LISTED {
        paper.words(&format!("共 {} 个，这里列出前 {LISTED} 个；其余见审核问题工作簿的文件清单。", out.len()))?;
    }
    Ok(())
}

/// What counts, or does not, because somebody said so: 必改 that were waived and rows that were taken out by name, the
/// others by their number.
fn decided(results: &Results<'_>, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    let force: Vec<&Settled> =
        results.verdict.decisions.iter().filter(|one| one.state == DecisionState::InForce).collect();
    if force.is_empty() {
        return Ok(());
    }
    paper.section("五、人工认定")?;
    let counts = Disposition::ALL.into_iter().filter_map(|disposition| {
        let count = force.iter().filter(|one| one.decision.disposition == disposition).count();
        (count > 0).then(|| format!("{} {count} 处", disposition.word()))
    });
    let counts: Vec<String> = counts.collect();
    paper.words(&format!("{} 处经人工认定（{}）；逐处见处理意见工作簿。", force.len(), counts.join("，")))?;
    let named = |one: &&&Settled| {
        matches!(
            one.decision.disposition,
            Disposition::Exempted | Disposition::Excluded | Disposition::Replaced | Disposition::ThisPeriod
        )
    };
    let named: Vec<&&Settled> = force.iter().filter(named).collect();
    if named.is_empty() {
        return Ok(());
    }
    row(paper, true, &[((0, 0), "单位和记录"), ((1, 1), "处理"), ((2, 2), "经办人"), ((3, 3), "问题和理由")])?;
    for one in named.iter().take(LISTED) {
        let on = &one.decision.taken_on;
        let who = [&on.unit, &on.record].map(String::as_str);
        let who: Vec<&str> = who.into_iter().filter(|part| !part.is_empty()).collect();
        let why = format!("{}。理由：{}", on.found, one.decision.reason);
        row(
            paper,
            false,
            &[
                ((0, 0), &who.join(" · ")),
                ((1, 1), &one.decision.words()),
                ((2, 2), &one.decision.officer),
                ((3, 3), &why),
            ],
        )?;
    }
    Ok(())
}

fn provenance(results: &Results<'_>, input_hash: &str, paper: &mut Paper<'_>) -> Result<(), XlsxError> {
    let decided = results.verdict.decisions.iter().any(|one| one.state == DecisionState::InForce);
    paper.section(if decided { "六、参照表、定义和输入" } else { "五、参照表、定义和输入" })?;
    row(paper, true, &[((0, 0), "名称"), ((1, 2), "文件"), ((3, 3), "SHA-256（前 12 位）")])?;
    for (table, path, hash) in &results.reference.files {
        row_as_is(paper, false, &[((0, 0), table), ((1, 2), &public_path(path)), ((3, 3), short_hash(hash))])?;
    }
    let definition = public_path(&results.plan.path);
    row_as_is(paper, false, &[((0, 0), "定义"), ((1, 2), &definition), ((3, 3), short_hash(&results.plan.sha256))])?;
    let inputs = format!("{} 个文件", results.verdict.sources.len());
    row_as_is(paper, false, &[((0, 0), "全部输入"), ((1, 2), &inputs), ((3, 3), short_hash(input_hash))])?;
    row_as_is(paper, false, &[((0, 0), "程序"), ((1, 2), "huizong 汇总"), ((3, 3), env!("CARGO_PKG_VERSION"))])
}
