//! What is odd about single `honours` samples. Each says what it should come to.

use super::form::{Header, Line, Record, Status};
use super::forms::Forms;
use super::honours::{self, id_number};
use super::roster::SampleRoster;
use super::sample::{Content, Returns, Sample, of};
use super::sheet::{Encoding, SampleValue};
use crate::model::Outcome;

use Outcome::{Accepted, Ignored, OtherPeriod, Returned, Superseded, Unreadable};

const PEOPLE: usize = 0;
const GROUPS: usize = 1;
const AWARDS: usize = 2;

/// All files of the pipeline's sample.
///
/// # Errors
/// Where the roster lacks a unit that a sample speaks of.
pub fn samples(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Vec<Sample>, String> {
    let mut all = honours::plain(forms, roster, seed)?;
    // Nothing comes from these two.
    all.remove("341000");
    all.remove("S0600");
    id_numbers(&mut all)?;
    people(&mut all, roster)?;
    groups_and_awards(&mut all)?;
    spellings(&mut all)?;
    identity(&mut all)?;
    formats(&mut all)?;
    two_short_of_half(&mut all)?;
    let extra = versions(&mut all)?;
    let litter = [
        Sample::plain("省直系统/~$省教育系统工会.xlsx", Ignored, "Excel's lock file", b"\x06Officer\0\0"),
        Sample::plain("大型企业/.DS_Store", Ignored, "macOS folder settings", b"\0\0\0\x01Bud1"),
        Sample::plain("省直系统/推荐表.xls", Unreadable, "empty file (0 bytes)", &[]),
    ];
    let mut samples: Vec<Sample> = all.into_values().chain(extra).chain(litter).collect();
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(samples)
}

fn id_numbers(all: &mut Returns) -> Result<(), String> {
    let huaibei = of(all, "340600")?.odd(Returned, "xls saved by LibreOffice; check digit wrong (id-number-invalid)");
    let record = &mut huaibei.sheets[PEOPLE].records[0];
    let wrong = if record.get("身份证号").ends_with('5') { "6" } else { "5" };
    let id = format!("{}{wrong}", &record.get("身份证号")[..17]);
    record.set("身份证号", &id).block("id-number-invalid");
    let bozhou =
        of(all, "341600")?.odd(Returned, "ID number stored as a number: the tail is lost (必改, never repaired)");
    let record = &mut bozhou.sheets[PEOPLE].records[0];
    let number: f64 = record.get("身份证号")[..15].parse::<f64>().unwrap_or(0.0) * 1000.0;
    record.raw.insert("身份证号", SampleValue::Number(number));
    record.set("身份证号", "").block("ID number lost digits");
    let suzhou = of(all, "341300")?
        .odd(Returned, "出生年月 disagrees with the ID number (id-birth-mismatch); 性别 does (id-sex-mismatch)");
    let records = &mut suzhou.sheets[PEOPLE].records;
    records[0].set("出生年月", "1979-02").block("id-birth-mismatch");
    let other = if records[1].get("性别") == "男" { "女" } else { "男" };
    records[1].set("性别", other).block("id-sex-mismatch");
    let bengbu = of(all, "340300")?.odd(
        Accepted,
        "出生年月 1980.1 as a number, October by the ID number (规范化); ID with spaces and lower-case x; inner spaces in a name",
    );
    let records = &mut bengbu.sheets[PEOPLE].records;
    let (day, man) = ("1980-10-15", i32::from(records[0].get("性别") == "男"));
    // The first sequence number of that day that ends in X, so that the lower-case x is there to be read.
    let id = (900..998).filter(|n| n % 2 == man).map(|n| id_number(day, n)).find(|id| id.ends_with('X'));
    let id = id.unwrap_or_else(|| id_number(day, 900 + man));
    records[0].set("身份证号", &id).set("出生年月", "1980-10").set("参加工作时间", "2001-07-01").set("工龄", "25");
    records[0].typed("身份证号", &format!("{} {} {}", &id[..6], &id[6..14], id[14..].to_lowercase()));
    records[0].raw.insert("出生年月", SampleValue::Number(1980.1));
    records[1].set("姓名", "李敏").typed("姓名", "李　敏");
    Ok(())
}

fn people(all: &mut Returns, roster: &SampleRoster) -> Result<(), String> {
    let fuyang = of(all, "341200")?.odd(
        Accepted,
        "工龄 4 years off 参加工作时间 (service-years-mismatch, 核实); — in 工龄 of another (missing, 核实)",
    );
    let record = &mut fuyang.sheets[PEOPLE].records[0];
    let years: i32 = record.get("工龄").parse().unwrap_or(10);
    record.set("工龄", &(years + 4).to_string()).note("service-years-mismatch");
    let second = &mut fuyang.sheets[PEOPLE].records[1];
    second.set("工龄", "").typed("工龄", "—").note("— in an optional number");
    let huainan = of(all, "340400")?.odd(
        Accepted,
        "flags at odds with 人员类别, all 核实: flags-leader-worker, flags-frontline-official, flags-official-private",
    );
    let records = &mut huainan.sheets[PEOPLE].records;
    while records.len() < 3 {
        let mut more = records[0].clone();
        let id = id_number("1985-06-18", 810 + records.len() as i32 * 2 + i32::from(more.get("性别") == "男"));
        more.set("身份证号", &id)
            .set("出生年月", "1985-06")
            .set("姓名", "高立新")
            .set("参加工作时间", "2006-07-01")
            .set("工龄", "20");
        records.push(more);
    }
    let yes = |record: &mut Record, kind: &str, flag: &'static str, finding: &'static str| {
        record.set("人员类别", kind).set("征求意见", "已征求");
        for other in ["产业工人", "农民工", "非公", "县处级"] {
            record.set(other, "否");
        }
        record.set(flag, "是").note(finding);
    };
    yes(&mut records[0], "企业负责人", "产业工人", "flags-leader-worker");
    yes(&mut records[1], "班组长", "县处级", "flags-frontline-official");
    yes(&mut records[2], "机关事业人员", "非公", "flags-official-private");
    let chuzhou = of(all, "341100")?
        .odd(Returned, "企业负责人 with 不需, and 县处级 with 征求意见 empty (consultation-missing twice)");
    let records = &mut chuzhou.sheets[PEOPLE].records;
    records[0].set("人员类别", "企业负责人").set("产业工人", "否").set("农民工", "否").set("征求意见", "不需");
    records[0].block("consultation-missing");
    records[1]
        .set("人员类别", "管理人员")
        .set("产业工人", "否")
        .set("农民工", "否")
        .set("县处级", "是")
        .set("征求意见", "");
    records[1].block("consultation-missing");
    let housing = of(all, "S0400")?
        .odd(Returned, "公示 2026-09-30 to 2026-10-08 spans 国庆: 2 working days (publicity-too-short)");
    housing.sheets[PEOPLE].records[0]
        .set("公示开始", "2026-09-30")
        .set("公示结束", "2026-10-08")
        .block("publicity-too-short");
    let hefei = of(all, "340100")?.odd(
        Returned,
        "推荐单位 merged downwards; one person is sent by S0300 too (person-duplicate, both copies blocked)",
    );
    hefei.sheets[PEOPLE].merge_down = vec!["推荐单位"];
    let mut twin = hefei.sheets[PEOPLE].records[0].block("person-duplicate").clone();
    let health =
        of(all, "S0300")?.odd(Returned, "one person is sent by 合肥 too, under another title (person-duplicate)");
    let title = if twin.get("拟授称号") == "五一劳动奖章" { "技术能手" } else { "五一劳动奖章" };
    twin.unit = "S0300".into();
    twin.set("推荐单位", &roster.unit("S0300")?.name).set("拟授称号", title);
    health.sheets[PEOPLE].records.push(twin);
    let held = roster.ledger.iter().find(|h| h.title == "劳动模范" && h.unit == "江岳钢铁集团有限公司炼钢厂");
    let held = held.ok_or("荣誉台账里没有样例要用的劳动模范")?;
    let steel = of(all, "Q0200")?.odd(Returned, "劳动模范 for one who holds it in the ledger (title-already-held)");
    let record = &mut steel.sheets[PEOPLE].records[0];
    let (year, month) = (&held.id[6..10], &held.id[10..12]);
    let begun = year.parse::<i32>().unwrap_or(1980) + 21;
    record.set("拟授称号", "劳动模范").set("姓名", &held.name).set("身份证号", &held.id);
    record
        .set("性别", if held.id.as_bytes()[16] % 2 == 1 { "男" } else { "女" })
        .set("出生年月", &format!("{year}-{month}"));
    record
        .set("参加工作时间", &format!("{begun}-07-01"))
        .set("工龄", &(2026 - begun).to_string())
        .block("title-already-held");
    Ok(())
}

fn groups_and_awards(all: &mut Returns) -> Result<(), String> {
    let wuhu = of(all, "340200")?.odd(
        Returned,
        "a collective of 0 people (collective-headcount); one with 公示 of 3 working days (collective-publicity-too-short)",
    );
    let groups = &mut wuhu.sheets[GROUPS].records;
    let mut second = groups[0].clone();
    second
        .set("集体名称", "总段项目部")
        .set("集体类别", "项目部")
        .set("公示结束", "2026-10-14")
        .block("collective-publicity-too-short");
    groups[0].set("人数", "0").block("collective-headcount");
    groups.push(second);
    let xuancheng = of(all, "341800")?.odd(
        Accepted,
        "an award of 2025-12 (award-outside-period, 核实, listed apart); one registered twice (record-repeated, one counts)",
    );
    let awards = &mut xuancheng.sheets[AWARDS].records;
    let mut outside = awards[0].clone();
    outside.set("获奖时间", "2025-12").set("获奖对象", "何晓燕").set("对象类型", "个人").note("award-outside-period");
    let mut twin = awards[0].clone();
    twin.hold("record-repeated");
    awards.push(twin);
    awards.push(outside);
    let anqing =
        of(all, "340800")?.odd(Returned, "a collective sent by S0200 too (collective-duplicate, both copies blocked)");
    let mut twin = anqing.sheets[GROUPS].records[0].block("collective-duplicate").clone();
    twin.unit = "S0200".into();
    twin.set("推荐单位", "省交通运输系统工会");
    let transport = of(all, "S0200")?.odd(Returned, "a collective sent by 安庆 too (collective-duplicate)");
    transport.sheets[GROUPS].records.push(twin);
    Ok(())
}

fn spellings(all: &mut Returns) -> Result<(), String> {
    let chizhou = of(all, "341700")?
        .odd(Accepted, "synonyms of codes: 本科, 党员, 劳模, 民营; 出生年月 as 1990年5月; √ and blanks for yes and no");
    let record = &mut chizhou.sheets[PEOPLE].records[0];
    record.set("学历", "大学本科").typed("学历", "本科").set("政治面貌", "中共党员").typed("政治面貌", "党员");
    record.set("拟授称号", "劳动模范").typed("拟授称号", "劳模");
    let (year, month) = record.get("出生年月").split_once('-').unwrap_or(("1990", "5"));
    let spoken = format!("{year}年{}月", month.trim_start_matches('0'));
    record.typed("出生年月", &spoken);
    for flag in ["产业工人", "农民工", "非公", "县处级"] {
        let mark = if record.get(flag) == "是" { "√" } else { "" };
        record.typed(flag, mark);
    }
    chizhou.sheets[GROUPS].records[0].set("单位性质", "私营").typed("单位性质", "民营");
    let software = of(all, "X0400")?
        .odd(Accepted, "硕士 for 研究生, 民盟 for 民主党派; 文号 with [ ] instead of 〔 〕; 获奖时间 as 2026.3");
    let record = &mut software.sheets[PEOPLE].records[0];
    record.set("学历", "研究生").typed("学历", "硕士").set("政治面貌", "民主党派").typed("政治面貌", "民盟");
    let record = &mut software.sheets[AWARDS].records[0];
    record
        .set("获奖时间", "2026-03")
        .typed("获奖时间", "2026.3")
        .typed("文号", "总工发[2026]30号")
        .set("文号", "总工发〔2026〕30号");
    let water = of(all, "S0500")?.odd(Accepted, "headers only, without 零报告 (核实)");
    water.sheets.iter_mut().for_each(|sheet| sheet.records.clear());
    let radio = of(all, "S0700")?.odd(Accepted, "zero report: 无 under each header");
    for sheet in &mut radio.sheets {
        sheet.records.clear();
        sheet.between = vec![(0, Line::Note("无".into()))];
    }
    let post = of(all, "S0800")?.odd(Accepted, "column 类别 is missing: all are 正式");
    for sheet in &mut post.sheets {
        sheet.columns.retain(|column| column.field != "类别");
        sheet.records.iter_mut().filter(|r| r.clean.contains_key("类别")).for_each(|record| {
            record.set("类别", "正式");
        });
    }
    Ok(())
}

fn identity(all: &mut Returns) -> Result<(), String> {
    of(all, "X0100")?.odd(Accepted, "填报日期 2026-11-18 is 3 working days late").filed("2026-11-18");
    let power = of(all, "Q0400")?.odd(Returned, "required column 身份证号 is missing: the return is held out");
    power.sheets[PEOPLE].columns.retain(|column| column.field != "身份证号");
    power.out();
    let railway =
        of(all, "Q0500")?.odd(OtherPeriod, "所属期 says 2025年: of another period, neither returned nor counted");
    railway.sheets.iter_mut().for_each(|sheet| sheet.period = "2025年".into());
    railway.out();
    let copper =
        of(all, "Q0600")?.odd(Accepted, "no cover: the sender is the unit that all rows name; no 所属期 (提示)");
    for sheet in &mut copper.sheets {
        sheet.unit.clear();
        sheet.period.clear();
        sheet.records.iter_mut().filter(|record| record.clean.contains_key("获奖单位")).for_each(|record| {
            record.set("获奖单位", "铜岭有色集团有限公司工会");
        });
    }
    let coal = of(all, "Q0100")?.odd(Unreadable, "cut off after three fifths of its bytes (broken upload)");
    coal.content = Content::HalfXlsx;
    coal.out();
    Ok(())
}

fn formats(all: &mut Returns) -> Result<(), String> {
    for (code, encoding, odd) in [
        ("341500", Encoding::Gb18030, "CSV (GB18030), the persons only, one header row"),
        ("X0200", Encoding::Utf8Bom, "CSV (UTF-8 with BOM), the persons only, two header rows"),
    ] {
        let sample = of(all, code)?.odd(Accepted, odd);
        sample.content = Content::Csv(encoding);
        sample.path = sample.path.replace(".xlsx", ".csv");
        sample.sheets.truncate(1);
        if encoding == Encoding::Gb18030 {
            super::teams_odd::one_row(sample);
        }
    }
    let family = of(all, "X0300")?.odd(Accepted, "an HTML page (GBK) saved as .xls, the persons only");
    family.content = Content::Html;
    family.path = family.path.replace(".xlsx", ".xls");
    family.sheets.truncate(1);
    for (code, extension, odd) in [
        ("340600", ".xls", ""),
        ("340500", ".ods", "ods saved by LibreOffice"),
        ("340700", ".xls", "xls saved by xlwt"),
    ] {
        let sample = of(all, code)?;
        if !odd.is_empty() {
            sample.odd(Accepted, odd);
        }
        sample.content = Content::Foreign;
        sample.path = sample.path.replace(".xlsx", extension);
    }
    of(all, "S0100")?.odd(Accepted, "three header rows").sheets[PEOPLE].header = Header::Three;
    Ok(())
}

/// Turns persons from 一线职工 into 专业技术人员, or back, until the province is exactly two frontline short of half.
fn two_short_of_half(all: &mut Returns) -> Result<(), String> {
    let frontline =
        |record: &Record| ["一线职工", "班组长"].contains(&record.get("人员类别")) || record.get("集体类别") == "班组";
    let (mut total, mut front) = (0, 0);
    let sheets = all.values().flat_map(|sample| &sample.sheets).filter(|sheet| sheet.form != "award");
    for record in sheets.flat_map(|sheet| &sheet.records) {
        if record.status == Status::Accepted && record.get("类别") == "正式" {
            total += 1;
            front += i32::from(frontline(record));
        }
    }
    let mut surplus = front - ((total + 1) / 2 - 2);
    let people = all.values_mut().flat_map(|sample| &mut sample.sheets).filter(|sheet| sheet.form == "individual");
    for record in people.flat_map(|sheet| &mut sheet.records) {
        let plain = record.status == Status::Accepted && record.findings.is_empty() && record.get("类别") == "正式";
        let (from, to, flag) = if surplus > 0 {
            ("一线职工", "专业技术人员", "否")
        } else {
            ("专业技术人员", "一线职工", "是")
        };
        if surplus == 0 || !plain || record.get("人员类别") != from || record.raw.contains_key("产业工人") {
            continue;
        }
        record.set("人员类别", to).set("产业工人", flag).set("农民工", "否");
        surplus -= surplus.signum();
    }
    if surplus == 0 { Ok(()) } else { Err(format!("一线占比的样例还差 {surplus} 人没有调平")) }
}

fn versions(all: &mut Returns) -> Result<Vec<Sample>, String> {
    let mut extra = Vec::new();
    let textile = of(all, "X0500")?;
    let mut first = textile.clone();
    first.path = first.path.replace(".xlsx", "(2).xlsx");
    first.filed("2026年10月20日");
    first.odd(Superseded, "marked (2) but with the earlier 填报日期: the later date counts").out();
    extra.push(first);
    textile.odd(Accepted, "later 填报日期 than the file marked (2): counts, evidence at odds (核实)");
    let cars = of(all, "Q0300")?;
    let mut first = cars.clone();
    first.odd(Superseded, "same 填报日期 as the one marked 最终版").out();
    first.sheets[PEOPLE].records[0].set("职务职称", "班员（待定）");
    extra.push(first);
    cars.path = cars.path.replace(".xlsx", "最终版.xlsx");
    cars.odd(Accepted, "version mark 最终版 in the name");
    Ok(extra)
}
