//! What each open finding moves by itself: its cells taken out where they count, put in where they are held out, or its
//! record let in; told from the tables computed again, for those that weigh most.

use super::doubted;
use super::facts::Facts;
use super::inputs::Inputs;
use super::source::fields_read;
use super::words::short;
use crate::model::stat_table::StatTable;
use crate::model::{Effect, Finding, Fingerprint, OpenCell, Origin, Severity};
use crate::rows::ValidatedRows;
use crate::rows::computed::number;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// By a finding's key ([`crate::model::FindingKey::whole`]), what it moves, in words.
pub type Moves = BTreeMap<Fingerprint, String>;

/// So many are computed: each costs as much as all tables. What weighs less says its part of the total.
const COMPUTED: usize = 12;

/// What computes all tables over other rows.
pub type Recompute<'a> = &'a (dyn Fn(Vec<ValidatedRows>) -> Result<Vec<Option<StatTable>>, String> + Sync);

/// Findings that one change settles.
struct Moving {
    findings: Vec<Fingerprint>,
    form: usize,
    row: usize,
    change: Switch,
    /// The largest part that one of its figures is of its column's total.
    weight: f64,
    /// That figure: `本月创效 6.5 万元`, and its part of the total.
    figure: String,
}

enum Switch {
    /// Cells that count, and are doubted.
    Out(Vec<OpenCell>),
    /// Cells that are held out.
    In(Vec<OpenCell>),
    /// A record that is held out.
    Record,
}

/// What every open finding on a record moves.
///
/// # Errors
/// As [`super::compute`].
pub fn moves(
    inputs: Inputs<'_>,
    facts: &Facts<'_>,
    tables: &[StatTable],
    again: Recompute<'_>,
) -> Result<Moves, String> {
    let mut candidates = candidates(inputs, facts);
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight).then((a.form, a.row).cmp(&(b.form, b.row))));
    let words = candidates.par_iter().enumerate().map(|(at, candidate)| {
        let (state, lead) = match &candidate.change {
            Switch::Out(_) => ("照计，存疑", "扣除后，"),
            Switch::In(_) => ("本格暂未计入，其余照计", "如属实，"),
            Switch::Record => ("本条未计入", "如计入，"),
        };
        let mut words = state.to_owned();
        if !candidate.figure.is_empty() {
            words += &format!("：{}", candidate.figure);
        }
        if at < COMPUTED {
            let effect = doubted::effect(lead, tables, &again(changed(inputs, facts, candidate))?, facts.plan);
            words += &match effect {
                Some(effect) => format!("。{effect}"),
                None => format!("。{lead}各表合计变动不到 1%，名次和结论不变"),
            };
        }
        Ok(words)
    });
    // Of several errors the first.
    let words: Vec<Result<String, String>> = words.collect();
    let mut moves = Moves::new();
    for (candidate, words) in candidates.iter().zip(words) {
        let words = words?;
        moves.extend(candidate.findings.iter().map(|finding| (*finding, words.clone())));
    }
    Ok(moves)
}

/// The rows of all forms with one candidate's change.
fn changed(inputs: Inputs<'_>, facts: &Facts<'_>, candidate: &Moving) -> Vec<ValidatedRows> {
    let Inputs { plan, rows, doubts, .. } = inputs;
    let one = |of: &ValidatedRows| {
        if of.rows.form != candidate.form {
            return of.clone();
        }
        match &candidate.change {
            Switch::Out(cells) => of.without_doubt(plan, cells, &facts.context),
            Switch::In(cells) => {
                let left = doubts.iter().filter(|doubt| !cells.contains(doubt)).cloned().collect::<Vec<_>>();
                of.as_read().holding(plan, &left, &facts.context)
            }
            Switch::Record => {
                let mut with = of.clone();
                with.accepted.iter_mut().skip(candidate.row).take(1).for_each(|accepted| *accepted = true);
                with
            }
        }
    };
    rows.iter().map(one).collect()
}

fn candidates(inputs: Inputs<'_>, facts: &Facts<'_>) -> Vec<Moving> {
    let mut shown: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (form, columns) in inputs.plan.tables.iter().flat_map(|table| fields_read(table, inputs.plan)) {
        shown.entry(form).or_default().extend(columns);
    }
    let mut totals = Totals { facts, rows: inputs.rows, shown, known: BTreeMap::new() };
    let held = HeldRecords::of(inputs.rows);
    let mut doubts: BTreeMap<(Option<u32>, Option<u32>), Vec<&OpenCell>> = BTreeMap::new();
    for doubt in inputs.doubts.iter().filter(|doubt| doubt.counts) {
        doubts.entry((doubt.place.source, doubt.place.row)).or_default().push(doubt);
    }
    let mut all: Vec<Moving> = Vec::new();
    let mut records: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let open = inputs.verdict.findings.iter().filter(|finding| finding.severity != Severity::Note);
    for finding in open.filter(|finding| finding.place.row.is_some()) {
        match finding.effect {
            Effect::Counts | Effect::HoldsCells(_) => {
                let here = doubts.get(&(finding.place.source, finding.place.row)).map_or(&[][..], Vec::as_slice);
                all.extend(of_cells(finding, here, &mut totals));
            }
            Effect::HoldsRow => {
                let Some((form, row)) = held.record(finding) else { continue };
                match records.get(&(form, row)).and_then(|at| all.get_mut(*at)) {
                    Some(known) => known.findings.push(finding.key.whole()),
                    None => {
                        records.insert((form, row), all.len());
                        let (weight, figure) = totals.of_record(form, row);
                        let findings = vec![finding.key.whole()];
                        all.push(Moving { findings, form, row, change: Switch::Record, weight, figure });
                    }
                }
            }
            Effect::HoldsReturn => {}
        }
    }
    all
}

/// The cells that a finding casts doubt on: those that it holds out, else all.
fn of_cells(finding: &Finding, doubts: &[&OpenCell], totals: &mut Totals<'_, '_>) -> Option<Moving> {
    let held = matches!(finding.effect, Effect::HoldsCells(_));
    let cells = &finding.place.cells;
    let here = |doubt: &&&OpenCell| {
        doubt.held == held
            && doubt.place.sheet == finding.place.sheet
            && doubt.place.cells.first().is_some_and(|at| cells.contains(at))
    };
    let mine: Vec<OpenCell> = doubts.iter().filter(here).map(|doubt| (*doubt).clone()).collect();
    let first = mine.first()?;
    let (form, row) = (first.form, first.row);
    let mut most = (0.0, String::new());
    for doubt in &mine {
        let figure = doubt.amount.and_then(|amount| totals.part(form, &doubt.column, amount));
        if let Some(figure) = figure.filter(|figure| most.1.is_empty() || figure.0 > most.0) {
            most = figure;
        }
    }
    let change = if held { Switch::In(mine) } else { Switch::Out(mine) };
    Some(Moving { findings: vec![finding.key.whole()], form, row, change, weight: most.0, figure: most.1 })
}

/// Records that do not count, by form, file and row of the sheet.
struct HeldRecords(HashMap<(usize, u32, u32), HeldHere>);

/// Rows of a form, each with where it stands.
type HeldHere = Vec<(usize, Origin)>;

impl HeldRecords {
    fn of(rows: &[ValidatedRows]) -> HeldRecords {
        let mut held: HashMap<(usize, u32, u32), HeldHere> = HashMap::new();
        for of in rows {
            let all = of.rows.origins.iter().zip(&of.accepted).enumerate();
            for (row, (origin, _)) in all.filter(|(_, (_, accepted))| !**accepted) {
                held.entry((of.rows.form, origin.source, origin.row)).or_default().push((row, origin));
            }
        }
        HeldRecords(held)
    }

    /// The record that a finding holds; nothing where it counts, or is in no figure for another reason.
    fn record(&self, finding: &Finding) -> Option<(usize, usize)> {
        let (form, place) = (usize::from(finding.key.form?), &finding.place);
        let here = self.0.get(&(form, place.source?, place.row?))?;
        here.iter().find(|(_, origin)| origin.holds(place)).map(|(row, _)| (form, *row))
    }
}

/// Sums of columns over the rows that count.
struct Totals<'r, 'f> {
    facts: &'r Facts<'f>,
    rows: &'r [ValidatedRows],
    /// Columns that any table is made of, by form.
    shown: BTreeMap<usize, BTreeSet<String>>,
    known: BTreeMap<(usize, String), f64>,
}

impl Totals<'_, '_> {
    fn total(&mut self, form: usize, column: &str) -> f64 {
        if let Some(known) = self.known.get(&(form, column.to_owned())) {
            return *known;
        }
        let of = self.rows.iter().find(|of| of.rows.form == form);
        let total = of.map_or(0.0, |of| {
            let accepted = of.accepted.iter().enumerate().filter(|(_, accepted)| **accepted);
            accepted.filter_map(|(row, _)| number(of.rows.grid.value(row, column))).map(f64::abs).sum()
        });
        self.known.insert((form, column.to_owned()), total);
        total
    }

    /// Which part an amount is of its column's total, and both in words; nothing for what has no measure.
    fn part(&mut self, form: usize, column: &str, amount: f64) -> Option<(f64, String)> {
        let fields = &self.facts.plan.forms.get(form)?.fields;
        let unit = fields.iter().find(|field| &*field.name == column)?.measured_in.clone()?;
        let total = self.total(form, column);
        let part = if total > 0.0 { amount.abs() / total } else { f64::INFINITY };
        let (shown, sum) = (short(amount), short(total));
        Some((part, format!("{column} {shown} {unit}（已计入的合计 {sum} {unit}）")))
    }

    /// The same of the figure of a record that weighs most.
    fn of_record(&mut self, form: usize, row: usize) -> (f64, String) {
        let Some(of) = self.rows.iter().find(|of| of.rows.form == form) else { return (0.0, String::new()) };
        let columns = self.facts.plan.forms.get(form).map_or(&[][..], |form| form.fields.as_slice());
        let mut most = (0.0, String::new());
        let shown = self.shown.get(&form).cloned().unwrap_or_default();
        for field in columns.iter().filter(|field| field.measured_in.is_some()) {
            let Some(amount) = number(of.rows.grid.value(row, &field.name)) else { continue };
            if amount == 0.0 || !shown.contains(&*field.name) {
                continue;
            }
            let figure = self.part(form, &field.name, amount);
            if let Some(figure) = figure.filter(|figure| most.1.is_empty() || figure.0 > most.0) {
                most = figure;
            }
        }
        most
    }
}
