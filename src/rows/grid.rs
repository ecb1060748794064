//! Columns of equal height by name, as every stage reads rows: of forms, of reference tables, of stored periods.
//!
//! Values stay in compact columns of our own. A unit column reads as the unit's name; a cell may be left out, or wait for
//! a decision, without a copy of the rest. Expressions over a grid are in `frame`.

use crate::definition::reference::ReferenceTable;
use crate::definition::{ColumnType, Roster};
use crate::model::{Column as Values, Scalars, Texts, Value};
use polars::prelude::StringChunked;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Columns of equal height, by name. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    pub(super) height: usize,
    names: Arc<[String]>,
    pub(super) columns: Arc<[Values]>,
    /// Names of the roster's units, for unit columns.
    pub(super) units: Arc<[Arc<str>]>,
    /// Columns of the same records in earlier periods (`上期.人数`), and those that the definition computes.
    joined: Arc<[(String, Arc<Values>)]>,
    /// Per column whose words recur, and for the units: the words as polars holds them, made when first asked for.
    pub(super) words: Arc<[OnceLock<StringChunked>]>,
    pub(super) unit_words: Arc<OnceLock<StringChunked>>,
    /// Columns that only a computation adds (a verdict), by name.
    pub(super) extra: BTreeMap<&'static str, Arc<Scalars<bool>>>,
    /// Columns that stand in for others, by position: cells left out of them, and what is computed without those.
    pub(super) instead: BTreeMap<usize, Arc<Values>>,
    /// Cells that are held out until someone decides: (row, position).
    pending: Arc<BTreeSet<(usize, usize)>>,
}

impl Grid {
    /// Columns by name, all of this height; there may be none.
    pub fn new(names: Vec<String>, columns: Vec<Values>, height: usize, roster: &Roster) -> Grid {
        Grid::of(names, columns, height, roster)
    }

    /// A reference table, its columns by name.
    pub fn of_reference(table: &ReferenceTable, roster: &Roster) -> Grid {
        Grid::of(table.column_names.clone(), table.columns.clone(), table.lines.len(), roster)
    }

    pub(super) fn of(names: Vec<String>, columns: Vec<Values>, height: usize, roster: &Roster) -> Grid {
        Grid {
            height,
            names: names.into(),
            words: columns.iter().map(|_| OnceLock::new()).collect(),
            columns: columns.into(),
            units: roster.units.iter().map(|unit| Arc::clone(&unit.name)).collect(),
            unit_words: Arc::default(),
            joined: Arc::default(),
            extra: BTreeMap::new(),
            instead: BTreeMap::new(),
            pending: Arc::default(),
        }
    }

    /// Names of the roster's units, by index.
    pub fn unit_names(&self) -> Arc<[Arc<str>]> {
        Arc::clone(&self.units)
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Position of a column by its name; joined columns stand behind the others.
    pub fn position(&self, name: &str) -> Option<usize> {
        let joined = || self.joined.iter().position(|(known, _)| known == name).map(|at| at + self.columns.len());
        self.names.iter().position(|known| known == name).or_else(joined)
    }

    pub(super) fn at(&self, position: usize) -> Option<&Values> {
        if let Some(values) = self.instead.get(&position) {
            return Some(values);
        }
        let joined = || self.joined.get(position.checked_sub(self.columns.len())?).map(|(_, values)| &**values);
        self.columns.get(position).or_else(joined)
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.at(self.position(name)?)
    }

    /// What was read in a cell, whether or not it is held out.
    pub fn as_read_at(&self, row: usize, name: &str) -> Value<'_> {
        match self.position(name) {
            Some(at) if self.instead.contains_key(&at) => {
                self.columns.get(at).map_or(Value::Nothing, |values| values.value(row))
            }
            Some(at) => self.value_at(row, at),
            None => Value::Nothing,
        }
    }

    /// Adds columns of this height under names that are not yet there.
    pub fn join(&mut self, columns: Vec<(String, Values)>) {
        let columns = columns.into_iter().map(|(name, values)| (name, Arc::new(values)));
        self.joined = self.joined.iter().cloned().chain(columns).collect();
    }

    /// The same rows with nothing in these cells (row, column); what is computed from them stays until it is computed anew
    /// ([`super::computed::renew`]).
    pub fn without<'c>(&self, cells: impl Iterator<Item = (usize, &'c str)>) -> Grid {
        let mut left_out: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (row, name) in cells {
            if let Some(position) = self.position(name) {
                left_out.entry(position).or_default().insert(row);
            }
        }
        let mut grid = self.clone();
        for (position, rows) in left_out {
            if let Some(values) = self.at(position) {
                grid.instead.insert(position, Arc::new(values.without(&rows)));
            }
        }
        grid
    }

    /// Likewise, and the cells are known to wait for a decision.
    pub fn holding<'c>(&self, cells: impl Iterator<Item = (usize, &'c str)> + Clone) -> Grid {
        let mut grid = self.without(cells.clone());
        let held = cells.filter_map(|(row, name)| Some((row, self.position(name)?)));
        grid.pending = Arc::new(self.pending.iter().copied().chain(held).collect());
        grid
    }

    /// The same rows with every cell as it was read.
    pub fn as_read(&self) -> Grid {
        Grid { instead: BTreeMap::new(), pending: Arc::default(), ..self.clone() }
    }

    /// Whether a cell is held out until someone decides.
    pub fn is_pending(&self, row: usize, position: usize) -> bool {
        self.pending.contains(&(row, position))
    }

    /// Whether any cell is.
    pub fn holds_cells(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Puts a column in the place of the one of that name. Where it says nothing any more because one of `read` is held
    /// out, so is it.
    pub fn renew(&mut self, name: &str, values: Values, read: &[&str]) {
        let Some(position) = self.position(name) else { return };
        let read: BTreeSet<usize> = read.iter().filter_map(|name| self.position(name)).collect();
        let told = |row: usize| self.at(position).is_some_and(|before| before.value(row) != Value::Nothing);
        let held = self.pending.iter().filter(|(_, at)| read.contains(at)).map(|(row, _)| *row);
        let held = held.filter(|row| values.value(*row) == Value::Nothing && told(*row));
        let held: Vec<(usize, usize)> = held.map(|row| (row, position)).collect();
        if !held.is_empty() {
            self.pending = Arc::new(self.pending.iter().copied().chain(held).collect());
        }
        self.instead.insert(position, Arc::new(values));
    }

    /// A value by the column's position; a unit as its name.
    pub fn value_at(&self, row: usize, column: usize) -> Value<'_> {
        self.value_of(self.code_at(row, column), column)
    }

    /// The code of a row's value in the column at a position ([`Values::code`]); 0 where there is no such column.
    pub fn code_at(&self, row: usize, column: usize) -> u32 {
        self.at(column).map_or(0, |column| column.code(row))
    }

    /// The highest code of the column at a position.
    pub fn codes(&self, column: usize) -> usize {
        self.at(column).map_or(0, Values::codes)
    }

    /// The value of a code of the column at a position; a unit as its name.
    pub fn value_of(&self, code: u32, column: usize) -> Value<'_> {
        match self.at(column) {
            Some(Values::Unit(units)) => {
                let name = units.value(code).and_then(|unit| self.units.get(unit as usize));
                name.map_or(Value::Nothing, |name| Value::Text(name))
            }
            Some(column) => column.value_of(code),
            None => Value::Nothing,
        }
    }

    /// A value by the column's name; a unit as its name.
    pub fn value(&self, row: usize, name: &str) -> Value<'_> {
        self.position(name).map_or(Value::Nothing, |column| self.value_at(row, column))
    }

    /// Adds a column of truths that expressions of the engine may read.
    pub fn with_truths(mut self, name: &'static str, truths: impl Iterator<Item = bool>) -> Grid {
        self.extra.insert(name, Arc::new(truths.map(Some).collect()));
        self
    }

    /// Some rows and some columns of this grid, in that order, and columns of their own height beside them.
    pub fn gather(&self, rows: &[usize], names: &[String], more: Vec<(String, Values)>) -> Grid {
        let known: Vec<(String, Values)> = names
            .iter()
            .filter_map(|name| {
                let column = self.column(name)?;
                let mut picked = match column {
                    Values::Text(_) => Values::Text(Texts::default()),
                    Values::Integer(_) => Values::Integer(Scalars::default()),
                    Values::Number(_) => Values::Number(Scalars::default()),
                    Values::Boolean(_) => Values::Boolean(Scalars::default()),
                    Values::Date(_) => Values::Date(Scalars::default()),
                    Values::Unit(_) => Values::Unit(Scalars::default()),
                };
                for row in rows {
                    match (&mut picked, column) {
                        (Values::Text(all), Values::Text(from)) => all.push(from.get(*row)),
                        (Values::Integer(all), Values::Integer(from)) => all.push(from.get(*row)),
                        (Values::Number(all), Values::Number(from)) => all.push(from.get(*row)),
                        (Values::Boolean(all), Values::Boolean(from)) => all.push(from.get(*row)),
                        (Values::Date(all), Values::Date(from)) => all.push(from.get(*row)),
                        (Values::Unit(all), Values::Unit(from)) => all.push(from.get(*row)),
                        _ => {}
                    }
                }
                Some((name.clone(), picked))
            })
            .collect();
        let (names, columns): (Vec<String>, Vec<Values>) = known.into_iter().chain(more).unzip();
        Grid {
            height: rows.len(),
            names: names.into(),
            words: columns.iter().map(|_| OnceLock::new()).collect(),
            columns: columns.into(),
            units: self.unit_names(),
            unit_words: Arc::clone(&self.unit_words),
            joined: Arc::default(),
            extra: BTreeMap::new(),
            instead: BTreeMap::new(),
            pending: Arc::default(),
        }
    }
}

/// A column of this type without values.
pub(super) fn empty(ty: ColumnType) -> Values {
    match ty {
        ColumnType::Text => Values::Text(Texts::default()),
        ColumnType::Integer => Values::Integer(Scalars::default()),
        ColumnType::Number => Values::Number(Scalars::default()),
        ColumnType::Boolean => Values::Boolean(Scalars::default()),
        ColumnType::Date => Values::Date(Scalars::default()),
        ColumnType::Unit => Values::Unit(Scalars::default()),
    }
}
