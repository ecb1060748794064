//! 表样变动: what units did to the form's headers. The patterns over the province first, then every single one by unit.

use crate::book::listing::{ListCell, Listing};
use crate::book::row_book::RowBook;
use crate::definition::Form;
use crate::model::drift::{Advice, DriftCase, DriftKind, Pattern};
use crate::report::results::Results;
use crate::report::wording::passed_on;
use serde_json::{Value, json};
use std::io::{self, Seek, Write};

/// So many units make a missing column a matter of the form, not of the units.
const MANY: usize = 3;

/// The sheet.
///
/// # Errors
/// The target cannot be written.
pub fn sheet<W: Write + Seek>(results: &Results<'_>, title: &str, book: &mut RowBook<W>) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 10] = [
        ("范围", 6.0),
        ("表式", 18.0),
        ("情况", 14.0),
        ("表式的列", 14.0),
        ("表中的列名", 18.0),
        ("说明", 34.0),
        ("单位数", 7.0),
        ("文件数", 7.0),
        ("单位、文件和位置", 44.0),
        ("建议", 44.0),
    ];
    let mut sheet = Listing::new(book, ("表样变动", title), &COLUMNS, u32::MAX)?;
    for pattern in &results.verdict.drift.patterns {
        let Some(form) = results.plan.forms.get(usize::from(pattern.form)) else { continue };
        let (said, who, advice) = (sentence(form, pattern), who(results, pattern), advice(form, pattern));
        let items = [
            ListCell::Text("全省"),
            ListCell::Text(&form.title),
            ListCell::Text(pattern.kind.word()),
            ListCell::Text(field_name(form, pattern.field)),
            ListCell::Text(&pattern.header),
            ListCell::Text(&said),
            ListCell::Count(pattern.units.len() as u64),
            ListCell::Count(pattern.sources.len() as u64),
            ListCell::Text(&who),
            ListCell::Text(&advice),
        ];
        sheet.push(&items, (pattern.kind == DriftKind::MissingRequired).then_some(2))?;
    }
    for case in &results.verdict.drift.cases {
        let Some(form) = results.plan.forms.get(usize::from(case.form)) else { continue };
        let place = place(results, case);
        let items = [
            ListCell::Text("单位"),
            ListCell::Text(&form.title),
            ListCell::Text(case.kind.word()),
            ListCell::Text(field_name(form, case.field)),
            ListCell::Text(&case.header),
            ListCell::Text(case.unit.map_or("（单位未认定）", |unit| results.unit_name(unit))),
            ListCell::Blank,
            ListCell::Blank,
            ListCell::Text(&place),
            ListCell::Blank,
        ];
        sheet.push(&items, None)?;
    }
    sheet.finish()
}

/// What the overview says: required columns that three or more units lack. Empty where there are none.
pub fn remarks(results: &Results<'_>) -> Vec<String> {
    let many = |pattern: &&Pattern| pattern.kind == DriftKind::MissingRequired && pattern.units.len() >= MANY;
    let words = |pattern: &Pattern| {
        let form = results.plan.forms.get(usize::from(pattern.form))?;
        Some(format!("{}（{}）", sentence(form, pattern), form.title))
    };
    results.verdict.drift.patterns.iter().filter(many).filter_map(words).collect()
}

/// `drift` of `run.json`: the patterns.
pub fn json(results: &Results<'_>) -> impl Iterator<Item = Value> {
    let pattern = move |pattern: &Pattern| {
        let form = results.plan.forms.get(usize::from(pattern.form))?;
        let Pattern { kind, field, header, units, sources, advice, .. } = pattern;
        Some(json!({
            "form": form.id,
            "kind": kind.key(),
            "field": field.map(|field| field_name(form, Some(field))),
            "header": (!header.is_empty()).then(|| passed_on(header)),
            "units": units.iter().map(|unit| results.unit_code(*unit)).collect::<Vec<_>>(),
            "files": sources.iter().map(|source| passed_on(results.file_name(*source))).collect::<Vec<_>>(),
            "advice": advice.as_ref().map(|advice| json!({
                "field": field_name(form, Some(advice.field)),
                "line": advice.line,
                "also": passed_on(&advice.also),
            })),
        }))
    };
    results.verdict.drift.patterns.iter().filter_map(pattern)
}

fn field_name(form: &Form, field: Option<u16>) -> &str {
    field.and_then(|field| form.fields.get(usize::from(field))).map_or("", |field| &field.name)
}

/// 37 个单位缺少“一线人数”列
fn sentence(form: &Form, pattern: &Pattern) -> String {
    let count = match (pattern.units.len(), pattern.sources.len()) {
        (0, files) => format!("{files} 份文件（单位未认定）"),
        (units, _) => format!("{units} 个单位"),
    };
    let field = field_name(form, pattern.field);
    match pattern.kind {
        DriftKind::MissingRequired | DriftKind::Missing => format!("{count}缺少“{field}”列"),
        DriftKind::NearMiss => format!("{count}的工作表没有认出来，缺少“{field}”列"),
        DriftKind::Extra => format!("{count}多出“{}”列", pattern.header),
        DriftKind::Renamed => format!("{count}把“{field}”写成“{}”", pattern.header),
    }
}

fn who(results: &Results<'_>, pattern: &Pattern) -> String {
    let units: Vec<&str> = pattern.units.iter().map(|unit| results.unit_name(*unit)).collect();
    if !units.is_empty() {
        return units.join("、");
    }
    let files: Vec<&str> = pattern.sources.iter().map(|source| results.file_name(*source)).collect();
    files.join("、")
}

fn place(results: &Results<'_>, case: &DriftCase) -> String {
    let cell = case.at.map(|at| format!(" · {at}")).unwrap_or_default();
    format!("{} · 表“{}”{cell}", results.file_name(case.source), case.sheet_name)
}

/// What can be done once for all of them.
fn advice(form: &Form, pattern: &Pattern) -> String {
    if let Some(Advice { field, line, also }) = &pattern.advice {
        let field = field_name(form, Some(*field));
        return format!("如果就是“{field}”，把定义第 {line} 行这一列的别名改成：{also}");
    }
    match pattern.kind {
        DriftKind::MissingRequired if pattern.units.len() >= MANY => {
            "多个单位都缺：先看下发的表式有没有这一列，再请这些单位补报".to_owned()
        }
        DriftKind::MissingRequired => "请该单位用下发的表式补齐这一列后重报".to_owned(),
        DriftKind::NearMiss => "请该单位用下发的表式重报；如是列名不同，见下面多出的列".to_owned(),
        DriftKind::Extra => "不计入，也不影响其他列；如是要统计的内容，请改表式".to_owned(),
        DriftKind::Missing => "可以没有，不需要处理".to_owned(),
        DriftKind::Renamed => "已按表式的列计入，不需要处理".to_owned(),
    }
}
