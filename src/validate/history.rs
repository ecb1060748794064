//! Records beside what they were in earlier periods: found by key in the store, their columns joined to this period's rows
//! as `上期.字段` and `上年同期.字段`. Where there is no such record, or more than one, there is nothing to compare, and that
//! many records were not compared is said.

use super::Against;
use super::gone::stored_grid;
use super::rows::FormRows;
use super::unique::part;
use crate::definition::{ColumnType, Form, Template, TemplatePart};
use crate::domain::period::Period;
use crate::history::StoredForm;
use crate::language::{PREVIOUS, earlier_column, split_earlier};
use crate::model::{Column, Finding, Place, Scalar, Scalars, Severity, Texts};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Key of every row of this period; `None` where a part of it is missing.
pub fn keys(rows: &FormRows) -> Vec<Option<String>> {
    let grid = &rows.rows.grid;
    let columns = key_columns(rows.form, |name| grid.column(name));
    (0..grid.height()).map(|row| key(columns.as_deref()?, row)).collect()
}

/// Records of one stored period by key.
pub struct Records<'h> {
    pub period: Period,
    pub stored: &'h StoredForm,
    /// `None` where several records share the key.
    by_key: HashMap<String, Option<u32>>,
}

impl<'h> Records<'h> {
    /// `None` where the period, the form or a column of its key is not there; the store notes which.
    pub fn load(rows: &FormRows, period: &Period, against: Against<'h>) -> Option<Records<'h>> {
        let stored = against.history.form(period, rows.index)?;
        let columns = key_columns(rows.form, |name| stored.column_named(name))?;
        let mut by_key: HashMap<String, Option<u32>> = HashMap::with_capacity(stored.len());
        for row in 0..stored.len() {
            if let Some(key) = key(&columns, row) {
                by_key.entry(key).and_modify(|known| *known = None).or_insert(Some(row as u32));
            }
        }
        Some(Records { period: period.clone(), stored, by_key })
    }

    /// The one record of that key.
    pub fn find(&self, key: &str) -> Option<u32> {
        self.by_key.get(key).copied().flatten()
    }

    /// How many keys several records share.
    pub fn shared(&self) -> usize {
        self.by_key.values().filter(|row| row.is_none()).count()
    }

    /// Every record that is alone with its key, in no certain order.
    pub fn alone(&self) -> impl Iterator<Item = (&str, u32)> {
        self.by_key.iter().filter_map(|(key, row)| Some((key.as_str(), (*row)?)))
    }
}

fn key_columns<'c>(form: &Form, column: impl Fn(&str) -> Option<&'c Column>) -> Option<Vec<&'c Column>> {
    form.key.iter().map(|field| column(&form.fields.get(*field)?.name)).collect()
}

/// Units by their number in the roster, so that a renamed one stays the same; text by its match key.
fn key(columns: &[&Column], row: usize) -> Option<String> {
    let mut key = String::new();
    for column in columns {
        key.push_str(&part(column.value(row))?);
        // Cannot occur in a match key, so parts cannot run into one another.
        key.push('\u{1f}');
    }
    Some(key)
}

/// Rows of this period that share no key with another one of it.
pub fn alone(keys: &[Option<String>]) -> Vec<Option<&str>> {
    let mut times: HashMap<&str, usize> = HashMap::with_capacity(keys.len());
    for key in keys.iter().flatten() {
        *times.entry(key).or_default() += 1;
    }
    keys.iter().map(|key| key.as_deref().filter(|key| times.get(key) == Some(&1))).collect()
}

/// Joins the columns of earlier records that the form's rules read; returns what could not be compared.
pub fn join(rows: &mut FormRows, keys: &[Option<String>], against: Against<'_>) -> Vec<Finding> {
    let wanted = wanted(rows.form);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut joined = Vec::new();
    let alone = alone(keys);
    for (earlier, names) in wanted {
        let period = match earlier {
            PREVIOUS => against.history.previous(),
            _ => against.history.year_ago(),
        };
        // Before the first period of a season there is none, and nothing is missing.
        let records = period.as_ref().map(|period| (period, Records::load(rows, period, against)));
        let matches: Vec<Option<u32>> = match &records {
            Some((_, Some(records))) => {
                findings.extend(shared(rows.form, records));
                alone.iter().map(|key| records.find((*key)?)).collect()
            }
            Some((period, None)) => {
                findings.push(gap(rows.form, earlier, period, against));
                vec![None; keys.len()]
            }
            None => vec![None; keys.len()],
        };
        let records = records.and_then(|(_, records)| records);
        let stored = records.as_ref().map(|records| records.stored);
        for column in rows.form.columns().into_iter().filter(|column| names.contains(&column.name)) {
            let values = stored.and_then(|stored| stored.column_named(&column.name));
            joined.push((earlier_column(earlier, &column.name), gather(values, column.ty, &matches)));
        }
        let computed: Vec<_> = rows.form.computed.iter().filter(|computed| names.contains(&computed.name)).collect();
        let grid = records.filter(|_| !computed.is_empty()).map(|records| stored_grid(rows, &records, names, against));
        for computed in computed {
            let values = grid.as_ref().and_then(|grid| grid.column(&computed.name));
            joined.push((earlier_column(earlier, &computed.name), gather(values, computed.ty, &matches)));
        }
    }
    rows.rows.grid.join(joined);
    findings
}

/// Columns of earlier records that rules and their messages read, by 上期 and 上年同期.
fn wanted(form: &Form) -> BTreeMap<&'static str, BTreeSet<String>> {
    fn holes(template: &Template) -> impl Iterator<Item = &str> {
        template.parts.iter().filter_map(|part| match part {
            TemplatePart::Hole(name) => Some(name.as_str()),
            TemplatePart::Text(_) => None,
        })
    }
    let mut wanted: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for rule in &form.rules {
        let read = rule.when.iter().chain([&rule.check]).flat_map(|part| &part.columns).map(String::as_str);
        let said = [&rule.found, &rule.expected, &rule.next].into_iter().flat_map(holes);
        for (earlier, column) in read.chain(said).filter_map(split_earlier) {
            wanted.entry(earlier).or_default().insert(column.to_owned());
        }
    }
    wanted
}

/// The values of the matched rows; nothing where there is no match or no such column then.
fn gather(values: Option<&Column>, ty: ColumnType, matches: &[Option<u32>]) -> Column {
    fn picked<T: Scalar>(values: Option<&Scalars<T>>, matches: &[Option<u32>]) -> Scalars<T> {
        matches.iter().map(|row| values?.get((*row)? as usize)).collect()
    }
    match (ty, values) {
        (ColumnType::Text, values) => {
            let texts = match values {
                Some(Column::Text(texts)) => Some(texts),
                _ => None,
            };
            let picked = |row: &Option<u32>| -> Option<&str> { texts?.get((*row)? as usize) };
            Column::Text(matches.iter().map(picked).collect::<Texts>())
        }
        (ColumnType::Integer, Some(Column::Integer(values))) => Column::Integer(picked(Some(values), matches)),
        (ColumnType::Integer, _) => Column::Integer(picked(None, matches)),
        (ColumnType::Number, Some(Column::Number(values))) => Column::Number(picked(Some(values), matches)),
        (ColumnType::Number, _) => Column::Number(picked(None, matches)),
        (ColumnType::Boolean, Some(Column::Boolean(values))) => Column::Boolean(picked(Some(values), matches)),
        (ColumnType::Boolean, _) => Column::Boolean(picked(None, matches)),
        (ColumnType::Date, Some(Column::Date(values))) => Column::Date(picked(Some(values), matches)),
        (ColumnType::Date, _) => Column::Date(picked(None, matches)),
        (ColumnType::Unit, Some(Column::Unit(values))) => Column::Unit(picked(Some(values), matches)),
        (ColumnType::Unit, _) => Column::Unit(picked(None, matches)),
    }
}

/// A column of nothing.
pub fn nothing(ty: ColumnType, height: usize) -> Column {
    gather(None, ty, &vec![None; height])
}

fn remark(code: &str, form: &Form, found: String, expected: &str, next: &str) -> Finding {
    Finding {
        code: code.into(),
        severity: Severity::Note,
        place: Place::default(),
        found,
        expected: expected.to_owned(),
        next: next.to_owned(),
        line: Some(form.line),
        holds_return: false,
    }
}

/// A period that rules look back to is not there.
pub fn gap(form: &Form, earlier: &str, period: &Period, against: Against<'_>) -> Finding {
    if !against.history.in_use() {
        let found = format!("《{}》没有与往期核对：本次没有使用历史库", form.title);
        return remark(
            "history-gap",
            form,
            found,
            "与往期核对时使用历史库",
            "自查时不用处理；汇总时请不要用 --no-history",
        );
    }

    let found = format!("《{}》没有与{earlier}（{}）核对：没有那一期可用的存档", form.title, period.title());
    let next = "有那一期报表的，先汇总那一期，再重新汇总本期；没有的不用处理，有关规则本期不核对";
    remark("history-gap", form, found, "历史库里有那一期的数据", next)
}

/// Keys that do not tell one record from another.
pub fn shared(form: &Form, records: &Records<'_>) -> Option<Finding> {
    let shared = records.shared();
    let names: Vec<&str> =
        form.key.iter().filter_map(|field| form.fields.get(*field)).map(|field| field.name.as_ref()).collect();
    let period = records.period.title();
    let found = format!(
        "《{}》{period}的存档里有 {shared} 处几条记录的{}相同，分不清谁是谁，没有与它们核对",
        form.title,
        names.join("、")
    );
    let next = "请定义的维护人员在 key 里补上能区分记录的列";
    (shared > 0).then(|| remark("history-ambiguous", form, found, "同一期里每条记录的 key 不同", next))
}
