//! The plain part of the `honours` samples: for each recommending unit persons, collectives and awards in order.
//! What is odd about single files is in `honours_odd`.

use super::form::{Record, Sheet, Status, columns};
use super::prng::Prng;
use super::roster::{Roster, Unit};
use super::sample::{Content, Outcome, Sample};
use super::teams::{folder, framed, person, team};
use std::collections::BTreeMap;

pub type Columns = &'static [(&'static str, &'static str, &'static str)];

const INDIVIDUAL: Columns = &[
    ("序号", "序号", ""),
    ("推荐单位", "推荐单位", ""),
    ("拟授称号", "拟授称号", ""),
    ("姓名", "姓名", ""),
    ("性别", "性别", ""),
    ("民族", "民族", ""),
    ("身份证号", "身份证号", ""),
    ("出生年月", "出生年月", ""),
    ("政治面貌", "政治面貌", ""),
    ("学历", "学历", ""),
    ("参加工作时间", "参加工作时间", ""),
    ("工龄", "工龄", ""),
    ("工作单位", "工作单位", ""),
    ("职务职称", "职务职称", ""),
    ("技术等级", "技术等级", ""),
    ("人员类别", "人员类别", ""),
    ("产业工人", "产业工人", "其中"),
    ("农民工", "农民工", "其中"),
    ("非公", "非公", "其中"),
    ("县处级", "县处级", "其中"),
    ("荣誉基础", "荣誉基础", ""),
    ("征求意见", "征求意见", ""),
    ("公示开始", "开始", "公示时间"),
    ("公示结束", "结束", "公示时间"),
    ("类别", "类别", ""),
    ("备注", "备注", ""),
];
const COLLECTIVE: Columns = &[
    ("序号", "序号", ""),
    ("推荐单位", "推荐单位", ""),
    ("拟授称号", "拟授称号", ""),
    ("集体名称", "集体名称", ""),
    ("所在单位", "所在单位", ""),
    ("集体类别", "集体类别", ""),
    ("负责人", "负责人", ""),
    ("人数", "人数", ""),
    ("行业", "行业", ""),
    ("单位性质", "单位性质", ""),
    ("荣誉基础", "荣誉基础", ""),
    ("公示开始", "开始", "公示时间"),
    ("公示结束", "结束", "公示时间"),
    ("类别", "类别", ""),
    ("备注", "备注", ""),
];
const AWARD: Columns = &[
    ("序号", "序号", ""),
    ("获奖单位", "获奖单位", ""),
    ("对象类型", "对象类型", ""),
    ("获奖对象", "获奖对象", ""),
    ("荣誉名称", "荣誉名称", ""),
    ("荣誉级别", "荣誉级别", ""),
    ("颁奖单位", "颁奖单位", ""),
    ("获奖时间", "获奖时间", ""),
    ("文号", "文号", ""),
    ("是否一线", "是否一线", ""),
    ("备注", "备注", ""),
];
pub const FORMS: [(&str, Columns); 3] = [("individual", INDIVIDUAL), ("collective", COLLECTIVE), ("award", AWARD)];

/// A citizen number of an area that does not exist (3499), with its check character (GB 11643-1999).
pub fn id_number(birth: &str, sequence: i32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = format!("349900{}{sequence:03}", birth.replace('-', ""));
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432".get(sum as usize % 11).copied().unwrap_or(b'0');
    format!("{body}{}", check as char)
}

fn blank(sender: &Unit) -> Record {
    let mut record = Record {
        unit: sender.code.clone(),
        clean: BTreeMap::new(),
        raw: BTreeMap::new(),
        status: Status::Accepted,
        findings: vec![],
    };
    record.set("推荐单位", &sender.name);
    record
}

/// A person in order; `number` makes the citizen number unlike every other.
pub fn individual(prng: &mut Prng, sender: &Unit, company: &Unit, number: usize, kind: &str, class: &str) -> Record {
    let man = prng.between(0, 2) > 0;
    let year = prng.between(1966, 1998);
    let birth = format!("{year}-{:02}-{:02}", prng.between(1, 12), prng.between(1, 28));
    let begun = year + prng.between(19, 24);
    let yes = |flag: bool| if flag { "是" } else { "否" };
    let private = ["私营", "外商", "港澳台"].contains(&company.ownership.as_str());
    let frontline = ["一线职工", "班组长"].contains(&kind);
    let title = if company.channel == "省直系统" && !frontline { "先进工作者" } else { "劳动模范" };
    let title = prng.pick(&[title, "五一劳动奖章", "技术能手"]);
    let mut record = blank(sender);
    record
        .set("拟授称号", title)
        .set("姓名", &person(prng))
        .set("性别", if man { "男" } else { "女" })
        .set("民族", "汉族");
    record.set("身份证号", &id_number(&birth, number as i32 * 2 % 998 + i32::from(man)));
    record.set("出生年月", &birth[..7]);
    record.set("政治面貌", prng.pick(&["中共党员", "中共党员", "群众", "共青团员", "中共预备党员"]));
    record.set("学历", prng.pick(&["大学本科", "大学专科", "中专", "高中", "研究生", "初中及以下"]));
    record.set("参加工作时间", &format!("{begun}-07-01")).set("工龄", &(2026 - begun).to_string());
    record.set("工作单位", &company.name).set("职务职称", prng.pick(&["班员", "工程师", "主管", "技师"]));
    record.set("技术等级", prng.pick(&["", "高级工", "技师", "高级技师"])).set("人员类别", kind);
    record.set("产业工人", yes(frontline)).set("农民工", yes(frontline && prng.between(0, 4) == 0));
    record.set("非公", yes(private)).set("县处级", "否");
    record.set("征求意见", if kind == "企业负责人" { "已征求" } else { "不需" });
    record.set("公示开始", "2026-10-12").set("公示结束", "2026-10-19").set("类别", class);
    record
}

/// A collective in order.
pub fn collective(prng: &mut Prng, sender: &Unit, company: &Unit, name: &str, kind: &str) -> Record {
    let mut record = blank(sender);
    record.set("拟授称号", prng.pick(&["先进集体", "工人先锋号"])).set("集体名称", name).set("所在单位", &company.name);
    record.set("集体类别", kind).set("负责人", &person(prng)).set("人数", &prng.between(9, 60).to_string());
    record.set("行业", &company.industry).set("单位性质", &company.ownership);
    record.set("公示开始", "2026-10-12").set("公示结束", "2026-10-19").set("类别", "正式");
    record
}

fn award(prng: &mut Prng, sender: &Unit, company: &Unit, n: usize) -> Record {
    let (level, giver) = prng.pick(&[
        ("国家级", "全国性组织"),
        ("省级", "省总工会"),
        ("市级", "市总工会"),
        ("县级", "县总工会"),
        ("企业级", "本企业"),
    ]);
    let group = prng.between(0, 1) == 0;
    let mut record = blank(sender);
    record.set("获奖单位", &company.name).set("对象类型", if group { "集体" } else { "个人" });
    record.set("获奖对象", &if group { team(n + 7) } else { person(prng) });
    record.set("荣誉名称", if group { "工人先锋号" } else { "技术能手" }).set("荣誉级别", level).set("颁奖单位", giver);
    let month = format!("2026-{:02}", prng.between(1, 10));
    record.set("获奖时间", &month).set("文号", &format!("总工发〔2026〕{}号", n + 3));
    record.set("是否一线", prng.pick(&["是", "否"]));
    record
}

/// One return in order for each unit that owes the pipeline, by code.
pub fn plain(roster: &Roster, seed: u64) -> BTreeMap<String, Sample> {
    const KINDS: [&str; 8] =
        ["一线职工", "专业技术人员", "班组长", "管理人员", "一线职工", "科教人员", "班组长", "企业负责人"];
    let mut all = BTreeMap::new();
    let mut number = 0;
    for (index, sender) in roster.owing("honours").into_iter().enumerate() {
        let mut prng = Prng::new(seed ^ (index as u64 + 101));
        let companies = roster.companies(&sender.code);
        let company = |n: usize| companies[n % companies.len()];
        let mut people = Vec::new();
        for n in 0..2 + index % 3 {
            number += 1;
            let kind = KINDS[(index + n) % KINDS.len()];
            people.push(individual(&mut prng, sender, company(n), number, kind, "正式"));
        }
        if index % 4 == 0 {
            number += 1;
            people.push(individual(&mut prng, sender, company(1), number, "一线职工", "备选"));
        }
        let kind = prng.pick(&["班组", "班组", "科室", "车间", "项目部", "企业"]);
        let groups = vec![collective(&mut prng, sender, company(1), &team(index + 3), kind)];
        let awards = (0..1 + index % 3).map(|n| award(&mut prng, sender, company(n), index + n * 13)).collect();
        let form = |form: &'static str, title: &str, list: Columns, records: Vec<Record>| -> Sheet {
            let mut sheet = framed(form, title, sender, columns(list), records);
            sheet.filed = "2026年10月28日".into();
            sheet
        };
        let sheets = vec![
            form("individual", "推荐个人汇总表", INDIVIDUAL, people),
            form("collective", "推荐集体汇总表", COLLECTIVE, groups),
            form("award", "获奖登记表", AWARD, awards),
        ];
        let path = format!("{}/{}.xlsx", folder(sender), sender.name);
        let sample = Sample {
            path,
            outcome: Outcome::Accepted,
            sender: sender.code.clone(),
            odd: String::new(),
            before: vec![],
            sheets,
            content: Content::Xlsx,
        };
        all.insert(sender.code.clone(), sample);
    }
    all
}
