//! Stored periods as tables read them: a form's rows of an earlier period, loaded only when a measure asks for them.

use super::rowset::Rowset;
use super::source::{columns_of, source, unit_column};
use crate::definition::{From, MeasureKind, Plan, Reference, TableKind};
use crate::domain::period::Period;
use crate::history::units::StoredUnit;
use crate::history::{History, StoredForm};
use crate::model::Column;
use crate::model::run::UnitStatus;
use crate::rows::Grid;
use crate::rows::computed::append_values;
use crate::rows::context;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// A form's rows of one stored period.
#[derive(Clone)]
pub struct PastRows {
    pub rows: Arc<Rowset<'static>>,
    /// By roster index: whether the unit's figures are in.
    pub reported: Arc<Vec<bool>>,
    /// Columns that measures read and that this period cannot give.
    lacking: Arc<BTreeSet<String>>,
}

/// Why a period cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    NotStored,
    /// Its folder is there and cannot be used; 口径说明 says why.
    Unusable,
    /// A column that is needed did not exist then.
    Lacking(String),
}

impl Absent {
    /// As a clause behind the period's title.
    pub fn words(&self) -> String {
        match self {
            Absent::NotStored => "没有存档".to_string(),
            Absent::Unusable => "的存档用不了".to_string(),
            Absent::Lacking(column) => format!("的存档里没有“{column}”"),
        }
    }
}

/// What came in a stored period and was not counted then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Names of units whose return came and of which no row of some form counted.
    pub units: Vec<String>,
    /// Whether one of them is in today's roster, and so in the tables.
    pub listed: bool,
    /// Rows taken out one by one, of all forms.
    pub rows: u64,
}

/// What the store holds of earlier periods, and what was read of it so far.
pub struct StoredPeriods<'a> {
    plan: &'a Plan,
    reference: &'a Reference,
    history: &'a History,
    /// By form: every column that a measure of another period reads.
    read: BTreeMap<usize, BTreeSet<String>>,
    loaded: Mutex<BTreeMap<(usize, Period), Option<PastRows>>>,
}

impl<'a> StoredPeriods<'a> {
    pub fn new(plan: &'a Plan, reference: &'a Reference, history: &'a History) -> StoredPeriods<'a> {
        StoredPeriods { plan, reference, history, read: columns_read(plan), loaded: Mutex::default() }
    }

    /// A form's rows of a period, or why they cannot be counted. `columns` are those that will be read.
    ///
    /// # Errors
    /// Why not.
    pub fn rows(&self, form: usize, period: &Period, columns: &BTreeSet<String>) -> Result<PastRows, Absent> {
        let place = (form, period.clone());
        let known = || self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = known().get(&place).cloned();
        // Not under the lock: loading computes columns in parallel, and a thread that waits for that may build another table.
        let loaded = loaded.unwrap_or_else(|| {
            let rows = self.load(form, period);
            known().entry(place).or_insert(rows).clone()
        });
        match loaded {
            None if self.history.has(period) => Err(Absent::Unusable),
            None => Err(Absent::NotStored),
            Some(rows) => match columns.iter().find(|column| rows.lacking.contains(*column)) {
                Some(column) => Err(Absent::Lacking(column.clone())),
                None => Ok(rows),
            },
        }
    }

    /// Recommending units of a stored period whose return came and has no row of any form.
    pub fn empty_returns(&self, period: &Period) -> BTreeSet<u32> {
        let Some(stored) = self.history.get(period) else { return BTreeSet::new() };
        let known = (0..self.plan.forms.len()).filter(|form| stored.knows(*form));
        // With one form's file damaged nobody can say whose return was empty.
        let Some(forms) = known.map(|form| stored.form(form)).collect::<Option<Vec<_>>>() else {
            return BTreeSet::new();
        };
        let filled: BTreeSet<u32> = forms.into_iter().flat_map(|form| form.units().iter().copied().flatten()).collect();
        let returned = stored.units().into_iter().flatten().filter(|unit| unit.status.is_accepted());
        returned.filter_map(|unit| unit.unit).filter(|unit| !filled.contains(unit)).collect()
    }

    /// Units, by today's roster, some of whose rows of a form did not count in a stored period: `column` names a row's unit.
    pub fn partly_counted(&self, period: &Period, form: usize, column: &str) -> BTreeSet<u32> {
        let stored = self.history.get(period);
        stored.map_or_else(BTreeSet::new, |stored| stored.not_counted_units(form, column))
    }

    /// Cells of these columns that a stored period had open: those that counted, and those that were held out.
    pub fn open_cells(&self, form: usize, period: &Period, columns: &BTreeSet<String>) -> [usize; 2] {
        let stored = self.history.get(period).and_then(|stored| stored.form(form));
        let count = |cells: Vec<(usize, String)>| cells.iter().filter(|(_, column)| columns.contains(column)).count();
        stored.map_or([0, 0], |stored| [count(stored.doubted()), count(stored.held())])
    }

    /// What a stored period did not count of these forms; `None` where none of them can be used.
    pub fn left_out(&self, period: &Period, forms: impl Iterator<Item = usize>) -> Option<LeftOut> {
        let stored = self.history.get(period)?;
        let none = BTreeSet::new();
        let read = |form: usize| Some((self.rows(form, period, &none).ok()?, stored.form(form)?));
        let counted: Vec<_> = forms.filter_map(read).collect();
        if counted.is_empty() {
            return None;
        }
        let silent = |unit: &&StoredUnit| {
            let sent = matches!(unit.status, UnitStatus::Returned | UnitStatus::Unreadable);
            let has_rows = |(rows, form): &(PastRows, &StoredForm)| match unit.unit {
                Some(at) => rows.reported.get(at as usize) == Some(&true),
                None => form.counts_for(&unit.code),
            };
            sent && !counted.iter().all(has_rows)
        };
        let units: Vec<&StoredUnit> = stored.units().into_iter().flatten().filter(silent).collect();
        let listed = units.iter().any(|unit| unit.unit.is_some());
        let units = units.into_iter().map(|unit| unit.name.clone()).collect();
        Some(LeftOut { units, listed, rows: stored.head.rows.blocked })
    }

    fn load(&self, form: usize, period: &Period) -> Option<PastRows> {
        let stored_period = self.history.get(period)?;
        let stored = stored_period.form(form)?;
        let (mut names, mut columns) = (Vec::new(), Vec::<Column>::new());
        let mut lacking = BTreeSet::new();
        let plan = self.plan.forms.get(form)?;
        let read = self.read.get(&form).cloned().unwrap_or_default();
        for name in &plan.sources(&read) {
            match stored.column_named(name) {
                Some(column) => {
                    names.push(name.clone());
                    columns.push(column.clone());
                }
                None => {
                    lacking.insert(name.clone());
                }
            }
        }
        let units = stored.units();
        let mut reported = vec![false; self.reference.roster.units.len()];
        let returned = stored_period.units().into_iter().flatten().filter(|unit| unit.status.is_accepted());
        for unit in units.iter().copied().chain(returned.map(|unit| unit.unit)).flatten() {
            if let Some(reported) = reported.get_mut(unit as usize) {
                *reported = true;
            }
        }
        let context = context(self.plan, self.reference, period);
        let held: Vec<(usize, String)> = stored.held();
        let grid = Grid::new(names, columns, stored.len(), &self.reference.roster);
        let mut grid = grid.holding(held.iter().map(|(row, name)| (*row, name.as_str())));
        // What the definition computes is computed as it is defined today.
        append_values(&mut grid, plan, &context);
        lacking.extend(read.into_iter().filter(|name| grid.position(name).is_none()));
        let rows = Rowset::of_past(grid, units, context);
        Some(PastRows { rows: Arc::new(rows), reported: Arc::new(reported), lacking: Arc::new(lacking) })
    }
}

/// By form, the columns that measures of other periods read.
fn columns_read(plan: &Plan) -> BTreeMap<usize, BTreeSet<String>> {
    let mut read: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for table in &plan.tables {
        let TableKind::Statistic(statistic) = &table.kind else { continue };
        let laid_out = statistic.across_periods.is_some();
        for measure in &statistic.measures {
            if let MeasureKind::Growth { now, comparable: true, .. }
            | MeasureKind::Points { now, comparable: true, .. }
            | MeasureKind::Difference { left: now, comparable: true, .. } = measure.kind
                && let Some(now) = statistic.measures.get(now)
                && let (Some(From::Form { form, .. }), Some(column)) = (source(&now.kind), unit_column(plan, &now.kind))
            {
                read.entry(*form).or_default().insert(column.to_owned());
            }
            let from = source(&measure.kind);
            if let (Some(From::Form { form, .. }), true) =
                (from, laid_out || measure.period != crate::definition::When::This)
            {
                read.entry(*form).or_default().extend(columns_of(statistic, &measure.kind));
            }
        }
    }
    read
}
