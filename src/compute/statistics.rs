//! Cross-tabulations: rows in official order × (columns by code ×) measures, the total row found over all rows.

use super::axis::{Across, Axis};
use super::facts::Facts;
use super::measures::{self, MeasureCells};
use super::source::{columns_of, fields_of, source};
use super::{criteria, notes, periods, words};
use crate::definition::{Basis, From, Measure, MeasureKind, Statistic, StatisticRows, Table, When};
use crate::domain::ranking::cut;
use crate::model::stat_table::{BuiltTable, Heading};
use crate::model::statistic::{FigureDoubt, RowKind, StatCell, StatRow};
use std::collections::{BTreeMap, BTreeSet};

/// Computes one statistic.
///
/// # Errors
/// A total that does not equal its parts, or a definition that was not checked.
pub fn table(table: &Table, statistic: &Statistic, facts: &Facts<'_>) -> Result<BuiltTable, String> {
    let sources: Vec<&From> = statistic.measures.iter().filter_map(|measure| source(&measure.kind)).collect();
    let axis = Axis::new(&statistic.rows, &sources, facts)?;
    let across = Across::new(&statistic.across, &sources, facts)?;
    let (grids, mut columns) = laid_out(table, statistic, &axis, &across, facts)?;
    if !has_rule(&statistic.rows, facts) {
        // A column of dashes says nothing.
        columns.retain(|column| statistic.measures.get(column.measure).is_none_or(|one| !of_rules(&one.kind)));
    }
    let mut finished = notes::empty_table(table, facts, &[&statistic.label], 1);
    finished.definitions = vec![label_definition(statistic)];
    let mut explained = BTreeSet::new();
    for (position, column) in columns.iter().enumerate() {
        finished.headings.push(column.heading.clone());
        let bound = statistic.measures.get(column.measure).and_then(|measure| measure.bound);
        let parts = statistic.measures.get(column.measure).and_then(|measure| measure.parts);
        finished.parts.extend(parts.map(|below| (finished.headings.len() - 1, i64::from(below))));
        if let Some(bound) = bound.filter(|_| statistic.across.is_empty()) {
            finished.bounds.push(words::column_bound(finished.headings.len() - 1, bound));
        }
        // Columns by code differ in nothing but the code: said once for each measure.
        let said = columns[..position].iter().any(|earlier| earlier.measure == column.measure);
        finished.definitions.push(if said {
            String::new()
        } else {
            definition(column.measure, statistic, facts) + &computed(column.measure, statistic, &mut explained, facts)
        });
    }
    let mut push = |kind, label: &str, group: Option<usize>| {
        let mut cells = Vec::with_capacity(columns.len() + 1);
        cells.push(StatCell::Text(label.to_string()));
        let mut row = StatRow::new(kind, cells);
        for column in &columns {
            let grid = &grids[column.grid];
            let kind = statistic.measures.get(column.measure).map(|measure| &measure.kind);
            row.doubts.extend(grid.doubt(group, (column.slot, row.cells.len()), kind.is_some_and(looks_whole)));
            row.compared.extend(grid.compared(group, (column.slot, row.cells.len())));
            row.cells.push(grid.line(group).get(column.slot).cloned().unwrap_or(StatCell::NotApplicable));
        }
        // The unit's name carries the mark for the counts and sums beside it.
        let parts = columns.iter().filter_map(|column| grids.get(column.grid)?.part(group, column.slot));
        if let Some(rows) = parts.max_by_key(|(counted, read)| (read - counted, *read)) {
            let doubt = FigureDoubt { column: 0, cells: 0, held: 0, rows: Some(rows), without: None, with: None };
            row.doubts.insert(0, doubt);
        }
        finished.rows.push(row);
    };
    let order = RowOrder::new(statistic, &grids, axis.groups.len());
    if !statistic.criteria.is_empty() {
        let why = criteria::reasons(statistic, &grids, axis.groups.len(), facts);
        let on: Vec<&usize> = order.groups.iter().filter(|group| why.contains_key(group)).collect();
        for position in &on {
            push(RowKind::Body, &axis.groups[**position].label, Some(**position));
        }
        let reasons = on.iter().filter_map(|group| why.get(group)).cloned();
        finished.listed(reasons, &statistic.empty, &criteria_words(statistic));
        finished.notes.extend(remarks(statistic, &grids, facts));
        let parts = parts(&finished);
        finished.notes.extend(parts);
        return Ok(finished);
    }
    for position in &order.groups {
        push(RowKind::Body, &axis.groups[*position].label, Some(*position));
    }
    let leftover = axis.groups.len();
    if grids.iter().any(|grid| !grid.derived && !grid.parts[leftover].iter().all(measures::is_nothing)) {
        push(RowKind::Body, axis.leftover, Some(leftover));
    }
    if let Some(total) = &statistic.total {
        push(RowKind::Total, total, None);
    }
    finished.notes.extend(order.note);
    finished.notes.extend(remarks(statistic, &grids, facts));
    let parts = parts(&finished);
    finished.notes.extend(parts);
    Ok(finished)
}

/// Whether some row is held against a rule that is in force.
fn has_rule(rows: &StatisticRows, facts: &Facts<'_>) -> bool {
    let StatisticRows::Items(items) = rows else { return false };
    items.iter().filter_map(|item| facts.plan.shares.get(item.share?)).any(|share| share.enabled)
}

/// Whether a measure says something of rows with a rule alone.
fn of_rules(kind: &MeasureKind) -> bool {
    matches!(kind, MeasureKind::ItemBound | MeasureKind::ItemMargin { .. })
}

fn criteria_words(statistic: &Statistic) -> String {
    let sources = statistic.criteria.iter().filter_map(|criterion| criterion.when.as_ref());
    let sources: Vec<String> = sources.map(|when| when.words().to_owned()).collect();
    format!("符合其中一条即列入：{}", sources.join("；"))
}

/// In which order the rows stand, and which of them.
struct RowOrder {
    groups: Vec<usize>,
    note: Option<String>,
}

impl RowOrder {
    /// Official order, or that of a rank; the sum of all rows stays that of all, and the note says so.
    fn new(statistic: &Statistic, grids: &[MeasureCells], groups: usize) -> RowOrder {
        let official: Vec<usize> = (0..groups).collect();
        let Some(rank) = statistic.ranked_by.and_then(|rank| grids.get(rank)) else {
            return RowOrder { groups: official, note: None };
        };
        let place = |group: usize| match rank.parts[group].first() {
            Some(StatCell::Integer(place)) => u32::try_from(*place).ok(),
            _ => None,
        };
        let places: Vec<Option<u32>> = official.iter().map(|group| place(*group)).collect();
        let mut groups = official;
        // Official order within a place: the sort is stable.
        groups.sort_by_key(|group| places[*group].unwrap_or(u32::MAX));
        let note = statistic.top.map(|top| {
            groups.retain(|group| places[*group].is_some_and(|place| place <= top));
            let whole = if statistic.total.is_some() { "合计仍按全部行计算。" } else { "" };
            format!("{}{whole}", words::cut(top, cut(&places, top)))
        });
        RowOrder { groups, note }
    }
}

/// All measures, once, or once for each period that the table is laid out over; and the columns that they make.
fn laid_out(
    table: &Table,
    statistic: &Statistic,
    axis: &Axis<'_>,
    across: &Across,
    facts: &Facts<'_>,
) -> Result<(Vec<MeasureCells>, Vec<PrintedColumn>), String> {
    let Some(side_by_side) = statistic.across_periods else {
        let grids = measures::all(&table.id, statistic, axis, across, None, facts)?;
        let columns = columns(statistic, across, &grids);
        return Ok((grids, columns));
    };
    let (mut grids, mut printed) = (Vec::new(), Vec::new());
    for period in periods::side_by_side(side_by_side, facts) {
        let here = measures::all(&table.id, statistic, axis, across, Some(&period), facts)?;
        let alone = statistic.measures.len() == 1 && across.is_plain();
        printed.extend(columns(statistic, across, &here).into_iter().map(|mut column| {
            column.grid += grids.len();
            if alone {
                column.heading.name = period.title();
            } else {
                column.heading.parents.insert(0, period.title());
            }
            column
        }));
        grids.extend(here);
    }
    Ok((grids, printed))
}

/// One printed column: a measure in a column by code.
struct PrintedColumn {
    /// Position among all grids of the table.
    grid: usize,
    measure: usize,
    slot: usize,
    heading: Heading,
}

fn columns(statistic: &Statistic, across: &Across, grids: &[MeasureCells]) -> Vec<PrintedColumn> {
    let measures = &statistic.measures;
    if across.is_plain() {
        let plain = |(index, measure): (usize, &Measure)| PrintedColumn {
            grid: index,
            measure: index,
            slot: 0,
            heading: Heading { parents: measure.under.iter().cloned().collect(), name: measure.name.clone() },
        };
        return measures.iter().enumerate().map(plain).collect();
    }
    let mut columns = Vec::new();
    let sum = across.width();
    let outside = sum - 1;
    for slot in 0..=sum {
        let empty = |grid: &MeasureCells| {
            measures::is_nothing(&grid.total[outside])
                && grid.parts.iter().all(|part| measures::is_nothing(&part[outside]))
        };
        let hidden = (slot == outside && grids.iter().all(empty)) || (slot == sum && !statistic.across_total);
        if hidden {
            continue;
        }
        let words = across.headings.get(slot).cloned().unwrap_or_else(|| vec!["合计".to_string()]);
        for (index, measure) in measures.iter().enumerate() {
            let heading = match words.split_last() {
                Some((last, outer)) if measures.len() == 1 => Heading { parents: outer.to_vec(), name: last.clone() },
                _ => Heading { parents: words.clone(), name: measure.name.clone() },
            };
            columns.push(PrintedColumn { grid: index, measure: index, slot, heading });
        }
    }
    columns
}

/// Notes that follow from how the table was computed.
fn remarks(statistic: &Statistic, grids: &[MeasureCells], facts: &Facts<'_>) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let mut accepted = Vec::new();
    let mut read = Vec::new();
    let mut read_names: Vec<String> = Vec::new();
    for measure in &statistic.measures {
        match source(&measure.kind) {
            Some(From::Form { form, basis: Basis::Accepted }) => accepted.push(*form),
            Some(From::Form { form, basis: Basis::Read }) => {
                read.push(*form);
                read_names.push(format!("“{}”", measure.name));
            }
            _ => {}
        }
        if let MeasureKind::Verdict { from: From::Form { form, .. }, holds, .. } = &measure.kind {
            let standard = notes::standard(*form, holds, facts).filter(|standard| !notes.contains(standard));
            notes.extend(standard);
        }
        if let MeasureKind::Quota(_) = measure.kind {
            accepted.extend(facts.plan.quota.as_ref().map(|quota| quota.form));
        }
    }
    if !read.is_empty() {
        notes.push(match accepted.is_empty() {
            true => "本表按读到的全部行计算，含退回的行，不含整份退回的报表。".to_string(),
            false => format!("{}按读到的全部行计算，含退回的行，不含整份退回的报表。", read_names.join("")),
        });
    }
    notes.extend(unfilled(statistic, grids));
    if grids.iter().any(|grid| grid.overlaps) {
        notes.push("各行有交叉，合计按全部行另行计算，不等于各行之和。".to_string());
    }
    notes.extend(like_with_like(statistic, grids));
    for note in grids.iter().filter_map(|grid| grid.note.as_ref()) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    if !accepted.is_empty() || !read.is_empty() {
        notes.extend(notes::exclusions(&accepted, &read, facts));
    }
    let looked_back = periods::looked_back(statistic, facts);
    notes.extend(notes::earlier(&looked_back, facts));
    notes.extend(notes::earlier_doubts(&looked_back, &read_of_the_past(statistic, facts), facts));
    notes
}

/// By form, the fields of stored periods that a statistic's figures are made from.
fn read_of_the_past(statistic: &Statistic, facts: &Facts<'_>) -> BTreeMap<usize, BTreeSet<String>> {
    let mut read: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let past = |measure: &&Measure| statistic.across_periods.is_some() || measure.period != When::This;
    for measure in statistic.measures.iter().filter(past) {
        if let Some(From::Form { form, .. }) = source(&measure.kind) {
            read.entry(*form).or_default().extend(fields_of(*form, &columns_of(statistic, &measure.kind), facts.plan));
        }
    }
    read
}

/// Whether a figure looks whole though rows are missing from it: a part of nothing is seen in a rate, a mean or a place.
fn looks_whole(kind: &MeasureKind) -> bool {
    matches!(
        kind,
        MeasureKind::Average { .. }
            | MeasureKind::Rank { .. }
            | MeasureKind::Ratio { .. }
            | MeasureKind::Rate { .. }
            | MeasureKind::Verdict { .. }
    )
}

/// What comparisons cover, those that cover the same in one line.
fn like_with_like(statistic: &Statistic, grids: &[MeasureCells]) -> Vec<String> {
    let mut said: Vec<(&str, String)> = Vec::new();
    for (measure, grid) in statistic.measures.iter().zip(grids) {
        let Some(words) = grid.like.as_deref() else { continue };
        let sides = grid.sides.as_deref().filter(|_| statistic.total.is_some());
        let total = |side: &MeasureCells| side.total.last().and_then(words::figure);
        let sides = sides.and_then(|[now, before]| Some(format!("（合计 {} 比 {}）", total(now)?, total(before)?)));
        let name = format!("“{}”{}", measure.name, sides.unwrap_or_default());
        match said.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push_str(&name),
            None => said.push((words, name)),
        }
    }
    said.into_iter().map(|(words, names)| format!("{names}{words}")).collect()
}

/// Units some of whose rows were sent back: their figures are said to rest on what counts.
fn parts(finished: &BuiltTable) -> Option<String> {
    let partial = finished.rows.iter().filter_map(|row| {
        let rows =
            row.doubts.iter().filter_map(|doubt| doubt.rows).max_by_key(|(counted, read)| (read - counted, *read));
        let (counted, read) = rows?;
        match row.cells.first() {
            Some(StatCell::Text(label)) => Some(format!("{label}（{read} 行计入 {counted} 行）")),
            _ => None,
        }
    });
    let partial: Vec<String> = partial.collect();
    (!partial.is_empty()).then(|| format!("＊ 有退回的行，各栏只按计入的行算，数不全：{}。", words::names(&partial, 8)))
}

/// Sums hold what was filled in; how many rows said nothing, measure by measure, over all periods of the table.
fn unfilled(statistic: &Statistic, grids: &[MeasureCells]) -> Option<String> {
    let measures = statistic.measures.iter().enumerate();
    let lacking = measures.filter_map(|(index, measure)| {
        let rows: i64 = grids.iter().skip(index).step_by(statistic.measures.len()).map(|grid| grid.unfilled).sum();
        (rows > 0).then(|| format!("“{}” {rows} 行", measure.name))
    });
    let lacking: Vec<String> = lacking.collect();
    (!lacking.is_empty()).then(|| format!("合计只含填了数的行，没有填的：{}。", lacking.join("、")))
}

fn label_definition(statistic: &Statistic) -> String {
    match &statistic.rows {
        StatisticRows::Unit => "应报的推荐单位，按名册次序全部列出".to_string(),
        StatisticRows::City => "按推荐单位归属，各市按官方次序，其后是其他渠道，全部列出".to_string(),
        StatisticRows::Codes { field } => format!("“{field}”代码表的全部值，按官方次序"),
        StatisticRows::Items(items) => {
            let items = items.iter().map(|item| format!("{}（{}）", item.label, item.filter.words()));
            items.collect::<Vec<_>>().join("、")
        }
    }
}

/// How the computed columns that a measure reads come about.
fn computed(measure: usize, statistic: &Statistic, explained: &mut BTreeSet<String>, facts: &Facts<'_>) -> String {
    let kind = &statistic.measures[measure].kind;
    let Some(From::Form { form, .. }) = source(kind) else { return String::new() };
    let columns = columns_of(statistic, kind);
    notes::computed(*form, columns.iter().map(String::as_str), explained, facts)
}

/// How a column is computed, as the definition says it.
fn definition(measure: usize, statistic: &Statistic, facts: &Facts<'_>) -> String {
    let name = |index: usize| statistic.measures.get(index).map_or("", |measure| measure.name.as_str());
    let like = |comparable: bool| if comparable { "，只计两期都报全的单位" } else { "" };
    let how = match &statistic.measures[measure].kind {
        MeasureKind::Count { from, filter } => {
            format!("{}，计数", notes::source(from, &filter.iter().collect::<Vec<_>>(), facts))
        }
        MeasureKind::Sum { from, value, filter } => {
            let rows = notes::source(from, &filter.iter().collect::<Vec<_>>(), facts);
            format!("{rows}，合计 {}", value.words())
        }
        MeasureKind::Average { from, value, filter } => {
            let rows = notes::source(from, &filter.iter().collect::<Vec<_>>(), facts);
            format!("{rows}，有数的行的 {} 合并求平均，不取平均的平均", value.words())
        }
        MeasureKind::Rank { of, direction } => {
            format!("“{}”{}的名次，相同的并列（1、2、2、4），未报的不排", name(*of), direction.word())
        }
        MeasureKind::Ratio { from, of, over } => {
            let over = notes::source(from, &over.iter().collect::<Vec<_>>(), facts);
            format!("分子 {}；分母 {over}；合并计算，不取平均", of.words())
        }
        MeasureKind::Rate { from, of, over, filter } => {
            let rows = notes::source(from, &filter.iter().collect::<Vec<_>>(), facts);
            format!("{rows}，合计 {} ÷ 合计 {}，两项都有数的行；合并计算，不取平均", of.words(), over.words())
        }
        MeasureKind::Verdict { from, holds, filter, met, unmet } => {
            let rows = notes::source(from, &filter.iter().collect::<Vec<_>>(), facts);
            format!(
                "{rows}，能判定的行都符合 {} 为“{met}”，否则“{unmet}”，都不能判定为“—”；合计是符合的占比",
                holds.words()
            )
        }
        MeasureKind::Portion { of } => format!("本行“{0}” ÷ 合计“{0}”", name(*of)),
        MeasureKind::Roster { column } => format!("单位名册“{column}”"),
        MeasureKind::Quota(part) => super::quota::definition(*part, facts),
        MeasureKind::Outstanding { lookup } => {
            let lookup = facts.plan.lookups.get(*lookup);
            let form = lookup.and_then(|lookup| facts.plan.forms.get(lookup.form)).map_or("", |form| &form.title);
            let reference = lookup.map_or("", |lookup| &lookup.reference);
            format!("参照表“{reference}”中没有被《{form}》审核通过的行对上的记录，计数")
        }
        MeasureKind::ItemBound => "本项占比的规定；没有规定或规定未启用的为“—”".to_string(),
        MeasureKind::ItemMargin { portion } => format!("“{}”减去规定，百分点", name(*portion)),
        MeasureKind::Difference { left, right, comparable } => {
            format!("“{}”减“{}”{}", name(*left), name(*right), like(*comparable))
        }
        MeasureKind::Growth { now, before, comparable } => {
            format!("（“{}”－“{}”）÷“{1}”{}；没有基数的为“—”", name(*now), name(*before), like(*comparable))
        }
        MeasureKind::Points { now, before, comparable } => {
            format!("“{}”减“{}”，百分点{}；没有基数的为“—”", name(*now), name(*before), like(*comparable))
        }
    };
    let how = match statistic.measures.get(measure).map_or(When::This, |measure| measure.period) {
        When::This => how,
        other => format!("{}的{how}", other.word()),
    };
    if statistic.across.is_empty() {
        return how;
    }
    let across: Vec<String> = statistic.across.iter().map(|column| format!("“{column}”")).collect();
    format!("{how}；按{}分列，各列同此", across.join("和"))
}
