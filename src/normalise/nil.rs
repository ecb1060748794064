//! Nothing to report, said or not said.

use super::area::Area;
use super::found::FoundTable;
use super::sink::{Say, Sink};
use super::table_rows::Nil;
use crate::model::codes::FindingCode;
use crate::model::{FormTable, Severity};

/// Headers only: nothing to report where the sheet says so, else doubtful.
pub fn nil(found: &[FoundTable<'_>], areas: &[Area<'_>], tables: &[FormTable], sink: &mut Sink) -> bool {
    let counted: Vec<&FoundTable<'_>> = found.iter().filter(|found| found.counts()).collect();
    let rows: usize = tables.iter().map(|table| table.origins.len()).sum();
    let says_nil = |found: &FoundTable<'_>| found.table.rows.nil.is_some() || found.cover_says_nil;
    if rows > 0 {
        for both in counted.iter().filter(|found| found.account.data > 0) {
            nil_beside_rows(both, areas, sink);
        }
        for empty in counted.iter().filter(|found| found.account.data == 0 && !says_nil(found)) {
            let say = Say {
                code: FindingCode::TableEmpty,
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
        code: FindingCode::NoRows,
        severity: Severity::Verify,
        found: if counted.is_empty() { "表式都在不计入的工作表里" } else { "只有表头，没有数据" }.to_owned(),
        expected: "有则填报，没有请写“零报告”".to_owned(),
        next: "请报送单位核实：确实没有的写明零报告，漏填的补填",
    };
    sink.on_return(counted.first().map(|found| found.account.sheet), Vec::new(), say);
    false
}

/// 零报告 beside rows contradicts them; 无 may speak of one section of several.
fn nil_beside_rows(found: &FoundTable<'_>, areas: &[Area<'_>], sink: &mut Sink) {
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
        code: FindingCode::NilBesideRows,
        severity,
        found: format!("表里写着“{said}”，同时有 {data} 行数据"),
        expected: "有数据就不写“零报告”或“无”".to_owned(),
        next,
    };
    sink.on_return(Some(found.account.sheet), row.into_iter().collect(), say);
}
