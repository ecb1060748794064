//! Numbers of a page: the text that it shows, and the value and number format that the program which saved it wrote beside
//! it (`x:num` and `mso-number-format` of Excel, `sdval` and `sdnum` of LibreOffice). So a page reads as the workbook that it
//! was: with all digits of a value that is shown with fewer, and with both said where shown and stored differ.

use super::cells;
use super::html_classes::{HtmlClasses, value};
use super::looks::{self, CellLook};
use super::number_format::{Look, NumberFormat, Shows, by_name_or_code};
use crate::model::cell::SeenAs;
use crate::model::{CellRef, RawSheet, RawValue};

/// What a cell's tag says of its number.
#[derive(Debug, Default)]
pub struct HtmlNumber {
    stored: Option<f64>,
    format: NumberFormat,
}

impl HtmlNumber {
    /// Reads a cell's tag; `None` where it says nothing.
    pub fn of(tag: &str, classes: &HtmlClasses) -> Option<HtmlNumber> {
        let has = |word: &str| memchr::memmem::find(tag.as_bytes(), word.as_bytes()).is_some();
        let excel = has(":num").then(|| value(tag, "x:num")).flatten().and_then(number);
        let libre = has("sdval").then(|| value(tag, "sdval")).flatten().and_then(number);
        let code = classes.format_of(tag).or_else(|| {
            let code = has("sdnum").then(|| value(tag, "sdnum")).flatten()?;
            code.splitn(3, ';').nth(2).map(|code| html_escape::decode_html_entities(code).into_owned())
        });
        let format = code.map(|code| by_name_or_code(&code)).unwrap_or_default();
        let stored = excel.or(libre);
        (stored.is_some() || format.is_eventful()).then_some(HtmlNumber { stored, format })
    }

    /// Puts the cell on the sheet, with what it shows.
    pub fn put(&self, sheet: &mut RawSheet, at: CellRef, text: &str) {
        let shown = PageFigure::of(text);
        let Some(stored) = self.stored.or(shown.as_ref().filter(|shown| !shown.percent).map(|shown| shown.value))
        else {
            return cells::push_nonempty(sheet, at, text);
        };
        // A date is read as it stands there: whether the page counts days from 1900 or 1904 nothing says.
        if matches!(self.format.shows(stored), Shows::Date | Shows::Duration) {
            return cells::push_nonempty(sheet, at, text);
        }
        let look = self.format.number(stored);
        // A text that the format makes of the value: what is stored is a number, and what is seen is the text.
        if let Look::Text(words) = &look
            && (words == text || (self.stored.is_some() && shown.as_ref().is_some_and(|shown| shown.is(words))))
        {
            // 000007 as it stands is no number that somebody shows otherwise.
            if self.stored.is_none() {
                return cells::push_nonempty(sheet, at, text);
            }
            sheet.push(at, RawValue::Number(stored));
            return sheet.push_sight(at, SeenAs::Format, words);
        }
        match shown {
            Some(shown) if shown.percent && shown.rounds(stored * 100.0) => sheet.push(at, cells::percent(stored)),
            Some(shown) if !shown.percent && shown.rounds(stored) => {
                looks::put_number(sheet, at, stored, &CellLook { format: self.format.clone(), struck: false }, false);
            }
            Some(_) => {
                sheet.push(at, RawValue::Number(stored));
                sheet.push_sight(at, SeenAs::Format, text);
            }
            None if text.is_empty() && stored != 0.0 => {
                sheet.push(at, RawValue::Number(stored));
                sheet.push_sight(at, SeenAs::Nothing, "");
            }
            // A date, words: what is read is what stands there.
            None => cells::push_nonempty(sheet, at, text),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// No figure is longer.
const LONGEST_FIGURE: usize = 40;

/// A figure as a page shows it.
struct PageFigure {
    value: f64,
    /// Digits behind the point.
    digits: i32,
    percent: bool,
}

impl PageFigure {
    fn of(text: &str) -> Option<PageFigure> {
        let (figure, percent) = match text.strip_suffix('%') {
            Some(figure) => (figure, true),
            None => (text, false),
        };
        if figure.len() > LONGEST_FIGURE || !figure.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let plain = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '-');
        let figure: String = figure.trim().chars().filter(|c| *c != ',').collect();
        if !figure.chars().all(plain) {
            return None;
        }
        let digits = figure.split_once('.').map_or(0, |(_, fraction)| fraction.len()) as i32;
        Some(PageFigure { value: number(&figure)?, digits, percent })
    }

    /// Whether a value shown with these digits looks so.
    fn rounds(&self, value: f64) -> bool {
        let half = 0.5 * 10f64.powi(-self.digits);
        (self.value - value).abs() <= half * (1.0 + 1e-9) + value.abs() * 1e-12
    }

    /// Whether it is the figure of a format's text, with fewer digits.
    fn is(&self, words: &str) -> bool {
        !self.percent && number(words).is_some_and(|value| self.rounds(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(tag: &str, text: &str) -> (String, Vec<(SeenAs, String)>) {
        let mut classes = HtmlClasses::default();
        classes.take(".wan{mso-number-format:\"0\\!\\.0\\,\\0022万\\0022\";} .id{mso-number-format:\"\\@\"}");
        let (mut sheet, at) = (RawSheet::default(), CellRef { row: 0, col: 0 });
        match HtmlNumber::of(tag, &classes) {
            Some(number) => number.put(&mut sheet, at, text),
            None => cells::push_nonempty(&mut sheet, at, text),
        }
        let value = match sheet.cells.first().map(|cell| cell.value) {
            Some(value @ RawValue::Text { .. }) => format!("“{}”", sheet.text(value)),
            Some(value) => format!("{value:?}"),
            None => String::new(),
        };
        (value, sheet.sights.iter().map(|sight| (sight.how, sheet.sight_text(sight).to_owned())).collect())
    }

    #[test]
    fn a_page_is_read_as_the_workbook_that_it_was() {
        let plain = |value: &str| (value.to_owned(), Vec::new());
        let seen = |value: &str, how, words: &str| (value.to_owned(), vec![(how, words.to_owned())]);
        for (tag, text, expected) in [
            ("td", "5", plain("“5”")),
            ("td x:num", "5", plain("“5”")),
            ("td class=id", "5", plain("“5”")),
            // PageFigure with fewer digits than it has.
            ("td x:num=\"5.26\"", "5", plain("Number(5.26)")),
            ("td x:num='1234567.891'", "1,234,567.9", plain("Number(1234567.891)")),
            ("td sdval=\"0.97957\" sdnum=\"2052;2052;0%\"", "98%", plain("Percent(0.97957)")),
            // What a program makes of the value, as it stands there or rounded.
            ("td sdval=\"9040\" sdnum=\"2052;0;0!.0,\"", "0.9", seen("Number(9040.0)", SeenAs::Format, "0.904")),
            ("td class=wan x:num=\"9000\"", "0.9万", seen("Number(9000.0)", SeenAs::Format, "0.9万")),
            // Excel shows 0.9, and the page says otherwise.
            ("td class=wan x:num=\"9000\"", "9000", seen("Number(9000.0)", SeenAs::Format, "0.9万")),
            ("td style='mso-number-format:\"0\\.0\\,\"'", "9000", seen("Number(9000.0)", SeenAs::Format, "9")),
            ("td x:num=\"9000\"", "8", seen("Number(9000.0)", SeenAs::Format, "8")),
            ("td x:num=\"7\"", "", seen("Number(7.0)", SeenAs::Nothing, "")),
            ("td x:num=\"0\"", "", plain("")),
            ("td style=\"mso-number-format:'000000'\"", "000007", plain("“000007”")),
            ("td style=\"mso-number-format:'000000'\"", "7", seen("Number(7.0)", SeenAs::Format, "000007")),
            ("td style=\"mso-number-format:Fixed\" x:num=\"5.26\"", "5.26", plain("Number(5.26)")),
            ("td x:num=\"46084\"", "2026-03-03", plain("“2026-03-03”")),
            ("td sdval=\"46084\" sdnum=\"2052;0;YYYY.MM\"", "2026.03", plain("“2026.03”")),
            (
                "td x:num=\"5\" style='mso-number-format:\"0\\0022万元\\0022\"'",
                "5万元",
                seen("Number(5.0)", SeenAs::Format, "5万元"),
            ),
            ("td x:num=\"1e999\"", "5", plain("“5”")),
        ] {
            assert_eq!(put(tag, text), expected, "{tag} {text}");
        }
    }
}
