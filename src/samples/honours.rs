//! The plain part of the `honours` samples: for each recommending unit persons, collectives and awards in order.
//! What is odd about single files is in `honours_odd`.

use super::form::Record;
use super::forms::Forms;
use super::prng::Prng;
use super::roster::{SampleRoster, SampleUnit};
use super::sample::{Returns, Sample};
use super::teams::{YEAR, folder, person, team};

/// A citizen number of an area that does not exist (3499), with its check character (GB 11643-1999).
pub fn id_number(birth: &str, sequence: i32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = format!("349900{}{sequence:03}", birth.replace('-', ""));
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432".get(sum as usize % 11).copied().unwrap_or(b'0');
    format!("{body}{}", check as char)
}

fn blank(sender: &SampleUnit) -> Record {
    let mut record = Record::of(&sender.code);
    record.set("推荐单位", &sender.name);
    record
}

/// A person in order; `number` makes the citizen number unlike every other.
pub fn individual(
    prng: &mut Prng,
    sender: &SampleUnit,
    company: &SampleUnit,
    number: usize,
    kind: &str,
    class: &str,
) -> Record {
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
pub fn collective(prng: &mut Prng, sender: &SampleUnit, company: &SampleUnit, name: &str, kind: &str) -> Record {
    let mut record = blank(sender);
    record.set("拟授称号", prng.pick(&["先进集体", "工人先锋号"])).set("集体名称", name).set("所在单位", &company.name);
    record.set("集体类别", kind).set("负责人", &person(prng)).set("人数", &prng.between(9, 60).to_string());
    record.set("行业", &company.industry).set("单位性质", &company.ownership);
    record.set("公示开始", "2026-10-12").set("公示结束", "2026-10-19").set("类别", "正式");
    record
}

fn award(prng: &mut Prng, sender: &SampleUnit, company: &SampleUnit, n: usize) -> Record {
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
///
/// # Errors
/// Where the definition lacks a form.
pub fn plain(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Returns, String> {
    const KINDS: [&str; 8] =
        ["一线职工", "专业技术人员", "班组长", "管理人员", "一线职工", "科教人员", "班组长", "企业负责人"];
    let mut all = Returns::new();
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
        let sheet = |form, records| forms.sheet(form, sender, YEAR, "2026年10月28日", records);
        let sheets = vec![sheet("individual", people)?, sheet("collective", groups)?, sheet("award", awards)?];
        let path = format!("{}/{}.xlsx", folder(sender), sender.name);
        let sample = Sample::returned(path, &sender.code, sheets);
        all.insert(sender.code.clone(), sample);
    }
    Ok(all)
}
