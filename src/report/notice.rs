//! 通报: the words of the first page to be passed on, as a text for messengers and as a document for Word and WPS. Both say
//! the same, paragraph by paragraph.

use super::front::{self, PARTS};
use super::results::Results;
use crate::book::document::{self, Fonts, Paragraph, ParagraphKind};
use crate::book::style::{HEI, SONG};
use crate::model::conclusion::About;
use crate::model::stat_table::Heading;
use crate::model::statistic::{StatCell, StatRow};
use crate::text::masks::mask_within;
use crate::text::numbers::grouped;
use crate::text::quote::{inert, is_active};
use std::io::{self, Seek, Write};

/// Writes it as text: UTF-8 with a byte order mark and CRLF, as Notepad and messengers on Windows take it.
///
/// # Errors
/// The target refuses.
pub fn text(results: &Results<'_>, target: &mut impl Write) -> io::Result<()> {
    target.write_all("\u{feff}".as_bytes())?;
    for paragraph in paragraphs(results) {
        let apart = if paragraph.kind == ParagraphKind::Heading { "\r\n" } else { "" };
        write!(target, "{apart}{}\r\n", inert(&paragraph.text))?;
    }
    Ok(())
}

/// Writes it as a document.
///
/// # Errors
/// The target refuses.
pub fn document(results: &Results<'_>, target: impl Write + Seek) -> io::Result<()> {
    let front = &results.plan.front;
    let or = |own: &'_ str, usual: &'static str| if own.is_empty() { usual.to_owned() } else { own.to_owned() };
    let [title, heading] = [or(&front.title_font, SONG), or(&front.heading_font, HEI)];
    let [text, number] = [&front.text_font, &front.number_font].map(|own| or(own, SONG));
    let fonts = Fonts { title: &title, heading: &heading, text: &text, number: &number };
    document::document(&format!("{}通报", results.name()), &paragraphs(results), fonts, target)
}

fn paragraphs(results: &Results<'_>) -> Vec<Paragraph> {
    let mut all = Vec::new();
    let mut say = |kind, text: &str| all.push(Paragraph { kind, text: flat(&mask_within(text.trim_end())) });
    let classification = &results.plan.front.classification;
    if !classification.is_empty() {
        say(ParagraphKind::Mark, classification);
    }
    say(ParagraphKind::Title, &results.name());
    front::heads(results).iter().for_each(|line| say(ParagraphKind::Subtitle, line));
    let mut number = 0;
    for (about, heading) in PARTS {
        let figures = results.key_figures;
        if about == About::Doubt && !figures.rows.is_empty() {
            say(ParagraphKind::Heading, &front::numbered(&mut number, "主要指标"));
            for (at, row) in figures.rows.iter().enumerate() {
                say(ParagraphKind::Text, &format!("{}. {}", at + 1, spoken(&row, &figures.headings)));
            }
            figures.notes.iter().for_each(|note| say(ParagraphKind::Text, &format!("（{note}）")));
        }
        let said = front::said(results, about);
        if !said.is_empty() {
            say(ParagraphKind::Heading, &front::numbered(&mut number, heading));
        }
        for (at, one) in said.iter().enumerate() {
            say(ParagraphKind::Text, &format!("{}. {}", at + 1, one.text));
        }
    }
    all
}

/// One paragraph is one line: what a cell brings may not break it.
fn flat(line: &str) -> String {
    line.chars().map(|c| if is_active(c) { ' ' } else { c }).collect()
}

/// A figure as a sentence: `提出 742＊ 件；可比单位 742＊ 件，上年同期 774 件，下降 4.1%，变差。`
fn spoken(row: &StatRow, headings: &[Heading]) -> String {
    let of = |name: &str| {
        let at = headings.iter().position(|heading| heading.name == name)?;
        let mark = if row.doubt(at).is_some() { "＊" } else { "" };
        Some(format!("{}{mark}", row.cells.get(at).and_then(words)?))
    };
    let name = of("指标").unwrap_or_default();
    // 参与人次 2,379, and not 参与人次 2,379 人次.
    let unit = of("单位").filter(|unit| !name.ends_with(&**unit)).map(|unit| format!(" {unit}")).unwrap_or_default();
    let value = of("本期").unwrap_or("—".into());
    let like = of("可比本期").filter(|like| *like != value).map(|like| format!("；可比单位 {like}{unit}"));
    let mut parts = vec![format!("{name} {value}{unit}{}", like.unwrap_or_default())];
    match (of("比较"), of("比较数")) {
        (Some(against), Some(before)) => parts.push(format!("{against} {before}{unit}")),
        (Some(bound), None) => parts.push(bound),
        _ => {}
    }
    parts.extend([of("增减"), of("评价")].into_iter().flatten());
    format!("{}。", parts.join("，"))
}

/// A figure in words; `None` where there is none.
fn words(cell: &StatCell) -> Option<String> {
    Some(match cell {
        StatCell::Text(text) | StatCell::Alarm(text) => text.clone(),
        StatCell::Integer(whole) => grouped(*whole as f64, 0),
        StatCell::Number(number) if number.is_finite() => grouped(*number, usize::from(number.fract() != 0.0)),
        StatCell::Points(points) if points.is_finite() => format!("{points:+.1} 个百分点"),
        StatCell::Ratio { num, den } if *den != 0 => format!("{:.1}%", *num as f64 * 100.0 / *den as f64),
        _ => return None,
    })
}
