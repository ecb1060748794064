//! Hidden sheets that hold a form are not counted; hidden rows and columns are, and that is said.

use super::found::FoundTable;
use super::sink::{Say, Sink};
use crate::definition::Plan;
use crate::model::Severity;
use crate::model::cell::CellRef;
use crate::model::codes::FindingCode;

/// Hidden sheets that hold a form are not counted; hidden rows and columns are, and that is said.
pub fn hidden(plan: &Plan, found: &mut [FoundTable<'_>], sink: &mut Sink) {
    for found in found {
        let sheet = Some(found.account.sheet);
        if found.sheet.hidden {
            found.account.not_counted = Some("隐藏的工作表".to_owned());
            let say = Say {
                code: FindingCode::SheetHidden,
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
                code: FindingCode::RowsHidden,
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
fn columns_hidden(plan: &Plan, found: &FoundTable<'_>, sink: &mut Sink) {
    let fit = &found.table.header.fit;
    // What a card says stands in rows and columns that others share.
    let Some(form) = plan.forms.get(usize::from(fit.form)).filter(|_| !found.card) else { return };
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
        code: FindingCode::ColumnsHidden,
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
