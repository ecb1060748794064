//! What figures come to without the cells that nobody has vouched for yet, and with those that are held out: told from the
//! same tables computed again. Marks the figures, and says under the table and on the first page what would change.

use super::facts::Facts;
use super::key_figures::VALUE;
use super::source::fields_read;
use super::words::{names, short, shown};
use crate::definition::{Plan, Table, TableKind};
use crate::model::conclusion::{About, Conclusion};
use crate::model::stat_table::{BuiltTable, OpenTable, StatTable};
use crate::model::statistic::{FigureDoubt, RowKind, StatCell, StatRow};
use crate::model::{OpenCell, stat_rows::StatRows};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Records that one sentence names, and changes that it tells.
const NAMED: usize = 2;
const TOLD: usize = 3;
/// Characters of a verdict; longer words are reasons, which change with every figure in them.
const VERDICT: usize = 6;
/// A change of a total by less than this part is not worth a line on the first page.
const WORTH: f64 = 0.01;

/// A table computed again, lined up with the printed one.
struct Again<'a> {
    table: OpenTable<'a>,
    /// Per printed row and column, the same one here.
    rows: Vec<Option<usize>>,
    columns: Vec<Option<usize>>,
}

impl<'a> Again<'a> {
    fn of(printed: &OpenTable<'_>, table: &'a StatTable) -> Again<'a> {
        let table = table.opened();
        let known = positions(table.rows.iter().map(row_key));
        let rows = keyed(printed.rows.iter().map(row_key)).map(|key| known.get(&key).copied()).collect();
        let headings = |table: &StatTable| -> Vec<String> {
            table
                .headings
                .iter()
                .map(|heading| format!("{}\u{1f}{}", heading.parents.join("\u{1f}"), heading.name))
                .collect()
        };
        let known = positions(headings(&table).into_iter());
        let columns = keyed(headings(printed).into_iter()).map(|key| known.get(&key).copied()).collect();
        Again { table, rows, columns }
    }

    fn row(&self, row: usize) -> Option<&StatRow> {
        self.table.rows.get((*self.rows.get(row)?)?)
    }

    /// The cell in the place of a printed one.
    fn cell(&self, row: usize, column: usize) -> Option<&StatCell> {
        self.row(row)?.cells.get((*self.columns.get(column)?)?)
    }
}

/// What a row is the same by: the row of the form, else its kind and label.
fn row_key(row: &StatRow) -> String {
    match (row.line, row.cells.first()) {
        (Some(line), _) => format!("#{line}"),
        (None, Some(StatCell::Text(label))) => format!("{:?}{label}", row.kind),
        _ => format!("{:?}", row.kind),
    }
}

/// Keys made unique by how often each came before.
fn keyed(keys: impl Iterator<Item = String>) -> impl Iterator<Item = (String, usize)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    keys.map(move |key| {
        let count = seen.entry(key.clone()).or_insert(0);
        *count += 1;
        (key, *count)
    })
}

fn positions(keys: impl Iterator<Item = String>) -> BTreeMap<(String, usize), usize> {
    keyed(keys).enumerate().map(|(at, key)| (key, at)).collect()
}

/// One table's other two printings.
pub struct Weighed<'a> {
    /// With every doubted cell missing, and with those in that are held out.
    pub without: Option<&'a StatTable>,
    pub with: Option<&'a StatTable>,
}

/// Marks every figure that rests on doubt, and says under the table which cells these are and what would change; returns
/// what would change, for the first page.
pub fn weigh(
    table: &mut StatTable,
    declared: &Table,
    weighed: &Weighed<'_>,
    facts: &Facts<'_>,
) -> [Vec<Consequence>; 2] {
    let mut rows = std::mem::take(&mut table.rows).into_all();
    let sides = {
        let printed = OpenTable { table, rows: rows.as_slice().into() };
        [weighed.without, weighed.with].map(|other| other.map(|other| Again::of(&printed, other)))
    };
    for (at, row) in rows.iter_mut().enumerate() {
        let found: Vec<(usize, [Option<StatCell>; 2])> = (0..table.headings.len())
            .filter_map(|column| {
                let own = row.cells.get(column)?;
                let other =
                    sides.each_ref().map(|side| side.as_ref()?.cell(at, column).filter(|cell| *cell != own).cloned());
                other.iter().any(Option::is_some).then_some((column, other))
            })
            .collect();
        for (column, [without, with]) in found {
            match row.doubts.iter_mut().find(|doubt| doubt.column == column) {
                Some(doubt) => (doubt.without, doubt.with) = (without, with),
                None => row.doubts.push(FigureDoubt { column, cells: 0, held: 0, rows: None, without, with }),
            }
        }
        row.doubts.sort_by_key(|doubt| doubt.column);
    }
    let [without, with] = {
        let printed = OpenTable { table, rows: rows.as_slice().into() };
        sides.each_ref().map(|side| side.as_ref().map_or_else(Vec::new, |side| changes(&printed, side, declared)))
    };
    let read = fields_read(declared, facts.plan);
    let mine = |held: bool| -> Vec<&OpenCell> {
        let mine = facts.doubts.iter().filter(|doubt| doubt.held == held && doubt.counts);
        mine.filter(|doubt| read.get(&doubt.form).is_some_and(|fields| fields.contains(&*doubt.column))).collect()
    };
    let marked = rows.iter().any(StatRow::is_doubted);
    table.rows = StatRows::of(rows);
    let (held, open) = (mine(true), mine(false));
    if !held.is_empty() && (marked || !with.is_empty()) {
        let effect = sentence("；如属实，", &with, false);
        table.notes.push(format!("＊ 未计入待核实 {} 处{}{effect}。", held.len(), involved(&held, facts)));
    }
    if !open.is_empty() && (marked || !without.is_empty()) {
        let effect = sentence("；扣除后，", &without, false);
        let all = if held.is_empty() { "" } else { "另" };
        table.notes.push(format!("＊ {all}含待核实 {} 处{}{effect}。", open.len(), involved(&open, facts)));
    }
    [without, with]
}

/// Something that the doubted cells decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequence {
    kind: ConsequenceKind,
    /// By which part of it a total changes; 1 for what is no amount.
    part: f64,
    /// `合计“创效（万元）”为 711.0`, and with what stands there now.
    said: String,
    from: String,
}

/// What changes, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ConsequenceKind {
    /// A total that doubted cells are summed up in.
    Total,
    FirstPlace,
    /// A total that is derived from others.
    Derived,
    Verdict,
    Listed,
}

fn changes(table: &OpenTable<'_>, again: &Again<'_>, declared: &Table) -> Vec<Consequence> {
    let mut changes = totals(table, again);
    changes.extend(first(table, again));
    changes.extend(verdicts(table, again));
    let chosen = match &declared.kind {
        TableKind::List(_) => true,
        TableKind::Statistic(statistic) => !statistic.criteria.is_empty() || statistic.top.is_some(),
        _ => false,
    };
    if chosen {
        changes.extend(listed(table, again));
    }
    changes
}

fn totals(table: &OpenTable<'_>, again: &Again<'_>) -> Vec<Consequence> {
    let mut changes = Vec::new();
    for (at, row) in table.rows.iter().enumerate().filter(|(_, row)| row.kind == RowKind::Total) {
        for (column, heading) in table.headings.iter().enumerate().skip(table.label_columns) {
            let (Some(own), Some(other)) = (row.cells.get(column), again.cell(at, column)) else { continue };
            if own == other || matches!(own, StatCell::Text(_) | StatCell::Alarm(_)) {
                continue;
            }
            let label = name_of(row, table);
            let path: Vec<&str> = heading.parents.iter().map(String::as_str).chain([heading.name.as_str()]).collect();
            let what = format!("{label}“{}”", path.join(" "));
            let (now, then) = (shown(own), shown(other));
            let kind = match row.doubt(column) {
                Some(doubt) if doubt.cells > 0 => ConsequenceKind::Total,
                _ => ConsequenceKind::Derived,
            };
            let (said, from) = (
                format!("{what}为{}", spaced(&then)),
                format!("“{}”{what}由{}变为{}", table.sheet, spaced(&now), spaced(&then)),
            );
            changes.push(Consequence { kind, part: part(own, other), said, from: from.trim_end().to_owned() });
        }
    }
    changes
}

/// Who would stand first where rows are ranked.
fn first(table: &OpenTable<'_>, again: &Again<'_>) -> Option<Consequence> {
    let ranked = table.headings.iter().any(|heading| heading.name == "名次");
    let (own, other) = (table.rows.first()?, again.table.rows.first()?);
    if !ranked || row_key(own) == row_key(other) {
        return None;
    }
    let (own, other) = (name_of(own, table), name_of(other, &again.table));
    let said = format!("第一名是{other}");
    let from = format!("《{}》第一名由{own}变为{other}", table.title);
    (own != other).then_some(Consequence { kind: ConsequenceKind::FirstPlace, part: 1.0, said, from })
}

/// Conclusions in words that would be others.
fn verdicts(table: &OpenTable<'_>, again: &Again<'_>) -> Vec<Consequence> {
    let word = |cell: &StatCell| match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => Some(text.clone()),
        cell => cell.state().map(str::to_owned),
    };
    let mut turned = Vec::new();
    for (at, row) in table.rows.iter().enumerate().filter(|(_, row)| row.line.is_none()) {
        for (column, heading) in table.headings.iter().enumerate().skip(table.label_columns) {
            let (Some(own), Some(other)) = (row.cells.get(column), again.cell(at, column)) else { continue };
            let judged = matches!(own, StatCell::Text(word) | StatCell::Alarm(word) if word.chars().count() <= VERDICT);
            let judged = judged && own != other;
            if let (true, Some(own), Some(other)) = (judged, word(own), word(other)) {
                let path: Vec<&str> =
                    heading.parents.iter().map(String::as_str).chain([heading.name.as_str()]).collect();
                turned.push(format!("{}“{}”由{own}变为{other}", name_of(row, table), path.join(" ")));
            }
        }
    }
    if turned.is_empty() {
        return Vec::new();
    }
    let said = names(&turned, 2);
    vec![Consequence { kind: ConsequenceKind::Verdict, part: 1.0, from: said.clone(), said }]
}

/// Who would come onto a list, and who would not be on it any more.
fn listed(table: &OpenTable<'_>, again: &Again<'_>) -> Vec<Consequence> {
    let of = |table: &OpenTable<'_>, there: &dyn Fn(usize) -> bool| -> Vec<String> {
        let rows = table.rows.iter().enumerate().filter(|(at, row)| is_entry(row) && !there(*at));
        rows.map(|(_, row)| name_of(row, table)).filter(|name| !name.is_empty()).collect()
    };
    let gone = of(table, &|at| again.row(at).is_some());
    let met: HashSet<usize> = again.rows.iter().flatten().copied().collect();
    let come = of(&again.table, &|at| met.contains(&at));
    let said = [("不再列入", gone), ("列入", come)].into_iter().filter(|(_, names)| !names.is_empty());
    said.map(|(word, all)| {
        let said = format!("{word}{}", names(&all, NAMED));
        Consequence { kind: ConsequenceKind::Listed, part: 1.0, from: format!("《{}》{said}", table.title), said }
    })
    .collect()
}

/// Whether a row stands for something, and is not the line that there is nothing.
fn is_entry(row: &StatRow) -> bool {
    row.kind == RowKind::Body && row.cells.iter().skip(1).any(|cell| *cell != StatCell::Empty)
}

/// The first word of a row that is not its number.
fn name_of(row: &StatRow, table: &StatTable) -> String {
    let texts = row.cells.iter().enumerate().filter(|(at, _)| !table.private_columns.contains(at));
    let mut texts = texts.filter_map(|(_, cell)| match cell {
        StatCell::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    });
    texts.next().unwrap_or_default()
}

/// By which part of it a figure changes; 1 for what has no part.
fn part(own: &StatCell, other: &StatCell) -> f64 {
    match (amount(own), amount(other)) {
        (Some(own), Some(other)) if own != 0.0 || other != 0.0 => {
            (own - other).abs() / own.abs().min(other.abs()).max(1e-9)
        }
        _ => 1.0,
    }
}

fn amount(cell: &StatCell) -> Option<f64> {
    match cell {
        StatCell::Integer(whole) => Some(*whole as f64),
        StatCell::Number(number) | StatCell::Points(number) => Some(*number),
        StatCell::Ratio { num, den } if *den != 0 => Some(*num as f64 / *den as f64),
        _ => None,
    }
}

/// A figure within a sentence: digits stand apart from characters.
fn spaced(words: &str) -> String {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '%'));
    let before = if digit(words.chars().next()) { " " } else { "" };
    let after = if digit(words.chars().next_back()) { " " } else { "" };
    format!("{before}{words}{after}")
}

/// The changes in one clause: totals as the tables have them, the largest first of what is derived; a new first place is
/// never left out for them.
fn sentence(lead: &str, changes: &[Consequence], from: bool) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<&Consequence> = changes.iter().collect();
    let size = |change: &Consequence| if change.kind == ConsequenceKind::Total { 0.0 } else { -change.part };
    sorted.sort_by(|a, b| a.kind.cmp(&b.kind).then(size(a).total_cmp(&size(b))));
    if sorted.iter().any(|change| change.kind == ConsequenceKind::FirstPlace) {
        let mut totals = 0;
        sorted.retain(|change| {
            totals += usize::from(change.kind == ConsequenceKind::Total);
            change.kind != ConsequenceKind::Total || totals < TOLD
        });
    }
    let said: Vec<&str> =
        sorted.iter().take(TOLD).map(|change| if from { change.from.as_str() } else { change.said.as_str() }).collect();
    let more = if changes.len() > TOLD { "等" } else { "" };
    let said: Vec<&str> = said.into_iter().map(str::trim_end).collect();
    format!("{lead}{}{more}", said.join("，"))
}

/// Which amounts and whose: `，涉及本月创效 420,000 万元：阜阳市总工会 某厂 本月创效 420,000 万元`.
fn involved(doubts: &[&OpenCell], facts: &Facts<'_>) -> String {
    let mut sums: Vec<(&str, f64, String)> = Vec::new();
    for doubt in doubts {
        let Some(amount) = doubt.amount else { continue };
        match sums.iter_mut().find(|(column, ..)| *column == &*doubt.column) {
            Some((_, sum, _)) => *sum += amount,
            None => sums.push((&doubt.column, amount, unit_of(doubt, facts))),
        }
    }
    // The largest first: it is what a reader has to know of.
    sums.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let amounts: Vec<String> = sums
        .iter()
        .filter(|(.., unit)| !unit.is_empty())
        .take(NAMED)
        .map(|(column, sum, unit)| format!("{column} {} {unit}", short(*sum)))
        .collect();
    let amounts = if amounts.is_empty() { String::new() } else { format!("，涉及{}", amounts.join("、")) };
    format!("{amounts}：{}", places(doubts, facts))
}

/// The record with the largest amount, and how many there are.
fn weightiest(doubts: &[&OpenCell], facts: &Facts<'_>) -> String {
    let records = records(doubts);
    let more = if records.len() > 1 { format!("等 {} 条记录", records.len()) } else { String::new() };
    records.first().map_or_else(String::new, |first| place(first, facts) + &more)
}

/// The records, the first of them named.
fn places(doubts: &[&OpenCell], facts: &Facts<'_>) -> String {
    let records = records(doubts);
    let shown = records.iter().take(NAMED).map(|of| place(of, facts)).collect::<Vec<_>>().join("；");
    if records.len() > NAMED { format!("{shown}；等 {} 条记录", records.len()) } else { shown }
}

/// The records, each with its doubted cells, those of the largest amounts first.
fn records<'d>(doubts: &[&'d OpenCell]) -> Vec<Vec<&'d OpenCell>> {
    let mut records: HashMap<(usize, usize), (f64, usize, Vec<&OpenCell>)> = HashMap::new();
    for (at, doubt) in doubts.iter().enumerate() {
        let (most, _, of) = records.entry((doubt.form, doubt.row)).or_insert((0.0, at, Vec::new()));
        *most = most.max(doubt.amount.unwrap_or(0.0).abs());
        of.push(doubt);
    }
    let mut records: Vec<_> = records.into_values().collect();
    records.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    records.into_iter().map(|(.., of)| of).collect()
}

fn place(cells: &[&OpenCell], facts: &Facts<'_>) -> String {
    let Some(first) = cells.first() else { return String::new() };
    let unit = first.unit.map_or("", |unit| facts.unit_name(unit));
    let record = first.record.strip_prefix(unit).unwrap_or(&first.record).trim();
    let record = if record.is_empty() { String::new() } else { format!(" {record}") };
    let values: Vec<String> = cells
        .iter()
        .map(|doubt| {
            let value = doubt.amount.map_or_else(|| format!("“{}”", doubt.value), short);
            let unit = unit_of(doubt, facts);
            format!("{} {value}{}{unit}", doubt.column, if unit.is_empty() { "" } else { " " })
        })
        .collect();
    let shown = values.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
    let more = if values.len() > NAMED { format!("等 {} 项", values.len()) } else { String::new() };
    format!("{unit}{record}（{shown}{more}）")
}

/// What a cell is measured in; empty where it is no amount.
fn unit_of(doubt: &OpenCell, facts: &Facts<'_>) -> String {
    let form = facts.plan.forms.get(doubt.form);
    let field = form.and_then(|form| form.fields.iter().find(|field| field.name == doubt.column));
    field.and_then(|field| field.measured_in.clone()).unwrap_or_default()
}

/// What would change with the tables as they are computed again, in one sentence; `None` where it is not worth telling.
pub fn effect(lead: &str, tables: &[StatTable], again: &[Option<StatTable>], plan: &Plan) -> Option<String> {
    let of = |((table, again), declared): ((&StatTable, &Option<StatTable>), &Table)| {
        let table = table.opened();
        again.as_ref().map_or_else(Vec::new, |again| changes(&table, &Again::of(&table, again), declared))
    };
    let changes = worth_telling(tables.iter().zip(again).zip(&plan.tables).flat_map(of).collect());
    (!changes.is_empty()).then(|| sentence(lead, &changes, true))
}

/// What would change of the figures of the first page, without and with.
pub fn of_figures(figures: &BuiltTable) -> [Vec<Consequence>; 2] {
    let mut changes = [Vec::new(), Vec::new()];
    let text = |row: &StatRow, at: usize| match row.cells.get(at) {
        Some(StatCell::Text(text)) => text.clone(),
        _ => String::new(),
    };
    for row in &figures.rows {
        let Some((doubt, own)) = row
            .doubts
            .iter()
            .find_map(|doubt| Some((doubt, row.cells.get(doubt.column)?)))
            .filter(|(doubt, _)| doubt.column == VALUE)
        else {
            continue;
        };
        for (all, other) in changes.iter_mut().zip([&doubt.without, &doubt.with]) {
            let Some(other) = other else { continue };
            let unit = text(row, VALUE - 1);
            let unit = if unit.is_empty() { unit } else { format!(" {unit}") };
            let from = format!("{}由 {} 变为 {}{unit}", text(row, 0), shown(own), shown(other));
            all.push(Consequence { kind: ConsequenceKind::Total, part: part(own, other), said: from.clone(), from });
        }
    }
    changes
}

/// What the first page tells: of its own figures where any of them changes, else of the tables; and what is no amount.
fn told(figures: Vec<Consequence>, tables: Vec<Consequence>) -> Vec<Consequence> {
    let mut figures = worth_telling(figures);
    let tables = worth_telling(tables);
    if figures.is_empty() {
        return tables;
    }
    figures.sort_by(|a, b| b.part.total_cmp(&a.part));
    let amount = |change: &Consequence| matches!(change.kind, ConsequenceKind::Total | ConsequenceKind::Derived);
    figures.extend(tables.into_iter().filter(|change| !amount(change)));
    figures
}

/// What the first page says of all doubt together; `figures` are the changes of its own figures, `changes` those of all
/// tables, without and with, and `marked` whether any figure is.
pub fn conclusions(
    figures: [Vec<Consequence>; 2],
    changes: [Vec<Consequence>; 2],
    marked: bool,
    facts: &Facts<'_>,
) -> Vec<Conclusion> {
    let of = |held: bool| -> Vec<&OpenCell> {
        facts.doubts.iter().filter(|doubt| doubt.held == held && doubt.counts).collect()
    };
    let touched = changes.iter().any(|changes| !changes.is_empty()) || marked;
    let ([out, within], [without, with]) = (figures, changes);
    let (without, with) = (told(out, without), told(within, with));
    let (held, open) = (of(true), of(false));
    let mut conclusions = Vec::new();
    let mut say = |text| conclusions.push(Conclusion::new(About::Doubt, None, text));
    if !held.is_empty() {
        let effect = sentence("。如属实，", &with, true);
        say(format!("有 {} 处数待核实，没有计入：{}{effect}。", held.len(), weightiest(&held, facts)));
    }
    if !open.is_empty() {
        let also = if held.is_empty() { "" } else { "另" };
        let count = open.len();
        say(match (touched, without.is_empty()) {
            (false, _) => format!("{also}有 {count} 处待核实，不影响统计表里的数。逐处见审核问题工作簿。"),
            (true, true) => format!(
                "{also}有 {count} 处数待核实，已计入，表中标有＊；全部扣除后，各表合计变动都不到 1%，名次和结论不变。逐处见审核问题工作簿。"
            ),
            (true, false) => {
                let effect = sentence("全部扣除后，", &without, true);
                format!("{also}有 {count} 处数待核实，已计入，表中标有＊。{effect}。逐处见审核问题工作簿。")
            }
        });
    }
    conclusions
}

/// What changes enough to stand on the first page, each once.
fn worth_telling(changes: Vec<Consequence>) -> Vec<Consequence> {
    let mut told: Vec<Consequence> = Vec::new();
    for change in changes.into_iter().filter(|change| change.part >= WORTH) {
        let heard =
            |known: &Consequence| known.from == change.from || known.kind == change.kind && known.said == change.said;
        if !told.iter().any(heard) {
            told.push(change);
        }
    }
    told
}
