//! What stands around a table's figures: titles, how each column was computed, and what is missing from it.

use super::facts::Facts;
use super::source::fields_read;
use crate::definition::{Basis, ComputedKind, From, Table};
use crate::domain::period::Period;
use crate::language::Checked;
use crate::model::Outcome;
use crate::model::conclusion::{About, Conclusion};
use crate::model::decision::{DecisionState, Disposition, Settled};
use crate::model::run::{SourceVerdict, UnitStatus};
use crate::model::stat_table::{BuiltTable, Heading, StatTable};
use std::collections::{BTreeMap, BTreeSet};

/// A table with its title, notes and plain headings, and no rows yet.
pub fn empty_table(table: &Table, facts: &Facts<'_>, headings: &[&str], label_columns: usize) -> BuiltTable {
    let plain = |name: &&str| Heading { parents: Vec::new(), name: (*name).to_string() };
    let period = facts.period.title();
    BuiltTable {
        id: table.id.clone(),
        sheet: table.sheet.clone(),
        title: table.title.replace("{报告期}", &period),
        caption: table.caption.replace("{报告期}", &period),
        headings: headings.iter().map(plain).collect(),
        rows: Vec::new(),
        withheld: 0,
        notes: table.notes.clone(),
        label_columns,
        private_columns: Vec::new(),
        definitions: headings.iter().map(|heading| (*heading).to_string()).collect(),
        landscape: table.landscape,
        parts: Vec::new(),
        bounds: Vec::new(),
    }
}

/// What the first page says of all decisions that the figures rest on.
pub fn decided_in_all(facts: &Facts<'_>) -> Option<Conclusion> {
    let force: Vec<&Settled> =
        facts.verdict.decisions.iter().filter(|one| one.state == DecisionState::InForce).collect();
    let text = format!("有 {} 处经人工认定（{}），逐处见工作版的口径说明。", force.len(), by_kind(&force));
    (!force.is_empty()).then(|| Conclusion::new(About::Doubt, None, text))
}

/// `属实 2 处、改为 1 处`.
fn by_kind(decisions: &[&Settled]) -> String {
    let counts = Disposition::ALL.into_iter().filter_map(|disposition| {
        let count = decisions.iter().filter(|one| one.decision.disposition == disposition).count();
        (count > 0).then(|| format!("{} {count} 处", disposition.word()))
    });
    counts.collect::<Vec<String>>().join("、")
}

/// Says under each table on how many decisions its figures rest; what was taken out is told among what is not in.
pub fn decided(tables: &mut [StatTable], facts: &Facts<'_>) {
    let force: Vec<&Settled> =
        facts.verdict.decisions.iter().filter(|one| one.state == DecisionState::InForce).collect();
    if force.is_empty() {
        return;
    }
    for (table, declared) in tables.iter_mut().zip(&facts.plan.tables) {
        let read = fields_read(declared, facts.plan);
        let rests = |one: &&&Settled| rests_on(one, &read, facts);
        let mine: Vec<&Settled> = force.iter().filter(rests).copied().collect();
        if !mine.is_empty() {
            let count = mine.len();
            table.notes.push(format!("含经人工认定的数 {count} 处（{}），逐处见处理意见工作簿。", by_kind(&mine)));
        }
    }
}

/// Whether a table's figures are made of what a decision is on.
fn rests_on(settled: &Settled, read: &BTreeMap<usize, BTreeSet<String>>, facts: &Facts<'_>) -> bool {
    let Some(finding) = &settled.finding else { return false };
    let form = finding.key.form.map(usize::from);
    let fields = form.and_then(|form| read.get(&form));
    match settled.decision.disposition {
        Disposition::Replaced | Disposition::Confirmed => {
            let form = form.and_then(|form| facts.plan.forms.get(form));
            let field = finding.key.field.and_then(|field| form?.fields.get(usize::from(field)));
            field.zip(fields).is_some_and(|(field, fields)| fields.contains(&*field.name))
        }
        Disposition::Exempted => fields.is_some(),
        // A whole return is in, or belongs to somebody, because of it.
        Disposition::ThisPeriod => {
            let source = finding.place.source.and_then(|source| facts.verdict.sources.get(source as usize));
            source.is_some_and(|file| file.bindings.iter().any(|of| read.contains_key(&usize::from(of.form))))
        }
        Disposition::ThisVersion | Disposition::SameUnit => fields.is_some() || form.is_none() && !read.is_empty(),
        _ => false,
    }
}

/// Which rows are counted: `《申报汇总表》审核通过的行，条件：类别 = '正式'`.
pub fn condition(form: &str, basis: Basis, filters: &[&Checked]) -> String {
    let rows = match basis {
        Basis::Accepted => "审核通过的行",
        Basis::Read => "读到的全部行（含退回的行）",
    };
    conditioned(format!("《{form}》{rows}"), filters)
}

/// As [`condition`], for any source.
pub fn source(from: &From, filters: &[&Checked], facts: &Facts<'_>) -> String {
    match from {
        From::Form { form, basis } => {
            condition(facts.plan.forms.get(*form).map_or("", |form| &form.title), *basis, filters)
        }
        From::Reference { name, unit_column } => {
            conditioned(format!("参照表“{name}”的行，以“{unit_column}”归到推荐单位"), filters)
        }
    }
}

/// How the computed columns among `columns` come about, those that they use included; each is told once, which
/// `explained` remembers.
pub fn computed<'c>(
    form: usize,
    columns: impl Iterator<Item = &'c str>,
    explained: &mut BTreeSet<String>,
    facts: &Facts<'_>,
) -> String {
    let computed = facts.plan.forms.get(form).map_or(&[][..], |form| &form.computed);
    let mut needed: BTreeSet<&str> = columns.collect();
    for column in computed.iter().rev() {
        match &column.kind {
            _ if !needed.contains(column.name.as_str()) => {}
            ComputedKind::Value(checked) => needed.extend(checked.columns().iter().map(String::as_str)),
            ComputedKind::Rank(ranking) => needed.extend([ranking.column.as_str()]),
        }
    }
    let mut words = String::new();
    for column in computed.iter().filter(|column| needed.contains(column.name.as_str())) {
        if explained.insert(column.name.clone()) {
            words += &match &column.kind {
                ComputedKind::Value(checked) => format!("；{}＝{}", column.name, checked.words()),
                ComputedKind::Rank(ranking) => format!("；{}是{}", column.name, super::words::ranking(ranking)),
            };
        }
    }
    words
}

fn conditioned(rows: String, filters: &[&Checked]) -> String {
    if filters.is_empty() {
        return rows;
    }
    let sources: Vec<String> = filters.iter().map(|filter| filter.words().to_owned()).collect();
    format!("{rows}，条件：{}", sources.join(" 且 "))
}

/// What the standard demands that a condition judges by: `达标标准：室温合格率≥98%，…`.
pub fn standard(form: usize, holds: &Checked, facts: &Facts<'_>) -> Option<String> {
    let standards = facts.plan.forms.get(form).map_or(&[][..], |form| &form.standards);
    let standard = standards.iter().find(|standard| holds.columns().contains(&standard.verdict))?;
    let demands: Vec<String> =
        standard.demands.iter().map(|demand| format!("{}{}", demand.value, demand.words)).collect();
    Some(format!("规定：{}；没有规定的和分母为 0 的不判定，记“—”。", demands.join("，")))
}

/// Whether a return enters no table at all.
fn held_out(source: &SourceVerdict, facts: &Facts<'_>) -> bool {
    let holds = || facts.blocks.get(source.source.index as usize).is_some_and(|(_, holds)| *holds);
    source.outcome == Outcome::Returned && (source.rows.held > 0 || holds())
}

/// What a table computed from returns does not contain, in words: rows and returns sent back, unreadable files,
/// units that did not report. `read` are the forms of which blocked rows are counted all the same.
pub fn exclusions(accepted: &[usize], read: &[usize], facts: &Facts<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let held: BTreeSet<u32> = facts
        .verdict
        .sources
        .iter()
        .filter(|source| held_out(source, facts))
        .map(|source| source.source.index)
        .collect();
    let mut missing = Vec::new();
    let (rows, returns) = blocked(accepted, &held, false, facts);
    let taken_out = decided_out(accepted, facts);
    let rows = rows.saturating_sub(taken_out.iter().map(|(_, rows)| rows).sum());
    if rows > 0 {
        missing.push(format!("退回的 {rows} 行（{returns} 份报表）"));
    }
    if !held.is_empty() {
        missing.push(format!("整份退回 {} 份", held.len()));
    }
    for (word, rows) in taken_out.into_iter().filter(|(_, rows)| *rows > 0) {
        missing.push(format!("经人工认定{word}的 {rows} 行"));
    }
    let left_out = facts.verdict.sources.iter().filter(|source| source.outcome == Outcome::LeftOut);
    let (files, rows) = left_out.fold((0, 0), |(files, rows), source| (files + 1, rows + source.rows.data));
    if files > 0 {
        missing.push(format!("经人工认定整份不计入的 {files} 份（{rows} 行）"));
    }
    match facts.verdict.count(Outcome::Unreadable) {
        0 => {}
        files => missing.push(format!("无法读取 {files} 份")),
    }
    let silent = facts.verdict.units.iter().filter(|unit| unit.status == UnitStatus::Missing).count();
    if silent > 0 {
        missing.push(format!("未报 {silent} 个单位"));
    }
    notes.push(if missing.is_empty() {
        "收到的行都已计入本表。".to_string()
    } else {
        format!("本表未计入：{}。", missing.join("；"))
    });
    let (rows, _) = blocked(read, &held, true, facts);
    if rows > 0 {
        notes.push(format!("按读到的全部行计算的，含退回的 {rows} 行。"));
    }
    let (all, _) = blocked(read, &held, false, facts);
    if all > rows {
        notes.push(format!("认不出推荐单位的 {} 行不计入任何表。", all - rows));
    }
    notes.extend(unheard(&held, facts));
    notes.extend(unread(facts));
    notes
}

/// What stored periods did not count when they were run: units that sent something of which no row counted, and rows sent
/// back on their own.
pub fn earlier(read: &BTreeSet<(Period, usize)>, facts: &Facts<'_>) -> Option<String> {
    let periods: BTreeSet<&Period> = read.iter().map(|(period, _)| period).collect();
    let mut silent = "";
    let mut said = Vec::new();
    for period in periods {
        let forms = read.iter().filter(|(of, _)| of == period).map(|(_, form)| *form);
        let Some(left) = facts.past.left_out(period, forms) else { continue };
        let units = (!left.units.is_empty()).then(|| format!("{}的报表", super::words::names(&left.units, 3)));
        if left.listed {
            silent = "整份没有计入的，表中列为未报。";
        }
        // The store knows the rows of all forms together.
        let of = if facts.plan.forms.len() > 1 { "各表式共 " } else { "" };
        let rows = (left.rows > 0).then(|| format!("{of}{} 行", left.rows));
        let what: Vec<String> = units.into_iter().chain(rows).collect();
        if !what.is_empty() {
            said.push(format!("{}（{}）", period.title(), what.join("、")));
        }
    }
    (!said.is_empty()).then(|| format!("往期各栏没有计入当时退回的：{}。{silent}", said.join("、")))
}

/// What stored periods still had open when they were run: cells that counted with a 核实 on them, and cells that were held
/// out. `read`: the fields that are looked back on, by form.
pub fn earlier_doubts(
    looked_back: &BTreeSet<(Period, usize)>,
    read: &BTreeMap<usize, BTreeSet<String>>,
    facts: &Facts<'_>,
) -> Option<String> {
    let mut open: BTreeMap<&Period, [usize; 2]> = BTreeMap::new();
    for (period, form) in looked_back {
        let Some(fields) = read.get(form) else { continue };
        let here = facts.past.open_cells(*form, period, fields);
        let all = open.entry(period).or_default();
        all.iter_mut().zip(here).for_each(|(all, here)| *all += here);
    }
    let said = open.into_iter().filter(|(_, open)| *open != [0, 0]).map(|(period, [counted, held])| {
        let parts = [(counted, "已计入"), (held, "未计入")].into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, word)| format!("{count} 处{word}")).collect();
        format!("{}（{}）", period.title(), parts.join("、"))
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| format!("往期各栏所用的数，存档时有待核实的：{}。", said.join("、")))
}

/// Units that sent something of which nothing could be counted: they stand as 未报 in the tables, and that is said.
fn unheard(held: &BTreeSet<u32>, facts: &Facts<'_>) -> Option<String> {
    let units = facts.verdict.units.iter().filter(|unit| {
        unit.status == UnitStatus::Returned
            && !facts.has_reported(unit.unit)
            && unit.sources.iter().any(|source| held.contains(source))
    });
    let names: Vec<String> = units.map(|unit| facts.unit_name(unit.unit).to_string()).collect();
    (!names.is_empty()).then(|| format!("{}的报表整份退回，表中列为未报。", super::words::names(&names, 5)))
}

/// Units whose only files could not be read: they stand as 未报 in the tables too.
fn unread(facts: &Facts<'_>) -> Option<String> {
    let units = facts.verdict.units.iter();
    let units = units.filter(|unit| unit.status == UnitStatus::Unreadable && !facts.has_reported(unit.unit));
    let names: Vec<String> = units.map(|unit| facts.unit_name(unit.unit).to_string()).collect();
    (!names.is_empty()).then(|| format!("{}的报表无法读取，表中列为未报。", super::words::names(&names, 5)))
}

/// Rows of these forms that do not count because somebody said so, by his word.
fn decided_out(forms: &[usize], facts: &Facts<'_>) -> [(&'static str, usize); 2] {
    [Disposition::Excluded, Disposition::Pending].map(|disposition| {
        let said = facts.verdict.decisions.iter().filter(|one| {
            one.decision.disposition == disposition && matches!(one.state, DecisionState::InForce | DecisionState::Open)
        });
        let rows: BTreeSet<(u32, u32)> = said
            .filter_map(|one| one.finding.as_ref())
            .filter(|finding| finding.key.form.is_some_and(|form| forms.contains(&usize::from(form))))
            .filter(|finding| !finding.code.is_unread())
            .filter_map(|finding| finding.place.source.zip(finding.place.row))
            .collect();
        (disposition.word(), rows.len())
    })
}

/// Rows of these forms that do not count, and the returns they stand on; returns held out whole are counted apart.
/// `placed`: only those whose unit is known.
fn blocked(forms: &[usize], held: &BTreeSet<u32>, placed: bool, facts: &Facts<'_>) -> (usize, usize) {
    let mut rows = 0;
    let mut returns = BTreeSet::new();
    for form in forms.iter().collect::<BTreeSet<_>>() {
        let Ok(set) = facts.form(*form) else { continue };
        for (row, source) in set.origins.iter().flat_map(|of| of.iter()).map(|origin| origin.source).enumerate() {
            if !set.accepted[row] && !held.contains(&source) && (!placed || set.units.get(row).is_some()) {
                rows += 1;
                returns.insert(source);
            }
        }
    }
    (rows, returns.len())
}
