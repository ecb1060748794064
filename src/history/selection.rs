//! The final selection (入选名单): which of the rows that a period nominates are entered into the ledger. Nominated is not
//! awarded: somebody says so of every row, in a workbook that the program writes and reads again.

use super::decisions::sheet::{SheetGrid, read_workbook};
use super::ledger::Entered;
use crate::formats::allowance::Allowance;
use crate::model::{CellRef, Fingerprint};
use crate::text::names::header_key;
use std::collections::BTreeSet;

/// Of a row that is nominated no more, the first cells that are filled tell whose it was.
pub const SHOWN: usize = 6;

/// The column that is filled in, its two words, and the one that tells which row it is.
pub const SELECTED: &str = "入选";
pub const WORDS: [&str; 2] = ["是", "否"];
pub const TAG: &str = "标识";

/// `model-teams/2026 <fingerprint>`.
pub fn tag(period: &str, row: Fingerprint) -> String {
    format!("{period} {row}")
}

/// What a filled-in list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    pub yes: BTreeSet<Fingerprint>,
    pub no: usize,
    /// Rows of the period that the list has not: nobody selected them.
    pub absent: usize,
}

/// Reads a filled-in list against the rows that the period nominates.
///
/// # Errors
/// It cannot be read, is of another period, or leaves a row open; in words, each with its cell.
pub fn read(bytes: &[u8], period: &str, entered: &Entered, allowance: Allowance) -> Result<Selection, String> {
    let workbook = read_workbook(bytes, allowance)?;
    let nominated: BTreeSet<Fingerprint> = entered.rows.iter().map(|row| entered.print(row)).collect();
    let (mut yes, mut no, mut wrong, mut known) = (BTreeSet::new(), BTreeSet::new(), Vec::new(), false);
    for sheet in &workbook.sheets {
        let grid = SheetGrid::of(sheet);
        let Some((header, selected, told)) = grid.find_columns(SELECTED, TAG) else { continue };
        known = true;
        for row in grid.rows.keys().copied().filter(|row| *row > header) {
            let at = CellRef { row, col: selected };
            let (Ok(tag), Ok(word)) = (grid.at(row, Some(told)), grid.at(row, Some(selected))) else {
                wrong.push(format!("{at} 读不出来"));
                continue;
            };
            if tag.is_empty() {
                continue;
            }
            let print = tag.strip_prefix(period).and_then(|rest| Fingerprint::parse(rest.trim()));
            match print.filter(|print| nominated.contains(print)) {
                None => {
                    let cells = grid.rows.get(&row).into_iter().flatten();
                    let words = cells.filter(|(col, _)| **col > selected && **col < told);
                    let words: Vec<&str> = words.filter_map(|(_, text)| text.as_deref().ok()).take(SHOWN).collect();
                    let who = words.join(" ");
                    wrong
                        .push(format!("{at}（{who}）不在本期现有的申报里（名单写出后又重新汇总过，或是别的报告期的）"));
                }
                Some(print) => match header_key(&word).as_str() {
                    "是" => drop(yes.insert(print)),
                    "否" => drop(no.insert(print)),
                    "" => wrong.push(format!("{at} 没有填")),
                    _ => wrong.push(format!("{at} 写的是“{word}”，只能写“是”或“否”")),
                },
            }
        }
    }
    if !known {
        return Err(format!("没有“{SELECTED}”和“{TAG}”两栏，不是入选名单"));
    }
    if let Some(twice) = yes.intersection(&no).next() {
        let row = entered.rows.iter().find(|row| entered.print(row) == *twice);
        wrong.push(format!("“{}”一行写“是”，一行写“否”", row.map(|row| row.join(" ")).unwrap_or_default()));
    }
    if !wrong.is_empty() {
        let shown: Vec<&str> = wrong.iter().take(5).map(String::as_str).collect();
        let more = if wrong.len() > shown.len() { format!("等 {} 处", wrong.len()) } else { String::new() };
        return Err(format!("{}{more}", shown.join("；")));
    }
    let absent = nominated.iter().filter(|print| !yes.contains(print) && !no.contains(print)).count();
    Ok(Selection { yes, no: no.len(), absent })
}
