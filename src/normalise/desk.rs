//! One table's cells, what they are read against, and where what is said of them goes.

use super::assignment::Assignment;
use super::lexicon::Lexicon;
use super::sink::{Say, Sink};
use super::view::View;
use crate::definition::{Field, FieldType};
use crate::model::cell::CellRef;
use crate::model::codes::{AmendmentRule, FindingCode};
use crate::model::finding::RawAndClean;
use crate::model::{Amendment, Severity};
use std::borrow::Cow;
use std::sync::Arc;

/// A value of one column, or of a score's two; words are borrowed from the sheet, the lexicon or the definition.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValue<'v> {
    Nothing,
    Text(Cow<'v, str>),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Date(i32),
    Unit(u32),
    Score(Option<f64>, Option<Cow<'v, str>>),
}

impl CellValue<'_> {
    /// The same value without a borrow.
    pub fn into_owned<'v>(self) -> CellValue<'v> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            CellValue::Nothing => CellValue::Nothing,
            CellValue::Score(number, grade) => CellValue::Score(number, grade.map(owned)),
            CellValue::Text(text) => CellValue::Text(owned(text)),
            CellValue::Integer(value) => CellValue::Integer(value),
            CellValue::Number(value) => CellValue::Number(value),
            CellValue::Boolean(value) => CellValue::Boolean(value),
            CellValue::Date(value) => CellValue::Date(value),
            CellValue::Unit(value) => CellValue::Unit(value),
        }
    }
}

/// What the cells of one table are read against.
pub struct Desk<'d, 'a> {
    pub frame: Assignment<'a>,
    pub lexicon: &'d Lexicon<'a>,
    pub view: &'d View<'d>,
    pub sink: &'d mut Sink,
    /// The columns that the table binds, left to right.
    pub columns: Vec<u16>,
    /// Units that cover and folder speak for: they settle a short name that two units share.
    pub context: &'d [u32],
    /// Birth year and month by the row's ID number.
    pub birth: Option<(i32, u32)>,
    /// The unit text read last and what it meant: most returns repeat one name on every row.
    pub last_unit: Option<(String, u32)>,
    /// Columns of which it was asked whether the sign of money on their figures is meant.
    pub money_asked: Vec<u16>,
}

/// One cell to read.
#[derive(Clone, Copy)]
pub struct FieldCell<'f> {
    pub field: &'f Field,
    pub at: CellRef,
    /// Factor that the column's own header implies (`奖励（万元）` where 元 is asked).
    pub factor: f64,
    /// By which rule the factor applies.
    pub factor_by: AmendmentRule,
    /// The field names the record: 无 is no answer here.
    pub names: bool,
    /// The person of this field is the one of the record's ID number or key.
    pub carries: bool,
    /// Filled from above: by which rule, and the text that this cell itself shows.
    pub filled: Option<(AmendmentRule, &'f str)>,
}

pub const MEND: &str = "请报送单位核对后改正";
pub const FILL: &str = "请报送单位补填";
const ASK: &str = "请报送单位核实；确认无误可说明理由";

impl Desk<'_, '_> {
    /// Whether several of the table's columns lie between two.
    pub fn shares(&self, first: u16, last: u16) -> bool {
        self.columns.partition_point(|col| *col <= last) > 1 + self.columns.partition_point(|col| *col < first)
    }

    /// Reports a finding on the cell.
    pub fn find(
        &mut self,
        cell: FieldCell<'_>,
        code: FindingCode,
        severity: Severity,
        found: String,
        expected: String,
        next: &'static str,
    ) {
        let say = Say { code, severity, found, expected, next };
        self.sink.on_row(self.view.index, cell.at.row, vec![cell.at], say, cell.field.line);
    }

    /// Logs a change of the cell. A cell filled from above shows what it says itself.
    pub fn amend(&mut self, cell: FieldCell<'_>, rule: AmendmentRule, raw: &str, clean: &str) {
        let (rule, raw) = cell.filled.unwrap_or((rule, raw));
        self.sink.amendments.push(Amendment {
            rule,
            source: self.sink.source,
            sheet: self.view.index,
            at: cell.at,
            field: Arc::clone(&cell.field.name),
            words: RawAndClean::new(raw, clean),
        });
    }

    /// 核实, with the usual next step.
    pub fn verify(&mut self, cell: FieldCell<'_>, code: FindingCode, found: String, expected: String) {
        self.find(cell, code, Severity::Verify, found, expected, ASK);
    }
}

/// What a field takes, in words.
pub fn expects(field: &Field) -> String {
    let unit = field.measured_in.as_deref().map_or_else(String::new, |unit| format!("，以{unit}计"));
    match &field.ty {
        FieldType::Integer => format!("填一个整数{unit}，没有请填 0"),
        FieldType::Number => format!("填一个数{unit}"),
        FieldType::Percent => "填百分数，如 98%".to_owned(),
        FieldType::Date => "填完整的年月日，如 2026-03-05".to_owned(),
        FieldType::Month => "填年和月，如 1980-10".to_owned(),
        FieldType::DateOrMonth => "填年月日，不知道日的填年和月，如 1998-07-15、1998-07".to_owned(),
        FieldType::Boolean => "填“是”或“否”".to_owned(),
        FieldType::Score { bands } => {
            let words: Vec<&str> = bands.iter().map(|band| band.word.as_str()).collect();
            format!("0 至 100 分，或写{}", words.join("、"))
        }
        FieldType::IdNumber => "18 位公民身份号码，文本格式".to_owned(),
        FieldType::Code { .. } => "填代码表中的一项".to_owned(),
        FieldType::Unit => "填单位名册中的单位".to_owned(),
        FieldType::Text | FieldType::Name | FieldType::DocumentNumber => "填文字".to_owned(),
    }
}
