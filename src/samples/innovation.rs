//! The plain part of the `innovation` samples: for each recommending unit a month's suggestions, contests and results in
//! order. What a unit claims as 累计 and 上年同期 is what the other months' figures come to. What is odd about single files
//! is in `innovation_odd`.

use super::form::{Line, Record};
use super::forms::Forms;
use super::monthly::{Month, number, returned, tenths, whole};
use super::prng::Prng;
use super::roster::{SampleRoster, SampleUnit};
use super::sample::Returns;
use super::teams::{person, team};

/// The months of the shipped sample, the last its main one.
pub const MONTHS: [Month; 4] = [Month::new(2025, 3), Month::new(2026, 1), Month::new(2026, 2), Month::new(2026, 3)];

/// Field names under 本月, 本年累计 and 上年同期: 参与, 提出, 采纳, 实施, 优秀, 创效, 奖励.
pub const NOW: [&str; 7] = ["本月参与", "本月提出", "本月采纳", "本月实施", "本月优秀", "本月创效", "本月奖励"];
pub const YEAR: [&str; 7] = ["累计参与", "累计提出", "累计采纳", "累计实施", "累计优秀", "累计创效", "累计奖励"];
pub const THEN: [&str; 7] = ["同期参与", "同期提出", "同期采纳", "同期实施", "同期优秀", "同期创效", "同期奖励"];

/// A unit's figures of one month in the order of [`NOW`]; 创效 in tenths of 万元, 奖励 in tenths of 元.
pub type Figures = [i64; 7];

/// What a unit really did in a month: the same whenever it is asked for.
pub fn figures(unit: &SampleUnit, month: Month, seed: u64) -> Figures {
    match (unit.code.as_str(), month.year, month.month) {
        // Adopted and rewarded, nothing carried out, and yet a benefit in March.
        ("341592", 2026, 1) => [40, 12, 6, 0, 1, 0, 9000],
        ("341592", 2026, 2) => [42, 13, 6, 0, 1, 0, 9100],
        ("341592", 2026, 3) => [44, 15, 8, 0, 1, 65, 12_000],
        // Nothing before March.
        ("340591" | "340292", 2026, 1..=2) => [0; 7],
        ("340591", 2026, 3) => [160, 50, 47, 30, 5, 620, 94_000],
        ("340292", 2026, 3) => [48, 12, 12, 12, 12, 240, 18_000],
        // Last month's counts again; only the money is new.
        ("340193", 2026, 3) => {
            let mut copied = drawn(unit, month.before(), seed);
            copied[5] += 13;
            copied[6] += 1000;
            copied
        }
        _ => drawn(unit, month, seed),
    }
}

fn drawn(unit: &SampleUnit, month: Month, seed: u64) -> Figures {
    let code = unit.code.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut prng = Prng::new(code ^ ((month.year as u64) << 24) ^ ((month.month as u64) << 40));
    // Large units propose more, and each keeps to its size from month to month.
    let size = 8 + (unit.workers / 150).clamp(0, 60);
    let proposed = prng.between(size, size + size / 3 + 4);
    let adopted = proposed * prng.between(45, 75) / 100;
    let done = adopted * prng.between(55, 85) / 100;
    let excellent = (adopted * prng.between(8, 25) / 100).max(1);
    let benefit = done * prng.between(18, 30);
    let reward = adopted * prng.between(120, 220) * 10;
    [proposed * prng.between(2, 4), proposed, adopted, done, excellent, benefit, reward].map(i64::from)
}

/// The sum of a unit's months from January on.
pub fn to_date(unit: &SampleUnit, month: Month, seed: u64) -> Figures {
    let mut sum = [0; 7];
    for m in 1..=month.month {
        let one = figures(unit, Month::new(month.year, m), seed);
        sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
    }
    sum
}

/// Writes seven figures under one parent.
pub fn write(record: &mut Record, fields: &[&'static str; 7], figures: Figures) {
    for (at, field) in fields.iter().enumerate() {
        match at {
            5 | 6 => number(record, field, &tenths(figures[at])),
            _ => whole(record, field, figures[at]),
        }
    }
}

pub fn suggestion(sender: &SampleUnit, unit: &SampleUnit, month: Month, seed: u64) -> Record {
    let mut record = Record::of(&sender.code);
    record.set("单位", &unit.name);
    whole(&mut record, "职工总数", i64::from(unit.workers));
    write(&mut record, &NOW, figures(unit, month, seed));
    write(&mut record, &YEAR, to_date(unit, month, seed));
    write(&mut record, &THEN, figures(unit, month.year_ago(), seed));
    record
}

pub fn contest(prng: &mut Prng, sender: &SampleUnit, month: Month, n: usize) -> Record {
    const CRAFTS: [&str; 6] = ["焊工", "电工", "钳工", "数控车工", "仓储管理员", "养护工"];
    let kind = prng.pick(&["劳动竞赛", "劳动竞赛", "技能竞赛", "专项竞赛"]);
    let craft = CRAFTS[n % CRAFTS.len()];
    let crafts = if n % 4 == 3 { format!("{craft}、{}", CRAFTS[(n + 1) % CRAFTS.len()]) } else { craft.to_string() };
    let level = if sender.channel == "市总工会" { prng.pick(&["市级", "市级", "县级"]) } else { "省级" };
    let mut record = Record::of(&sender.code);
    record.set("竞赛名称", &format!("{}{craft}{kind}", sender.name.replace("总工会", "").replace("工会", "")));
    record.set("主办单位", &sender.name).set("类型", kind).set("级别", level);
    record.set("主题", prng.pick(&["", "比技能、促安全", "降本增效", "当好主人翁"]));
    let ended = !n.is_multiple_of(3);
    let begun = if n.is_multiple_of(2) { month.before() } else { month };
    number(&mut record, "开始", &begun.day(prng.between(1, 12)));
    number(&mut record, "结束", &if ended { month.day(prng.between(15, 28)) } else { String::new() });
    let people = prng.between(60, 400);
    whole(&mut record, "参赛单位", i64::from(prng.between(3, 20)));
    whole(&mut record, "参赛班组", i64::from(prng.between(10, 40)));
    whole(&mut record, "参赛职工", i64::from(people));
    record.set("工种", if kind == "技能竞赛" { &crafts } else { "" });
    let skilled = kind == "技能竞赛" && ended;
    if skilled {
        whole(&mut record, "决赛人数", i64::from(people / 5));
        whole(&mut record, "技术状元", if crafts.contains('、') { 2 } else { 1 });
        whole(&mut record, "技术标兵", 3);
        whole(&mut record, "技术能手", 6);
    }
    number(&mut record, "投入", &tenths(i64::from(prng.between(15, 180))));
    record.set("状态", if ended { "结束" } else { "进行" });
    record
}

pub fn result(prng: &mut Prng, sender: &SampleUnit, company: &SampleUnit, month: Month, n: usize) -> Record {
    let kind = prng.pick(&["小革新", "小改造", "小发明", "小设计", "小建议", "技术攻关", "先进操作法"]);
    let mut record = Record::of(&sender.code);
    record.set("成果名称", &format!("{}{}{}号成果", team(n), kind, month.month * 100 + n as i32)).set("类别", kind);
    record.set("第一完成人", &person(prng));
    record.set(
        "其他完成人",
        &if n.is_multiple_of(2) { String::new() } else { format!("{}、{}", person(prng), person(prng)) },
    );
    record.set("是否一线", prng.pick(&["是", "是", "否"])).set("单位", &company.name);
    number(&mut record, "完成日期", &month.day(prng.between(2, 27)));
    record.set("专利号", &if n % 5 == 1 { format!("ZL2025 2 03{:05}.X", n * 37 + 11) } else { String::new() });
    // In tenths of 万元, each grade's own bounds among them.
    let benefit = prng.pick(&[3, 8, 10, 45, 99, 100, 260, 499, 500, 870, 999, 1000, 1850]);
    let grade = match benefit {
        1000.. => "一",
        500.. => "二",
        100.. => "三",
        10.. => "四",
        _ => "五",
    };
    number(&mut record, "年创效", &tenths(benefit));
    record.set("等级", grade).set("曾获省级奖", if n % 7 == 2 { "是" } else { "否" });
    record
}

/// One return in order for each unit that owes the pipeline, by code.
///
/// # Errors
/// Where the definition lacks a form.
pub fn plain(forms: &Forms, roster: &SampleRoster, month: Month, seed: u64) -> Result<Returns, String> {
    let mut all = Returns::new();
    for (index, sender) in roster.owing("innovation").into_iter().enumerate() {
        let mut prng =
            Prng::new(seed ^ (index as u64 + 301) ^ ((month.year as u64) << 20) ^ ((month.month as u64) << 36));
        let companies = roster.companies(&sender.code);
        let rows: Vec<Record> = companies.iter().map(|unit| suggestion(sender, unit, month, seed)).collect();
        let contests = (0..1 + index % 2).map(|n| contest(&mut prng, sender, month, index * 2 + n)).collect();
        let results = (0..index % 3)
            .map(|n| result(&mut prng, sender, companies[n % companies.len()], month, index * 3 + n))
            .collect::<Vec<_>>();
        let sheet = |form, records| forms.sheet(form, sender, &month.title(), &month.filed(3), records);
        let total = Line::Sum { word: "合计", off: 0 };
        let mut first = sheet("suggestion", rows)?;
        // As most units add it.
        first.between = vec![(first.records.len(), total)];
        let mut sheets = vec![first, sheet("contest", contests)?];
        if !results.is_empty() {
            sheets.push(sheet("result", results)?);
        }
        all.insert(sender.code.clone(), returned(sender, month, sheets));
    }
    Ok(all)
}
