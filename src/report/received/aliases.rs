//! 别名建议: names of units that the roster does not know, with units that look alike. Its first three columns are those
//! of the reference table 单位别名: an officer confirms a line by copying it there.

use crate::book::listing::{ListCell, Listing};
use crate::book::row_book::RowBook;
use crate::model::run::UnknownName;
use crate::report::results::Results;
use std::io::{self, Seek, Write};

/// Places shown of one name.
const PLACES: usize = 3;

/// The sheet.
///
/// # Errors
/// The target cannot be written.
pub fn sheet<W: Write + Seek>(results: &Results<'_>, title: &str, book: &mut RowBook<W>) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 7] = [
        ("写法", 26.0),
        ("单位代码", 12.0),
        ("备注", 26.0),
        ("名册中的名称", 26.0),
        ("出现次数", 7.0),
        ("出现在", 50.0),
        ("怎么办", 40.0),
    ];
    let mut sheet = Listing::new(book, ("别名建议", title), &COLUMNS, u32::MAX)?;
    for name in &results.verdict.unknown_names {
        let places = places(results, name);
        let mut row = |code: &str, note: &str, unit: &str, next: &str| {
            let items = [
                ListCell::Text(&name.written),
                ListCell::Text(code),
                ListCell::Text(note),
                ListCell::Text(unit),
                ListCell::Count(name.places.len() as u64),
                ListCell::Text(&places),
                ListCell::Text(next),
            ];
            sheet.push(&items, None)
        };
        for unit in &name.similar {
            let unit_name = results.unit_name(*unit);
            let next = if name.similar.len() > 1 {
                "只是写法相近。核实后，把是的那一行的前三列抄到“单位别名”表，其余不抄"
            } else {
                "只是写法相近。核实确是该单位的，把前三列抄到“单位别名”表"
            };
            row(results.unit_code(*unit), &format!("即{unit_name}"), unit_name, next)?;
        }
        if name.similar.is_empty() {
            row("", "", "（没有相近的）", "核实是哪个单位：填上单位代码后抄到“单位别名”表；名册没有的先补进单位名册")?;
        }
    }
    sheet.finish()
}

fn places(results: &Results<'_>, name: &UnknownName) -> String {
    let word = |(source, sheet, at): &(u32, u16, crate::model::CellRef)| {
        format!("{} · 表“{}” · {at}", results.file_name(*source), results.sheet_name(*source, *sheet))
    };
    let shown: Vec<String> = name.places.iter().take(PLACES).map(word).collect();
    let more = if name.places.len() > PLACES { format!("等 {} 处", name.places.len()) } else { String::new() };
    format!("{}{more}", shown.join("；"))
}
