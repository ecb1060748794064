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
pub use shelf::{ReadFiles, candidates};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
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
pub struct ReferenceFolders {
    folders: Vec<PathBuf>,
    /// Files that were read; without it each load reads its own.
    files: Option<Arc<ReadFiles>>,
}

impl ReferenceFolders {
    /// These folders, in this order.
    pub fn of(folders: Vec<PathBuf>) -> ReferenceFolders {
        ReferenceFolders { folders, files: None }
    }

    /// The same, where the tables of several pipelines or periods are asked for: each file is read once for all that
    /// share these files, and kept as long as one of them is.
    #[must_use]
    pub fn sharing(self, files: &Arc<ReadFiles>) -> ReferenceFolders {
        ReferenceFolders { files: Some(Arc::clone(files)), ..self }
    }

    /// The same, and the tables that every pipeline asks for read already: while its definition is, whichever it will be.
    #[must_use]
    pub fn read_ahead(&self, allowance: Allowance) -> ReferenceFolders {
        let files = self.files.clone().unwrap_or_default();
        files.read(&self.folders, &SHARED, allowance);
        self.clone().sharing(&files)
    }
}

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
    let files = folders.files.clone().unwrap_or_default();
    files.read(&folders.folders, &names, allowance);
    let mut shelf = Shelf::new(&folders.folders, &files, allowance);
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
