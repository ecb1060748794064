//! 单位别名: spellings of units' names that officers confirmed once. Optional; read in addition to the roster's own 别名
//! column, so that confirming one does not mean editing the roster.

use super::columns::{HeadedTable, Want};
use super::shelf::Shelf;
use super::spoiled::remedy;
use super::units::Roster;
use crate::model::codes::DiagnosticCode;
use crate::text::names::match_key;
use std::collections::HashMap;

pub const ALIASES: &str = "单位别名";

const WRITTEN: usize = 0;
const CODE: usize = 1;

/// Adds the table's aliases to the roster. An unknown code, and a spelling that already means another unit, are problems.
pub fn aliases(shelf: &mut Shelf<'_>, roster: &mut Roster) {
    // A roster that cannot be used was reported; every code would be unknown.
    if roster.units.is_empty() {
        return;
    }
    let Some(file) = shelf.take(ALIASES) else { return };
    let problems = &mut shelf.problems;
    let sheet = match HeadedTable::find(&file, Want::list(&["写法", "单位代码"], &["备注"])) {
        Ok(sheet) => sheet,
        Err(found) => {
            problems.extend(found);
            return;
        }
    };
    let codes: HashMap<String, u32> =
        (0u32..).zip(&roster.units).map(|(index, unit)| (match_key(&unit.code), index)).collect();
    // Spelling → the row of this table that has it already.
    let mut lines: HashMap<String, u32> = HashMap::new();
    for record in sheet.records() {
        let (written, code) = (record.text(WRITTEN, problems), record.text(CODE, problems));
        let (Some(written), Some(code)) = (written, code) else { continue };
        let Some(&unit) = codes.get(&match_key(&code)) else {
            let message = format!("名册里没有代码为“{code}”的单位");
            let known = roster.units.iter().map(|unit| unit.code.as_str());
            let help = remedy(&code, known, "核对单位代码；单位不在名册里的，先补进单位名册");
            problems.push(record.problem(DiagnosticCode::UnknownUnit, Some(CODE), message, Some(&help)));
            continue;
        };
        let key = match_key(&written);
        let meant = roster.keys.get(&key).map_or(&[][..], Vec::as_slice);
        if let Some(other) = meant.iter().find(|other| **other != unit) {
            let other = roster.units.get(*other as usize).map_or("", |unit| unit.name.as_ref());
            let place = lines.get(&key).map_or_else(|| "名册里".to_owned(), |line| format!("第 {line} 行"));
            let message = format!("“{written}”在{place}已经表示“{other}”，不能再表示另一个单位");
            let help = "一个写法只能表示一个单位：删去这一行，或请报送单位写全称";
            problems.push(record.problem(DiagnosticCode::AliasTaken, Some(WRITTEN), message, Some(help)));
            continue;
        }
        if meant.is_empty() {
            roster.keys.insert(key.clone(), vec![unit]);
            if let Some(unit) = roster.units.get_mut(unit as usize) {
                unit.aliases.push(written);
            }
        }
        lines.entry(key).or_insert(record.line);
    }
}
