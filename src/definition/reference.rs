//! Reference data that the department keeps beside the definitions: the roster of reporting units (单位名册) and the
//! spellings of their names confirmed since (单位别名), cities in official order, holidays, due dates, and the tables that a definition declares (荣誉台账 …).
//!
//! Each is a table of that name, `.csv` or `.xlsx`, first sheet, headers in the first row that holds them.
//! A run takes them, table by table, from `--reference <folder>`, else from the pipeline's own folder,
//! else from `pipelines/reference`, which the pipelines share.

mod aliases;
pub mod columns;
pub mod grid;
mod roster;
mod tables;

#[cfg(test)]
mod tests;

use crate::definition::{Diagnostic, Plan};
use crate::domain::period::Period;
use crate::model::Column;
use crate::model::codes::DiagnosticCode;
use grid::Grid;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The code list, if a definition has it, that says which channels (渠道) there are and in which order.
const CHANNEL_CODES: &str = "channel";

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
    pub codes: Vec<crate::definition::CodeList>,
    /// Files read, for the manifest: (table, path, SHA-256 in lower-case hex).
    pub files: Vec<(String, PathBuf, String)>,
    /// What the report should say about the data itself ("没有节假日表，工作日只除去周末").
    pub notes: Vec<String>,
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
    /// One of [`Roster::channels`], or empty.
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

/// The roster in official order: the units of the cities by city order, then the other channels in their order, then
/// units without a channel; within each by the file's order.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    pub units: Vec<Unit>,
    /// Channels (渠道) in official order; units of the first one stand under their cities.
    pub channels: Vec<String>,
    /// Units that owe this pipeline in this period, in official order: ascending, which [`Self::recommender`] relies on.
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
            if self.expected.binary_search(&here).is_ok() {
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
        let units = self.similar_units(written);
        units.iter().filter_map(|unit| self.units.get(*unit as usize)).map(|unit| unit.name.clone()).collect()
    }

    /// Up to three units whose name or alias looks alike, the most alike first.
    pub fn similar_units(&self, written: &str) -> Vec<u32> {
        let key = crate::text::names::match_key(written);
        let mut scored: Vec<(f64, u32)> = Vec::new();
        for (name, units) in &self.keys {
            let score = strsim::jaro_winkler(&key, name);
            if score >= 0.75 {
                scored.extend(units.iter().map(|unit| (score, *unit)));
            }
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut shown: Vec<u32> = Vec::new();
        for (_, unit) in scored {
            if shown.len() < 3 && !shown.contains(&unit) {
                shown.push(unit);
            }
        }
        shown
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

/// The files of one load: tables are looked for folder by folder, every file read is recorded, problems are collected.
#[derive(Debug)]
struct Shelf<'a> {
    folders: &'a [PathBuf],
    files: Vec<(String, PathBuf, String)>,
    problems: Vec<Diagnostic>,
}

impl Shelf<'_> {
    /// The table of that name from the first folder that has it; `None` where none has it, or where it cannot be read,
    /// which is then a problem.
    fn take(&mut self, name: &str) -> Option<Grid> {
        let path = self.locate(name)?;
        match grid::read(&path) {
            Ok(grid) => {
                self.files.push((name.to_owned(), path, grid.sha256.clone()));
                Some(grid)
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn locate(&mut self, name: &str) -> Option<PathBuf> {
        for folder in self.folders {
            let candidates = ["csv", "xlsx"].map(|extension| folder.join(format!("{name}.{extension}")));
            let mut found = candidates.into_iter().filter(|path| path.exists());
            let first = found.next();
            if let (Some(first), Some(second)) = (&first, found.next()) {
                let message = format!("{} 和 {} 同时存在，不知道用哪个", file_name(first), file_name(&second));
                let help = Some("留下要用的一个，另一个改名或移走".to_owned());
                self.problems.push(Diagnostic::of_file(DiagnosticCode::TwoFiles, first, message, help));
            }
            if first.is_some() {
                return first;
            }
        }
        None
    }

    fn has(&self, name: &str) -> bool {
        let there = |folder: &PathBuf, extension| folder.join(format!("{name}.{extension}")).exists();
        self.folders.iter().any(|folder| there(folder, "csv") || there(folder, "xlsx"))
    }

    /// A table that the run cannot do without.
    fn need(&mut self, name: &str) -> Option<Grid> {
        if !self.has(name) {
            let searched: Vec<String> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
            let message = format!("找不到{name}（.csv 或 .xlsx），已找过：{}", searched.join("、"));
            let help = Some("把它放进上面的文件夹，或用 --reference <文件夹> 指定所在的文件夹".to_owned());
            let folder = self.folders.last().cloned().unwrap_or_default();
            self.problems.push(Diagnostic::of_file(DiagnosticCode::ReferenceMissing, &folder, message, help));
            return None;
        }
        self.take(name)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Loads everything that `plan` needs.
///
/// # Errors
/// All problems of all files, with file and row.
pub fn load(plan: &Plan, folders: &ReferenceFolders, period: &Period) -> Result<Reference, Vec<Diagnostic>> {
    let mut shelf = Shelf { folders: &folders.0, files: Vec::new(), problems: Vec::new() };
    let mut notes = Vec::new();
    let cities = tables::cities(&mut shelf);
    let mut roster = roster::roster(&mut shelf, plan, period, &cities);
    aliases::aliases(&mut shelf, &mut roster);
    roster::check_cities(&mut shelf, &cities, &roster);
    let calendar = tables::calendar(&mut shelf, &mut notes);
    let due = tables::due(&mut shelf, plan, period, &mut notes);
    let codes = tables::codes(&mut shelf, plan);
    let mut declared = BTreeMap::new();
    for schema in &plan.references {
        let grid = if schema.optional { shelf.take(&schema.name) } else { shelf.need(&schema.name) };
        let Some(grid) = grid else { continue };
        let issued = plan.quota.as_ref().is_some_and(|quota| quota.issued.as_ref() == Some(&schema.name));
        let table = if issued {
            tables::issued(&mut shelf.problems, &grid, schema, &codes, &roster, &mut notes)
        } else {
            tables::declared(&mut shelf.problems, &grid, schema, &codes)
        };
        if let Some(table) = table {
            declared.insert(schema.name.clone(), table);
        }
    }
    if !shelf.problems.is_empty() {
        return Err(shelf.problems);
    }
    Ok(Reference { roster, cities, calendar, due, tables: declared, codes, files: shelf.files, notes })
}
