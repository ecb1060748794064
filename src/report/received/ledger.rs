//! 版本台账 and 版本差异: every version received, which one counts and why, and the cells that changed.
//!
//! The sheets show ID numbers, as the findings workbook does; `run.json` does not, nor people's names.

use crate::book::listing::{ListCell, Listing};
use crate::book::row_book::RowBook;
use crate::definition::{FieldType, Form};
use crate::model::ledger::{ChangeCounts, ChangeKind, Difference, Shown, Side, Standing, Version, VersionChange};
use crate::report::links::{Links, opening};
use crate::report::results::Results;
use crate::report::wording::{passed_on, short_hash};
use crate::text::dates::show_day;
use crate::text::json::Json;
use serde_json::{Value, json};
use std::io::{self, Seek, Write};

/// What stands for a value that may not leave the department.
const HIDDEN: &str = "***";
const DAY: i64 = 86_400;
const BEIJING: i64 = 8 * 3_600;

/// The sheet 版本台账.
///
/// # Errors
/// The target cannot be written.
pub fn versions<W: Write + Seek>(
    results: &Results<'_>,
    links: &Links,
    title: &str,
    book: &mut RowBook<W>,
) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 13] = [
        ("单位代码", 10.0),
        ("单位", 20.0),
        ("表式", 20.0),
        ("收到份数", 6.0),
        ("文件", 34.0),
        ("以哪份为准", 11.0),
        ("为什么", 40.0),
        ("填报日期", 11.0),
        ("版本标记", 10.0),
        ("修改时间", 16.0),
        ("数据行", 7.0),
        ("文件结果", 9.0),
        ("SHA-256（前12位）", 15.0),
    ];
    let mut sheet = Listing::new(book, ("版本台账", title), &COLUMNS, u32::MAX)?;
    let all = &results.verdict.ledger.versions;
    for group in all.chunk_by(|a, b| (a.unit, a.form) == (b.unit, b.form)) {
        // Where nothing was compared, a stamp would only tell when the file was copied.
        let compared = group.len() > 1;
        for version in group {
            let Version { unit, form, source, evidence, rows, standing, why } = version;
            let (code, name) =
                unit.map_or(("", "（单位未认定）"), |unit| (results.unit_code(unit), results.unit_name(unit)));
            let verdict = results.source(*source);
            let filled = evidence.filled_on.map(show_day).unwrap_or_default();
            let (mark, modified) = (mark_word(evidence.mark), evidence.stamp().filter(|_| compared).map(stamp));
            let modified = modified.unwrap_or_default();
            let target = links.target(results, *source);
            let items = [
                ListCell::Text(code),
                ListCell::Text(name),
                ListCell::Text(form_of(results, *form).map_or("", |form| &form.title)),
                // Returns of nobody are not versions of one another.
                if unit.is_some() { ListCell::Count(group.len() as u64) } else { ListCell::Blank },
                opening(results.file_name(*source), target.as_deref()),
                ListCell::Text(standing.word()),
                ListCell::Text(why),
                ListCell::Text(&filled),
                ListCell::Text(&mark),
                ListCell::Text(&modified),
                ListCell::Count(*rows),
                ListCell::Text(verdict.map_or("", |verdict| verdict.outcome.word())),
                ListCell::Text(verdict.map_or("", |verdict| short_hash(&verdict.sha256))),
            ];
            sheet.push(&items, (*standing == Standing::Undecided).then_some(5))?;
        }
    }
    sheet.finish()
}

/// The sheet 版本差异.
///
/// # Errors
/// The target cannot be written.
pub fn differences<W: Write + Seek>(
    results: &Results<'_>,
    title: &str,
    book: &mut RowBook<W>,
) -> io::Result<Vec<String>> {
    const COLUMNS: [(&str, f64); 11] = [
        ("单位", 20.0),
        ("表式", 18.0),
        ("是否分出先后", 9.0),
        ("旧版文件", 28.0),
        ("旧版位置", 14.0),
        ("新版文件", 28.0),
        ("新版位置", 14.0),
        ("哪一行", 30.0),
        ("字段", 12.0),
        ("旧值", 22.0),
        ("新值", 22.0),
    ];
    let mut sheet = Listing::new(book, ("版本差异", title), &COLUMNS, u32::MAX)?;
    for difference in &results.verdict.ledger.differences {
        let Some(form) = form_of(results, difference.form) else { continue };
        let decided = if difference.decided { "已分清" } else { "分不出先后" };
        let mut row = |old: &str, new: &str, change: Option<&VersionChange>| {
            let place = |side: Option<&Side>| side.map(|side| place(results, side)).unwrap_or_default();
            let (before, after) = (change.and_then(|c| c.old.as_ref()), change.and_then(|c| c.new.as_ref()));
            let (from, to) = (place(before), place(after));
            let which = change.map(|change| row_word(form, change)).unwrap_or_default();
            let what = change.map_or("内容没有变化", |change| match change.field {
                Some(field) => field_name(form, field),
                None => change.kind.word(),
            });
            let cell = change.is_some_and(|change| change.kind == ChangeKind::Cell);
            let value = |side: Option<&Side>| side.filter(|_| cell).map(|side| words(&side.value)).unwrap_or_default();
            let (was, is) = (value(before), value(after));
            let items = [
                ListCell::Text(results.unit_name(difference.unit)),
                ListCell::Text(&form.title),
                ListCell::Text(decided),
                ListCell::Text(old),
                ListCell::Text(&from),
                ListCell::Text(new),
                ListCell::Text(&to),
                ListCell::Text(&which),
                ListCell::Text(what),
                ListCell::Text(&was),
                ListCell::Text(&is),
            ];
            sheet.push(&items, (!difference.decided).then_some(2))
        };
        let file = |side: Option<&Side>, else_: &str| {
            side.map_or_else(|| else_.to_owned(), |side| results.file_name(side.source).to_owned())
        };
        let old = results.file_name(difference.earlier);
        let later: Vec<&str> = difference.later.iter().map(|source| results.file_name(*source)).collect();
        let later = later.join("、");
        if difference.changes.is_empty() {
            row(old, &later, None)?;
        }
        for change in &difference.changes {
            row(old, &file(change.new.as_ref(), &later), Some(change))?;
        }
        if difference.unlisted() > 0 {
            let more = unlisted(difference);
            let mut items = [ListCell::Blank; 11];
            items[0] = ListCell::Text(results.unit_name(difference.unit));
            items[1] = ListCell::Text(&form.title);
            items[2] = ListCell::Text(decided);
            items[3] = ListCell::Text(old);
            items[5] = ListCell::Text(&later);
            items[7] = ListCell::Text(&more);
            sheet.push(&items, (!difference.decided).then_some(2))?;
        }
    }
    sheet.finish()
}

/// What is said where not every change is listed.
fn unlisted(difference: &Difference) -> String {
    let ChangeCounts { cells, rows_dropped, rows_added } = difference.counts;
    let more = difference.unlisted();
    format!("另有 {more} 处没有列出：这两份共有 {cells} 个单元格不同，少 {rows_dropped} 行，多 {rows_added} 行")
}

/// The versions by unit and form: what `versions` of `run.json` lists.
pub fn groups<'a>(results: &Results<'a>) -> Vec<&'a [Version]> {
    results.verdict.ledger.versions.chunk_by(|a, b| (a.unit, a.form) == (b.unit, b.form)).collect()
}

/// One of them.
pub fn group_json<'a>(results: &Results<'a>, group: &'a [Version]) -> Json<'a> {
    let (unit, form) = group.first().map_or((None, 0), |first| (first.unit, first.form));
    let differences = unit.map_or(&[][..], |unit| of_group(&results.verdict.ledger.differences, unit, form)).iter();
    Json::object([
        ("differences", Json::list(differences.map(|one| difference_json(results, one)))),
        ("form", form_of(results, form).map(|form| form.id.as_str()).into()),
        ("received", Json::list(group.iter().map(|version| version_json(results, version, group.len() > 1)))),
        ("unit", unit.map(|unit| results.unit_code(unit)).into()),
    ])
}

/// Those of one unit and form, which stand together.
fn of_group(differences: &[Difference], unit: u32, form: u16) -> &[Difference] {
    let from = differences.partition_point(|one| (one.unit, one.form) < (unit, form));
    let rest = differences.get(from..).unwrap_or_default();
    rest.get(..rest.partition_point(|one| (one.unit, one.form) == (unit, form))).unwrap_or_default()
}

/// The stamp only where versions were compared: elsewhere it would tell when the file was copied, and nothing else.
fn version_json<'a>(results: &Results<'a>, version: &'a Version, compared: bool) -> Json<'a> {
    let verdict = results.source(version.source);
    let (word, number) = version.evidence.mark;
    Json::object([
        ("file", passed_on(results.file_name(version.source)).into()),
        ("filled_on", version.evidence.filled_on.map(show_day).into()),
        ("mark", Json::list([u64::from(word), u64::from(number)])),
        ("modified", version.evidence.stamp().filter(|_| compared).map(stamp).into()),
        ("outcome", verdict.map(|verdict| verdict.outcome.key()).into()),
        ("rows", version.rows.into()),
        ("sha256", verdict.map(|verdict| verdict.sha256.as_str()).into()),
        ("standing", version.standing.key().into()),
        ("why", passed_on(&version.why).into()),
    ])
}

fn difference_json(results: &Results<'_>, difference: &Difference) -> Value {
    let Some(form) = form_of(results, difference.form) else { return Value::Null };
    let name = |source: u32| passed_on(results.file_name(source));
    let side = |field: Option<u16>, side: &Side| {
        let hidden = field.is_some_and(|field| private(form, field));
        let value = match &side.value {
            Shown::Nothing => None,
            Shown::Value(_) | Shown::Unread(_) if hidden => Some(HIDDEN.into()),
            Shown::Value(words) | Shown::Unread(words) => Some(passed_on(words)),
        };
        json!({
            "file": name(side.source),
            "sheet": passed_on(results.sheet_name(side.source, side.sheet)),
            "row": side.row + 1,
            "cell": side.at.map(|at| at.to_string()),
            "value": value,
        })
    };
    let change = |change: &VersionChange| {
        let row: Vec<Value> = change
            .row
            .iter()
            .map(|(field, value)| {
                let value = if private(form, *field) { HIDDEN.into() } else { passed_on(value) };
                json!({ "field": field_name(form, *field), "value": value })
            })
            .collect();
        json!({
            "kind": change.kind.key(),
            "row": row,
            "field": change.field.map(|field| field_name(form, field)),
            "old": change.old.as_ref().map(|old| side(change.field, old)),
            "new": change.new.as_ref().map(|new| side(change.field, new)),
        })
    };
    json!({
        "earlier": name(difference.earlier),
        "later": difference.later.iter().map(|source| name(*source)).collect::<Vec<_>>(),
        "decided": difference.decided,
        "counts": {
            "cells": difference.counts.cells,
            "rows_added": difference.counts.rows_added,
            "rows_dropped": difference.counts.rows_dropped,
        },
        "changes": difference.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn form_of<'a>(results: &Results<'a>, form: u16) -> Option<&'a Form> {
    results.plan.forms.get(usize::from(form))
}

fn field_name(form: &Form, field: u16) -> &str {
    form.fields.get(usize::from(field)).map_or("", |field| &field.name)
}

/// Fields whose values say who somebody is.
fn private(form: &Form, field: u16) -> bool {
    let ty = form.fields.get(usize::from(field)).map(|field| &field.ty);
    matches!(ty, None | Some(FieldType::IdNumber | FieldType::Name))
}

fn words(value: &Shown) -> String {
    match value {
        Shown::Nothing => "（空）".to_owned(),
        Shown::Value(words) => words.clone(),
        Shown::Unread(found) => format!("（认不出：{found}）"),
    }
}

/// What tells the row, else where it stands.
fn row_word(form: &Form, change: &VersionChange) -> String {
    if change.row.is_empty() {
        let side = change.old.as_ref().or(change.new.as_ref());
        return side.map_or_else(String::new, |side| format!("第 {} 行", u64::from(side.row) + 1));
    }
    let parts: Vec<String> =
        change.row.iter().map(|(field, value)| format!("{} {value}", field_name(form, *field))).collect();
    parts.join("，")
}

/// `表 G7`, or the row of a cell that the sheet does not have.
fn place(results: &Results<'_>, side: &Side) -> String {
    let sheet = results.sheet_name(side.source, side.sheet);
    match side.at {
        Some(at) => format!("{sheet} {at}"),
        None => format!("{sheet} 第 {} 行", u64::from(side.row) + 1),
    }
}

/// The marks in a file's name as they rank: 最终版(2).
fn mark_word((word, number): (u8, u32)) -> String {
    let word = match word {
        0 => "",
        1 => "修订",
        _ => "最终版",
    };
    if number == 0 { word.to_owned() } else { format!("{word}({number})") }
}

/// A stamp in Beijing time, to the minute, whatever the machine's zone: `2026-03-10 14:22`.
fn stamp(seconds: i64) -> String {
    let local = seconds.saturating_add(BEIJING);
    let Ok(day) = i32::try_from(local.div_euclid(DAY)) else { return String::new() };
    let minute = local.rem_euclid(DAY) / 60;
    format!("{} {:02}:{:02}", show_day(day), minute / 60, minute % 60)
}
