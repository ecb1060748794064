//! A unit's own row beside the rows of units that stand under it in the roster (RETURNS.md §9 "Rows"): one that is at least
//! their sum in every count may hold them already, and then the whole has them twice.
//!
//! Only forms whose records are units are looked at: in a list of teams or people a city's own rows are no sum.

use super::rows::FormRows;
use crate::definition::{Field, FieldType, Form, Roster};
use crate::model::codes::FindingCode;
use crate::model::{Column, Effect, Finding, Severity};
use crate::rows::record::sameness;
use std::collections::BTreeMap;

/// What tells the records of one unit apart.
type RestOfKey = Vec<Option<String>>;

/// Most rows that a finding names.
const SHOWN: usize = 3;

/// Rows that may already hold the rows beside them.
pub fn check(rows: &FormRows) -> Vec<Finding> {
    if !is_by_unit(rows.form) {
        return Vec::new();
    }
    let counts = counts(rows.form);
    let mut findings = Vec::new();
    for units in units_together(rows) {
        for (parent, parts) in parents(rows.roster, &units) {
            if holds(rows, &counts, parent, &parts) {
                findings.push(finding(rows, &counts, parent, &parts));
            }
        }
    }
    findings
}

/// Whether a record is a unit, and nothing but codes and times tells its records apart.
fn is_by_unit(form: &Form) -> bool {
    let free = |field: &Field| {
        matches!(field.ty, FieldType::Text | FieldType::Name | FieldType::IdNumber | FieldType::DocumentNumber)
    };
    match form.key.as_slice() {
        [] => !form.fields.iter().any(|field| field.required && free(field)),
        key => {
            let mut fields = key.iter().filter_map(|at| form.fields.get(*at));
            key.contains(&form.unit_field) && !fields.any(free)
        }
    }
}

/// Columns whose figures add up: whole numbers, and those that are measured in something; without any, all numbers.
fn counts(form: &Form) -> Vec<String> {
    let named = |counted: &dyn Fn(&Field) -> bool| -> Vec<String> {
        let fields = form.fields.iter().enumerate().filter(|(at, field)| !form.key.contains(at) && field.adds_up());
        fields.filter(|(_, field)| counted(field)).map(|(_, field)| field.name.to_string()).collect()
    };
    let counted = named(&|field| field.ty == FieldType::Integer || field.measured_in.is_some());
    if counted.is_empty() { named(&|_| true) } else { counted }
}

/// The first row of each unit, return by return, among rows that agree in the rest of their key.
fn units_together(rows: &FormRows) -> Vec<BTreeMap<u32, usize>> {
    let grid = &rows.rows.grid;
    let name = |at: usize| rows.form.fields.get(at).map_or("", |field| &*field.name);
    let Some(Column::Unit(units)) = grid.column(name(rows.form.unit_field)) else { return Vec::new() };
    let rest: Vec<&str> = rows.form.key.iter().filter(|at| **at != rows.form.unit_field).map(|at| name(*at)).collect();
    let mut groups: BTreeMap<(u32, RestOfKey), BTreeMap<u32, usize>> = BTreeMap::new();
    for (row, (unit, origin)) in units.iter().zip(rows.rows.origins.iter()).enumerate() {
        let Some(unit) = unit else { continue };
        let rest = rest.iter().map(|name| sameness(grid.value(row, name))).collect();
        groups.entry((origin.source, rest)).or_default().entry(unit).or_insert(row);
    }
    groups.into_values().filter(|units| units.len() > 1).collect()
}

/// Rows of units with others under them, each with the rows of those: the nearest unit above that has a row here.
fn parents(roster: &Roster, units: &BTreeMap<u32, usize>) -> BTreeMap<usize, Vec<usize>> {
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (unit, row) in units {
        let above = |unit: u32| roster.units.get(unit as usize).and_then(|unit| unit.parent);
        // The roster's reader admits no circle, and bounds how high a chain may be.
        let chain = std::iter::successors(above(*unit), |unit| above(*unit)).take(roster.units.len());
        if let Some(parent) = chain.into_iter().find_map(|unit| units.get(&unit)) {
            parts.entry(*parent).or_default().push(*row);
        }
    }
    parts.values_mut().for_each(|rows| rows.sort_unstable());
    parts
}

/// Whether every count of one row is at least the sum over others, which is not all zeros.
fn holds(rows: &FormRows, counts: &[String], parent: usize, parts: &[usize]) -> bool {
    let columns = counts.iter().filter_map(|name| rows.rows.grid.column(name));
    let pairs = columns.map(|column| {
        let value = |row: usize| match column {
            Column::Integer(values) => values.get(row).map_or(0.0, |value| value as f64),
            Column::Number(values) => values.get(row).unwrap_or(0.0),
            _ => 0.0,
        };
        (value(parent), parts.iter().map(|row| value(*row)).sum::<f64>())
    });
    are_sums(pairs)
}

/// Whether figures beside the sums of others may hold them: none is smaller, or most are the sums and some have a slip.
fn are_sums(pairs: impl Iterator<Item = (f64, f64)>) -> bool {
    let (mut covered, mut equal, mut all) = (0usize, 0usize, 0usize);
    for (value, sum) in pairs.filter(|(value, sum)| *sum != 0.0 || *value < 0.0) {
        // What adding up decimals may be off by.
        let off = (sum.abs() * 1e-12).max(1e-9);
        all += 1;
        covered += usize::from(value >= sum - off);
        equal += usize::from((value - sum).abs() <= off);
    }
    all > 0 && (covered == all || (equal >= FEWEST_SUMS && equal * 2 > all))
}

/// So many figures that are sums of those below are no chance.
const FEWEST_SUMS: usize = 3;

fn finding(rows: &FormRows, counts: &[String], parent: usize, parts: &[usize]) -> Finding {
    let unit = rows.form.unit_field;
    let name = rows.form.fields.get(unit).map_or("", |field| &field.name);
    let origins = parts.iter().filter_map(|row| rows.rows.origins.get(*row));
    let mut places: Vec<String> = origins.take(SHOWN).map(|origin| rows.addresses.words(rows.index, origin)).collect();
    if parts.len() > SHOWN {
        places.push("…".to_owned());
    }
    let read = rows.read(parent, counts.iter().map(String::as_str));
    Finding {
        code: FindingCode::ParentRowBesideParts.into(),
        severity: Severity::Verify,
        place: rows.place(parent, &[unit]),
        key: rows.key(parent, &[unit], read),
        found: format!(
            "“{}”的各数不小于或多数等于其下 {} 个单位（{}）之和，可能已含这些单位，都已计入",
            rows.value(parent, name),
            parts.len(),
            places.join("；")
        ),
        expected: "上级单位的一行只填本级的数".into(),
        next: "请报送单位核实：已含下级各行的，改填本级的数或删去这一行；不含的不用改".into(),
        line: Some(rows.form.line),
        effect: Effect::Counts,
        rules: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::super::{Finding, Validated};
    use crate::definition::Plan;
    use crate::model::{FormTable, Severity};

    /// The small province with a form of one row a unit. Unit 0 is a city, 2 the county under it, 1 another city.
    fn by_unit() -> Plan {
        let mut plan = plan(vec![]);
        let form = &mut plan.forms[0];
        (form.key, form.unique, form.rules) = (vec![UNIT], vec![], vec![]);
        plan
    }

    fn row(unit: u32, heads: i64) -> Row<'static> {
        (Some(unit), "", "", "", Some(heads))
    }

    fn of(plan: &Plan, tables: Vec<FormTable>) -> Validated {
        run(plan, vec![filed(0, "甲.xlsx", 0, tables)])
    }

    fn said(validated: &Validated) -> Vec<(String, Option<u32>)> {
        let findings = validated.verdict.findings.iter();
        let own = findings.filter(|finding: &&Finding| &*finding.code == "parent-row-beside-parts");
        own.map(|finding| {
            assert_eq!(finding.severity, Severity::Verify);
            (finding.found.clone(), finding.place.row)
        })
        .collect()
    }

    #[test]
    fn sums_with_a_slip_are_sums() {
        let are = |pairs: &[(f64, f64)]| super::are_sums(pairs.iter().copied());
        assert!(are(&[(20.0, 20.0), (9.0, 8.0), (0.0, 0.0)]));
        assert!(are(&[(40.0, 40.0), (200.0, 201.0), (16.0, 16.0), (7.0, 7.0)]));
        assert!(!are(&[(5.0, 40.0), (9.0, 201.0), (16.0, 16.0)]));
        assert!(!are(&[(40.0, 40.0), (16.0, 16.0), (200.0, 201.0)]), "two may be chance");
        assert!(!are(&[(0.0, 0.0), (3.0, 0.0)]));
    }

    #[test]
    fn a_row_that_may_hold_those_beside_it_is_asked_about_and_counts() {
        let plan = by_unit();
        for heads in [10, 12] {
            let validated = of(&plan, vec![table(0, 0, 0, &[row(0, heads), row(2, 10), row(1, 50)])]);
            let found = said(&validated);
            assert_eq!(found.len(), 1, "{heads}");
            assert_eq!(found[0].1, Some(5));
            assert!(found[0].0.contains("第 7 行"), "{}", found[0].0);
            assert_eq!(accepted(&validated, 0), [true; 3]);
        }
        // On another sheet of the same return.
        let mut file = filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[row(0, 30)]), table(0, 0, 1, &[row(2, 10)])]);
        edit(&mut file).sheets[1].sheet = 1;
        let validated = run(&plan, vec![file]);
        assert_eq!(said(&validated).len(), 1);
    }

    #[test]
    fn rows_that_do_not_hold_those_beside_them_are_left_alone() {
        let plan = by_unit();
        for rows in [
            // Less than its county, nothing at all, a county of another city, a unit without its city.
            vec![row(0, 9), row(2, 10)],
            vec![row(0, 5), row(2, 0)],
            vec![row(1, 90), row(2, 10)],
            vec![row(2, 10)],
        ] {
            assert_eq!(said(&of(&plan, vec![table(0, 0, 0, &rows)])), [], "{rows:?}");
        }
        // In two returns each says its own.
        let files = vec![
            filed(0, "甲.xlsx", 0, vec![table(0, 0, 0, &[row(0, 90)])]),
            filed(1, "乙.xlsx", 2, vec![table(1, 0, 0, &[row(2, 10)])]),
        ];
        assert_eq!(said(&run(&plan, files)), []);
        // A list of teams: the city's own team is no sum of its counties' teams.
        let mut list = by_unit();
        list.forms[0].key = vec![UNIT, TEAM];
        let teams = [(Some(0), "甲厂", "一班", "模范", Some(90)), (Some(2), "乙厂", "二班", "模范", Some(10))];
        assert_eq!(said(&of(&list, vec![table(0, 0, 0, &teams)])), []);
    }
}
