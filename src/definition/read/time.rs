//! What a form and a table say of other periods: `key`, `[[form.gone]]`, `[[form.outlier]]`, `period`, `across-periods`.

use super::context::{Columns, Context};
use super::cursor::{Section, Word};
use crate::definition::plan::{Against, ComputedKind, FieldType, Form, Gone, Outlier, SideBySide, When};
use crate::domain::outlier::{Bounds, Money};
use crate::language::Checked;
use crate::model::codes::DiagnosticCode;

pub const PERIODS: [(&str, When); 5] = [
    ("this", When::This),
    ("previous", When::Previous),
    ("year-ago", When::YearAgo),
    ("year-to-date", When::YearToDate),
    ("year-ago-to-date", When::YearAgoToDate),
];

/// `key = ["单位"]`: the fields that name the same record in another period.
pub fn key(section: &Section<'_>, form: &Form, context: &Context<'_>) -> Vec<usize> {
    if section.get("key").is_none() {
        return Vec::new();
    }
    section.need_list("key");
    let mut key = Vec::new();
    for word in section.words("key") {
        let Some(at) = form.fields.iter().position(|field| *field.name == *word.text) else {
            if !context.doubtful.contains(word.text) {
                word.unknown(DiagnosticCode::UnknownField, "列", form.fields.iter().map(|field| field.name.as_ref()));
            }
            continue;
        };
        let names = form.fields.get(at).is_some_and(|field| can_name(&field.ty) && !field.ordinal);
        if !names {
            let help = Some("用名称、单位、代码、编号、日期或整数列".to_owned());
            word.report(DiagnosticCode::KeyNotAName, format!("“{}”认不出同一条记录", word.text), help);
        }
        if key.contains(&at) {
            word.report(DiagnosticCode::DuplicateField, format!("“{}”在 key 里写了两次", word.text), None);
        } else {
            key.push(at);
        }
    }
    if key.is_empty() {
        // All of it was reported; that there is one must stay known, or every use of it would be reported again.
        key.push(form.unit_field);
    }
    key
}

fn can_name(ty: &FieldType) -> bool {
    match ty {
        FieldType::Text
        | FieldType::Name
        | FieldType::Integer
        | FieldType::Date
        | FieldType::Month
        | FieldType::DateOrMonth
        | FieldType::Code { .. }
        | FieldType::Unit
        | FieldType::IdNumber
        | FieldType::DocumentNumber => true,
        FieldType::Number | FieldType::Percent | FieldType::Boolean | FieldType::Score { .. } => false,
    }
}

/// Reports what needs `key` and stands in a form without it.
fn keyed(section: &Section<'_>, at: usize, what: &str, context: &Context<'_>) {
    if context.forms.get(at).is_some_and(|form| form.key.is_empty()) {
        let message = format!("{what}要认出上期的同一条记录，这个表式没有写 key");
        let help = Some("在 [[form]] 里写 key = [\"…\"]，列出认得出同一条记录的列".to_owned());
        section.log.report(DiagnosticCode::KeyMissing, section.span(), message, help);
    }
}

pub fn gone(form: &Section<'_>, at: usize, context: &Context<'_>) -> Vec<Gone> {
    let columns = context.form_columns(at);
    let read = |section: Section<'_>| {
        keyed(&section, at, "[[form.gone]] ", context);
        let code = context.rule_code(&section);
        let severity = context.severity(&section);
        let trial = section.flag("trial", false);
        let when = context.condition(&section, "when", &columns);
        let [found, expected, next] = context.texts(&section, &columns, &["上期"]);
        let line = section.line();
        section.finish();
        Gone { code, severity, trial, when, found, expected, next, line }
    };
    form.sections("gone").into_iter().map(read).collect()
}

pub fn outliers(form: &Section<'_>, at: usize, context: &Context<'_>) -> Vec<Outlier> {
    let columns = context.form_columns(at);
    form.sections("outlier").into_iter().filter_map(|section| outlier(section, at, &columns, context)).collect()
}

/// Whether a value is held against the record's own history.
pub const AGAINST: [(&str, bool); 2] = [("history", true), ("peers", false)];

fn outlier(section: Section<'_>, at: usize, columns: &Columns, context: &Context<'_>) -> Option<Outlier> {
    let code = context.rule_code(&section);
    context.cause(&section, &code);
    let severity = context.severity(&section);
    let trial = section.flag("trial", false);
    let when = context.condition(&section, "when", columns);
    let value = section.word("value").and_then(|word| context.number(&word, columns));
    let against = section.choice("against", &AGAINST);
    let periods = section.get("periods").and_then(|node| node.count().map(|count| (count, node)));
    let against = against.map(|history| match (history, &periods) {
        (true, periods) => {
            keyed(&section, at, "和历史相比", context);
            Against::History { periods: periods.as_ref().map_or(DEFAULT_PERIODS, |(count, _)| *count) }
        }
        (false, periods) => {
            if let Some((_, node)) = periods {
                let message = "“periods”只用于 against = \"history\"".to_owned();
                section.log.report(DiagnosticCode::KeyNotHere, node.span(), message, None);
            }
            Against::Peers
        }
    });
    let bounds = bounds(&section, against);
    let [found, expected, next] = context.texts(&section, columns, &["值"]);
    let cells = context.cells(&section, at);
    let effect = context.effect(&section, severity);
    let (slip_effect, cells) = match section.get("slip-holds") {
        Some(_) => context.held_cells(&section, "slip-holds", severity, at, cells),
        None => (effect, cells),
    };
    let line = section.line();
    section.finish();
    let value = value?;
    let money = money(&value, context.forms.get(at)?);
    let against = against?;
    Some(Outlier {
        code,
        severity,
        effect,
        slip_effect,
        trial,
        when,
        value,
        money,
        against,
        bounds,
        found,
        expected,
        next,
        cells,
        line,
    })
}

/// A year of months.
const DEFAULT_PERIODS: u32 = 12;

/// Bounds that were not written are those of the method: three earlier values, or eight peers.
fn bounds(section: &Section<'_>, against: Option<Against>) -> Bounds {
    let usual = match against {
        Some(Against::Peers) => Bounds { least: 8, spread: 5.0, ratio: 10.0, floor: 0.0 },
        _ => Bounds { least: 3, spread: 5.0, ratio: 3.0, floor: 0.0 },
    };
    let number = |key: &'static str, usual: f64, least: f64| {
        let Some(node) = section.get(key) else { return usual };
        match node.as_number() {
            Some(number) if number >= least => number,
            _ => {
                let message = format!("“{key}”要写不小于 {least} 的数");
                section.log.report(DiagnosticCode::WrongType, node.span(), message, None);
                usual
            }
        }
    };
    let least = section.get("least").map_or(Some(usual.least), |node| node.count());
    Bounds {
        least: least.unwrap_or(usual.least).max(1),
        spread: number("spread", usual.spread, 0.0),
        ratio: number("ratio", usual.ratio, 1.0),
        floor: number("floor", usual.floor, 0.0),
    }
}

/// The unit of money of a value that is one column and nothing else.
fn money(value: &Checked, form: &Form) -> Option<Money> {
    let [column] = value.columns() else { return None };
    let field = form.fields.iter().find(|field| *field.name == **column)?;
    match (value.source().trim() == column, field.measured_in.as_deref()) {
        (true, Some("元")) => Some(Money::Yuan),
        (true, Some("万元")) => Some(Money::TenThousand),
        _ => None,
    }
}

/// `period = "previous"` of a measure; `None` where it is wrong, which was reported.
pub fn period(section: &Section<'_>) -> Option<When> {
    section.get("period").map_or(Some(When::This), |_| section.choice("period", &PERIODS))
}

pub const SPANS: [(&str, SideBySide); 2] = [("year", SideBySide::Year), ("season", SideBySide::Season)];

/// `across-periods = 6`, `"year"` or `"season"`.
pub fn span(section: &Section<'_>) -> Option<SideBySide> {
    let node = section.get("across-periods")?;
    if let Some(count) = node.as_integer() {
        if let Some(count) = u32::try_from(count).ok().filter(|count| (2..=MOST_PERIODS).contains(count)) {
            return Some(SideBySide::Last(count));
        }
        let message = format!("“across-periods”要写 2 到 {MOST_PERIODS} 期，或 \"year\"、\"season\"");
        section.log.report(DiagnosticCode::WrongType, node.span(), message, None);
        return None;
    }
    section.choice("across-periods", &SPANS)
}

/// More columns than this fit no page.
const MOST_PERIODS: u32 = 24;

/// `growth = { now = "本月", before = "上年同期", comparable = false }`: the two names, and whether only over what units
/// reported in both, where that is said.
pub fn now_and_before<'a>(section: &Section<'a>, key: &'static str) -> Option<(Word<'a>, Word<'a>, Option<bool>)> {
    let table = section.get(key)?.section()?;
    let (now, before) = (table.word("now"), table.word("before"));
    let comparable = table.get("comparable").map(|_| table.flag("comparable", true));
    table.finish();
    Some((now?, before?, comparable))
}

/// Columns that a form's row rules may name: its own, and those of the record's earlier states where it has a key. Places
/// in a ranking are not kept: the store has only rows that counted.
pub fn with_earlier(own: Columns, form: &Form) -> Columns {
    if form.key.is_empty() {
        return own;
    }
    let is_rank = |name: &String| {
        form.computed.iter().any(|column| column.name == *name && matches!(column.kind, ComputedKind::Rank(_)))
    };
    let mut all = own.clone();
    for earlier in crate::language::EARLIER {
        for name in own.names.iter().filter(|name| !is_rank(name)) {
            let Some(ty) = own.scope.columns.get(name) else { continue };
            let name = crate::language::earlier_column(earlier, name);
            all.scope.columns.insert(name.clone(), *ty);
            all.names.push(name);
        }
    }
    all
}

#[cfg(test)]
mod tests;
