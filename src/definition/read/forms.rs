//! `[[form]]` and its fields.

use super::context::{Context, is_kebab, name_problem};
use super::cursor::{Section, Word};
use super::{computed, groups, rules, time};
use crate::definition::plan::{Band, Field, FieldType, Form, Years, grade_column};
use crate::model::codes::DiagnosticCode;
use crate::text::names::{header_key, match_key};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Reads all forms. Their rules come after all their fields.
pub fn forms(document: &Section<'_>, context: &mut Context<'_>) {
    for section in document.sections("form") {
        let title = section.text("title");
        if let Some(id) = section.word("id").filter(|id| !is_kebab(id.text)) {
            id.report(
                DiagnosticCode::BadCode,
                format!("“{}”不能作表式的 id", id.text),
                Some("用小写英文和连字符".to_owned()),
            );
        }
        let unit = section.word("unit");
        let bands = bands(&section);
        section.need_list("fields");
        let mut reader = FieldReader { context, bands, fields: Vec::new(), places: Vec::new(), overs: Vec::new() };
        for field in section.sections("fields") {
            reader.field(field);
        }
        reader.check_columns();
        reader.check_headers();
        reader.check_was();
        reader.check_overs();
        let fields = reader.fields;
        let unit_field = unit.map_or(0, |word| unit_field(&word, &fields, context));
        let id = context.form_ids.get(context.forms.len()).map_or_else(String::new, |id| (*id).to_owned());
        let mut form = Form {
            id,
            title,
            fields,
            unit_field,
            key: Vec::new(),
            one_record_a_file: section.flag("one-record-a-file", false),
            card: section.flag("card", false),
            one_finding_a_cell: section.flag("one-finding-a-cell", false),
            stand_together: Vec::new(),
            example: Vec::new(),
            computed: Vec::new(),
            stated: Vec::new(),
            standards: Vec::new(),
            rules: Vec::new(),
            unique: Vec::new(),
            groups: Vec::new(),
            gone: Vec::new(),
            outliers: Vec::new(),
            line: section.line(),
        };
        form.key = time::key(&section, &form, context);
        if form.key.is_empty() {
            let message = format!("《{}》没有写 key：哪几列相同就是同一条记录", form.title);
            let help = suggested_key(&form).map(|key| format!("在这一段里加一行 key = [{key}]"));
            section.log.report(DiagnosticCode::KeyNotDeclared, section.span(), message, help);
        }
        if let Some(other) = context.forms.iter().find(|other| alike(other, &form)) {
            let message = format!("《{}》和《{}》的列一样，收到的报表只能靠标题分辨", form.title, other.title);
            let help = Some("报表的标题写错或没有写，就分不出是哪一张；能加一列分清的，加上这一列".to_owned());
            section.log.report(DiagnosticCode::FormsAlike, section.span(), message, help);
        }
        context.forms.push(form);
        let at = context.forms.len() - 1;
        // What a standard says of a row, other computed columns may use.
        groups::standards(&section, at, context);
        computed::computed(&section, at, context);
        let groups = groups::groups(&section, at, context);
        let (rules, unique) = (rules::rules(&section, at, context), rules::uniques(&section, at, context));
        let stand_together = match section.get("stand-together") {
            Some(_) => {
                section.need_list("stand-together");
                context.fields(at, &section.words("stand-together"))
            }
            None => Vec::new(),
        };
        let example = example(&section, at, context);
        let (gone, outliers) = (time::gone(&section, at, context), time::outliers(&section, at, context));
        let stated = computed::stated(&section, at, context);
        if let Some(form) = context.forms.get_mut(at) {
            (form.rules, form.unique, form.gone, form.outliers) = (rules, unique, gone, outliers);
            form.groups = groups;
            (form.stated, form.stand_together, form.example) = (stated, stand_together, example);
        }
        section.finish();
    }
}

/// The required columns that tell records most likely, as they are written in a definition.
fn suggested_key(form: &Form) -> Option<String> {
    let field = |ty: FieldType| form.fields.iter().find(|field| field.required && field.ty == ty);
    let named = |field: &Field| format!("\"{}\"", field.name);
    if let Some(id) = field(FieldType::IdNumber) {
        return Some(named(id));
    }
    let unit = form.fields.get(form.unit_field);
    let name = field(FieldType::Name).or_else(|| field(FieldType::Text));
    let key: Vec<String> = unit.into_iter().chain(name).map(named).collect();
    (!key.is_empty()).then(|| key.join(", "))
}

/// Whether nothing but their titles tells two forms apart: the columns that must be there are the same.
fn alike(a: &Form, b: &Form) -> bool {
    let columns = |form: &Form| -> BTreeSet<(String, Option<String>)> {
        let must = form.fields.iter().filter(|field| field.required && field.absent.is_none() && !field.ordinal);
        must.map(|field| (header_key(&field.header), field.under.as_deref().map(header_key))).collect()
    };
    let (a, b) = (columns(a), columns(b));
    !a.is_empty() && a == b
}

fn unit_field(word: &Word<'_>, fields: &[Field], context: &Context<'_>) -> usize {
    let units = || fields.iter().filter(|field| field.ty == FieldType::Unit).map(|field| field.name.as_ref());
    match fields.iter().position(|field| *field.name == *word.text) {
        Some(at) if fields.get(at).is_some_and(|field| field.ty == FieldType::Unit) => at,
        Some(_) if context.doubtful.contains(word.text) => 0,
        Some(_) => {
            let message = format!("“{}”的类型不是 unit，不能作推荐单位列", word.text);
            word.report(DiagnosticCode::UnitNotAUnit, message, Some("这一列写 type = \"unit\"".to_owned()));
            0
        }
        None => {
            word.unknown(DiagnosticCode::UnknownField, "列", units());
            0
        }
    }
}

fn bands(section: &Section<'_>) -> Option<Vec<Band>> {
    let _ = section.get("bands")?;
    section.need_list("bands");
    let mut bands: Vec<Band> = Vec::new();
    for band in section.sections("bands") {
        let word = band.text("word");
        let from = band.need("from");
        let bound = from.as_ref().and_then(|from| from.as_number());
        if let (Some(from), None) = (&from, bound) {
            from.wrong("数");
        }
        let bound = bound.unwrap_or(0.0);
        if bands.last().is_some_and(|before| before.from <= bound) {
            let message = "等次要从高到低写".to_owned();
            band.log.report(DiagnosticCode::BandsOrder, band.span(), message, None);
        }
        band.finish();
        bands.push(Band { word, from: bound });
    }
    Some(bands)
}

struct FieldReader<'c, 'a> {
    context: &'c mut Context<'a>,
    bands: Option<Vec<Band>>,
    fields: Vec<Field>,
    /// Where each field's name stands.
    places: Vec<Range<usize>>,
    /// Fields that rates are over, and where they are named.
    overs: Vec<(Arc<str>, Range<usize>)>,
}

/// Columns of the files of accepted rows that say where a row came from.
const ENGINE: [&str; 10] =
    ["return", "sheet", "row", "period", "period_first", "period_last", "record", "reason", "reason_zh", "codes"];

/// Words of `type`, before they are joined with what else the field says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TypeWord {
    Ordinal,
    Code,
    Score,
    Plain(PlainType),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlainType {
    Text,
    Name,
    Integer,
    Number,
    Percent,
    Date,
    Month,
    DateOrMonth,
    Boolean,
    Unit,
    IdNumber,
    DocumentNumber,
}

pub const TYPES: [(&str, TypeWord); 15] = [
    ("text", TypeWord::Plain(PlainType::Text)),
    ("name", TypeWord::Plain(PlainType::Name)),
    ("integer", TypeWord::Plain(PlainType::Integer)),
    ("number", TypeWord::Plain(PlainType::Number)),
    ("percent", TypeWord::Plain(PlainType::Percent)),
    ("date", TypeWord::Plain(PlainType::Date)),
    ("month", TypeWord::Plain(PlainType::Month)),
    ("date-or-month", TypeWord::Plain(PlainType::DateOrMonth)),
    ("code", TypeWord::Code),
    ("boolean", TypeWord::Plain(PlainType::Boolean)),
    ("unit", TypeWord::Plain(PlainType::Unit)),
    ("score", TypeWord::Score),
    ("id-number", TypeWord::Plain(PlainType::IdNumber)),
    ("document-number", TypeWord::Plain(PlainType::DocumentNumber)),
    ("ordinal", TypeWord::Ordinal),
];

fn plain(ty: PlainType) -> FieldType {
    match ty {
        PlainType::Text => FieldType::Text,
        PlainType::Name => FieldType::Name,
        PlainType::Integer => FieldType::Integer,
        PlainType::Number => FieldType::Number,
        PlainType::Percent => FieldType::Percent,
        PlainType::Date => FieldType::Date,
        PlainType::Month => FieldType::Month,
        PlainType::DateOrMonth => FieldType::DateOrMonth,
        PlainType::Boolean => FieldType::Boolean,
        PlainType::Unit => FieldType::Unit,
        PlainType::IdNumber => FieldType::IdNumber,
        PlainType::DocumentNumber => FieldType::DocumentNumber,
    }
}

impl FieldReader<'_, '_> {
    fn field(&mut self, section: Section<'_>) {
        let name = section.word("name");
        let header = section.maybe_word("header").map(|word| word.text.to_owned());
        let under = section.maybe_word("under").map(|word| word.text.to_owned());
        let also = section.texts("also");
        let was = section.texts("was");
        let word = section.choice("type", &TYPES);
        let ty = word.and_then(|word| self.field_type(word, &section));
        let required = section.flag("required", false);
        let absent = section.maybe_word("absent").map(|value| {
            self.check_absent(&value, ty.as_ref());
            value.text.to_owned()
        });
        let none_is_zero = none_is_zero(&section, ty.as_ref());
        let measured_in = section.maybe_word("measured-in").map(|unit| {
            if !matches!(ty, None | Some(FieldType::Integer | FieldType::Number)) {
                unit.report(DiagnosticCode::NotMeasured, "“measured-in”只能用在 integer 和 number 列".to_owned(), None);
            }
            unit.text.to_owned()
        });
        let over = section.maybe_word("over").map(|word| {
            if !matches!(ty, None | Some(FieldType::Percent)) {
                word.report(DiagnosticCode::KeyNotHere, "“over”只能用在 percent 列".to_owned(), None);
            }
            self.overs.push((Arc::from(word.text), word.span.clone()));
            Arc::from(word.text)
        });
        let years = years(&section, ty.as_ref());
        let line = section.line();
        section.finish();
        let Some(name) = name else { return };
        if ty.is_none() {
            self.context.doubtful.insert(name.text.to_owned());
            // Without its list a code is still a text.
            if word != Some(TypeWord::Code) {
                self.context.untyped.insert(name.text.to_owned());
            }
        }
        if ENGINE.contains(&name.text) {
            let message = format!("“{}”不能作列名：数据文件里已有同名的来源列", name.text);
            name.report(DiagnosticCode::BadName, message, Some("换一个名字".to_owned()));
        } else if let Some(problem) = name_problem(name.text, &self.context.values) {
            name.report(DiagnosticCode::BadName, format!("“{}”不能作列名：{problem}", name.text), None);
        }
        self.places.push(name.span.clone());
        self.fields.push(Field {
            name: Arc::from(name.text),
            header: header.unwrap_or_else(|| name.text.to_owned()),
            under,
            also,
            was,
            ty: ty.unwrap_or(FieldType::Text),
            required,
            absent,
            none_is_zero,
            measured_in,
            over,
            years,
            ordinal: word == Some(TypeWord::Ordinal),
            line,
        });
    }

    fn field_type(&self, word: TypeWord, section: &Section<'_>) -> Option<FieldType> {
        match word {
            TypeWord::Plain(ty) => Some(plain(ty)),
            TypeWord::Ordinal => Some(FieldType::Integer),
            TypeWord::Code => {
                let list = self.context.code_list(&section.word("codes")?)?;
                Some(FieldType::Code { list })
            }
            TypeWord::Score => match &self.bands {
                Some(bands) => Some(FieldType::Score { bands: bands.clone() }),
                None => {
                    let message = "得分列要有等次，这个表式没有写“bands”".to_owned();
                    let help = "在 fields 之后写 bands = [{ word = \"好\", from = 90 }, …]".to_owned();
                    section.log.report(DiagnosticCode::MissingKey, section.span(), message, Some(help));
                    None
                }
            },
        }
    }

    /// What every row takes where the column is absent has to be a value that the column could hold.
    fn check_absent(&self, value: &Word<'_>, ty: Option<&FieldType>) {
        match ty {
            Some(FieldType::Code { list }) => {
                let values = self.context.codes.get(*list).map_or(&[][..], |list| &list.values);
                if !values.iter().any(|known| known == value.text) {
                    value.unknown(DiagnosticCode::UnknownCodeValue, "代码", values.iter().map(String::as_str));
                }
            }
            Some(FieldType::Text) | None => {}
            Some(_) => {
                let message = "“absent”只能用在 text 和 code 列".to_owned();
                value.report(DiagnosticCode::AbsentNotHere, message, None);
            }
        }
    }

    /// No two columns of one name; a score also takes `<名>等次`.
    fn check_columns(&mut self) {
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for (index, field) in self.fields.iter().enumerate() {
            let grade = matches!(field.ty, FieldType::Score { .. }).then(|| grade_column(&field.name));
            for name in std::iter::once(field.name.to_string()).chain(grade) {
                let Some(first) = taken.insert(name.clone(), index) else { continue };
                let line = self.fields.get(first).map_or(0, |field| field.line);
                let span = self.places.get(index).cloned().unwrap_or(0..0);
                let message = format!("列“{name}”重复，第 {line} 行已经有了");
                self.context.log.report(DiagnosticCode::DuplicateField, span, message, None);
            }
        }
    }

    /// What a rate is over is a number of the form.
    fn check_overs(&mut self) {
        for (name, span) in &self.overs {
            let field = self.fields.iter().find(|field| field.name == *name);
            if field.is_some_and(Field::adds_up) || self.context.doubtful.contains(&**name) {
                continue;
            }
            let message = format!("“over”要写本表式的一个整数或小数列，“{name}”不是");
            self.context.log.report(DiagnosticCode::UnknownField, span.clone(), message, None);
        }
    }

    /// An earlier name belongs to one field, and is no field's name today: else the history could be read as either.
    fn check_was(&mut self) {
        for (index, field) in self.fields.iter().enumerate() {
            for was in &field.was {
                let span = || self.places.get(index).cloned().unwrap_or(0..0);
                let now = self.fields.iter().find(|other| *other.name == **was);
                let twice = self.fields.iter().take(index).find(|other| other.was.contains(was));
                let message = match (now, twice) {
                    (Some(other), _) => format!("“{}”的旧名“{was}”现在是第 {} 行那一列的名字", field.name, other.line),
                    (None, Some(other)) => format!("“{}”和“{}”的旧名都是“{was}”", other.name, field.name),
                    (None, None) => continue,
                };
                let help = "was 只写这一列自己以前的、现在不再用的名字".to_owned();
                self.context.log.report(DiagnosticCode::WasNotClear, span(), message, Some(help));
            }
        }
    }

    /// Two fields may share a header only under two different parents (公示时间 → 开始, 培训时间 → 开始).
    fn check_headers(&mut self) {
        let mut claims: Vec<(String, Option<String>, usize)> = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            let own = (field.header.as_str(), field.under.as_deref().map(match_key));
            let claimed = std::iter::once(own).chain(field.also.iter().map(|also| (also.as_str(), None)));
            for (header, parent) in claimed {
                let key = match_key(header);
                let clash = claims.iter().find(|(other, other_parent, owner)| {
                    let apart = parent.is_some() && other_parent.is_some() && parent != *other_parent;
                    *other == key && *owner != index && !apart
                });
                if let Some(other) = clash.and_then(|(_, _, owner)| self.fields.get(*owner)) {
                    let span = self.places.get(index).cloned().unwrap_or(0..0);
                    let message = format!("表头“{header}”同时属于“{}”和“{}”", other.name, field.name);
                    let help = "从其中一列的 also 里删去，或用 under 写明各自的上级表头".to_owned();
                    self.context.log.report(DiagnosticCode::DuplicateHeader, span, message, Some(help));
                }
                claims.push((key, parent, index));
            }
        }
    }
}

/// `example = { 班组名称 = "焊工班", 人数 = "12" }`: the row that the form comes with.
fn example(section: &Section<'_>, form: usize, context: &Context<'_>) -> Vec<(usize, String)> {
    let Some(table) = section.get("example").and_then(|node| node.section()) else { return Vec::new() };
    let entries = table.entries().into_iter();
    entries.filter_map(|(name, value)| Some((context.field(form, &name)?, match_key(value.word()?.text)))).collect()
}

/// `years-from = 1900`, `years-ahead = 5`: the years in which a date is nothing to ask about.
fn years(section: &Section<'_>, ty: Option<&FieldType>) -> Years {
    let is_date = matches!(ty, None | Some(FieldType::Date | FieldType::Month | FieldType::DateOrMonth));
    let usual = Years::default();
    let number = |key: &'static str, usual: i32, allowed: std::ops::RangeInclusive<i64>| {
        let Some(node) = section.get(key) else { return usual };
        if !is_date {
            let message = format!("“{key}”只能用在 date、month 和 date-or-month 列");
            section.log.report(DiagnosticCode::KeyNotHere, node.span(), message, None);
        }
        let number = node.as_integer().filter(|number| allowed.contains(number));
        if number.is_none() {
            let message = format!("“{key}”写 {} 至 {} 的整数", allowed.start(), allowed.end());
            section.log.report(DiagnosticCode::WrongType, node.span(), message, None);
        }
        number.map_or(usual, |number| number as i32)
    };
    Years { first: number("years-from", usual.first, 1..=9999), ahead: number("years-ahead", usual.ahead, 0..=1000) }
}

/// `none = 0`: 无, — and / mean 0. No other number can be meant.
fn none_is_zero(section: &Section<'_>, ty: Option<&FieldType>) -> bool {
    let Some(node) = section.get("none") else { return false };
    let numeric = matches!(ty, None | Some(FieldType::Integer | FieldType::Number | FieldType::Percent));
    if node.as_integer() != Some(0) || !numeric {
        let message = "“none”只能写 0，而且只能用在 integer、number、percent 列".to_owned();
        section.log.report(DiagnosticCode::NoneNotZero, node.span(), message, None);
    }
    true
}
