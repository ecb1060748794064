//! Reference data that the department keeps beside the definitions: the roster of reporting units (单位名册),
//! cities in official order, holidays, due dates, and the tables that a definition declares (荣誉台账 …).
//!
//! Each is a table of that name, `.csv` or `.xlsx`, first sheet, headers in the first row that holds them.
//! A run takes them, table by table, from `--reference <folder>`, else from the pipeline's own folder,
//! else from `pipelines/reference`, which the pipelines share.

use crate::domain::period::Period;
use crate::model::Column;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Everything a run looks up.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    pub roster: Roster,
    /// Official order: 地市 and its 单位代码.
    pub cities: Vec<City>,
    pub calendar: crate::domain::workdays::Calendar,
    /// 截止日期 rows of this pipeline and period.
    pub due: Option<Due>,
    /// Declared tables by name; an optional one that is not there is absent.
    pub tables: BTreeMap<String, ReferenceTable>,
    /// Code lists after the reference tables overrode them, in the plan's order.
    pub codes: Vec<crate::spec::CodeList>,
    /// Files read, for the manifest: (table, path, SHA-256 in lower-case hex).
    pub files: Vec<(String, PathBuf, String)>,
}

/// A unit of the roster; its index in [`Roster::units`] is its id everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unit {
    pub code: String,
    pub name: Arc<str>,
    pub aliases: Vec<String>,
    /// Index of 上级.
    pub parent: Option<u32>,
    /// 省/市/县/基层.
    pub level: String,
    /// 市总工会/省直系统/行业协会/大型企业.
    pub channel: String,
    pub city: String,
    pub industry: String,
    pub ownership: String,
    /// 在岗职工人数; `None` where the roster leaves it empty.
    pub workers: Option<u64>,
    /// Days since 1970-01-01; expected only from `enabled` to `disabled`, both included.
    pub enabled: Option<i32>,
    pub disabled: Option<i32>,
    /// Pipelines whose returns it owes.
    pub owes: Vec<String>,
}

/// The roster in official order: by city order, then channel order (市总工会 first), then the file's order.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    pub units: Vec<Unit>,
    /// Units that owe this pipeline in this period, in official order.
    pub expected: Vec<u32>,
    /// match key of name, alias or code → units (several where it is ambiguous).
    pub keys: BTreeMap<String, Vec<u32>>,
}

impl Roster {
    /// The recommending unit that a unit's rows count under: itself or the nearest 上级 that owes this pipeline.
    pub fn recommender(&self, unit: u32) -> Option<u32> {
        let mut at = Some(unit);
        // A chain longer than the roster would be a loop; loading refuses those, and this bounds it all the same.
        for _ in 0..=self.units.len() {
            let here = at?;
            if self.expected.contains(&here) {
                return Some(here);
            }
            at = self.units.get(here as usize)?.parent;
        }
        None
    }

    /// Whether one of the two is above the other, or they are the same.
    pub fn linked(&self, a: u32, b: u32) -> bool {
        self.above(a, b) || self.above(b, a)
    }

    fn above(&self, top: u32, mut below: u32) -> bool {
        for _ in 0..=self.units.len() {
            if below == top {
                return true;
            }
            match self.units.get(below as usize).and_then(|unit| unit.parent) {
                Some(parent) => below = parent,
                None => return false,
            }
        }
        false
    }

    /// Units that a written name may mean: by code, full name or alias. Exactly one is a match, several are
    /// ambiguous, none is unknown; never the nearest name.
    pub fn find(&self, written: &str) -> &[u32] {
        self.keys.get(&crate::text::names::match_key(written)).map_or(&[], Vec::as_slice)
    }

    /// Up to three names that look alike, for a suggestion.
    pub fn similar(&self, written: &str) -> Vec<Arc<str>> {
        let key = crate::text::names::match_key(written);
        let mut scored: Vec<(f64, u32)> = self
            .units
            .iter()
            .enumerate()
            .map(|(index, unit)| {
                let best = std::iter::once(unit.name.as_ref())
                    .chain(unit.aliases.iter().map(String::as_str))
                    .map(|name| strsim::jaro_winkler(&key, &crate::text::names::match_key(name)))
                    .fold(0.0, f64::max);
                (best, index as u32)
            })
            .filter(|(score, _)| *score >= 0.75)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        scored.iter().take(3).filter_map(|(_, index)| self.units.get(*index as usize)).map(|u| u.name.clone()).collect()
    }
}

/// One row of the cities' table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct City {
    pub name: String,
    pub unit_code: String,
}

/// Due dates of one pipeline and period, days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub opens: Option<i32>,
    pub due: i32,
    /// 补报截止.
    pub grace: Option<i32>,
}

/// A declared table: its schema's columns in order, typed.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceTable {
    pub name: String,
    pub column_names: Vec<String>,
    pub columns: Vec<Column>,
    /// 1-based row of the file that each row stands on.
    pub lines: Vec<u32>,
}

/// Where reference data is looked for, first match wins table by table.
#[derive(Debug, Clone, Default)]
pub struct ReferenceFolders(pub Vec<PathBuf>);

/// Loads everything that `plan` needs. Problems are diagnostics with file and row, all at once.
pub fn load(
    plan: &crate::spec::Plan,
    folders: &ReferenceFolders,
    period: &Period,
) -> Result<Reference, Vec<crate::spec::Diagnostic>> {
    let _ = (plan, folders, period);
    todo!()
}
