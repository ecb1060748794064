//! The rows of one form over all returns, before ([`Rows`]) and after ([`ValidatedRows`]) validation: where each came
//! from, whose it is, whether it counts.

use super::grid::{Grid, empty};
use super::origins::Origins;
use crate::definition::{Plan, Reference, Roster};
use crate::model::kept::KeptTable;
use crate::model::values::MetValues;
use crate::model::{Column as Values, FormTable, Scalars};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Tables that are put together at a time, all columns in parallel.
const BATCH: usize = 64;

/// All rows of one form over all returns that are not held out or superseded, in input order.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Index into the plan's forms.
    pub form: usize,
    pub grid: Grid,
    /// Where each row came from.
    pub origins: Origins,
    /// Recommending unit of each row (roster index), where it can be told.
    pub units: Scalars<u32>,
    /// The unit that each row names itself; empty once rows are validated, when nobody asks any more.
    pub named: Scalars<u32>,
}

/// The same rows with a verdict each.
#[derive(Debug, Clone, Default)]
pub struct ValidatedRows {
    pub rows: Rows,
    /// Per row, whether it counts.
    pub accepted: Vec<bool>,
}

/// What a lookup found, as labels for lists and as outstanding rows for statistics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LookupResult {
    /// By row of the form: what `show` says of its match; rows without one are not in here.
    pub shown: BTreeMap<usize, String>,
    /// Rows of the reference table (0-based) that pass the filter and that no *accepted* row matched,
    /// with the recommending unit that they belong to (`None` where the roster cannot tell).
    pub outstanding: Vec<(usize, Option<u32>)>,
}

/// Puts one form's tables together; consumes them some at a time, so their memory is freed as it is copied. `senders`
/// are the units that sent the files, by the files' indices.
pub fn assemble(
    plan: &Plan,
    reference: &Reference,
    form_index: usize,
    tables: Vec<KeptTable>,
    senders: &HashMap<u32, u32>,
) -> Rows {
    let Some(form) = plan.forms.get(form_index) else { return Rows { form: form_index, ..Rows::default() } };
    let tables: Vec<KeptTable> = tables.into_iter().filter(|table| usize::from(table.form) == form_index).collect();
    let height = tables.iter().map(KeptTable::rows).sum();
    let named = form.columns();
    let unit_column = named.iter().position(|column| column.field == form.unit_field);
    let roster = &reference.roster;
    let mut belonging = Belonging { roster, recommenders: recommenders(roster), senders, last: None };
    let mut columns: Vec<Values> = named.iter().map(|column| empty(column.ty)).collect();
    columns.iter_mut().for_each(|column| column.reserve(height));
    let mut known: Vec<ValuesMet> = columns.iter().map(|_| ValuesMet::default()).collect();
    let mut origins = Origins::default();
    let (mut units, mut named_units) = (Scalars::with_capacity(height), Scalars::with_capacity(height));
    let mut tables = tables.into_iter();
    loop {
        let some: Vec<KeptTable> = tables.by_ref().take(BATCH).collect();
        let some: Vec<FormTable> = some.into_par_iter().map(KeptTable::take).collect();
        if some.is_empty() {
            break;
        }
        columns.par_iter_mut().zip(&mut known).enumerate().for_each(|(at, (column, known))| {
            some.iter().for_each(|table| append(column, table.columns.get(at), table.origins.len(), known));
        });
        for table in &some {
            let rows = table.origins.len();
            let named = unit_column.and_then(|at| match table.columns.get(at) {
                Some(Values::Unit(units)) => Some(units),
                _ => None,
            });
            for (row, origin) in table.origins.iter().enumerate().take(rows) {
                let named = named.and_then(|units| units.get(row));
                units.push(named.and_then(|named| belonging.unit(named, origin.source)));
                named_units.push(named);
            }
            origins.extend(table.origins.iter().copied());
        }
    }
    let names = named.into_iter().map(|column| column.name).collect();
    let grid = Grid::of(names, columns, height, &reference.roster);
    Rows { form: form_index, grid, origins, units, named: named_units }
}

/// Values met so far of one column, while tables are put together.
#[derive(Default)]
struct ValuesMet {
    words: MetValues<Box<str>>,
    scalars: MetValues<u64>,
}

/// Appends exactly `rows` values; a column that is missing or of another kind or height reads as nothing.
fn append(column: &mut Values, other: Option<&Values>, rows: usize, known: &mut ValuesMet) {
    let nothing = 0..rows;
    let ValuesMet { words, scalars } = known;
    match (column, other.filter(|other| other.len() == rows)) {
        (Values::Text(all), Some(Values::Text(other))) => all.append(other, words),
        (Values::Integer(all), Some(Values::Integer(other))) => all.append(other, scalars),
        (Values::Number(all), Some(Values::Number(other))) => all.append(other, scalars),
        (Values::Boolean(all), Some(Values::Boolean(other))) => all.append(other, scalars),
        (Values::Date(all), Some(Values::Date(other))) => all.append(other, scalars),
        (Values::Unit(all), Some(Values::Unit(other))) => all.append(other, scalars),
        (Values::Text(all), _) => nothing.for_each(|_| all.push(None)),
        (Values::Integer(all), _) => nothing.for_each(|_| all.push(None)),
        (Values::Number(all), _) => nothing.for_each(|_| all.push(None)),
        (Values::Boolean(all), _) => nothing.for_each(|_| all.push(None)),
        (Values::Date(all), _) => nothing.for_each(|_| all.push(None)),
        (Values::Unit(all), _) => nothing.for_each(|_| all.push(None)),
    }
}

/// Per unit of the roster, the recommending unit that its rows count under ([`Roster::recommender`], for all at once).
pub fn recommenders(roster: &Roster) -> Vec<Option<u32>> {
    (0..roster.units.len()).map(|unit| roster.recommender(unit as u32)).collect()
}

/// Whose rows are whose, of rows as they are put together.
struct Belonging<'a> {
    roster: &'a Roster,
    recommenders: Vec<Option<u32>>,
    senders: &'a HashMap<u32, u32>,
    /// The last answer: rows of one file mostly name one unit.
    last: Option<((u32, u32), Option<u32>)>,
}

impl Belonging<'_> {
    /// The recommending unit of a row. One that names a unit above or below the sender that owes nothing itself counts
    /// under the sender's.
    fn unit(&mut self, named: u32, source: u32) -> Option<u32> {
        if let Some((question, answer)) = self.last
            && question == (named, source)
        {
            return answer;
        }
        let under = |unit: u32| self.recommenders.get(unit as usize).copied().flatten();
        let sender = self.senders.get(&source).copied().filter(|_| !self.roster.owes(named));
        let of_sender = sender.filter(|sender| self.roster.linked(named, *sender)).and_then(under);
        let answer = of_sender.or_else(|| under(named));
        self.last = Some(((named, source), answer));
        answer
    }
}
