//! 审核问题: what is wrong, one line a cause, with the record that it is about, whom to call, and what was done of it.
//!
//! Findings on records of one sheet that ask for the same are one cause: a column typed as text, a month carried on wrongly.

use super::decisions::Explained;
use super::links::{Links, opening};
use super::results::Results;
use crate::book::listing::{ListCell, Listing};
use crate::book::row_book::RowBook;
use crate::history::decisions::register::who;
use crate::model::decision::Settled;
use crate::model::finding::Finding;
use crate::model::normalised::Contact;
use crate::model::severity::Severity;
use crate::model::{CellRef, Fingerprint};
use crate::rows::subject::Subjects;
use std::collections::{HashMap, HashSet};
use std::io::{self, Seek, Write};

const COLUMNS: [(&str, f64); 18] = [
    ("序号", 5.0),
    ("级别", 6.0),
    ("单位", 14.0),
    ("记录", 15.0),
    ("发现的问题", 30.0),
    ("应当如何", 18.0),
    ("下一步", 20.0),
    ("文件", 17.0),
    ("工作表", 9.0),
    ("单元格", 9.0),
    ("联系人", 8.0),
    ("电话", 13.0),
    ("办结", 6.0),
    ("处数", 5.0),
    ("处理", 12.0),
    ("说明", 14.0),
    ("规则代码", 16.0),
    ("定义行", 6.0),
];
/// The columns that paper has room for, in type that can be read.
const PRINTED: usize = 13;

/// Of a cause with many findings so many are quoted, and so many records and cells named.
const QUOTED: usize = 3;
const NAMED: usize = 20;

/// Findings of one cause, in order.
struct ProblemCause<'r> {
    findings: Vec<&'r Finding>,
}

/// Writes the sheet; returns what is to be said of its splitting and cutting.
///
/// # Errors
/// The target cannot be written.
pub fn sheet<W: Write + Seek>(
    results: &Results<'_>,
    links: &Links,
    title: &str,
    book: &mut RowBook<W>,
) -> io::Result<Vec<String>> {
    let verdict = results.verdict;
    let rows = results.rows.iter().map(|of| &of.rows).chain(results.aside.iter().map(|of| &of.rows));
    let subjects = Subjects::of(results.plan, verdict, rows, verdict.findings.iter());
    let explained = Explained::of(results);
    let settled: HashMap<Fingerprint, &Settled> =
        verdict.decisions.iter().filter(|one| one.state.is_kept()).map(|one| (one.decision.key.finding, one)).collect();
    let causes = causes(results);
    let above = legend(results, title, causes.len());
    let sheet = Listing::under(book, ("审核问题", title), &above, &COLUMNS, u32::MAX)?;
    let mut sheet = sheet.with_printed(PRINTED);
    for (number, cause) in (1u64..).zip(&causes) {
        let Some(first) = cause.findings.first() else { continue };
        let place = &first.place;
        let unit = results.unit_of(place);
        let Contact { person, phone } = results.contact(place.source, unit);
        let tab = place.source.zip(place.sheet).map_or("", |(source, sheet)| results.sheet_name(source, sheet));
        let records = cause.findings.iter().map(|finding| record(&subjects, finding));
        let handled = cause.findings.iter().filter_map(|finding| {
            let Settled { decision, .. } = settled.get(&finding.key.whole())?;
            Some(format!("{}（{}）", decision.disposition.word(), who(decision)))
        });
        let said = cause.findings.iter().map(|finding| explained.of_finding(finding).to_owned());
        let (records, handled, said) = (named(records, "条"), named(handled, "种"), named(said, "条"));
        let (found, cell) = (cause.found(), cause.cells());
        let target = place.source.and_then(|source| links.target(results, source));
        let items = [
            ListCell::Count(number),
            ListCell::Text(first.severity.word()),
            ListCell::Text(unit.map_or("", |unit| results.unit_name(unit))),
            ListCell::Text(&records),
            ListCell::Text(&found),
            ListCell::Text(&first.expected),
            ListCell::Text(&first.next),
            place.source.map_or(ListCell::Blank, |source| opening(results.file_name(source), target.as_deref())),
            ListCell::Text(tab),
            ListCell::Text(&cell),
            ListCell::Text(&person),
            ListCell::Text(&phone),
            ListCell::Input(""),
            ListCell::Count(cause.findings.len() as u64),
            ListCell::Text(&handled),
            ListCell::Text(&said),
            ListCell::Text(&first.code),
            first.line.map_or(ListCell::Blank, |line| ListCell::Count(u64::from(line))),
        ];
        sheet.push(&items, (first.severity == Severity::Block).then_some(1))?;
    }
    sheet.finish()
}

/// What the sheet is called, how many things it says, and how to read it.
fn legend(results: &Results<'_>, title: &str, lines: usize) -> Vec<String> {
    let findings = &results.verdict.findings;
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counts: Vec<String> = [Severity::Block, Severity::Verify, Severity::Note]
        .map(|severity| format!("{} {} 处", severity.word(), count(severity)))
        .to_vec();
    vec![
        title.to_owned(),
        format!(
            "共 {} 处问题（{}），同一张表里同样的问题并为一行，计 {lines} 行；“处数”写明一行是几处。",
            findings.len(),
            counts.join("，")
        ),
        "必改：没有计入，请报送单位改正后重报。核实：可疑，一般照计，用到它的数标＊。提示：留意即可。单元格是上报件中的位置，点文件名可以打开。"
            .to_owned(),
        "联系人、电话取自报表表尾或单位名册，不要外传。“处理”抄自处理意见工作簿，要处理的填在那里；“办结”供打印后勾画，重新运行时本册重写。“处数”以右各栏只在屏幕上看，不打印。"
            .to_owned(),
    ]
}

/// Findings that ask the same of records of one sheet, together, where the first of them stands.
fn causes<'r>(results: &Results<'r>) -> Vec<ProblemCause<'r>> {
    let mut causes: Vec<ProblemCause<'r>> = Vec::new();
    let (mut by_rule, mut by_row) = (HashMap::new(), HashMap::new());
    for finding in &results.verdict.findings {
        let place = &finding.place;
        let mut at = causes.len();
        if let (Some(source), Some(row)) = (place.source, place.row) {
            let asked = (finding.severity, source, place.sheet, place.unit, &*finding.expected, &*finding.next);
            // One rule down a column, or one demand of several columns of a row.
            let (rule, row) = ((asked, &*finding.code), (asked, row));
            at = by_rule.get(&rule).or_else(|| by_row.get(&row)).copied().unwrap_or(at);
            by_rule.entry(rule).or_insert(at);
            by_row.entry(row).or_insert(at);
        }
        match causes.get_mut(at) {
            Some(cause) => cause.findings.push(finding),
            None => causes.push(ProblemCause { findings: vec![finding] }),
        }
    }
    causes
}

impl ProblemCause<'_> {
    /// What was found, each thing once.
    fn found(&self) -> String {
        let mut known: HashSet<&str> = HashSet::new();
        let found = self.findings.iter().map(|finding| &*finding.found);
        let found: Vec<&str> = found.filter(|found| known.insert(found)).collect();
        match found.as_slice() {
            [only] => (*only).to_owned(),
            several => {
                let quoted = (1..).zip(several).take(QUOTED).map(|(number, words)| format!("（{number}）{words}"));
                let quoted = quoted.collect::<Vec<_>>().join("；");
                let rest = several.len().saturating_sub(QUOTED);
                if rest > 0 {
                    format!("{quoted}；另有同样的 {rest} 处，见“记录”“单元格”")
                } else {
                    quoted
                }
            }
        }
    }

    /// All cells of one finding, the most telling first; of several the first of each.
    fn cells(&self) -> String {
        match self.findings.as_slice() {
            [only] => address(only),
            several => named(several.iter().map(|finding| first_cell(finding)), "处").replace('、', " "),
        }
    }
}

fn first_cell(finding: &Finding) -> String {
    finding.place.cells.first().map_or_else(|| address(finding), CellRef::to_string)
}

/// All cells concerned, the most telling first; else the row.
fn address(finding: &Finding) -> String {
    let cells: Vec<String> = finding.place.cells.iter().map(CellRef::to_string).collect();
    match (cells.is_empty(), finding.place.row) {
        (true, Some(row)) => format!("第 {} 行", u64::from(row) + 1),
        _ => cells.join(" "),
    }
}

/// Which team, person or enterprise; else how much of what was sent.
fn record(subjects: &Subjects<'_>, finding: &Finding) -> String {
    let told = subjects.tell(finding).record;
    let place = &finding.place;
    match (told.is_empty(), place.row, place.sheet, place.source) {
        (false, ..) => told,
        (true, Some(row), ..) => format!("第 {} 行", u64::from(row) + 1),
        (true, None, Some(_), _) => "整张表".to_owned(),
        (true, None, None, Some(_)) => "整份文件".to_owned(),
        (true, None, None, None) => "全部报表".to_owned(),
    }
}

/// Words that differ, the first of them named and the others counted.
fn named(words: impl Iterator<Item = String>, measure: &str) -> String {
    let mut known: HashSet<String> = HashSet::new();
    let mut shown: Vec<String> = Vec::new();
    for words in words.filter(|words| !words.is_empty()) {
        if shown.len() < NAMED && !known.contains(&words) {
            shown.push(words.clone());
        }
        known.insert(words);
    }
    let more = if known.len() > NAMED { format!("等 {} {measure}", known.len()) } else { String::new() };
    shown.join("、") + &more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::fixture;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    /// The sheet of these results, row by row.
    fn lines(results: &Results<'_>, folder: &std::path::Path) -> Vec<Vec<String>> {
        let [links] = Links::find(results, folder, [""]);
        let mut book = RowBook::new(Cursor::new(Vec::new()));
        sheet(results, &links, "题目", &mut book).unwrap();
        let mut read: Xlsx<_> = Xlsx::new(book.finish("题目").unwrap()).unwrap();
        let range = read.worksheet_range("审核问题").unwrap();
        range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
    }

    #[test]
    fn what_asks_the_same_of_records_of_one_sheet_is_one_line_that_names_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut fixture = fixture(30, folder.path());
        let first = fixture.verdict.findings.iter().find(|one| one.place.row.is_some()).unwrap().clone();
        let on_row = |row: u32| {
            let mut one = first.clone();
            one.place.row = Some(row);
            one.place.cells = vec![CellRef { row, col: 6 }];
            one.found = format!("第 {row} 处不对");
            one
        };
        fixture.verdict.findings = (4..30).map(on_row).collect();
        let mut other = on_row(5);
        other.expected = "别的要求".into();
        fixture.verdict.findings.push(other);
        let all = lines(&fixture.results(), folder.path());
        assert_eq!(all.len(), 4 + 1 + 2, "title and legend, header, two causes: {all:?}");
        assert!(all[1][0].starts_with("共 27 处问题") && all[1][0].contains("计 2 行"), "{}", all[1][0]);
        let header = &all[4];
        let at = |name: &str| header.iter().position(|known| known == name).unwrap();
        let cause = &all[5];
        assert_eq!(cause[at("处数")], "26");
        assert!(cause[at("发现的问题")].ends_with("另有同样的 23 处，见“记录”“单元格”"), "{cause:?}");
        assert!(cause[at("记录")].contains("王1") && cause[at("记录")].contains('等'), "{cause:?}");
        assert!(cause[at("单元格")].starts_with("G5 G6 "), "{cause:?}");
        assert_eq!((&*cause[at("联系人")], &*cause[at("电话")]), ("周航", "0551-60000000"));
        assert_eq!(header[16..], ["规则代码", "定义行"], "codes last");
    }
}
