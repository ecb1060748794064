//! `[[table]]`.

use super::context::{Columns, Context};
use super::cursor::{Section, Word};
use super::known::Known;
use super::measures::{BASES, statistic};
use super::ranks::{ranking, top};
use super::shares::scope;
use crate::definition::plan::{
    Basis, Criterion, DisciplineBy, Edition, FieldType, List, ListColumn, ListFrom, ListValue, Reconciliation, Scope,
    Table, TableKind, TemplatePart,
};
use crate::model::codes::DiagnosticCode;

/// Sheets of the leadership workbooks that no table may take.
const OWN_SHEETS: [&str; 5] = ["首页", "图", "总览", "数据质量", "口径说明"];

#[derive(Debug, Clone, Copy)]
pub enum KindWord {
    Statistic,
    List,
    Share,
    Shares,
    Discipline,
    Chase,
}

pub const KINDS: [(&str, KindWord); 6] = [
    ("statistic", KindWord::Statistic),
    ("list", KindWord::List),
    ("share", KindWord::Share),
    ("shares", KindWord::Shares),
    ("discipline", KindWord::Discipline),
    ("chase", KindWord::Chase),
];

const DISCIPLINE_BY: [(&str, DisciplineBy); 5] = [
    ("unit", DisciplineBy::Unit),
    ("city", DisciplineBy::City),
    ("channel", DisciplineBy::Channel),
    ("period", DisciplineBy::Period),
    ("ranking", DisciplineBy::Ranking),
];

/// One entry per `[[table]]`; `None` where it has a problem.
pub fn tables(document: &Section<'_>, known: Known<'_>, context: &Context<'_>) -> Vec<Option<Table>> {
    document.sections("table").into_iter().map(|section| table(section, known, context)).collect()
}

fn table(section: Section<'_>, known: Known<'_>, context: &Context<'_>) -> Option<Table> {
    let id = section.text("id");
    let sheet = section.word("sheet").map(|word| sheet_name(&word)).unwrap_or_default();
    // The period is put in when the table is printed, named values at once; nothing else may be left open.
    let title = section.word("title").map(|word| filled(&word, &["报告期", PLACES], context)).unwrap_or_default();
    let caption = section.maybe_word("caption").map(|word| filled(&word, &[], context)).unwrap_or_default();
    let notes = section.words("notes").iter().map(|word| filled(word, &[], context)).collect();
    let landscape = section.flag("landscape", false);
    let kind = section.choice_or("kind", &KINDS, KindWord::Statistic);
    // Who reported and who has to be asked is the department's own work.
    let usual = match kind {
        KindWord::Discipline | KindWord::Chase => Edition::Working,
        KindWord::Statistic | KindWord::List | KindWord::Share | KindWord::Shares => Edition::Signed,
    };
    let edition = section.choice_or("edition", &EDITIONS, usual);
    let kind = match kind {
        KindWord::Statistic => statistic(&section, known, context).map(TableKind::Statistic),
        KindWord::List => list(&section, known, context).map(TableKind::List),
        KindWord::Share => share_by(&section, known, context),
        KindWord::Shares => Some(TableKind::Shares),
        KindWord::Discipline => {
            let by = section.choice("by", &DISCIPLINE_BY);
            if let (Some(DisciplineBy::Ranking), false, Some(node)) = (by, known.has_points, section.get("by")) {
                let help = Some("写一段 [discipline]，规定按时、迟报、退回、未报各得几分".to_owned());
                section.log.report(
                    DiagnosticCode::DisciplineUnscored,
                    node.span(),
                    "没有规定得分，不能排名".to_owned(),
                    help,
                );
            }
            by.map(TableKind::Discipline)
        }
        KindWord::Chase => Some(TableKind::Chase),
    };
    if title.contains(PLACES) && section.get("top").is_none() {
        let message = format!("“{{{PLACES}}}”只用于写了 top 的表");
        if let Some(node) = section.get("title") {
            section.log.report(DiagnosticCode::KeyNotHere, node.span(), message, None);
        }
    }
    let except = section.maybe_word("except").and_then(|word| context.table(&word));
    let reconcile = section.sections("reconcile").into_iter().filter_map(|section| reconciliation(section, context));
    let reconcile = reconcile.collect();
    let line = section.line();
    section.finish();
    Some(Table { id, edition, sheet, title, caption, notes, landscape, except, reconcile, kind: kind?, line })
}

pub const EDITIONS: [(&str, Edition); 2] = [("signed", Edition::Signed), ("working", Edition::Working)];

/// The hole of a title that says how many places a table lists, ties included.
const PLACES: &str = "前几名";

fn reconciliation(section: Section<'_>, context: &Context<'_>) -> Option<Reconciliation> {
    let (own, other, why) = (section.text("own"), section.text("other"), section.text("why"));
    let table = section.word("table").and_then(|word| context.table(&word));
    section.finish();
    Some(Reconciliation { own, table: table?, other, why })
}

/// The text with named values put in; holes of its own stay as written.
pub fn filled(word: &Word<'_>, own: &[&str], context: &Context<'_>) -> String {
    let template = context.holes(word, &Columns::default(), own);
    let part = |part: TemplatePart| match part {
        TemplatePart::Text(text) => text,
        TemplatePart::Hole(hole) => format!("{{{hole}}}"),
    };
    template.parts.into_iter().map(part).collect()
}

/// Excel takes at most 31 characters and not these; the books have sheets of their own.
fn sheet_name(word: &Word<'_>) -> String {
    let problem = if word.text.chars().count() > 31 {
        Some("超过 31 个字".to_owned())
    } else if let Some(c) = word.text.chars().find(|c| "[]:*?/\\'".contains(*c)) {
        Some(format!("不能有“{c}”"))
    } else {
        OWN_SHEETS.contains(&word.text).then(|| "这个名字系统自己要用".to_owned())
    };
    if let Some(problem) = problem {
        word.report(DiagnosticCode::BadSheetName, format!("“{}”不能作工作表名：{problem}", word.text), None);
    }
    word.text.to_owned()
}

fn share_by(section: &Section<'_>, known: Known<'_>, context: &Context<'_>) -> Option<TableKind> {
    let share = section.word("share").and_then(|word| context.share(&word));
    let by = section.word("by");
    let (share, by) = (share?, by?);
    let by = scope(&by, &known.share(share)?.parts, context)?;
    if by == Scope::Province {
        let help = Some("写 \"unit\" 或一个代码列".to_owned());
        section.log.report(
            DiagnosticCode::UnknownScope,
            section.get("by")?.span(),
            "全省只有一行，不必分开列".to_owned(),
            help,
        );
    }
    Some(TableKind::ShareBy { share, by })
}

/// Lines of a list that a definition need not ask for: about a hundred pages.
const PRINTABLE_LINES: u32 = 5_000;

fn list(section: &Section<'_>, known: Known<'_>, context: &Context<'_>) -> Option<List> {
    let from = list_from(section, known, context);
    let columns = from.as_ref().map(|from| list_columns_of(from, known, context));
    for key in ["where", "sort", "columns", "criteria"] {
        let _ = section.get(key);
    }
    let filter = columns.as_ref().and_then(|columns| context.condition(section, "where", columns));
    let sort = section.words("sort");
    if let Some(columns) = &columns {
        for word in &sort {
            context.is_column(word, columns);
        }
    }
    let empty = section.text("empty");
    let most = section.get("most").map_or(Some(PRINTABLE_LINES), |node| node.count());
    section.need_list("columns");
    let mut shown = Vec::new();
    let mut complete = true;
    for column in section.sections("columns") {
        match list_column(column, from.as_ref(), columns.as_ref(), known, context) {
            Some(column) => shown.push(column),
            None => complete = false,
        }
    }
    let ranked = Ranked::read(section, &shown, complete);
    let criteria = columns.as_ref().map(|columns| criteria(section, columns, &ranked, context));
    check_reasons(section, &shown, complete);
    let sort = sort.iter().map(|word| word.text.to_owned()).collect();
    let from = from?;
    let most = most? as usize;
    let (ranked_by, top) = (ranked.by, ranked.top);
    let criteria = criteria.unwrap_or_default();
    complete.then_some(List { from, columns: shown, filter, sort, ranked_by, top, criteria, empty, most })
}

/// Which column a list is ranked by, and where it is cut.
struct Ranked {
    by: Option<usize>,
    top: Option<u32>,
    /// The key is there, right or wrong.
    asked: bool,
}

impl Ranked {
    fn read(section: &Section<'_>, columns: &[ListColumn], complete: bool) -> Ranked {
        let word = section.maybe_word("ranked-by");
        let by = word.as_ref().and_then(|word| {
            let ranks = || columns.iter().filter(|column| matches!(column.value, ListValue::Rank(_)));
            let found = columns
                .iter()
                .position(|column| column.header == word.text && matches!(column.value, ListValue::Rank(_)));
            if found.is_none() && complete {
                word.unknown(DiagnosticCode::UnknownRank, "名次列", ranks().map(|column| column.header.as_str()));
            }
            found
        });
        let asked = word.is_some();
        Ranked { by, top: top(section, asked), asked }
    }
}

fn criteria(section: &Section<'_>, columns: &Columns, ranked: &Ranked, context: &Context<'_>) -> Vec<Criterion> {
    let own: &[&str] = if ranked.asked { &["本表名次"] } else { &[] };
    let mut criteria = Vec::new();
    for criterion in section.sections("criteria") {
        let when = context.condition(&criterion, "when", columns);
        let top = top(&criterion, ranked.asked);
        if criterion.get("when").is_none() && criterion.get("top").is_none() {
            let message = "每一条写 when（条件）或 top（前几名）".to_owned();
            criterion.log.report(DiagnosticCode::CriterionEmpty, criterion.span(), message, None);
        }
        let reason = context.template(&criterion, "reason", columns, own);
        criterion.finish();
        criteria.push(Criterion { when, top, reason });
    }
    criteria
}

/// Reasons are shown where criteria are declared, and nowhere else.
fn check_reasons(section: &Section<'_>, columns: &[ListColumn], complete: bool) {
    let shown = columns.iter().any(|column| column.value == ListValue::Reason);
    match section.get("criteria") {
        None if shown => {
            let message = "有原因栏（value = \"reason\"），却没有写“criteria”".to_owned();
            section.log.report(DiagnosticCode::ReasonsMissing, section.span(), message, None);
        }
        Some(node) if !shown && complete => {
            let help = Some("在 columns 里加 { header = \"原因\", value = \"reason\" }".to_owned());
            section.log.report(
                DiagnosticCode::ReasonsNotShown,
                node.span(),
                "写了“criteria”，却没有列出原因".to_owned(),
                help,
            );
        }
        _ => {}
    }
}

fn list_from(section: &Section<'_>, known: Known<'_>, context: &Context<'_>) -> Option<ListFrom> {
    let node = section.need("from")?;
    let Some(table) = node.as_section() else {
        let basis = section.choice_or("basis", &BASES, Basis::Accepted);
        let form = context.form(&node.word()?)?;
        return Some(ListFrom::Form { form, basis });
    };
    let word = table.word("outstanding");
    table.finish();
    let word = word?;
    let lookup = known.outstanding(&word, context)?;
    // Without the lookup the columns cannot be judged.
    known.lookup(lookup).map(|_| ListFrom::Outstanding { lookup })
}

fn list_columns_of(from: &ListFrom, known: Known<'_>, context: &Context<'_>) -> Columns {
    match from {
        ListFrom::Form { form, .. } => context.form_columns(*form),
        ListFrom::Outstanding { lookup } => {
            let name = known.lookup(*lookup).map_or("", |lookup| lookup.reference.as_str());
            let schema = context.references.iter().find(|schema| schema.name == name);
            schema.map(|schema| context.reference_columns(schema)).unwrap_or_default()
        }
    }
}

fn list_column(
    section: Section<'_>,
    from: Option<&ListFrom>,
    columns: Option<&Columns>,
    known: Known<'_>,
    context: &Context<'_>,
) -> Option<ListColumn> {
    let header = section.word("header").map(|word| word.text.to_owned());
    let keys: Vec<&str> =
        ["value", "column", "lookup", "rank"].into_iter().filter(|key| section.get(key).is_some()).collect();
    let value = match keys.as_slice() {
        ["value"] => list_word(&section, from),
        ["column"] => section.word("column").and_then(|word| {
            let columns = columns?;
            let known_column = context.is_column(&word, columns);
            known_column.then(|| ListValue::Column {
                name: word.text.to_owned(),
                private: from.is_some_and(|from| private(from, word.text, known, context)),
            })
        }),
        ["lookup"] => section.word("lookup").and_then(|word| {
            let lookup = context.lookup(&word)?;
            let theirs = known.lookup(lookup)?.form;
            if !matches!(from?, ListFrom::Form { form, .. } if *form == theirs) {
                word.report(DiagnosticCode::WrongForm, format!("“{}”核对的不是这张名单的表式", word.text), None);
            }
            Some(ListValue::Lookup { lookup })
        }),
        ["rank"] => {
            let _ = (section.get("direction"), section.get("within"));
            columns.and_then(|columns| ranking(&section, columns, context)).map(ListValue::Rank)
        }
        _ => {
            let message = "每一列写 value、column、lookup、rank 中的一个".to_owned();
            section.log.report(DiagnosticCode::ListColumn, section.span(), message, None);
            None
        }
    };
    section.finish();
    Some(ListColumn { header: header?, value: value? })
}

/// What a column of a list may show that is no column of its rows.
#[derive(Debug, Clone, Copy)]
pub enum ListWord {
    Number,
    Unit,
    Verdict,
    Reason,
}

pub const LIST_WORDS: [(&str, ListWord); 4] = [
    ("number", ListWord::Number),
    ("unit", ListWord::Unit),
    ("verdict", ListWord::Verdict),
    ("reason", ListWord::Reason),
];

fn list_word(section: &Section<'_>, from: Option<&ListFrom>) -> Option<ListValue> {
    match section.choice("value", &LIST_WORDS)? {
        ListWord::Number => Some(ListValue::Number),
        ListWord::Unit => Some(ListValue::Unit),
        ListWord::Reason => Some(ListValue::Reason),
        ListWord::Verdict => {
            if matches!(from, Some(ListFrom::Outstanding { .. })) {
                let message = "未对上的台账记录没有审核结论".to_owned();
                section.log.report(DiagnosticCode::ListColumn, section.get("value")?.span(), message, None);
            }
            Some(ListValue::Verdict)
        }
    }
}

/// ID numbers are masked in print: fields of that type, and reference columns that are compared with one.
fn private(from: &ListFrom, column: &str, known: Known<'_>, context: &Context<'_>) -> bool {
    let is_id = |form: usize, field: usize| {
        let field = context.forms.get(form).and_then(|form| form.fields.get(field));
        field.is_some_and(|field| field.ty == FieldType::IdNumber)
    };
    match from {
        ListFrom::Form { form, .. } => context.forms.get(*form).is_some_and(|form| {
            form.fields.iter().any(|field| *field.name == *column && field.ty == FieldType::IdNumber)
        }),
        ListFrom::Outstanding { lookup } => {
            let reference = known.lookup(*lookup).map(|lookup| &lookup.reference);
            known
                .lookups
                .iter()
                .flatten()
                .filter(|lookup| Some(&lookup.reference) == reference)
                .any(|lookup| lookup.on.iter().any(|(field, ours)| ours == column && is_id(lookup.form, *field)))
        }
    }
}
