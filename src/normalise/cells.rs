//! One cell in, one typed value out, with an amendment for each change and a finding for each doubt.

use super::desk::{CellValue, Desk, FILL, FieldCell, MEND, expects};
use super::lexicon::fills_down;
use super::silence::Silence;
use super::{figures, scores};
use crate::definition::{Field, FieldType};
use crate::model::Severity;
use crate::model::cell::{CellDoubt, RawValue};
use crate::model::codes::{AmendmentRule, FindingCode};
use crate::text::names::header_key;
use crate::text::ticks::{self, TickBox};
use crate::text::{dates, masks, names, numbers, odd_names, people};
use std::borrow::Cow;

impl<'d, 'a> Desk<'d, 'a> {
    /// Reads one cell; `raw` is `None` for an empty one.
    pub fn read<'v>(&mut self, cell: FieldCell<'v>, raw: Option<RawValue>) -> CellValue<'v>
    where
        'a: 'v,
        'd: 'v,
    {
        let value = self.read_any(cell, raw);
        if let CellValue::Date(day) = value {
            self.doubt_far_date(cell, day);
        }
        value
    }

    /// A figure, score or day of which nothing has to be said, whatever stands around it; `None` for every other cell.
    pub fn unquestioned<'v>(&self, field: &'v Field, value: RawValue) -> Option<CellValue<'v>> {
        match (value, &field.ty) {
            _ if field.ordinal => None,
            (RawValue::Number(number), FieldType::Score { bands }) => Some(scores::from_number(number, bands)),
            (RawValue::Number(number), _) => figures::plain(field, number),
            (RawValue::DateSerial(serial), FieldType::Date | FieldType::DateOrMonth) if serial.fract() == 0.0 => {
                let day = dates::from_serial(serial)?;
                self.expects_year_of(field, day).then_some(CellValue::Date(day))
            }
            _ => None,
        }
    }

    /// A word of which nothing has to be said, and that is read as it stands, whatever stands around it; `None` for every
    /// other, and for fields that are read by more than their own text.
    pub fn unquestioned_word(&self, field: &Field, value: RawValue) -> Option<&'d str> {
        if field.ordinal || !matches!(field.ty, FieldType::Text | FieldType::Name) {
            return None;
        }
        let text = self.view.sheet.text(value);
        let first = text.chars().next().filter(|first| self.lexicon.rows.holds_value(*first))?;
        // 姓名 in the column 姓名.
        if field.name.starts_with(first) || !names::is_key(text) {
            return None;
        }
        (field.ty == FieldType::Text || people::is_plain_name(text)).then_some(text)
    }

    fn read_any<'v>(&mut self, cell: FieldCell<'v>, raw: Option<RawValue>) -> CellValue<'v>
    where
        'a: 'v,
        'd: 'v,
    {
        use FieldType::{Date, DateOrMonth, IdNumber, Month};
        let raw = raw.filter(|value| !self.view.is_blank(*value));
        if cell.field.ordinal {
            return self.ordinal(cell, raw);
        }
        let Some(raw) = raw else {
            if cell.field.required {
                let found = format!("“{}”没有填", cell.field.name);
                self.find(cell, FindingCode::RequiredMissing, Severity::Block, found, "必须填写".to_owned(), FILL);
            }
            return CellValue::Nothing;
        };
        match raw {
            RawValue::Error(_) => {
                let found = format!("“{}”是公式错误 {}", cell.field.name, self.view.words(raw));
                self.find(cell, FindingCode::CellError, Severity::Block, found, expects(cell.field), MEND);
                CellValue::Nothing
            }
            // The same words for every cell: they make one line, and there is one thing to do about all of them.
            RawValue::Unreadable(CellDoubt::FormulaWithoutValue) => {
                let found = "是公式，文件里没有保存计算结果，看不到数".to_owned();
                let next =
                    "请用 Excel 或 WPS 打开该文件，按 Ctrl+Alt+F9 全部重新计算，保存后再报；由程序导出的请导出数值";
                self.find(
                    cell,
                    FindingCode::CellUnreadable,
                    Severity::Block,
                    found,
                    "公式的结果保存在文件里".to_owned(),
                    next,
                );
                CellValue::Nothing
            }
            RawValue::Unreadable(doubt) => {
                let found = format!("“{}”无法读取：{}", cell.field.name, doubt.words());
                let next = "请用 Excel 或 WPS 打开该文件，重新计算并保存后再报";
                self.find(cell, FindingCode::CellUnreadable, Severity::Block, found, expects(cell.field), next);
                CellValue::Nothing
            }
            RawValue::Text { .. } => self.text(cell, self.view.sheet.text(raw)),
            RawValue::Percent(share) if cell.field.ty == FieldType::Percent => figures::from_share(self, cell, share),
            // No number is a day or a number of a person less for being shown so.
            RawValue::Percent(_) if matches!(cell.field.ty, IdNumber | Date | Month | DateOrMonth) => {
                self.typed(cell, raw)
            }
            // Whoever filled it in saw 98%, and not 0.98: as if the sign were written.
            RawValue::Percent(_) => self.text(cell, &self.view.words(raw)).into_owned(),
            _ => self.typed(cell, raw),
        }
    }

    fn ordinal(&mut self, cell: FieldCell<'_>, raw: Option<RawValue>) -> CellValue<'static> {
        let number = match raw {
            Some(RawValue::Number(number) | RawValue::Percent(number)) => number,
            Some(RawValue::Text { .. }) => raw
                .and_then(|raw| numbers::read(self.view.sheet.text(raw)).ok())
                .map_or(f64::NAN, |figure| figure.value),
            _ => f64::NAN,
        };
        match cell.field.ty {
            _ if !number.is_finite() => CellValue::Nothing,
            FieldType::Integer if number.fract() == 0.0 && number.abs() < 1e15 => CellValue::Integer(number as i64),
            FieldType::Number => CellValue::Number(number),
            FieldType::Text => CellValue::Text(numbers::show(number).into()),
            _ => CellValue::Nothing,
        }
    }

    pub(super) fn text<'v>(&mut self, cell: FieldCell<'v>, raw: &'v str) -> CellValue<'v>
    where
        'a: 'v,
        'd: 'v,
    {
        let text = names::tidy(raw);
        if let Some(value) = self.silent(cell, &text) {
            return value;
        }
        match &cell.field.ty {
            FieldType::Text => {
                if cell.names && cell.field.required {
                    self.doubt_name(cell, &text);
                }
                self.plain(cell, raw, text, AmendmentRule::TidyText)
            }
            FieldType::Name => self.person(cell, raw),
            FieldType::DocumentNumber => {
                self.plain(cell, raw, names::document_number(raw), AmendmentRule::DocumentBrackets)
            }
            FieldType::Code { list } => self.code(cell, raw, &text, *list),
            FieldType::Unit => self.unit(cell, raw, &text),
            FieldType::Boolean => self.boolean(cell, raw, &text),
            FieldType::IdNumber => self.id_number(cell, raw),
            FieldType::Date | FieldType::Month | FieldType::DateOrMonth => self.date_text(cell, raw, &text),
            FieldType::Score { bands } => scores::from_text(self, cell, raw, &text, bands),
            FieldType::Integer | FieldType::Number | FieldType::Percent => figures::from_text(self, cell, raw, &text),
        }
    }

    /// Words that hold no value: 无, —, / and 未报 are different things (and none of them is 0 by itself).
    fn silent(&mut self, cell: FieldCell<'_>, text: &str) -> Option<CellValue<'static>> {
        let field = cell.field;
        // 姓名 in the column 姓名.
        let own_header =
            || text.chars().next() == field.name.chars().next() && header_key(text) == header_key(&field.name);
        let silence = self.lexicon.rows.silence(text).or_else(|| own_header().then_some(Silence::Placeholder))?;
        let figure =
            matches!(field.ty, FieldType::Integer | FieldType::Number | FieldType::Percent | FieldType::Score { .. });
        let found = format!("“{}”填的是“{text}”", field.name);
        match (silence, &field.ty) {
            // What need not be filled in may say what it likes; figures say for themselves what they cannot read.
            (Silence::Placeholder, ty)
                if !field.required
                    || !matches!(
                        ty,
                        FieldType::Text | FieldType::Name | FieldType::DocumentNumber | FieldType::Unit
                    ) =>
            {
                return None;
            }
            (Silence::NotReported, _) if field.required => {
                self.find(cell, FindingCode::NotReported, Severity::Block, found, expects(field), FILL);
            }
            (Silence::NotReported, _) => {
                self.find(
                    cell,
                    FindingCode::NotReported,
                    Severity::Note,
                    found,
                    expects(field),
                    "不按 0 计，按没有数据处理",
                );
            }
            (_, FieldType::Integer) if field.none_is_zero => {
                self.amend(cell, AmendmentRule::NoneIsZero, text, "0");
                return Some(CellValue::Integer(0));
            }
            (_, FieldType::Number | FieldType::Percent) if field.none_is_zero => {
                self.amend(cell, AmendmentRule::NoneIsZero, text, "0");
                return Some(CellValue::Number(0.0));
            }
            _ if figure && field.required => {
                self.find(
                    cell,
                    FindingCode::NoneInNumber,
                    Severity::Block,
                    found,
                    expects(field),
                    "没有请填 0，漏报请补填",
                );
            }
            _ if figure => {
                self.find(
                    cell,
                    FindingCode::NoneInNumber,
                    Severity::Verify,
                    found,
                    expects(field),
                    "没有请填 0，漏报请补填",
                );
            }
            // 曾获荣誉 无 is an answer; so may 无 be in a code list, among yes and no, and in a unit's name. It names nobody.
            (Silence::NoneWord, FieldType::Text) if !cell.names => return None,
            (Silence::NoneWord, FieldType::Code { .. } | FieldType::Boolean) => return None,
            _ if field.required => {
                self.find(cell, FindingCode::RequiredMissing, Severity::Block, found, "必须填写".to_owned(), FILL);
            }
            _ => self.amend(cell, AmendmentRule::MarkForNone, text, ""),
        }
        Some(CellValue::Nothing)
    }

    /// What names a record is a name, and of one: 1, ———, 名称：甲, 一、二班.
    fn doubt_name(&mut self, cell: FieldCell<'_>, text: &str) {
        let odd = odd_names::odd(text, &cell.field.name, &self.frame.plan.words.names.collectives);
        let Some(odd) = odd else { return };
        let found = format!("“{}”填的“{text}”{}", cell.field.name, odd.words());
        self.verify(cell, FindingCode::RecordNameOdd, found, "填一个名称的全称".to_owned());
    }

    fn plain<'v>(&mut self, cell: FieldCell<'_>, raw: &str, clean: Cow<'v, str>, rule: AmendmentRule) -> CellValue<'v> {
        if clean != raw || cell.filled.is_some() {
            self.amend(cell, rule, raw, &clean);
        }
        CellValue::Text(clean)
    }

    /// One person's name. Two in one cell are 必改 where the field carries the ID or names the record, else asked about.
    fn person<'v>(&mut self, cell: FieldCell<'_>, raw: &'v str) -> CellValue<'v> {
        let Some((how, people)) = people::several_people(raw, self.frame.plan.words.names.people()) else {
            if !people::may_be_person(raw) {
                let found = format!("“{}”填的“{}”不像一个人的姓名", cell.field.name, names::tidy(raw));
                self.verify(cell, FindingCode::NameUnclear, found, "填一个人的姓名".to_owned());
            }
            return self.plain(cell, raw, people::person(raw), AmendmentRule::NameSpaces);
        };
        let together = people.join("、");
        let found = format!("“{}”一格里像有 {} 个人：{together}", cell.field.name, people.len());
        let expected = "一格只填一个人的姓名".to_owned();
        if how == people::SeveralPeople::Divided && cell.carries {
            self.find(cell, FindingCode::SeveralPeople, Severity::Block, found, expected, MEND);
        } else {
            self.verify(cell, FindingCode::SeveralPeople, found, expected);
        }
        if how == people::SeveralPeople::Joined {
            return self.plain(cell, raw, people::person(raw), AmendmentRule::NameSpaces);
        }
        self.plain(cell, raw, together.into(), AmendmentRule::NameSpaces)
    }

    fn code<'v>(&mut self, cell: FieldCell<'_>, raw: &str, text: &str, list: usize) -> CellValue<'v>
    where
        'a: 'v,
    {
        if let Some(word) = self.lexicon.codes.get(list).and_then(|codes| codes.find(text)) {
            if word != raw || cell.filled.is_some() {
                self.amend(
                    cell,
                    if word == text { AmendmentRule::TidyText } else { AmendmentRule::Synonym },
                    raw,
                    word,
                );
            }
            return CellValue::Text(word.into());
        }
        if self.lexicon.rows.silence(text).is_some() && !cell.field.required {
            self.amend(cell, AmendmentRule::MarkForNone, raw, "");
            return CellValue::Nothing;
        }
        let find = |word: &str| self.lexicon.codes.get(list).and_then(|codes| codes.find(word));
        if let Some(boxes) = ticks::boxes(raw).filter(|boxes| boxes.iter().any(|one| find(&one.words).is_some())) {
            return match self.ticked(&boxes).map(find) {
                Some(Some(word)) => {
                    self.amend(cell, AmendmentRule::TickBox, raw, word);
                    CellValue::Text(word.into())
                }
                _ => self.not_one_ticked(cell, FindingCode::CodeUnknown, &boxes),
            };
        }
        let allowed = self.frame.reference.codes.get(list).map_or_else(String::new, |codes| codes.values.join("、"));
        let near = self.lexicon.codes.get(list).and_then(|codes| codes.nearest(text));
        let near = near.map_or_else(String::new, |word| format!("（是不是“{word}”？）"));
        let found = format!("“{}”填的是“{text}”，不在代码表中{near}", cell.field.name);
        self.find(cell, FindingCode::CodeUnknown, Severity::Block, found, format!("只能填：{allowed}"), MEND);
        CellValue::Nothing
    }

    fn unit(&mut self, cell: FieldCell<'_>, raw: &str, text: &str) -> CellValue<'static> {
        // Filled in across, 数量 over the figures names nobody: they are the sender's.
        if self.view.turned && self.frame.plan.words.rows.is_figure(text) {
            return CellValue::Nothing;
        }
        if let Some((last, unit)) = &self.last_unit
            && last == raw
        {
            let unit = *unit;
            self.amend_unit(cell, raw, unit);
            return CellValue::Unit(unit);
        }
        let roster = &self.frame.reference.roster;
        let candidates = roster.find(text);
        if let Some(unit) = super::identify::settle(roster, candidates, self.context) {
            self.last_unit = Some((raw.to_owned(), unit));
            self.amend_unit(cell, raw, unit);
            return CellValue::Unit(unit);
        }
        let (code, found) = if candidates.is_empty() {
            self.sink.unknown_unit(text, self.view.index, cell.at);
            (FindingCode::UnitUnknown, format!("“{}”填的“{text}”不在单位名册中", cell.field.name))
        } else {
            (FindingCode::UnitAmbiguous, format!("“{}”填的“{text}”在单位名册中对应不止一个单位", cell.field.name))
        };
        let expected = super::identify::expected_unit(roster, candidates);
        self.find(
            cell,
            code,
            Severity::Block,
            found,
            expected,
            "请报送单位改填名册中的单位全称；名册缺漏的请汇总部门补充别名",
        );
        CellValue::Nothing
    }

    fn amend_unit(&mut self, cell: FieldCell<'_>, raw: &str, unit: u32) {
        let Some(name) = self.frame.reference.roster.units.get(unit as usize).map(|unit| unit.name.clone()) else {
            return;
        };
        if *name != *raw || cell.filled.is_some() {
            self.amend(cell, AmendmentRule::UnitAlias, raw, &name);
        }
    }

    /// The words of the only box that is ticked.
    fn ticked<'b>(&self, boxes: &'b [TickBox]) -> Option<&'b str> {
        let mut ticked = boxes.iter().filter(|one| one.ticked);
        ticked.next().filter(|_| ticked.next().is_none()).map(|one| one.words.as_str())
    }

    /// Boxes of which none is ticked are a blank cell; several are no answer.
    fn not_one_ticked(&mut self, cell: FieldCell<'_>, code: FindingCode, boxes: &[TickBox]) -> CellValue<'static> {
        let ticked = boxes.iter().filter(|one| one.ticked).count();
        let name = &cell.field.name;
        if ticked > 0 {
            let found = format!("“{name}”勾了 {ticked} 项，看不出是哪一项");
            self.find(cell, code, Severity::Block, found, "只勾一项".to_owned(), MEND);
        } else if cell.field.required {
            let found = format!("“{name}”一项也没有勾");
            self.find(cell, FindingCode::RequiredMissing, Severity::Block, found, "必须填写".to_owned(), FILL);
        }
        CellValue::Nothing
    }

    fn boolean(&mut self, cell: FieldCell<'_>, raw: &str, text: &str) -> CellValue<'static> {
        let rows = &self.lexicon.rows;
        let says = |one: &TickBox| rows.yes_or_no(&one.words).is_some();
        let said = rows.yes_or_no(text).or_else(|| rows.answer_to(&cell.field.name, text));
        let (yes, rule) = match (said, ticks::boxes(raw).filter(|boxes| boxes.iter().any(says))) {
            (Some(yes), _) => (yes, AmendmentRule::YesNoMark),
            (None, Some(boxes)) => match self.ticked(&boxes).and_then(|words| rows.yes_or_no(words)) {
                Some(yes) => (yes, AmendmentRule::TickBox),
                None => return self.not_one_ticked(cell, FindingCode::BooleanUnknown, &boxes),
            },
            (None, None) => {
                let found = format!("“{}”填的是“{text}”，看不出是还是否", cell.field.name);
                self.find(cell, FindingCode::BooleanUnknown, Severity::Block, found, expects(cell.field), MEND);
                return CellValue::Nothing;
            }
        };
        let clean = if yes { "是" } else { "否" };
        if raw != clean {
            self.amend(cell, rule, raw, clean);
        }
        CellValue::Boolean(yes)
    }

    /// ID numbers are never spelled out, nor repaired: only spaces, width and the case of X change.
    fn id_number(&mut self, cell: FieldCell<'_>, raw: &str) -> CellValue<'static> {
        let clean: String = raw
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control() && !crate::text::width::is_invisible(*c))
            .map(crate::text::width::narrow_char)
            .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '‘' | '’' | '`'))
            .map(|c| if c == 'x' { 'X' } else { c })
            .collect();
        if matches!(numbers::read(&clean), Err(numbers::NumberDoubt::Scientific)) {
            return self.lost_digits(cell);
        }
        if clean.len() == 15 && clean.bytes().all(|b| b.is_ascii_digit()) {
            let found = format!("“{}”是 15 位的旧号码", cell.field.name);
            self.find(cell, FindingCode::IdFifteenDigits, Severity::Block, found, expects(cell.field), MEND);
            return CellValue::Nothing;
        }
        if clean != raw {
            self.amend(cell, AmendmentRule::IdTidied, &masks::mask(raw), &masks::mask(&clean));
        }
        CellValue::Text(clean.into())
    }

    fn lost_digits(&mut self, cell: FieldCell<'_>) -> CellValue<'static> {
        let found = format!("“{}”被存成了数字，末几位已经丢失", cell.field.name);
        let expected = "以文本格式填写 18 位号码".to_owned();
        let next = "请报送单位把该列设为文本格式，对照身份证原件重新填写";
        self.find(cell, FindingCode::IdStoredAsNumber, Severity::Block, found, expected, next);
        CellValue::Nothing
    }

    /// Cells that are no text: numbers, booleans, dates.
    fn typed<'v>(&mut self, cell: FieldCell<'v>, raw: RawValue) -> CellValue<'v> {
        let field = cell.field;
        match (raw, &field.ty) {
            (RawValue::Number(_) | RawValue::Percent(_), FieldType::IdNumber) => self.lost_digits(cell),
            (RawValue::Number(number), FieldType::Date | FieldType::Month | FieldType::DateOrMonth) => {
                self.date_number(cell, number)
            }
            (RawValue::DateSerial(serial), FieldType::Date | FieldType::Month | FieldType::DateOrMonth) => {
                self.date_serial(cell, serial)
            }
            (RawValue::Number(number), FieldType::Integer | FieldType::Number | FieldType::Percent) => {
                figures::from_number(self, cell, number)
            }
            (RawValue::Number(number), FieldType::Score { bands }) => scores::from_number(number, bands),
            (RawValue::Boolean(yes), FieldType::Boolean) => CellValue::Boolean(yes),
            (RawValue::Number(number), FieldType::Boolean) if number == 0.0 || number == 1.0 => {
                self.amend(
                    cell,
                    AmendmentRule::YesNoMark,
                    &numbers::show(number),
                    if number == 1.0 { "是" } else { "否" },
                );
                CellValue::Boolean(number == 1.0)
            }
            (RawValue::Number(number), ty) if fills_down(ty) && number.abs() < 1e15 => {
                let text = numbers::show(number);
                self.text(cell, &text).into_owned()
            }
            (RawValue::DateSerial(serial), FieldType::Text) if dates::from_serial(serial).is_some() => {
                let text = self.view.words(raw).into_owned();
                self.amend(cell, AmendmentRule::DateAsText, &numbers::show(serial), &text);
                CellValue::Text(text.into())
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
                self.find(cell, FindingCode::WrongKind, Severity::Block, found, expects(field), MEND);
                CellValue::Nothing
            }
        }
    }
}
