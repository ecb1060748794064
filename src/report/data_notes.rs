//! What is to be known before the data edition is used: what it holds, what its symbols mean, and each of its columns.

use super::accepted::Accepted;
use super::data_columns::{ColumnContent, NONE, PENDING, SheetColumn};
use super::results::Results;
use crate::book::listing::{ListCell, Listing};
use crate::book::row_book::RowBook;
use crate::definition::{Field, FieldType, Plan};
use crate::history::decisions::register::who;
use crate::model::decision::{DecisionState, Disposition};
use std::io::{self, Seek, Write};

/// Sheets that [`write`] adds.
pub const SHEETS: usize = 2;
/// Words of a code list that are shown; a longer list is one to look up.
const CHOICES: usize = 40;

/// What became of one form.
pub struct SheetNote<'a> {
    pub accepted: &'a Accepted<'a>,
    pub columns: Vec<SheetColumn>,
    pub rows: u64,
    pub sheets: u32,
    /// Texts that were cut to Excel's limit.
    pub cut: u64,
}

/// Writes the sheets 说明 and 列说明.
///
/// # Errors
/// The target cannot be written.
pub fn write<W: Write + Seek>(
    results: &Results<'_>,
    notes: &[SheetNote<'_>],
    room: u32,
    book: &mut RowBook<W>,
) -> io::Result<()> {
    let title = format!("{}数据版", results.name());
    let columns = [("项目", 20.0), ("说明", 100.0)];
    let mut sheet = Listing::new(book, ("说明", &title), &columns, u32::MAX)?;
    let mut line = |name: &str, words: &str| sheet.push(&[ListCell::Text(name), ListCell::Text(words)], None);
    line("名称", &title)?;
    line("内容", "每行是一条审核通过、计入统计的记录。每个工作表只有一张表、一行表头，没有合并单元格、合计行。")?;
    for SheetNote { accepted, rows, sheets, .. } in notes {
        let split = match sheets {
            1 => String::new(),
            _ => format!("，超过一个工作表的 {room} 行，分为 {sheets} 个工作表，按次序编号"),
        };
        line(&format!("工作表“{}”", accepted.form.title), &format!("{rows} 行{split}。各列见“列说明”。"))?;
    }
    line(
        "报送单位、地市",
        "“报送单位”是该行计入的单位，名称、代码、渠道、地市都按单位名册；单位列旁边的“代码”是名册中的单位代码。",
    )?;
    line("来源", "“报表文件”“工作表”“行号”指明该行在上报件中的位置。")?;
    line(
        "怎样用",
        "表头可以筛选、排序。要分地市、分单位统计，点表中任意一格，选“插入”“数据透视表”，把“地市”“报送单位”拖到行，把要统计的列拖到值。",
    )?;
    line("空单元格", "报表中没有填写。")?;
    line(PENDING, "该格有疑问，还没有处理意见，暂不计入；求和时按文字略过。")?;
    line(NONE, "不适用：单位名册中没有写，或者没有认定是哪个单位。")?;
    line("个人信息", "本册含身份证号、姓名等个人信息，未作遮盖，请妥善保管，不要外传。")?;
    for SheetNote { accepted, cut, .. } in notes {
        let title = &accepted.form.title;
        if accepted.holds_cells() {
            line(&format!("“{title}”的{PENDING}"), "原值如下：")?;
            held(results, accepted).try_for_each(|words| line("", &words))?;
        }
        let decided = decided(results, accepted);
        if !decided.is_empty() {
            line(&format!("“{title}”的人工认定"), "下列单元格经人工认定改动，表中是认定的值：")?;
            decided.iter().try_for_each(|words| line("", words))?;
        }
        if *cut > 0 {
            line(&format!("“{title}”"), &format!("有 {cut} 个单元格文字过长，已截断并在末尾注明。"))?;
        }
    }
    sheet.finish()?;
    dictionary(results, notes, &title, book)
}

/// The cells of a form that are held out, each with its place and what stands there.
fn held<'r>(results: &'r Results<'_>, accepted: &Accepted<'_>) -> impl Iterator<Item = String> + 'r {
    let form = results.plan.forms.iter().position(|form| form.id == accepted.form.id);
    let held = results.doubts.iter().filter(move |doubt| doubt.held && doubt.counts && Some(doubt.form) == form);
    held.map(|doubt| {
        let place = results.verdict.place_words(&doubt.place, |unit| results.unit_name(unit).to_owned());
        format!("{place}：{} {}（{}）", doubt.column, doubt.value, doubt.found)
    })
}

/// The cells of a form that somebody gave another value, each with what stood there.
fn decided(results: &Results<'_>, accepted: &Accepted<'_>) -> Vec<String> {
    let form = results.plan.forms.iter().position(|form| form.id == accepted.form.id);
    let replaced = results.verdict.decisions.iter().filter(|one| {
        let of = one.finding.as_ref().and_then(|finding| finding.key.form).map(usize::from);
        one.decision.disposition == Disposition::Replaced && one.state == DecisionState::InForce && of == form
    });
    replaced
        .map(|one| {
            let (decision, on) = (&one.decision, &one.decision.taken_on);
            let raw = if on.value.is_empty() { "未填" } else { &on.value };
            let why = format!("{}；{}", who(decision), decision.reason);
            format!("{}：{} 原值 {raw}，认定为 {}（{why}）", on.place, on.field, decision.value)
        })
        .collect()
}

/// Every column with its kind, the unit of its figures, and what may stand in it.
fn dictionary<W: Write + Seek>(
    results: &Results<'_>,
    notes: &[SheetNote<'_>],
    title: &str,
    book: &mut RowBook<W>,
) -> io::Result<()> {
    let columns = [("工作表", 24.0), ("列", 20.0), ("类型", 12.0), ("计量单位", 10.0), ("说明", 70.0)];
    let mut sheet = Listing::new(book, ("列说明", title), &columns, u32::MAX)?;
    for SheetNote { accepted, columns, .. } in notes {
        for column in columns {
            let field = own(accepted, column.content);
            let unit = field.and_then(|field| field.measured_in.as_deref()).unwrap_or_default();
            let (kind, words) = told(results.plan, column, field);
            let items = [
                ListCell::Text(&accepted.form.title),
                ListCell::Text(&column.heading),
                ListCell::Text(kind),
                ListCell::Text(unit),
                ListCell::Text(&words),
            ];
            sheet.push(&items, None)?;
        }
    }
    sheet.finish().map(drop)
}

fn own<'a>(accepted: &Accepted<'a>, content: ColumnContent) -> Option<&'a Field> {
    let ColumnContent::Own(at) = content else { return None };
    accepted.form.fields.get(accepted.columns.get(at)?.field?)
}

/// The kind of a column, and what it holds.
fn told(plan: &Plan, column: &SheetColumn, field: Option<&Field>) -> (&'static str, String) {
    let (kind, words) = match column.content {
        ColumnContent::Sent(0) => ("单位", "该行计入的单位，按单位名册"),
        ColumnContent::Sent(4) => ("文字", "本册所属的报告期"),
        ColumnContent::Sent(_) => ("文字", "按单位名册"),
        ColumnContent::Code(_) => ("代码", "左边一列的单位在单位名册中的代码"),
        ColumnContent::From(2) => ("整数", "该行在上报工作表中的行号"),
        ColumnContent::From(_) => ("文字", "该行来自的上报件"),
        ColumnContent::Own(_) => ("", ""),
    };
    let Some(field) = field else {
        let computed = matches!(column.content, ColumnContent::Own(_));
        return if computed { ("", "由程序按定义计算".to_owned()) } else { (kind, words.to_owned()) };
    };
    // A score has a second column, of its grades.
    if column.heading != *field.name {
        return ("文字", format!("“{}”的等次", field.name));
    }
    let header = match &field.under {
        Some(under) => format!("表中的列“{under}—{}”", field.header),
        None if field.header != *field.name => format!("表中的列“{}”", field.header),
        None => String::new(),
    };
    let FieldType::Code { list } = &field.ty else { return (kind_of(&field.ty), header) };
    let values = plan.codes.get(*list).map(|codes| codes.values.as_slice()).unwrap_or_default();
    let more = if values.len() > CHOICES { format!("等 {} 种", values.len()) } else { String::new() };
    let choices = values.iter().take(CHOICES).map(String::as_str).collect::<Vec<_>>().join("、");
    let comma = if header.is_empty() { "" } else { "；" };
    (kind_of(&field.ty), format!("{header}{comma}可以是：{choices}{more}"))
}

fn kind_of(ty: &FieldType) -> &'static str {
    match ty {
        FieldType::Text => "文字",
        FieldType::Name => "姓名",
        FieldType::Integer => "整数",
        FieldType::Number | FieldType::Score { .. } => "数值",
        FieldType::Percent => "比率",
        FieldType::Date => "日期",
        FieldType::Month => "年月",
        FieldType::DateOrMonth => "日期或年月",
        FieldType::Code { .. } => "代码表",
        FieldType::Boolean => "是否",
        FieldType::Unit => "单位",
        FieldType::IdNumber => "身份证号",
        FieldType::DocumentNumber => "文号",
    }
}
