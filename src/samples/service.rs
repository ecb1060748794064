//! The plain part of the `service` samples: for each heating company a month's seven indicators. What is odd about single
//! files is in `service_odd`.

use super::form::{Header, Record};
use super::forms::Forms;
use super::monthly::{Month, number, returned, whole};
use super::prng::Prng;
use super::roster::{SampleRoster, SampleUnit};
use super::sample::{Returns, Sample};
use super::sheet::SampleValue;

/// The months of the shipped sample, the last its main one: a month a year ago, and the season so far.
pub const MONTHS: [Month; 4] = [Month::new(2025, 1), Month::new(2025, 11), Month::new(2025, 12), Month::new(2026, 1)];

/// Indicator and what the notice demands.
pub const INDICATORS: [(&str, &str); 7] = [
    ("室温合格率", "≥98%"),
    ("用户满意率", "≥98%"),
    ("报修及时率", "=100%"),
    ("运行事故率", "=0"),
    ("服务投诉率", "<5%"),
    ("测温点覆盖率", "≥1%"),
    ("热费收缴率", ""),
];

/// Whether the notice's standard is met; `None` where there is none to meet.
pub fn met(indicator: &str, top: i64, bottom: i64) -> Option<bool> {
    if bottom == 0 {
        return None;
    }
    Some(match indicator {
        "室温合格率" | "用户满意率" => top * 100 >= bottom * 98,
        "报修及时率" => top == bottom,
        "运行事故率" => top == 0,
        "服务投诉率" => top * 100 < bottom * 5,
        "测温点覆盖率" => top * 100 >= bottom,
        _ => return None,
    })
}

/// Numerator and denominator of a month.
fn figures(prng: &mut Prng, indicator: &str) -> (i64, i64) {
    let of = |prng: &mut Prng, bottom: i32, low: i32, high: i32| {
        (i64::from(bottom) - i64::from(bottom) * i64::from(prng.between(low, high)) / 1000, i64::from(bottom))
    };
    match indicator {
        "室温合格率" => {
            let bottom = prng.between(200, 600);
            let worse = if prng.between(0, 7) == 0 { 20 } else { 0 };
            of(prng, bottom, 3 + worse, 19 + worse)
        }
        "用户满意率" => {
            let bottom = prng.between(150, 400);
            let worse = if prng.between(0, 9) == 0 { 18 } else { 0 };
            of(prng, bottom, 7 + worse, 18 + worse)
        }
        "报修及时率" => {
            let bottom = i64::from(prng.between(30, 200));
            (bottom - i64::from(prng.between(0, 5) == 0), bottom)
        }
        "运行事故率" => (i64::from(prng.between(0, 14) == 0), i64::from(prng.between(700, 744))),
        "服务投诉率" => {
            let bottom = prng.between(2000, 9000);
            (i64::from(bottom * prng.between(2, 30) / 1000), i64::from(bottom))
        }
        "测温点覆盖率" => {
            let bottom = prng.between(5000, 20_000);
            (i64::from(bottom * prng.between(101, 190) / 10_000) + 1, i64::from(bottom))
        }
        _ => {
            let bottom = i64::from(prng.between(800, 6000));
            (bottom * i64::from(prng.between(850, 985)) / 1000, bottom)
        }
    }
}

/// Sets numerator and denominator, and what follows from them: the rate to four places, the verdict.
pub fn put(record: &mut Record, top: i64, bottom: i64) {
    whole(record, "分子", top);
    whole(record, "分母", bottom);
    if bottom == 0 {
        record.set("实绩", "").set("达标", "");
        record.raw.remove("实绩");
        return;
    }
    let rounded = (top * 20_000 + bottom) / (bottom * 2);
    let rate = format!("{}.{:04}", rounded / 10_000, rounded % 10_000);
    let rate = rate.trim_end_matches('0').trim_end_matches('.');
    number(record, "实绩", rate);
    if rounded == 10_000 {
        // A bare 1 could be 1% or 100%.
        record.raw.insert("实绩", SampleValue::Text("100%".into()));
    }
    let indicator = record.get("指标").to_string();
    record.set("达标", met(&indicator, top, bottom).map_or("", |met| if met { "是" } else { "否" }));
}

/// One unit's seven rows.
pub fn rows(unit: &SampleUnit, month: Month, seed: u64) -> Vec<Record> {
    let code = unit.code.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut prng = Prng::new(code ^ ((month.year as u64) << 24) ^ ((month.month as u64) << 40));
    INDICATORS
        .iter()
        .map(|(indicator, target)| {
            let mut record = Record::of(&unit.code);
            record.set("单位", &unit.name).set("指标", indicator).set("目标", target);
            let (top, bottom) = figures(&mut prng, indicator);
            put(&mut record, top, bottom);
            record
        })
        .collect()
}

/// A company's return.
fn of_unit(forms: &Forms, sender: &SampleUnit, month: Month, records: Vec<Record>) -> Result<Sample, String> {
    let mut sheet = forms.sheet("indicator", sender, &month.title(), &month.filed(3), records)?;
    sheet.header = Header::One;
    Ok(returned(sender, month, vec![sheet]))
}

/// One return in order for each unit that owes the pipeline, by code; the city of Bengbu sends for its two companies.
///
/// # Errors
/// Where the roster lacks the city, or the definition a form.
pub fn plain(forms: &Forms, roster: &SampleRoster, month: Month, seed: u64) -> Result<Returns, String> {
    let mut all = Returns::new();
    let city = roster.unit("340300")?;
    let mut forwarded = Vec::new();
    for unit in roster.owing("service") {
        let records = rows(unit, month, seed);
        if unit.parent == city.code {
            forwarded.extend(records);
        } else {
            all.insert(unit.code.clone(), of_unit(forms, unit, month, records)?);
        }
    }
    all.insert(city.code.clone(), of_unit(forms, city, month, forwarded)?);
    Ok(all)
}
