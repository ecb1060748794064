//! Two printings of a period's tables, figure by figure: what a 更正说明 lists.

use crate::model::stat_table::StatTable;
use crate::model::statistic::{RowKind, StatCell, StatRow};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// One figure that is no longer what was issued. Where a whole row or table came or went, one side is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureChange {
    /// The table's title, and the sheet it is printed on.
    pub table: String,
    pub sheet: String,
    /// What names the row; empty where a whole table came or went.
    pub row: String,
    pub column: String,
    pub before: Option<StatCell>,
    pub after: Option<StatCell>,
    /// It stands in the total row of its table.
    pub total: bool,
    /// The column holds ID numbers or phones: to be masked wherever it is shown.
    pub private: bool,
}

/// Every figure that differs, in the order of the tables as they are now, what is gone behind what is there. Tables are
/// matched by their ids, rows by their labels, columns by their headings: a row that only moved is no change.
pub fn changes(before: &[StatTable], after: &[StatTable]) -> Vec<FigureChange> {
    let mut changes = Vec::new();
    for now in after {
        match before.iter().find(|then| then.id == now.id) {
            Some(then) => compare(then, now, &mut changes),
            None => changes.push(whole(now, false)),
        }
    }
    let gone = before.iter().filter(|then| after.iter().all(|now| now.id != then.id));
    changes.extend(gone.map(|then| whole(then, true)));
    changes
}

fn whole(table: &StatTable, gone: bool) -> FigureChange {
    let rows = StatCell::Text(format!("整张表（{} 行）", table.rows.len()));
    let (before, after) = if gone { (Some(rows), None) } else { (None, Some(rows)) };
    let (table, sheet) = (table.title.clone(), table.sheet.clone());
    FigureChange {
        table,
        sheet,
        row: String::new(),
        column: String::new(),
        before,
        after,
        total: false,
        private: false,
    }
}

/// A table whose rows stand ready.
type ReadTable<'t> = StatTable<Cow<'t, [StatRow]>>;

fn compare(then: &StatTable, now: &StatTable, changes: &mut Vec<FigureChange>) {
    let (then, now) = (&then.with_rows(then.rows.all()), &now.with_rows(now.rows.all()));
    let (then_keys, now_keys) = (keys(then), keys(now));
    let (then_places, now_places) = (places(&then_keys), places(&now_keys));
    let as_list = is_list(then) || is_list(now);
    for (at, key) in now_keys.iter().enumerate() {
        match then_places.get(&*key.id).copied() {
            None if as_list => changes.push(line(now, key, false)),
            was => cells((then, was), (now, Some(at)), key, changes),
        }
    }
    for (at, key) in then_keys.iter().enumerate().filter(|(_, key)| !now_places.contains_key(&*key.id)) {
        match as_list {
            true => changes.push(line(now, key, true)),
            false => cells((then, Some(at)), (now, None), key, changes),
        }
    }
}

/// Where the row of each key stands; of several the first.
fn places(keys: &[RowKey]) -> HashMap<&str, usize> {
    keys.iter().enumerate().rev().map(|(at, key)| (&*key.id, at)).collect()
}

/// A line of a list that came or went: its cells are no figures of their own.
fn line(table: &ReadTable<'_>, key: &RowKey, gone: bool) -> FigureChange {
    let listed = Some(StatCell::Text("列入".to_owned()));
    let (before, after) = if gone { (listed, None) } else { (None, listed) };
    let (title, sheet, row) = (table.title.clone(), table.sheet.clone(), key.words.clone());
    FigureChange { table: title, sheet, row, column: "整行".to_owned(), before, after, total: false, private: false }
}

/// What differs between two rows of one key, or all figures of a row that came or went.
fn cells(
    (then, then_row): (&ReadTable<'_>, Option<usize>),
    (now, now_row): (&ReadTable<'_>, Option<usize>),
    key: &RowKey,
    changes: &mut Vec<FigureChange>,
) {
    let (then_columns, now_columns) = (columns(then), columns(now));
    let gone = then_columns.iter().filter(|column| !now_columns.contains(column));
    for column in now_columns.iter().chain(gone) {
        let was = then_columns.iter().position(|known| known == column);
        let is = now_columns.iter().position(|known| known == column);
        if was.is_some_and(|at| is_label(then, at)) || is.is_some_and(|at| is_label(now, at)) {
            continue;
        }
        let cell = |table: &ReadTable<'_>, row: Option<usize>, column: Option<usize>| -> Option<StatCell> {
            table.rows.get(row?)?.cells.get(column?).cloned()
        };
        let (before, after) = (cell(then, then_row, was), cell(now, now_row, is));
        if same(before.as_ref(), after.as_ref()) || (is_nothing(before.as_ref()) && is_nothing(after.as_ref())) {
            continue;
        }
        let private = was.is_some_and(|at| then.private_columns.contains(&at))
            || is.is_some_and(|at| now.private_columns.contains(&at));
        changes.push(FigureChange {
            table: now.title.clone(),
            sheet: now.sheet.clone(),
            row: key.words.clone(),
            column: column.clone(),
            before,
            after,
            total: is_total(now, now_row) || is_total(then, then_row),
            private,
        });
    }
}

fn is_total(table: &ReadTable<'_>, row: Option<usize>) -> bool {
    row.and_then(|row| table.rows.get(row)).is_some_and(|row| row.kind == RowKind::Total)
}

/// Periods stored before the states of a figure were told from words hold 退回 and 未填 as text.
fn same(before: Option<&StatCell>, after: Option<&StatCell>) -> bool {
    let word = after.and_then(StatCell::state);
    before == after || matches!(before, Some(StatCell::Text(words)) if word == Some(words))
}

fn is_nothing(cell: Option<&StatCell>) -> bool {
    matches!(cell, None | Some(StatCell::Empty))
}

/// The column that only numbers the rows: a row that moved would change it.
fn is_label(table: &ReadTable<'_>, column: usize) -> bool {
    column < table.label_columns || table.headings.get(column).is_some_and(|heading| heading.name == "序号")
}

/// Whether nothing but a number labels its rows: then all their words together do.
fn is_list(table: &ReadTable<'_>) -> bool {
    (0..table.label_columns).all(|column| table.headings.get(column).is_some_and(|heading| heading.name == "序号"))
}

/// What tells a row from the others of its table, and what it is called where it is shown.
struct RowKey {
    id: String,
    words: String,
}

/// Words that name a row of a list.
const SHOWN: usize = 4;

/// Each row's labels; of a list all its words. The same a second time gets a number.
fn keys(table: &ReadTable<'_>) -> Vec<RowKey> {
    let list = is_list(table);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let keys = table.rows.iter().map(|row| {
        let labels = if list { row.cells.len() } else { table.label_columns };
        let words = |shown: bool| -> Vec<&str> {
            let cells = row.cells.iter().take(labels).enumerate();
            // A private number tells rows apart, and is not shown.
            let cells = cells.filter(|(column, _)| !shown || !table.private_columns.contains(column));
            let texts = cells.filter_map(|(_, cell)| match cell {
                StatCell::Text(text) | StatCell::Alarm(text) if !text.is_empty() => Some(text.as_str()),
                _ => None,
            });
            texts.collect()
        };
        let id = words(false).join("\u{1f}");
        let shown = words(true).into_iter().take(if list { SHOWN } else { labels }).collect::<Vec<_>>().join(" ");
        let count = seen.entry(id.clone()).or_insert(0);
        *count += 1;
        match *count {
            1 => RowKey { id, words: shown },
            count => RowKey { id: format!("{id}\u{1f}{count}"), words: format!("{shown}（第 {count} 个）") },
        }
    });
    keys.collect()
}

/// Each column's heading with its parents, made unique.
fn columns(table: &ReadTable<'_>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let names = table.headings.iter().map(|heading| {
        let mut name = heading.parents.join(" · ");
        if !name.is_empty() {
            name += " · ";
        }
        name += &heading.name;
        let count = seen.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { name } else { format!("{name}（第 {count} 列）") }
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stat_table::Heading;
    use crate::model::statistic::{RowKind, StatRow};

    fn table(id: &str, headings: &[&str], rows: &[(&str, &[i64])]) -> StatTable {
        StatTable {
            id: id.into(),
            sheet: "表".into(),
            title: format!("{id}表"),
            caption: String::new(),
            headings: headings.iter().map(|name| Heading { parents: vec![], name: (*name).into() }).collect(),
            rows: rows
                .iter()
                .map(|(label, figures)| {
                    let figures = figures.iter().map(|n| StatCell::Integer(*n));
                    let cells = std::iter::once(StatCell::Text((*label).into())).chain(figures);
                    StatRow::new(RowKind::Body, cells.collect())
                })
                .collect::<Vec<_>>()
                .into(),
            notes: vec![],
            withheld: 0,
            label_columns: 1,
            private_columns: vec![],
            definitions: vec![],
            landscape: false,
            parts: Vec::new(),
            bounds: Vec::new(),
        }
    }

    fn said(changes: &[FigureChange]) -> Vec<String> {
        let word = |cell: &Option<StatCell>| match cell {
            None => "-".to_owned(),
            Some(StatCell::Integer(n)) => n.to_string(),
            Some(StatCell::Text(text)) => text.clone(),
            Some(other) => format!("{other:?}"),
        };
        let one =
            |c: &FigureChange| format!("{} {} {} {}→{}", c.table, c.row, c.column, word(&c.before), word(&c.after));
        changes.iter().map(one).collect()
    }

    #[test]
    fn every_figure_that_changed_and_no_other() {
        let before = [
            table("甲", &["市", "个数", "旧列"], &[("合肥", &[1, 7]), ("芜湖", &[2, 7]), ("安庆", &[3, 7])]),
            table("丙", &["市"], &[]),
        ];
        let after = [
            table("甲", &["市", "个数", "新列"], &[("芜湖", &[2, 9]), ("合肥", &[5, 9]), ("池州", &[4, 9])]),
            table("乙", &["市"], &[("合肥", &[])]),
        ];
        let wanted = [
            "甲表 芜湖 新列 -→9",
            "甲表 芜湖 旧列 7→-",
            "甲表 合肥 个数 1→5",
            "甲表 合肥 新列 -→9",
            "甲表 合肥 旧列 7→-",
            "甲表 池州 个数 -→4",
            "甲表 池州 新列 -→9",
            "甲表 安庆 个数 3→-",
            "甲表 安庆 旧列 7→-",
            "乙表   -→整张表（1 行）",
            "丙表   整张表（0 行）→-",
        ];
        assert_eq!(said(&changes(&before, &after)), wanted);
        assert!(changes(&after, &after).is_empty());
    }

    #[test]
    fn a_state_that_was_stored_as_a_word_is_no_change() {
        let with = |cell: StatCell| {
            let table = table("甲", &["市", "个数"], &[("合肥", &[1])]);
            let mut rows = table.rows.all().into_owned();
            rows[0].cells[1] = cell;
            [table.with_rows(rows.into())]
        };
        let stored = with(StatCell::Text("退回".into()));
        assert!(changes(&stored, &with(StatCell::Returned)).is_empty());
        assert_eq!(said(&changes(&stored, &with(StatCell::Unfilled))), ["甲表 合肥 个数 退回→Unfilled"]);
        assert_eq!(
            said(&changes(&with(StatCell::Integer(0)), &with(StatCell::Returned))),
            ["甲表 合肥 个数 0→Returned"]
        );
    }

    #[test]
    fn a_list_says_which_lines_came_and_went() {
        let list = |rows: &[[&str; 2]]| {
            let list = table("名单", &["序号", "单位", "姓名", "分"], &[]);
            let rows: Vec<StatRow> = (1i64..)
                .zip(rows)
                .map(|(number, [unit, name])| {
                    let words = [unit, name].map(|word| StatCell::Text((*word).to_owned()));
                    let cells = [StatCell::Integer(number)].into_iter().chain(words).chain([StatCell::Integer(number)]);
                    StatRow::new(RowKind::Body, cells.collect())
                })
                .collect();
            list.with_rows(rows.into())
        };
        let before = [list(&[["甲", "张三"], ["乙", "李四"], ["丙", "王五"]])];
        let after = [list(&[["乙", "李四"], ["丙", "赵六"]])];
        let wanted = [
            "名单表 乙 李四 分 2→1",
            "名单表 丙 赵六 整行 -→列入",
            "名单表 甲 张三 整行 列入→-",
            "名单表 丙 王五 整行 列入→-",
        ];
        assert_eq!(said(&changes(&before, &after)), wanted);
    }

    #[test]
    fn rows_of_one_label_are_told_apart() {
        let before = [table("名单", &["姓名", "分"], &[("张三", &[1]), ("张三", &[2])])];
        let after = [table("名单", &["姓名", "分"], &[("张三", &[1]), ("张三", &[3])])];
        assert_eq!(said(&changes(&before, &after)), ["名单表 张三（第 2 个） 分 2→3"]);
    }
}
