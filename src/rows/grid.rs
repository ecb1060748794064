//! Rows of forms and reference tables as the stages hold them, before ([`Rows`]) and after ([`ValidatedRows`]) validation.
//!
//! Values stay in compact columns of our own; a polars frame is made on demand, of the columns that an expression reads
//! and of a stretch of rows at a time. Every expression that the gate lets through looks at one row alone, so the
//! stretches may be answered apart. A unit column reads as the unit's name.

use crate::definition::reference::ReferenceTable;
use crate::definition::{ColumnType, Plan, Reference, Roster};
use crate::domain::period::{Period, day};
use crate::language::{Checked, Literal, RunContext, Type, compile};
use crate::model::kept::KeptTable;
use crate::model::{Column as Values, FormTable, Origin, Scalars, Texts, Value};
use polars::prelude::NewChunkedArray;
use polars::prelude::{
    BooleanChunked, ChunkTake, Column, DataFrame, DataType, Expr, Float64Chunked, IdxCa, Int32Chunked, Int64Chunked,
    IntoColumn, IntoLazy, PlSmallStr, PolarsResult, StringChunked, StringChunkedBuilder, UInt32Chunked,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Rows that are answered at a time: large enough that polars' own cost vanishes, small enough that what it needs on
/// the way does.
const STRETCH: usize = 4_096;
/// Tables that are put together at a time, all columns in parallel.
const BATCH: usize = 64;
/// Answers of one stretch are columns of these names; `#` cannot occur in a field's name.
const ANSWER: &str = "#answer";
/// Keeps a frame's height where an expression reads no column at all.
const HEIGHT: &str = "#height";

/// Columns of equal height, by name. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    height: usize,
    names: Arc<[String]>,
    columns: Arc<[Values]>,
    /// Names of the roster's units, for unit columns.
    units: Arc<[Arc<str>]>,
    /// Columns of the same records in earlier periods (`上期.人数`), and those that the definition computes.
    joined: Arc<[(String, Arc<Values>)]>,
    /// Per column whose words recur, and for the units: the words as polars holds them, made when first asked for.
    words: Arc<[OnceLock<StringChunked>]>,
    unit_words: Arc<OnceLock<StringChunked>>,
    /// Columns that only a computation adds (a verdict), by name.
    extra: BTreeMap<&'static str, Arc<Scalars<bool>>>,
    /// Columns that stand in for others, by position: cells left out of them, and what is computed without those.
    instead: BTreeMap<usize, Arc<Values>>,
    /// Cells that are held out until someone decides: (row, position).
    pending: Arc<BTreeSet<(usize, usize)>>,
}

/// All rows of one form over all returns that are not held out or superseded, in input order.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Index into the plan's forms.
    pub form: usize,
    pub grid: Grid,
    /// Where each row came from.
    pub origins: Vec<Origin>,
    /// Recommending unit of each row (roster index), where it can be told.
    pub units: Vec<Option<u32>>,
    /// The unit that each row names itself.
    pub named: Vec<Option<u32>>,
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
    let mut origins = Vec::with_capacity(height);
    let (mut units, mut named_units) = (Vec::with_capacity(height), Vec::with_capacity(height));
    let mut tables = tables.into_iter();
    loop {
        let some: Vec<FormTable> = tables.by_ref().take(BATCH).map(KeptTable::take).collect();
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
            origins.extend_from_slice(&table.origins);
        }
    }
    let names = named.into_iter().map(|column| column.name).collect();
    let grid = Grid::of(names, columns, height, &reference.roster);
    Rows { form: form_index, grid, origins, units, named: named_units }
}

fn empty(ty: ColumnType) -> Values {
    match ty {
        ColumnType::Text => Values::Text(Texts::default()),
        ColumnType::Integer => Values::Integer(Scalars::default()),
        ColumnType::Number => Values::Number(Scalars::default()),
        ColumnType::Boolean => Values::Boolean(Scalars::default()),
        ColumnType::Date => Values::Date(Scalars::default()),
        ColumnType::Unit => Values::Unit(Scalars::default()),
    }
}

/// Values met so far of one column, while tables are put together.
#[derive(Default)]
struct ValuesMet {
    words: HashMap<Box<str>, u32>,
    scalars: HashMap<u64, u32>,
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

impl Grid {
    /// Columns by name, all of this height; there may be none.
    pub fn new(names: Vec<String>, columns: Vec<Values>, height: usize, roster: &Roster) -> Grid {
        Grid::of(names, columns, height, roster)
    }

    /// A reference table, its columns by name.
    pub fn of_reference(table: &ReferenceTable, roster: &Roster) -> Grid {
        Grid::of(table.column_names.clone(), table.columns.clone(), table.lines.len(), roster)
    }

    fn of(names: Vec<String>, columns: Vec<Values>, height: usize, roster: &Roster) -> Grid {
        Grid {
            height,
            names: names.into(),
            words: columns.iter().map(|_| OnceLock::new()).collect(),
            columns: columns.into(),
            units: roster.units.iter().map(|unit| Arc::from(unit.name.as_ref())).collect(),
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

    fn at(&self, position: usize) -> Option<&Values> {
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
        match self.at(column) {
            Some(Values::Unit(units)) => {
                let name = units.get(row).and_then(|unit| self.units.get(unit as usize));
                name.map_or(Value::Nothing, |name| Value::Text(name))
            }
            Some(column) => column.value(row),
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

    /// A polars column of some rows; `None` for one that is not there.
    fn series(&self, name: &str, rows: Range<usize>) -> Option<Column> {
        let label = PlSmallStr::from(name);
        if let Some(truths) = self.extra.get(name) {
            return Some(BooleanChunked::from_iter_options(label, rows.map(|row| truths.get(row))).into_column());
        }
        let at = self.position(name)?;
        Some(match self.at(at)? {
            // Joined columns have no words of their own here; most are numbers. What stands in for a column has other codes.
            Values::Text(v) if v.recurs() && at < self.words.len() && !self.instead.contains_key(&at) => {
                let words = self.words.get(at)?.get_or_init(|| {
                    StringChunked::from_iter_options(PlSmallStr::EMPTY, (1..=v.codes() as u32).map(|code| v.word(code)))
                });
                picked(label, words, rows.map(|row| v.code(row).checked_sub(1)))?
            }
            Values::Text(v) => texts(label, rows.map(|row| v.get(row))),
            Values::Unit(v) => {
                let names = || self.units.iter().map(|name| Some(&**name));
                let words =
                    self.unit_words.get_or_init(|| StringChunked::from_iter_options(PlSmallStr::EMPTY, names()));
                let known = |unit: &u32| (*unit as usize) < self.units.len();
                picked(label, words, rows.map(|row| v.get(row).filter(known)))?
            }
            Values::Integer(v) => Int64Chunked::from_iter_options(label, rows.map(|row| v.get(row))).into_column(),
            Values::Number(v) => Float64Chunked::from_iter_options(label, rows.map(|row| v.get(row))).into_column(),
            Values::Boolean(v) => BooleanChunked::from_iter_options(label, rows.map(|row| v.get(row))).into_column(),
            Values::Date(v) => Int32Chunked::from_iter_options(label, rows.map(|row| v.get(row))).into_column(),
        })
    }

    fn frame(&self, needs: &[&str], rows: Range<usize>) -> PolarsResult<DataFrame> {
        let height = rows.len();
        let mut columns: Vec<Column> = needs.iter().filter_map(|name| self.series(name, rows.clone())).collect();
        if columns.is_empty() {
            let rows = rows.map(|row| Some(row as u32));
            columns.push(UInt32Chunked::from_iter_options(HEIGHT.into(), rows).into_column());
        }
        DataFrame::new(height, columns)
    }

    /// Evaluates expressions that read the columns `needs`, some rows at a time, in parallel; `take` gets the first row
    /// of a stretch and its answers, each as long as the stretch, and what it makes of them comes back in row order.
    ///
    /// # Errors
    /// polars refuses an expression: a defect of ours, since the gate typed it against these very columns.
    pub fn evaluate<T: Send>(
        &self,
        exprs: &[Expr],
        needs: &[&str],
        take: impl Fn(usize, &[Column]) -> PolarsResult<T> + Sync,
    ) -> PolarsResult<Vec<T>> {
        let named = |(at, expr): (usize, &Expr)| expr.clone().alias(format!("{ANSWER}{at}"));
        let named: Vec<Expr> = exprs.iter().enumerate().map(named).collect();
        let stretches: Vec<usize> = (0..self.height).step_by(STRETCH).collect();
        // A few at a time: a thread that waits for polars takes up the next stretch, and would hold them all at once.
        let mut all = Vec::with_capacity(stretches.len());
        for some in stretches.chunks(2 * rayon::current_num_threads()) {
            let answers = some.par_iter().map(|first| {
                let first = *first;
                let frame = self.frame(needs, first..self.height.min(first + STRETCH))?;
                // with_columns and not select: it stretches constants over all rows.
                let answered = frame.lazy().with_columns(named.clone()).collect()?;
                let answers: Vec<Column> = (0..named.len())
                    .map(|at| answered.column(&format!("{ANSWER}{at}")).cloned())
                    .collect::<PolarsResult<_>>()?;
                take(first, &answers)
            });
            all.extend(answers.collect::<PolarsResult<Vec<T>>>()?);
        }
        Ok(all)
    }

    /// Per expression, the rows (ascending) for which it is true; NULL is not true.
    pub fn rows_where(&self, checked: &[(Expr, Vec<&str>)]) -> Vec<Vec<usize>> {
        let exprs: Vec<Expr> = checked.iter().map(|(expr, _)| expr.clone()).collect();
        let mut needs: Vec<&str> = checked.iter().flat_map(|(_, needs)| needs.iter().copied()).collect();
        needs.sort_unstable();
        needs.dedup();
        let hits = |first: usize, answers: &[Column]| {
            let rows = |answer: &Column| {
                let truths = answer.bool()?;
                let hits = truths.iter().enumerate().filter(|(_, truth)| *truth == Some(true));
                Ok(hits.map(|(row, _)| first + row).collect::<Vec<usize>>())
            };
            answers.iter().map(rows).collect::<PolarsResult<Vec<_>>>()
        };
        // The gate typed every expression against these very columns. Should polars refuse one all the same, stopping
        // is right: every other answer would let rows pass unexamined.
        let stretches = self
            .evaluate(&exprs, &needs, hits)
            .unwrap_or_else(|error| panic!("polars refused an expression that the gate had typed: {error}"));
        let mut all = vec![Vec::new(); checked.len()];
        for stretch in stretches {
            all.iter_mut().zip(stretch).for_each(|(all, hits)| all.extend(hits));
        }
        all
    }

    /// An expression's value for every row.
    pub fn values(&self, checked: &Checked, context: &RunContext) -> Values {
        let needs: Vec<&str> = checked.columns().iter().map(String::as_str).collect();
        let taken = self.evaluate(&[compile(checked, context)], &needs, |_, answers| Ok(answers.first().cloned()));
        // As in `rows_where`: the gate typed it, and stopping is right.
        let stretches =
            taken.unwrap_or_else(|error| panic!("polars refused an expression that the gate had typed: {error}"));
        let mut all = empty(match checked.ty() {
            Type::Text => ColumnType::Text,
            Type::Integer => ColumnType::Integer,
            Type::Number => ColumnType::Number,
            Type::Boolean => ColumnType::Boolean,
            Type::Date => ColumnType::Date,
        });
        for stretch in stretches.into_iter().flatten() {
            let wanted = "polars answers in the type that the gate found";
            match &mut all {
                Values::Text(all) => stretch.str().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Integer(all) => stretch.i64().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Number(all) => {
                    let real = stretch.cast(&DataType::Float64).expect(wanted);
                    real.f64().expect(wanted).iter().for_each(|value| all.push(value));
                }
                Values::Boolean(all) => stretch.bool().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Date(all) => stretch.i32().expect(wanted).iter().for_each(|value| all.push(value)),
                Values::Unit(_) => {}
            }
        }
        all
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

    /// Per row, whether an expression is true; NULL is not true.
    pub fn mask(&self, checked: &Checked, context: &RunContext) -> Vec<bool> {
        let mut mask = vec![false; self.height];
        let needs = checked.columns().iter().map(String::as_str).collect();
        for row in self.rows_where(&[(compile(checked, context), needs)]).into_iter().flatten() {
            if let Some(slot) = mask.get_mut(row) {
                *slot = true;
            }
        }
        mask
    }
}

/// The words at these positions: views of them, without a copy of their bytes.
fn picked(name: PlSmallStr, words: &StringChunked, at: impl Iterator<Item = Option<u32>>) -> Option<Column> {
    let at = IdxCa::from_iter_options(PlSmallStr::EMPTY, at);
    Some(words.take(&at).ok()?.with_name(name).into_column())
}

fn texts<'a>(name: PlSmallStr, values: impl ExactSizeIterator<Item = Option<&'a str>>) -> Column {
    let mut builder = StringChunkedBuilder::new(name, values.len());
    values.for_each(|value| builder.append_option(value));
    builder.finish().into_column()
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

/// What expressions need at run time.
pub fn context(plan: &Plan, reference: &Reference, period: &Period) -> RunContext {
    let year = period.year();
    let begins = plan.schedule.year_to_date(period).first() == Some(period);
    let year_start = day(year, 1, 1).unwrap_or(period.first);
    let constants = [
        ("本期起", Literal::Date(period.first)),
        ("本期止", Literal::Date(period.last)),
        ("本年起", Literal::Date(year_start)),
        ("本年", Literal::Integer(i64::from(year))),
        ("上年", Literal::Integer(i64::from(year) - 1)),
        ("年初", Literal::Boolean(begins)),
    ];
    RunContext {
        constants: constants.into_iter().collect(),
        calendar: Arc::new(reference.calendar.clone()),
        as_of: period.last,
    }
}
