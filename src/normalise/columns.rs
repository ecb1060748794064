//! Columns that are missing, claimed twice, left out by right, or read by nobody.

use super::bind::doubt;
use super::fit::ColumnHeader;
use super::lexicon::Lexicon;
use super::qualify::Qualifier;
use super::rows::SheetTable;
use super::sink::{Say, Sink};
use super::view::View;
use crate::definition::{Form, Plan};
use crate::model::Severity;
use crate::model::cell::{CellRef, RawCell};
use crate::model::codes::FindingCode;
use crate::text::names::without_brackets;

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

/// Headers that say more than the field's own: another figure read for want of the right one, or words nobody knows; and
/// parents of which nothing says where they begin.
pub fn qualified(plan: &Plan, lexicon: &Lexicon<'_>, view: &View<'_>, table: &SheetTable, sink: &mut Sink) {
    let fit = &table.header.fit;
    let Some(form) = plan.forms.get(usize::from(fit.form)) else { return };
    let row = view.rows.get(table.header.rows.1).map_or(0, |row| row.row);
    for (at, field) in form.fields.iter().enumerate() {
        let Some(col) = fit.columns.get(at).copied().flatten().filter(|_| !field.ordinal) else { continue };
        let heading = table.header.headings.iter().find(|heading| heading.col == col);
        let Some((kind, words)) = heading.and_then(|heading| doubt(lexicon, fit.form, at as u16, heading)) else {
            continue;
        };
        let (code, found) = match kind {
            Qualifier::OtherMeaning => {
                (FindingCode::ColumnOtherMeaning, format!("“{}”只有写着“{words}”的一列，暂按它读", field.name))
            }
            _ => {
                (FindingCode::ColumnQualified, format!("“{}”的列名里还写着“{words}”，按“{}”读", field.name, field.name))
            }
        };
        let say = Say {
            code,
            severity: Severity::Verify,
            found,
            expected: "列名与表式一致".to_owned(),
            next: "请报送单位核实这一列填的是不是表式所要的数",
        };
        sink.on_return(Some(view.index), vec![CellRef { row, col }], say);
    }
    if !fit.uncertain.is_empty() {
        let say = Say {
            code: FindingCode::ColumnParentUncertain,
            severity: Severity::Verify,
            found: format!(
                "上级表头没有合并，也不在第一列上，看不出各列属于哪一个，没有读取：{}",
                headers_of(form, &fit.uncertain)
            ),
            expected: "上级表头合并到它管的各列上".to_owned(),
            next: "请报送单位合并上级表头，或写在它管的第一列上后再报",
        };
        sink.on_return(Some(view.index), vec![table.header_cell(view)], say);
    }
}

/// Optional columns that are missing while a column like them holds values: nobody reads those, and so somebody is asked.
pub fn unread(plan: &Plan, lexicon: &Lexicon<'_>, view: &View<'_>, table: &SheetTable, sink: &mut Sink) {
    let fit = &table.header.fit;
    let at = usize::from(fit.form);
    let (Some(form), Some(index)) = (plan.forms.get(at), lexicon.forms.get(at)) else { return };
    let mut unused: Vec<&ColumnHeader> =
        table.header.headings.iter().filter(|heading| !fit.columns.contains(&Some(heading.col))).collect();
    // Where parents are uncertain, that has been asked already.
    if unused.is_empty() || !fit.uncertain.is_empty() {
        return;
    }
    let holds = |col: u16| {
        let row = |i: &usize| view.rows.get(*i).map(|row| CellRef { row: row.row, col });
        let values = table.rows.data.iter().filter_map(row).filter_map(|at| view.value(at));
        values.filter(|value| !view.is_blank(*value)).count()
    };
    let (mut missing, mut like, mut values) = (Vec::new(), Vec::new(), 0);
    for (at, field) in form.fields.iter().enumerate() {
        let absent = fit.columns.get(at).is_some_and(Option::is_none);
        if !absent || field.ordinal || fit.missing.contains(&(at as u16)) {
            continue;
        }
        let header = index.header.get(at).map_or("", String::as_str);
        let between = neighbours(form, &fit.columns, at);
        let Some(position) = unused
            .iter()
            .position(|heading| resembles(lexicon, fit.form, at as u16, header, heading))
            .or_else(|| unused.iter().position(|heading| between == Some(heading.col)))
        else {
            continue;
        };
        let heading = unused.remove(position);
        let count = holds(heading.col);
        if count > 0 {
            missing.push(at as u16);
            like.push(heading);
            values += count;
        }
    }
    let Some(first) = like.first() else { return };
    let names: Vec<String> = like.iter().take(4).map(|heading| format!("“{}”", heading.text)).collect();
    let more = if like.len() > 4 { "等" } else { "" };
    let row = view.rows.get(table.header.rows.1).map_or(0, |row| row.row);
    let say = Say {
        code: FindingCode::ColumnLookAlike,
        severity: Severity::Verify,
        found: format!(
            "没有认出 {} 列：{}；表中相近的列{}{more}里有 {values} 个值没有读取",
            missing.len(),
            headers_of(form, &missing),
            names.join("、")
        ),
        expected: "表头与表式一致".to_owned(),
        next: "请报送单位把列名和上级表头改成表式的写法后再报；不是这几项的不用改",
    };
    sink.on_return(Some(view.index), vec![CellRef { row, col: first.col }], say);
}

/// The only column between those of the fields before and after one: what stands in its place is it by another name.
fn neighbours(form: &Form, columns: &[Option<u16>], at: usize) -> Option<u16> {
    let before = columns.get(at.checked_sub(1)?).copied().flatten()?;
    let place = before.checked_add(1)?;
    match columns.get(at + 1) {
        Some(after) => (after.as_ref() == Some(&(place + 1))).then_some(place),
        // Remarks of all kinds stand behind the last column.
        None => form.fields.get(at).filter(|field| field.adds_up()).map(|_| place),
    }
}

/// Whether an unused header looks like a field's: the same word under another parent or with something behind it.
fn resembles(lexicon: &Lexicon<'_>, form: u16, field: u16, header: &str, heading: &ColumnHeader) -> bool {
    let Some(leaf) = heading.path.last() else { return false };
    let bare = without_brackets(leaf);
    let own = bare.as_deref().unwrap_or(leaf);
    let names = |key: &str| lexicon.fields(key).iter().any(|entry| entry.form == form && entry.field == field);
    // 投入 over 财政 and 自筹.
    let divided = || {
        let parent = heading.path.iter().rev().nth(1);
        lexicon.fields(own).is_empty()
            && parent.is_some_and(|key| names(without_brackets(key).as_deref().unwrap_or(key)))
    };
    names(own) || (header.chars().count() >= 2 && own.contains(header)) || divided()
}

/// Cells of data rows that stand under no header: read by nobody, and so said.
pub fn cells_outside(view: &View<'_>, table: &SheetTable, delimited: bool, sink: &mut Sink) {
    let widest = table.header.headings.iter().map(|heading| usize::from(heading.col) + 1).max().unwrap_or(0);
    let mut under = vec![false; widest];
    for heading in table.header.headings.iter() {
        if let Some(slot) = under.get_mut(usize::from(heading.col)) {
            *slot = true;
        }
    }
    let outside = |cell: &&RawCell| under.get(usize::from(cell.at.col)) != Some(&true) && !view.is_blank(cell.value);
    if delimited {
        rows_too_long(view, table, widest, sink);
    }
    let outside = |cell: &&RawCell| outside(cell) && !(delimited && usize::from(cell.at.col) >= widest);
    let shared = under_merged_header(view, table, &under);
    for (name, cols) in &shared {
        let values = table.rows.data.iter().flat_map(|i| view.cells(*i));
        let mut values = values.filter(outside).filter(|cell| cols.contains(&cell.at.col));
        let Some(first) = values.next() else { continue };
        let say = Say {
            code: FindingCode::ColumnLookAlike,
            severity: Severity::Verify,
            found: format!("“{name}”的表头占了几列，只读第一列，其余的 {} 个值没有读取", 1 + values.count()),
            expected: "一项内容只有一列".to_owned(),
            next: "请报送单位核实哪一列是表式所要的数，其余的列删去或写明列名后再报",
        };
        sink.on_return(Some(view.index), vec![first.at], say);
    }
    let outside = |cell: &&RawCell| outside(cell) && !shared.iter().any(|(_, cols)| cols.contains(&cell.at.col));
    // A row that ends under a header without gaps has no cell outside.
    let gapless = under.iter().all(|under| *under);
    let may_have =
        |i: &&usize| !gapless || view.cells(**i).last().is_some_and(|last| usize::from(last.at.col) >= widest);
    let mut found = table.rows.data.iter().filter(may_have).flat_map(|i| view.cells(*i)).filter(outside);
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

/// The other columns that the header of a column that is read was merged over, where nothing tells them apart.
fn under_merged_header<'t>(
    view: &View<'_>,
    table: &'t SheetTable,
    under: &[bool],
) -> Vec<(&'t str, std::ops::RangeInclusive<u16>)> {
    let (top, bottom) = table.header.rows;
    let bound = table.header.headings.iter().filter(|heading| table.header.fit.columns.contains(&Some(heading.col)));
    let wide = |heading: &'t ColumnHeader| {
        let rows = (top..=bottom).rev().filter_map(|i| view.rows.get(i));
        let mut merges = rows.filter_map(|row| view.merge_over(CellRef { row: row.row, col: heading.col }));
        let merge = merges.next().filter(|merge| merge.first.col == heading.col && merge.last.col > heading.col)?;
        let rest = heading.col + 1..=merge.last.col;
        let alone = rest.clone().all(|col| under.get(usize::from(col)) != Some(&true));
        alone.then_some((heading.text.as_str(), rest))
    };
    if view.has_merges() { bound.filter_map(wide).collect() } else { Vec::new() }
}

/// A csv row with more filled cells than its header: its values may all stand one column off (1,200 without quotes).
fn rows_too_long(view: &View<'_>, table: &SheetTable, widest: usize, sink: &mut Sink) {
    for i in &table.rows.data {
        let Some(beyond) = view.telling(*i).find(|cell| usize::from(cell.at.col) >= widest) else { continue };
        let say = Say {
            code: FindingCode::RowTooLong,
            severity: Severity::Block,
            found: format!("这一行比表头多出内容“{}”，前面的各列可能都错了位", view.words(beyond.value)),
            expected: "每行的列数和表头一样".to_owned(),
            next: "请报送单位检查这一行里的逗号和引号（如 1,200 要写成 1200），改正后重新导出",
        };
        sink.on_line(view.index, beyond.at.row, vec![beyond.at], say);
    }
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
