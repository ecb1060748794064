//! Number cells: units typed into cells or headers, percent signs, whole numbers. The factor between 元 and 万元 must be right.

use super::cover::SaidMeasure;
use super::desk::{CellValue, Desk, FieldCell, MEND, expects};
use crate::definition::plan::ColumnWords;
use crate::definition::{Field, FieldType};
use crate::model::Severity;
use crate::model::codes::{AmendmentRule, FindingCode};
use crate::text::numbers::{self, WrittenFigure};

/// Spreadsheets keep 15 digits of a number.
const LOST_DIGITS: f64 = 1e15;

/// Whether the sign of 元 before a field's figures says nothing new: it is counted in 元, by its own header's `factor` too, or
/// in no money at all.
pub fn is_in_yuan(words: &ColumnWords, field: &Field, factor: f64) -> bool {
    field
        .measured_in
        .as_deref()
        .and_then(|asked| words.money(asked))
        .is_none_or(|asked| (asked * factor - 1.0).abs() < 1e-9)
}

/// The factors from the units that a text names to the one that the field asks for: `创效（万元）`, `人、万元`. Units of
/// other things say nothing of this field.
fn factors_said(words: &ColumnWords, text: &str, field: &Field) -> Vec<f64> {
    let Some(asked) = field.measured_in.as_deref() else { return Vec::new() };
    let narrow = crate::text::width::narrow(text);
    let parts = narrow.split(['(', ')', ',', ':', '/', ' ', '\n', '、', ';', '|']);
    let units = parts.map(|part| part.trim_start_matches("单位").trim());
    let base = words.money(asked);
    let factor = |unit: &str| match base {
        Some(asked) => Some(words.money(unit)? / asked),
        None => words.counted(unit, asked),
    };
    units.filter_map(factor).collect()
}

/// The factor from the unit that a column's figures stand in to the one that the form asks for, and by which rule: the
/// column's own header goes before the money unit of the whole table. 1 where nothing is said, or the form's own.
pub fn column_factor(
    words: &ColumnWords,
    measures: &[SaidMeasure],
    header: &str,
    field: &Field,
) -> (f64, AmendmentRule) {
    if field.ty == FieldType::Percent {
        let says = header.contains(['%', '％']);
        return (if says { 0.01 } else { 1.0 }, AmendmentRule::UnitInHeader);
    }
    if let Some(factor) = factors_said(words, header, field).first() {
        return (*factor, AmendmentRule::UnitInHeader);
    }
    let is_money = field.measured_in.as_deref().and_then(|asked| words.money(asked)).is_some();
    let said: Vec<f64> = measures
        .iter()
        .filter(|measure| is_money && measure.is_of(field))
        .flat_map(|measure| factors_said(words, &measure.said, field))
        .collect();
    match said.first() {
        Some(factor) if !said.contains(&1.0) => (*factor, AmendmentRule::UnitOnCoverFactor),
        _ => (1.0, AmendmentRule::UnitInHeader),
    }
}

/// The factor from the unit and scale that a figure itself is written with to the one that the field asks for; `None` where
/// it says another thing.
pub fn own_factor(words: &ColumnWords, figure: &WrittenFigure, field: &Field) -> Option<f64> {
    let asked = field.measured_in.as_deref();
    if let Some(base) = asked.and_then(|asked| words.money(asked)) {
        let unit = if figure.unit.is_empty() { 1.0 } else { words.money(&figure.unit)? };
        return Some(figure.scale * unit / base);
    }
    let alike = |asked: &str| figure.unit == asked || words.counted(&figure.unit, asked) == Some(1.0);
    (figure.unit.is_empty() || asked.is_none_or(alike)).then_some(figure.scale)
}

/// Whether a sheet's 计量单位 says another unit of the same kind than the column is asked in and its own header leaves it
/// open: the 10⁴ between 元 and 万元, or 人 and 万人, that no cell shows.
pub fn cover_contradicts(words: &ColumnWords, cover: &SaidMeasure, header: &str, field: &Field) -> bool {
    let said = if cover.is_of(field) { factors_said(words, &cover.said, field) } else { Vec::new() };
    !said.is_empty() && !said.contains(&1.0) && factors_said(words, header, field).is_empty()
}

/// A number of which nothing has to be said, whatever stands around it; `None` for every other, and for other fields.
pub fn plain(field: &Field, number: f64) -> Option<CellValue<'static>> {
    match field.ty {
        FieldType::Integer if !field.ordinal => whole(number).map(CellValue::Integer),
        FieldType::Number if is_plain(field, number) => Some(CellValue::Number(number)),
        _ => None,
    }
}

/// Whether nothing has to be said of a number in a field of numbers.
pub fn is_plain(field: &Field, number: f64) -> bool {
    !field.ordinal && tidy(number) == number && number.abs() < LOST_DIGITS
}

/// A whole number that has lost no digit.
pub fn whole(number: f64) -> Option<i64> {
    let whole = number as i64;
    (whole as f64 == number && number.abs() < LOST_DIGITS).then_some(whole)
}

pub fn from_number(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, number: f64) -> CellValue<'static> {
    if cell.field.ty == FieldType::Percent {
        return percent(desk, cell, number);
    }
    if cell.factor != 1.0 {
        let value = tidy(number * cell.factor);
        desk.amend(cell, cell.factor_by, &numbers::show(number), &numbers::show(value));
        return finish(desk, cell, value);
    }
    let value = tidy(number);
    if value != number {
        desk.amend(cell, AmendmentRule::FloatNoise, &format!("{number}"), &numbers::show(value));
    }
    finish(desk, cell, value)
}

pub fn from_text(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, raw: &str, text: &str) -> CellValue<'static> {
    let figure = match numbers::read(text) {
        Ok(figure) => figure,
        Err(doubt) => {
            let found = format!("“{}”填的“{text}”{}", cell.field.name, doubt.words());
            desk.find(cell, FindingCode::NumberUnreadable, Severity::Block, found, expects(cell.field), MEND);
            return CellValue::Nothing;
        }
    };
    if figure.percent != (cell.field.ty == FieldType::Percent) {
        if figure.percent {
            let found = format!("“{}”填的是百分数“{text}”", cell.field.name);
            desk.find(cell, FindingCode::NumberUnreadable, Severity::Block, found, expects(cell.field), MEND);
            return CellValue::Nothing;
        }
        if figure.scale != 1.0 || !figure.unit.is_empty() {
            contradicts(desk, cell, text);
            return CellValue::Nothing;
        }
        return percent(desk, cell, figure.value);
    }
    if figure.percent {
        let value = from_share(desk, cell, numbers::share_of(figure.value));
        if let CellValue::Number(value) = value {
            desk.amend(cell, AmendmentRule::PercentSign, raw, &numbers::show(value));
        }
        return value;
    }
    let Some(value) = in_asked_unit(desk, cell, &figure, text) else { return CellValue::Nothing };
    let clean = numbers::show(value);
    if clean != raw {
        let by_header = cell.factor != 1.0 && figure.unit.is_empty() && figure.scale == 1.0;
        let rule = if by_header { cell.factor_by } else { rule_of(&figure, raw) };
        desk.amend(cell, rule, raw, &clean);
    }
    finish(desk, cell, value)
}

/// Which rule turned a text into this figure.
pub fn rule_of(figure: &WrittenFigure, raw: &str) -> AmendmentRule {
    if !figure.unit.is_empty() || figure.scale != 1.0 {
        AmendmentRule::UnitInCell
    } else if figure.chinese {
        AmendmentRule::ChineseNumeral
    } else if raw.contains([',', '，']) {
        AmendmentRule::ThousandsSeparator
    } else if raw.chars().any(|c| ('\u{ff01}'..='\u{ff5e}').contains(&c)) {
        AmendmentRule::FullWidth
    } else {
        AmendmentRule::NumberText
    }
}

/// The figure in the unit that the form asks for; a unit that says another thing is a finding.
fn in_asked_unit(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, figure: &WrittenFigure, text: &str) -> Option<f64> {
    let asked = cell.field.measured_in.as_deref();
    let words = &desk.frame.plan.words.headers;
    if let Some(base) = asked.and_then(|asked| words.money(asked)) {
        if figure.unit.is_empty() && figure.scale == 1.0 {
            return Some(tidy(figure.value * cell.factor));
        }
        let Some(unit) = (if figure.unit.is_empty() { Some(1.0) } else { words.money(&figure.unit) }) else {
            return contradicts(desk, cell, text);
        };
        let said = figure.scale * unit;
        let value = tidy(figure.value * said / base);
        if said != base {
            let found = format!("“{}”填的是“{text}”，已换算为 {}", cell.field.name, numbers::show(value));
            desk.verify(cell, FindingCode::UnitDiffers, found, expects(cell.field));
        }
        return Some(value);
    }
    let same = figure.unit.is_empty()
        || match asked {
            Some(asked) => words.is_same(asked, &figure.unit),
            None => words.counts(&figure.unit),
        };
    // A unit or scale of the cell's own goes before the header's.
    let factor = if figure.unit.is_empty() && figure.scale == 1.0 { cell.factor } else { figure.scale };
    // 305人 in a column of 人次: who writes so may have counted heads, and may have not.
    if !same && asked.is_some_and(|asked| is_heads_for_times(asked, &figure.unit)) {
        let value = tidy(figure.value * factor);
        let found = format!("“{}”填的是“{text}”，按 {} 读", cell.field.name, numbers::show(value));
        desk.verify(cell, FindingCode::UnitDiffers, found, expects(cell.field));
        return Some(value);
    }
    if same { Some(tidy(figure.value * factor)) } else { contradicts(desk, cell, text) }
}

/// Whether one measure counts heads and the other how often they came.
fn is_heads_for_times(asked: &str, said: &str) -> bool {
    let heads = |word: &str| matches!(word, "人" | "名" | "位");
    let times = |word: &str| matches!(word, "人次" | "人/次");
    (heads(asked) && times(said)) || (times(asked) && heads(said))
}

fn contradicts(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, text: &str) -> Option<f64> {
    let found = format!("“{}”填的“{text}”单位与表头不符", cell.field.name);
    desk.find(cell, FindingCode::UnitContradicts, Severity::Block, found, expects(cell.field), MEND);
    None
}

/// A percentage that the sheet itself shows with its sign: nothing is in doubt.
pub fn from_share(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, share: f64) -> CellValue<'static> {
    // What binary arithmetic adds or takes off would read as “100%” and “0%” out of range.
    let share = if (0.0..=1.0).contains(&share) { share } else { tidy(share) + 0.0 };
    if (0.0..=1.0).contains(&share) {
        return CellValue::Number(share);
    }
    let found = format!("“{}”填的是 {}", cell.field.name, numbers::percent(share));
    desk.find(cell, FindingCode::PercentOutOfRange, Severity::Block, found, expects(cell.field), MEND);
    CellValue::Nothing
}

/// A percentage without its sign: 0–1 is a fraction, 1–100 most likely percent; both doubtful at 1. Where the header has the
/// sign it is percent, and one that is no more than 1 is asked about.
fn percent(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, number: f64) -> CellValue<'static> {
    let by_header = cell.factor != 1.0;
    if by_header && (number == 0.0 || (1.0..=100.0).contains(&number) && number != 1.0) {
        let value = numbers::share_of(number);
        if value != number {
            desk.amend(cell, cell.factor_by, &numbers::show(number), &numbers::show(value));
        }
        return CellValue::Number(value);
    }
    if !by_header && (0.0..1.0).contains(&number) {
        return CellValue::Number(number);
    }
    if !(0.0..=100.0).contains(&number) {
        let found = format!("“{}”填的是 {}", cell.field.name, numbers::show(number));
        desk.find(cell, FindingCode::PercentOutOfRange, Severity::Block, found, expects(cell.field), MEND);
        return CellValue::Nothing;
    }
    let value = if number == 1.0 && !by_header { 1.0 } else { numbers::share_of(number) };
    let found =
        format!("“{}”填的是 {}，没有百分号，按 {} 读", cell.field.name, numbers::show(number), numbers::percent(value));
    desk.verify(cell, FindingCode::PercentScale, found, expects(cell.field));
    if value != number {
        desk.amend(cell, AmendmentRule::PercentScale, &numbers::show(number), &numbers::show(value));
    }
    CellValue::Number(value)
}

fn finish(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, value: f64) -> CellValue<'static> {
    // An account or ID number in a column of figures: its last digits are lost, and no sum should hold it.
    if value.abs() >= LOST_DIGITS {
        let found = format!("“{}”填的数超过 15 位，末几位已经丢失", cell.field.name);
        desk.find(cell, FindingCode::NumberUnreadable, Severity::Block, found, expects(cell.field), MEND);
        return CellValue::Nothing;
    }
    if cell.field.ty != FieldType::Integer {
        return CellValue::Number(value);
    }
    if value.fract() != 0.0 {
        let found = format!("“{}”填的 {} 不是整数", cell.field.name, numbers::show(value));
        desk.find(cell, FindingCode::NotWhole, Severity::Block, found, expects(cell.field), MEND);
        return CellValue::Nothing;
    }
    CellValue::Integer(value as i64)
}

/// Takes off what binary arithmetic adds (2.9999999999999996, 12.600000000000001): no one counts in 10⁻⁹, and a spreadsheet
/// shows fifteen digits, so that no person ever saw more. 80,000,000.03 元 keeps its fen.
pub fn tidy(value: f64) -> f64 {
    if whole(value).is_some() {
        return value;
    }
    let whole = value.round();
    let noise = (value.abs() * 4.0 * f64::EPSILON).max(1e-9);
    if (value - whole).abs() < noise {
        return whole;
    }
    // Most figures have few decimals, and are what these decimals say.
    const FEW: f64 = 1e6;
    if value.abs() < 1e9 && (value * FEW).round() / FEW == value {
        return value;
    }
    // The end of a division that does not come out even is no noise.
    let shown = format!("{value:.14e}");
    let is_short = shown.split_once('e').is_some_and(|(digits, _)| digits.ends_with("000"));
    if is_short { shown.parse().unwrap_or(value) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_goes_and_fen_stay() {
        assert_eq!(tidy(2.999_999_999_999_999_6), 3.0);
        assert_eq!(tidy(0.1 + 0.2), 0.3);
        assert_eq!(tidy(126_000.0 * 1e-4), 12.6);
        assert_eq!(tidy(-126_000.0 * 1e-4), -12.6);
        assert_eq!(tidy(40.0 / 3.0), 40.0 / 3.0);
        assert!(tidy(f64::NAN).is_nan() && tidy(f64::INFINITY) == f64::INFINITY && tidy(1e300) == 1e300);
        assert_eq!(tidy(1_234.1 * 10_000.0), 12_341_000.0);
        for money in [80_000_000.03, 1_234_567_890.01, 0.000_1] {
            assert_eq!(tidy(money), money);
        }
    }
}
