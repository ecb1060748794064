//! 数据质量: what came in, what of it counts, what was held out and why, and what the totals would be with that in. The
//! annex by which an officer answers for the figures of the working edition.

use super::results::Results;
use crate::book::stack::{PrintedTable, sheet_under};
use crate::book::style::PrintStyles;
use crate::model::amended::KeptAmendments;
use crate::model::codes::{AmendmentRule, Code};
use crate::model::decision::{Decision, DecisionState};
use crate::model::finding::Finding;
use crate::model::run::{RowAccount, RowFate, UnitReport, UnitStatus};
use crate::model::severity::Severity;
use crate::model::stat_rows::StatRows;
use crate::model::stat_table::{Heading, StatTable};
use crate::model::statistic::{RowKind, StatCell, StatRow};
use crate::model::{Effect, Origin, Outcome};
use crate::rows::aside::AsideReason;
use crate::rows::computed::number;
use crate::text::masks::mask_within;
use crate::text::numbers::settled;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub const NAME: &str = "数据质量";
/// Units with the most findings, and decisions, that are listed.
const UNITS: usize = 15;
const DECISIONS: usize = 50;

/// Writes the sheet.
///
/// # Errors
/// The sheet refuses a cell.
pub fn quality(results: &Results<'_>, styles: &PrintStyles) -> Result<Worksheet, XlsxError> {
    let tables = [
        coverage(results),
        held_out(results),
        would_be(results),
        by_rule(results),
        by_unit(results),
        decisions(results),
        amendments(results),
    ];
    let tables: Vec<PrintedTable<'_>> = tables.iter().map(|table| PrintedTable { table, number: None }).collect();
    sheet_under(NAME, &[], &tables, styles, &format!("{}{NAME}", results.name()), true).map(|(sheet, _)| sheet)
}

fn table(title: &str, headings: &[&str], labels: usize, mut rows: Vec<StatRow>, empty: &str) -> StatTable {
    if rows.is_empty() {
        let mut cells = vec![StatCell::Empty; headings.len()];
        cells[0] = StatCell::Text(empty.to_owned());
        rows.push(StatRow::new(RowKind::Body, cells));
    }
    StatTable {
        id: String::new(),
        sheet: NAME.to_owned(),
        title: title.to_owned(),
        caption: String::new(),
        headings: headings.iter().map(|name| Heading { parents: Vec::new(), name: (*name).to_owned() }).collect(),
        rows: StatRows::of(rows),
        notes: Vec::new(),
        withheld: 0,
        label_columns: labels,
        private_columns: Vec::new(),
        definitions: Vec::new(),
        landscape: false,
        parts: Vec::new(),
        bounds: Vec::new(),
    }
}

fn text(words: &str) -> StatCell {
    StatCell::Text(mask_within(words))
}

fn count(value: u64) -> StatCell {
    StatCell::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn share(part: u64, whole: u64) -> StatCell {
    let whole_number = |value| i64::try_from(value).unwrap_or(i64::MAX);
    StatCell::Ratio { num: whole_number(part), den: whole_number(whole) }
}

/// Units by how much of what they sent counts; files by what became of them; rows by where they went.
fn coverage(results: &Results<'_>) -> StatTable {
    let verdict = results.verdict;
    let mut by_unit = [0u64; 5];
    for unit in &verdict.units {
        by_unit[standing(results, unit)] += 1;
    }
    let units: u64 = by_unit.iter().sum();
    let row = |kind, what: &str, name: &str, value: u64, whole: u64| {
        StatRow::new(kind, vec![text(what), text(name), count(value), share(value, whole)])
    };
    let names = ["全部计入", "部分计入", "未计入（退回）", "未计入（无法读取）", "未报"];
    let mut rows = vec![row(RowKind::Subtotal, "单位", "应报", units, units)];
    rows.extend(names.iter().zip(by_unit).map(|(name, value)| row(RowKind::Body, "", name, value, units)));
    let files = verdict.sources.len() as u64;
    rows.push(row(RowKind::Subtotal, "文件", "收到", files, files));
    for outcome in Outcome::ALL {
        let value = verdict.count(outcome) as u64;
        if value > 0 {
            rows.push(row(RowKind::Body, "", outcome.word(), value, files));
        }
    }
    rows.push(row(RowKind::Subtotal, "数据行", "读到", verdict.rows.data, verdict.rows.data));
    for fate in RowFate::ALL {
        let value = verdict.rows.of(fate);
        if value > 0 {
            rows.push(row(RowKind::Body, "", fate.word(), value, verdict.rows.data));
        }
    }
    table("一、收到多少，计入多少", &["范围", "情况", "个数", "占比"], 2, rows, "")
}

/// Position of a unit among those of [`coverage`].
fn standing(results: &Results<'_>, unit: &UnitReport) -> usize {
    let mut rows = RowAccount::default();
    unit.sources.iter().filter_map(|source| results.source(*source)).for_each(|file| rows.add(&file.rows));
    match unit.status {
        UnitStatus::Missing => 4,
        UnitStatus::Unreadable => 3,
        UnitStatus::Returned if rows.accepted == 0 => 2,
        _ if rows.blocked + rows.held > 0 => 1,
        UnitStatus::Returned => 1,
        UnitStatus::OnTime | UnitStatus::Undated | UnitStatus::Late { .. } => 0,
    }
}

/// What a rule asks for, in words: of the program's own the registry's, of a definition's what it expects.
pub fn rule_words<'f>((code, expected): (&'f Code, &'f str)) -> &'f str {
    match code {
        Code::Engine(code) => code.entry().word,
        Code::Rule(_) => expected,
    }
}

/// What the first of its rules asks for.
fn first_rule(finding: &Finding) -> &str {
    finding.each_rule().next().map_or("", rule_words)
}

/// Rows that do not count, each under the first thing that keeps it out.
fn held_out(results: &Results<'_>) -> StatTable {
    let rows = &results.verdict.rows;
    let mut on_row: HashMap<(Option<u32>, Option<u32>), Vec<&Finding>> = HashMap::new();
    let mut on_return: HashMap<u32, &Finding> = HashMap::new();
    for finding in &results.verdict.findings {
        let place = &finding.place;
        match (finding.effect, place.source) {
            (Effect::HoldsRow, _) => on_row.entry((place.source, place.row)).or_default().push(finding),
            (Effect::HoldsReturn, Some(source)) => drop(on_return.entry(source).or_insert(finding)),
            _ => {}
        }
    }
    let of_row = |origin: Origin| {
        let here = on_row.get(&(Some(origin.source), Some(origin.row)))?;
        here.iter().copied().find(|finding| origin.holds(&finding.place))
    };
    let blocked = results.rows.iter().flat_map(|of| {
        let out = of.rows.origins.iter().zip(&of.accepted).filter(|(_, accepted)| !**accepted);
        out.map(|(origin, _)| of_row(origin))
    });
    let held = results.aside.iter().flat_map(|of| {
        let out = of.rows.origins.iter().zip(&of.reasons).filter(|(_, reason)| **reason != AsideReason::Superseded);
        out.map(|(origin, _)| on_return.get(&origin.source).copied())
    });
    let mut by_rule: BTreeMap<String, u64> = BTreeMap::new();
    let mut rest = 0u64;
    for finding in blocked.chain(held) {
        match finding {
            Some(finding) => *by_rule.entry(first_rule(finding).to_owned()).or_default() += 1,
            None => rest += 1,
        }
    }
    let mut lines: Vec<(String, u64)> = by_rule.into_iter().collect();
    lines.sort_by_key(|(_, value)| Reverse(*value));
    if rest > 0 {
        // What stands together with a row that went back has no finding of its own.
        lines.push(("随同一份报表的其他行退回，或已有处理意见不计入".to_owned(), rest));
    }
    let row = |kind, words: &str, value| StatRow::new(kind, vec![text(words), count(value), share(value, rows.data)]);
    let mut all: Vec<StatRow> = lines.iter().map(|(words, value)| row(RowKind::Body, words, *value)).collect();
    if !all.is_empty() {
        all.push(row(RowKind::Total, "合计", lines.iter().map(|(_, value)| value).sum()));
    }
    let headings = ["应当如何（没有做到）", "行数", "占读到的行"];
    let mut made = table("二、没有计入的数据行和原因", &headings, 1, all, "读到的数据行都已计入");
    made.notes.push("一行有几个问题的，只在第一个下面数一次；已被替代的旧版和不计表页不在内。".to_owned());
    made
}

/// Sums of what counts and of what is held out, by the fields that some table adds up.
fn would_be(results: &Results<'_>) -> StatTable {
    let mut rows = Vec::new();
    for (at, form) in results.plan.forms.iter().enumerate() {
        let summed = results.plan.summed(at);
        for field in form.fields.iter().filter(|field| field.adds_up() && summed.contains(&*field.name)) {
            let (counted, out, cells) = sums(results, at, &field.name);
            if cells == 0 {
                continue;
            }
            let whole = field.ty == crate::definition::FieldType::Integer;
            let figure = |value: f64| match whole && value.abs() < 9e15 {
                true => StatCell::Integer(value as i64),
                false => StatCell::Number(settled(value, value)),
            };
            // In thousandths: a proportion is of whole numbers.
            let [num, den] = [out, counted].map(|value| (value * 1000.0).round() as i64);
            let change = if den == 0 { StatCell::NotApplicable } else { StatCell::Ratio { num, den } };
            rows.push(StatRow::new(
                RowKind::Body,
                vec![
                    text(&form.title),
                    text(&field.name),
                    text(field.measured_in.as_deref().unwrap_or_default()),
                    figure(counted),
                    figure(out),
                    figure(counted + out),
                    change,
                ],
            ));
        }
    }
    let headings = ["表式", "项目", "计量单位", "已计入", "未计入", "合起来", "未计入比已计入"];
    let mut made = table("三、没有计入的都算上会怎样", &headings, 2, rows, "统计表里相加的项目没有未计入的数");
    made.notes.push(
        "“未计入”是退回的行、整份未计入的报表和待核实的单元格中所填的数，没有核对过，重复报送的会重计：只看差多少，不能引用。"
            .to_owned(),
    );
    made
}

/// What counts of a field, what does not, and how many cells the latter are.
fn sums(results: &Results<'_>, at: usize, field: &str) -> (f64, f64, u64) {
    let (mut counted, mut out, mut cells) = (0.0, 0.0, 0u64);
    for validated in results.rows.iter().filter(|validated| validated.rows.form == at) {
        let position = validated.rows.grid.position(field);
        let read = validated.rows.grid.as_read();
        for (row, accepted) in validated.accepted.iter().enumerate() {
            let Some(value) = number(read.value(row, field)).filter(|value| value.is_finite()) else { continue };
            let pending = position.is_some_and(|position| validated.rows.grid.is_pending(row, position));
            if *accepted && !pending {
                counted += value;
            } else {
                out += value;
                cells += 1;
            }
        }
    }
    let aside = results.aside.iter().filter(|aside| aside.rows.form == at);
    for aside in aside {
        for (row, reason) in aside.reasons.iter().enumerate() {
            if *reason != AsideReason::Superseded
                && let Some(value) = number(aside.rows.grid.value(row, field)).filter(|value| value.is_finite())
            {
                out += value;
                cells += 1;
            }
        }
    }
    (counted, out, cells)
}

/// What came of one rule, or of several that ask for the same.
#[derive(Default)]
struct RuleTally {
    findings: u64,
    units: BTreeSet<u32>,
}

/// Findings by their rules, the most frequent first.
fn by_rule(results: &Results<'_>) -> StatTable {
    let mut rules: BTreeMap<(Severity, String), RuleTally> = BTreeMap::new();
    for finding in &results.verdict.findings {
        // One slip may break several rules and is told once: each of them was broken.
        for rule in finding.each_rule() {
            let slot = rules.entry((finding.severity, rule_words(rule).to_owned())).or_default();
            slot.findings += 1;
            slot.units.extend(results.unit_of(&finding.place));
        }
    }
    let broken: u64 = rules.values().map(|rule| rule.findings).sum();
    let mut lines: Vec<_> = rules.into_iter().collect();
    // Stable: the severest first, of those the most frequent, of those by their words.
    lines.sort_by_key(|((severity, _), rule)| (*severity, Reverse(rule.findings)));
    let rows = lines.into_iter().map(|((severity, words), rule)| {
        let units = rule.units.len() as u64;
        let cells = vec![text(severity.word()), text(&words), count(rule.findings), count(units)];
        StatRow::new(RowKind::Body, cells)
    });
    let headings = ["级别", "应当如何（没有做到）", "处数", "单位数"];
    let mut made = table("四、审核问题按规则", &headings, 2, rows.collect(), "没有审核问题");
    let all = results.verdict.findings.len() as u64;
    if broken > all {
        made.notes.push(format!("同一处违反几条规则的并为一个问题，这里各条都数：{broken} 处，是 {all} 个问题。"));
    }
    made
}

/// Units with the most to mend.
fn by_unit(results: &Results<'_>) -> StatTable {
    let mut units: BTreeMap<u32, [u64; 3]> = BTreeMap::new();
    for finding in &results.verdict.findings {
        let Some(unit) = results.unit_of(&finding.place) else { continue };
        let slot = match finding.severity {
            Severity::Block => 0,
            Severity::Verify => 1,
            Severity::Note => 2,
        };
        units.entry(unit).or_default()[slot] += 1;
    }
    let mut lines: Vec<(u32, [u64; 3])> = units.into_iter().filter(|(_, by)| by[0] + by[1] > 0).collect();
    lines.sort_by_key(|(_, by)| Reverse((by[0], by[1], by[2])));
    let all = lines.len();
    let rows = lines.into_iter().take(UNITS).map(|(unit, by)| {
        let mut cells = vec![text(results.unit_name(unit))];
        cells.extend(by.map(count));
        cells.push(count(by.iter().sum()));
        StatRow::new(RowKind::Body, cells)
    });
    let headings = ["单位", "必改", "核实", "提示", "合计"];
    let mut made = table("五、问题最多的单位", &headings, 1, rows.collect(), "没有单位有须改正、须核实的问题");
    if all > UNITS {
        made.notes
            .push(format!("共 {all} 个单位有须改正、须核实的问题，这里列前 {UNITS} 个，其余见审核问题“按单位”。"));
    }
    made
}

/// What people settled that this run went by, and what holds no more.
fn decisions(results: &Results<'_>) -> StatTable {
    let kept = results.verdict.decisions.iter().filter(|one| one.state != DecisionState::Replaced);
    let all = kept.clone().count();
    let rows = kept.take(DECISIONS).map(|one| {
        let Decision { taken_on, disposition, reason, officer, .. } = &one.decision;
        let on = [&taken_on.record, &taken_on.field].map(String::as_str);
        let on: Vec<&str> = on.into_iter().filter(|part| !part.is_empty()).collect();
        let state = one.state.word();
        let cells = [&taken_on.unit, &*on.join(" · "), disposition.word(), reason, officer, state].map(text).to_vec();
        StatRow::new(RowKind::Body, cells)
    });
    let headings = ["单位", "记录", "处理", "理由", "经办人", "情况"];
    let mut made = table("六、处理意见", &headings, 2, rows.collect(), "没有处理意见");
    if all > DECISIONS {
        made.notes.push(format!("共 {all} 条，这里列前 {DECISIONS} 条，其余见处理意见工作簿。"));
    }
    made
}

/// Automatic changes by what was done.
fn amendments(results: &Results<'_>) -> StatTable {
    let mut rules: BTreeMap<AmendmentRule, u64> = BTreeMap::new();
    for rule in results.verdict.amendments.iter().flat_map(KeptAmendments::rules) {
        *rules.entry(rule).or_default() += 1;
    }
    let mut lines: Vec<(AmendmentRule, u64)> = rules.into_iter().collect();
    lines.sort_by_key(|(_, value)| Reverse(*value));
    let total: u64 = lines.iter().map(|(_, value)| value).sum();
    let mut rows: Vec<StatRow> = lines
        .iter()
        .map(|(rule, value)| StatRow::new(RowKind::Body, vec![text(rule.entry().word), count(*value)]))
        .collect();
    if !rows.is_empty() {
        rows.push(StatRow::new(RowKind::Total, vec![text("合计"), count(total)]));
    }
    table("七、自动规范", &["怎样规范", "单元格数"], 1, rows, "没有自动规范的单元格")
}
