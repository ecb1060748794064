//! Rows, one line each, in official order of units: rows of a form, or reference rows that nobody answered.

use super::axis::Axis;
use super::facts::Facts;
use super::list_places::{self, ListPlaces};
use super::rowset::Rowset;
use super::shown::{cell, field, kind};
use super::source::fields_of;
use super::{notes, words};
use crate::definition::{Basis, FieldType, List, ListColumn, ListFrom, ListValue, Table};
use crate::language::Checked;
use crate::model::stat_table::BuiltTable;
use crate::model::statistic::{FigureDoubt, RowKind, StatCell, StatRow};
use crate::model::{Origin, Place, Severity, Value};
use crate::text::masks::mask_within;
use std::collections::{BTreeMap, BTreeSet};

/// Computes one list.
///
/// # Errors
/// A column that is not there: a defect, since the definition was checked.
pub fn table(table: &Table, list: &List, facts: &Facts<'_>) -> Result<BuiltTable, String> {
    let headings: Vec<&str> = list.columns.iter().map(|column| column.header.as_str()).collect();
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    let lines = match &list.from {
        ListFrom::Form { form, basis } => ListLines::of_form(list, *form, *basis, facts)?,
        ListFrom::Outstanding { lookup } => ListLines::outstanding(*lookup, facts),
    };
    let lines = lines.places(list, facts)?;
    let found = lines.lines.len();
    let printed = found <= list.most;
    finished.withheld = if printed { 0 } else { found };
    let lines = if printed { lines.sorted(list, facts)? } else { ListLines { lines: Vec::new(), ..lines } };
    let numbered = list.columns.iter().enumerate();
    let columns = numbered.map(|(at, column)| lines.column(at, column, facts)).collect::<Result<Vec<_>, String>>()?;
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let doubted = lines.doubted(list, facts);
    for line in &lines.lines {
        let cells = columns.iter_mut().map(|cells| cells.next().unwrap_or(StatCell::Empty)).collect();
        let of_form = lines.form.map(|_| line.row);
        let doubts = doubted.get(&line.row).cloned().unwrap_or_default();
        finished.rows.push(StatRow { line: of_form, doubts, ..StatRow::new(RowKind::Body, cells) });
    }
    if finished.rows.is_empty() && !list.columns.is_empty() {
        let mut cells = vec![StatCell::Empty; list.columns.len()];
        cells[0] = StatCell::Text(if printed {
            list.empty.clone()
        } else {
            format!("共 {found} 行，超过 {} 行，不宜打印，没有在此列出；全部行见数据版。", list.most)
        });
        finished.rows.push(StatRow::new(RowKind::Body, cells));
    }
    let private = list.columns.iter().enumerate().filter(|(_, column)| is_private(column, list, facts));
    finished.private_columns = private.map(|(index, _)| index).collect();
    let mut explained = BTreeSet::new();
    let mut explain = |column: &ListColumn| {
        let how = definition(column, list, facts);
        match &list.from {
            ListFrom::Form { form, .. } => how + &notes::computed(*form, read(column, list), &mut explained, facts),
            ListFrom::Outstanding { .. } => how,
        }
    };
    finished.definitions = list.columns.iter().map(&mut explain).collect();
    finished.notes.extend(list_places::notes(list, &lines.places));
    match &list.from {
        ListFrom::Form { form, basis: Basis::Accepted } => {
            finished.notes.extend(notes::exclusions(&[*form], &[], facts));
        }
        ListFrom::Form { form, basis: Basis::Read } => {
            finished.notes.push("本表列出读到的全部行，含退回的行，不含整份退回的报表。".to_string());
            finished.notes.extend(notes::exclusions(&[], &[*form], facts));
        }
        ListFrom::Outstanding { .. } => {}
    }
    Ok(finished)
}

/// One line before it is printed: a row of the source and whom it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ListLine {
    row: usize,
    unit: Option<u32>,
}

/// The lines of a list in order. Only what is listed is ever read out of the frame: a province has many rows.
struct ListLines<'a> {
    /// `None` where an optional reference table is not there; then there are no lines either.
    rows: Option<&'a Rowset<'a>>,
    form: Option<usize>,
    lines: Vec<ListLine>,
    places: ListPlaces,
}

impl<'a> ListLines<'a> {
    fn of_form(list: &List, form: usize, basis: Basis, facts: &'a Facts<'_>) -> Result<ListLines<'a>, String> {
        let rows = facts.form(form)?;
        let filters: Vec<&Checked> = list.filter.iter().collect();
        let mask = facts.mask(rows, basis, &filters)?;
        let lines = (0..rows.len()).filter(|row| mask[*row]).map(|row| ListLine { row, unit: rows.units.get(row) });
        Ok(ListLines { rows: Some(rows), form: Some(form), lines: lines.collect(), places: ListPlaces::default() })
    }

    fn outstanding(lookup: usize, facts: &'a Facts<'_>) -> ListLines<'a> {
        let rows = facts.outstanding_rows(lookup);
        let found = facts.lookups.get(lookup).map_or(&[][..], |found| &found.outstanding);
        let lines = found.iter().map(|(row, unit)| ListLine { row: *row, unit: *unit });
        let lines = rows.map_or_else(Vec::new, |_| lines.collect());
        ListLines { rows, form: None, lines, places: ListPlaces::default() }
    }

    /// Ranks the lines, and keeps those that the list's places and criteria take.
    fn places(mut self, list: &List, facts: &Facts<'_>) -> Result<ListLines<'a>, String> {
        let Some(rows) = self.rows else { return Ok(self) };
        let population: Vec<usize> = self.lines.iter().map(|line| line.row).collect();
        self.places = ListPlaces::new(list, self.form, rows, &population, facts)?;
        let places = &self.places;
        self.lines.retain(|line| places.listed(list, line.row));
        Ok(self)
    }

    /// By unit, then by the list's columns, then as the rows came; a list with a rank by that before all.
    fn sorted(mut self, list: &List, facts: &Facts<'_>) -> Result<ListLines<'a>, String> {
        let Some(rows) = self.rows else { return Ok(self) };
        let lines = std::mem::take(&mut self.lines);
        let units = Axis::units(facts);
        let mut columns = Vec::new();
        for name in &list.sort {
            columns.push((rows.position(name)?, code_order(name, self.form, facts)));
        }
        let mut keyed = Vec::with_capacity(lines.len());
        for line in lines {
            let key = |(column, order): &(usize, BTreeMap<&str, usize>)| {
                SortKey::of(rows.grid.value_at(line.row, *column), order)
            };
            let keys: Vec<SortKey<'_>> = columns.iter().map(key).collect();
            let place = list.ranked_by.map(|_| self.places.own(list, line.row).unwrap_or(u32::MAX));
            let unit = units.group_of(line.unit).unwrap_or(usize::MAX);
            let within = self.groups(list, line, unit, rows, facts)?;
            keyed.push(((within, place, unit), keys, line));
        }
        keyed.sort_by(|a, b| (&a.0, &a.1, a.2.row).cmp(&(&b.0, &b.1, b.2.row)));
        Ok(ListLines { lines: keyed.into_iter().map(|(.., line)| line).collect(), ..self })
    }

    /// Where a line's group stands among those that the list's rank begins anew for.
    fn groups(
        &self,
        list: &List,
        line: ListLine,
        unit: usize,
        rows: &'a Rowset<'_>,
        facts: &Facts<'_>,
    ) -> Result<Vec<GroupOrder<'a>>, String> {
        let ranked = list.ranked_by.and_then(|at| list.columns.get(at)).map(|column| &column.value);
        let Some(ListValue::Rank(ranking)) = ranked else { return Ok(Vec::new()) };
        let group = |name: &String| {
            if field(name, self.form, facts) == Some(&FieldType::Unit) {
                return Ok(GroupOrder::Unit(unit));
            }
            let order = code_order(name, self.form, facts);
            Ok(match SortKey::of(rows.grid.value_at(line.row, rows.position(name)?), &order) {
                SortKey::Code(at) => GroupOrder::Unit(at),
                key => GroupOrder::Other(key),
            })
        };
        ranking.within.iter().map(group).collect()
    }

    /// One column's cells, in the order of the lines.
    fn column(&self, at: usize, column: &ListColumn, facts: &Facts<'_>) -> Result<Vec<StatCell>, String> {
        let Some(rows) = self.rows else { return Ok(Vec::new()) };
        Ok(match &column.value {
            ListValue::Number => (1..=self.lines.len() as i64).map(StatCell::Integer).collect(),
            ListValue::Column { name, .. } => {
                let kind = kind(name, self.form, facts);
                let column = rows.position(name)?;
                let shown = |line: &ListLine| match rows.grid.value_at(line.row, column) {
                    Value::Nothing if rows.grid.is_pending(line.row, column) => StatCell::Pending,
                    value => cell(value, kind),
                };
                self.lines.iter().map(shown).collect()
            }
            ListValue::Lookup { lookup } => {
                let found = facts.lookups.get(*lookup);
                let shown = self.lines.iter().map(|line| found?.shown.get(&line.row));
                shown.map(|text| text.map_or(StatCell::NotApplicable, |text| masked(text))).collect()
            }
            ListValue::Verdict => self.verdicts(rows, facts),
            ListValue::Unit => {
                let name = |line: &ListLine| line.unit.map_or("未归属", |unit| facts.unit_name(unit)).to_string();
                self.lines.iter().map(|line| StatCell::Text(name(line))).collect()
            }
            ListValue::Rank(_) => {
                let place = |line: &ListLine| self.places.place(at, line.row);
                let cell = |place: Option<u32>| place.map_or(StatCell::NotApplicable, |p| StatCell::Integer(p.into()));
                self.lines.iter().map(|line| cell(place(line))).collect()
            }
            ListValue::Reason => self.lines.iter().map(|line| StatCell::Text(self.places.reason(line.row))).collect(),
        })
    }

    /// By row of the form, the list's cells that are, or are computed from, cells with an open 核实.
    fn doubted(&self, list: &List, facts: &Facts<'_>) -> BTreeMap<usize, Vec<FigureDoubt>> {
        let mut doubted: BTreeMap<usize, Vec<FigureDoubt>> = BTreeMap::new();
        let Some(form) = self.form.filter(|_| !facts.doubts.is_empty()) else { return doubted };
        for (column, shown) in list.columns.iter().enumerate() {
            let ListValue::Column { name, .. } = &shown.value else { continue };
            let read = fields_of(form, &BTreeSet::from([name.clone()]), facts.plan);
            for doubt in facts.doubts.iter().filter(|doubt| doubt.form == form && read.contains(&*doubt.column)) {
                let marks = doubted.entry(doubt.row).or_default();
                let (cells, held) = (1, u32::from(doubt.held));
                match marks.iter_mut().find(|mark| mark.column == column) {
                    Some(mark) => (mark.cells, mark.held) = (mark.cells + cells, mark.held + held),
                    None => marks.push(FigureDoubt { column, cells, held, rows: None, without: None, with: None }),
                }
            }
        }
        doubted
    }

    /// 通过, or what was wrong.
    fn verdicts(&self, rows: &Rowset<'_>, facts: &Facts<'_>) -> Vec<StatCell> {
        let mut found: BTreeMap<(u32, u32), Vec<RowReason<'_>>> = BTreeMap::new();
        for finding in facts.verdict.findings.iter().filter(|finding| finding.severity == Severity::Block) {
            let place = &finding.place;
            if let (Some(source), Some(row)) = (place.source, place.row) {
                found.entry((source, row)).or_default().push((place, &finding.found));
            }
        }
        let verdict = |line: &ListLine| {
            if rows.accepted[line.row] {
                return StatCell::Text("通过".to_string());
            }
            // Reference tables are accepted whole, so this is a row of a form and has an origin.
            let origin = rows.origins.and_then(|origins| origins.get(line.row));
            let on = |origin: Origin| {
                let all = found.get(&(origin.source, origin.row)).into_iter().flatten();
                all.filter(move |(place, _)| origin.holds(place)).map(|(_, found)| *found)
            };
            let reasons: Vec<&str> = origin.into_iter().flat_map(on).collect();
            let reason = if reasons.is_empty() { "所在报表整份退回".to_string() } else { reasons.join("；") };
            StatCell::Alarm(mask_within(&format!("退回：{reason}")))
        };
        self.lines.iter().map(verdict).collect()
    }
}

/// Where the finding stands, and what was found.
type RowReason<'a> = (&'a Place, &'a str);

/// Words from returns or ledgers that may quote an ID or phone number.
fn masked(text: &str) -> StatCell {
    StatCell::Text(mask_within(text))
}

/// Order of the groups that a rank begins anew for: units and codes officially, others by their words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum GroupOrder<'a> {
    Unit(usize),
    Other(SortKey<'a>),
}

/// How cells are ordered: code words by their list, other words by characters, empty ones last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SortKey<'a> {
    Code(usize),
    Whole(i64),
    /// A number's bits in numeric order.
    Decimal(i64),
    Text(&'a str),
    Nothing,
}

impl<'a> SortKey<'a> {
    fn of(value: Value<'a>, order: &BTreeMap<&str, usize>) -> SortKey<'a> {
        match value {
            Value::Text(text) => order.get(text).map_or(SortKey::Text(text), |position| SortKey::Code(*position)),
            Value::Boolean(yes) => SortKey::Whole(i64::from(yes)),
            Value::Date(day) => SortKey::Whole(i64::from(day)),
            Value::Integer(number) => SortKey::Whole(number),
            Value::Number(number) => {
                let bits = number.to_bits() as i64;
                SortKey::Decimal(bits ^ (((bits >> 63) as u64) >> 1) as i64)
            }
            Value::Nothing => SortKey::Nothing,
        }
    }
}

fn code_order<'a>(name: &str, form: Option<usize>, facts: &Facts<'a>) -> BTreeMap<&'a str, usize> {
    let Some(FieldType::Code { list }) = field(name, form, facts) else { return BTreeMap::new() };
    let values = facts.reference.codes.get(*list).map_or(&[][..], |codes| &codes.values);
    values.iter().enumerate().map(|(position, value)| (value.as_str(), position)).collect()
}

fn is_private(column: &ListColumn, list: &List, facts: &Facts<'_>) -> bool {
    let ListValue::Column { name, private } = &column.value else { return false };
    let form = match list.from {
        ListFrom::Form { form, .. } => Some(form),
        ListFrom::Outstanding { .. } => None,
    };
    *private || field(name, form, facts).is_some_and(|ty| *ty == FieldType::IdNumber)
}

/// Columns of the form that a column of the list shows, or turns on.
fn read<'l>(column: &'l ListColumn, list: &'l List) -> Box<dyn Iterator<Item = &'l str> + 'l> {
    fn of<'l>(checked: impl Iterator<Item = &'l Checked> + 'l) -> Box<dyn Iterator<Item = &'l str> + 'l> {
        Box::new(checked.flat_map(|checked| checked.columns().iter().map(String::as_str)))
    }
    match &column.value {
        ListValue::Number => of(list.filter.iter()),
        ListValue::Column { name, .. } => Box::new(std::iter::once(name.as_str())),
        ListValue::Rank(ranking) => Box::new(std::iter::once(ranking.column.as_str())),
        ListValue::Reason => of(list.criteria.iter().filter_map(|criterion| criterion.when.as_ref())),
        ListValue::Lookup { .. } | ListValue::Verdict | ListValue::Unit => Box::new(std::iter::empty()),
    }
}

fn definition(column: &ListColumn, list: &List, facts: &Facts<'_>) -> String {
    match &column.value {
        ListValue::Number => match &list.from {
            ListFrom::Form { form, basis } => {
                let form = facts.plan.forms.get(*form).map_or("", |form| &form.title);
                notes::condition(form, *basis, &list.filter.iter().collect::<Vec<_>>())
            }
            ListFrom::Outstanding { .. } => "参照表中没有被审核通过的行对上的记录".to_string(),
        },
        ListValue::Column { name, .. } => format!("“{name}”列"),
        ListValue::Lookup { .. } => "台账中对上的记录；没有的为“—”".to_string(),
        ListValue::Verdict => "通过，或退回及原因".to_string(),
        ListValue::Unit => "推荐单位，按名册次序".to_string(),
        ListValue::Rank(ranking) => words::ranking(ranking),
        ListValue::Reason => list_places::criteria(list),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_codes_by_list_numbers_by_value_and_nothing_last() {
        let order = BTreeMap::from([("标杆", 1), ("模范", 0)]);
        let text = |text: &'static str| SortKey::of(Value::Text(text), &order);
        assert!(text("模范") < text("标杆"));
        assert!(text("标杆") < text("甲"));
        assert!(text("甲") < SortKey::of(Value::Nothing, &order));
        let number = |number: f64| SortKey::of(Value::Number(number), &order);
        assert!(number(-2.5) < number(-1.0) && number(-1.0) < number(0.5) && number(0.5) < number(10.0));
    }
}
