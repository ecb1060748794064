//! `[[chart]]`.

use super::context::Context;
use super::cursor::{Section, suggestion};
use super::known::Known;
use super::tables::{EDITIONS, filled};
use crate::definition::plan::{Chart, ChartHole, ChartKind, Edition, FieldType, Table, TableKind};
use crate::domain::ranking::Direction;
use crate::model::codes::DiagnosticCode;

pub const CHART_KINDS: [(&str, ChartKind); 3] =
    [("column", ChartKind::Column), ("bar", ChartKind::Bar), ("pie", ChartKind::Pie)];

/// In which order rows are drawn.
pub const ORDERS: [(&str, Direction); 2] = [("high-first", Direction::HighFirst), ("low-first", Direction::LowFirst)];

/// Which rows are drawn: the only choice beside all of them.
pub const ONLY: [(&str, bool); 1] = [("missed", true)];

/// Charts without a problem, in order.
pub fn charts(
    document: &Section<'_>,
    tables: &[Option<Table>],
    shares: Known<'_>,
    context: &Context<'_>,
) -> Vec<Chart> {
    let sections = document.sections("chart").into_iter();
    sections.filter_map(|section| chart(section, tables, shares, context)).collect()
}

fn chart(section: Section<'_>, tables: &[Option<Table>], shares: Known<'_>, context: &Context<'_>) -> Option<Chart> {
    let title = section.text("title");
    let table = section.word("table").and_then(|word| context.table(&word));
    section.need_list("series");
    let series = section.words("series");
    let kind = section.choice("kind", &CHART_KINDS);
    let holes = ChartHole::ALL.map(ChartHole::word);
    let findings = section.words("findings").iter().map(|word| filled(word, &holes, context)).collect();
    let known = series.iter().map(|word| word.text);
    let about = section.maybe_word("about");
    if let Some(word) = about.as_ref().filter(|word| !known.clone().any(|known| known == word.text)) {
        let message = format!("“{}”不在 series 里", word.text);
        word.report(DiagnosticCode::UnknownSeries, message, suggestion(word.text, &known.clone().collect::<Vec<_>>()));
    }
    let about = about.map(|word| word.text).or_else(|| known.clone().next()).unwrap_or_default().to_owned();
    let order = section.get("order").and_then(|_| section.choice("order", &ORDERS));
    let only = section.get("only");
    let missed = only.is_some() && section.choice("only", &ONLY).unwrap_or(false);
    let top = section.get("top").and_then(|node| {
        let top = node.count();
        if top == Some(0) {
            section.log.report(DiagnosticCode::WrongType, node.span(), "“top”至少是 1".to_owned(), None);
        }
        top
    });
    let of_table = table.and_then(|at| tables.get(at)?.as_ref()).map_or(Edition::Signed, |table| table.edition);
    let edition = section.choice_or("edition", &EDITIONS, of_table);
    if let (false, Some(node)) = (edition.holds(of_table), section.get("edition")) {
        let message = "它的表只在工作版，图不能在呈报版".to_owned();
        let help = Some("给那张表写 edition = \"signed\"，或去掉这里的 edition".to_owned());
        section.log.report(DiagnosticCode::ChartWithoutTable, node.span(), message, help);
    }
    // A broken table's headings are not known.
    if let Some(Some(table)) = table.map(|at| tables.get(at).and_then(Option::as_ref)) {
        let headings = headings(table, shares, context);
        for word in series.iter().filter(|word| !headings.iter().any(|heading| heading == word.text)) {
            let known: Vec<&str> = headings.iter().map(String::as_str).collect();
            let message = format!("表“{}”没有“{}”这一栏可以画图", table.id, word.text);
            word.report(DiagnosticCode::UnknownSeries, message, suggestion(word.text, &known));
        }
        if let Some(node) = only.filter(|_| missed && !is_bound(table, &about)) {
            let message = format!("“{about}”一栏没有规定，看不出哪些不合");
            let help = Some("在那张表的这一栏写 bound 和 compare".to_owned());
            section.log.report(DiagnosticCode::MissingKey, node.span(), message, help);
        }
    }
    section.finish();
    let series = series.iter().map(|word| word.text.to_owned()).collect();
    Some(Chart { title, edition, table: table?, series, kind: kind?, findings, about, order, missed, top })
}

/// Whether the figures of a column have something to keep to.
fn is_bound(table: &Table, column: &str) -> bool {
    match &table.kind {
        TableKind::Statistic(statistic) => {
            statistic.measures.iter().any(|measure| measure.name == column && measure.bound.is_some())
        }
        TableKind::ShareBy { .. } => column == "占比",
        _ => false,
    }
}

/// Headings of figures that a chart can draw.
fn headings(table: &Table, known: Known<'_>, context: &Context<'_>) -> Vec<String> {
    match &table.kind {
        // Its columns are periods, and which they are is not known yet.
        TableKind::Statistic(statistic) if statistic.across_periods.is_some() => Vec::new(),
        TableKind::Statistic(statistic) if statistic.across.is_empty() => {
            statistic.measures.iter().map(|measure| measure.name.clone()).collect()
        }
        TableKind::Statistic(statistic) => {
            // The innermost codes are the headings; 合计 where it is asked for.
            let innermost = statistic.across.last().map_or("", String::as_str);
            let fields = context.forms.iter().flat_map(|form| &form.fields);
            let mut words: Vec<String> = fields
                .filter(|field| *field.name == *innermost)
                .find_map(|field| match field.ty {
                    FieldType::Code { list } => context.codes.get(list).map(|list| list.values.clone()),
                    _ => None,
                })
                .unwrap_or_default();
            if statistic.across_total {
                words.push("合计".to_owned());
            }
            words
        }
        TableKind::ShareBy { share, .. } => {
            let counted = known.share(*share).map(|share| share.counted.clone());
            let fixed = ["总数", "占比", "规定", "差额"].map(str::to_owned);
            counted.into_iter().chain(fixed).collect()
        }
        TableKind::List(_) | TableKind::Shares | TableKind::Discipline(_) | TableKind::Chase => Vec::new(),
    }
}
