//! Cells that a person sees otherwise than they are stored: what is seen is the value, and both are said.

use super::desk::{CellValue, Desk, FieldCell};
use crate::definition::FieldType;
use crate::model::Severity;
use crate::model::cell::{RawValue, SeenAs, Sight};
use crate::model::codes::{AmendmentRule, FindingCode};
use crate::text::names::tidy;
use crate::text::numbers;

/// What a cell comes to once it is looked at.
pub enum CellSight<'v> {
    /// Read what is stored, or nothing.
    Stored(Option<RawValue>),
    /// Read these words as if they were typed.
    Words(&'v str),
}

impl<'d, 'a> Desk<'d, 'a> {
    /// What of a cell is read, and what is said of it.
    pub(super) fn seen(&mut self, cell: FieldCell<'_>, raw: RawValue, sights: &[Sight]) -> CellSight<'d> {
        let name = &cell.field.name;
        let sheet = self.view.sheet;
        let stored = tidy(&self.view.words(raw)).into_owned();
        let mut seen = CellSight::Stored(Some(raw));
        for sight in sights {
            let text = sheet.sight_text(sight);
            let (code, found) = match sight.how {
                SeenAs::PartStruck => (
                    FindingCode::CellStruck,
                    format!("“{name}”里有划了删除线的内容：原有“{}”，按“{stored}”读", tidy(text)),
                ),
                SeenAs::Struck => {
                    seen = CellSight::Stored(None);
                    (FindingCode::CellStruck, format!("“{name}”的“{stored}”整格划了删除线，按没有填处理"))
                }
                SeenAs::Superscript if !matches!(cell.field.ty, FieldType::Text | FieldType::DocumentNumber) => {
                    seen = CellSight::Words(text);
                    (
                        FindingCode::CellSuperscript,
                        format!("“{name}”带有上标或下标，存的是“{stored}”，按“{}”读", tidy(text)),
                    )
                }
                SeenAs::Superscript => continue,
                SeenAs::Format => {
                    seen = CellSight::Words(text);
                    continue;
                }
                SeenAs::Money => {
                    self.doubt_money(cell, &stored);
                    continue;
                }
                SeenAs::Nothing => (FindingCode::ValueNotShown, format!("“{name}”存的是 {stored}，单元格里却不显示")),
                SeenAs::MinusHidden => {
                    let found = format!("“{name}”存的是 {stored}，显示时没有负号，本行未计入");
                    self.hold(cell, FindingCode::ValueNotShown, found, "显示的和存的一致".to_owned());
                    continue;
                }
            };
            self.verify(cell, code, found, "单元格里看到的就是要报的".to_owned());
        }
        seen
    }

    /// Reads a value that a number format shows otherwise. The field's own measure behind it says nothing; a conversion is
    /// asked about; other words are read as if typed.
    pub(super) fn as_shown<'v>(&mut self, cell: FieldCell<'v>, raw: RawValue, shown: &'v str) -> CellValue<'v>
    where
        'a: 'v,
        'd: 'v,
    {
        let stored = match raw {
            RawValue::Number(number) | RawValue::Percent(number) => Some(number),
            _ => None,
        };
        let mark = self.sink.mark();
        let value = self.text(cell, shown);
        let read = match value {
            CellValue::Number(number) => Some(number),
            CellValue::Integer(number) => Some(number as f64),
            _ => None,
        };
        match (stored, read) {
            (Some(stored), Some(read)) if super::figures::tidy(stored) == read => {
                self.sink.forget(mark);
                return value;
            }
            (Some(stored), Some(read)) => {
                self.sink.forget(mark);
                let found = format!(
                    "“{}”存的是 {}，显示为“{shown}”，按 {} 读",
                    cell.field.name,
                    numbers::show(stored),
                    numbers::show(read)
                );
                self.verify(cell, FindingCode::ShownOtherwise, found, super::desk::expects(cell.field));
            }
            _ => {}
        }
        let words = self.view.words(raw).into_owned();
        self.amend(cell, AmendmentRule::ShownByFormat, &words, shown);
        value
    }

    /// The sign of 元 before figures of a column that stands in 万元: asked about once a column.
    fn doubt_money(&mut self, cell: FieldCell<'_>, stored: &str) {
        let measure = cell.field.measured_in.as_deref().unwrap_or("");
        if super::figures::is_in_yuan(&self.frame.plan.words.headers, cell.field, cell.factor)
            || self.money_asked.contains(&cell.at.col)
        {
            return;
        }
        self.money_asked.push(cell.at.col);
        let found =
            format!("“{}”这一列的数带人民币符号（¥{stored}），表头的单位是{measure}，按{measure}读", cell.field.name);
        self.verify(cell, FindingCode::ShownOtherwise, found, super::desk::expects(cell.field));
    }

    /// 核实 that holds its row.
    fn hold(&mut self, cell: FieldCell<'_>, code: FindingCode, found: String, expected: String) {
        self.verify(cell, code, found, expected);
        self.sink.hold_last();
    }

    /// Says that a figure shares its cell with other columns of its row.
    pub(super) fn merged_across(&mut self, cell: FieldCell<'_>, first: bool) {
        let severity = if first || !cell.field.required { Severity::Verify } else { Severity::Block };
        let found = match first {
            true => format!("“{}”与右边的列合并成一格，只计在这一列", cell.field.name),
            false => format!("“{}”与左边的列合并成一格，看不出这一列是多少", cell.field.name),
        };
        let expected = "每一列单独填写".to_owned();
        self.find(cell, FindingCode::MergedNumber, severity, found, expected, super::desk::MEND);
    }
}
