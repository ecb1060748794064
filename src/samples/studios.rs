//! The plain part of the `studios` samples: the same studios quarter by quarter, each with what it did in that quarter.
//! What is odd about single files is in `studios_odd`.

use super::form::{Header, Record, SampleColumn};
use super::forms::Forms;
use super::honours::id_number;
use super::prng::Prng;
use super::quarters::QUARTERS;
use super::roster::{SampleRoster, SampleUnit};
use super::sample::Returns;
use super::teams::person;

pub const SEVEN: [&str; 7] = ["有标识", "有场所", "有经费", "有成员", "有制度", "有台账", "有成果"];
const CRAFTS: [&str; 8] = ["检修", "焊接", "数控", "电气", "调度", "信息", "养护", "工艺"];
const KINDS: [&str; 5] = ["技术攻关型", "技能传授型", "服务示范型", "管理创新型", "其他"];

/// Headers on three rows as the notice prints them: 基本情况, 七有 (over its items alone) and 活动与成果.
fn three_rows(mut all: Vec<SampleColumn>) -> Vec<SampleColumn> {
    for (at, column) in all.iter_mut().enumerate() {
        column.group = match at {
            0..16 => "基本情况",
            16..23 => "七有",
            _ => "活动与成果",
        }
        .to_string();
        if column.under == "七有" {
            column.under.clear();
        }
    }
    all
}

/// What a studio is in every quarter. `at` counts all studios of the sample, so that no two leaders are one person.
fn base(sender: &SampleUnit, company: &SampleUnit, at: usize, n: usize) -> Record {
    let mut prng = Prng::new(0x57D1 ^ (at as u64).wrapping_mul(7919));
    let mut record = Record::of(&sender.code);
    let leader = person(&mut prng);
    let level = match n {
        0 if at.is_multiple_of(9) => "国家级",
        0 => "省级",
        1 => "市级",
        2 => prng.pick(&["县级", "企业级", "企业级"]),
        _ => "市级",
    };
    record.set("推荐单位", &sender.name).set("所在单位", &company.name).set("领衔人", &leader);
    record.set("工作室名称", &format!("{leader}{}创新工作室", CRAFTS[at % CRAFTS.len()]));
    record.set("级别", level).set("类型", KINDS[prng.between(0, 4) as usize]);
    let birth = format!("{}-{:02}-{:02}", 1966 + at % 24, 1 + at % 12, 1 + at % 28);
    record.set("身份证号", &id_number(&birth, 100 + at as i32));
    let honour = match level {
        "国家级" => "全国劳动模范",
        "省级" => prng.pick(&["省劳动模范", "省五一劳动奖章", "全国五一劳动奖章"]),
        "市级" => prng.pick(&["市劳动模范", "省技术能手", "省劳动模范"]),
        _ => prng.pick(&["省技术能手", "其他", "全国技术能手"]),
    };
    record.set("领衔人荣誉", honour);
    if ["县级", "企业级"].contains(&level) {
        record.set("状态", prng.pick(&["培育", "成熟"]));
    } else {
        let year = prng.between(2014, 2024);
        record
            .set("状态", "命名")
            .set("命名日期", &format!("{year}-{:02}-{:02}", prng.between(1, 12), prng.between(1, 28)));
        record.set("文号", &format!("总工发〔{year}〕{}号", prng.between(3, 60)));
    }
    let members = prng.between(5, 26);
    record.set("成员数", &members.to_string()).set("高技能人数", &(members - prng.between(0, 4)).to_string());
    record.set("场地", &(prng.between(6, 40) * 10).to_string());
    let lacking = if ["县级", "企业级"].contains(&level) { prng.between(0, 9) } else { 9 };
    for (item, field) in SEVEN.into_iter().enumerate() {
        record.set(field, if item as i32 == lacking { "否" } else { "是" });
    }
    record
}

/// What a studio did in a quarter.
fn quarter(record: &mut Record, prng: &mut Prng) {
    let planned = prng.between(1, 6);
    let done = prng.between(0, planned);
    let failed = prng.between(0, (planned - done).min(1));
    record
        .set("课题立项", &planned.to_string())
        .set("课题完成", &done.to_string())
        .set("课题失败", &failed.to_string());
    record.set("行政拨付", &money(prng.between(4, 60))).set("工会拨付", &money(prng.between(2, 30)));
    record.set("本期活动", &prng.between(1, 9).to_string()).set("培训", &prng.between(0, 120).to_string());
    record.set("专利", &prng.between(0, 3).to_string());
    if prng.between(0, 5) > 0 {
        record.set("创效", &money(prng.between(10, 900)));
    }
    let verdict = prng.pick(&["合格", "合格", "", "", "", "整改"]);
    record.set("复核结论", verdict);
}

/// Tenths of 万元 as one writes them.
fn money(tenths: i32) -> String {
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// The studios of a unit in a quarter: three, and in every other unit a fourth that was named in one of the quarters.
fn records(roster: &SampleRoster, sender: &SampleUnit, index: usize, at: usize, seed: u64) -> Vec<Record> {
    let period = QUARTERS[at];
    let companies = roster.companies(&sender.code);
    let mut records = Vec::new();
    for n in 0..4 {
        let mut record = base(sender, companies[n % companies.len()], index * 4 + n, n);
        if n == 3 {
            let (born, even) = (1 + (index / 2) % 3, index.is_multiple_of(2));
            if !even || at < born {
                continue;
            }
            let named = QUARTERS[born];
            let day = format!("{}-{:02}-{:02}", named.year, named.months.0 + 1, 3 + index);
            record.set("命名日期", &day).set("文号", &format!("总工发〔{}〕{}号", named.year, 20 + index));
        }
        let mut prng = Prng::new(seed ^ ((index * 4 + n) as u64) << 8 ^ (period.year as u64 * 4 + at as u64));
        quarter(&mut record, &mut prng);
        records.push(record);
    }
    records
}

/// A return in order for each unit that owes the pipeline in one of the quarters, by code.
///
/// # Errors
/// Where the definition lacks a form.
pub fn plain(forms: &Forms, roster: &SampleRoster, seed: u64, at: usize) -> Result<Returns, String> {
    let period = QUARTERS[at];
    let mut all = Returns::new();
    for (index, sender) in roster.owing("studios").into_iter().enumerate() {
        let rows = records(roster, sender, index, at, seed);
        let mut sheet = forms.sheet("studio", sender, period.title, period.filed, rows)?;
        (sheet.header, sheet.columns) = (Header::Three, three_rows(sheet.columns));
        all.insert(sender.code.clone(), period.sample(sender, sheet));
    }
    Ok(all)
}
