//! `[front]`, `[[figure]]` and `[[headline]]`: the first page.

use super::context::{Columns, Context};
use super::cursor::{Section, Word};
use super::shares::{COMPARE, bound, together};
use crate::definition::plan::{
    ColumnType, DisciplineBy, Edition, FrontPage, Headline, HeadlinePart, KeyFigure, ListValue, Share, Table,
    TableKind, Template, TemplatePart,
};
use crate::domain::ranking::Direction;
use crate::model::codes::DiagnosticCode;
use crate::model::conclusion::About;

/// The number of a table's rows, to conditions and sentences.
pub const ROWS: &str = "行数";
const PERIOD: &str = "报告期";
/// The number of the sentence's table among those that are signed.
const ANNEX: &str = "附表";

type MakePart = fn(String) -> HeadlinePart;

/// What may stand behind a column's name in a hole.
const PICKS: [(&str, MakePart); 5] = [
    ("增减", HeadlinePart::Change),
    ("最高", HeadlinePart::Highest),
    ("最低", HeadlinePart::Lowest),
    ("名单", HeadlinePart::Names),
    ("各行", HeadlinePart::Each),
];

/// Which way a figure is better.
pub const BETTER: [(&str, Direction); 2] = [("higher", Direction::HighFirst), ("lower", Direction::LowFirst)];

/// `[front]` of one file.
pub fn front(document: &Section<'_>) -> FrontPage {
    let Some(section) = document.get("front").and_then(|node| node.section()) else { return FrontPage::default() };
    let text = |key| section.maybe_word(key).map(|word| word.text.to_owned()).unwrap_or_default();
    let front = FrontPage {
        office: text("office"),
        annex: text("annex"),
        classification: text("classification"),
        sign: section.texts("sign"),
        title_font: text("title-font"),
        heading_font: text("heading-font"),
        text_font: text("text-font"),
        number_font: text("number-font"),
    };
    section.finish();
    front
}

/// Figures without a problem, in order.
pub fn figures(
    document: &Section<'_>,
    tables: &[Option<Table>],
    shares: &[Option<Share>],
    context: &Context<'_>,
) -> Vec<KeyFigure> {
    let sections = document.sections("figure").into_iter();
    sections.filter_map(|section| key_figure(section, tables, shares, context)).collect()
}

fn key_figure(
    section: Section<'_>,
    tables: &[Option<Table>],
    shares: &[Option<Share>],
    context: &Context<'_>,
) -> Option<KeyFigure> {
    let name = section.text("name");
    let text = |key| section.maybe_word(key).map(|word| word.text.to_owned());
    let (unit, row) = (text("unit").unwrap_or_default(), text("row"));
    let table = section.word("table").and_then(|word| context.table(&word));
    let see = section.maybe_word("see").map(|word| context.table(&word));
    let (column, before, change) = (section.word("column"), section.maybe_word("before"), section.maybe_word("change"));
    let against = text("against");
    let better = section.get("better").and_then(|_| section.choice("better", &BETTER));
    // Compared with a bound, or with the figure before it.
    let compare = section.get("compare").and_then(|_| section.choice("compare", &COMPARE));
    let limit = section.get("bound").and_then(|node| bound(&node));
    together(&section, &[("against", "before"), ("before", "against"), ("bound", "compare")]);
    if section.get("before").is_none() {
        together(&section, &[("compare", "bound")]);
    }
    section.finish();
    let (table, column) = (table?, column?);
    let see = see.map_or(Some(table), |see| see)?;
    // Nothing is judged by a table with a problem of its own.
    let sayable = sayable(tables.get(table)?.as_ref()?, shares);
    let known = || sayable.figures.iter().map(|(name, _)| name.as_str());
    let mut sound = true;
    for word in [Some(&column), before.as_ref(), change.as_ref()].into_iter().flatten() {
        if word.text != ROWS && !known().any(|name| name == word.text) {
            word.unknown(DiagnosticCode::UnknownMeasure, "栏", known());
            sound = false;
        }
    }
    sound.then(|| KeyFigure {
        name,
        unit,
        table,
        see,
        row,
        column: (column.text != ROWS).then(|| column.text.to_owned()),
        against: against.zip(before.map(|word| word.text.to_owned())),
        change: change.map(|word| word.text.to_owned()),
        better,
        compare,
        bound: limit,
    })
}

/// The columns of a table that sentences can say: figures with their types, and columns of words.
struct Sayable {
    figures: Vec<(String, ColumnType)>,
    words: Vec<String>,
}

/// Sentences without a problem, in order.
pub fn headlines(
    document: &Section<'_>,
    tables: &[Option<Table>],
    shares: &[Option<Share>],
    context: &Context<'_>,
) -> Vec<Headline> {
    let sections = document.sections("headline").into_iter();
    sections.filter_map(|section| headline(section, tables, shares, context)).collect()
}

fn headline(
    section: Section<'_>,
    tables: &[Option<Table>],
    shares: &[Option<Share>],
    context: &Context<'_>,
) -> Option<Headline> {
    let table = section.word("table").and_then(|word| context.table(&word));
    let say = section.word("say");
    let when = section.maybe_word("when");
    let otherwise = section.maybe_word("else").map(|word| without_holes(&word, context));
    let alarm = section.flag("alarm", false);
    let about = if section.flag("ask", false) { About::Ask } else { About::News };
    section.finish();
    let (at, say) = (table?, say?);
    // Nothing is judged by a table with a problem of its own.
    let sayable = sayable(tables.get(at)?.as_ref()?, shares);
    let mut columns = sayable.figures.clone();
    columns.push((ROWS.to_owned(), ColumnType::Integer));
    let columns = context.typed(columns);
    let when = when.map(|word| context.expression(&word, &columns, crate::language::Type::Boolean));
    let holes = holes(&sayable);
    let said = context.holes(&say, &Columns::default(), &holes.iter().map(String::as_str).collect::<Vec<_>>());
    let number = annex_number(tables, at);
    if number.is_none() && said.parts.contains(&TemplatePart::Hole(ANNEX.to_owned())) {
        let message = format!("表只在工作版，没有附表号可写“{{{ANNEX}}}”");
        say.report(DiagnosticCode::KeyNotHere, message, None);
    }
    let say = parts(said, number);
    let when = when.map_or(Some(None), |when| when.map(Some))?;
    Some(Headline { table: at, when, say, otherwise, alarm, about })
}

/// As [`crate::definition::Plan::annex_number`], of a plan that is still read.
fn annex_number(tables: &[Option<Table>], at: usize) -> Option<usize> {
    let signed = |table: &Option<Table>| table.as_ref().is_none_or(|table| table.edition == Edition::Signed);
    let before = tables.get(..=at)?;
    before.last().is_some_and(signed).then(|| before.iter().filter(|table| signed(table)).count())
}

/// Words in which only named values are put in.
fn without_holes(word: &Word<'_>, context: &Context<'_>) -> String {
    let template = context.holes(word, &Columns::default(), &[]);
    let text = |part| match part {
        TemplatePart::Text(text) => text,
        TemplatePart::Hole(_) => String::new(),
    };
    template.parts.into_iter().map(text).collect()
}

fn holes(sayable: &Sayable) -> Vec<String> {
    let figures = sayable.figures.iter().flat_map(|(name, _)| {
        let picked = PICKS.iter().map(move |(pick, _)| format!("{name}|{pick}"));
        std::iter::once(name.clone()).chain(picked)
    });
    let words = sayable.words.iter().map(|name| format!("{name}|名单"));
    [ROWS, PERIOD, ANNEX].map(str::to_owned).into_iter().chain(figures).chain(words).collect()
}

fn parts(template: Template, number: Option<usize>) -> Vec<HeadlinePart> {
    let part = |part| match part {
        TemplatePart::Text(text) => HeadlinePart::Words(text),
        TemplatePart::Hole(hole) if hole == ROWS => HeadlinePart::Rows,
        TemplatePart::Hole(hole) if hole == ANNEX => {
            HeadlinePart::Words(number.map_or_else(|| ANNEX.to_owned(), |number| format!("{ANNEX}{number}")))
        }
        TemplatePart::Hole(hole) => match hole.rsplit_once('|') {
            Some((name, pick)) => {
                let made = PICKS.iter().find(|(known, _)| *known == pick);
                made.map_or(HeadlinePart::Total(hole.clone()), |(_, made)| made(name.to_owned()))
            }
            None => HeadlinePart::Total(hole),
        },
    };
    template.parts.into_iter().map(part).collect()
}

/// Columns that are there whatever is sent in; of a table spread over codes or periods none are.
fn sayable(table: &Table, shares: &[Option<Share>]) -> Sayable {
    let nothing = Sayable { figures: Vec::new(), words: Vec::new() };
    match &table.kind {
        TableKind::Statistic(statistic) if statistic.across.is_empty() && statistic.across_periods.is_none() => {
            let names = || statistic.measures.iter().map(|measure| &measure.name);
            let alone = |name: &String| names().filter(|other| *other == name).count() == 1;
            let figures = statistic.measures.iter().filter(|measure| alone(&measure.name));
            Sayable {
                figures: figures.map(|measure| (measure.name.clone(), measure.kind.column())).collect(),
                words: vec![statistic.label.clone()],
            }
        }
        TableKind::ShareBy { share, .. } => {
            let counted = shares.get(*share).and_then(Option::as_ref).map(|share| share.counted.clone());
            let whole = counted.into_iter().chain(["总数".to_owned(), "差额".to_owned()]);
            let mut figures: Vec<(String, ColumnType)> = whole.map(|name| (name, ColumnType::Integer)).collect();
            figures.push(("占比".to_owned(), ColumnType::Number));
            figures.extend(["规定", "结论"].map(|name| (name.to_owned(), ColumnType::Text)));
            Sayable { figures, words: Vec::new() }
        }
        TableKind::List(list) => {
            let open = |value: &ListValue| !matches!(value, ListValue::Column { private: true, .. });
            let columns = list.columns.iter().filter(|column| open(&column.value));
            Sayable { words: columns.map(|column| column.header.clone()).collect(), ..nothing }
        }
        TableKind::Discipline(DisciplineBy::City | DisciplineBy::Channel) => {
            let whole = RATES[..7].iter().map(|name| ((*name).to_owned(), ColumnType::Integer));
            let parts = RATES[7..].iter().map(|name| ((*name).to_owned(), ColumnType::Number));
            Sayable { figures: whole.chain(parts).collect(), ..nothing }
        }
        _ => nothing,
    }
}

/// The columns of reporting rates: seven counts, then proportions.
const RATES: [&str; 9] = ["应报", "按时", "迟报", "其中逾期", "退回", "无法读取", "未报", "报送率", "按时率"];
