//! The plain part of the `shock-teams` samples: the same teams quarter by quarter, with the scores of that quarter and
//! what the return claims of them. What is odd about single files is in `shock_teams_odd`.

use super::form::{Header, Record};
use super::forms::Forms;
use super::prng::Prng;
use super::quarters::{QUARTERS, Quarter};
use super::roster::{SampleRoster, SampleUnit};
use super::sample::Returns;
use super::teams::person;

/// Parts of the score and their weights in percent, as the notice says.
pub const PARTS: [(&str, i64); 5] =
    [("安全", 30), ("生产任务", 25), ("工程质量", 20), ("青工参与率", 15), ("出勤", 10)];
const CRAFTS: [&str; 6] = ["抢修", "攻坚", "保供", "安装", "运维", "应急"];

/// A number with at most two decimals, in hundredths; 0 for nothing.
fn hundredths(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<2}");
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap_or(0) * 100 + sign * part[..2].parse::<i64>().unwrap_or(0)
}

/// The score by the notice, in ten-thousandths: weighted parts, plus 加分, less 扣分; an accident (安全 0) leaves nothing.
pub fn score(record: &Record) -> i64 {
    if hundredths(record.get("安全")) == 0 {
        return 0;
    }
    let weighted: i64 = PARTS.iter().map(|(part, weight)| hundredths(record.get(part)) * weight).sum();
    weighted + (hundredths(record.get("加分")) - hundredths(record.get("扣分"))) * 100
}

/// A score with the decimals that it has.
fn shown(score: i64) -> String {
    let text = format!("{}.{:04}", score / 10_000, score % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Fills in what a return claims: the score of every team, and its place among the teams of the return.
pub fn claim(records: &mut [Record]) {
    let scores: Vec<i64> = records.iter().map(score).collect();
    for (record, score) in records.iter_mut().zip(&scores) {
        let place = 1 + scores.iter().filter(|other| *other > score).count();
        record.set("得分", &shown(*score)).set("名次", &place.to_string());
    }
}

fn team(sender: &SampleUnit, company: &SampleUnit, at: usize, n: usize, period: &Quarter, prng: &mut Prng) -> Record {
    let mut same = Prng::new(0x5A0C ^ (at as u64).wrapping_mul(104_729));
    let mut record = Record::of(&sender.code);
    let short: String = company.name.trim_end_matches("有限公司").trim_end_matches("工会").to_string();
    record.set("突击队名称", &format!("{short}{}青年突击队", CRAFTS[(at + n) % CRAFTS.len()]));
    record.set("队长", &person(&mut same)).set("单位", &sender.name);
    let people = same.between(12, 40);
    record.set("人数", &people.to_string()).set("青年数", &(people - same.between(0, 8)).to_string());
    for (part, _) in PARTS {
        record.set(part, &prng.between(72, 95).to_string());
    }
    record.set("加分", prng.pick(&["", "", "1", "0.5"])).set("扣分", prng.pick(&["", "", "0.5", "2"]));
    record.set("责任人", &person(&mut same));
    record.set("期限", &format!("{}-{:02}-{:02}", period.year, period.months.1, prng.between(10, 28)));
    record.set("督查日期", &format!("{}-{:02}-{:02}", period.year, period.months.1, prng.between(1, 9)));
    record
}

/// A return in order for each unit that owes the pipeline in one of the quarters, by code.
///
/// # Errors
/// Where the definition lacks a form.
pub fn plain(forms: &Forms, roster: &SampleRoster, seed: u64, at: usize) -> Result<Returns, String> {
    let period = QUARTERS[at];
    let mut all = Returns::new();
    for (index, sender) in roster.owing("shock-teams").into_iter().enumerate() {
        let companies = roster.companies(&sender.code);
        let mut rows = Vec::new();
        for n in 0..2 + index % 3 {
            let mut prng =
                Prng::new(seed ^ 0xBEEF ^ ((index * 8 + n) as u64) << 8 ^ (period.year as u64 * 4 + at as u64));
            let company = companies[n % companies.len()];
            rows.push(team(sender, company, index * 8 + n, n, &period, &mut prng));
        }
        let mut sheet = forms.sheet("assessment", sender, period.title, period.filed, rows)?;
        sheet.header = Header::One;
        all.insert(sender.code.clone(), period.sample(sender, sheet));
    }
    Ok(all)
}
