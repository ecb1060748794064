//! Sentences of the first page: the definition's, with the figures of its tables put in.

use super::facts::Facts;
use super::words::{figure, names};
use crate::definition::{Headline, HeadlinePart};
use crate::model::Outcome;
use crate::model::conclusion::{About, Conclusion};
use crate::model::run::{SourceVerdict, UnitStatus};
use crate::model::stat_table::{OpenTable, StatTable};
use crate::model::statistic::{ComparedFigures, FigureDoubt, RowKind, StatCell, StatRow};
use crate::model::{Column, Texts};
use crate::rows::Grid;

/// Names that a sentence lists, and rows that share a first place.
const NAMED: usize = 5;
const TIED: usize = 3;
/// Stands behind a figure that rests on doubt, as in the tables.
const MARK: &str = "＊";
/// The number of rows, as conditions know it.
const ROWS: &str = "行数";

/// What the definition's sentences come to; `tables` are all of the plan's, in its order.
pub fn conclusions(tables: &[StatTable], facts: &Facts<'_>) -> Vec<Conclusion> {
    let mut tables = SpokenTables::new(tables);
    let said = facts.plan.headlines.iter().filter_map(|headline| {
        let spoken = tables.of(headline.table)?;
        let holds =
            headline.when.as_ref().is_none_or(|when| spoken.one_row(facts).mask(when, &facts.context) == [true]);
        let said = if holds { spoken.say(headline, facts) } else { None };
        // What is said instead is no alarm.
        let alarm = (headline.alarm && said.is_some()).then_some(false);
        let text = said.or_else(|| headline.otherwise.clone())?;
        Some(Conclusion::new(headline.about, alarm, text))
    });
    said.collect()
}

/// How much of what is owed is in the figures: units in whole, in part and not at all, and who is missing.
pub fn coverage(facts: &Facts<'_>) -> Option<Conclusion> {
    let units = &facts.verdict.units;
    // By the unit's place in the roster: rows that count, and others.
    let mut counted = vec![(0u64, 0u64); facts.reference.roster.units.len()];
    for form in 0..facts.plan.forms.len() {
        let rows = facts.form(form).ok()?;
        for (unit, accepted) in rows.units.iter().zip(rows.accepted.iter()) {
            if let Some((counts, out)) = unit.and_then(|unit| counted.get_mut(unit as usize)) {
                *(if *accepted { counts } else { out }) += 1;
            }
        }
    }
    let mut names: [Vec<String>; 5] = Default::default();
    for unit in units {
        let (counts, out) = counted.get(unit.unit as usize).copied().unwrap_or_default();
        let place = match unit.status {
            UnitStatus::OnTime | UnitStatus::Undated | UnitStatus::Late { .. } => usize::from(out > 0),
            UnitStatus::Returned if counts > 0 => 1,
            UnitStatus::Returned => 2,
            UnitStatus::Unreadable => 3,
            UnitStatus::Missing => 4,
        };
        names[place].push(facts.unit_name(unit.unit).to_owned());
    }
    let words = ["全部计入", "部分计入", "退回", "无法读取", "未报"];
    let said = words.iter().zip(&names).enumerate().filter(|(at, (_, names))| *at == 0 || !names.is_empty());
    let said: Vec<String> = said
        .map(|(at, (word, all))| {
            let whose = if at > 1 { format!("（{}）", super::words::names(all, NAMED)) } else { String::new() };
            format!("{word} {} 个{whose}", all.len())
        })
        .collect();
    let out = facts.verdict.sources.iter().filter(|source| source.outcome == Outcome::LeftOut);
    let whose = |source: &SourceVerdict| match source.unit {
        Some(unit) => facts.unit_name(unit).to_owned(),
        None => source.source.name.clone(),
    };
    let out: Vec<String> = out.map(whose).collect();
    let out = match out.len() {
        0 => String::new(),
        files => format!("；经人工认定整份不计入 {files} 份（{}）", super::words::names(&out, NAMED)),
    };
    let text = format!("应报单位 {} 个：{}{out}。", units.len(), said.join("，"));
    (!units.is_empty()).then(|| Conclusion::new(About::Coverage, None, text))
}

/// Tables as they are spoken of: mostly several times one after the other, so that the last stays open.
pub struct SpokenTables<'a> {
    tables: &'a [StatTable],
    last: Option<(usize, SpokenTable<'a>)>,
}

impl<'a> SpokenTables<'a> {
    pub fn new(tables: &'a [StatTable]) -> SpokenTables<'a> {
        SpokenTables { tables, last: None }
    }

    pub fn of(&mut self, at: usize) -> Option<&SpokenTable<'a>> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != at) {
            self.last = None;
            self.last = Some((at, SpokenTable { table: self.tables.get(at)?.opened() }));
        }
        self.last.as_ref().map(|(_, table)| table)
    }
}

/// A table that a sentence is made of.
pub struct SpokenTable<'a> {
    table: OpenTable<'a>,
}

impl SpokenTable<'_> {
    /// `None` where a figure is missing.
    fn say(&self, headline: &Headline, facts: &Facts<'_>) -> Option<String> {
        headline.say.iter().map(|part| self.part(part, facts)).collect()
    }

    /// `None` where there is no such figure.
    fn part(&self, part: &HeadlinePart, facts: &Facts<'_>) -> Option<String> {
        match part {
            HeadlinePart::Words(words) => Some(words.clone()),
            HeadlinePart::Rows => Some(self.count().to_string()),
            HeadlinePart::Total(name) if name == "报告期" => Some(facts.period.title()),
            HeadlinePart::Total(name) => figure(self.total(name)?).map(|said| said + self.mark(name)),
            HeadlinePart::Change(name) => change(self.total(name)?).map(|said| said + self.mark(name)),
            HeadlinePart::Highest(name) => self.extreme(name, |value, best| value > best),
            HeadlinePart::Lowest(name) => self.extreme(name, |value, best| value < best),
            HeadlinePart::Each(name) => {
                let column = self.column(name)?;
                let label = self.table.label_columns.saturating_sub(1);
                let each = |row: &StatRow| {
                    let cell = row.cells.get(column).filter(|cell| amount(cell).is_some_and(|by| by != 0.0))?;
                    let mark = if row.doubt(column).is_some() { MARK } else { "" };
                    Some(format!("{} {}{mark}", word(row.cells.get(label)?)?, figure(cell)?))
                };
                let all: Vec<String> = self.entries().filter_map(each).collect();
                (!all.is_empty()).then(|| names(&all, NAMED))
            }
            HeadlinePart::Names(_) if self.table.withheld > 0 => None,
            HeadlinePart::Names(name) => {
                let column = self.column(name)?;
                let mut all: Vec<String> = Vec::new();
                let named = |row: &StatRow| {
                    let mark = if row.doubt(column).is_some() { MARK } else { "" };
                    Some(word(row.cells.get(column)?)? + mark)
                };
                for word in self.entries().filter_map(named) {
                    if !all.contains(&word) {
                        all.push(word);
                    }
                }
                (!all.is_empty()).then(|| names(&all, NAMED))
            }
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.table.headings.iter().position(|heading| heading.name == name)
    }

    fn total_row(&self) -> Option<&StatRow> {
        self.table.rows.iter().rfind(|row| row.kind == RowKind::Total)
    }

    fn total(&self, name: &str) -> Option<&StatCell> {
        self.total_row()?.cells.get(self.column(name)?)
    }

    /// The row with this label, else the total row.
    fn row(&self, label: Option<&str>) -> Option<&StatRow> {
        let Some(label) = label else { return self.total_row() };
        let at = self.table.label_columns.saturating_sub(1);
        self.table.rows.iter().find(|row| row.cells.get(at).and_then(word).as_deref() == Some(label))
    }

    /// A figure of the row with this label, else of the total row, with the doubt about it.
    pub fn of_row(&self, label: Option<&str>, name: &str) -> Option<(&StatCell, Option<&FigureDoubt>)> {
        let (row, column) = (self.row(label)?, self.column(name)?);
        Some((row.cells.get(column)?, row.doubt(column)))
    }

    /// Between which figures a change of that row is, where it is one of like with like.
    pub fn compared(&self, label: Option<&str>, name: &str) -> Option<&ComparedFigures> {
        self.row(label)?.compared(self.column(name)?)
    }

    /// What stands behind a figure that rests on doubt, as in the table.
    fn mark(&self, name: &str) -> &'static str {
        let doubt = self.column(name).and_then(|column| self.total_row()?.doubt(column));
        if doubt.is_some() { MARK } else { "" }
    }

    /// The rows that stand for something: not totals, and not the line that there is nothing.
    fn entries(&self) -> impl Iterator<Item = &StatRow> {
        let body = self.table.rows.iter().filter(|row| row.kind == RowKind::Body);
        body.filter(|row| row.cells.iter().skip(1).any(|cell| *cell != StatCell::Empty))
    }

    /// How many rows there are, those that are too many to print among them.
    pub fn count(&self) -> usize {
        self.entries().count() + self.table.withheld
    }

    /// The rows that lead by a column, with their figure, among those whose figures are whole; who would lead and is not,
    /// is named. `None` where there is no order because all are alike.
    fn extreme(&self, name: &str, leads: impl Fn(f64, f64) -> bool) -> Option<String> {
        let column = self.column(name)?;
        let figures = self.entries().filter_map(|row| Some((row, amount(row.cells.get(column)?)?)));
        let (parts, whole): (Vec<_>, Vec<_>) = figures.partition(|(row, _)| row.is_partial());
        let figures: Vec<(&StatRow, f64)> = whole;
        let best = figures
            .iter()
            .map(|(_, value)| *value)
            .reduce(|best, value| if leads(value, best) { value } else { best })?;
        let leaders: Vec<&StatRow> = figures.iter().filter(|(_, value)| *value == best).map(|(row, _)| *row).collect();
        if leaders.len() == figures.len() {
            return None;
        }
        let label = self.table.label_columns.saturating_sub(1);
        let labels: Vec<String> = leaders.iter().filter_map(|row| word(row.cells.get(label)?)).collect();
        let said = figure(leaders.first()?.cells.get(column)?)?;
        let mark = if leaders.iter().any(|row| row.doubt(column).is_some()) { MARK } else { "" };
        let ahead = parts.iter().filter(|(_, value)| *value == best || leads(*value, best));
        let ahead: Vec<String> = ahead.filter_map(|(row, _)| word(row.cells.get(label)?)).collect();
        let but = match ahead.is_empty() {
            true => String::new(),
            false => format!("，数不全的{}不在内", names(&ahead, TIED)),
        };
        Some(format!("{}（{said}{mark}{but}）", names(&labels, TIED)))
    }

    /// The total row as the one row that a condition is judged by, with the number of the others.
    fn one_row(&self, facts: &Facts<'_>) -> Grid {
        let total = self.total_row();
        let headings = self.table.headings.iter().enumerate();
        let mut columns: Vec<(String, Column)> = headings
            .map(|(at, heading)| (heading.name.clone(), column(total.and_then(|row| row.cells.get(at)))))
            .collect();
        columns.push((ROWS.to_owned(), Column::Integer([i64::try_from(self.count()).ok()].into_iter().collect())));
        let (names, columns) = columns.into_iter().unzip();
        Grid::new(names, columns, 1, &facts.reference.roster)
    }
}

/// A figure as a column of one row; what is no figure is NULL.
fn column(cell: Option<&StatCell>) -> Column {
    match cell {
        Some(StatCell::Integer(whole)) => Column::Integer([Some(*whole)].into_iter().collect()),
        Some(StatCell::Text(text) | StatCell::Alarm(text)) => {
            let mut texts = Texts::default();
            texts.push(Some(text));
            Column::Text(texts)
        }
        cell => Column::Number([cell.and_then(amount)].into_iter().collect()),
    }
}

pub fn amount(cell: &StatCell) -> Option<f64> {
    match cell {
        StatCell::Integer(whole) => Some(*whole as f64),
        StatCell::Number(number) | StatCell::Points(number) => Some(*number).filter(|number| number.is_finite()),
        StatCell::Ratio { num, den } if *den != 0 => Some(*num as f64 / *den as f64),
        _ => None,
    }
}

fn word(cell: &StatCell) -> Option<String> {
    match cell {
        StatCell::Text(text) | StatCell::Alarm(text) if !text.is_empty() => Some(text.clone()),
        cell => figure(cell),
    }
}

/// A figure as what changed: `增长 3.2%`, `减少 12`, `提高 1.5 个百分点`, `持平`.
pub fn change(cell: &StatCell) -> Option<String> {
    let by = amount(cell)?;
    if by == 0.0 {
        return Some("持平".to_owned());
    }
    let (up, down) = match cell {
        StatCell::Ratio { .. } => ("增长", "下降"),
        StatCell::Points(_) => ("提高", "降低"),
        _ => ("增加", "减少"),
    };
    let size = match cell {
        StatCell::Integer(whole) => StatCell::Integer(whole.checked_abs()?),
        StatCell::Number(number) => StatCell::Number(number.abs()),
        StatCell::Points(points) => StatCell::Points(points.abs()),
        StatCell::Ratio { num, den } => StatCell::Ratio { num: num.checked_abs()?, den: den.checked_abs()? },
        _ => return None,
    };
    Some(format!("{} {}", if by > 0.0 { up } else { down }, figure(&size)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_in_words() {
        for (cell, said) in [
            (StatCell::Ratio { num: 32, den: 1000 }, Some("增长 3.2%")),
            (StatCell::Ratio { num: -1, den: 3 }, Some("下降 33.3%")),
            (StatCell::Integer(-1_200), Some("减少 1,200")),
            (StatCell::Points(2.5), Some("提高 2.5 个百分点")),
            (StatCell::Number(0.0), Some("持平")),
            (StatCell::NotReported, None),
            (StatCell::Ratio { num: 0, den: 0 }, None),
        ] {
            assert_eq!(change(&cell).as_deref(), said, "{cell:?}");
        }
    }
}
