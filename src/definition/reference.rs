//! Reference data that the department keeps beside the definitions: the roster of reporting units (单位名册) and the
//! spellings of their names confirmed since (单位别名), cities in official order, holidays, due dates, and the tables that a definition declares (荣誉台账 …).
//!
//! Each is a table of that name, csv, xlsx, xls or ods, first sheet, headers in the first row that holds them.
//! A run takes them, table by table, from `--reference <folder>`, else from the pipeline's own folder,
//! else from `pipelines/reference`, which the pipelines share.

mod aliases;
pub mod columns;
pub mod likeness;
mod roster;
mod shelf;
mod spoiled;
pub mod table_file;
mod tables;
mod units;

#[cfg(test)]
mod tests;

use crate::definition::diagnostic::Diagnostic;
use crate::definition::plan::Plan;
use crate::domain::period::Period;
use crate::formats::allowance::Allowance;
use shelf::Shelf;
pub use shelf::candidates;
use std::collections::BTreeMap;
use std::path::PathBuf;
pub use tables::{City, Due, ReferenceTable};
pub use units::{Roster, Unit};

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
    pub codes: Vec<crate::definition::plan::CodeList>,
    /// Files read, for the manifest: (table, path, SHA-256 in lower-case hex).
    pub files: Vec<(String, PathBuf, String)>,
    /// What the report should say about the data itself ("没有节假日表，工作日只除去周末").
    pub notes: Vec<String>,
    /// What is doubtful in the tables and stops nothing.
    pub warnings: Vec<Diagnostic>,
}

/// Where reference data is looked for, first match wins table by table.
#[derive(Debug, Clone, Default)]
pub struct ReferenceFolders(pub Vec<PathBuf>);

/// Tables that every pipeline asks for.
const SHARED: [&str; 5] = [tables::CITIES, roster::ROSTER, aliases::ALIASES, tables::HOLIDAYS, tables::DUE];

/// Loads everything that `plan` needs.
///
/// # Errors
/// All problems of all files, with file and row.
pub fn load(
    plan: &Plan,
    folders: &ReferenceFolders,
    period: &Period,
    allowance: Allowance,
) -> Result<Reference, Vec<Diagnostic>> {
    let own = plan
        .references
        .iter()
        .map(|schema| &schema.name)
        .chain(plan.codes.iter().filter_map(|list| list.table.as_ref()));
    let names: Vec<&str> = SHARED.into_iter().chain(own.map(String::as_str)).collect();
    let mut shelf = Shelf::new(&folders.0, allowance, &names);
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
        let file = if schema.optional { shelf.take(&schema.name) } else { shelf.need(&schema.name) };
        let Some(file) = file else { continue };
        let issued = plan.quota.as_ref().is_some_and(|quota| quota.issued.as_ref() == Some(&schema.name));
        let table = if issued {
            tables::issued(&mut shelf.problems, &file, schema, &codes, &roster, &mut notes)
        } else {
            tables::declared(&mut shelf.problems, &file, schema, &codes)
        };
        if let Some(table) = table {
            declared.insert(schema.name.clone(), table);
        }
    }
    tables::never_matched(&mut shelf.problems, plan, &declared, &shelf.files);
    if !shelf.problems.iter().all(Diagnostic::is_warning) {
        return Err(shelf.problems);
    }
    notes.extend(tables::wrong_ids(&shelf.problems));
    let warnings = shelf.problems;
    Ok(Reference { warnings, roster, cities, calendar, due, tables: declared, codes, files: shelf.files, notes })
}
