//! `规则试算.xlsx`: how many stored rows and units each rule would have found, period by period, and each such row.

use super::output::{Written, file_stem, put};
use crate::atomic::Stage;
use crate::book::listing::{ListCell, Listing, remarks};
use crate::book::row_book::RowBook;
use crate::model::replay::Replay;
use std::io::{self, Seek, Write};

/// Rows that are listed one by one; the counts are of all.
const LISTED: usize = 100_000;

/// Writes the workbook into `folder`.
///
/// # Errors
/// The folder cannot be written; the message is Chinese.
pub fn write(replay: &Replay, title: &str, folder: &std::path::Path) -> Result<Written, String> {
    let name = format!("{}_规则试算.xlsx", file_stem(title));
    let stage = Stage::open(folder)?;
    put(&stage, &name, |target| Ok(workbook(replay, title, target)?))?;
    Ok(Written { files: stage.commit(&[name])?, took: Vec::new() })
}

/// What a replay is and is not.
pub const NOTES: [&str; 3] = [
    "按现在的定义对历史库里各期的数据试算，历史库和各期结果都没有改动。",
    "历史库只存审核通过的行：当时退回的行不在其中，实际会多于此数。",
    "与参照表核对的规则按现在的参照表试算。",
];

fn workbook<W: Write + Seek>(replay: &Replay, title: &str, target: W) -> io::Result<()> {
    let mut book = RowBook::new(target);
    let title = format!("{title}规则试算");
    counts(replay, &title, &mut book)?;
    let hits = hits(replay, &title, &mut book)?;
    let mut said: Vec<String> = NOTES.iter().map(|note| (*note).to_owned()).collect();
    if hits > LISTED {
        said.push(format!("“命中的行”共 {hits} 行，只列前 {LISTED} 行；“规则试算”的数是全部。"));
    }
    for period in &replay.periods {
        let title = period.period.title();
        said.extend(period.rows.as_ref().err().map(|why| format!("{title}没有试算：{why}。")));
        said.extend(period.remarks.iter().map(|remark| format!("{title}：{remark}。")));
    }
    remarks(&mut book, &title, &said)?;
    book.finish(&title).map(drop)
}

/// For each rule and period how many rows and units it would have found.
fn counts<W: Write + Seek>(replay: &Replay, title: &str, book: &mut RowBook<W>) -> io::Result<()> {
    const COLUMNS: [(&str, f64); 8] = [
        ("规则", 30.0),
        ("表式", 24.0),
        ("级别", 8.0),
        ("试行", 8.0),
        ("报告期", 16.0),
        ("存档行数", 10.0),
        ("命中行数", 10.0),
        ("涉及单位", 10.0),
    ];
    let mut sheet = Listing::new(book, ("规则试算", title), &COLUMNS, u32::MAX)?;
    for rule in &replay.rules {
        for period in &replay.periods {
            let Ok(rows) = period.rows else { continue };
            let (hits, units) = period.count(&rule.code);
            let items = [
                ListCell::Text(&rule.code),
                ListCell::Text(&rule.form),
                ListCell::Text(rule.severity.word()),
                ListCell::Text(if rule.trial { "是" } else { "" }),
                ListCell::Text(&period.period.title()),
                ListCell::Count(rows as u64),
                ListCell::Count(hits as u64),
                ListCell::Count(units as u64),
            ];
            sheet.push(&items, None)?;
        }
    }
    sheet.finish().map(drop)
}

/// The rows that were found, and how many there are, listed or not.
fn hits<W: Write + Seek>(replay: &Replay, title: &str, book: &mut RowBook<W>) -> io::Result<usize> {
    const COLUMNS: [(&str, f64); 6] =
        [("报告期", 16.0), ("规则", 30.0), ("表式", 24.0), ("单位", 28.0), ("位置", 48.0), ("情况", 80.0)];
    let all = replay.periods.iter().flat_map(|period| period.hits.iter().map(move |hit| (&period.period, hit)));
    let mut sheet = Listing::new(book, ("命中的行", title), &COLUMNS, u32::MAX)?;
    for (period, hit) in all.clone().take(LISTED) {
        let words = [&*period.title(), &*hit.code, &*hit.form, &*hit.unit, &*hit.place, &*hit.found];
        sheet.push(&words.map(ListCell::Text), None)?;
    }
    sheet.finish()?;
    Ok(all.count())
}
