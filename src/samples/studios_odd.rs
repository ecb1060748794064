//! What is odd about single `studios` samples, one function a group. Each says what it should come to.

use super::form::{Header, Line};
use super::forms::Forms;
use super::quarters::{MAIN, QUARTERS};
use super::roster::SampleRoster;
use super::sample::{Content, Returns, Sample, notes_page, of};
use super::sheet::{Encoding, SampleValue};
use super::studios::plain;
use crate::model::Outcome;

use Outcome::{Accepted, Ignored, OtherPeriod, Returned, Superseded, Unreadable, Unrecognised};

/// All files of the pipeline's sample, all periods.
///
/// # Errors
/// Where the roster lacks a unit that a sample speaks of.
pub fn samples(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    for at in 0..QUARTERS.len() {
        let mut all = plain(forms, roster, seed, at)?;
        let extra = if at == MAIN { main(&mut all, forms)? } else { earlier(&mut all, at)? };
        samples.extend(all.into_values().chain(extra));
    }
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(samples)
}

/// Quarters before: who did not report, and what the main quarter is held against.
fn earlier(all: &mut Returns, at: usize) -> Result<Vec<Sample>, String> {
    let silent: &[&str] = match QUARTERS[at].key {
        "2025Q3" => &["341000", "340700", "S0300", "Q0200"],
        "2026Q1" => &["341700", "340700", "Q0400"],
        _ => &["341700", "Q0400"],
    };
    for code in silent {
        all.remove(*code);
    }
    if QUARTERS[at].key == "2026Q2" {
        let huangshan = of(all, "341000")?;
        huangshan.odd(Accepted, "its third studio is 摘牌 here, so that it may be gone a quarter later");
        huangshan.sheets[0].records[2].set("复核结论", "摘牌");
        of(all, "340700")?.odd(Accepted, "its third studio is not reported a quarter later (studio-gone there)");
        let hefei = of(all, "340100")?.odd(Returned, "a 省级 studio without 台账 (studio-seven-short): not counted");
        hefei.sheets[0].records[0].set("级别", "省级").set("有台账", "否").block("studio-seven-short");
    }
    Ok(Vec::new())
}

fn main(all: &mut Returns, forms: &Forms) -> Result<Vec<Sample>, String> {
    rules(all)?;
    totals(all)?;
    values(all)?;
    history(all)?;
    formats(all, forms)?;
    let extra = versions(all)?;
    identity(all)?;
    Ok(extra)
}

fn rules(all: &mut Returns) -> Result<(), String> {
    let huaibei = of(all, "340600")?.odd(Returned, "a 省级 studio lacks 制度 and 台账 (studio-seven-short)");
    huaibei.sheets[0].records[0]
        .set("级别", "省级")
        .set("有制度", "否")
        .set("有台账", "否")
        .block("studio-seven-short");
    let bozhou = of(all, "341600")?
        .odd(Returned, "a 命名 studio without 文号, another without 命名日期 (studio-named-without-notice twice)");
    let records = &mut bozhou.sheets[0].records;
    records[0].set("文号", "").block("studio-named-without-notice");
    records[1].set("命名日期", "").block("studio-named-without-notice");
    let suzhou = of(all, "341300")?.odd(Returned, "a studio of 2 members (studio-too-few-members)");
    suzhou.sheets[0].records[1].set("成员数", "2").set("高技能人数", "2").block("studio-too-few-members");
    let bengbu = of(all, "340300")?.odd(Returned, "高技能人数 above 成员数 (studio-skilled-exceed-members)");
    bengbu.sheets[0].records[2].set("成员数", "8").set("高技能人数", "11").block("studio-skilled-exceed-members");
    let fuyang = of(all, "341200")?.odd(
        Returned,
        "完成 + 失败 above 立项 (studio-topics-exceed-planned); beside it 2 failed of 2, which is allowed",
    );
    let records = &mut fuyang.sheets[0].records;
    records[0].set("课题立项", "3").set("课题完成", "3").set("课题失败", "1").block("studio-topics-exceed-planned");
    records[1].set("课题立项", "2").set("课题完成", "0").set("课题失败", "2");
    let huainan = of(all, "340400")?.odd(Returned, "a wrong check digit of the ID number (studio-id-number-invalid)");
    let record = &mut huainan.sheets[0].records[0];
    let wrong = if record.get("身份证号").ends_with('5') { "6" } else { "5" };
    let id = format!("{}{wrong}", &record.get("身份证号")[..17]);
    record.set("身份证号", &id).block("studio-id-number-invalid");
    let luan = of(all, "341500")?.odd(Returned, "one leads a studio in 马鞍山 too (studio-leader-twice, both blocked)");
    let twin = luan.sheets[0].records[1].block("studio-leader-twice").clone();
    let maanshan = of(all, "340500")?
        .odd(Returned, "ods by LibreOffice; its second leader leads one in 六安 too (studio-leader-twice)");
    let record = &mut maanshan.sheets[0].records[1];
    record.set("身份证号", twin.get("身份证号")).set("领衔人", twin.get("领衔人")).block("studio-leader-twice");
    Ok(())
}

fn totals(all: &mut Returns) -> Result<(), String> {
    let wuhu = of(all, "340200")?
        .odd(Accepted, "“工作室总数：6 个” below the table, which lists others (studio-count-mismatch)");
    wuhu.sheets[0].remarks = vec!["工作室总数：6 个，其中省级 1 个。".into()];
    wuhu.sheets[0].records[0].note("studio-count-mismatch on the return");
    let xuancheng = of(all, "341800")?.odd(
        Accepted,
        "a 合计 row that states the number of studios rightly in the column of names, and a wrong sum of 成员数 (total-mismatch)",
    );
    let sheet = &mut xuancheng.sheets[0];
    let (count, members): (usize, i32) =
        (sheet.records.len(), sheet.records.iter().filter_map(|r| r.get("成员数").parse::<i32>().ok()).sum());
    let cells = vec![
        ("序号", SampleValue::text("合计")),
        ("工作室名称", SampleValue::Text(format!("{count}个"))),
        ("成员数", SampleValue::Number(f64::from(members + 2))),
    ];
    sheet.between = vec![(count, Line::Cells(cells))];
    let coal = of(all, "Q0100")?.odd(
        Accepted,
        "填报日期 2026-10-21 is 3 working days late; a 合计 row states one studio too few (studio-count-mismatch)",
    );
    coal.filed("2026-10-21");
    let sheet = &mut coal.sheets[0];
    let count = sheet.records.len();
    let cells = vec![("序号", SampleValue::Text(format!("合计：{}个", count - 1)))];
    sheet.between = vec![(count, Line::Cells(cells))];
    Ok(())
}

fn values(all: &mut Returns) -> Result<(), String> {
    let chuzhou = of(all, "341100")?.odd(
        Accepted,
        "本期活动 0 (studio-no-activity); 无 in 本期活动 of another is 0 as well; synonyms 全国劳模 is not meant but 省劳模; √ for yes",
    );
    let records = &mut chuzhou.sheets[0].records;
    records[1].set("本期活动", "0").note("studio-no-activity");
    records[2].set("本期活动", "0").typed("本期活动", "无").note("studio-no-activity");
    records[0].set("领衔人荣誉", "省劳动模范").typed("领衔人荣誉", "省劳模");
    for field in super::studios::SEVEN {
        records[0].typed(field, "√");
    }
    let hefei = of(all, "340100")?.odd(
        Accepted,
        "a page 填表说明 first; 推荐单位 merged downwards; 创效 of 12.5万 typed into the cell; 摘牌 of one studio",
    );
    hefei.before.push(notes_page("填表说明", &["填表说明", "一、七有填“是”或“否”。", "二、经费和创效按万元填。"]));
    let sheet = &mut hefei.sheets[0];
    sheet.merge_down = vec!["推荐单位"];
    sheet.records[1].set("创效", "12.5").typed("创效", "12.5万元");
    sheet.records[2].set("复核结论", "摘牌").typed("复核结论", "予以摘牌").set("状态", "成熟");
    let transport = of(all, "S0200")?;
    transport.sheets[0].records[0].set("文号", "总工发〔2020〕8号").typed("文号", "总工发[2020]8号");
    Ok(())
}

fn history(all: &mut Returns) -> Result<(), String> {
    let tongling = of(all, "340700")?.odd(
        Accepted,
        "its third studio of the quarter before is gone without 摘牌 (studio-gone, where the quarter before is stored)",
    );
    tongling.sheets[0].records.remove(2);
    // Its third was 摘牌 a quarter before, and may be gone.
    of(all, "341000")?.sheets[0].records.remove(2);
    Ok(())
}

fn formats(all: &mut Returns, forms: &Forms) -> Result<(), String> {
    let anqing = of(all, "340800")?.odd(Accepted, "CSV (GB18030), one header row, 七有 by names such as 七有标识");
    anqing.content = Content::Csv(Encoding::Gb18030);
    anqing.path = anqing.path.replace(".xlsx", ".csv");
    let sheet = &mut anqing.sheets[0];
    (sheet.header, sheet.columns) = (Header::One, forms.columns("studio")?);
    for column in &mut sheet.columns {
        match column.under.as_str() {
            "七有" => column.header = format!("七有{}", column.header),
            "课题" => column.header = format!("课题{}", column.header),
            _ => {}
        }
    }
    let huangshan = of(all, "341000")?
        .odd(Accepted, "an XML spreadsheet of 2003 saved as .xls; a studio is gone that was 摘牌 a quarter before");
    huangshan.content = Content::Xml2003;
    huangshan.path = huangshan.path.replace(".xlsx", ".xls");
    let health = of(all, "S0300")?.odd(Accepted, "two header rows: parents 经费, 七有 and 课题 over their children");
    (health.sheets[0].header, health.sheets[0].columns) = (Header::Two, forms.columns("studio")?);
    for (code, extension) in [("340500", ".ods"), ("340300", ".xls")] {
        let sample = of(all, code)?;
        sample.content = Content::Foreign;
        sample.path = sample.path.replace(".xlsx", extension);
    }
    Ok(())
}

fn versions(all: &mut Returns) -> Result<Vec<Sample>, String> {
    let mut extra = Vec::new();
    let transport = of(all, "S0200")?;
    let mut first = transport.clone();
    first.path = first.path.replace(".xlsx", "（首次）.xlsx");
    first.filed("2026年10月8日").odd(Superseded, "first version, 填报日期 2026-10-08").out();
    first.sheets[0].records[1].set("培训", "1");
    extra.push(first);
    transport.odd(Accepted, "second version: later 填报日期, one 培训 corrected; 文号 with [ ] instead of 〔 〕");
    let folder = QUARTERS[MAIN].key;
    let lock = format!("{folder}/合肥/~$合肥市总工会.xlsx");
    extra.push(Sample::plain(&lock, Ignored, "Excel's lock file", b"\x06Officer\0\0"));
    let page = "<html><body>请先登录</body></html>".as_bytes();
    extra.push(Sample::plain(&format!("{folder}/待分拣/下载.xls"), Unrecognised, "a login page saved as .xls", page));
    Ok(extra)
}

fn identity(all: &mut Returns) -> Result<(), String> {
    let steel = of(all, "Q0200")?
        .odd(OtherPeriod, "所属期 says 2026年第2季度: of another period, neither returned nor counted");
    steel.sheets[0].period = QUARTERS[MAIN - 1].title.to_string();
    steel.out();
    let power = of(all, "Q0400")?.odd(Unreadable, "cut off after three fifths of its bytes (broken upload)");
    power.content = Content::HalfXlsx;
    power.out();
    // Nothing comes from this one.
    all.remove("341700");
    Ok(())
}
