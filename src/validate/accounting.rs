//! The accounting that a run must prove: every file and every row found is in exactly one place.

use crate::model::run::{RowAccount, RunVerdict};
use crate::model::{Outcome, SheetAccount};

/// Data rows that the sheets say there are: in all, and on sheets that are not counted.
pub fn data_rows(sheets: &[SheetAccount]) -> (u64, u64) {
    let counted = |sheet: &&SheetAccount| sheet.not_counted.is_some();
    let sum = |sheets: &mut dyn Iterator<Item = &SheetAccount>| sheets.map(|sheet| u64::from(sheet.data)).sum();
    (sum(&mut sheets.iter()), sum(&mut sheets.iter().filter(counted)))
}

/// Proves the accounts of a run: files = sum of the outcomes, rows = sum of where they went, for every sheet, for every
/// file and in total.
///
/// # Errors
/// The first account that does not add up, in words. A run that cannot prove its accounts must stop.
pub fn prove(verdict: &RunVerdict) -> Result<(), String> {
    let by_outcome: usize = Outcome::ALL.iter().map(|outcome| verdict.count(*outcome)).sum();
    if by_outcome != verdict.sources.len() {
        return Err(format!("文件数不平：共 {} 个，各类结果相加 {by_outcome} 个", verdict.sources.len()));
    }
    let mut total = RowAccount::default();
    for (position, source) in verdict.sources.iter().enumerate() {
        let name = &source.source.name;
        if source.source.index as usize != position {
            return Err(format!("文件“{name}”的序号不对：{}，应为 {position}", source.source.index));
        }
        for sheet in &source.sheets {
            let SheetAccount { name: title, rows, .. } = sheet;
            let parts: u64 = sheet.parts().into_iter().map(u64::from).sum();
            if u64::from(*rows) != parts {
                return Err(format!("“{name}”表“{title}”的行数不平：共 {rows} 行，各部分相加 {parts} 行"));
            }
        }
        let (data, _) = data_rows(&source.sheets);
        if source.rows.data != data || source.rows.parts() != data {
            let parts = source.rows.parts();
            return Err(format!(
                "“{name}”的数据行不平：表内 {data} 行，记账 {} 行，去向相加 {parts} 行",
                source.rows.data
            ));
        }
        total.add(&source.rows);
    }
    if total != verdict.rows {
        return Err(format!("总行数不平：各文件相加 {} 行，总账 {} 行", total.data, verdict.rows.data));
    }
    Ok(())
}
