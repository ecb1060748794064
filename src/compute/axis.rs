//! The two axes of a statistic: groups of rows in official order (units, cities, codes, named conditions), and columns
//! by code. Every row of a source lands in a group or in the one left over, so that totals always equal their parts.

use super::facts::Facts;
use super::rowset::Rowset;
use crate::definition::{FieldType, From, Item, StatisticRows, Unit};
use std::collections::BTreeMap;

/// Whether a figure from returns can be there at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporting {
    /// At least one unit reported, or the group is none of units.
    Reported,
    /// Units are expected here, and none reported.
    Silent,
    /// No unit is expected here.
    NobodyExpected,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AxisGroup {
    pub label: String,
    pub reporting: Reporting,
}

/// The rows of a table, in order.
pub struct Axis<'a> {
    pub groups: Vec<AxisGroup>,
    /// What the row of everything else is called.
    pub leftover: &'static str,
    by: AxisBy<'a>,
}

enum AxisBy<'a> {
    /// Roster index → group.
    Unit(Vec<Option<usize>>),
    Code {
        column: String,
        positions: BTreeMap<String, usize>,
    },
    /// A row may lie in several.
    Items(&'a [Item]),
}

impl<'a> Axis<'a> {
    /// The axis of `rows`; code lists are taken from the field of that name in one of `sources`.
    pub fn new(rows: &'a StatisticRows, sources: &[&From], facts: &Facts<'_>) -> Result<Axis<'a>, String> {
        Ok(match rows {
            StatisticRows::Unit => Axis::units(facts),
            StatisticRows::City => Axis::cities(facts),
            StatisticRows::Codes { field } => Axis::codes(field, code_values(field, sources, facts)?),
            StatisticRows::Items(items) => Axis {
                groups: items.iter().map(|item| plain(&item.label)).collect(),
                leftover: "其他",
                by: AxisBy::Items(items),
            },
        })
    }

    /// Recommending units in official order; who reports below one reports for it.
    pub fn units(facts: &Facts<'_>) -> Axis<'a> {
        let roster = &facts.reference.roster;
        let recommending = roster.recommending();
        let mut positions = vec![None; roster.units.len()];
        for unit in &roster.expected {
            let under = roster.recommender(*unit).and_then(|top| recommending.binary_search(&top).ok());
            if let Some(slot) = positions.get_mut(*unit as usize) {
                *slot = under;
            }
        }
        let labels = recommending.iter().map(|unit| facts.unit_name(*unit).to_string()).collect();
        Axis::by_unit(labels, positions, facts)
    }

    /// All cities, then the other channels.
    pub fn cities(facts: &Facts<'_>) -> Axis<'a> {
        let reference = facts.reference;
        let mut labels: Vec<String> = reference.cities.iter().map(|city| city.name.clone()).collect();
        let cities = labels.len();
        // Units of the first channel stand under their cities; every other is a row of its own (RETURNS.md §8, "AxisBy city").
        labels.extend(reference.roster.channels.iter().skip(1).cloned());
        let place = |unit: &Unit| {
            let channel = labels[cities..].iter().position(|label| **label == *unit.channel);
            channel.map(|at| at + cities).or_else(|| labels[..cities].iter().position(|label| **label == *unit.city))
        };
        let positions = reference.roster.units.iter().map(place).collect();
        Axis::by_unit(labels, positions, facts)
    }

    /// Channels in official order, the cities' own first.
    pub fn channels(facts: &Facts<'_>) -> Axis<'a> {
        let labels = facts.reference.roster.channels.clone();
        let place = |unit: &Unit| labels.iter().position(|label| **label == *unit.channel);
        let positions = facts.reference.roster.units.iter().map(place).collect();
        Axis::by_unit(labels, positions, facts)
    }

    /// Values of a code column.
    pub fn codes(column: &str, values: Vec<String>) -> Axis<'a> {
        Axis {
            groups: values.iter().map(|value| plain(value)).collect(),
            leftover: "未归类",
            by: AxisBy::Code { column: column.to_string(), positions: positions(&values) },
        }
    }

    fn by_unit(labels: Vec<String>, positions: Vec<Option<usize>>, facts: &Facts<'_>) -> Axis<'a> {
        let mut groups: Vec<AxisGroup> =
            labels.into_iter().map(|label| AxisGroup { label, reporting: Reporting::NobodyExpected }).collect();
        for unit in &facts.reference.roster.expected {
            let Some(Some(position)) = positions.get(*unit as usize) else { continue };
            let reporting = &mut groups[*position].reporting;
            if facts.has_reported(*unit) {
                *reporting = Reporting::Reported;
            } else if *reporting == Reporting::NobodyExpected {
                *reporting = Reporting::Silent;
            }
        }
        Axis { groups, leftover: "未归属", by: AxisBy::Unit(positions) }
    }

    /// Who of each group reported in any of these periods (each by roster index): the reporting of then.
    pub fn reporting(&self, reported: &[&[bool]], facts: &Facts<'_>) -> Vec<Reporting> {
        if !self.is_by_unit() {
            return vec![Reporting::Reported; self.groups.len()];
        }
        let mut reporting = vec![Reporting::NobodyExpected; self.groups.len()];
        for unit in &facts.reference.roster.expected {
            let Some(reporting) = self.group_of(Some(*unit)).and_then(|group| reporting.get_mut(group)) else {
                continue;
            };
            if reported.iter().any(|period| period.get(*unit as usize) == Some(&true)) {
                *reporting = Reporting::Reported;
            } else if *reporting == Reporting::NobodyExpected {
                *reporting = Reporting::Silent;
            }
        }
        reporting
    }

    /// The group of a roster unit, where rows are units, cities or channels.
    pub fn group_of(&self, unit: Option<u32>) -> Option<usize> {
        match &self.by {
            AxisBy::Unit(positions) => positions.get(unit? as usize).copied().flatten(),
            _ => None,
        }
    }

    pub fn is_by_unit(&self) -> bool {
        matches!(self.by, AxisBy::Unit(_))
    }

    /// The item of a group, where rows are named conditions.
    pub fn item(&self, group: usize) -> Option<&'a Item> {
        match &self.by {
            AxisBy::Items(items) => items.get(group),
            _ => None,
        }
    }

    /// Where each row of a source is counted: in which groups, and in which column of `across`.
    pub fn places(&self, across: &Across, rows: &Rowset<'_>, facts: &Facts<'_>) -> Result<TablePlaces, String> {
        let members = self.members(rows, facts)?;
        let slots = across.slots(rows)?;
        Ok(TablePlaces { members, groups: self.groups.len() + 1, slots, width: across.width(), rows: rows.len() })
    }

    fn members(&self, rows: &Rowset<'_>, facts: &Facts<'_>) -> Result<Members, String> {
        let group = |group: Option<usize>| group.unwrap_or(self.groups.len()) as u32;
        Ok(match &self.by {
            AxisBy::Unit(_) => {
                // Units stand in runs, which do not say how many rows they are: room that grows would be twice as much.
                let mut groups = Vec::with_capacity(rows.len());
                groups.extend(rows.units.iter().map(|unit| group(self.group_of(unit))));
                Members::One(groups)
            }
            AxisBy::Code { column, positions } => {
                let group = |text: Option<&str>| group(text.and_then(|text| positions.get(text)).copied());
                Members::One(rows.each_text(column, group)?.collect())
            }
            AxisBy::Items(items) => {
                let masks =
                    items.iter().map(|item| facts.holds(rows, &[&item.filter])).collect::<Result<Vec<_>, _>>()?;
                Members::Several(overlapping(&masks, rows.len()))
            }
        })
    }
}

/// The groups that the rows of a source lie in; the last group is of rows that no other takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Members {
    /// By row, its one group.
    One(Vec<u32>),
    /// Row numbers by group: a row may lie in several.
    Several(Vec<Vec<u32>>),
}

/// Where each row of a source is counted.
pub struct TablePlaces {
    pub members: Members,
    /// How many groups there are, that of the rows left over included.
    pub groups: usize,
    /// The column of each row; `None` where there is but one. More than fit these no sheet takes.
    pub slots: Option<Vec<u16>>,
    pub width: usize,
    /// How many rows there are.
    pub rows: usize,
}

fn plain(label: &str) -> AxisGroup {
    AxisGroup { label: label.to_string(), reporting: Reporting::Reported }
}

fn positions(values: &[String]) -> BTreeMap<String, usize> {
    values.iter().enumerate().map(|(position, value)| (value.clone(), position)).collect()
}

/// Rows of each mask, and last the rows of none.
fn overlapping(masks: &[Vec<bool>], height: usize) -> Vec<Vec<u32>> {
    let mut members = vec![Vec::new(); masks.len() + 1];
    for row in 0..height {
        let mut taken = false;
        for (group, mask) in masks.iter().enumerate() {
            if mask[row] {
                members[group].push(row as u32);
                taken = true;
            }
        }
        if !taken {
            members[masks.len()].push(row as u32);
        }
    }
    members
}

/// Canonical values, in official order, of the code columns of that name in all sources, without repeats.
pub fn code_values(column: &str, sources: &[&From], facts: &Facts<'_>) -> Result<Vec<String>, String> {
    let mut values: Vec<String> = Vec::new();
    for list in sources.iter().filter_map(|from| code_list(column, from, facts)) {
        for value in facts.reference.codes.get(list).map_or(&[][..], |codes| &codes.values) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
    }
    if values.is_empty() {
        return Err(format!("“{column}”没有代码表，不能按它分组"));
    }
    Ok(values)
}

/// Index of the code list that a column of a source is written in.
fn code_list(column: &str, from: &From, facts: &Facts<'_>) -> Option<usize> {
    match from {
        From::Form { form, .. } => {
            let form = facts.plan.forms.get(*form)?;
            match form.fields.iter().find(|field| *field.name == *column)?.ty {
                FieldType::Code { list } => Some(list),
                _ => None,
            }
        }
        From::Reference { name, .. } => {
            let schema = facts.plan.references.iter().find(|schema| schema.name == *name)?;
            schema.columns.iter().find(|known| known.name == column)?.codes
        }
    }
}

/// Columns by code: every combination of the lists' values, outermost first, and one for what is outside them.
pub struct Across {
    columns: Vec<(String, BTreeMap<String, usize>)>,
    /// Words of each column, outermost first; the last is the one for everything else. One nameless column without codes.
    pub headings: Vec<Vec<String>>,
}

impl Across {
    pub fn new(names: &[String], sources: &[&From], facts: &Facts<'_>) -> Result<Across, String> {
        let mut columns = Vec::new();
        let mut headings: Vec<Vec<String>> = vec![Vec::new()];
        for name in names {
            let values = code_values(name, sources, facts)?;
            headings = headings
                .iter()
                .flat_map(|outer| values.iter().map(|value| [outer.as_slice(), std::slice::from_ref(value)].concat()))
                .collect();
            columns.push((name.clone(), positions(&values)));
        }
        if !names.is_empty() {
            headings.push(vec!["未归类".to_string()]);
        }
        Ok(Across { columns, headings })
    }

    pub fn is_plain(&self) -> bool {
        self.columns.is_empty()
    }

    pub fn width(&self) -> usize {
        self.headings.len()
    }

    /// The column of each row of a source; `None` where there is but one.
    fn slots(&self, rows: &Rowset<'_>) -> Result<Option<Vec<u16>>, String> {
        if self.is_plain() {
            return Ok(None);
        }
        let outside = u16::try_from(self.width() - 1).map_err(|_| "统计计算出错：分列太多".to_owned())?;
        let mut slots = vec![0; rows.len()];
        for (column, positions) in &self.columns {
            let position = |text: Option<&str>| text.and_then(|text| positions.get(text)).map(|at| *at as u16);
            for (slot, inner) in slots.iter_mut().zip(rows.each_text(column, position)?) {
                // What is inside lies before what is outside.
                *slot = match inner {
                    Some(inner) if *slot != outside => *slot * positions.len() as u16 + inner,
                    _ => outside,
                };
            }
        }
        Ok(Some(slots))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_lands_somewhere_and_overlaps_are_kept() {
        let masks = vec![vec![true, true, false, false], vec![false, true, true, false]];
        assert_eq!(overlapping(&masks, 4), vec![vec![0, 1], vec![1, 2], vec![3]]);
    }
}
