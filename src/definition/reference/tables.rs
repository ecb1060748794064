//! The other reference tables: cities, holidays, due dates, code lists, and those that a definition declares.

use super::columns::{HeadedTable, TableRow, Want};
use super::likeness::Likeness;
use super::shelf::Shelf;
use super::table_file::TableFile;
use super::units::Roster;
use crate::definition::diagnostic::Diagnostic;
use crate::definition::plan::{CodeList, Plan, ReferenceSchema};
use crate::domain::period::Period;
use crate::domain::workdays::Calendar;
use crate::language::Type;
use crate::model::codes::DiagnosticCode;
use crate::model::{Column, Scalars, Texts, Value};
use crate::text::dates::show_day;
use crate::text::names::match_key;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

pub const CITIES: &str = "地市顺序";
pub const HOLIDAYS: &str = "节假日";
pub const DUE: &str = "截止日期";

/// One row of the cities' table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct City {
    pub name: String,
    pub unit_code: String,
}

/// Due dates of one pipeline and period, days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub opens: Option<i32>,
    pub due: i32,
    /// 补报截止.
    pub grace: Option<i32>,
}

/// A declared table: its schema's columns in order, typed.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceTable {
    pub name: String,
    pub column_names: Vec<String>,
    pub columns: Vec<Column>,
    /// 1-based row of the file that each row stands on.
    pub lines: Vec<u32>,
}

/// The sheet, or its problems go to the list.
fn sheet<'a>(file: &'a TableFile, wants: Vec<Want<'a>>, problems: &mut Vec<Diagnostic>) -> Option<HeadedTable<'a>> {
    match HeadedTable::find(file, wants) {
        Ok(sheet) => Some(sheet),
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}

pub fn cities(shelf: &mut Shelf<'_>) -> Vec<City> {
    let Some(file) = shelf.need(CITIES) else { return Vec::new() };
    let problems = &mut shelf.problems;
    let Some(sheet) = sheet(&file, Want::list(&["地市", "单位代码"], &[]), problems) else { return Vec::new() };
    let mut cities: Vec<City> = Vec::new();
    for record in sheet.records() {
        let (name, code) = (record.text(0, problems), record.text(1, problems));
        let (Some(name), Some(unit_code)) = (name, code) else { continue };
        if cities.iter().any(|city| city.name == name) {
            problems.push(record.problem(
                DiagnosticCode::DuplicateCity,
                Some(0),
                format!("“{name}”重复"),
                Some("每个地市只留一行"),
            ));
        }
        cities.push(City { name, unit_code });
    }
    cities
}

/// Without the table only weekends are off, and a note says so.
pub fn calendar(shelf: &mut Shelf<'_>, notes: &mut Vec<String>) -> Calendar {
    let mut calendar = Calendar::default();
    let Some(file) = shelf.take(HOLIDAYS) else {
        notes.push("没有节假日表：工作日只除去周六、周日，未考虑节假日和调休".to_owned());
        return calendar;
    };
    let problems = &mut shelf.problems;
    let Some(sheet) = sheet(&file, Want::list(&["日期", "类型"], &[]), problems) else { return calendar };
    for record in sheet.records() {
        let (day, kind) = (record.date(0, problems), record.text(1, problems));
        let (Some(day), Some(kind)) = (day, kind) else { continue };
        let worked = match kind.as_str() {
            "放假" => false,
            "上班" => true,
            _ => {
                let message = format!("“{kind}”不是放假或上班");
                problems.push(record.problem(
                    DiagnosticCode::UnknownWord,
                    Some(1),
                    message,
                    Some("只写“放假”或“上班”"),
                ));
                continue;
            }
        };
        if calendar.exceptions.insert(day, worked).is_some_and(|before| before != worked) {
            let message = "同一天又放假又上班".to_owned();
            problems.push(record.problem(DiagnosticCode::HolidayConflict, Some(0), message, Some("只留一行")));
        }
    }
    calendar
}

/// The row of this pipeline (by name or title) and period. Without one nobody is late, and a note says so.
pub fn due(shelf: &mut Shelf<'_>, plan: &Plan, period: &Period, notes: &mut Vec<String>) -> Option<Due> {
    let none = format!("截止日期表里没有“{}”{}：不判断是否逾期", plan.title, period.title());
    let Some(file) = shelf.take(DUE) else {
        notes.push(none);
        return None;
    };
    let problems = &mut shelf.problems;
    let sheet = sheet(&file, Want::list(&["报送项目", "报告期", "截止"], &["开网", "补报截止"]), problems)?;
    let ours = [match_key(&plan.name), match_key(&plan.title)];
    let mut found: Option<(Due, u32)> = None;
    for record in sheet.records() {
        let project = record.text(0, problems);
        if record.is_date(1) {
            let message = "是日期，不是报告期：表格软件把 2026-03 这样的文字改成了日期".to_owned();
            let help = Some("把“报告期”这一列设成文本格式，重新填 2026-03、2026Q1 这样的报告期");
            problems.push(record.problem(DiagnosticCode::SpoiledDate, Some(1), message, help));
            continue;
        }
        let written = record.text(1, problems);
        let (due, opens, grace) = (record.date(2, problems), record.date(3, problems), record.date(4, problems));
        let read = written.as_deref().and_then(|written| plan.schedule.parse(written));
        // The pipelines share this table: a season or campaign of another one is not for this definition to read.
        let is_ours = project.as_ref().is_some_and(|project| ours.contains(&match_key(project)));
        if let (true, Some(written), None) = (is_ours, &written, &read) {
            let message = format!("“{written}”不是报告期");
            let help = format!("写成{}", crate::definition::read::period_examples(&plan.schedule));
            problems.push(record.problem(DiagnosticCode::BadPeriod, Some(1), message, Some(&help)));
        }
        let Some(due) = due else { continue };
        let span = Due { opens, due, grace };
        if let Some((want, message)) = out_of_order(&span) {
            problems.push(record.problem(
                DiagnosticCode::DatesOrder,
                Some(want),
                message,
                Some("改成 开网 ≤ 截止 ≤ 补报截止"),
            ));
        }
        if !is_ours || read.as_ref() != Some(period) {
            continue;
        }
        if let Some((_, first)) = found {
            let message = format!("同一项目同一报告期第 {first} 行已经有了");
            problems.push(record.problem(DiagnosticCode::DuplicateDue, Some(0), message, Some("只留一行")));
        }
        found = Some((span, record.line));
    }
    if found.is_none() {
        notes.push(none);
    }
    found.map(|(due, _)| due)
}

/// The column that is wrong where the dates do not follow one another, and what is wrong with it.
fn out_of_order(span: &Due) -> Option<(usize, String)> {
    let Due { opens, due, grace } = *span;
    if let Some(opens) = opens.filter(|opens| *opens > due) {
        return Some((3, format!("开网 {} 晚于截止 {}", show_day(opens), show_day(due))));
    }
    let grace = grace.filter(|grace| *grace < due)?;
    Some((4, format!("补报截止 {} 早于截止 {}", show_day(grace), show_day(due))))
}

/// The plan's code lists, each replaced by its table where there is one. Synonyms stay, and have to fit.
pub fn codes(shelf: &mut Shelf<'_>, plan: &Plan) -> Vec<CodeList> {
    plan.codes
        .iter()
        .map(|list| {
            let Some(file) = list.table.as_ref().and_then(|table| shelf.take(table)) else { return list.clone() };
            let table = list.table.clone().unwrap_or_default();
            let values = code_values(&table, &file, &mut shelf.problems);
            let list = CodeList { values, ..list.clone() };
            check_synonyms(&list, &file, &mut shelf.problems);
            list
        })
        .collect()
}

fn code_values(table: &str, file: &TableFile, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let want = Want { name: table, also: vec![table.trim_end_matches("代码"), "代码", "名称"], required: true };
    let Some(sheet) = sheet(file, vec![want], problems) else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let mut values = Vec::new();
    for record in sheet.records() {
        // Extra columns may be filled where the code's is not; `text` reports that.
        let Some(value) = record.text(0, problems) else { continue };
        if !seen.insert(match_key(&value)) {
            problems.push(record.problem(
                DiagnosticCode::DuplicateCodeValue,
                Some(0),
                format!("“{value}”重复"),
                Some("只留一行"),
            ));
        }
        values.push(value);
    }
    if values.is_empty() {
        let message = "一个代码也没有".to_owned();
        problems.push(Diagnostic::of_file(
            DiagnosticCode::EmptyTable,
            &file.path,
            message,
            Some("填写代码或移走这个文件".to_owned()),
        ));
    }
    values
}

fn check_synonyms(list: &CodeList, file: &TableFile, problems: &mut Vec<Diagnostic>) {
    if list.values.is_empty() {
        return;
    }
    let mut values: HashMap<String, Vec<&String>> = HashMap::new();
    for value in &list.values {
        values.entry(match_key(value)).or_default().push(value);
    }
    let mut gone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (also, canonical) in &list.synonyms {
        if !list.values.contains(canonical) {
            gone.entry(canonical).or_default().push(also);
        }
        if values.get(&match_key(also)).is_some_and(|values| values.iter().any(|value| *value != canonical)) {
            let message = format!("“{also}”在表里是代码，在定义里却是“{canonical}”的别的写法");
            let help = Some(format!("从定义的 [codes.{}] also 里删去“{also}”", list.id));
            problems.push(Diagnostic::of_file(DiagnosticCode::SynonymIsCode, &file.path, message, help));
        }
    }
    for (canonical, also) in gone {
        let message = format!("没有“{canonical}”，而定义里 {} 等 {} 个写法都指向它", also.join("、"), also.len());
        let help = Some(format!("在表中补上“{canonical}”，或改定义的 [codes.{}] also", list.id));
        problems.push(Diagnostic::of_file(DiagnosticCode::SynonymTargetGone, &file.path, message, help));
    }
}

fn wants(schema: &ReferenceSchema) -> Vec<Want<'_>> {
    let want = |column: &crate::definition::plan::ReferenceColumn| column.required;
    schema
        .columns
        .iter()
        .map(|column| Want {
            name: &column.name,
            also: column.also.iter().map(String::as_str).collect(),
            required: want(column),
        })
        .collect()
}

/// A declared table, typed by its schema.
pub fn declared(
    problems: &mut Vec<Diagnostic>,
    file: &TableFile,
    schema: &ReferenceSchema,
    codes: &[CodeList],
) -> Option<ReferenceTable> {
    let sheet = sheet(file, wants(schema), problems)?;
    let records: Vec<TableRow<'_>> = sheet.records().collect();
    Some(typed(problems, &records, schema, codes))
}

fn typed(
    problems: &mut Vec<Diagnostic>,
    records: &[TableRow<'_>],
    schema: &ReferenceSchema,
    codes: &[CodeList],
) -> ReferenceTable {
    let mut columns: Vec<Column> = schema
        .columns
        .iter()
        .map(|column| match column.ty {
            Type::Text => Column::Text(Texts::default()),
            Type::Integer => Column::Integer(Scalars::default()),
            Type::Number => Column::Number(Scalars::default()),
            Type::Boolean => Column::Boolean(Scalars::default()),
            Type::Date => Column::Date(Scalars::default()),
        })
        .collect();
    let words: Vec<Option<HashMap<String, &str>>> =
        schema.columns.iter().map(|column| column.codes.and_then(|list| codes.get(list)).map(canonical)).collect();
    // Row by row, so that problems come in the order of the file.
    for record in records {
        for (want, (column, words)) in columns.iter_mut().zip(&words).enumerate() {
            match column {
                Column::Text(values) => {
                    let is_id = schema.columns.get(want).is_some_and(|column| column.id_number);
                    let text = if is_id { record.id_number(want, problems) } else { record.text(want, problems) };
                    let text = text.map(|text| {
                        let known = words.as_ref().and_then(|words| words.get(&match_key(&text)));
                        known.map_or(text, |known| (*known).to_owned())
                    });
                    values.push(text.as_deref());
                }
                Column::Integer(values) => values.push(record.integer(want, problems)),
                Column::Number(values) => values.push(record.number(want, problems)),
                Column::Boolean(values) => values.push(record.boolean(want, problems)),
                Column::Date(values) => values.push(record.date(want, problems)),
                // Not made above: reference tables name units in text.
                Column::Unit(values) => values.push(None),
            }
        }
    }
    ReferenceTable {
        name: schema.name.clone(),
        column_names: schema.columns.iter().map(|column| column.name.clone()).collect(),
        columns,
        lines: records.iter().map(|record| record.line).collect(),
    }
}

/// Columns that rows are looked up by and that hold nothing: every look-up would find nothing and say so to nobody.
pub fn never_matched(
    problems: &mut Vec<Diagnostic>,
    plan: &Plan,
    tables: &BTreeMap<String, ReferenceTable>,
    files: &[(String, PathBuf, String)],
) {
    let mut said: BTreeSet<(&str, &str)> = BTreeSet::new();
    for lookup in &plan.lookups {
        let Some(table) = tables.get(&lookup.reference).filter(|table| !table.lines.is_empty()) else { continue };
        for (_, name) in &lookup.on {
            let at = table.column_names.iter().position(|column| column == name);
            let Some(column) = at.and_then(|at| table.columns.get(at)) else { continue };
            let holds = (0..table.lines.len()).any(|row| column.value(row) != Value::Nothing);
            let path = files.iter().find(|(file, ..)| *file == table.name).map(|(_, path, _)| path);
            if let (false, Some(path), true) = (holds, path, said.insert((&lookup.reference, name))) {
                let message = format!("“{name}”整列是空的，“{}”什么也核对不出来", lookup.id);
                let help = Some("照原件补上这一列".to_owned());
                problems.push(Diagnostic::of_file(DiagnosticCode::ColumnEmpty, path, message, help));
            }
        }
    }
}

/// What the report says of ID numbers that are wrong in the tables.
pub fn wrong_ids(problems: &[Diagnostic]) -> Option<String> {
    let wrong = problems.iter().filter(|problem| problem.code == DiagnosticCode::IdNumberWrong).count();
    (wrong > 0)
        .then(|| format!("参照表里有 {wrong} 个身份证号校验不对，按身份证号查不出这些人是否重复；见 huizong lint"))
}

/// match key → canonical word, of values and synonyms.
fn canonical(list: &CodeList) -> HashMap<String, &str> {
    let synonyms = list.synonyms.iter().map(|(also, word)| (match_key(also), word.as_str()));
    let values = list.values.iter().map(|word| (match_key(word), word.as_str()));
    synonyms.chain(values).collect()
}

/// 名额分配表: its 合计 row is held against the rows and left out; its units become the roster's full names.
pub fn issued(
    problems: &mut Vec<Diagnostic>,
    file: &TableFile,
    schema: &ReferenceSchema,
    codes: &[CodeList],
    roster: &Roster,
    notes: &mut Vec<String>,
) -> Option<ReferenceTable> {
    let unit = schema.columns.iter().position(|column| column.ty == Type::Text)?;
    let seats = schema.columns.iter().position(|column| column.ty == Type::Integer)?;
    let sheet = sheet(file, wants(schema), problems)?;
    let is_total = |record: &TableRow<'_>| {
        let text = record.text(unit, &mut Vec::new()).unwrap_or_default();
        ["合计", "总计", "总数"].contains(&match_key(&text).as_str())
    };
    let (totals, records): (Vec<TableRow<'_>>, Vec<TableRow<'_>>) = sheet.records().partition(is_total);
    let mut table = typed(problems, &records, schema, codes);
    let Some(Column::Integer(counts)) = table.columns.get(seats) else { return None };
    for (record, count) in records.iter().zip(counts.iter()) {
        if count.is_some_and(|count| count < 0) {
            problems.push(record.problem(DiagnosticCode::NegativeCount, Some(seats), "名额小于 0".to_owned(), None));
        }
    }
    let sum: i128 = counts.iter().flatten().map(i128::from).sum();
    for total in &totals {
        let Some(said) = total.integer(seats, problems) else { continue };
        if i128::from(said) != sum {
            let message = format!("合计写的是 {said}，各行相加是 {sum}");
            problems.push(total.problem(
                DiagnosticCode::IssuedTotal,
                Some(seats),
                message,
                Some("核对各单位名额和合计"),
            ));
        }
    }
    let Some(Column::Text(units)) = table.columns.get_mut(unit) else { return None };
    resolve_units(problems, &records, unit, units, roster, notes);
    Some(table)
}

fn resolve_units(
    problems: &mut Vec<Diagnostic>,
    records: &[TableRow<'_>],
    want: usize,
    units: &mut Texts,
    roster: &Roster,
    notes: &mut Vec<String>,
) {
    if roster.units.is_empty() {
        return;
    }
    let mut seen: BTreeMap<u32, u32> = BTreeMap::new();
    let mut likeness = Likeness::of(roster);
    for (row, record) in records.iter().enumerate() {
        let Some(text) = units.get(row).map(str::to_owned) else { continue };
        let found = roster.find(&text);
        let [at] = *found else {
            let similar = likeness.similar(&text).iter().filter_map(|unit| roster.units.get(*unit as usize));
            let similar: Vec<String> = similar.map(|unit| format!("“{}”", unit.name)).collect();
            let (what, help) = match found.len() {
                0 if similar.is_empty() => ("不在单位名册中", "核对名称".to_owned()),
                0 => ("不在单位名册中", format!("是不是{}？", similar.join("、"))),
                _ => ("在单位名册中有几个单位", "写全称或单位代码".to_owned()),
            };
            problems.push(record.problem(
                DiagnosticCode::UnknownUnit,
                Some(want),
                format!("“{text}”{what}"),
                Some(&help),
            ));
            continue;
        };
        let top = roster.recommender(at).filter(|top| *top != at).and_then(|top| roster.units.get(top as usize));
        if let Some(top) = top.filter(|_| roster.owes(at)) {
            let message = format!("“{text}”由“{}”推荐，名额不单独分配", top.name);
            let help = "名额写在推荐单位名下；确应单独分配的，核对单位名册的上级和渠道";
            problems.push(record.problem(DiagnosticCode::NotExpected, Some(want), message, Some(help)));
        } else if !roster.owes(at) {
            let message = format!("“{text}”本期不应报送，却有名额");
            problems.push(record.problem(
                DiagnosticCode::NotExpected,
                Some(want),
                message,
                Some("核对单位名册的应报、启用、停用"),
            ));
        }
        if let Some(first) = seen.insert(at, record.line) {
            let message = format!("“{text}”重复，第 {first} 行已经有了");
            problems.push(record.problem(DiagnosticCode::DuplicateUnit, Some(want), message, Some("每个单位只留一行")));
        }
        units.set(row, roster.units.get(at as usize).map(|unit| unit.name.as_ref()));
    }
    let recommending = roster.recommending();
    let without = recommending.iter().filter(|unit| !seen.contains_key(unit));
    let names: Vec<&str> =
        without.filter_map(|unit| roster.units.get(*unit as usize)).map(|unit| unit.name.as_ref()).collect();
    if !names.is_empty() {
        notes.push(format!("名额分配表里没有这些应报单位：{}", names.join("、")));
    }
}
