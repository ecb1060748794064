//! `huizong tables`: reference tables written anew as workbooks that a spreadsheet cannot spoil.

use super::arguments::TablesOptions;
use super::screen::{Exit, say};
use crate::atomic::Stage;
use crate::definition::Plan;
use crate::definition::reference::{candidates, table_file};
use crate::formats::allowance::Allowance;
use crate::run::Stop;
use crate::tables::{ListedWords, TableLayout, Unconvertible, layouts, workbook};
use crate::workspace::Workspace;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Writes every table that is there.
///
/// # Errors
/// A definition is wrong, a table is there twice or cannot be read, or the folder cannot be written.
pub fn tables(options: &TablesOptions) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.pipelines.as_deref())?;
    let plans = workspace.names().iter().map(|name| workspace.plan(name)).collect::<Result<Vec<Plan>, Stop>>()?;
    let from = options.reference.clone().unwrap_or_else(|| workspace.pipelines.join("reference"));
    if !from.is_dir() {
        return Err(Stop::Input(format!("参照表文件夹“{}”不存在。请检查 --reference 后面的路径。", from.display())));
    }
    let layouts = layouts(&plans);
    let mut found: Vec<(&TableLayout, PathBuf)> = Vec::new();
    for layout in &layouts {
        found.extend(located(&from, &layout.name)?.map(|path| (layout, path)));
    }
    let listed = listed(&found)?;
    let mut books: Vec<(String, Vec<u8>)> = Vec::new();
    let mut told = String::new();
    for (layout, path) in &found {
        let name = format!("{}.xlsx", layout.name);
        if let Some(other) = candidates(&options.out, &layout.name).find(|other| !other.ends_with(&name)) {
            let words = format!(
                "{} 已经在那里：写出 {name} 就有两个{}了。请换一个 --out，或先移走它。",
                other.display(),
                layout.name
            );
            return Err(Stop::Output(words));
        }
        let file = table_file::read(path, Allowance::default()).map_err(|problem| Stop::Definition(vec![problem]))?;
        let bytes = workbook(layout, &file, &listed).map_err(|why| cannot(path, why))?;
        let _ = writeln!(told, "{name}：{} 行，来自 {}", file.rows.len().saturating_sub(1), path.display());
        books.push((name, bytes));
    }
    let stage = Stage::open(&options.out).map_err(Stop::Output)?;
    for (name, bytes) in &books {
        stage.put(name, bytes).map_err(Stop::Output)?;
    }
    let names: Vec<String> = books.into_iter().map(|(name, _)| name).collect();
    stage.commit(&names).map_err(Stop::Output)?;
    let _ = writeln!(told, "写在 {}。核对后替换原来的表；同一张表只留一个文件。", options.out.display());
    say(&told);
    Ok(Exit::Clean)
}

/// The one file of a table.
fn located(folder: &Path, name: &str) -> Result<Option<PathBuf>, Stop> {
    let mut found = candidates(folder, name);
    match (found.next(), found.next()) {
        (Some(one), Some(other)) => {
            let (one, other) = (one.display(), other.display());
            Err(Stop::Input(format!("{one} 和 {other} 同时存在，不知道用哪个。请留下要用的一个。")))
        }
        (one, _) => Ok(one),
    }
}

/// The words of tables whose first column others choose from.
fn listed(found: &[(&TableLayout, PathBuf)]) -> Result<ListedWords, Stop> {
    let mut listed = ListedWords::new();
    for (layout, path) in found {
        let file = table_file::read(path, Allowance::default()).map_err(|problem| Stop::Definition(vec![problem]))?;
        let words = file.rows.iter().skip(1).filter_map(|(_, cells)| match cells.first() {
            Some(table_file::Datum::Text(text)) => Some(text.clone()),
            _ => None,
        });
        listed.insert(layout.name.clone(), words.collect());
    }
    Ok(listed)
}

fn cannot(path: &Path, why: Unconvertible) -> Stop {
    let path = path.display();
    match why {
        Unconvertible::Table(problems) => Stop::Input(format!("{path}：{}。请改正后再运行。", problems.join("；"))),
        Unconvertible::Writer(error) => Stop::Output(format!("{path} 写不成工作簿：{error}")),
    }
}
