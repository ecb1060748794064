//! A decisions workbook as cells → answers: whatever program saved it, however its rows are sorted, and whichever of its
//! columns are hidden. Rows are told by what stands in 标识, columns by their headings.
//!
//! Nothing is guessed: what cannot be taken is an answer with the reason why not, and goes back to whoever wrote it.

use crate::domain::period::Period;
use crate::formats::allowance::Allowance;
use crate::formats::refusal::{self, Refusal};
use crate::formats::sniff::{self, Intake};
use crate::model::cell::{ERROR_WORDS, SeenAs};
use crate::model::decision::{Decision, DecisionKey, Disposition, TakenOn};
use crate::model::{CellRef, Fingerprint, RawSheet, RawValue, RawWorkbook};
use crate::text::dates::{from_serial, parse_day, show_day};
use crate::text::names::header_key;
use crate::text::numbers;
use crate::text::quote::{bounded, of_inert};
use std::collections::BTreeMap;

/// The columns that officers fill in, and the one that tells which finding a row is about.
pub const DISPOSITION: &str = "处理";
pub const VALUE: &str = "改为";
pub const REASON: &str = "理由";
pub const OFFICER: &str = "经办人";
pub const DAY: &str = "日期";
pub const TAG: &str = "标识";
/// Columns that the run fills in, and that a decision takes its words from.
pub const SEVERITY: &str = "级别";
pub const UNIT: &str = "单位";
pub const PLACE: &str = "文件";
pub const RECORD: &str = "记录";
pub const FIELD: &str = "栏目";
pub const RAW: &str = "原值";
pub const FOUND: &str = "存疑或有误之处";

/// Headings are looked for in so many rows from the top: somebody may have put a title above them.
const HEADER_ROWS: u32 = 20;

/// What tells a row's finding, its period, and the answer that it showed when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// `innovation/2026-03`.
    pub period: String,
    pub key: DecisionKey,
    /// [`Decision::answer_print`] of what the run wrote into the row; nothing where it wrote no answer.
    pub base: Fingerprint,
    /// [`Tag::of_row`] of the words beside it when it was written; nothing where nobody wrote it down.
    pub row: Fingerprint,
}

impl Tag {
    /// A hash of what a row says to people: a sort that leaves 标识 where it was puts answers beside other findings.
    pub fn of_row(record: &str, field: &str, found: &str) -> Fingerprint {
        // Programs lay out spaces and signs as they like.
        let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).take(200).collect::<String>();
        Fingerprint::of([record, field, found].map(plain))
    }

    pub fn period_of(pipeline: &str, period: &Period) -> String {
        format!("{pipeline}/{}", period.key())
    }

    /// `innovation/2026-03 <key> <base> <row>`.
    pub fn text(&self) -> String {
        let row = if self.row.is_nothing() { String::new() } else { format!(" {}", self.row) };
        format!("{} {} {}{row}", self.period, self.key, self.base)
    }

    pub fn parse(text: &str) -> Option<Tag> {
        let mut parts = text.split_whitespace();
        let (period, key, base) = (parts.next()?, parts.next()?, parts.next()?);
        // Earlier programs wrote three parts.
        let row = parts.next().map_or(Some(Fingerprint::default()), Fingerprint::parse)?;
        if parts.next().is_some() {
            return None;
        }
        Some(Tag { period: period.to_owned(), key: DecisionKey::parse(key)?, base: Fingerprint::parse(base)?, row })
    }
}

/// What stands in a row's answer columns, as it stands there: 处理, 改为, 理由, 经办人, 日期.
pub type WrittenAnswer = [String; 5];

/// A row that somebody answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub tag: Tag,
    pub written: WrittenAnswer,
    /// The file, the sheet and the cell of 处理.
    pub place: String,
    /// The decision, or why it is none.
    pub read: Result<Decision, String>,
}

/// What one workbook says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerBook {
    /// The file's name.
    pub name: String,
    pub answers: Vec<Answer>,
    /// Rows whose finding nobody can tell, and other things that somebody should know.
    pub remarks: Vec<String>,
    /// Rows of other periods or pipelines, by which.
    pub others: BTreeMap<String, usize>,
}

impl AnswerBook {
    /// Whether it holds rows of other periods and none of this one.
    pub fn is_of_another(&self) -> bool {
        self.answers.is_empty() && !self.others.is_empty()
    }
}

/// Reads the bytes of a decisions workbook. Its own mark as a result is no reason to refuse it.
///
/// # Errors
/// It cannot be read, or is no decisions workbook, in words.
pub fn read(name: &str, bytes: &[u8], period: &str, allowance: Allowance) -> Result<AnswerBook, String> {
    of_workbook(name, &read_workbook(bytes, allowance)?, period)
}

/// Reads a workbook that the program wrote and somebody filled in, whatever program saved it.
///
/// # Errors
/// It cannot be read, in words.
pub fn read_workbook(bytes: &[u8], allowance: Allowance) -> Result<RawWorkbook, String> {
    let intake = Intake { allowance, ..Intake::default() };
    // Readers may panic on damaged files; that must not take the run down.
    let read = std::panic::catch_unwind(|| sniff::read(bytes, intake))
        .unwrap_or_else(|_| Err(refusal::damaged("内容自相矛盾").into()));
    read.map_err(|refused| match refused {
        Refusal::Unreadable(unreadable) => unreadable.cause,
        Refusal::NotATable(cause) => cause,
        Refusal::OwnResults => "读不出来".to_owned(),
    })
}

/// The answers of a workbook that is read.
///
/// # Errors
/// None of its sheets has the columns 处理 and 标识; or answers stand beside other findings than they did, so that none of
/// them can be trusted.
pub fn of_workbook(name: &str, workbook: &RawWorkbook, period: &str) -> Result<AnswerBook, String> {
    let mut book = AnswerBook { name: name.to_owned(), ..AnswerBook::default() };
    let mut known = false;
    let mut apart = Vec::new();
    for sheet in &workbook.sheets {
        let grid = SheetGrid::of(sheet);
        let Some((header, columns)) = columns(&grid) else { continue };
        known = true;
        for row in grid.rows.keys().copied().filter(|row| *row > header) {
            apart.extend(line(&mut book, &grid, &columns, row, period));
        }
    }
    if let Some(first) = apart.first() {
        let why = "像是只排序了一部分列，或者改过“记录”“栏目”“存疑或有误之处”；请撤销排序，选中整行再排";
        return Err(format!("有 {} 行填了处理意见，而“{TAG}”和同一行的记录对不上（{first} 等），{why}", apart.len()));
    }
    if known {
        Ok(book)
    } else {
        Err(format!("没有一张工作表有“{DISPOSITION}”和“{TAG}”两栏，不是处理意见"))
    }
}

/// A sheet's cells as a person sees them, by row and column.
pub struct SheetGrid<'s> {
    name: &'s str,
    pub rows: BTreeMap<u32, BTreeMap<u16, Result<String, String>>>,
}

impl SheetGrid<'_> {
    pub fn of(sheet: &RawSheet) -> SheetGrid<'_> {
        let mut rows: BTreeMap<u32, BTreeMap<u16, Result<String, String>>> = BTreeMap::new();
        for cell in &sheet.cells {
            let words = words(sheet, cell.at, cell.value);
            if words.as_ref().is_ok_and(String::is_empty) {
                continue;
            }
            rows.entry(cell.at.row).or_default().insert(cell.at.col, words);
        }
        SheetGrid { name: &sheet.name, rows }
    }

    /// The first row that has both headings, and their columns.
    pub fn find_columns(&self, one: &str, other: &str) -> Option<(u32, u16, u16)> {
        self.rows.range(..HEADER_ROWS).find_map(|(row, cells)| {
            let of = |heading: &str| {
                let is = |words: &Result<String, String>| {
                    words.as_ref().is_ok_and(|words| header_key(words) == header_key(heading))
                };
                cells.iter().find(|(_, words)| is(words)).map(|(col, _)| *col)
            };
            Some((*row, of(one)?, of(other)?))
        })
    }

    /// A cell in words; empty where there is none.
    ///
    /// # Errors
    /// It cannot be read, in words.
    pub fn at(&self, row: u32, col: Option<u16>) -> Result<String, String> {
        let cell = col.and_then(|col| self.rows.get(&row)?.get(&col));
        cell.cloned().unwrap_or_else(|| Ok(String::new()))
    }
}

/// A cell in words; an error value, or what a person does not see as it is stored, is none.
fn words(sheet: &RawSheet, at: CellRef, value: RawValue) -> Result<String, String> {
    for sight in sheet.sights_at(at) {
        match sight.how {
            SeenAs::Format => return Ok(tidy(sheet.sight_text(sight))),
            SeenAs::PartStruck | SeenAs::Struck => return Err("划了删除线".to_owned()),
            SeenAs::Nothing | SeenAs::MinusHidden => return Err("数字格式没有显示内容".to_owned()),
            SeenAs::Superscript | SeenAs::Money => {}
        }
    }
    match value {
        RawValue::Text { .. } => Ok(tidy(sheet.text(value))),
        RawValue::Number(number) => Ok(numbers::show(number)),
        RawValue::Percent(share) => Ok(numbers::percent(share)),
        RawValue::Boolean(yes) => Ok(if yes { "是" } else { "否" }.to_owned()),
        RawValue::DateSerial(serial) => from_serial(serial).map(show_day).ok_or_else(|| "不是日期".to_owned()),
        RawValue::Error(kind) => {
            Err(format!("是公式错误 {}", ERROR_WORDS.get(usize::from(kind)).copied().unwrap_or("#ERROR!")))
        }
        RawValue::Unreadable(doubt) => Err(doubt.words().to_owned()),
    }
}

fn tidy(text: &str) -> String {
    bounded(of_inert(text.trim())).into_owned()
}

/// Where the columns stand, by heading.
type ColumnPlaces = BTreeMap<&'static str, u16>;

const READ: [&str; 13] =
    [DISPOSITION, VALUE, REASON, OFFICER, DAY, TAG, SEVERITY, UNIT, PLACE, RECORD, FIELD, RAW, FOUND];

/// The first row that has both columns which cannot be done without.
fn columns(grid: &SheetGrid<'_>) -> Option<(u32, ColumnPlaces)> {
    grid.rows.range(..HEADER_ROWS).find_map(|(row, cells)| {
        let mut places = ColumnPlaces::new();
        for (col, words) in cells {
            let Ok(words) = words else { continue };
            let key = header_key(words);
            if let Some(name) = READ.into_iter().find(|name| header_key(name) == key) {
                places.entry(name).or_insert(*col);
            }
        }
        (places.contains_key(DISPOSITION) && places.contains_key(TAG)).then_some((*row, places))
    })
}

/// One row of the list; comes back with its place where its 标识 is another row's.
fn line(book: &mut AnswerBook, grid: &SheetGrid<'_>, columns: &ColumnPlaces, row: u32, period: &str) -> Option<String> {
    let cell = |name: &str| grid.at(row, columns.get(name).copied());
    let at = |name: &str| columns.get(name).map(|col| CellRef { row, col: *col }.to_string()).unwrap_or_default();
    let named = |name: &str| format!("{} · 表“{}” · {}", book.name, grid.name, at(name));
    let answers = [DISPOSITION, VALUE, REASON, OFFICER, DAY].map(|name| (name, cell(name)));
    let written: WrittenAnswer = answers.clone().map(|(_, words)| words.unwrap_or_else(|why| format!("（{why}）")));
    let answered = !written[0].is_empty() || !written[1].is_empty();
    let tag = match cell(TAG) {
        Ok(text) if text.is_empty() && !answered => return None,
        Ok(text) => Tag::parse(&text),
        Err(_) => None,
    };
    let Some(tag) = tag else {
        if answered {
            let words = format!(
                "{}：“{TAG}”空了或被改过，不知道写的是哪个问题的处理意见，没有采用；请把整行从原表复制过来再填",
                named(TAG)
            );
            book.remarks.push(words);
        }
        return None;
    };
    if tag.period != period {
        *book.others.entry(tag.period).or_default() += usize::from(answered);
        return None;
    }
    if !answered {
        if !tag.base.is_nothing() {
            let words = "“处理”清空了，原来的处理意见照旧有效；要撤回的，请选“撤回”".to_owned();
            let place = named(DISPOSITION);
            book.remarks.push(format!("{place}：{words}"));
        }
        return None;
    }
    let told = [RECORD, FIELD, FOUND].iter().all(|name| columns.contains_key(name));
    let words = |name: &str| cell(name).unwrap_or_default();
    if told && !tag.row.is_nothing() && tag.row != Tag::of_row(&words(RECORD), &words(FIELD), &words(FOUND)) {
        return Some(named(DISPOSITION));
    }
    let broken = answers.iter().find_map(|(name, words)| {
        let why = words.as_ref().err()?;
        Some(format!("{}（{}）{why}，读不出来", name, at(name)))
    });
    let taken_on = TakenOn {
        code: String::new(),
        severity: words(SEVERITY),
        unit: words(UNIT),
        place: words(PLACE),
        record: words(RECORD),
        field: words(FIELD),
        value: words(RAW),
        found: words(FOUND),
    };
    let place = named(DISPOSITION);
    let read = broken.map_or_else(|| decision(&tag, &written, taken_on, &place, &at), Err);
    book.answers.push(Answer { tag, written, place, read });
    None
}

/// The decision that a row's answers make.
fn decision(
    tag: &Tag,
    written: &WrittenAnswer,
    taken_on: TakenOn,
    place: &str,
    at: &dyn Fn(&str) -> String,
) -> Result<Decision, String> {
    let [word, value, reason, officer, day] = written;
    if word.is_empty() {
        return Err(format!("填了“{VALUE}”（{}），没有选“{DISPOSITION}”", at(VALUE)));
    }
    let Some(disposition) = Disposition::ALL.into_iter().find(|known| known.word() == word) else {
        let words = Disposition::ALL.map(Disposition::word).join("、");
        return Err(format!("“{DISPOSITION}”（{}）写的是“{word}”，只能从下拉表里选：{words}", at(DISPOSITION)));
    };
    if disposition.needs_value() && value.is_empty() {
        return Err(format!("选了“{word}”，“{VALUE}”（{}）没有写", at(VALUE)));
    }
    if !disposition.needs_value() && !value.is_empty() {
        return Err(format!("选了“{word}”，“{VALUE}”（{}）却写了“{value}”；要改值的请选“改为”", at(VALUE)));
    }
    if disposition.needs_reason() && reason.is_empty() {
        return Err(format!("选了“{word}”，“{REASON}”（{}）没有写", at(REASON)));
    }
    let date = match day.as_str() {
        "" => None,
        text => Some(
            parse_day(text)
                .ok_or_else(|| format!("“{DAY}”（{}）写的是“{text}”，看不懂；请写成 2026-04-08 这样的形式", at(DAY)))?,
        ),
    };
    Ok(Decision {
        key: tag.key,
        disposition,
        value: value.clone(),
        reason: reason.clone(),
        officer: officer.clone(),
        day: date,
        taken_on,
        since: String::new(),
        source: place.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: &str = "innovation/2026-03";

    fn key(name: &str) -> DecisionKey {
        DecisionKey { finding: Fingerprint::of([name]), ..DecisionKey::default() }
    }

    fn tag(name: &str) -> String {
        let (base, row) = (Fingerprint::default(), Fingerprint::default());
        Tag { period: PERIOD.to_owned(), key: key(name), base, row }.text()
    }

    fn book(rows: &[&[&str]]) -> RawWorkbook {
        let mut sheet = RawSheet { name: "待处理".into(), ..RawSheet::default() };
        for (row, cells) in rows.iter().enumerate() {
            for (col, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                sheet.push_text(CellRef { row: row as u32, col: col as u16 }, text);
            }
        }
        RawWorkbook {
            format: crate::model::workbook::Format::Xlsx,
            modified: None,
            sheets: vec![sheet],
            remarks: vec![],
        }
    }

    fn said(rows: &[&[&str]]) -> Vec<String> {
        let mut all = vec![&["标识", "理由", "改为", "处理", "日期", "经办人"][..]];
        all.extend(rows);
        let book = of_workbook("意见.xlsx", &book(&all), PERIOD).unwrap();
        let answers = book.answers.iter().map(|answer| match &answer.read {
            Ok(decision) => format!("{} {}", decision.words(), decision.reason),
            Err(why) => format!("✗{why}"),
        });
        answers.chain(book.remarks.clone()).collect()
    }

    #[test]
    fn a_row_is_an_answer_or_says_in_its_cell_why_not() {
        let one = tag("甲");
        assert_eq!(said(&[&[&one, "与原件相符", "", "属实", "2026-4-8", "张某"]]), ["属实 与原件相符"]);
        assert_eq!(said(&[&[&one, "", "", "已联系待回复"]]), ["已联系待回复 "]);
        assert_eq!(
            said(&[&[&one, "报送单位说明：如此"]]),
            Vec::<String>::new(),
            "a reason alone is offered, not chosen"
        );
        for (row, wanted) in [
            (&[&one[..], "", "", "属实"][..], "“理由”（B2）没有写"),
            (&[&one, "笔误", "", "改为"], "“改为”（C2）没有写"),
            (&[&one, "笔误", "42"], "没有选“处理”"),
            (&[&one, "笔误", "42", "属实"], "却写了“42”"),
            (&[&one, "笔误", "", "同意"], "只能从下拉表里选"),
            (&[&one, "笔误", "", "属实", "昨天"], "看不懂"),
            (&["", "笔误", "", "属实"], "不知道写的是哪个问题"),
            (&[&one[..one.len() - 3], "笔误", "", "属实"], "不知道写的是哪个问题"),
        ] {
            let said = said(&[row]);
            assert!(said.len() == 1 && said[0].contains(wanted), "{said:?}");
        }
    }

    #[test]
    fn rows_of_another_period_are_counted_and_not_taken() {
        let other = tag("甲").replace("2026-03", "2026-02");
        let rows = book(&[&["处理", "标识", "理由"], &["属实", &other, "是"], &["", &other]]);
        let read = of_workbook("意见.xlsx", &rows, PERIOD).unwrap();
        assert!(read.is_of_another() && read.others.get("innovation/2026-02") == Some(&1), "{read:?}");
        let none = of_workbook("名单.xlsx", &book(&[&["处理", "理由"]]), PERIOD);
        assert!(none.is_err_and(|why| why.contains("标识")));
    }
}
