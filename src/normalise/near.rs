//! Sheets without a form, and those that come near one.

use super::area::Area;
use super::columns::headers_of;
use super::found::FoundTable;
use super::layout::NearHeader;
use super::lexicon::Lexicon;
use super::sink::{Say, Sink};
use super::view::View;
use crate::definition::{OtherForm, Plan};
use crate::model::cell::{CellRef, RawCell, RawValue};
use crate::model::codes::FindingCode;
use crate::model::normalised::NearMiss;
use crate::model::{RawWorkbook, Severity, SheetAccount};
use std::sync::Arc;

/// The account of a sheet without a form: all of it is frame.
pub fn formless(view: &View<'_>) -> SheetAccount {
    let rows = view.rows.len() as u32;
    SheetAccount {
        name: Arc::from(view.sheet.name.as_str()),
        sheet: view.index,
        form: None,
        not_counted: None,
        rows,
        frame: rows,
        data: 0,
        totals: 0,
        repeated_headers: 0,
        notes: 0,
        aside: 0,
    }
}

/// Passes on what the reader remarked.
pub fn workbook(workbook: &RawWorkbook, sink: &mut Sink) {
    for remark in &workbook.remarks {
        let say = Say {
            code: FindingCode::WorkbookRemark,
            severity: Severity::Note,
            found: remark.clone(),
            expected: "文件里只有按表式填写的工作表".to_owned(),
            next: "请汇总部门留意，不影响计入",
        };
        sink.on_return(None, Vec::new(), say);
    }
}

/// Why nothing of this pipeline is in the file.
pub fn unrecognised(plan: &Plan, lexicon: &Lexicon<'_>, workbook: &RawWorkbook, near: Option<&NearMiss>) -> String {
    let sheets = &workbook.sheets;
    let names: Vec<&str> = sheets.iter().take(5).map(|sheet| sheet.name.as_str()).collect();
    let more = if sheets.len() > 5 { format!("等 {} 张", sheets.len()) } else { String::new() };
    let forms: Vec<&str> = plan.forms.iter().map(|form| form.title.as_str()).collect();
    let mut cause = if sheets.iter().all(|sheet| sheet.cells.is_empty()) {
        "文件里没有内容".to_owned()
    } else {
        format!("工作表“{}”{more}里没有找到本流程的表式（{}）", names.join("”“"), forms.join("、"))
    };
    // Headers may be among the cells that are lost.
    let is_lost = |cell: &&RawCell| matches!(cell.value, RawValue::Unreadable(_));
    let lost: Vec<&RawCell> = sheets.iter().flat_map(|sheet| &sheet.cells).filter(is_lost).collect();
    if let Some(RawValue::Unreadable(doubt)) = lost.first().map(|cell| cell.value) {
        cause.push_str(&format!("；有 {} 个单元格无法读取（{}），文件可能已损坏", lost.len(), doubt.words()));
    }
    if let Some(other) = titled_otherwise(plan, lexicon, workbook) {
        cause.push_str(&format!("；标题是“{}”，属于“{}”", other.title, other.pipeline));
    } else if let Some((form, fields)) = super::cards::card(plan, lexicon, workbook) {
        let shown = fields.iter().take(4).copied().collect::<Vec<_>>().join("、");
        let (count, title) = (fields.len(), &form.title);
        cause.push_str(&format!("；像是一张卡片：{shown}等 {count} 项各在一格，内容填在旁边。"));
        cause.push_str(&if form.card {
            format!("有的栏目写了两次，或者栏目旁边又是一个栏目，分不清哪一格填的是什么，卡片没有读取；请报送单位按下发的“{title}”填写")
        } else {
            format!("本流程只读一行一条的“{title}”，卡片没有读取；请报送单位改填该表，或把卡片的内容抄成一行")
        });
    } else if let Some(near) = near
        && let Some(form) = plan.forms.get(usize::from(near.form))
    {
        let missing = headers_of(form, &near.missing);
        let missing = if missing.is_empty() { String::new() } else { format!("，缺：{missing}") };
        cause.push_str(&format!("；最接近“{}”，只认出 {} 列{missing}", form.title, near.bound));
    }
    cause
}

/// The form of another pipeline that a title at the top of a sheet names.
fn titled_otherwise<'p>(plan: &'p Plan, lexicon: &Lexicon<'_>, workbook: &RawWorkbook) -> Option<&'p OtherForm> {
    /// A title stands this near to the top.
    const TOP: u32 = 8;
    let texts = workbook.sheets.iter().flat_map(|sheet| {
        let top = sheet.cells.iter().take_while(|cell| cell.at.row < TOP);
        top.map(|cell| sheet.text(cell.value)).filter(|text| !text.is_empty())
    });
    let other = texts.take(200).find_map(|text| lexicon.other_form_named(text))?;
    plan.others.get(usize::from(other))
}

/// A table that fits to the last column, under the title of a form of another pipeline.
pub fn titled_as_other(plan: &Plan, found: &FoundTable<'_>, sink: &mut Sink) {
    let Some(other) = found.table.header.other.and_then(|other| plan.others.get(usize::from(other))) else { return };
    let form = plan.forms.get(usize::from(found.table.header.fit.form));
    let title = form.map_or("", |form| form.title.as_str());
    let say = Say {
        code: FindingCode::TitleOfAnotherForm,
        severity: Severity::Block,
        found: format!("标题是“{}”（{}），各列却是“{title}”的", other.title, other.pipeline),
        expected: format!("标题写“{title}”，或按“{}”的表式填报", other.title),
        next: "请报送单位核对报的是哪一张表，改正标题后重新报送",
    };
    sink.on_return(Some(found.account.sheet), vec![found.header_at], say);
}

/// Sheets that come near a form, beside one that is read: rows may be lost with them, so somebody looks.
pub fn near_forms(plan: &Plan, areas: &[Area<'_>], near: &[NearMiss], sink: &mut Sink) {
    for near in near {
        let Some(form) = plan.forms.get(usize::from(near.form)) else { continue };
        let area = areas.iter().find(|area| area.view.index == near.sheet);
        let Some(view) = area.map(|area| &area.view).filter(|view| !view.sheet.hidden) else { continue };
        let below = view.rows.iter().filter(|row| row.row > near.row).count();
        // A quarter of the columns that must be there is no accident; less is a list of something else.
        let required = form.fields.iter().filter(|field| field.required && field.absent.is_none()).count();
        let there = required - near.missing.len().min(required);
        if near.bound < 3 || there * 4 < required || below == 0 || plan.words.sheets.explains(&near.sheet_name) {
            continue;
        }
        let say = Say {
            code: FindingCode::SheetNearForm,
            severity: Severity::Verify,
            found: format!(
                "工作表“{}”像《{}》，认出 {} 列，缺：{}；表头以下 {below} 行没有读取",
                near.sheet_name,
                form.title,
                near.bound,
                headers_of(form, &near.missing)
            ),
            expected: "要报的表用下发的表式，必填的列都在".to_owned(),
            next: "请汇总部门看这张表是否要报：要报的请报送单位按表式补齐各列后重报",
        };
        let col =
            view.rows.iter().position(|row| row.row == near.row).and_then(|i| Some(view.telling(i).next()?.at.col));
        let at = CellRef { row: near.row, col: col.unwrap_or(0) };
        sink.on_return(Some(near.sheet), vec![at], say);
    }
}

pub fn near_miss(sheet: u16, name: &str, near: NearHeader) -> NearMiss {
    let NearHeader { form, bound, missing, row, extra } = near;
    let extra = extra.into_iter().map(|(col, text)| (CellRef { row, col }, text)).collect();
    NearMiss { form, sheet, sheet_name: Arc::from(name), row, bound, missing, extra }
}

/// The sheet that comes nearest a form; of equals the first.
pub fn nearest(near: &[NearMiss]) -> Option<&NearMiss> {
    near.iter().reduce(|best, near| if near.bound > best.bound { near } else { best })
}
