//! A statistic: its rows, what it spreads over columns, its measures.

use super::context::{Columns, Context};
use super::cursor::{Section, Word, suggestion};
use super::fit::{self, Spread};
use super::known::Known;
use super::ranks::{direction, top};
use super::shares::{WORKERS, pledged};
use super::time;
use crate::definition::plan::{
    Basis, Criterion, FieldType, From, Item, Measure, MeasureKind, QuotaPart, Statistic, StatisticRows,
};
use crate::language::{Checked, Type};
use crate::model::codes::DiagnosticCode;
use std::sync::Arc;

pub const BASES: [(&str, Basis); 2] = [("accepted", Basis::Accepted), ("read", Basis::Read)];

/// A measure as read: its place beside it, for problems that show only when the table is complete.
struct ReadMeasure<'a> {
    name: Word<'a>,
    /// `None` where it has a problem already reported.
    measure: Option<Measure>,
    /// A comparison that says of itself that it is not one of like with like.
    as_it_is: bool,
}

/// Names of the measures that other measures of the table point at; a broken one keeps its index.
struct Peers<'a> {
    names: Vec<&'a str>,
}

pub fn statistic(section: &Section<'_>, known: Known<'_>, context: &Context<'_>) -> Option<Statistic> {
    let label = section.word("label").map(|word| word.text.to_owned());
    let total = section.maybe_word("total").map(|word| word.text.to_owned());
    let across_total = section.flag("across-total", false);
    section.need_list("measures");
    let sections = section.sections("measures");
    let names = sections.iter().map(|measure| measure.get("name").and_then(|node| node.as_word()));
    let peers = Peers { names: names.map(|word| word.map_or("", |word| word.text)).collect() };
    let read: Vec<Option<ReadMeasure<'_>>> = sections
        .into_iter()
        .enumerate()
        .map(|(at, measure)| self::measure(measure, at, &peers, known, context))
        .collect();
    // One entry each, so that indices hold although a broken measure is not there.
    let measured: Vec<Option<&Measure>> = read.iter().map(|read| read.as_ref()?.measure.as_ref()).collect();
    let sources: Vec<&From> = measured.iter().flatten().filter_map(|measure| measure.kind.source()).collect();
    let rows = rows(section, &sources, context);
    let across = section.words("across");
    for word in &across {
        for from in &sources {
            code_column(word, from, context);
        }
    }
    let across_periods = time::span(section);
    let spread = Spread { codes: !across.is_empty(), periods: across_periods.is_some() };
    for read in read.iter().flatten() {
        if let (Some(measure), Some(rows)) = (&read.measure, &rows) {
            fit::rows(&read.name, measure, rows, spread, known.has_quota, &measured);
            fit::periods(&read.name, measure, spread, &measured);
        }
    }
    let ranked = section.maybe_word("ranked-by");
    if let Some(word) = ranked.as_ref().filter(|_| across_periods.is_some()) {
        let message = "“ranked-by”不能和“across-periods”一起写：每期的名次各不相同".to_owned();
        word.report(DiagnosticCode::MeasureDoesNotFit, message, None);
    }
    let ranked_by = ranked.as_ref().and_then(|word| rank_measure(word, &measured, &peers));
    let top = top(section, ranked.is_some());
    for key in ["criteria", "empty"] {
        let _ = section.get(key);
    }
    let as_they_are: Vec<bool> = read.iter().map(|read| read.as_ref().is_some_and(|read| read.as_it_is)).collect();
    let measures: Option<Vec<Measure>> = read.into_iter().map(|read| read?.measure).collect();
    let across = across.iter().map(|word| word.text.to_owned()).collect();
    let (rows, label) = (rows?, label?);
    let mut measures = measures?;
    compare_like_with_like(&mut measures, &as_they_are);
    let (criteria, empty) = criteria(section, &measures, spread, total.is_some(), context);
    Some(Statistic {
        rows,
        label,
        across,
        across_periods,
        measures,
        total,
        across_total,
        ranked_by,
        top,
        criteria,
        empty,
    })
}

/// Conditions over the measures that put a row on the table, with reasons; and what is printed where none is met.
fn criteria(
    section: &Section<'_>,
    measures: &[Measure],
    spread: Spread,
    total: bool,
    context: &Context<'_>,
) -> (Vec<Criterion>, String) {
    let Some(node) = section.get("criteria") else { return (Vec::new(), String::new()) };
    if spread.codes || spread.periods || total {
        let message = "有“criteria”的表只列符合条件的行，不能写 across、across-periods 和 total".to_owned();
        section.log.report(DiagnosticCode::CriteriaNotHere, node.span(), message, None);
    }
    let columns = context.measures(measures);
    let mut criteria = Vec::new();
    for criterion in section.sections("criteria") {
        let when = context.needed_condition(&criterion, "when", &columns);
        let reason = context.template(&criterion, "reason", &columns, &[]);
        criterion.finish();
        criteria.push(Criterion { when, top: None, reason });
    }
    (criteria, section.text("empty"))
}

/// Index of the rank that rows are to stand in the order of.
fn rank_measure(word: &Word<'_>, measured: &[Option<&Measure>], peers: &Peers<'_>) -> Option<usize> {
    let is_rank = |measure: &&Measure| matches!(measure.kind, MeasureKind::Rank { .. });
    let found = peers.names.iter().position(|name| *name == word.text);
    match found.map(|at| measured.get(at).copied().flatten()) {
        // A broken measure was reported.
        Some(None) => None,
        Some(Some(measure)) if is_rank(&measure) => found,
        _ => {
            let ranks = measured.iter().flatten().copied().filter(is_rank);
            word.unknown(
                DiagnosticCode::UnknownRank,
                "名次指标（rank-of）",
                ranks.map(|measure| measure.name.as_str()),
            );
            None
        }
    }
}

fn columns_of(from: &From, context: &Context<'_>) -> Arc<Columns> {
    match from {
        From::Form { form, .. } => context.whole_form_columns(*form),
        From::Reference { name, .. } => context
            .references
            .iter()
            .find(|schema| schema.name == *name)
            .map(|schema| Arc::new(context.reference_columns(schema)))
            .unwrap_or_default(),
    }
}

/// Reports `word` unless it is a column with a code list in the source.
fn code_column(word: &Word<'_>, from: &From, context: &Context<'_>) {
    let known: Vec<&str> = match from {
        From::Form { form, .. } => context.forms.get(*form).map_or_else(Vec::new, |form| {
            let coded = form.fields.iter().filter(|field| matches!(field.ty, FieldType::Code { .. }));
            coded.map(|field| field.name.as_ref()).collect()
        }),
        From::Reference { name, .. } => {
            let schema = context.references.iter().find(|schema| schema.name == *name);
            let columns = schema.map_or(&[][..], |schema| &schema.columns);
            columns.iter().filter(|column| column.codes.is_some()).map(|column| column.name.as_str()).collect()
        }
    };
    if !known.contains(&word.text) && !context.doubtful.contains(word.text) {
        word.unknown(DiagnosticCode::UnknownCodeColumn, "有代码表的列", known);
    }
}

/// Whether a line is a unit.
pub const LINES: [(&str, bool); 2] = [("unit", true), ("city", false)];

fn rows(section: &Section<'_>, sources: &[&From], context: &Context<'_>) -> Option<StatisticRows> {
    let node = section.need("rows")?;
    if node.as_word().is_some() {
        return section
            .choice("rows", &LINES)
            .map(|by_unit| if by_unit { StatisticRows::Unit } else { StatisticRows::City });
    }
    let Some(table) = node.as_section() else {
        node.wrong("\"unit\"、\"city\"、{ codes = … } 或 { items = […] }");
        return None;
    };
    let rows = if table.get("codes").is_some() {
        let word = table.word("codes")?;
        for from in sources {
            code_column(&word, from, context);
        }
        Some(StatisticRows::Codes { field: word.text.to_owned() })
    } else if table.get("items").is_some() {
        table.need_list("items");
        let items: Vec<Option<Item>> =
            table.sections("items").into_iter().map(|entry| item(entry, sources, context)).collect();
        items.into_iter().collect::<Option<Vec<Item>>>().map(StatisticRows::Items)
    } else {
        let help = Some("写 { codes = \"列名\" } 或 { items = [{ label = …, where = … }] }".to_owned());
        section.log.report(DiagnosticCode::MissingKey, node.span(), "“rows”缺少“codes”或“items”".to_owned(), help);
        None
    };
    table.finish();
    rows
}

/// A named condition; it has to be right for every source of the table's measures.
fn item(section: Section<'_>, sources: &[&From], context: &Context<'_>) -> Option<Item> {
    let label = section.word("label").map(|word| word.text.to_owned());
    let share = section.maybe_word("share").map(|word| context.share(&word));
    let filter = section.word("where").and_then(|word| {
        let mut distinct: Vec<&From> = Vec::new();
        for from in sources {
            let same = |other: &&From| match (*other, *from) {
                (From::Form { form: a, .. }, From::Form { form: b, .. }) => a == b,
                (From::Reference { name: a, .. }, From::Reference { name: b, .. }) => a == b,
                _ => false,
            };
            if !distinct.iter().any(same) {
                distinct.push(from);
            }
        }
        let checked: Vec<Option<Checked>> =
            distinct.iter().map(|from| context.expression(&word, &columns_of(from, context), Type::Boolean)).collect();
        checked.into_iter().collect::<Option<Vec<_>>>()?.into_iter().next()
    });
    section.finish();
    let share = match share {
        Some(None) => return None,
        Some(found) => found,
        None => None,
    };
    Some(Item { label: label?, filter: filter?, share })
}

fn measure<'a>(
    section: Section<'a>,
    at: usize,
    peers: &Peers<'a>,
    known: Known<'_>,
    context: &Context<'_>,
) -> Option<ReadMeasure<'a>> {
    let name = section.word("name");
    let under = section.maybe_word("under").map(|word| word.text.to_owned());
    if let Some(word) = &name
        && peers.names.iter().take(at).any(|earlier| *earlier == word.text)
        && under.is_none()
    {
        word.report(DiagnosticCode::DuplicateMeasure, format!("指标“{}”在这张表里重复", word.text), None);
    }
    let period = time::period(&section);
    let kind = kind(&section, at, peers, known, context);
    let compared = ["difference", "growth", "points"].into_iter().filter_map(|key| section.get(key)?.as_section());
    let as_it_is =
        compared.into_iter().any(|table| table.get("comparable").and_then(|node| node.as_boolean()) == Some(false));
    let bound = pledged(&section);
    let parts = section.get("parts").and_then(|node| node.count());
    if let (Some(node), Some(kind)) = (section.get("parts"), &kind)
        && !matches!(kind, MeasureKind::Ratio { .. })
    {
        let message = "只有数行数的比例（ratio）写得出分子和分母".to_owned();
        section.log.report(DiagnosticCode::KeyNotHere, node.span(), message, None);
    }
    section.finish();
    let name = name?;
    let named = |(kind, period)| Measure { name: name.text.to_owned(), under, period, kind, parts, bound };
    let measure = kind.zip(period).map(named);
    Some(ReadMeasure { name, measure, as_it_is })
}

pub const ROSTER_COLUMNS: [(&str, &str); 1] = [(WORKERS, WORKERS)];

pub const QUOTA_PARTS: [(&str, QuotaPart); 8] = [
    ("seats", QuotaPart::Seats),
    ("gap", QuotaPart::Gap),
    ("gap-not-nominated", QuotaPart::GapNotNominated),
    ("gap-returned", QuotaPart::GapReturned),
    ("gap-unreadable", QuotaPart::GapUnreadable),
    ("gap-missing", QuotaPart::GapMissing),
    ("excess", QuotaPart::Excess),
    ("standby-limit", QuotaPart::StandbyLimit),
];

const KINDS: [&str; 16] = [
    "count",
    "sum",
    "average",
    "ratio",
    "rate",
    "verdict",
    "rank-of",
    "portion-of",
    "roster",
    "quota",
    "outstanding",
    "item-bound",
    "item-margin",
    "difference",
    "growth",
    "points",
];

fn kind(
    section: &Section<'_>,
    at: usize,
    peers: &Peers<'_>,
    known: Known<'_>,
    context: &Context<'_>,
) -> Option<MeasureKind> {
    let given: Vec<&'static str> = KINDS.into_iter().filter(|key| section.get(key).is_some()).collect();
    let [key] = given.as_slice() else {
        let message = match given.len() {
            0 => "这一项没有写怎么算".to_owned(),
            _ => format!("这一项写了几种算法：{}，只能留一种", given.join("、")),
        };
        let help = Some(format!("可用：{}", KINDS.join("、")));
        section.log.report(DiagnosticCode::MeasureKind, section.span(), message, help);
        // What belongs to any of the kinds is not reported again as unknown.
        for key in ["where", "basis", "of", "over", "value", "holds", "met", "unmet", "direction"] {
            let _ = section.get(key);
        }
        return None;
    };
    match *key {
        "count" | "sum" | "average" | "ratio" | "rate" | "verdict" => counted(section, key, context),
        "rank-of" => {
            let direction = direction(section);
            peer(&section.word("rank-of")?, at, peers).map(|of| MeasureKind::Rank { of, direction })
        }
        "portion-of" => peer(&section.word("portion-of")?, at, peers).map(|of| MeasureKind::Portion { of }),
        "roster" => {
            let column = section.choice("roster", &ROSTER_COLUMNS)?;
            Some(MeasureKind::Roster { column: column.to_owned() })
        }
        "quota" => section.choice("quota", &QUOTA_PARTS).map(MeasureKind::Quota),
        "outstanding" => {
            let lookup = known.outstanding(&section.word("outstanding")?, context)?;
            Some(MeasureKind::Outstanding { lookup })
        }
        "item-bound" => {
            if !section.flag("item-bound", true) {
                section.log.report(
                    DiagnosticCode::WrongType,
                    section.span(),
                    "“item-bound”只能写 true".to_owned(),
                    None,
                );
            }
            Some(MeasureKind::ItemBound)
        }
        "item-margin" => {
            peer(&section.word("item-margin")?, at, peers).map(|portion| MeasureKind::ItemMargin { portion })
        }
        "difference" => {
            let (left, right, like) = compared(section, "difference", at, peers)?;
            Some(MeasureKind::Difference { left, right, comparable: like == Some(true) })
        }
        "points" => {
            let (now, before, like) = compared(section, "points", at, peers)?;
            Some(MeasureKind::Points { now, before, comparable: like == Some(true) })
        }
        _ => {
            let (now, before, like) = compared(section, "growth", at, peers)?;
            Some(MeasureKind::Growth { now, before, comparable: like == Some(true) })
        }
    }
}

/// The two measures that are compared, as a pair or as `{ now, before }`, and whether like with like, where that is said.
fn compared(
    section: &Section<'_>,
    key: &'static str,
    at: usize,
    peers: &Peers<'_>,
) -> Option<(usize, usize, Option<bool>)> {
    if section.get(key).is_some_and(|node| node.as_section().is_some()) {
        let (now, before, like) = time::now_and_before(section, key)?;
        let (now, before) = (peer(&now, at, peers), peer(&before, at, peers));
        return Some((now?, before?, like));
    }
    pair(section, key, at, peers).map(|(now, before)| (now, before, None))
}

/// Makes comparisons over time ones of like with like, unless the definition says that they are not.
fn compare_like_with_like(measures: &mut [Measure], as_they_are: &[bool]) {
    for at in 0..measures.len() {
        let (MeasureKind::Difference { left: now, right: before, .. }
        | MeasureKind::Growth { now, before, .. }
        | MeasureKind::Points { now, before, .. }) = measures[at].kind
        else {
            continue;
        };
        let like = as_they_are.get(at) != Some(&true) && fit::paired(measures.get(now), measures.get(before));
        if let MeasureKind::Difference { comparable, .. }
        | MeasureKind::Growth { comparable, .. }
        | MeasureKind::Points { comparable, .. } = &mut measures[at].kind
        {
            *comparable = like;
        }
    }
}

fn counted(section: &Section<'_>, key: &'static str, context: &Context<'_>) -> Option<MeasureKind> {
    let from = from(section, key, context);
    let columns = from.as_ref().map(|from| columns_of(from, context));
    let optional = |key: &'static str| columns.as_ref().and_then(|columns| context.condition(section, key, columns));
    match key {
        "count" => {
            let _ = section.get("where");
            let filter = optional("where");
            Some(MeasureKind::Count { from: from?, filter })
        }
        "sum" | "average" => {
            let (word, _) = (section.word("value"), section.get("where"));
            let value = word.zip(columns.as_ref()).and_then(|(word, columns)| context.number(&word, columns));
            let filter = optional("where");
            let (from, value) = (from?, value?);
            Some(match key {
                "sum" => MeasureKind::Sum { from, value, filter },
                _ => MeasureKind::Average { from, value, filter },
            })
        }
        "rate" => {
            let (of, over, _) = (section.word("of"), section.word("over"), section.get("where"));
            let filter = optional("where");
            let whole = |word: Option<Word<'_>>| {
                word.zip(columns.as_ref()).and_then(|(word, columns)| context.expression(&word, columns, Type::Integer))
            };
            let (of, over) = (whole(of), whole(over));
            Some(MeasureKind::Rate { from: from?, of: of?, over: over?, filter })
        }
        "verdict" => {
            let _ = (section.need("holds"), section.get("where"));
            let (holds, filter) = (optional("holds"), optional("where"));
            let said = |key, usual: &str| section.maybe_word(key).map_or(usual, |word| word.text).to_owned();
            let (met, unmet) = (said("met", "达标"), said("unmet", "未达标"));
            Some(MeasureKind::Verdict { from: from?, holds: holds?, filter, met, unmet })
        }
        _ => {
            let _ = (section.need("of"), section.get("over"));
            let (of, over) = (optional("of"), optional("over"));
            Some(MeasureKind::Ratio { from: from?, of: of?, over })
        }
    }
}

/// `count = "form"` with its basis, or `count = { reference = …, unit = … }`.
fn from(section: &Section<'_>, key: &'static str, context: &Context<'_>) -> Option<From> {
    let node = section.get(key)?;
    let Some(table) = node.as_section() else {
        let basis = section.choice_or("basis", &BASES, Basis::Accepted);
        let form = context.form(&node.word()?)?;
        return Some(From::Form { form, basis });
    };
    let schema = table.word("reference").and_then(|word| context.schema(&word));
    let unit = table.word("unit");
    table.finish();
    let (schema, unit) = (schema?, unit?);
    context
        .is_column(&unit, &context.reference_columns(schema))
        .then(|| From::Reference { name: schema.name.clone(), unit_column: unit.text.to_owned() })
}

/// Index of another measure of the same table.
fn peer(word: &Word<'_>, at: usize, peers: &Peers<'_>) -> Option<usize> {
    let found = peers.names.iter().position(|name| *name == word.text).filter(|found| *found != at);
    if found.is_none() {
        let known: Vec<&str> =
            peers.names.iter().enumerate().filter(|(i, name)| *i != at && !name.is_empty()).map(|(_, n)| *n).collect();
        let message = format!("这张表里没有另一个指标“{}”", word.text);
        word.report(DiagnosticCode::UnknownMeasure, message, suggestion(word.text, &known));
    }
    found
}

fn pair(section: &Section<'_>, key: &'static str, at: usize, peers: &Peers<'_>) -> Option<(usize, usize)> {
    let words = section.words(key);
    let [left, right] = words.as_slice() else {
        section.log.report(DiagnosticCode::WrongType, section.get(key)?.span(), format!("“{key}”要写两个指标名"), None);
        return None;
    };
    let (left, right) = (peer(left, at, peers), peer(right, at, peers));
    left.zip(right)
}
