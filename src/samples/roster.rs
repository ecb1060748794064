//! The fictitious units and the honour ledger of the shipped reference folder, as the samples need them.

use crate::definition::reference::candidates;
use crate::definition::reference::table_file::{self, Datum};
use crate::formats::allowance::Allowance;
use std::path::Path;

/// A unit of 单位名册.
#[derive(Debug, Clone)]
pub struct SampleUnit {
    pub code: String,
    pub name: String,
    pub parent: String,
    pub channel: String,
    pub city: String,
    pub industry: String,
    pub ownership: String,
    pub workers: i32,
    pub owes: String,
}

/// A line of 荣誉台账.
#[derive(Debug, Clone)]
pub struct Honour {
    pub year: String,
    pub title: String,
    pub level: String,
    pub name: String,
    pub unit: String,
    pub id: String,
}

#[derive(Debug, Clone, Default)]
pub struct SampleRoster {
    pub units: Vec<SampleUnit>,
    pub ledger: Vec<Honour>,
}

/// Rows of a reference table, each as a lookup by header.
fn rows(folder: &Path, table: &str) -> Result<Vec<Vec<(String, String)>>, String> {
    let path = candidates(folder, table).next().ok_or_else(|| format!("{} 里没有{table}", folder.display()))?;
    let file =
        table_file::read(&path, Allowance::default()).map_err(|why| format!("{}：{}", path.display(), why.message))?;
    let mut lines = file.rows.iter().map(|(_, cells)| cells.iter().map(Datum::words).collect::<Vec<String>>());
    let headers = lines.next().unwrap_or_default();
    Ok(lines.map(|cells| headers.iter().cloned().zip(cells).collect()).collect())
}

impl SampleRoster {
    /// Reads both tables.
    ///
    /// # Errors
    /// A sentence naming the file that can't be read.
    pub fn read(folder: &Path) -> Result<SampleRoster, String> {
        let field = |row: &[(String, String)], name: &str| {
            row.iter().find(|(header, _)| header == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let unit = |row: &Vec<(String, String)>| SampleUnit {
            code: field(row, "单位代码"),
            name: field(row, "单位名称"),
            parent: field(row, "上级代码"),
            channel: field(row, "渠道"),
            city: field(row, "地市"),
            industry: field(row, "行业"),
            ownership: field(row, "所有制"),
            workers: field(row, "在岗职工人数").parse().unwrap_or(0),
            owes: if field(row, "停用").is_empty() { field(row, "应报") } else { String::new() },
        };
        let honour = |row: &Vec<(String, String)>| Honour {
            year: field(row, "年度"),
            title: field(row, "荣誉名称"),
            level: field(row, "级别"),
            name: field(row, "名称"),
            unit: field(row, "所在单位"),
            id: field(row, "身份证号"),
        };
        Ok(SampleRoster {
            units: rows(folder, "单位名册")?.iter().map(unit).collect(),
            ledger: rows(folder, "荣誉台账")?.iter().map(honour).collect(),
        })
    }

    /// The unit of that code. The samples name units of the shipped roster only.
    ///
    /// # Errors
    /// Where the roster has lost a unit that a sample speaks of.
    pub fn unit(&self, code: &str) -> Result<&SampleUnit, String> {
        self.units.iter().find(|unit| unit.code == code).ok_or_else(|| format!("单位名册里没有样例要用的 {code}"))
    }

    /// Grassroots units under a recommending unit; itself where it has none.
    pub fn companies(&self, code: &str) -> Vec<&SampleUnit> {
        // Heating companies send for themselves and belong to the samples of that contest alone.
        let of_service = |unit: &&SampleUnit| unit.owes != "service";
        let below: Vec<&SampleUnit> = self
            .units
            .iter()
            .filter(|unit| unit.parent == code && !unit.name.ends_with("总工会"))
            .filter(of_service)
            .collect();
        if below.is_empty() { self.units.iter().filter(|unit| unit.code == code).collect() } else { below }
    }

    /// Units that owe the pipeline, in the file's order.
    pub fn owing(&self, pipeline: &str) -> Vec<&SampleUnit> {
        self.units.iter().filter(|unit| unit.owes.split('、').any(|name| name == pipeline)).collect()
    }

    /// Provincial model-team titles whose holder stands under a recommending unit.
    pub fn titles(&self, code: &str) -> Vec<&Honour> {
        let below: Vec<&str> =
            self.units.iter().filter(|u| u.parent == code || u.code == code).map(|u| u.name.as_str()).collect();
        let due = |h: &&Honour| h.level == "省级" && h.title.contains("模范班组") && below.contains(&h.unit.as_str());
        self.ledger.iter().filter(due).collect()
    }
}
