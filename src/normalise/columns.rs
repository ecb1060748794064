//! Columns that are missing, claimed twice, left out by right, or read by nobody.

use super::lexicon::Lexicon;
use super::rows::SheetTable;
use super::sink::{Say, Sink};
use super::view::View;
use crate::definition::{Form, Plan};
use crate::model::Severity;
use crate::model::cell::{CellRef, RawCell};
use crate::model::codes::FindingCode;

/// Columns that are missing, claimed twice, or left out by right.
pub fn columns(plan: &Plan, lexicon: &Lexicon<'_>, view: &View<'_>, table: &SheetTable, sink: &mut Sink) {
    let fit = &table.header.fit;
    let Some(form) = plan.forms.get(usize::from(fit.form)) else { return };
    let sheet = Some(view.index);
    let at = table.header_cell(view);
    if !fit.missing.is_empty() {
        let found = format!("“{}”缺少列：{}{}", form.title, headers_of(form, &fit.missing), alike(lexicon, table));
        let expected = "必填的列都在，表头与表式一致".to_owned();
        let next = "请报送单位用下发的表式补齐该列后再报";
        sink.on_return(
            sheet,
            vec![at],
            Say { code: FindingCode::ColumnMissing, severity: Severity::Block, found, expected, next },
        );
    }
    for &(field, kept, other) in &fit.contested {
        let name = form.fields.get(usize::from(field)).map_or("", |field| field.name.as_ref());
        let row = view.rows.get(table.header.rows.1).map_or(at.row, |row| row.row);
        let cells = vec![CellRef { row, col: kept }, CellRef { row, col: other }];
        let found = format!("有两列都像“{name}”");
        let expected = "一项内容只有一列".to_owned();
        let next = "请报送单位删去或改名其中一列后再报";
        sink.on_return(
            sheet,
            cells,
            Say { code: FindingCode::ColumnTwice, severity: Severity::Block, found, expected, next },
        );
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
        sink.on_return(
            sheet,
            vec![at],
            Say { code: FindingCode::ColumnAbsent, severity: Severity::Note, found, expected, next },
        );
    }
}

/// Cells of data rows that stand under no header: read by nobody, and so said.
pub fn cells_outside(view: &View<'_>, table: &SheetTable, sink: &mut Sink) {
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
        code: FindingCode::CellsOutside,
        severity: Severity::Note,
        found: format!("数据行里有 {} 个单元格上面没有表头，没有读取", 1 + found.count()),
        expected: "表格以外不填内容".to_owned(),
        next: "请汇总部门看一看这些内容是否要报；要报的请报送单位填到表式的列里",
    };
    sink.on_return(Some(view.index), vec![first.at], say);
}

/// Which of the row's unused headers look like the missing ones: a suggestion, never a binding.
fn alike(lexicon: &Lexicon<'_>, table: &SheetTable) -> String {
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

/// The names of some fields, for a message.
pub fn headers_of(form: &Form, fields: &[u16]) -> String {
    let names: Vec<&str> = fields
        .iter()
        .filter_map(|field| form.fields.get(usize::from(*field)))
        .map(|field| field.name.as_ref())
        .collect();
    names.join("、")
}
