//! Large trials for benchmarks: n returns that are nearly in order, and reference tables of their own.

use super::form::Record;
use super::forms::Forms;
use super::monthly::Month;
use super::prng::Prng;
use super::request::{Options, Summary, write};
use super::roster::{SampleRoster, SampleUnit};
use super::sheet;
use super::sheet::Page;
use super::{honours, innovation, teams};
use crate::definition::reference::candidates;
use rayon::prelude::*;

/// Pipelines there are large trials of.
const LARGE: [&str; 3] = ["model-teams", "honours", "innovation"];

/// Writes `out/returns/<city>/<unit>.xlsx` and `out/reference/`.
///
/// # Errors
/// A sentence: reference tables that can't be read, files that can't be written.
pub fn generate(options: &Options, count: u32) -> Result<Summary, String> {
    if !LARGE.contains(&options.pipeline.as_str()) {
        return Err(format!("没有 {} 的大样例；只有 {}", options.pipeline, LARGE.join("、")));
    }
    let month = match (&options.period, options.pipeline.as_str()) {
        (None, _) => innovation::MONTHS[innovation::MONTHS.len() - 1],
        (Some(period), "innovation") => {
            Month::parse(period).ok_or_else(|| format!("“{period}”不是月份；写成 2026-03 这样"))?
        }
        (Some(_), other) => return Err(format!("{other} 的样例只有一个报告期，不能写 --period")),
    };
    let roster = SampleRoster::read(&options.reference())?;
    let forms = Forms::read(&options.pipelines, &options.pipeline)?;
    let cities: Vec<&SampleUnit> =
        roster.units.iter().filter(|unit| unit.parent.is_empty() && unit.channel == "市总工会").collect();
    if cities.is_empty() {
        return Err("单位名册里没有市总工会".into());
    }
    let units: Vec<SampleUnit> = (0..count as usize).map(|n| unit(cities[n % cities.len()], n)).collect();
    reference(options, &cities, &units)?;
    units.par_iter().enumerate().try_for_each(|(n, unit)| {
        let path = options.out.join("returns").join(&unit.city).join(format!("{}.xlsx", unit.name));
        write(&path, &book(options, &forms, unit, n, month)?)
    })?;
    Ok(Summary { files: count as usize, rows: count as usize * options.rows as usize })
}

fn unit(city: &SampleUnit, n: usize) -> SampleUnit {
    SampleUnit {
        code: format!("L{n:05}"),
        name: format!("{}第{}实业有限公司", city.city, n + 1),
        parent: city.code.clone(),
        channel: "市总工会".into(),
        city: city.city.clone(),
        industry: "制造业".into(),
        ownership: ["国有", "私营", "集体", "外商"].get(n % 4).copied().unwrap_or("国有").into(),
        workers: 300 + (n as i32 * 37) % 4000,
        owes: "model-teams、honours、innovation".into(),
    }
}

/// A unit's month: its suggestions, two contests, and results up to the number of rows asked for.
fn month_book(
    options: &Options,
    forms: &Forms,
    unit: &SampleUnit,
    n: usize,
    month: Month,
) -> Result<Vec<Page>, String> {
    let mut prng = Prng::new(options.seed ^ ((n as u64 + 1) << 20) ^ ((month.year as u64) << 8) ^ month.month as u64);
    let first = vec![innovation::suggestion(unit, unit, month, options.seed)];
    let left = options.rows.saturating_sub(1) as usize;
    let contests = (0..left.min(2)).map(|at| innovation::contest(&mut prng, unit, month, at)).collect();
    let result = |at: usize| {
        let mut record = innovation::result(&mut prng, unit, unit, month, at);
        let name = format!("{}{}", unit.name, record.get("成果名称"));
        record.set("成果名称", &name);
        record
    };
    let results: Vec<Record> = (0..left.saturating_sub(2)).map(result).collect();
    let page =
        |form, records| Ok::<_, String>(forms.sheet(form, unit, &month.title(), &month.filed(3), records)?.page().0);
    let mut pages = vec![page("suggestion", first)?, page("contest", contests)?];
    if !results.is_empty() {
        pages.push(page("result", results)?);
    }
    Ok(pages)
}

fn book(options: &Options, forms: &Forms, unit: &SampleUnit, n: usize, month: Month) -> Result<Vec<u8>, String> {
    if options.pipeline == "innovation" {
        let pages = month_book(options, forms, unit, n, month)?;
        return sheet::xlsx(&pages).map_err(|error| format!("{}：{error}", unit.name));
    }
    let mut prng = Prng::new(options.seed ^ ((n as u64 + 1) << 20));
    let rows = 0..options.rows as usize;
    let (form, records) = if options.pipeline == "honours" {
        const KINDS: [&str; 4] = ["一线职工", "专业技术人员", "班组长", "管理人员"];
        let mut person = |row: usize| {
            // One birthday and sequence a row and unit: numbers that differ through the whole trial.
            let number = n * options.rows as usize + row;
            let mut record = honours::individual(&mut prng, unit, unit, row, KINDS[row % 4], "正式");
            let (year, month, day) = sheet::civil(24_000 + (number / 499) as i32);
            let man = i32::from(record.get("性别") == "男");
            let birth = format!("{year}-{month:02}-{day:02}");
            record.set("身份证号", &honours::id_number(&birth, (number % 499) as i32 * 2 + man));
            record.set("出生年月", &birth[..7]);
            record
        };
        let records: Vec<_> = rows.map(&mut person).collect();
        ("individual", records)
    } else {
        let mut nomination = |row: usize| {
            let class = if row % 6 == 5 { "备选" } else { "正式" };
            let mut record = teams::nomination(&mut prng, unit, unit, &format!("第{}班组", row + 1), class);
            // Light dirt: a unit in the cell, a synonym, a dotted date.
            match row % 10 {
                3 => record.typed("人数", &format!("{}人", record.get("人数"))),
                6 => record.typed("所属行业", "制造"),
                8 => record.typed("公示开始", "2026.3.2"),
                _ => &mut record,
            };
            record
        };
        let records: Vec<_> = rows.map(&mut nomination).collect();
        ("nomination", records)
    };
    let page = forms.sheet(form, unit, teams::YEAR, teams::FILED, records)?.page().0;
    sheet::xlsx(&[page]).map_err(|error| format!("{}：{error}", unit.name))
}

fn reference(options: &Options, cities: &[&SampleUnit], units: &[SampleUnit]) -> Result<(), String> {
    let folder = options.out.join("reference");
    let mut text =
        String::from("单位代码,单位名称,别名,上级代码,层级,渠道,地市,行业,所有制,在岗职工人数,启用,停用,应报\n");
    for (level, unit) in cities.iter().map(|unit| ("市", *unit)).chain(units.iter().map(|unit| ("基层", unit))) {
        let owes = if level == "市" { "" } else { &unit.owes };
        text.push_str(&format!(
            "{},{},,{},{level},{},{},{},{},{},2000-01-01,,{owes}\n",
            unit.code, unit.name, unit.parent, unit.channel, unit.city, unit.industry, unit.ownership, unit.workers
        ));
    }
    write(&folder.join("单位名册.csv"), text.as_bytes())?;
    if options.pipeline == "model-teams" {
        // A hundred seats do not give each of thousands of units one: they are issued, not apportioned.
        let seat = |(n, unit): (usize, &SampleUnit)| {
            let (share, rest) = (100 / units.len().max(1), 100 % units.len().max(1));
            format!("{},{}\n", unit.code, share + usize::from(n < rest))
        };
        let issued: String = units.iter().enumerate().map(seat).collect();
        write(&folder.join("名额分配表.csv"), format!("推荐单位,名额\n{issued}").as_bytes())?;
    }
    for table in ["地市顺序", "截止日期", "节假日", "荣誉台账", "行业代码", "所有制代码"] {
        let shared = options.reference();
        let missing = || format!("{} 里没有{table}", shared.display());
        let from = candidates(&shared, table).next().ok_or_else(missing)?;
        let bytes = std::fs::read(&from).map_err(|error| format!("{}：{error}", from.display()))?;
        write(&folder.join(from.file_name().unwrap_or_default()), &bytes)?;
    }
    Ok(())
}
