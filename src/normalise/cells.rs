//! One cell in, one typed value out, with an amendment for each change and a finding for each doubt.

use super::lexicon::{Lexicon, fills_down};
use super::sink::{Say, Sink};
use super::view::View;
use super::{Frame, figures, scores};
use crate::definition::{Field, FieldType};
use crate::model::cell::{CellRef, RawValue};
use crate::model::{Amendment, Severity};
use crate::text::{id_number, names, numbers};
use std::borrow::Cow;
use std::sync::Arc;

/// A value of one column, or of a score's two; words are borrowed from the sheet, the lexicon or the definition.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'v> {
    Nothing,
    Text(Cow<'v, str>),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Date(i32),
    Unit(u32),
    Score(Option<f64>, Option<Cow<'v, str>>),
}

impl Value<'_> {
    /// The same value without a borrow.
    pub fn into_owned<'v>(self) -> Value<'v> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Value::Nothing => Value::Nothing,
            Value::Score(number, grade) => Value::Score(number, grade.map(owned)),
            Value::Text(text) => Value::Text(owned(text)),
            Value::Integer(value) => Value::Integer(value),
            Value::Number(value) => Value::Number(value),
            Value::Boolean(value) => Value::Boolean(value),
            Value::Date(value) => Value::Date(value),
            Value::Unit(value) => Value::Unit(value),
        }
    }
}

/// What the cells of one table are read against.
pub struct Desk<'d, 'a> {
    pub frame: Frame<'a>,
    pub lexicon: &'d Lexicon<'a>,
    pub view: &'d View<'d>,
    pub sink: &'d mut Sink,
    /// Units that cover and folder speak for: they settle a short name that two units share.
    pub context: &'d [u32],
    /// Birth year and month by the row's ID number.
    pub birth: Option<(i32, u32)>,
    /// The unit text read last and what it meant: most returns repeat one name on every row.
    pub last_unit: Option<(String, u32)>,
    /// The unknown unit text read last and what to write instead: the roster is searched for it once, not once a row.
    pub last_unknown: Option<(String, String)>,
}

/// One cell to read.
#[derive(Clone, Copy)]
pub struct Job<'f> {
    pub field: &'f Field,
    pub at: CellRef,
    /// Factor that the column's own header implies (`奖励（万元）` where 元 is asked).
    pub factor: f64,
    /// Filled from above: by which rule, and the text that this cell itself shows.
    pub filled: Option<(&'static str, &'f str)>,
}

pub const MEND: &str = "请报送单位核对后改正";
pub const FILL: &str = "请报送单位补填";
const ASK: &str = "请报送单位核实；确认无误可说明理由";

/// What a cell says that holds no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// 无
    NoneWord,
    /// —, /
    Mark,
    /// 未报
    NotReported,
}

fn silence(text: &str) -> Option<Silence> {
    // The longest of these words has three characters.
    if text.len() > 9 {
        return None;
    }
    match text {
        "无" | "没有" => Some(Silence::NoneWord),
        "/" | "／" | "\\" | "-" | "－" | "—" | "——" | "–" | "--" | "―" | "／／" | "//" | "*" => {
            Some(Silence::Mark)
        }
        "未报" | "未填" | "未填报" | "未上报" | "缺报" | "待报" | "未统计" => {
            Some(Silence::NotReported)
        }
        _ => None,
    }
}

/// Whether a text says "as above".
pub fn is_ditto(text: &str) -> bool {
    matches!(text, "同上" | "同前" | "〃" | "″" | "\"" | "”" | "''" | "＂" | "上同" | "同 上")
}

impl<'d, 'a> Desk<'d, 'a> {
    /// Reads one cell; `raw` is `None` for an empty one.
    pub fn read<'v>(&mut self, job: Job<'v>, raw: Option<RawValue>) -> Value<'v>
    where
        'a: 'v,
        'd: 'v,
    {
        let value = self.read_any(job, raw);
        if let Value::Date(day) = value {
            self.doubt_far_date(job, day);
        }
        value
    }

    fn read_any<'v>(&mut self, job: Job<'v>, raw: Option<RawValue>) -> Value<'v>
    where
        'a: 'v,
        'd: 'v,
    {
        use FieldType::{Date, DateOrMonth, IdNumber, Month};
        let raw = raw.filter(|value| !self.view.is_blank(*value));
        if job.field.ordinal {
            return self.ordinal(job, raw);
        }
        let Some(raw) = raw else {
            if job.field.required {
                let found = format!("“{}”没有填", job.field.name);
                self.find(job, "required-missing", Severity::Block, found, "必须填写".to_owned(), FILL);
            }
            return Value::Nothing;
        };
        match raw {
            RawValue::Error(_) => {
                let found = format!("“{}”是公式错误 {}", job.field.name, self.view.words(raw));
                self.find(job, "cell-error", Severity::Block, found, expects(job.field), MEND);
                Value::Nothing
            }
            RawValue::Unreadable(doubt) => {
                let found = format!("“{}”无法读取：{}", job.field.name, doubt.words());
                let next = "请用 Excel 或 WPS 打开该文件，重新计算并保存后再报";
                self.find(job, "cell-unreadable", Severity::Block, found, expects(job.field), next);
                Value::Nothing
            }
            RawValue::Text { .. } => self.text(job, self.view.sheet.text(raw)),
            RawValue::Percent(share) if job.field.ty == FieldType::Percent => figures::from_share(self, job, share),
            // No number is a day or a number of a person less for being shown so.
            RawValue::Percent(_) if matches!(job.field.ty, IdNumber | Date | Month | DateOrMonth) => {
                self.typed(job, raw)
            }
            // Whoever filled it in saw 98%, and not 0.98: as if the sign were written.
            RawValue::Percent(_) => self.text(job, &self.view.words(raw)).into_owned(),
            _ => self.typed(job, raw),
        }
    }

    fn ordinal(&mut self, job: Job<'_>, raw: Option<RawValue>) -> Value<'static> {
        let number = match raw {
            Some(RawValue::Number(number) | RawValue::Percent(number)) => number,
            Some(RawValue::Text { .. }) => raw
                .and_then(|raw| numbers::read(self.view.sheet.text(raw)).ok())
                .map_or(f64::NAN, |figure| figure.value),
            _ => f64::NAN,
        };
        match job.field.ty {
            _ if !number.is_finite() => Value::Nothing,
            FieldType::Integer if number.fract() == 0.0 && number.abs() < 1e15 => Value::Integer(number as i64),
            FieldType::Number => Value::Number(number),
            FieldType::Text => Value::Text(numbers::show(number).into()),
            _ => Value::Nothing,
        }
    }

    fn text<'v>(&mut self, job: Job<'v>, raw: &'v str) -> Value<'v>
    where
        'a: 'v,
        'd: 'v,
    {
        let text = names::tidy(raw);
        if let Some(value) = self.silent(job, &text) {
            return value;
        }
        match &job.field.ty {
            FieldType::Text => self.plain(job, raw, text, "tidy-text"),
            FieldType::Name => self.plain(job, raw, names::person(raw), "name-spaces"),
            FieldType::DocumentNumber => self.plain(job, raw, names::document_number(raw), "document-brackets"),
            FieldType::Code { list } => self.code(job, raw, &text, *list),
            FieldType::Unit => self.unit(job, raw, &text),
            FieldType::Boolean => self.boolean(job, raw, &text),
            FieldType::IdNumber => self.id_number(job, raw),
            FieldType::Date | FieldType::Month | FieldType::DateOrMonth => self.date_text(job, raw, &text),
            FieldType::Score { bands } => scores::from_text(self, job, raw, &text, bands),
            FieldType::Integer | FieldType::Number | FieldType::Percent => figures::from_text(self, job, raw, &text),
        }
    }

    /// Words that hold no value: 无, —, / and 未报 are different things (and none of them is 0 by itself).
    fn silent(&mut self, job: Job<'_>, text: &str) -> Option<Value<'static>> {
        let silence = silence(text)?;
        let field = job.field;
        let figure =
            matches!(field.ty, FieldType::Integer | FieldType::Number | FieldType::Percent | FieldType::Score { .. });
        let found = format!("“{}”填的是“{text}”", field.name);
        match (silence, &field.ty) {
            (Silence::NotReported, _) if field.required => {
                self.find(job, "not-reported", Severity::Block, found, expects(field), FILL);
            }
            (Silence::NotReported, _) => {
                self.find(job, "not-reported", Severity::Note, found, expects(field), "不按 0 计，按没有数据处理");
            }
            (_, FieldType::Integer) if field.none_is_zero => {
                self.amend(job, "none-is-zero", text, "0");
                return Some(Value::Integer(0));
            }
            (_, FieldType::Number | FieldType::Percent) if field.none_is_zero => {
                self.amend(job, "none-is-zero", text, "0");
                return Some(Value::Number(0.0));
            }
            _ if figure && field.required => {
                self.find(job, "none-in-number", Severity::Block, found, expects(field), "没有请填 0，漏报请补填");
            }
            _ if figure => {
                self.find(job, "none-in-number", Severity::Verify, found, expects(field), "没有请填 0，漏报请补填");
            }
            // 曾获荣誉 无 is an answer; so may 无 be in a code list, among yes and no, and in a unit's name.
            (Silence::NoneWord, FieldType::Text | FieldType::Code { .. } | FieldType::Boolean) => return None,
            _ if field.required => {
                self.find(job, "required-missing", Severity::Block, found, "必须填写".to_owned(), FILL);
            }
            _ => self.amend(job, "mark-for-none", text, ""),
        }
        Some(Value::Nothing)
    }

    fn plain<'v>(&mut self, job: Job<'_>, raw: &str, clean: Cow<'v, str>, rule: &'static str) -> Value<'v> {
        if clean != raw || job.filled.is_some() {
            self.amend(job, rule, raw, &clean);
        }
        Value::Text(clean)
    }

    fn code<'v>(&mut self, job: Job<'_>, raw: &str, text: &str, list: usize) -> Value<'v>
    where
        'a: 'v,
    {
        if let Some(word) = self.lexicon.codes.get(list).and_then(|codes| codes.find(text)) {
            if word != raw || job.filled.is_some() {
                self.amend(job, if word == text { "tidy-text" } else { "synonym" }, raw, word);
            }
            return Value::Text(word.into());
        }
        if silence(text).is_some() && !job.field.required {
            self.amend(job, "mark-for-none", raw, "");
            return Value::Nothing;
        }
        let allowed = self.frame.reference.codes.get(list).map_or_else(String::new, |codes| codes.values.join("、"));
        let near = self.lexicon.codes.get(list).and_then(|codes| codes.nearest(text));
        let near = near.map_or_else(String::new, |word| format!("（是不是“{word}”？）"));
        let found = format!("“{}”填的是“{text}”，不在代码表中{near}", job.field.name);
        self.find(job, "code-unknown", Severity::Block, found, format!("只能填：{allowed}"), MEND);
        Value::Nothing
    }

    fn unit(&mut self, job: Job<'_>, raw: &str, text: &str) -> Value<'static> {
        if let Some((last, unit)) = &self.last_unit
            && last == raw
        {
            let unit = *unit;
            self.amend_unit(job, raw, unit);
            return Value::Unit(unit);
        }
        let roster = &self.frame.reference.roster;
        let candidates = roster.find(text);
        if let Some(unit) = super::identify::settle(roster, candidates, self.context) {
            self.last_unit = Some((raw.to_owned(), unit));
            self.amend_unit(job, raw, unit);
            return Value::Unit(unit);
        }
        let (code, found) = if candidates.is_empty() {
            self.sink.unknown_unit(text, self.view.index, job.at);
            ("unit-unknown", format!("“{}”填的“{text}”不在单位名册中", job.field.name))
        } else {
            ("unit-ambiguous", format!("“{}”填的“{text}”在单位名册中对应不止一个单位", job.field.name))
        };
        let expected = match &self.last_unknown {
            Some((last, expected)) if last == raw => expected.clone(),
            _ => super::identify::expected_unit(roster, text, candidates),
        };
        self.last_unknown = Some((raw.to_owned(), expected.clone()));
        self.find(
            job,
            code,
            Severity::Block,
            found,
            expected,
            "请报送单位改填名册中的单位全称；名册缺漏的请汇总部门补充别名",
        );
        Value::Nothing
    }

    fn amend_unit(&mut self, job: Job<'_>, raw: &str, unit: u32) {
        let Some(name) = self.frame.reference.roster.units.get(unit as usize).map(|unit| unit.name.clone()) else {
            return;
        };
        if *name != *raw || job.filled.is_some() {
            self.amend(job, "unit-alias", raw, &name);
        }
    }

    fn boolean(&mut self, job: Job<'_>, raw: &str, text: &str) -> Value<'static> {
        let key = names::match_key(text);
        let yes = match key.as_str() {
            "是" | "√" | "✓" | "✔" | "☑" | "有" | "y" | "yes" | "true" | "1" | "对" | "对勾" | "对号" => {
                true
            }
            "否" | "×" | "✗" | "✘" | "无" | "n" | "no" | "false" | "0" | "不是" | "非" | "没有" | "□" | "☐" => {
                false
            }
            _ => {
                let found = format!("“{}”填的是“{text}”，看不出是还是否", job.field.name);
                self.find(job, "boolean-unknown", Severity::Block, found, expects(job.field), MEND);
                return Value::Nothing;
            }
        };
        let clean = if yes { "是" } else { "否" };
        if raw != clean {
            self.amend(job, "yes-no-mark", raw, clean);
        }
        Value::Boolean(yes)
    }

    /// ID numbers are never spelled out, nor repaired: only spaces, width and the case of X change.
    fn id_number(&mut self, job: Job<'_>, raw: &str) -> Value<'static> {
        let clean: String = raw
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control() && !crate::text::width::is_invisible(*c))
            .map(crate::text::width::narrow_char)
            .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '‘' | '’' | '`'))
            .map(|c| if c == 'x' { 'X' } else { c })
            .collect();
        if matches!(numbers::read(&clean), Err(numbers::Doubt::Scientific)) {
            return self.lost_digits(job);
        }
        if clean.len() == 15 && clean.bytes().all(|b| b.is_ascii_digit()) {
            let found = format!("“{}”是 15 位的旧号码", job.field.name);
            self.find(job, "id-fifteen-digits", Severity::Block, found, expects(job.field), MEND);
            return Value::Nothing;
        }
        if clean != raw {
            self.amend(job, "id-tidied", &id_number::mask(raw), &id_number::mask(&clean));
        }
        Value::Text(clean.into())
    }

    fn lost_digits(&mut self, job: Job<'_>) -> Value<'static> {
        let found = format!("“{}”被存成了数字，末几位已经丢失", job.field.name);
        let expected = "以文本格式填写 18 位号码".to_owned();
        let next = "请报送单位把该列设为文本格式，对照身份证原件重新填写";
        self.find(job, "id-stored-as-number", Severity::Block, found, expected, next);
        Value::Nothing
    }

    /// Cells that are no text: numbers, booleans, dates.
    fn typed<'v>(&mut self, job: Job<'v>, raw: RawValue) -> Value<'v> {
        let field = job.field;
        match (raw, &field.ty) {
            (RawValue::Number(_) | RawValue::Percent(_), FieldType::IdNumber) => self.lost_digits(job),
            (RawValue::Number(number), FieldType::Date | FieldType::Month | FieldType::DateOrMonth) => {
                self.date_number(job, number)
            }
            (RawValue::DateSerial(serial), FieldType::Date | FieldType::Month | FieldType::DateOrMonth) => {
                self.date_serial(job, serial)
            }
            (RawValue::Number(number), FieldType::Integer | FieldType::Number | FieldType::Percent) => {
                figures::from_number(self, job, number)
            }
            (RawValue::Number(number), FieldType::Score { bands }) => scores::from_number(number, bands),
            (RawValue::Boolean(yes), FieldType::Boolean) => Value::Boolean(yes),
            (RawValue::Number(number), FieldType::Boolean) if number == 0.0 || number == 1.0 => {
                self.amend(job, "yes-no-mark", &numbers::show(number), if number == 1.0 { "是" } else { "否" });
                Value::Boolean(number == 1.0)
            }
            (RawValue::Number(number), ty) if fills_down(ty) && number.abs() < 1e15 => {
                let text = numbers::show(number);
                self.text(job, &text).into_owned()
            }
            (RawValue::DateSerial(serial), FieldType::Text) if crate::text::dates::from_serial(serial).is_some() => {
                let text = self.view.words(raw).into_owned();
                self.amend(job, "date-as-text", &numbers::show(serial), &text);
                Value::Text(text.into())
            }
            _ => {
                let kind = match raw {
                    RawValue::DateSerial(_) => "日期",
                    RawValue::Boolean(_) => "逻辑值",
                    _ => "数字",
                };
                let shown = if matches!(field.ty, FieldType::IdNumber) {
                    String::new()
                } else {
                    format!("“{}”", self.view.words(raw))
                };
                let found = format!("“{}”填的是{kind}{shown}", field.name);
                self.find(job, "wrong-kind", Severity::Block, found, expects(field), MEND);
                Value::Nothing
            }
        }
    }

    /// Reports a finding on the cell.
    pub fn find(
        &mut self,
        job: Job<'_>,
        code: &'static str,
        severity: Severity,
        found: String,
        expected: String,
        next: &'static str,
    ) {
        let say = Say { code, severity, found, expected, next };
        self.sink.on_row(self.view.index, job.at.row, vec![job.at], say, job.field.line);
    }

    /// Logs a change of the cell. A cell filled from above shows what it says itself.
    pub fn amend(&mut self, job: Job<'_>, rule: &'static str, raw: &str, clean: &str) {
        let (rule, raw) = job.filled.unwrap_or((rule, raw));
        self.sink.amendments.push(Amendment {
            rule,
            source: self.sink.source,
            sheet: self.view.index,
            at: job.at,
            field: Arc::clone(&job.field.name),
            raw: raw.to_owned(),
            clean: clean.to_owned(),
        });
    }

    /// 核实, with the usual next step.
    pub fn verify(&mut self, job: Job<'_>, code: &'static str, found: String, expected: String) {
        self.find(job, code, Severity::Verify, found, expected, ASK);
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
