//! What a return says of itself around its table: 填报单位, 所属期, 填报日期. Labels and values in one cell, or side by side.

use super::qualify::HeaderLexicon;
use super::view::View;
use crate::definition::{CoverWords, Field, Form};
use crate::model::cell::{CellRef, RawCell, RawValue};
use crate::model::normalised::Contact;
use crate::text::names::tidy;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Things said, each with the cell that says it, in reading order.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    pub units: Vec<(CellRef, String)>,
    /// Behind a plain 单位： or 工会名称：, which may also be somebody else's.
    pub plain_units: Vec<(CellRef, String)>,
    pub periods: Vec<(CellRef, String)>,
    /// Days since 1970-01-01.
    pub filled_on: Vec<(CellRef, i32)>,
    /// 填报日期 that holds figures and is no whole date: `3月20日`.
    pub unread_dates: Vec<(CellRef, String)>,
    /// 计量单位, as written.
    pub measures: Vec<SaidMeasure>,
    /// 联系人 before who only filled the form in, as written.
    people: Vec<(Label, String)>,
    phones: Vec<String>,
}

/// A measure that is said of the table, or of some of its columns.
#[derive(Debug, Clone)]
pub struct SaidMeasure {
    pub at: CellRef,
    pub said: String,
    /// The words before it in its sentence: 投入资金 before 以元计.
    subject: String,
    /// Fields that the subject names; none where it is of them all.
    fields: Vec<Arc<str>>,
}

impl SaidMeasure {
    fn of_all(at: CellRef, said: String) -> SaidMeasure {
        SaidMeasure { at, said, subject: String::new(), fields: Vec::new() }
    }

    /// Whether it is said of a field.
    pub fn is_of(&self, field: &Field) -> bool {
        self.fields.is_empty() || self.fields.contains(&field.name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Unit,
    Period,
    Date,
    /// 计量单位: what the sheet's figures are in.
    Measure,
    /// 单位：, which says the measure where one follows, else the sender where nothing says so better.
    Plain,
    /// 联系人, and 填表人: whom to call.
    Contact,
    Clerk,
    Phone,
    /// Ends the value before it, and says nothing that anyone asks.
    Other,
}

/// The labels of covers, ready to be looked for.
#[derive(Debug)]
pub struct CoverLexicon<'a> {
    /// By the characters that they begin with, in order; longer ones before those that they begin with.
    labels: Vec<(char, Vec<(&'a str, Label)>)>,
    /// Last characters of those that say who sends it and for which period.
    telling: Vec<char>,
    /// Behind a name, where the seal goes; the longest first.
    seals: Vec<&'a str>,
    /// What stands before and behind a measure in a sentence that says it.
    measured: Vec<(&'a str, &'a str)>,
    /// Words before it that mean the whole table.
    all: &'a [String],
}

impl<'a> CoverLexicon<'a> {
    pub fn new(words: &'a CoverWords) -> CoverLexicon<'a> {
        let CoverWords {
            units,
            plain_units,
            periods,
            dates,
            measures,
            measured,
            measured_all,
            contacts,
            clerks,
            phones,
            others,
            seals,
        } = words;
        let lists = [
            (units, Label::Unit),
            (periods, Label::Period),
            (dates, Label::Date),
            (measures, Label::Measure),
            (plain_units, Label::Plain),
            (contacts, Label::Contact),
            (clerks, Label::Clerk),
            (phones, Label::Phone),
            (others, Label::Other),
        ];
        let longest = |word: &&str| std::cmp::Reverse(word.len());
        let labels = lists.into_iter().flat_map(|(words, label)| words.iter().map(move |word| (word.as_str(), label)));
        let mut labels: Vec<(&str, Label)> = labels.filter(|(word, _)| !word.is_empty()).collect();
        labels.sort_by_key(|(word, _)| longest(word));
        let mut by_begin: BTreeMap<char, Vec<(&str, Label)>> = BTreeMap::new();
        for (word, label) in labels {
            by_begin.entry(word.chars().next().unwrap_or_default()).or_default().push((word, label));
        }
        let mut telling: Vec<char> = units.iter().chain(periods).filter_map(|word| word.chars().next_back()).collect();
        telling.sort_unstable();
        telling.dedup();
        let mut seals: Vec<&str> = seals.iter().map(String::as_str).filter(|seal| !seal.is_empty()).collect();
        seals.sort_by_key(longest);
        let measured = measured.iter().filter_map(|phrase| phrase.split_once('#')).collect();
        CoverLexicon { labels: by_begin.into_iter().collect(), telling, seals, measured, all: measured_all }
    }
}

/// A label found in a text: where it starts, where its value starts.
struct FoundLabel {
    start: usize,
    value: usize,
    label: Label,
    /// Followed by a colon, not by the end of the cell.
    colon: bool,
}

impl CoverLexicon<'_> {
    fn hits(&self, text: &str) -> Vec<FoundLabel> {
        let mut hits = Vec::new();
        let mut at = 0;
        let mut boundary = true;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            if boundary
                && let Ok(begin) = self.labels.binary_search_by_key(&c, |(begin, _)| *begin)
                && let Some((word, label)) = self.labels[begin].1.iter().find(|(word, _)| text[at..].starts_with(word))
                && let Some((value, colon)) = after_label(text, at + word.len())
            {
                hits.push(FoundLabel { start: at, value, label: *label, colon });
                at = value;
                boundary = true;
                continue;
            }
            boundary = c.is_whitespace()
                || matches!(c, '|' | '｜' | ';' | '；' | ',' | '，' | '(' | '（' | '*' | ':' | '：' | '。');
            at += c.len_utf8();
        }
        hits
    }

    /// Whether a text carries one of the labels of a cover row.
    pub fn is_label(&self, text: &str) -> bool {
        text.contains(&self.telling[..])
            && self.hits(text).iter().any(|hit| hit.colon && matches!(hit.label, Label::Unit | Label::Period))
    }

    /// Reads the labels of one row that is not data.
    pub fn scan_row(&self, headers: &HeaderLexicon<'_>, view: &View<'_>, i: usize, cover: &mut Cover) {
        let cells = view.cells(i);
        for (at, cell) in cells.iter().enumerate() {
            let text = view.sheet.text(cell.value);
            if text.is_empty() || text.len() > 600 {
                continue;
            }
            self.measured_in(headers, cell.at, text, cover);
            let hits = self.hits(text);
            for (h, hit) in hits.iter().enumerate() {
                let end = hits.get(h + 1).map_or(text.len(), |next| next.start);
                let own = text.get(hit.value..end).unwrap_or("");
                let own = own.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '｜' | ';' | '；' | '_'));
                if !own.is_empty() {
                    self.take(headers, cover, hit, cell.at, tidy(own).into_owned(), None);
                } else if h + 1 == hits.len()
                    && let Some(next) =
                        cells.get(at + 1..).unwrap_or(&[]).iter().find(|cell| !view.is_blank(cell.value))
                    && self.hits(view.sheet.text(next.value)).is_empty()
                {
                    let words = view.words(next.value);
                    match spread_date(view, cells.get(at + 1..).unwrap_or(&[])).filter(|_| hit.label == Label::Date) {
                        Some(date) => self.take(headers, cover, hit, next.at, date, None),
                        None => self.take(headers, cover, hit, next.at, tidy(&words).into_owned(), Some(next.value)),
                    }
                }
            }
        }
    }

    /// Measures that a sentence says without a label: 注：投入资金以元为单位.
    fn measured_in(&self, headers: &HeaderLexicon<'_>, at: CellRef, text: &str, cover: &mut Cover) {
        // Only a money unit changes a figure, and hardly any text above or below a table names one.
        if !text.contains('元') {
            return;
        }
        for clause in text.split(['，', ',', '。', '；', ';', '\n']).filter(|clause| clause.len() <= 150) {
            let said = self.measured.iter().find_map(|(before, behind)| {
                let (from, _) = clause.match_indices(before).next()?;
                let rest = clause.get(from + before.len()..)?;
                let end =
                    if behind.is_empty() { rest.trim_end_matches(['）', ')']).len() } else { rest.find(behind)? };
                let measure = rest.get(..end)?.trim();
                (headers.is_measure(measure) && !measure.contains('/'))
                    .then(|| (clause.get(..from).unwrap_or(""), measure.to_owned()))
            });
            if let Some((subject, said)) = said {
                // 注：, 三、: what only opens the sentence names nothing.
                let subject = subject.rsplit([':', '：', '、', '.', '(', '（']).next().unwrap_or(subject).trim();
                let all = self.all.iter().any(|word| subject.contains(word.as_str()));
                let subject = if all { String::new() } else { subject.trim_end_matches('均').to_owned() };
                cover.measures.push(SaidMeasure { at, said, subject, fields: Vec::new() });
            }
        }
    }

    fn take(
        &self,
        headers: &HeaderLexicon<'_>,
        cover: &mut Cover,
        found: &FoundLabel,
        at: CellRef,
        value: String,
        raw: Option<RawValue>,
    ) {
        match found.label {
            Label::Unit => {
                let name = self.strip_seal(&value);
                if !name.is_empty() {
                    cover.units.push((at, name));
                }
            }
            Label::Period => cover.periods.push((at, value)),
            Label::Date => {
                let day = match raw {
                    Some(RawValue::DateSerial(serial)) => crate::text::dates::from_serial(serial),
                    _ => match crate::text::dates::read(&value) {
                        crate::text::dates::DateReading::Day(day) => Some(day),
                        _ => None,
                    },
                };
                match day {
                    Some(day) => cover.filled_on.push((at, day)),
                    None if is_some_date(&value) => cover.unread_dates.push((at, value)),
                    // An empty form's 年 月 日, or a neighbour that is no date at all.
                    None => {}
                }
            }
            Label::Measure => cover.measures.push(SaidMeasure::of_all(at, value)),
            // Without a colon it is a header.
            Label::Plain if !found.colon => {}
            Label::Plain if headers.is_measure(&value) => cover.measures.push(SaidMeasure::of_all(at, value)),
            Label::Plain => {
                let name = self.strip_seal(&value);
                if !name.is_empty() {
                    cover.plain_units.push((at, name));
                }
            }
            Label::Contact | Label::Clerk => cover.people.push((found.label, value)),
            Label::Phone => cover.phones.push(value),
            Label::Other => {}
        }
    }

    /// 合肥市总工会（盖章） → 合肥市总工会.
    fn strip_seal(&self, value: &str) -> String {
        let mut name = value.trim();
        // Words are compared in half-width brackets.
        let narrow = crate::text::width::narrow(name);
        if let Some(seal) = self.seals.iter().find(|seal| narrow.ends_with(**seal)) {
            let at = name.chars().count().saturating_sub(seal.chars().count());
            name = name.char_indices().nth(at).map_or(name, |(at, _)| &name[..at]).trim_end();
        }
        name.to_owned()
    }
}

/// Past an optional bracket and a colon, or the end of the cell.
fn after_label(text: &str, from: usize) -> Option<(usize, bool)> {
    let rest = text.get(from..)?;
    let mut at = from + (rest.len() - rest.trim_start().len());
    if text.get(at..)?.starts_with(['(', '（']) {
        let close = text.get(at..)?.find([')', '）'])?;
        at += close + text.get(at + close..)?.chars().next()?.len_utf8();
        at += text.get(at..)?.len() - text.get(at..)?.trim_start().len();
    }
    match text.get(at..)?.chars().next() {
        None => Some((at, false)),
        Some(c @ (':' | '：')) => Some((at + c.len_utf8(), true)),
        Some(_) => None,
    }
}

/// A date written over several cells: 2026 年 3 月 20 日.
fn spread_date(view: &View<'_>, cells: &[RawCell]) -> Option<String> {
    let words = cells.iter().filter(|cell| !view.is_blank(cell.value)).map(|cell| view.words(cell.value));
    let pieces: Vec<_> = words.take_while(|words| super::footer_words::is_date_piece(words)).collect();
    (pieces.len() > 1).then(|| pieces.concat())
}

impl Cover {
    /// Looks up the columns that measures are said of, and drops those of something that the form does not ask.
    pub fn name_fields(&mut self, form: &Form) {
        self.measures.retain_mut(|measure| {
            let named = |field: &&Field| {
                let also = field.also.iter().map(String::as_str);
                let mut words = [&*field.name, field.header.as_str()].into_iter().chain(also);
                words.any(|word| word.chars().nth(1).is_some() && measure.subject.contains(word))
            };
            measure.fields = form.fields.iter().filter(named).map(|field| field.name.clone()).collect();
            measure.subject.is_empty() || !measure.fields.is_empty()
        });
    }

    /// Whom to call: the first that is a name and a telephone, 联系人 before 填表人.
    pub fn contact(&self) -> Contact {
        let of = |wanted: Label| self.people.iter().filter(move |(label, _)| *label == wanted).map(|(_, name)| name);
        let person = of(Label::Contact).chain(of(Label::Clerk)).find(|name| is_name(name));
        let phone = self.phones.iter().map(|phone| crate::text::width::narrow(phone)).find(|phone| is_phone(phone));
        Contact {
            person: person.cloned().unwrap_or_default(),
            phone: phone.map(|phone| phone.trim().to_owned()).unwrap_or_default(),
        }
    }
}

/// Few letters and no figure: 周航, 张三、李四.
fn is_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (2..=12).contains(&letters) && text.chars().count() <= 16 && !text.chars().any(|c| c.is_numeric())
}

/// Figures of a telephone or two, and nothing as long as an ID number.
fn is_phone(text: &str) -> bool {
    let figures = text.chars().filter(char::is_ascii_digit).count();
    let longest = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    let marks = |c: char| c.is_ascii_digit() || c.is_whitespace() || "-+()/,;、，；转".contains(c);
    (7..=24).contains(&figures) && longest <= 13 && text.chars().all(marks)
}

/// Figures with the marks of a date between them, or figures alone.
fn is_some_date(value: &str) -> bool {
    let narrow = crate::text::width::narrow(value);
    let figure = |c: char| c.is_ascii_digit() || "〇零一二三四五六七八九十".contains(c);
    narrow.contains(figure) && narrow.chars().all(|c| figure(c) || c.is_whitespace() || "年月日号.-/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RawSheet;

    fn scan(cells: &[&str]) -> Cover {
        let mut sheet = RawSheet::default();
        for (col, text) in cells.iter().enumerate() {
            sheet.push_text(CellRef { row: 1, col: col as u16 }, text);
        }
        let mut cover = Cover::default();
        let words = crate::definition::read::words::shipped();
        let headers = HeaderLexicon::new(&words.headers);
        CoverLexicon::new(&words.cover).scan_row(&headers, &View::new(&sheet, 0), 0, &mut cover);
        cover
    }

    #[test]
    fn one_cell_or_several() {
        let one = scan(&["填报单位（盖章）：合肥市总工会    所属期：2026年   计量单位：人"]);
        assert_eq!(one.units[0].1, "合肥市总工会");
        assert_eq!(one.periods[0].1, "2026年");
        let apart = scan(&["填报单位（盖章）：", "合肥市总工会", "所属期", "２０２６年", "填报日期：2026年3月5日"]);
        assert_eq!(apart.units[0].1, "合肥市总工会");
        assert_eq!(apart.periods[0].1, "２０２６年");
        assert_eq!(apart.filled_on[0].1, crate::domain::period::day(2026, 3, 5).unwrap_or(0));
        assert!(scan(&["说明：推荐单位须如实填写"]).units.is_empty());
    }

    #[test]
    fn a_plain_unit_is_a_measure_or_a_sender() {
        let read = scan(&["单位：元", "单位：合肥市总工会", "单位"]);
        assert_eq!((read.measures[0].said.as_str(), read.plain_units[0].1.as_str()), ("元", "合肥市总工会"));
        assert!(read.units.is_empty() && read.plain_units.len() == 1);
        assert_eq!(scan(&["单位：人、万元"]).measures[0].said, "人、万元");
        assert_eq!(scan(&["工会名称：合肥市总工会（盖章）"]).plain_units[0].1, "合肥市总工会");
    }

    #[test]
    fn whom_to_call_is_a_name_and_a_telephone() {
        let contact = |cells: &[&str]| {
            let contact = scan(cells).contact();
            (contact.person, contact.phone)
        };
        let said = |person: &str, phone: &str| (person.to_owned(), phone.to_owned());
        assert_eq!(
            contact(&["单位负责人：程海", "填表人：周航", "联系电话：０５５１－6000 0000", "填报日期：2026年3月5日"]),
            said("周航", "0551-6000 0000")
        );
        assert_eq!(contact(&["填表人：周航 联系人：吴敏 电话：13800000000"]), said("吴敏", "13800000000"));
        assert_eq!(contact(&["联系人：", "吴敏", "手机：", "138 0000 0000"]), said("吴敏", "138 0000 0000"));
        for none in
            ["联系人：________", "联系电话：11010519491231002X", "联系人：110105194912310021", "联系电话：详见附件"]
        {
            assert_eq!(contact(&[none]), said("", ""), "{none}");
        }
    }

    #[test]
    fn a_filing_date_that_is_none_is_kept_apart() {
        for text in ["填报日期：3月20日", "填报日期：2026年３月"] {
            let read = scan(&[text]);
            assert!(read.filled_on.is_empty() && read.unread_dates.len() == 1, "{text}");
        }
        for cells in [&["填报日期：    年  月  日"][..], &["填报日期：", "共 3 页"], &["填报日期：2026.3.20"]]
        {
            assert!(scan(cells).unread_dates.is_empty(), "{cells:?}");
        }
    }
}
