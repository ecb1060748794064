//! What is odd about single `model-teams` samples, one function a group. Each says what it should come to.

use super::form::{Header, Line, Record};
use super::forms::Forms;
use super::prng::Prng;
use super::roster::SampleRoster;
use super::sample::{Content, Returns, Sample, notes_page, of};
use super::sheet::{Encoding, SampleValue};
use super::teams;
use crate::model::Outcome;

use Outcome::{Accepted, Ignored, OtherPeriod, Returned, Superseded, Unreadable, Unrecognised};

/// All files of the pipeline's sample.
///
/// # Errors
/// Where the roster lacks a unit that a sample speaks of.
pub fn samples(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Vec<Sample>, String> {
    let mut all = teams::plain(forms, roster, seed)?;
    let mut prng = Prng::new(seed ^ 0xA5A5);
    layouts(&mut all)?;
    values(&mut all)?;
    rules(&mut all)?;
    benchmarks(&mut all, roster, &mut prng)?;
    quotas(&mut all, roster, &mut prng)?;
    reviews(&mut all)?;
    identity(&mut all)?;
    formats(&mut all)?;
    let mut extra = versions(&mut all)?;
    extra.extend(strangers(&all, roster, &mut prng)?);
    extra.push(bundle(&mut all)?);
    // Nothing comes from these two.
    all.remove("341700");
    all.remove("S0700");
    extra.extend(litter());
    let mut samples: Vec<Sample> = all.into_values().chain(extra).collect();
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(samples)
}

fn layouts(all: &mut Returns) -> Result<(), String> {
    let hefei = of(all, "340100")?.odd(Accepted, "附件2 row above the title; 推荐单位 and 所在单位 merged downwards");
    hefei.sheets[0].annex = "附件2".into();
    hefei.sheets[0].records.sort_by(|a, b| a.get("所在单位").cmp(b.get("所在单位")));
    hefei.sheets[0].merge_down = vec!["推荐单位", "所在单位"];
    let suzhou = of(all, "341300")?.odd(
        Accepted,
        "lies in another city's folder (cover counts, 核实); headers renamed to accepted aliases, columns reordered, one header row",
    );
    suzhou.path = "淮南/淮南市总工会/宿州上报.xlsx".into();
    rename(suzhou);
    let bengbu = of(all, "340300")?.odd(
        Accepted,
        "headers with line breaks, brackets and units; 甲/乙/1/2 row; full-width digits; 推荐单位 “省一建” (two units of that alias) settled by the cover",
    );
    let sheet = &mut bengbu.sheets[0];
    sheet.notation = true;
    for column in &mut sheet.columns {
        match column.field.as_str() {
            "人数" => column.header = "人数\n（人）".into(),
            "一线人数" => column.header = "一线\n人数（人）".into(),
            "近三年安全事故" => column.header = "近三年\n安全事故（起）".into(),
            "曾获荣誉" => column.header = "曾获荣誉（ 全称 ）".into(),
            _ => {}
        }
    }
    sheet.records[0].typed("推荐单位", "省一建").typed("人数", "２１").set("人数", "21").set("一线人数", "18");
    let wuhu = of(all, "340200")?;
    wuhu.sheets[0].header = Header::Three;
    let transport = of(all, "S0200")?.odd(
        Accepted,
        "小计 and 合计 rows, the 合计 of 人数 is wrong by 3 (核实); header repeated by a page break; 说明 and 注 below",
    );
    let sheet = &mut transport.sheets[0];
    let mut standby = sheet.records[0].clone();
    standby.set("班组名称", "路面养护二班").set("类别", "备选").set("人数", "26").set("一线人数", "25");
    sheet.records.truncate(1);
    sheet.records.push(standby);
    let count = sheet.records.len();
    sheet.between = vec![
        (1, Line::Total { word: "小计", from: 0, to: 1, wrong: 0 }),
        (1, Line::Header),
        (count, Line::Total { word: "合计", from: 0, to: count, wrong: 3 }),
    ];
    sheet.remarks = vec!["说明：人数为在册职工。".into(), "注：本表一式两份。".into()];
    let water = of(all, "S0500")?
        .odd(Accepted, "note rows between records, an empty column as a gap, 同上 and 〃 in text columns");
    let sheet = &mut water.sheets[0];
    let mut second = sheet.records[0].clone();
    second.set("班组名称", "闸门运行班").set("类别", "备选").typed("推荐单位", "同上").typed("所在单位", "〃");
    sheet.records.truncate(1);
    sheet.records.push(second);
    sheet.between = vec![(1, Line::Note("注：以下为备选班组".into())), (1, Line::Blank)];
    sheet.columns.insert(9, Default::default());
    let coal = of(all, "Q0100")?.odd(
        Accepted,
        "填表说明 sheet first; a hidden sheet with an old draft of the form (not counted, 提示); cover says the alias 皖晨集团",
    );
    coal.before.push(notes_page("填表说明", &["填表说明", "一、请按单位名册填写推荐单位。", "二、人数填整数。"]));
    coal.sheets[0].unit = "皖晨集团".into();
    let mut draft = coal.sheets[0].clone();
    draft.name = "草稿".into();
    draft.hidden = true;
    draft.records.iter_mut().for_each(|record| {
        record.status = super::form::Status::Out;
        record.set("班组名称", "草稿班组");
    });
    coal.sheets.push(draft);
    let chuzhou = of(all, "341100")?;
    let mut second = chuzhou.sheets[0].clone();
    let half = second.records.len() / 2;
    second.name = "第二批".into();
    second.records.drain(..half);
    chuzhou.sheets[0].name = "第一批".into();
    chuzhou.sheets[0].records.truncate(half);
    chuzhou.sheets.insert(1, second);
    Ok(())
}

/// Renames headers to accepted aliases and turns the order of the columns round.
fn rename(sample: &mut Sample) {
    let names = [
        ("推荐单位", "申报单位"),
        ("所在单位", "单位全称"),
        ("班组名称", "申报班组"),
        ("申报称号", "拟授称号"),
        ("单位性质", "企业性质"),
        ("所属行业", "行业"),
        ("班组长", "负责人"),
        ("一线人数", "其中：一线"),
        ("思想政治工作", "思想政治"),
        ("完成生产工作任务", "生产任务"),
        ("安全文明生产", "安全生产"),
        ("公示开始", "公示起"),
        ("公示结束", "公示止"),
        ("近三年安全事故", "安全事故"),
    ];
    let sheet = &mut sample.sheets[0];
    sheet.header = Header::One;
    for column in &mut sheet.columns {
        if let Some((_, header)) = names.iter().find(|(field, _)| *field == column.field) {
            column.header = header.to_string();
        }
    }
    sheet.columns[4..].reverse();
}

fn values(all: &mut Returns) -> Result<(), String> {
    let bozhou = of(all, "341600")?.odd(
        Accepted,
        "CSV (UTF-8 with BOM), one header row; units in cells (12人), 好 instead of scores, 民营 for 私营, inner spaces in names",
    );
    let sheet = &mut bozhou.sheets[0];
    let record = &mut sheet.records[0];
    record.set("人数", "12").set("一线人数", "11").typed("人数", "12人").typed("一线人数", "11 人");
    record.set("单位性质", "私营").typed("单位性质", "民营").set("班组长", "王伟").typed("班组长", "王 伟");
    teams::SIX.iter().for_each(|item| {
        record.set(item, "好");
    });
    let fuyang = of(all, "341200")?.odd(
        Returned,
        "Chinese numerals (二十一), thousands separator (1,021), dates as 2026.3.5 / 2026年3月5日 / 20260305; one row 3月2日 without a year (必改: never guessed)",
    );
    let records = &mut fuyang.sheets[0].records;
    records[0].set("人数", "21").typed("人数", "二十一").set("一线人数", "18").typed("一线人数", "十八");
    records[0].set("公示开始", "2026-03-05").typed("公示开始", "2026.3.5");
    records[0].set("公示结束", "2026-03-12").typed("公示结束", "2026年3月12日");
    records[1].set("人数", "1021").typed("人数", "1,021").set("一线人数", "980").typed("一线人数", "９８０");
    records[1].set("公示开始", "2026-03-05").typed("公示开始", "20260305");
    records[1].set("公示结束", "2026-03-12").typed("公示结束", "2026/3/12");
    records[2].set("公示开始", "").typed("公示开始", "3月2日").block("date without a year");
    let farm = of(all, "S0600")?.odd(
        Accepted,
        "CSV (UTF-8 without BOM) with two header rows; 无 and — in 近三年安全事故 mean 0; 农业 for 农、林、牧、渔业",
    );
    for (record, none) in farm.sheets[0].records.iter_mut().zip(["无", "—"].into_iter().cycle()) {
        record.typed("近三年安全事故", none).typed("所属行业", "农业");
    }
    Ok(())
}

fn rules(all: &mut Returns) -> Result<(), String> {
    let huainan = of(all, "340400")?.odd(
        Returned,
        "one row with 一线人数 greater than 人数, one with 人数 below 3, one with 人数 未报 (必改 each)",
    );
    let records = &mut huainan.sheets[0].records;
    records[0].set("人数", "9").set("一线人数", "12").block("frontline-exceeds-headcount");
    records[1].set("人数", "2").set("一线人数", "2").block("team-too-small");
    records[2].set("人数", "").typed("人数", "未报").block("required value 未报");
    let chuzhou = of(all, "341100")?
        .odd(Returned, "the form on two sheets (both count); a score above 100; an accident within three years");
    chuzhou.sheets[0].records[0].set("科学管理", "105").block("score-out-of-range");
    chuzhou.sheets[1].records[0].set("近三年安全事故", "1").block("safety-accident");
    let luan =
        of(all, "341500")?.odd(Accepted, "CSV (GB18030); a 备选 below six-good (six-good-not-met-standby, 核实)");
    let mut standby = luan.sheets[0].records[0].clone();
    standby.set("班组名称", "茶机维修组").set("类别", "备选").set("组织建设", "85").note("six-good-not-met-standby");
    luan.sheets[0].records.push(standby);
    let xuancheng = of(all, "341800")?
        .odd(Returned, "公示 2026-04-03 to 2026-04-08 spans 清明: 3 working days (publicity-too-short)");
    xuancheng.filed("2026年4月9日");
    xuancheng.sheets[0].records[0]
        .set("公示开始", "2026-04-03")
        .set("公示结束", "2026-04-08")
        .block("publicity-too-short");
    let textile = of(all, "X0500")?.odd(Returned, "a 正式 with 劳动竞赛 较好 (six-good-not-met)");
    textile.sheets[0].records[0].set("劳动竞赛", "较好").block("six-good-not-met");
    let builders =
        of(all, "X0100")?.odd(Returned, "the same team as sent by S0400 (team-duplicate; both copies blocked)");
    builders.sheets[0].records[0].set("班组名称", "吊装二班").block("team-duplicate");
    let twin = builders.sheets[0].records[0].clone();
    let housing = of(all, "S0400")?
        .odd(Returned, "XML spreadsheet 2003 saved as .xls; its second team is sent by X0100 too (team-duplicate)");
    let mut copy = twin;
    copy.unit = "S0400".into();
    copy.set("推荐单位", "省住房城乡建设系统工会").set("类别", "备选").typed("班组名称", "吊装 二班");
    housing.sheets[0].records.truncate(1);
    housing.sheets[0].records.push(copy);
    Ok(())
}

fn benchmarks(all: &mut Returns, roster: &SampleRoster, prng: &mut Prng) -> Result<(), String> {
    let good = [
        ("340100", "340192", "测量班", "2024年全国先进班组"),
        ("Q0200", "Q0201", "精炼丙班", "2021年全国工人先锋号"),
        ("340400", "340491", "通风一班", "2022年省模范班组"),
    ];
    for (sender, company, team, honour) in good {
        let mut record = teams::nomination(prng, roster.unit(sender)?, roster.unit(company)?, team, "正式");
        record.set("申报称号", "标杆班组").set("曾获荣誉", honour);
        of(all, sender)?.sheets[0].records.push(record);
    }
    let mut record = teams::nomination(prng, roster.unit("340200")?, roster.unit("340292")?, "轮机一班", "正式");
    record.set("申报称号", "标杆班组").set("曾获荣誉", "省模范班组（2020年）").block("benchmark-without-title");
    let wuhu = of(all, "340200")?
        .odd(Returned, "three header rows; a 标杆班组 whose title is not in the ledger (benchmark-without-title)");
    wuhu.sheets[0].records.push(record);
    Ok(())
}

fn quotas(all: &mut Returns, roster: &SampleRoster, prng: &mut Prng) -> Result<(), String> {
    let (sender, company) = (roster.unit("X0400")?, roster.unit("X0401")?);
    let second = teams::nomination(prng, sender, company, "算法研发组", "正式");
    let software = of(all, "X0400")?.odd(
        Accepted,
        "填报日期 2026-04-28 is after 补报截止 (逾期); one more 正式 than its quota of 1 (quota-exceeded on the unit, sends nothing back)",
    );
    software.filed("2026-04-28").sheets[0].records.push(second);
    let (sender, company) = (roster.unit("X0300")?, roster.unit("X0301")?);
    let family = of(all, "X0300")?
        .odd(Accepted, "two 备选 where one is allowed (standby-exceeded on the unit, sends nothing back)");
    family.sheets[0].records.retain(|record| record.get("类别") == "正式");
    for team in ["月嫂服务组", "养老护理组"] {
        family.sheets[0].records.push(teams::nomination(prng, sender, company, team, "备选"));
    }
    Ok(())
}

fn reviews(all: &mut Returns) -> Result<(), String> {
    fn review(sample: &mut Sample) -> Result<&mut Vec<Record>, String> {
        let found = sample.sheets.iter_mut().find(|sheet| sheet.form == "review" && !sheet.hidden);
        found.map(|sheet| &mut sheet.records).ok_or_else(|| "荣誉台账里没有样例要用的称号".to_string())
    }
    let suzhou = review(of(all, "341300")?)?;
    suzhou[0].set("考核得分", "76").set("考核结论", "整改").typed("考核结论", "限期整改").set("说明", "台账不全");
    let steel = review(of(all, "Q0200")?)?;
    steel[0].set("考核得分", "58").set("考核结论", "撤销").set("说明", "班组已撤并");
    let anqing =
        of(all, "340800")?.odd(Returned, "ods from LibreOffice; 保留 with 75 points (review-kept-below-bound)");
    review(anqing)?[0].set("考核得分", "75").block("review-kept-below-bound");
    let huaibei = of(all, "340600")?.odd(
        Returned,
        "xls by xlwt; 命名年度 2020 where the ledger says 2021 (review-not-in-ledger), so the title stays 未复核",
    );
    review(huaibei)?[0].set("命名年度", "2020").block("review-not-in-ledger");
    let maanshan = of(all, "340500")?.odd(Returned, "xlsb; one title reviewed twice (record-contradicting)");
    let rows = review(maanshan)?;
    rows[0].block("record-contradicting");
    let mut again = rows[0].clone();
    again.set("考核得分", "91");
    rows.push(again);
    let tongling =
        of(all, "340700")?.odd(Returned, "et (BIFF8 as WPS saves it); 考核得分 112 (review-score-out-of-range)");
    review(tongling)?[0].set("考核得分", "112").block("review-score-out-of-range");
    Ok(())
}

fn identity(all: &mut Returns) -> Result<(), String> {
    let cars = of(all, "Q0300")?.odd(Returned, "required column 班组长 is missing: held out, no row counts");
    cars.sheets[0].columns.retain(|column| column.field != "班组长");
    cars.out();
    let power =
        of(all, "Q0400")?.odd(OtherPeriod, "所属期 says 2025年: of another period, neither returned nor counted");
    power.sheets.iter_mut().for_each(|sheet| sheet.period = "2025年".into());
    power.out();
    let education = of(all, "S0100")?
        .odd(Accepted, "xlsm; 填报日期 2026-04-15 is 3 working days late; 推荐单位 column says the alias 教育系统");
    education.filed("2026年4月15日");
    education.sheets[0].records.iter_mut().for_each(|record| {
        record.typed("推荐单位", "教育系统");
    });
    let huangshan = of(all, "341000")?.odd(Accepted, "zero report (零报告): headers only");
    huangshan.sheets.truncate(1);
    let sheet = &mut huangshan.sheets[0];
    sheet.records.clear();
    sheet.between = vec![(0, Line::Note("零报告".into()))];
    Ok(())
}

fn formats(all: &mut Returns) -> Result<(), String> {
    for (code, encoding) in [("341600", Encoding::Utf8Bom), ("341500", Encoding::Gb18030), ("S0600", Encoding::Utf8)] {
        let sample = of(all, code)?;
        sample.content = Content::Csv(encoding);
        sample.path = sample.path.replace(".xlsx", ".csv");
        sample.sheets.truncate(1);
        if code != "S0600" {
            one_row(sample);
        }
    }
    let health = of(all, "S0300")?
        .odd(Accepted, "an HTML page (GBK) saved as .xls; holds the nominations only, so its title is 未复核");
    health.content = Content::Html;
    health.path = health.path.replace(".xlsx", ".xls");
    health.sheets.truncate(1);
    let housing = of(all, "S0400")?;
    housing.content = Content::Xml2003;
    housing.path = housing.path.replace(".xlsx", ".xls");
    for (code, extension) in
        [("340600", ".xls"), ("340500", ".xlsb"), ("340700", ".et"), ("340800", ".ods"), ("S0100", ".xlsm")]
    {
        let sample = of(all, code)?;
        sample.content = Content::Foreign;
        sample.path = sample.path.replace(".xlsx", extension);
    }
    let cloud = of(all, "Q0700")?.odd(
        Returned,
        "openpyxl; 人数 of the first row is a formula without a cached value (unreadable, 必改); no review sheet, so its title is 未复核",
    );
    cloud.content = Content::Foreign;
    cloud.sheets.truncate(1);
    cloud.sheets[0].records[0].set("人数", "").block("formula without a cached value");
    // openpyxl turns this into the formula =18+4.
    cloud.sheets[0].records[0].typed("人数", "FORMULA:=18+4");
    let railway = of(all, "Q0500")?.odd(Unreadable, "encrypted with a password");
    railway.content = Content::Foreign;
    railway.out();
    let copper = of(all, "Q0600")?.odd(Unreadable, "cut off after three fifths of its bytes (broken upload)");
    copper.content = Content::HalfXlsx;
    copper.out();
    Ok(())
}

/// One header row with names that need no parent.
pub fn one_row(sample: &mut Sample) {
    let sheet = &mut sample.sheets[0];
    sheet.header = Header::One;
    for column in &mut sheet.columns {
        match column.field.as_str() {
            "公示开始" => column.header = "公示起".into(),
            "公示结束" => column.header = "公示止".into(),
            _ => {}
        }
    }
}

fn versions(all: &mut Returns) -> Result<Vec<Sample>, String> {
    let mut extra = Vec::new();
    let mut copy = of(all, "340100")?.clone();
    copy.path = "合肥/合肥市总工会（副本）.xlsx".into();
    copy.odd(Superseded, "identical bytes to 合肥市总工会.xlsx; which of the two counts is all one").out();
    extra.push(copy);
    let post = of(all, "S0800")?;
    let mut first = post.clone();
    first.path = "省直系统/省邮政通信系统工会（首次）.xlsx".into();
    first.filed("2026年3月10日").odd(Superseded, "first version, 填报日期 2026-03-10").out();
    extra.push(first);
    post.odd(Accepted, "second version: later 填报日期, 人数 of the first row corrected");
    post.sheets[0].records[0].set("人数", "33").set("一线人数", "30");
    let steel = of(all, "Q0200")?;
    let mut first = steel.clone();
    first.odd(Superseded, "same 填报日期 as the file marked (2), which counts").out();
    first.sheets[0].records[0].set("班组长", "孙国庆");
    extra.push(first);
    steel.path = steel.path.replace(".xlsx", "(2).xlsx");
    steel.odd(Accepted, "version mark (2) in the name");
    Ok(extra)
}

fn strangers(all: &Returns, roster: &SampleRoster, prng: &mut Prng) -> Result<Vec<Sample>, String> {
    let model = all.get("Q0200").ok_or("单位名册里没有 Q0200")?;
    let mut stranger = |path: &str, unit: &str, odd: &str| -> Result<Sample, String> {
        let mut sample = model.clone();
        let (sender, company) = (roster.unit("340100")?, roster.unit("340191")?);
        let mut record = teams::nomination(prng, sender, company, &format!("{unit}试验班"), "正式");
        record.unit = String::new();
        record.set("推荐单位", unit);
        sample.path = path.into();
        sample.sender.clear();
        sample.sheets.truncate(1);
        sample.sheets[0].unit = unit.into();
        sample.sheets[0].records = vec![record];
        sample.odd(Returned, odd).out();
        Ok(sample)
    };
    Ok(vec![
        stranger(
            "待分拣/上报表1.xlsx",
            "合淝市总工会",
            "cover and 推荐单位 misspelt: unknown unit, with a suggestion; held out",
        )?,
        stranger("待分拣/上报表2.xlsx", "省一建", "short name of two units and nothing to settle it: held out")?,
    ])
}

/// Three associations in one zip with GBK names.
fn bundle(all: &mut Returns) -> Result<Sample, String> {
    let mut members = Vec::new();
    for code in ["X0200", "X0300", "X0500"] {
        let mut member = all.remove(code).ok_or_else(|| format!("单位名册里没有 {code}"))?;
        member.path = member.path.replace("行业协会/", "");
        members.push(member);
    }
    members[0].odd = "member of a zip with GBK names".into();
    let odd = "zip with GBK member names: a container, only its members count";
    let mut zip = Sample::plain("行业协会/行业协会上报.zip", Accepted, odd, &[]);
    zip.content = Content::Zip(members);
    Ok(zip)
}

fn litter() -> Vec<Sample> {
    let odd = "a workbook without a form of this pipeline";
    let mut contacts = Sample::plain("待分拣/通讯录.xlsx", Unrecognised, odd, &[]);
    contacts.content = Content::Xlsx;
    let row = |cells: [&str; 2]| cells.map(SampleValue::text).to_vec();
    let rows = vec![row(["部门", "电话"]), row(["经济技术部", "0551-60000001"])];
    contacts.before = vec![super::sheet::Page { name: "通讯录".into(), rows, ..Default::default() }];
    let login = "<html><head><meta charset=\"utf-8\"><title>登录</title></head><body><form>用户名 <input> 密码 \
                 <input></form></body></html>";
    let mut foreign = Sample::plain("待分拣/现场照片.jpg", Unrecognised, "a picture", &[]);
    foreign.content = Content::Foreign;
    let mut letter = Sample::plain("待分拣/推荐报告.docx", Unrecognised, "a Word document", &[]);
    letter.content = Content::Foreign;
    vec![
        contacts,
        Sample::plain("待分拣/下载.xls", Unrecognised, "a login page saved as .xls", login.as_bytes()),
        Sample::plain("待分拣/新建 Microsoft Excel 工作表.xlsx", Unreadable, "empty file (0 bytes)", &[]),
        Sample::plain("合肥/~$合肥市总工会.xlsx", Ignored, "Excel's lock file", b"\x06Officer\0\0"),
        Sample::plain("合肥/desktop.ini", Ignored, "Windows folder settings", b"[.ShellClassInfo]\r\n"),
        Sample::plain("合肥/Thumbs.db", Ignored, "Windows thumbnails", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0"),
        foreign,
        letter,
    ]
}
