//! What is odd about single `innovation` samples. Each says what it should come to. Findings that need earlier months
//! are set in brackets: they show only where those months were run before.

use super::form::{Header, Line, Record};
use super::forms::Forms;
use super::innovation::{self, MONTHS, NOW, THEN, YEAR};
use super::monthly::{Month, close, number, saved_as, tenths, whole};
use super::prng::Prng;
use super::roster::SampleRoster;
use super::sample::{Content, Returns, Sample, of};
use super::sheet::Encoding;
use crate::model::Outcome;

use Outcome::{Accepted, Ignored, OtherPeriod, Returned, Superseded, Unreadable};

/// The main month.
const MAIN: Month = MONTHS[3];

/// Records of a form of a return.
fn rows<'a>(sample: &'a mut Sample, form: &str) -> Result<&'a mut Vec<Record>, String> {
    let sheet = sample.sheets.iter_mut().find(|sheet| sheet.form == form);
    sheet.map(|sheet| &mut sheet.records).ok_or_else(|| format!("样例 {} 没有 {form}", sample.path))
}

/// The record of a unit among a return's suggestions.
fn row<'a>(all: &'a mut Returns, code: &str, at: usize) -> Result<&'a mut Record, String> {
    rows(of(all, code)?, "suggestion")?.get_mut(at).ok_or_else(|| format!("{code} 没有第 {at} 行"))
}

fn get(record: &Record, field: &str) -> i64 {
    record.get(field).parse().unwrap_or(0)
}

fn in_tenths(record: &Record, field: &str) -> i64 {
    record.get(field).parse::<f64>().map_or(0, |value| (value * 10.0).round() as i64)
}

/// Adds to all seven figures under one parent.
fn shift(record: &mut Record, fields: &[&'static str; 7], by: i64) {
    for (at, field) in fields.iter().enumerate() {
        match at {
            5 | 6 => {
                let value = in_tenths(record, field) + by * 10;
                number(record, field, &tenths(value));
            }
            _ => {
                let value = get(record, field) + by;
                whole(record, field, value);
            }
        }
    }
}

/// All files of the pipeline's four months.
///
/// # Errors
/// Where the roster lacks a unit that a sample speaks of.
pub fn samples(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    for month in MONTHS {
        let mut all = innovation::plain(forms, roster, month, seed)?;
        if month == MAIN {
            suggestions(&mut all)?;
            year_and_last_year(&mut all)?;
            history(&mut all)?;
            contests(&mut all, roster)?;
            results(&mut all, forms)?;
            spellings(&mut all)?;
            identity(&mut all)?;
        } else {
            earlier(&mut all, month)?;
        }
        close(&mut all);
        let extra = if month == MAIN { versions(&mut all)? } else { Vec::new() };
        samples.extend(all.into_values().chain(extra));
    }
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(samples)
}

/// A year ago and the two months before: nearly in order.
fn earlier(all: &mut Returns, month: Month) -> Result<(), String> {
    if month.year == 2025 {
        // So that 同比 is over fewer units than reported now.
        all.remove("340300");
        all.remove("X0200");
    }
    if month.month == 1 {
        let fuyang = of(all, "341200")?;
        fuyang.odd(Returned, "January's 累计 is not January's own figures (january-* ×7, 必改)");
        let record = row(all, "341200", 1)?;
        shift(record, &YEAR, 3);
        for code in [
            "january-people",
            "january-proposed",
            "january-adopted",
            "january-implemented",
            "january-excellent",
            "january-benefit",
            "january-reward",
        ] {
            record.block(code);
        }
    }
    if month.month == 2 {
        saved_as(of(all, "340600")?, "xls", Content::Foreign);
        of(all, "340600")?.odd(Accepted, "xls saved by LibreOffice");
    }
    Ok(())
}

fn suggestions(all: &mut Returns) -> Result<(), String> {
    of(all, "340600")?.odd(Returned, "xls by xlwt; 采纳 more than 提出 (month-funnel, 必改)");
    saved_as(of(all, "340600")?, "xls", Content::Foreign);
    let record = row(all, "340600", 0)?;
    let more = get(record, "本月提出") + 2;
    whole(record, "本月采纳", more);
    record.block("month-funnel").note("month-adoption-rate-high").note("[year-not-continued-adopted]");

    of(all, "341600")?.odd(
        Returned,
        "CSV (UTF-8 with BOM), suggestions only, one header row; a negative 奖励 (month-negative, 必改)",
    );
    let bozhou = of(all, "341600")?;
    bozhou.sheets.truncate(1);
    for column in &mut bozhou.sheets[0].columns {
        column.header = format!("{}{}", column.under, column.header);
        column.under.clear();
    }
    bozhou.sheets[0].header = Header::One;
    saved_as(bozhou, "csv", Content::Csv(Encoding::Utf8Bom));
    let record = row(all, "341600", 0)?;
    number(record, "本月奖励", "-300");
    record.block("month-negative").note("[year-not-continued-reward]");

    of(all, "340400")?.odd(Accepted, "优秀 more than 采纳 this month, this year and last year (all 核实)");
    for (fields, code) in [
        (&NOW, "month-excellent-over-adopted"),
        (&YEAR, "year-excellent-over-adopted"),
        (&THEN, "last-year-excellent-over-adopted"),
    ] {
        let record = row(all, "340400", 0)?;
        let more = get(record, fields[2]) + 1;
        whole(record, fields[4], more);
        record.note(code);
        if code.starts_with("year") {
            record.note("[year-not-continued-excellent]");
        }
        if code.starts_with("last") {
            record.note("[last-year-differs-excellent]");
        }
    }
    of(all, "341500")?.odd(
        Accepted,
        "创效 with nothing carried out, this month and this year (month-, year-benefit-without-implementation, 核实); 创效 over 0 pieces",
    );
    let record = row(all, "341500", 1)?;
    record.note("month-benefit-without-implementation").note("year-benefit-without-implementation");

    of(all, "340500")?.odd(
        Accepted,
        "采纳率 over 90%, this month and this year (核实); 累计 that does not follow from last month's [year-not-continued-* ×7, 必改]",
    );
    let record = row(all, "340500", 0)?;
    record.note("month-adoption-rate-high").note("year-adoption-rate-high");

    of(all, "340200")?.odd(Accepted, "all rates 100%, this month and this year (month-, year-all-perfect, 核实)");
    let record = row(all, "340200", 1)?;
    record.note("month-adoption-rate-high").note("year-adoption-rate-high");
    record.note("month-all-perfect").note("year-all-perfect");

    of(all, "341200")?.odd(
        Accepted,
        "元 typed where 万元 is asked (benefit-ten-thousand, benefit-per-piece-high, 核实, and so in the cumulative column)",
    );
    let record = row(all, "341200", 0)?;
    let (now, year) = (in_tenths(record, "本月创效"), in_tenths(record, "累计创效"));
    number(record, "本月创效", &tenths(now * 10_000));
    number(record, "累计创效", &tenths(year - now + now * 10_000));
    record.note("benefit-ten-thousand").note("benefit-per-piece-high").note("[benefit-out-of-line]");

    of(all, "341800")?.odd(Accepted, "万元 typed where 元 is asked: 奖励 0.3 (reward-per-piece-low, 核实)");
    let record = row(all, "341800", 0)?;
    let (now, year) = (in_tenths(record, "本月奖励"), in_tenths(record, "累计奖励"));
    number(record, "本月奖励", "0.3");
    number(record, "累计奖励", &tenths(year - now + 3));
    record.note("reward-per-piece-low");

    of(all, "S0200")?.odd(Returned, "职工总数 0 (workforce-not-positive, 必改)");
    let record = row(all, "S0200", 0)?;
    whole(record, "职工总数", 0);
    record.block("workforce-not-positive");

    of(all, "S0300")?.odd(Accepted, "one unit on two equal rows (record-repeated, 核实: one counts)");
    let twice = rows(of(all, "S0300")?, "suggestion")?;
    let mut again = twice[0].clone();
    again.hold("record-repeated");
    twice.push(again);
    Ok(())
}

fn year_and_last_year(all: &mut Returns) -> Result<(), String> {
    of(all, "340700")?
        .odd(Returned, "ods by LibreOffice; 本年累计 below 本月 in all seven (year-below-month-* ×7, 必改)");
    saved_as(of(all, "340700")?, "ods", Content::Foreign);
    let record = row(all, "340700", 0)?;
    for (at, (now, year)) in NOW.into_iter().zip(YEAR).enumerate() {
        match at {
            5 | 6 => number(record, year, &tenths(in_tenths(&record.clone(), now) - 10)),
            _ => whole(record, year, get(&record.clone(), now) - 1),
        }
    }
    for code in [
        "year-below-month-people",
        "year-below-month-proposed",
        "year-below-month-adopted",
        "year-below-month-implemented",
        "year-below-month-excellent",
        "year-below-month-benefit",
        "year-below-month-reward",
    ] {
        record.block(code);
    }
    for code in [
        "[year-not-continued-people]",
        "[year-not-continued-proposed]",
        "[year-not-continued-adopted]",
        "[year-not-continued-implemented]",
        "[year-not-continued-excellent]",
        "[year-not-continued-benefit]",
        "[year-not-continued-reward]",
    ] {
        record.note(code);
    }
    of(all, "341700")?.odd(
        Returned,
        "本年累计: 实施 more than 采纳 (year-funnel); a negative 奖励 (year-negative, year-below-month-reward); all 必改",
    );
    let record = row(all, "341700", 0)?;
    let more = get(record, "累计采纳") + 1;
    whole(record, "累计实施", more);
    record.block("year-funnel").note("[year-not-continued-implemented]");
    let record = row(all, "341700", 1)?;
    number(record, "累计奖励", "-1");
    record.block("year-negative").block("year-below-month-reward").note("[year-not-continued-reward]");

    of(all, "340800")?
        .odd(Returned, "上年同期: 采纳 more than 提出 (last-year-funnel); a negative 参与人次 (last-year-negative)");
    let record = row(all, "340800", 0)?;
    let more = get(record, "同期提出") + 3;
    whole(record, "同期采纳", more);
    record.block("last-year-funnel").note("[last-year-differs-adopted]");
    let record = row(all, "340800", 1)?;
    whole(record, "同期参与", -5);
    record.block("last-year-negative").note("[last-year-differs-people]");
    Ok(())
}

/// What only earlier months can tell.
fn history(all: &mut Returns) -> Result<(), String> {
    of(all, "340100")?.odd(
        Accepted,
        "units by their short names; a unit repeats last month's counts [same-as-last-month]; a 合计 that is wrong by 2 (total-mismatch)",
    );
    let record = row(all, "340100", 2)?;
    record.note("[same-as-last-month]");
    let hefei = of(all, "340100")?;
    let sheet = &mut hefei.sheets[0];
    sheet.between = vec![(sheet.records.len(), Line::Sum { word: "合计", off: 2 })];
    for (record, short) in sheet.records.iter_mut().zip(["云岭建设", "合肥一建", "科澜装备"]) {
        record.typed("单位", short);
    }
    let record = row(all, "340500", 1)?;
    shift(record, &YEAR, 2);
    for code in [
        "[year-not-continued-people]",
        "[year-not-continued-proposed]",
        "[year-not-continued-adopted]",
        "[year-not-continued-implemented]",
        "[year-not-continued-excellent]",
        "[year-not-continued-benefit]",
        "[year-not-continued-reward]",
    ] {
        record.note(code);
    }
    let record = row(all, "341100", 0)?;
    shift(record, &THEN, 4);
    for code in [
        "[last-year-differs-people]",
        "[last-year-differs-proposed]",
        "[last-year-differs-adopted]",
        "[last-year-differs-implemented]",
        "[last-year-differs-excellent]",
        "[last-year-differs-benefit]",
        "[last-year-differs-reward]",
    ] {
        record.note(code);
    }
    of(all, "341100")?.odd(
        Accepted,
        "上年同期 at odds with what was filed [last-year-differs-* ×7]; a unit of last month is gone [suggestion-unit-gone]",
    );
    rows(of(all, "341100")?, "suggestion")?.truncate(1);
    let sheet = &mut of(all, "341100")?.sheets[0];
    sheet.between = vec![(1, Line::Sum { word: "合计", off: 0 })];
    Ok(())
}

fn contests(all: &mut Returns, roster: &SampleRoster) -> Result<(), String> {
    of(all, "X0200")?.odd(
        Returned,
        "contests that break every rule: finalists-exceed-entrants, contest-ends-before-start, contest-negative, record-contradicting (必改); champions-exceed-crafts twice, contest-repeated, contest-state-at-odds, investment-per-head-high (核实)",
    );
    let sender = roster.unit("X0200")?;
    let mut prng = Prng::new(77);
    let mut made: Vec<Record> = (0..9)
        .map(|n| {
            let mut record = innovation::contest(&mut prng, sender, MAIN, 1);
            record.set("竞赛名称", &format!("物流行业第{}场比武", n + 1)).set("类型", "技能竞赛").set("工种", "");
            number(&mut record, "开始", "2026-03-02");
            number(&mut record, "结束", "2026-03-20");
            whole(&mut record, "参赛职工", 120);
            whole(&mut record, "决赛人数", 24);
            whole(&mut record, "技术状元", 0);
            number(&mut record, "投入", "6.5");
            record.set("状态", "结束");
            record
        })
        .collect();
    whole(&mut made[0], "决赛人数", 130);
    made[0].block("finalists-exceed-entrants");
    number(&mut made[1], "结束", "2026-02-20");
    made[1].block("contest-ends-before-start");
    whole(&mut made[2], "参赛班组", -3);
    made[2].block("contest-negative");
    whole(&mut made[3], "技术状元", 2);
    made[3].set("工种", "叉车工").note("champions-exceed-crafts");
    // One contest on two rows, each with a champion of the same craft; and two crafts with a champion each, which is right.
    made[5].set("竞赛名称", "物流行业第5场比武").set("工种", "仓储管理员").block("record-contradicting");
    made[4].set("工种", "仓储管理员").note("champions-exceed-crafts").block("record-contradicting");
    whole(&mut made[4], "技术状元", 1);
    whole(&mut made[5], "技术状元", 1);
    made[6].set("工种", "快递员、快件处理员");
    whole(&mut made[6], "技术状元", 2);
    number(&mut made[6], "开始", "2026-04-06");
    number(&mut made[6], "结束", "2026-04-20");
    made[6].note("contest-state-at-odds");
    number(&mut made[7], "投入", "180000");
    made[7].note("investment-per-head-high");
    made[8].set("竞赛名称", "物流行业第8场比武");
    made[7].note("contest-repeated");
    *rows(of(all, "X0200")?, "contest")? = made;
    Ok(())
}

fn results(all: &mut Returns, forms: &Forms) -> Result<(), String> {
    of(all, "Q0100")?.odd(
        Returned,
        "results: a negative 年创效 (result-benefit-negative, 必改); 等级 at odds (grade-at-odds, ours counts), 元 for 万元 (result-benefit-high), finished after the month (result-after-period), one result twice (result-duplicate), all 核实; grades as 一等奖, 2, 三级",
    );
    let sender_row = rows(of(all, "Q0100")?, "suggestion")?[0].clone();
    let company = sender_row.get("单位").to_string();
    let mut prng = Prng::new(78);
    let unit = super::roster::SampleUnit {
        code: "Q0100".into(),
        name: company,
        parent: String::new(),
        channel: String::new(),
        city: String::new(),
        industry: String::new(),
        ownership: String::new(),
        workers: 0,
        owes: String::new(),
    };
    let mut made: Vec<Record> = (0..8).map(|n| innovation::result(&mut prng, &unit, &unit, MAIN, 60 + n)).collect();
    let set = |record: &mut Record, benefit: &str, grade: &str, typed: &str| {
        number(record, "年创效", benefit);
        record.set("等级", grade).typed("等级", typed);
    };
    set(&mut made[0], "-2", "五", "五");
    made[0].block("result-benefit-negative");
    set(&mut made[1], "49.9", "二", "二等");
    made[1].note("grade-at-odds");
    set(&mut made[2], "260000", "一", "一等奖");
    made[2].note("result-benefit-high");
    set(&mut made[3], "50", "二", "2");
    number(&mut made[3], "完成日期", "2026-04-08");
    made[3].note("result-after-period");
    set(&mut made[4], "10", "三", "三级");
    made[4].set("成果名称", "主井提升机制动改造").set("第一完成人", "丁国强").note("result-duplicate");
    set(&mut made[5], "10", "三", "三");
    made[5].set("成果名称", "主井提升机制动改造").set("第一完成人", "丁国强").note("result-duplicate");
    set(&mut made[6], "100", "一", "一");
    made[7].set("年创效", "").set("等级", "");
    made[7].raw.remove("年创效");
    let q = of(all, "Q0100")?;
    q.sheets.retain(|sheet| sheet.form != "result");
    let mut sheet = forms.sheet("result", &unit, &q.sheets[0].period, &q.sheets[0].filed, made)?;
    sheet.unit.clone_from(&q.sheets[0].unit);
    q.sheets.push(sheet);
    Ok(())
}

fn spellings(all: &mut Returns) -> Result<(), String> {
    let suzhou = of(all, "341300")?.odd(Accepted, "创效 headed 创效（元）: converted, 125000 → 12.5 万元");
    for (record, fields) in
        suzhou.sheets[0].records.iter_mut().flat_map(|record| [(record, [NOW[5], YEAR[5], THEN[5]])])
    {
        for field in fields {
            let yuan = in_tenths(record, field) * 1000;
            record.raw.insert(field, super::sheet::SampleValue::Number(yuan as f64));
        }
    }
    for column in suzhou.sheets[0].columns.iter_mut().filter(|column| column.header == "创效") {
        column.header = "创效（元）".into();
    }
    suzhou.sheets[0].between.clear();
    let bengbu = of(all, "340300")?
        .odd(Accepted, "12.5万元, 3,200元, full-width digits, 无 for 优秀 (0), empty optional cells; 甲 乙 1 2 row");
    bengbu.sheets[0].notation = true;
    bengbu.sheets[0].between.clear();
    let record = &mut bengbu.sheets[0].records[0];
    let benefit = format!("{}万元", record.get("本月创效"));
    record.typed("本月创效", &benefit);
    let reward = get(record, "本月奖励");
    let grouped =
        if reward >= 1000 { format!("{},{:03}元", reward / 1000, reward % 1000) } else { format!("{reward}元") };
    record.typed("本月奖励", &grouped);
    let wide: String = record.get("本月提出").chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)).collect();
    record.typed("本月提出", &wide);
    let record = &mut bengbu.sheets[0].records[1];
    // Nothing judged excellent, last year's figures unknown.
    let year = get(record, "累计优秀") - get(record, "本月优秀");
    whole(record, "累计优秀", year);
    whole(record, "本月优秀", 0);
    record.typed("本月优秀", "无");
    for field in THEN {
        record.set(field, "");
        record.raw.remove(field);
    }
    Ok(())
}

fn identity(all: &mut Returns) -> Result<(), String> {
    // Nothing comes from Huangshan.
    all.remove("341000");
    let post =
        of(all, "S0800")?.odd(OtherPeriod, "所属期 says 2026年2月: of another period, neither returned nor counted");
    post.sheets.iter_mut().for_each(|sheet| sheet.period = "2026年2月".into());
    post.out();
    of(all, "Q0200")?.odd(Accepted, "filed on 16 April, 4 working days late").filed("2026年4月16日");
    let builders = of(all, "X0100")?.odd(Accepted, "contests with 无 as 零报告; no results sheet");
    builders.sheets.retain(|sheet| sheet.form != "result");
    if let Some(sheet) = builders.sheets.iter_mut().find(|sheet| sheet.form == "contest") {
        sheet.records.clear();
        sheet.remarks = vec!["本月零报告".into()];
    }
    Ok(())
}

/// A second version, litter, an empty file.
fn versions(all: &mut Returns) -> Result<Vec<Sample>, String> {
    let cars = of(all, "Q0300")?;
    let mut first = cars.clone();
    first.path = "2026-03/大型企业/徽远汽车集团有限公司工会（初稿）.xlsx".into();
    first.odd(Superseded, "the first version, filed a day before").filed("2026年4月2日").out();
    for record in &mut first.sheets[0].records {
        let less = get(record, "本月提出") - 1;
        whole(record, "本月提出", less);
    }
    cars.odd(Accepted, "the later version counts; one cell differs from the first");
    Ok(vec![
        first,
        Sample::plain("2026-03/省直系统/~$省交通运输系统工会.xlsx", Ignored, "Excel's lock file", b"\x06Officer\0\0"),
        Sample::plain("2026-03/省直系统/月报.xls", Unreadable, "empty file (0 bytes)", &[]),
    ])
}
