//! The reference data that a period was computed with, by hash: what later asks whether a roster or a code list has
//! changed since.

use crate::definition::Reference;
use crate::definition::reference::ReferenceTable;
use crate::model::{Column, Value};
use crate::text::hex::hex;
use sha2::{Digest, Sha256};

/// One reference table as a run used it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReferenceHash {
    /// Name of the table (单位名册).
    pub table: String,
    /// Of the file's bytes; of a table that a definition declares, of the values that the run looked up: what this very
    /// period entered into its ledger is not among them, and a file saved anew with the same rows is the same table.
    pub sha256: String,
}

/// All tables, in the order of their names.
pub fn hashes(reference: &Reference) -> Vec<ReferenceHash> {
    let hash = |(table, _, of_file): &(String, std::path::PathBuf, String)| {
        let declared = reference.tables.get(table).map(|table| of_values(reference, table));
        ReferenceHash { table: table.clone(), sha256: declared.unwrap_or_else(|| of_file.clone()) }
    };
    let mut hashes: Vec<ReferenceHash> = reference.files.iter().map(hash).collect();
    hashes.sort();
    hashes
}

/// Names of the tables that are not what they were, gone and new ones among them, in their order.
pub fn changed(then: &[ReferenceHash], now: &[ReferenceHash]) -> Vec<String> {
    let differs = |one: &&ReferenceHash, others: &[ReferenceHash]| !others.contains(one);
    let mut names: Vec<String> = then.iter().filter(|one| differs(one, now)).map(|one| one.table.clone()).collect();
    names.extend(now.iter().filter(|one| differs(one, then)).map(|one| one.table.clone()));
    names.sort();
    names.dedup();
    names
}

fn of_values(reference: &Reference, table: &ReferenceTable) -> String {
    let mut hash = Sha256::new();
    // A length before every text: no two tables run together to the same bytes.
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for (name, column) in table.column_names.iter().zip(&table.columns) {
        add(name);
        for row in 0..column.len() {
            match (column, column.value(row)) {
                (_, Value::Nothing) => add("-"),
                (Column::Unit(units), _) => {
                    let unit = units.get(row).and_then(|unit| reference.roster.units.get(unit as usize));
                    add(&format!("u{}", unit.map_or("", |unit| &unit.code)));
                }
                (_, Value::Text(text)) => add(&format!("t{text}")),
                (_, other) => add(&format!("v{other:?}")),
            }
        }
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_named_whether_new_gone_or_other() {
        let of = |pairs: &[(&str, &str)]| -> Vec<ReferenceHash> {
            pairs.iter().map(|(table, hash)| ReferenceHash { table: (*table).into(), sha256: (*hash).into() }).collect()
        };
        let then = of(&[("单位名册", "1"), ("节假日", "2"), ("行业代码", "3")]);
        assert!(changed(&then, &then).is_empty());
        let now = of(&[("单位名册", "9"), ("地市顺序", "4"), ("节假日", "2")]);
        assert_eq!(changed(&then, &now), ["单位名册", "地市顺序", "行业代码"]);
    }

    #[test]
    fn a_table_is_its_values_and_neighbours_do_not_run_together() {
        let text = |texts: &[&str]| Column::Text(texts.iter().map(|text| Some(*text)).collect());
        let table = |columns: Vec<Column>| ReferenceTable {
            name: "台账".into(),
            column_names: vec!["甲".into(), "乙".into()],
            columns,
            lines: vec![2],
        };
        let hash = |columns| of_values(&Reference::default(), &table(columns));
        assert_eq!(hash(vec![text(&["ab"]), text(&["c"])]), hash(vec![text(&["ab"]), text(&["c"])]));
        assert_ne!(hash(vec![text(&["ab"]), text(&["c"])]), hash(vec![text(&["a"]), text(&["bc"])]));
        let nothing = Column::Text([None::<&str>].into_iter().collect());
        assert_ne!(hash(vec![text(&["-"]), text(&["c"])]), hash(vec![nothing, text(&["c"])]));
    }
}
