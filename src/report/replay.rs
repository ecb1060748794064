//! `规则试算.xlsx`: how many stored rows and units each rule would have found, period by period, and each such row.

use super::output::{Written, file_stem};
use crate::atomic::Stage;
use crate::book::package::RowStyle;
use crate::book::row_book::{RowBook, SheetUse};
use crate::model::replay::Replay;
use std::io::{self, Cursor};

/// Rows that are listed one by one; the counts are of all.
const LISTED: usize = 100_000;

/// Writes the workbook into `folder`.
///
/// # Errors
/// The folder cannot be written; the message is Chinese.
pub fn write(replay: &Replay, title: &str, folder: &std::path::Path) -> Result<Written, String> {
    let name = format!("{}_规则试算.xlsx", file_stem(title));
    let stage = Stage::open(folder)?;
    let bytes = workbook(replay, title).map_err(|error| stage.trouble(&name, &error))?;
    stage.put(&name, &bytes)?;
    Ok(Written { files: stage.commit(&[name])? })
}

/// What a replay is and is not.
pub const NOTES: [&str; 3] = [
    "按现在的定义对历史库里各期的数据试算，历史库和各期结果都没有改动。",
    "历史库只存审核通过的行：当时退回的行不在其中，实际会多于此数。",
    "与参照表核对的规则按现在的参照表试算。",
];

fn workbook(replay: &Replay, title: &str) -> io::Result<Vec<u8>> {
    let mut book = RowBook::new(Cursor::new(Vec::new()));
    let columns = [
        ("规则", 30.0),
        ("表式", 24.0),
        ("级别", 8.0),
        ("试行", 8.0),
        ("报告期", 16.0),
        ("存档行数", 10.0),
        ("命中行数", 10.0),
        ("涉及单位", 10.0),
    ];
    book.open("规则试算".to_owned(), SheetUse::Data { cells: 0 }, &columns)?;
    for rule in &replay.rules {
        for period in &replay.periods {
            let Ok(rows) = period.rows else { continue };
            let (hits, units) = period.count(&rule.code);
            book.start_row(None);
            let words = [&*rule.code, &rule.form, rule.severity.word(), if rule.trial { "是" } else { "" }];
            words.iter().enumerate().for_each(|(at, word)| book.text(at, word, RowStyle::Plain));
            book.text(4, &period.period.title(), RowStyle::Plain);
            [rows, hits, units]
                .into_iter()
                .enumerate()
                .for_each(|(at, n)| book.integer(5 + at, n as i64, RowStyle::Plain));
            book.end_row()?;
        }
    }
    book.close()?;
    let all = replay.periods.iter().flat_map(|period| period.hits.iter().map(move |hit| (&period.period, hit)));
    let columns = [("报告期", 16.0), ("规则", 30.0), ("表式", 24.0), ("单位", 28.0), ("位置", 48.0), ("情况", 80.0)];
    book.open("命中的行".to_owned(), SheetUse::Data { cells: 0 }, &columns)?;
    for (period, hit) in all.clone().take(LISTED) {
        book.start_row(None);
        let words = [&period.title(), &*hit.code, &hit.form, &hit.unit, &hit.place, &hit.found];
        words.iter().enumerate().for_each(|(at, word)| book.text(at, word, RowStyle::Plain));
        book.end_row()?;
    }
    book.close()?;
    book.open("说明".to_owned(), SheetUse::Data { cells: 0 }, &[("说明", 100.0)])?;
    let mut said: Vec<String> = NOTES.iter().map(|note| (*note).to_owned()).collect();
    let count = all.count();
    if count > LISTED {
        said.push(format!("“命中的行”共 {count} 行，只列前 {LISTED} 行；“规则试算”的数是全部。"));
    }
    for period in &replay.periods {
        let title = period.period.title();
        said.extend(period.rows.as_ref().err().map(|why| format!("{title}没有试算：{why}。")));
        said.extend(period.remarks.iter().map(|remark| format!("{title}：{remark}。")));
    }
    for words in said {
        book.start_row(None);
        book.text(0, &words, RowStyle::Plain);
        book.end_row()?;
    }
    book.close()?;
    Ok(book.finish(&format!("{title}规则试算"))?.into_inner())
}
