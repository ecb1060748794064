//! The plain part of the `model-teams` samples: for each recommending unit a return that is in order. What is odd
//! about single files is in `teams_odd`.

use super::form::Record;
use super::forms::Forms;
use super::prng::Prng;
use super::roster::{SampleRoster, SampleUnit};
use super::sample::{Returns, Sample};

/// The period as returns of these samples write it, and the day on which they are filed.
pub const YEAR: &str = "2026年";
pub const FILED: &str = "2026年3月20日";

pub const SIX: [&str; 6] = ["思想政治工作", "完成生产工作任务", "科学管理", "劳动竞赛", "组织建设", "安全文明生产"];

const SURNAMES: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马",
    "罗", "梁", "宋", "郑", "谢",
];
const GIVEN: [&str; 24] = [
    "建国", "志强", "明", "丽华", "海涛", "晓燕", "文博", "秀英", "永胜", "静", "国庆", "春梅", "伟", "雪", "立新",
    "敏", "长青", "玉兰", "浩然", "凤", "卫东", "欣怡", "振华", "琳",
];
const CRAFTS: [&str; 12] =
    ["检修", "调度", "质检", "装配", "测量", "运维", "抢修", "客服", "巡检", "仓储", "电气", "维护"];
const SHIFTS: [&str; 5] = ["一班", "二班", "三班", "甲班", "乙班"];

/// A fictitious name.
pub fn person(prng: &mut Prng) -> String {
    format!("{}{}", prng.pick(&SURNAMES), prng.pick(&GIVEN))
}

/// Name of the n-th team or group; different up to 60.
pub fn team(n: usize) -> String {
    format!("{}{}", CRAFTS[n % CRAFTS.len()], SHIFTS[(n / CRAFTS.len()) % SHIFTS.len()])
}

/// Where a unit's files lie: its city, else its channel.
pub fn folder(unit: &SampleUnit) -> &str {
    if unit.channel == "市总工会" { &unit.city } else { &unit.channel }
}

/// A nomination in order.
pub fn nomination(prng: &mut Prng, sender: &SampleUnit, company: &SampleUnit, team: &str, class: &str) -> Record {
    let people = prng.between(8, 36);
    let mut record = Record::of(&sender.code);
    let kind = prng.pick(&["生产", "生产", "服务", "科研", "管理"]);
    record.set("推荐单位", &sender.name).set("所在单位", &company.name).set("班组名称", team);
    record.set("申报称号", "省模范班组").set("单位性质", &company.ownership).set("所属行业", &company.industry);
    record.set("班组类型", kind).set("班组长", &person(prng)).set("人数", &people.to_string());
    record.set("一线人数", &(people - prng.between(0, 4)).to_string());
    for item in SIX {
        record.set(item, &prng.between(90, 99).to_string());
    }
    record.set("曾获荣誉", prng.pick(&["", "市级模范班组", "企业先进班组", "市级工人先锋号"]));
    record.set("公示开始", "2026-03-02").set("公示结束", "2026-03-09").set("类别", class).set("近三年安全事故", "0");
    record
}

fn review(sender: &SampleUnit, company: &str, team: &str, year: &str, score: i32) -> Record {
    let mut record = Record::of(&sender.code);
    record.set("推荐单位", &sender.name).set("所在单位", company).set("班组名称", team).set("命名年度", year);
    record.set("考核得分", &score.to_string()).set("考核结论", "保留");
    record
}

/// One return in order for each unit that owes the pipeline, by code.
///
/// # Errors
/// Where the definition lacks a form.
pub fn plain(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Returns, String> {
    let owing = roster.owing("model-teams");
    let total: i64 = owing.iter().map(|unit| i64::from(unit.workers)).sum::<i64>().max(1);
    let mut all = Returns::new();
    for (index, sender) in owing.into_iter().enumerate() {
        let mut prng = Prng::new(seed ^ (index as u64 + 1));
        // Below the unit's seats, so that only the unit meant to be over its quota is over it.
        let formal = (i64::from(sender.workers) * 100 / total).clamp(1, 5) as usize;
        let standby = index % 2;
        let companies = roster.companies(&sender.code);
        let rows = (0..formal + standby).map(|n| {
            let company = companies[n % companies.len()];
            nomination(&mut prng, sender, company, &team(n + index), if n < formal { "正式" } else { "备选" })
        });
        let rows: Vec<Record> = rows.collect();
        let mut sheets = vec![forms.sheet("nomination", sender, YEAR, FILED, rows)?];
        let titles = roster.titles(&sender.code);
        if !titles.is_empty() {
            let rows = titles.iter().map(|h| review(sender, &h.unit, &h.name, &h.year, prng.between(84, 98))).collect();
            sheets.push(forms.sheet("review", sender, YEAR, FILED, rows)?);
        }
        let path = format!("{}/{}.xlsx", folder(sender), sender.name);
        let sample = Sample::returned(path, &sender.code, sheets);
        all.insert(sender.code.clone(), sample);
    }
    Ok(all)
}
