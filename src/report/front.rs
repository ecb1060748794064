//! 首页: the first page of the signed edition. Who says what about which period, and the lines to sign.

use super::overview::{charts, quoted};
use super::results::Results;
use crate::book::block::Stand;
use crate::book::paper::Paper;
use crate::book::style::PrintStyles;
use crate::definition::Edition;
use rust_xlsxwriter::{Worksheet, XlsxError};

pub const NAME: &str = "首页";
const COLUMNS: usize = 8;
/// Eight of them are as wide as an upright page.
const WIDTH: f64 = 11.3;

/// Writes the sheet; `stands` tells where each table of the results was printed.
///
/// # Errors
/// The sheet refuses a cell.
pub fn front(results: &Results<'_>, styles: &PrintStyles, stands: &[Stand]) -> Result<Worksheet, XlsxError> {
    let mut paper = Paper::new(NAME, &results.name(), vec![WIDTH; COLUMNS], false, styles)?;
    paper.line(&results.name(), &styles.title, (16.0, 34.0))?;
    let mut source = format!("报告期：{}", results.period.title());
    if !results.plan.notice.is_empty() {
        source += &format!("　　依据：{}", quoted(&results.plan.notice));
    }
    paper.line(&source, &styles.subtitle, (11.0, 20.0))?;
    paper.section("一、主要情况")?;
    for (at, (holds, text)) in results.statements.iter().enumerate() {
        let text = format!("{}. {text}", at + 1);
        match holds {
            Some(false) => paper.line(&text, &styles.alarm_line, (11.0, 19.0))?,
            _ => paper.words(&text)?,
        }
    }
    charts(results, Edition::Signed, stands, "二、图", &mut paper)?;
    paper.fold.apply(&mut paper.sheet)?;
    Ok(paper.sheet)
}
