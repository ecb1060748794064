//! Which of two versions is the later: what one file says of that.

use super::found::FoundTable;
use crate::model::normalised::VersionEvidence;
use crate::model::{RawWorkbook, SourceFile};

/// 填报日期 in the sheets (the latest), marks in the name, the modified stamp. Sheets that do not count say nothing of the
/// filing date, unless there is nothing else.
pub fn evidence(source: &SourceFile, workbook: &RawWorkbook, found: &[FoundTable<'_>]) -> VersionEvidence {
    let none = !found.iter().any(FoundTable::counts);
    let covers = found.iter().filter(|found| none || found.counts()).map(|found| &found.cover);
    VersionEvidence {
        filled_on: covers.flat_map(|cover| &cover.filled_on).map(|(_, day)| *day).max(),
        mark: mark(&source.name),
        modified: workbook.modified.or(source.modified),
    }
}

/// 最终版, 终稿 and 定稿 outrank 修订, which outranks "(3)", which outranks none. 副本 and 复件 say nothing.
fn mark(name: &str) -> (u8, u32) {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let stem = crate::text::width::narrow(stem);
    let word = if ["最终", "终稿", "定稿"].iter().any(|word| stem.contains(word)) {
        2
    } else {
        u8::from(["修订", "修改", "更正", "订正"].iter().any(|word| stem.contains(word)))
    };
    // A year in brackets is no version.
    let number = stem
        .split('(')
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .filter(|(number, _)| (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
        .filter_map(|(number, _)| number.parse().ok())
        .last();
    (word, number.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn marks_in_names() {
        for (name, rank) in [
            ("合肥/申报表.xlsx", (0, 0)),
            ("合肥/申报表(2).xlsx", (0, 2)),
            ("合肥/申报表（３）.xlsx", (0, 3)),
            ("申报表(2026).xlsx", (0, 0)),
            ("申报表 修订.xlsx", (1, 0)),
            ("申报表最终版(2).xlsx", (2, 2)),
            ("申报表 - 副本.xlsx", (0, 0)),
        ] {
            assert_eq!(mark(name), rank, "{name}");
        }
    }
}
