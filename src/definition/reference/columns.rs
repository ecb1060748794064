//! Headers found, cells converted strictly: a cell that cannot be read for certain is a diagnostic with file, row and column.

use super::spoiled::{Damage, TYPED_DATE, damage, id_damage};
use super::table_file::{Datum, TableFile};
use crate::definition::diagnostic::Diagnostic;
use crate::domain::period::civil;
use crate::model::codes::DiagnosticCode;
use crate::text::dates::parse_day;
use crate::text::id_number::of_fifteen;
use crate::text::masks::mask;
use crate::text::names::match_key;
use crate::text::width::narrow;

/// Headers stand among the first rows; titles and notes may stand above them.
const HEADER_WITHIN: usize = 30;
/// Integers beyond 2^53, or with more than 15 digits, have lost digits in a spreadsheet.
const EXACT: f64 = 1e15;

/// A column that a table should have.
#[derive(Debug, Clone)]
pub struct Want<'a> {
    pub name: &'a str,
    pub also: Vec<&'a str>,
    /// The column must be there, and its cells filled.
    pub required: bool,
}

impl<'a> Want<'a> {
    pub fn list(required: &[&'a str], optional: &[&'a str]) -> Vec<Want<'a>> {
        let want = |name: &&'a str, required| Want { name, also: Vec::new(), required };
        required.iter().map(|name| want(name, true)).chain(optional.iter().map(|name| want(name, false))).collect()
    }
}

/// A table with its header found.
#[derive(Debug)]
pub struct HeadedTable<'a> {
    file: &'a TableFile,
    wants: Vec<Want<'a>>,
    /// Column of the file for each want.
    at: Vec<Option<usize>>,
    first: usize,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub struct TableRow<'a> {
    sheet: &'a HeadedTable<'a>,
    /// 1-based row of the file.
    pub line: u32,
    cells: &'a [Datum],
}

impl<'a> HeadedTable<'a> {
    /// Finds the header: the first row with all required columns.
    ///
    /// # Errors
    /// No such row, or a column that two headers claim.
    pub fn find(file: &'a TableFile, wants: Vec<Want<'a>>) -> Result<HeadedTable<'a>, Vec<Diagnostic>> {
        let mut nearest: Option<(usize, Vec<Option<usize>>)> = None;
        for (index, (line, cells)) in file.rows.iter().enumerate().take(HEADER_WITHIN) {
            let keys: Vec<Option<String>> = cells
                .iter()
                .map(|cell| if let Datum::Text(text) = cell { Some(match_key(text)) } else { None })
                .collect();
            let columns = |want: &Want<'_>| -> Vec<usize> {
                let names: Vec<String> =
                    std::iter::once(want.name).chain(want.also.iter().copied()).map(match_key).collect();
                let ours = |key: &Option<String>| key.as_ref().is_some_and(|key| names.contains(key));
                keys.iter().enumerate().filter(|(_, key)| ours(key)).map(|(at, _)| at).collect()
            };
            let found: Vec<Vec<usize>> = wants.iter().map(columns).collect();
            let at: Vec<Option<usize>> = found.iter().map(|columns| columns.first().copied()).collect();
            if wants.iter().zip(&at).all(|(want, at)| at.is_some() || !want.required) {
                let twice: Vec<Diagnostic> = wants
                    .iter()
                    .zip(&found)
                    .filter(|(_, columns)| columns.len() > 1)
                    .map(|(want, _)| {
                        let message = format!("第 {line} 行表头有两列都是“{}”", want.name);
                        Diagnostic::of_file(
                            DiagnosticCode::DuplicateHeader,
                            &file.path,
                            message,
                            Some("只留一列".to_owned()),
                        )
                    })
                    .collect();
                if !twice.is_empty() {
                    return Err(twice);
                }
                return Ok(HeadedTable { file, wants, at, first: index + 1 });
            }
            let score = at.iter().flatten().count();
            if score > 0 && nearest.as_ref().is_none_or(|(best, _)| score > *best) {
                nearest = Some((score, at));
            }
        }
        let at = nearest.map(|(_, at)| at).unwrap_or_default();
        let missing =
            wants.iter().enumerate().filter(|(i, want)| want.required && at.get(*i).is_none_or(Option::is_none));
        let names = missing.map(|(_, want)| format!("“{}”", want.name)).collect::<Vec<_>>().join("、");
        let message = format!("找不到表头，缺少列 {names}");
        let help = Some("表头要在前 30 行中的同一行，列名见 README".to_owned());
        Err(vec![Diagnostic::of_file(DiagnosticCode::MissingColumn, &file.path, message, help)])
    }

    pub fn records(&self) -> impl Iterator<Item = TableRow<'_>> {
        let rows = self.file.rows.get(self.first..).unwrap_or(&[]);
        rows.iter().map(|(line, cells)| TableRow { sheet: self, line: *line, cells })
    }

    /// The file's column of each want that it has, in the order of the wants.
    pub fn places(&self) -> Vec<usize> {
        self.at.iter().flatten().copied().collect()
    }

    /// Index of the header among the file's rows.
    pub fn header(&self) -> usize {
        self.first.saturating_sub(1)
    }

    /// The file's column of a want.
    pub fn at(&self, want: usize) -> Option<usize> {
        self.at.get(want).copied().flatten()
    }

    /// Number of columns of the header's row.
    pub fn width(&self) -> usize {
        let header = self.first.checked_sub(1).and_then(|row| self.file.rows.get(row));
        header.map_or(0, |(_, cells)| cells.len())
    }

    /// Whether the file has this optional column.
    pub fn has(&self, want: usize) -> bool {
        self.at.get(want).is_some_and(Option::is_some)
    }
}

/// What is wrong with one cell: what it holds, what was expected.
type Misfit = (String, &'static str);

impl TableRow<'_> {
    /// The row as it stands in the file.
    pub fn cells(&self) -> &[Datum] {
        self.cells
    }

    fn cell(&self, want: usize) -> &Datum {
        let at = self.sheet.at.get(want).copied().flatten();
        at.and_then(|at| self.cells.get(at)).unwrap_or(&Datum::Empty)
    }

    /// A diagnostic on this row, optionally about one column.
    pub fn problem(
        &self,
        code: DiagnosticCode,
        want: Option<usize>,
        message: String,
        help: Option<&str>,
    ) -> Diagnostic {
        let column = want.and_then(|want| self.sheet.wants.get(want)).map_or("", |want| want.name);
        let place = if column.is_empty() { String::new() } else { format!("“{column}”") };
        let message = format!("第 {} 行{place}：{message}", self.line);
        Diagnostic::of_file(code, &self.sheet.file.path, message, help.map(str::to_owned))
    }

    /// A cell of any type: `None` where it is empty (a problem if required) or refused (a problem).
    fn read<T>(
        &self,
        want: usize,
        problems: &mut Vec<Diagnostic>,
        convert: impl Fn(&Datum) -> Result<T, Misfit>,
    ) -> Option<T> {
        let cell = self.cell(want);
        if *cell == Datum::Empty {
            if self.sheet.wants.get(want).is_some_and(|want| want.required) {
                problems.push(self.problem(
                    DiagnosticCode::MissingCell,
                    Some(want),
                    "是空的".to_owned(),
                    Some("这一列每行都要填"),
                ));
            }
            return None;
        }
        match convert(cell) {
            Ok(value) => Some(value),
            Err((found, expected)) => {
                let message = format!("“{found}”读不出来，应为{expected}");
                problems.push(self.problem(
                    DiagnosticCode::UnreadableCell,
                    Some(want),
                    message,
                    Some("在表中改正后重新运行"),
                ));
                None
            }
        }
    }

    /// A text that no spreadsheet has spoiled.
    pub fn text(&self, want: usize, problems: &mut Vec<Diagnostic>) -> Option<String> {
        let text = self.read(want, problems, as_text)?;
        if self.is_date(want) {
            problems.push(self.damaged(want, &text, TYPED_DATE));
            return None;
        }
        match damage(&text, self.sheet.file.narrow) {
            None => Some(text),
            Some(damage) => {
                problems.push(self.damaged(want, &text, damage));
                None
            }
        }
    }

    /// An ID number in its 18 places: a wrong one stays, since it may be somebody's slip; one that lost its tail is nobody's.
    pub fn id_number(&self, want: usize, problems: &mut Vec<Diagnostic>) -> Option<String> {
        let text = self.text(want, problems)?;
        let damage = id_damage(&text);
        problems.extend(damage.map(|damage| self.damaged(want, &mask(&text), damage)));
        // Who holds a title under his old number holds it under the one that returns give today.
        Some(of_fifteen(&text).unwrap_or(text))
    }

    /// A diagnostic on a text that a spreadsheet has spoiled.
    fn damaged(&self, want: usize, text: &str, (code, how, help): Damage) -> Diagnostic {
        self.problem(code, Some(want), format!("“{text}”{how}"), Some(help))
    }

    /// Whether the cell is a date in the file, and no text.
    pub fn is_date(&self, want: usize) -> bool {
        matches!(self.cell(want), Datum::Date(_))
    }

    pub fn integer(&self, want: usize, problems: &mut Vec<Diagnostic>) -> Option<i64> {
        self.read(want, problems, as_integer)
    }

    pub fn number(&self, want: usize, problems: &mut Vec<Diagnostic>) -> Option<f64> {
        self.read(want, problems, as_number)
    }

    pub fn boolean(&self, want: usize, problems: &mut Vec<Diagnostic>) -> Option<bool> {
        self.read(want, problems, as_boolean)
    }

    pub fn date(&self, want: usize, problems: &mut Vec<Diagnostic>) -> Option<i32> {
        self.read(want, problems, as_date)
    }
}

fn shown(cell: &Datum) -> String {
    match cell {
        Datum::Empty => String::new(),
        Datum::Text(text) | Datum::Broken(text) => text.clone(),
        Datum::Number(n) => n.to_string(),
        Datum::Boolean(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Datum::Date(day) => {
            civil(*day).map_or_else(String::new, |(year, month, day)| format!("{year}-{month:02}-{day:02}"))
        }
    }
}

fn as_text(cell: &Datum) -> Result<String, Misfit> {
    match cell {
        Datum::Broken(_) => Err((shown(cell), "文字")),
        // An ID number stored as a number has lost its tail; printing it would look right.
        Datum::Number(n) if n.abs() >= EXACT => Err((shown(cell), "文字（超过 15 位的数字要先设为文本格式再填）")),
        Datum::Empty | Datum::Text(_) | Datum::Number(_) | Datum::Boolean(_) | Datum::Date(_) => Ok(shown(cell)),
    }
}

fn as_integer(cell: &Datum) -> Result<i64, Misfit> {
    const EXPECTED: &str = "整数";
    match cell {
        Datum::Number(n) if n.fract() == 0.0 && n.abs() < EXACT => Ok(*n as i64),
        Datum::Text(text) => plain(text).and_then(|plain| plain.parse().ok()).ok_or((shown(cell), EXPECTED)),
        _ => Err((shown(cell), EXPECTED)),
    }
}

fn as_number(cell: &Datum) -> Result<f64, Misfit> {
    let parse = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let whole = plain(whole).filter(|_| digits)?;
        format!("{whole}.{fraction}").parse().ok()
    };
    match cell {
        Datum::Number(n) => Ok(*n),
        Datum::Text(text) => parse(&narrow(text)).ok_or((shown(cell), "数")),
        _ => Err((shown(cell), "数")),
    }
}

/// Digits with an optional minus and thousands separators in the right places; full-width forms are accepted.
fn plain(text: &str) -> Option<String> {
    let text = narrow(text.trim());
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let groups: Vec<&str> = digits.split(',').collect();
    let grouped = groups.len() == 1
        || (groups.first().is_some_and(|first| (1..=3).contains(&first.len()))
            && groups.iter().skip(1).all(|group| group.len() == 3));
    let whole = groups.concat();
    (grouped && !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("{sign}{whole}"))
}

fn as_boolean(cell: &Datum) -> Result<bool, Misfit> {
    match cell {
        Datum::Boolean(yes) => Ok(*yes),
        Datum::Text(text) => match match_key(text).as_str() {
            "是" | "√" | "true" | "1" => Ok(true),
            "否" | "×" | "false" | "0" => Ok(false),
            _ => Err((shown(cell), "是 或 否")),
        },
        _ => Err((shown(cell), "是 或 否")),
    }
}

fn as_date(cell: &Datum) -> Result<i32, Misfit> {
    match cell {
        Datum::Date(day) => Ok(*day),
        Datum::Text(text) => parse_day(text).ok_or((shown(cell), "年月日，如 2026-03-05")),
        _ => Err((shown(cell), "年月日，如 2026-03-05（数字请设为日期格式）")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_conversions() {
        let text = |text: &str| Datum::Text(text.to_owned());
        assert_eq!(as_integer(&text("１,200")), Ok(1200));
        assert_eq!(as_integer(&Datum::Number(2021.0)), Ok(2021));
        for wrong in [text("12,00"), text("约120"), text("1.5"), Datum::Number(1.5), Datum::Date(3)] {
            assert!(as_integer(&wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(as_number(&text("1,200.5")), Ok(1200.5));
        assert!(as_number(&text("1.")).is_err() && as_number(&text("NaN")).is_err());
        assert_eq!(as_text(&Datum::Number(3401.0)), Ok("3401".to_owned()));
        assert!(as_text(&Datum::Number(3.401e17)).is_err());
        assert!(as_date(&Datum::Number(46000.0)).is_err() && as_date(&text("2026-02-30")).is_err());
        assert_eq!(as_boolean(&text(" 是 ")), Ok(true));
    }
}
