//! Where a list's rows stand: their places by each of its ranks, and the criteria for which they are on it.

use super::facts::Facts;
use super::rowset::Rowset;
use super::shown::said;
use super::words;
use crate::definition::{List, ListValue, Ranking};
use crate::domain::ranking::{Cut, cut, places_within};
use crate::model::Value;
use crate::rows::computed::{grouped, number};
use crate::text::masks::mask_within;

/// Places and reasons of a source's rows, by row number.
#[derive(Debug, Default)]
pub struct ListPlaces {
    /// Per column of the list: the place of each row, where the column is a rank.
    places: Vec<Option<Vec<Option<u32>>>>,
    /// Why each row is on the list; empty for one that meets no criterion. `None` where none are declared.
    reasons: Option<Vec<Vec<String>>>,
}

impl ListPlaces {
    /// `population` are the rows that are ranked: those that the list's own condition takes.
    ///
    /// # Errors
    /// A column that is not there: a defect, since the definition was checked.
    pub fn new(
        list: &List,
        form: Option<usize>,
        rows: &Rowset<'_>,
        population: &[usize],
        facts: &Facts<'_>,
    ) -> Result<ListPlaces, String> {
        let mut standing = ListPlaces::default();
        for column in &list.columns {
            standing.places.push(match &column.value {
                ListValue::Rank(ranking) => Some(ranked(ranking, rows, population)?),
                _ => None,
            });
        }
        if !list.criteria.is_empty() {
            standing.reasons = Some(standing.reasons(list, form, rows, population, facts)?);
        }
        Ok(standing)
    }

    /// The place of a row by a rank column.
    pub fn place(&self, column: usize, row: usize) -> Option<u32> {
        self.places.get(column)?.as_ref()?.get(row).copied().flatten()
    }

    /// The place of a row by the list's own rank.
    pub fn own(&self, list: &List, row: usize) -> Option<u32> {
        self.place(list.ranked_by?, row)
    }

    /// Whether the row is on the list at all.
    pub fn listed(&self, list: &List, row: usize) -> bool {
        let within = list.top.is_none_or(|top| self.own(list, row).is_some_and(|place| place <= top));
        within && self.reasons.as_ref().is_none_or(|reasons| reasons.get(row).is_some_and(|why| !why.is_empty()))
    }

    /// All reasons in one line.
    pub fn reason(&self, row: usize) -> String {
        self.reasons.as_ref().and_then(|reasons| reasons.get(row)).map_or_else(String::new, |why| why.join("；"))
    }

    /// How the list's cut falls; `None` for a list that is not cut, or whose ranks begin anew for each group.
    pub fn cut(&self, list: &List) -> Option<Cut> {
        let (column, top) = (list.ranked_by?, list.top?);
        let one = matches!(&list.columns.get(column)?.value, ListValue::Rank(ranking) if ranking.within.is_empty());
        let places = self.places.get(column)?.as_deref()?;
        one.then(|| cut(places, top))
    }

    fn reasons(
        &self,
        list: &List,
        form: Option<usize>,
        rows: &Rowset<'_>,
        population: &[usize],
        facts: &Facts<'_>,
    ) -> Result<Vec<Vec<String>>, String> {
        let mut reasons = vec![Vec::new(); rows.len()];
        for criterion in &list.criteria {
            let holds = facts.holds(rows, &criterion.when.iter().collect::<Vec<_>>())?;
            for row in population.iter().copied() {
                let place = self.own(list, row);
                if !holds[row] || criterion.top.is_some_and(|top| place.is_none_or(|place| place > top)) {
                    continue;
                }
                let hole = |name: &str| match (name, place) {
                    (OWN_PLACE, Some(place)) => Some(place.to_string()),
                    (OWN_PLACE, None) => Some("—".to_string()),
                    _ => Some(said(rows.grid.value_at(row, rows.position(name).ok()?), name, form, facts)),
                };
                reasons[row].push(mask_within(&words::fill(&criterion.reason, hole)).to_string());
            }
        }
        Ok(reasons)
    }
}

/// The hole of a reason that stands for the place in the list's rank.
const OWN_PLACE: &str = "本表名次";

/// The place of each row of the source; rows outside the population have none.
fn ranked(ranking: &Ranking, rows: &Rowset<'_>, population: &[usize]) -> Result<Vec<Option<u32>>, String> {
    let value = rows.position(&ranking.column)?;
    let within = ranking.within.iter().map(|name| rows.position(name)).collect::<Result<Vec<_>, String>>()?;
    let values: Vec<Option<f64>> = population.iter().map(|row| number(rows.grid.value_at(*row, value))).collect();
    let group = |row: &usize| within.iter().map(|column| rows.grid.value_at(*row, *column)).collect();
    let groups: Vec<Vec<Value<'_>>> = population.iter().map(group).collect();
    let groups = grouped(&groups);
    let mut places = vec![None; rows.len()];
    for (row, place) in population.iter().zip(places_within(&values, &groups, ranking.direction)) {
        places[*row] = place;
    }
    Ok(places)
}

/// What a rank column's note says, and how the list is cut.
pub fn notes(list: &List, standing: &ListPlaces) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(cut) = standing.cut(list) {
        notes.push(words::cut(list.top.unwrap_or(0), cut));
    } else if let Some(top) = list.top {
        notes.push(format!("每组取前 {top} 名；相同的并列，都列出，其后的名次顺延（1、2、2、4）。"));
    } else if list.columns.iter().any(|column| matches!(column.value, ListValue::Rank(_))) {
        notes.push("名次相同的并列，其后的名次顺延（1、2、2、4）；没有得数的不排名次。".to_string());
    }
    notes
}

/// The criteria as the definition says them.
pub fn criteria(list: &List) -> String {
    let mut said = Vec::new();
    for criterion in &list.criteria {
        let top = criterion.top.map(|top| format!("前 {top} 名"));
        let parts: Vec<String> = criterion.when.iter().map(|when| when.words().to_owned()).chain(top).collect();
        said.push(parts.join(" 且 "));
    }
    format!("符合下列任一条：{}；符合几条的都写明", said.join("；"))
}
