//! What is odd about single `service` samples. Each says what it should come to; findings in brackets need earlier months.

use super::form::Record;
use super::forms::Forms;
use super::monthly::{Month, close, number, saved_as, whole};
use super::roster::SampleRoster;
use super::sample::{Content, Returns, Sample, of};
use super::service::{self, MONTHS, put};
use super::sheet::{Encoding, SampleValue};
use crate::model::Outcome;

use Outcome::{Accepted, Ignored, OtherPeriod, Returned, Unreadable};

const MAIN: Month = MONTHS[3];

/// A unit's row of an indicator.
fn row<'a>(all: &'a mut Returns, code: &str, indicator: &str) -> Result<&'a mut Record, String> {
    let sample = of(all, code)?;
    let mut records = sample.sheets.iter_mut().flat_map(|sheet| &mut sheet.records);
    records.find(|record| record.get("指标") == indicator).ok_or_else(|| format!("{code} 没有 {indicator}"))
}

/// All files of the pipeline's four months.
///
/// # Errors
/// Where the roster lacks a unit that a sample speaks of.
pub fn samples(forms: &Forms, roster: &SampleRoster, seed: u64) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    for month in MONTHS {
        let mut all = service::plain(forms, roster, month, seed)?;
        // A company that reported neither a year ago nor now.
        all.remove("341795");
        if month == MAIN {
            figures(&mut all)?;
            rates(&mut all)?;
            history(&mut all, roster, seed)?;
            spellings(&mut all)?;
            identity(&mut all)?;
            samples.extend([
                Sample::plain(
                    "2026-01/大型企业/~$皖澜电力有限公司热电分公司.xlsx",
                    Ignored,
                    "Excel's lock file",
                    b"\x06Officer\0\0",
                ),
                Sample::plain("2026-01/省直系统/指标.xls", Unreadable, "empty file (0 bytes)", &[]),
            ]);
        } else if month.month == 1 {
            all.remove("S0495");
        }
        close(&mut all);
        samples.extend(all.into_values());
    }
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(samples)
}

fn figures(all: &mut Returns) -> Result<(), String> {
    of(all, "340695")?.odd(
        Returned,
        "实绩 is not 分子 ÷ 分母 (rate-at-odds, 必改); another is rounded to whole percents, which is right",
    );
    let record = row(all, "340695", "室温合格率")?;
    put(record, 396, 400);
    number(record, "实绩", "0.992");
    record.block("rate-at-odds");
    let record = row(all, "340695", "热费收缴率")?;
    put(record, 943, 1000);
    record.set("实绩", "0.94").typed("实绩", "94%");

    of(all, "341695")?.odd(Returned, "CSV (GB18030); 分子 more than 分母 (numerator-exceeds-denominator, 必改)");
    let record = row(all, "341695", "报修及时率")?;
    put(record, 88, 88);
    whole(record, "分子", 89);
    record.block("numerator-exceeds-denominator");
    saved_as(of(all, "341695")?, "csv", Content::Csv(Encoding::Gb18030));

    of(all, "341395")?.odd(Accepted, "every rate exactly 100% (all-perfect, 核实, on the unit's first such row)");
    for (indicator, bottom) in [("室温合格率", 420), ("用户满意率", 260), ("报修及时率", 75), ("热费收缴率", 2300)]
    {
        put(row(all, "341395", indicator)?, bottom, bottom);
    }
    row(all, "341395", "室温合格率")?.note("all-perfect");

    of(all, "341195")?.odd(Returned, "实绩 left out over a real denominator (rate-missing, 必改)");
    let record = row(all, "341195", "用户满意率")?;
    record.set("实绩", "");
    record.raw.remove("实绩");
    record.block("rate-missing");

    of(all, "341595")?.odd(Accepted, "one indicator on two equal rows (record-repeated, 核实: one counts)");
    let mut again = row(all, "341595", "服务投诉率")?.clone();
    again.hold("record-repeated");
    of(all, "341595")?.sheets[0].records.push(again);

    of(all, "341895")?.odd(Returned, "a negative 分子 (count-negative, 必改)");
    let record = row(all, "341895", "服务投诉率")?;
    put(record, 40, 4000);
    whole(record, "分子", -40);
    record.block("count-negative").note("rate-at-odds");
    Ok(())
}

fn rates(all: &mut Returns) -> Result<(), String> {
    of(all, "341295")?.odd(
        Accepted,
        "98% itself is enough, one less is not, and says 达标 (verdict-at-odds, 核实, ours counts); 5% of complaints is not below 5%",
    );
    put(row(all, "341295", "室温合格率")?, 392, 400);
    let record = row(all, "341295", "用户满意率")?;
    put(record, 342, 349);
    record.set("达标", "是").set("实绩", "0.98").typed("实绩", "98%").note("verdict-at-odds");
    put(row(all, "341295", "服务投诉率")?, 200, 4000);

    of(all, "340495")?.odd(
        Accepted,
        "nothing to repair, and says 100% (rate-of-nothing, 核实); no accident hours and says nothing, which is right",
    );
    let record = row(all, "340495", "报修及时率")?;
    put(record, 0, 0);
    record.set("实绩", "1").typed("实绩", "100%").set("达标", "是").note("rate-of-nothing");
    put(row(all, "340495", "运行事故率")?, 0, 0);
    Ok(())
}

fn history(all: &mut Returns, roster: &SampleRoster, seed: u64) -> Result<(), String> {
    of(all, "340195")?.odd(Accepted, "an indicator repeats last month's figures [same-as-last-month]");
    let before = service::rows(roster.unit("340195")?, MAIN.before(), seed);
    let copied = before.iter().find(|record| record.get("指标") == "用户满意率").ok_or("没有上月的用户满意率")?;
    let number = |field: &str| copied.get(field).parse::<i64>().unwrap_or(0);
    let (top, bottom) = (number("分子"), number("分母"));
    let record = row(all, "340195", "用户满意率")?;
    put(record, top, bottom);
    record.note("[same-as-last-month]");

    of(all, "340795")?.odd(
        Accepted,
        "five of seven indicators (indicators-incomplete, 提示); the other two were there last month [indicator-gone]",
    );
    let tongling = of(all, "340795")?;
    tongling.sheets[0].records.truncate(5);
    tongling.sheets[0].records[0].note("indicators-incomplete");
    Ok(())
}

fn spellings(all: &mut Returns) -> Result<(), String> {
    saved_as(of(all, "340595")?.odd(Accepted, "xls by xlwt"), "xls", Content::Foreign);
    saved_as(of(all, "340295")?.odd(Accepted, "ods by LibreOffice"), "ods", Content::Foreign);
    let anqing = of(all, "340895")?
        .odd(Accepted, "单位 merged downwards; 实绩 without its sign, 98.7 and 1 for 100% (percent-scale, 核实)");
    anqing.sheets[0].merge_down = vec!["单位"];
    let record = row(all, "340895", "室温合格率")?;
    put(record, 296, 300);
    record.set("实绩", "0.987").raw.insert("实绩", SampleValue::Number(98.7));
    record.note("98.7 without a sign");
    let record = row(all, "340895", "报修及时率")?;
    put(record, 64, 64);
    record.raw.insert("实绩", SampleValue::Number(1.0));
    record.note("1 without a sign");
    let centre = of(all, "S0495")?.odd(
        Accepted,
        "other headers (指标名称, 分子数, 分母数, 实际值, 是否达标), other words for indicators, √ for 是",
    );
    for column in &mut centre.sheets[0].columns {
        column.header = match column.field.as_str() {
            "指标" => "指标名称",
            "分子" => "分子数",
            "分母" => "分母数",
            "实绩" => "实际值",
            "达标" => "是否达标",
            other => other,
        }
        .to_string();
    }
    for record in &mut centre.sheets[0].records {
        let typed = match record.get("指标") {
            "室温合格率" => "室内温度合格率",
            "服务投诉率" => "投诉率",
            _ => "",
        };
        if !typed.is_empty() {
            record.typed("指标", typed);
        }
        if record.get("达标") == "是" {
            record.typed("达标", "√");
        }
    }
    Ok(())
}

fn identity(all: &mut Returns) -> Result<(), String> {
    of(all, "340300")?.odd(Accepted, "the city sends for its two companies, which owe the return themselves");
    of(all, "341095")?.odd(Accepted, "filed on 12 February, after the due date").filed("2026年2月12日");
    let half = of(all, "Q0195")?.odd(Unreadable, "the upload broke off: half a workbook").out();
    half.content = Content::HalfXlsx;
    let power =
        of(all, "Q0495")?.odd(OtherPeriod, "所属期 says 2025年12月: of another period, neither returned nor counted");
    power.sheets.iter_mut().for_each(|sheet| sheet.period = "2025年12月".into());
    power.out();
    Ok(())
}
