//! What is odd about single `shock-teams` samples, one function a group. Each says what it should come to.

use super::form::{Line, Record};
use super::forms::Forms;
use super::quarters::{MAIN, QUARTERS};
use super::roster::SampleRoster;
use super::sample::{Content, Returns, Sample, of};
use super::sheet::Encoding;
use super::shock_teams::{PARTS, claim, plain};
use crate::model::Outcome;

use Outcome::{Accepted, Returned, Superseded, Unreadable, Unrecognised};

/// All files of the pipeline's sample, all periods.
///
/// # Errors
/// Where the roster lacks a unit that a sample speaks of.
pub fn samples(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    for (at, quarter) in QUARTERS.iter().enumerate() {
        let mut all = plain(forms, roster, seed, at)?;
        if at == MAIN {
            scores(&mut all)?;
        }
        all.values_mut().for_each(|sample| claim(&mut sample.sheets[0].records));
        if at == MAIN {
            claims(&mut all)?;
            values(&mut all)?;
            samples.extend(files(&mut all)?);
        } else {
            let silent: &[&str] = match quarter.key {
                "2025Q3" => &["341700", "341000", "Q0300"],
                "2026Q1" => &["341700", "340600", "X0100"],
                _ => &["341700", "340700"],
            };
            silent.iter().for_each(|code| drop(all.remove(*code)));
        }
        samples.extend(all.into_values());
    }
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(samples)
}

fn parts(record: &mut Record, scores: [&str; 5], more: &str, less: &str) {
    for ((part, _), score) in PARTS.into_iter().zip(scores) {
        record.set(part, score);
    }
    record.set("加分", more).set("扣分", less);
}

/// Scores that the lists turn on; what is claimed of them follows.
fn scores(all: &mut Returns) -> Result<(), String> {
    let hefei = of(all, "340100")?
        .odd(Returned, "the province's first: full marks and 1 point more (honour list by three criteria); its second team is sent by 六安 too (shock-team-duplicate)");
    parts(&mut hefei.sheets[0].records[0], ["100"; 5], "1", "");
    hefei.sheets[0].records[1].block("shock-team-duplicate");
    let mut twice = hefei.sheets[0].records[1].clone();
    let luan = of(all, "341500")?;
    twice.unit.clone_from(&luan.sheets[0].records[0].unit);
    twice.set("单位", luan.sheets[0].records[0].get("单位").to_string().as_str());
    luan.sheets[0].records.push(twice);
    let wuhu = of(all, "340200")?.odd(Accepted, "xls by xlwt; the province's second, 99 points");
    parts(&mut wuhu.sheets[0].records[0], ["99"; 5], "", "");
    let xuancheng = of(all, "341800")?.odd(
        Accepted,
        "98 points, third together with a team of 铜陵; its second has 56.5, its measures are there, but 督查日期 lies after 期限 (exposed for two reasons)",
    );
    let records = &mut xuancheng.sheets[0].records;
    parts(&mut records[0], ["98"; 5], "", "");
    parts(&mut records[1], ["60", "55", "60", "50", "50"], "", "0.25");
    records[1].set("期限", "2026-09-10").set("督查日期", "2026-09-20").set("整改措施", "停工整顿一周，补签安全责任书");
    let tongling = of(all, "340700")?
        .odd(Accepted, "98 points after 0.1 was taken off: third together with 宣城, so the next is fifth");
    parts(&mut tongling.sheets[0].records[0], ["100", "96", "97", "100", "97"], "", "0.1");
    let anqing = of(all, "340800")?.odd(Accepted, "CSV (UTF-8 with BOM); 安全 and 工程质量 full, below 95 in all");
    parts(&mut anqing.sheets[0].records[1], ["100", "85", "100", "85", "85"], "", "");
    let huaibei = of(all, "340600")?.odd(Returned, "青年数 above 人数 (shock-youth-exceed-members)");
    huaibei.sheets[0].records[0].set("人数", "18").set("青年数", "20").block("shock-youth-exceed-members");
    let bozhou = of(all, "341600")?.odd(Returned, "出勤 105 (shock-score-out-of-range)");
    bozhou.sheets[0].records[0].set("出勤", "105").block("shock-score-out-of-range");
    let suzhou = of(all, "341300")?.odd(
        Returned,
        "54.5 points without 整改措施 (shock-exposed-without-measures): blocked, and exposed all the same",
    );
    let record = &mut suzhou.sheets[0].records[1];
    parts(record, ["50", "55", "60", "55", "55"], "", "");
    record.set("整改措施", "").block("shock-exposed-without-measures");
    let huainan = of(all, "340400")?
        .odd(Accepted, "an accident (安全 0): vetoed, claimed as 0 and last, exposed with its measures");
    let record = &mut huainan.sheets[0].records[0];
    parts(record, ["0", "90", "92", "90", "95"], "", "");
    record.set("整改措施", "全员安全再培训，更换防护设施").set("督查日期", "2026-09-05").set("期限", "2026-09-25");
    let chuzhou = of(all, "341100")?.odd(
        Accepted,
        "an accident, and 61.5 points claimed as if there were none (shock-score-mismatch, 核实; ours counts)",
    );
    let record = &mut chuzhou.sheets[0].records[1];
    parts(record, ["0", "90", "90", "80", "90"], "", "");
    record.set("整改措施", "开展隐患排查").set("督查日期", "2026-09-01").set("期限", "2026-09-26");
    let fuyang = of(all, "341200")?.odd(
        Accepted,
        "two teams of the same score claimed as 1 and 2 where both are 1 (shock-rank-mismatch, 核实; ours counts)",
    );
    let records = &mut fuyang.sheets[0].records;
    for (record, scores) in records.iter_mut().zip([["92", "88", "90", "86", "94"], ["92", "88", "90", "86", "94"]]) {
        parts(record, scores, "", "");
    }
    Ok(())
}

/// Claims at odds with the scores.
fn claims(all: &mut Returns) -> Result<(), String> {
    let bengbu = of(all, "340300")?.odd(Accepted, "得分 claimed 1 point too high (shock-score-mismatch, 核实)");
    let record = &mut bengbu.sheets[0].records[0];
    let high = match record.get("得分").split_once('.') {
        Some((whole, part)) => format!("{}.{part}", whole.parse::<i32>().unwrap_or(0) + 1),
        None => (record.get("得分").parse::<i32>().unwrap_or(0) + 1).to_string(),
    };
    record.set("得分", &high).note("shock-score-mismatch");
    let chuzhou = of(all, "341100")?;
    chuzhou.sheets[0].records[1].set("得分", "61.5").note("shock-score-mismatch");
    let fuyang = of(all, "341200")?;
    fuyang.sheets[0].records[1].set("名次", "2").note("shock-rank-mismatch");
    let luan = of(all, "341500")?.odd(
        Returned,
        "no columns 得分 and 名次: both are computed, and nothing is at odds; its last team is sent by 合肥 too (shock-team-duplicate)",
    );
    luan.sheets[0].columns.retain(|column| !["得分", "名次"].contains(&column.field.as_str()));
    luan.sheets[0].records.iter_mut().for_each(|record| {
        record.set("得分", "").set("名次", "");
    });
    Ok(())
}

fn values(all: &mut Returns) -> Result<(), String> {
    let building = of(all, "X0100")?
        .odd(Accepted, "填报日期 2026-10-20 is 2 working days late; headers by other names: 队名, 总分, 排名; 总分 rounded to one decimal");
    building.filed("2026-10-20");
    let sheet = &mut building.sheets[0];
    for column in &mut sheet.columns {
        match column.field.as_str() {
            "突击队名称" => column.header = "队名".into(),
            "得分" => column.header = "总分".into(),
            "名次" => column.header = "排名".into(),
            "期限" => column.header = "整改期限".into(),
            _ => {}
        }
    }
    parts(&mut sheet.records[0], ["91", "88", "90", "87", "86"], "", "");
    parts(&mut sheet.records[1], ["81", "78", "80", "87", "86"], "", "");
    sheet.records.truncate(2);
    // 91·30 + 88·25 + 90·20 + 87·15 + 86·10 = 8895, and 81·30 + 78·25 + 80·20 + 87·15 + 86·10 = 8145.
    sheet.records[0].set("得分", "89").set("名次", "1");
    sheet.records[1].set("得分", "81.5").set("名次", "2");
    let maanshan = of(all, "340500")?.odd(Accepted, "ods by LibreOffice; 合计 row with the sum of 人数");
    let count = maanshan.sheets[0].records.len();
    maanshan.sheets[0].between = vec![(count, Line::Total { word: "合计", from: 0, to: count, wrong: 0 })];
    let post = of(all, "S0800")?.odd(Accepted, "zero report (零报告): headers only");
    post.sheets[0].records.clear();
    post.sheets[0].between = vec![(0, Line::Note("零报告".into()))];
    Ok(())
}

fn files(all: &mut Returns) -> Result<Vec<Sample>, String> {
    let folder = QUARTERS[MAIN].key;
    let anqing = of(all, "340800")?;
    anqing.content = Content::Csv(Encoding::Utf8Bom);
    anqing.path = anqing.path.replace(".xlsx", ".csv");
    let huangshan = of(all, "341000")?.odd(Accepted, "an HTML page (GBK) saved as .xls");
    huangshan.content = Content::Html;
    huangshan.path = huangshan.path.replace(".xlsx", ".xls");
    for (code, extension) in [("340500", ".ods"), ("340200", ".xls")] {
        let sample = of(all, code)?;
        sample.content = Content::Foreign;
        sample.path = sample.path.replace(".xlsx", extension);
    }
    let cars = of(all, "Q0300")?.odd(Returned, "required column 责任人 is missing: held out, no row counts");
    cars.sheets[0].columns.retain(|column| column.field != "责任人");
    cars.out();
    let railway = of(all, "Q0500")?.odd(Unreadable, "cut off after three fifths of its bytes (broken upload)");
    railway.content = Content::HalfXlsx;
    railway.out();
    let coal = of(all, "Q0100")?;
    let mut first = coal.clone();
    first.odd(Superseded, "same 填报日期 as the file marked (2), which counts").out();
    first.sheets[0].records[0].set("加分", "3");
    coal.path = coal.path.replace(".xlsx", "(2).xlsx");
    coal.odd(Accepted, "version mark (2) in the name");
    // Nothing comes from this one.
    all.remove("341700");
    let page = "会议通知".as_bytes();
    Ok(vec![first, Sample::plain(&format!("{folder}/待分拣/通知.docx"), Unrecognised, "a text saved as .docx", page)])
}
