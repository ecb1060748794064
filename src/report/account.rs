//! The accounting identity, proven before anything is written and said on the first sheet and in `run.json`.

use super::results::Results;
use crate::model::Outcome;
use crate::model::run::RowAccount;

/// The proven figures as sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub files: u64,
    pub files_sentence: String,
    pub rows_sentence: String,
    pub sheet_rows_sentence: String,
}

/// Proves that every file has one outcome and that every row went somewhere.
///
/// # Errors
/// A sum that does not come out: a defect of the program that must stop the run.
pub fn prove(results: &Results<'_>) -> Result<Account, String> {
    let verdict = results.verdict;
    let files = verdict.sources.len() as u64;
    let counts: Vec<(Outcome, u64)> = Outcome::ALL.iter().map(|o| (*o, verdict.count(*o) as u64)).collect();
    let parts: Vec<String> = counts.iter().map(|(outcome, count)| format!("{} {count}", outcome.word())).collect();
    let files_sentence = format!("找到文件 {files} 个 = {}", parts.join(" + "));
    if counts.iter().map(|(_, count)| count).sum::<u64>() != files {
        return Err(defect(&files_sentence));
    }
    let mut sum = RowAccount::default();
    // All occupied rows, then title and header, data, totals, repeated headers, notes, rows that look like records and do not count.
    let mut sheets = [0u64; 7];
    for source in &verdict.sources {
        let rows = source.rows;
        if rows.parts() != rows.data {
            return Err(defect(&format!("{}：{}", source.source.name, row_words(rows))));
        }
        sum.add(&rows);
        for account in &source.sheets {
            let (all, parts) = (u64::from(account.rows), account.parts().map(u64::from));
            if all != parts.iter().sum::<u64>() {
                return Err(defect(&format!("{} 表“{}”的行数与各部分之和", source.source.name, account.name)));
            }
            for (total, part) in sheets.iter_mut().zip(std::iter::once(all).chain(parts)) {
                *total += part;
            }
        }
        let data: u64 = source.sheets.iter().map(|account| u64::from(account.data)).sum();
        if data != rows.data {
            return Err(defect(&format!("{}：各表页数据行 {data}，去向 {}", source.source.name, row_words(rows))));
        }
    }
    if sum != verdict.rows {
        return Err(defect(&format!("各文件之和 {}，总数 {}", row_words(sum), row_words(verdict.rows))));
    }
    let [all, frame, data, totals, repeated, notes, aside] = sheets;
    Ok(Account {
        files,
        files_sentence,
        rows_sentence: row_words(verdict.rows),
        sheet_rows_sentence: format!(
            "表页共 {all} 行 = 标题和表头 {frame} + 数据行 {data} + 小计合计行 {totals} + 重复表头 {repeated} + 说明和签字行 {notes} + 示例、删除线等不计行 {aside}"
        ),
    })
}

fn row_words(rows: RowAccount) -> String {
    format!("数据行 {} 行 = {}", rows.data, rows.words())
}

fn defect(what: &str) -> String {
    format!("程序缺陷：账目不平（{what}）；没有写出任何结果，请把这句话连同报表交给维护人员")
}
