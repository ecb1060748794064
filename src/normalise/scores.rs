//! Score cells: a number, or the word of a band (好, 较好).

use super::desk::{CellValue, Desk, FieldCell, MEND, expects};
use super::figures;
use crate::definition::Band;
use crate::model::Severity;
use crate::model::codes::{AmendmentRule, FindingCode};
use crate::text::{names, numbers};
use std::borrow::Cow;

/// A written score: the word of a band, or a figure with or without 分; anything else is a finding.
pub fn from_text<'v>(
    desk: &mut Desk<'_, '_>,
    cell: FieldCell<'_>,
    raw: &str,
    text: &str,
    bands: &'v [Band],
) -> CellValue<'v> {
    let key = names::match_key(text);
    if let Some(band) = bands.iter().find(|band| names::match_key(&band.word) == key) {
        if band.word != raw {
            desk.amend(cell, AmendmentRule::TidyText, raw, &band.word);
        }
        return CellValue::Score(None, Some(Cow::Borrowed(&band.word)));
    }
    match numbers::read(text) {
        Ok(figure) if !figure.percent && figure.scale == 1.0 && matches!(figure.unit.as_str(), "" | "分") => {
            let clean = numbers::show(figure.value);
            if clean != raw {
                desk.amend(cell, figures::rule_of(&figure, raw), raw, &clean);
            }
            from_number(figure.value, bands)
        }
        _ => {
            let found = format!("“{}”填的是“{text}”，既不是分数也不是等次", cell.field.name);
            desk.find(cell, FindingCode::ScoreUnknown, Severity::Block, found, expects(cell.field), MEND);
            CellValue::Nothing
        }
    }
}

/// A score's number and the first band whose bound it reaches; outside 0–100 it has no grade.
pub fn from_number(number: f64, bands: &[Band]) -> CellValue<'_> {
    let (number, band) = graded(number, bands);
    let band = band.and_then(|band| bands.get(band));
    CellValue::Score(Some(number), band.map(|band| Cow::Borrowed(band.word.as_str())))
}

/// The same, with the band's place among all.
pub fn graded(number: f64, bands: &[Band]) -> (f64, Option<usize>) {
    // 89.99999999999999 from a formula is 90, and reaches its band.
    let number = figures::tidy(number);
    let inside = (0.0..=100.0).contains(&number);
    (number, bands.iter().position(|band| inside && number >= band.from))
}
