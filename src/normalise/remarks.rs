//! What is said of tables, sheets and whole files: columns missing or claimed twice, other periods, hidden sheets,
//! nothing to report, no form at all.

use super::Found;
use super::area::Area;
use super::figures::cover_contradicts;
use super::lexicon::Lexicon;
use super::period::Said;
use super::rows::{Nil, Table};
use super::sink::{Say, Sink};
use super::view::View;
use crate::definition::{Field, Form, Plan};
use crate::domain::period::Period;
use crate::model::cell::{CellRef, RawCell, RawValue};
use crate::model::normalised::NearMiss;
use crate::model::{FormTable, Origin, RawWorkbook, Severity, SheetAccount};
use std::sync::Arc;

/// The first cell of a table's header.
pub fn header_cell(view: &View<'_>, table: &Table) -> CellRef {
    let col = table.header.headings.iter().map(|heading| heading.col).min().unwrap_or(0);
    let row = view.rows.get(table.header.rows.0).map_or(0, |row| row.row);
    CellRef { row, col }
}

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
    }
}

/// Passes on what the reader remarked.
pub fn workbook(workbook: &RawWorkbook, sink: &mut Sink) {
    for remark in &workbook.remarks {
        let say = Say {
            code: "workbook-remark",
            severity: Severity::Note,
            found: remark.clone(),
            expected: "文件里只有按表式填写的工作表".to_owned(),
            next: "请汇总部门留意，不影响计入",
        };
        sink.on_return(None, Vec::new(), say);
    }
}

/// Why nothing of this pipeline is in the file.
pub fn unrecognised(plan: &Plan, workbook: &RawWorkbook, near: Option<&NearMiss>) -> String {
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
    if let Some(near) = near
        && let Some(form) = plan.forms.get(usize::from(near.form))
    {
        let missing = headers_of(form, &near.missing);
        cause.push_str(&format!("；最接近“{}”，认出 {} 列，缺：{missing}", form.title, near.bound));
    }
    cause
}

fn headers_of(form: &Form, fields: &[u16]) -> String {
    let names: Vec<&str> = fields
        .iter()
        .filter_map(|field| form.fields.get(usize::from(*field)))
        .map(|field| field.name.as_ref())
        .collect();
    names.join("、")
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
        if near.bound < 3 || there * 4 < required || below == 0 || super::area::explains(&near.sheet_name) {
            continue;
        }
        let say = Say {
            code: "sheet-near-form",
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

/// Hidden sheets that hold a form are not counted; hidden rows and columns are, and that is said.
pub fn hidden(plan: &Plan, found: &mut [Found<'_>], sink: &mut Sink) {
    for found in found {
        let sheet = Some(found.account.sheet);
        if found.sheet.hidden {
            found.account.not_counted = Some("隐藏的工作表".to_owned());
            let say = Say {
                code: "sheet-hidden",
                severity: Severity::Note,
                found: format!("隐藏的工作表“{}”有 {} 行数据，未计入", found.sheet.name, found.account.data),
                expected: "要报的数据不放在隐藏的工作表".to_owned(),
                next: "如应计入，请报送单位取消隐藏后再报",
            };
            sink.on_return(sheet, Vec::new(), say);
            continue;
        }
        let hidden = found.hidden;
        let line = if found.turned { "列" } else { "行" };
        if hidden > 0 {
            let say = Say {
                code: "rows-hidden",
                severity: Severity::Note,
                found: format!("有 {hidden} {line}数据被隐藏或筛选掉，已照常计入"),
                expected: "报送前取消筛选和隐藏".to_owned(),
                next: "如不应计入，请报送单位删去这些行后再报",
            };
            sink.on_return(sheet, Vec::new(), say);
        }
        columns_hidden(plan, found, sink);
    }
}

/// Hidden columns that a form reads: their data counts, and nobody who looks at the sheet sees it.
fn columns_hidden(plan: &Plan, found: &Found<'_>, sink: &mut Sink) {
    let fit = &found.table.header.fit;
    let Some(form) = plan.forms.get(usize::from(fit.form)) else { return };
    let hidden: Vec<(&str, u16)> = form
        .fields
        .iter()
        .zip(&fit.columns)
        .filter_map(|(field, col)| {
            let is_hidden = |at: &u16| match found.turned {
                true => found.sheet.hidden_rows.contains(&u32::from(*at)),
                false => found.sheet.hidden_cols.contains(at),
            };
            Some((field.name.as_ref(), col.filter(is_hidden)?))
        })
        .collect();
    if hidden.is_empty() || found.account.data == 0 {
        return;
    }
    let names: Vec<String> = hidden.iter().map(|(name, _)| format!("“{name}”")).collect();
    let cell = |at: u16| match found.turned {
        true => CellRef { row: u32::from(at), col: found.header_at.col },
        false => CellRef { row: found.header_rows.1, col: at },
    };
    let cells = hidden.iter().map(|(_, at)| cell(*at)).collect();
    let say = Say {
        code: "columns-hidden",
        severity: Severity::Note,
        found: format!(
            "有 {} {}被隐藏，其中的数据已照常读取：{}",
            hidden.len(),
            if found.turned { "行" } else { "列" },
            names.join("、")
        ),
        expected: "报送前取消隐藏".to_owned(),
        next: "请汇总部门留意隐藏列里的内容是否要报",
    };
    sink.on_return(Some(found.account.sheet), cells, say);
}

/// 计量单位：元 over a column that is asked in 万元, or 万人 over one in 人.
pub fn cover_unit(plan: &Plan, found: &Found<'_>, sink: &mut Sink) {
    let header = &found.table.header;
    let Some(form) = plan.forms.get(usize::from(header.fit.form)) else { return };
    for (at, said) in &found.cover.measures {
        let fields = form.fields.iter().zip(&header.fit.columns).filter(|(field, col)| {
            let heading = header.headings.iter().find(|heading| Some(heading.col) == **col);
            heading.is_some_and(|heading| cover_contradicts(said, &heading.text, field))
        });
        let fields: Vec<&Field> = fields.map(|(field, _)| field).collect();
        let Some(asked) = fields.first().and_then(|field| field.measured_in.as_deref()) else { continue };
        let names: Vec<String> = fields.iter().map(|field| format!("“{}”", field.name)).collect();
        let say = Say {
            code: "unit-on-cover",
            severity: Severity::Verify,
            found: format!("计量单位写的是“{said}”，而{}以{asked}计", names.join("、")),
            expected: format!("计量单位是{asked}"),
            next: "已按表式的单位读取；请报送单位核实各数没有差十倍、百倍或一万倍",
        };
        sink.on_return(Some(found.account.sheet), vec![*at], say);
    }
}

/// 填报日期 decides versions and lateness: one that cannot be read is told, since the file's own stamp stands in for it.
pub fn filing_dates(found: &[Found<'_>], sink: &mut Sink) {
    for found in found.iter().filter(|found| found.account.not_counted.is_none() && found.cover.filled_on.is_empty()) {
        for (at, text) in &found.cover.unread_dates {
            let say = Say {
                code: "filing-date-unclear",
                severity: Severity::Note,
                found: format!("填报日期填的“{text}”不是完整的日期"),
                expected: "写明年、月、日，如 2026-03-05".to_owned(),
                next: "版本先后和是否迟报改按文件的修改时间判断；不符的请报送单位补全日期后重报",
            };
            sink.on_return(Some(found.cover_sheet), vec![*at], say);
        }
    }
}

/// Sheets of another period: not counted where another sheet fits, else the return is held out.
pub fn periods(found: &mut [Found<'_>], ours: &Period, sink: &mut Sink) {
    inherit(found);
    let visible = |found: &Found<'_>| found.account.not_counted.is_none();
    let fits = found.iter().any(|found| visible(found) && !matches!(found.said, Said::Other(..)));
    let mut missing = None;
    let mut held = false;
    for found in found.iter_mut().filter(|found| visible(found)) {
        let sheet = Some(found.cover_sheet);
        let expected = format!("本次报告期是 {}", ours.title());
        match found.said.clone() {
            Said::Ours => {}
            Said::Nothing => missing = missing.or(Some((found.account.sheet, found.header_at))),
            Said::Unclear(at, text) => {
                let found = format!("所属期填的“{text}”无法识别");
                let next = "按本期计入；请报送单位核实所属期";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: "period-unclear", severity: Severity::Verify, found, expected, next },
                );
            }
            Said::OtherKind(at, text) => {
                let found = format!("所属期填的是“{text}”，本次报送的是{}", ours.title());
                let next = "按本期计入；请报送单位核实：把填报日期写成了所属期的改正，报错表的重报";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: "period-other-kind", severity: Severity::Verify, found, expected, next },
                );
            }
            Said::Other(at, text) if fits => {
                found.account.not_counted = Some(format!("属于其他报告期（{text}）"));
                let said =
                    format!("工作表“{}”的所属期是“{text}”，{} 行数据未计入", found.sheet.name, found.account.data);
                let next = "另有本期的工作表，已按那一张计入；如填错请改正";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: "sheet-other-period", severity: Severity::Note, found: said, expected, next },
                );
            }
            // One finding holds the whole return, however many of its sheets say the same.
            Said::Other(..) if held => {}
            Said::Other(at, text) => {
                held = true;
                let found = format!("所属期是“{text}”");
                let next = "请报送单位核对：报错期的重报，写错的改正";
                sink.on_return(
                    sheet,
                    vec![at],
                    Say { code: "period-mismatch", severity: Severity::Block, found, expected, next },
                );
            }
        }
    }
    if let Some((sheet, at)) = missing
        && !found.iter().any(|found| matches!(found.said, Said::Ours | Said::OtherKind(..)))
    {
        let say = Say {
            code: "period-missing",
            severity: Severity::Note,
            found: "没有写所属期".to_owned(),
            expected: format!("写明所属期：{}", ours.title()),
            next: "已按本期计入",
        };
        sink.on_return(Some(sheet), vec![at], say);
    }
}

/// A later table of a sheet that says nothing of its own is of the period of the one before, and its money in the same
/// unit; of tables side by side, the cover may stand over any.
fn inherit(found: &mut [Found<'_>]) {
    for at in 1..found.len() {
        let (before, rest) = found.split_at_mut(at);
        if let (Some(above), Some(here)) = (before.last(), rest.first_mut()) {
            take_over(above, here);
        }
    }
    for at in (1..found.len()).rev() {
        let (before, rest) = found.split_at_mut(at);
        if let (Some(here), Some(beside)) = (before.last_mut(), rest.first())
            && here.cols != Origin::WHOLE
            && beside.cols != here.cols
        {
            take_over(beside, here);
        }
    }
}

fn take_over(from: &Found<'_>, here: &mut Found<'_>) {
    if from.account.sheet != here.account.sheet {
        return;
    }
    if here.cover.periods.is_empty() && matches!(here.said, Said::Nothing) {
        here.said = from.said.clone();
    }
    if here.cover.measures.is_empty() {
        here.cover.measures = from.cover.measures.clone();
    }
}

/// Columns that are missing, claimed twice, or left out by right.
pub fn columns(plan: &Plan, lexicon: &Lexicon<'_>, view: &View<'_>, table: &Table, sink: &mut Sink) {
    let fit = &table.header.fit;
    let Some(form) = plan.forms.get(usize::from(fit.form)) else { return };
    let sheet = Some(view.index);
    let at = header_cell(view, table);
    if !fit.missing.is_empty() {
        let found = format!("“{}”缺少列：{}{}", form.title, headers_of(form, &fit.missing), alike(lexicon, table));
        let expected = "必填的列都在，表头与表式一致".to_owned();
        let next = "请报送单位用下发的表式补齐该列后再报";
        sink.on_return(
            sheet,
            vec![at],
            Say { code: "column-missing", severity: Severity::Block, found, expected, next },
        );
    }
    for &(field, kept, other) in &fit.contested {
        let name = form.fields.get(usize::from(field)).map_or("", |field| field.name.as_ref());
        let row = view.rows.get(table.header.rows.1).map_or(at.row, |row| row.row);
        let cells = vec![CellRef { row, col: kept }, CellRef { row, col: other }];
        let found = format!("有两列都像“{name}”");
        let expected = "一项内容只有一列".to_owned();
        let next = "请报送单位删去或改名其中一列后再报";
        sink.on_return(sheet, cells, Say { code: "column-twice", severity: Severity::Block, found, expected, next });
    }
    let absent: Vec<String> = form
        .fields
        .iter()
        .zip(&fit.columns)
        .filter(|(field, col)| col.is_none() && field.required)
        .filter_map(|(field, _)| Some(format!("“{}”一律按“{}”", field.name, field.absent.as_deref()?)))
        .collect();
    if !absent.is_empty() {
        let found = format!("没有这一列：{}", absent.join("，"));
        let expected = "表式有此列时照填".to_owned();
        let next = "如有不同，请报送单位补上该列";
        sink.on_return(sheet, vec![at], Say { code: "column-absent", severity: Severity::Note, found, expected, next });
    }
}

/// Cells of data rows that stand under no header: read by nobody, and so said.
pub fn cells_outside(view: &View<'_>, table: &Table, sink: &mut Sink) {
    let widest = table.header.headings.iter().map(|heading| usize::from(heading.col) + 1).max().unwrap_or(0);
    let mut under = vec![false; widest];
    for heading in &table.header.headings {
        if let Some(slot) = under.get_mut(usize::from(heading.col)) {
            *slot = true;
        }
    }
    let outside = |cell: &&RawCell| under.get(usize::from(cell.at.col)) != Some(&true) && !view.is_blank(cell.value);
    let mut found = table.rows.data.iter().flat_map(|i| view.cells(*i)).filter(outside);
    let Some(first) = found.next() else { return };
    let say = Say {
        code: "cells-outside",
        severity: Severity::Note,
        found: format!("数据行里有 {} 个单元格上面没有表头，没有读取", 1 + found.count()),
        expected: "表格以外不填内容".to_owned(),
        next: "请汇总部门看一看这些内容是否要报；要报的请报送单位填到表式的列里",
    };
    sink.on_return(Some(view.index), vec![first.at], say);
}

/// Which of the row's unused headers look like the missing ones: a suggestion, never a binding.
fn alike(lexicon: &Lexicon<'_>, table: &Table) -> String {
    let fit = &table.header.fit;
    let Some(form) = lexicon.forms.get(usize::from(fit.form)) else { return String::new() };
    let unused: Vec<_> =
        table.header.headings.iter().filter(|heading| !fit.columns.contains(&Some(heading.col))).collect();
    let mut pairs = Vec::new();
    for field in &fit.missing {
        let Some(header) = form.header.get(usize::from(*field)) else { continue };
        for heading in &unused {
            let Some(key) = heading.path.last() else { continue };
            if strsim::jaro_winkler(header, key) >= 0.6
                || header.contains(key.as_str())
                || key.contains(header.as_str())
            {
                pairs.push(format!("“{}”", heading.text));
            }
        }
    }
    pairs.dedup();
    pairs.truncate(4);
    if pairs.is_empty() { String::new() } else { format!("（表中有相近的列：{}）", pairs.join("、")) }
}

/// Headers only: nothing to report where the sheet says so, else doubtful.
pub fn nil(found: &[Found<'_>], areas: &[Area<'_>], tables: &[FormTable], sink: &mut Sink) -> bool {
    let counted: Vec<&Found<'_>> = found.iter().filter(|found| found.account.not_counted.is_none()).collect();
    let rows: usize = tables.iter().map(|table| table.origins.len()).sum();
    let says_nil = |found: &Found<'_>| found.table.rows.nil.is_some() || found.cover_says_nil;
    if rows > 0 {
        for both in counted.iter().filter(|found| found.account.data > 0) {
            nil_beside_rows(both, areas, sink);
        }
        for empty in counted.iter().filter(|found| found.account.data == 0 && !says_nil(found)) {
            let say = Say {
                code: "table-empty",
                severity: Severity::Note,
                found: format!("工作表“{}”里有一张表只有表头", empty.sheet.name),
                expected: "没有要报的写“无”".to_owned(),
                next: "请汇总部门留意，是否漏填",
            };
            sink.on_return(Some(empty.account.sheet), Vec::new(), say);
        }
        return false;
    }
    if counted.iter().any(|found| says_nil(found)) {
        return true;
    }
    let say = Say {
        code: "no-rows",
        severity: Severity::Verify,
        found: if counted.is_empty() { "表式都在不计入的工作表里" } else { "只有表头，没有数据" }.to_owned(),
        expected: "有则填报，没有请写“零报告”".to_owned(),
        next: "请报送单位核实：确实没有的写明零报告，漏填的补填",
    };
    sink.on_return(counted.first().map(|found| found.account.sheet), Vec::new(), say);
    false
}

/// 零报告 beside rows contradicts them; 无 may speak of one section of several.
fn nil_beside_rows(found: &Found<'_>, areas: &[Area<'_>], sink: &mut Sink) {
    let nil = found.table.rows.nil.or(found.cover_says_nil.then_some((0, Nil::ZeroReport)));
    let Some((i, nil)) = nil else { return };
    let row =
        areas.get(found.view).map(|area| &area.view).filter(|_| found.table.rows.nil.is_some()).and_then(|view| {
            let first = view.telling(i).next()?;
            Some(view.physical(first.at))
        });
    let data = found.account.data;
    let (severity, said, next) = match nil {
        Nil::ZeroReport => (
            Severity::Verify,
            "零报告",
            "已按所填的行计入；请报送单位核实：确为零报告的删去这些行，有数据的删去“零报告”",
        ),
        Nil::Nothing => (Severity::Note, "无", "已按所填的行计入；请汇总部门留意“无”说的是哪一部分"),
    };
    let say = Say {
        code: "nil-beside-rows",
        severity,
        found: format!("表里写着“{said}”，同时有 {data} 行数据"),
        expected: "有数据就不写“零报告”或“无”".to_owned(),
        next,
    };
    sink.on_return(Some(found.account.sheet), row.into_iter().collect(), say);
}
