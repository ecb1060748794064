//! `[[headline]]`: sentences of the first page.

use super::context::{Columns, Context};
use super::cursor::{Section, Word};
use crate::definition::plan::{
    ColumnType, Headline, HeadlinePart, ListValue, Share, Table, TableKind, Template, TemplatePart,
};

/// The number of a table's rows, to conditions and sentences.
pub const ROWS: &str = "行数";
const PERIOD: &str = "报告期";

type MakePart = fn(String) -> HeadlinePart;

/// What may stand behind a column's name in a hole.
const PICKS: [(&str, MakePart); 4] = [
    ("增减", HeadlinePart::Change),
    ("最高", HeadlinePart::Highest),
    ("最低", HeadlinePart::Lowest),
    ("名单", HeadlinePart::Names),
];

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
    section.finish();
    let (at, say) = (table?, say?);
    // Nothing is judged by a table with a problem of its own.
    let sayable = sayable(tables.get(at)?.as_ref()?, shares);
    let mut columns = sayable.figures.clone();
    columns.push((ROWS.to_owned(), ColumnType::Integer));
    let columns = context.typed(columns);
    let when = when.map(|word| context.expression(&word, &columns, crate::language::Type::Boolean));
    let holes = holes(&sayable);
    let parts = parts(context.holes(&say, &Columns::default(), &holes.iter().map(String::as_str).collect::<Vec<_>>()));
    Some(Headline { table: at, when: when.map_or(Some(None), |when| when.map(Some))?, say: parts, otherwise, alarm })
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
    [ROWS, PERIOD].map(str::to_owned).into_iter().chain(figures).chain(words).collect()
}

fn parts(template: Template) -> Vec<HeadlinePart> {
    let part = |part| match part {
        TemplatePart::Text(text) => HeadlinePart::Words(text),
        TemplatePart::Hole(hole) if hole == ROWS => HeadlinePart::Rows,
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
        _ => nothing,
    }
}
