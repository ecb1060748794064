//! Whom to chase (催报): everyone who owes something, what is wrong, how long and how late; with words ready to send, to
//! each unit and in one paragraph to each city or channel. The longest silent come first.

use super::axis::Axis;
use super::discipline::{cause, due_note, files, troubled};
use super::facts::Facts;
use super::notes;
use super::record::ReportingRecord;
use crate::definition::Table;
use crate::model::discipline::{ChaseGroup, ChaseList, ChaseUnit};
use crate::model::normalised::OtherPeriod;
use crate::model::run::{UnitReport, UnitStatus};
use crate::model::stat_table::BuiltTable;
use crate::model::statistic::{RowKind, StatCell, StatRow};
use crate::model::{Finding, Outcome, Severity};
use crate::rows::subject::Subjects;
use crate::text::dates::say_day;
use crate::text::masks::mask_within;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many findings a reminder quotes of each file; the rest are counted.
const QUOTED: usize = 3;
/// Receipts later than this after the due date say nothing of today: somebody mistyped a year.
const BELIEVED: i32 = 366;

/// The 必改 of each file, in their order.
struct Blocks<'f>(BTreeMap<u32, Vec<&'f Finding>>);

impl<'f> Blocks<'f> {
    fn of(facts: &Facts<'f>) -> Blocks<'f> {
        let mut blocks: BTreeMap<u32, Vec<&Finding>> = BTreeMap::new();
        for finding in facts.verdict.findings.iter().filter(|finding| finding.severity == Severity::Block) {
            if let Some(source) = finding.place.source {
                blocks.entry(source).or_default().push(finding);
            }
        }
        Blocks(blocks)
    }

    fn of_file(&self, source: u32) -> impl Iterator<Item = &'f Finding> {
        self.0.get(&source).into_iter().flatten().copied()
    }
}

/// By file, the first few 必改 with their cells.
fn quotes(blocks: &Blocks<'_>, subjects: &Subjects<'_>, facts: &Facts<'_>) -> BTreeMap<u32, Vec<String>> {
    let quote = |finding: &&Finding| {
        let at = finding.place.cells.first().map_or_else(String::new, |cell| format!("{cell} "));
        let whose = subjects.unsaid(finding, &facts.reference.roster).map_or_else(String::new, |who| who + "：");
        format!("{at}{whose}{}", finding.found)
    };
    blocks.0.iter().map(|(source, all)| (*source, all.iter().take(QUOTED).map(quote).collect())).collect()
}

/// What is wrong with a unit's files, the findings themselves where there are some, so that a unit knows what to mend.
fn troubles(unit: &UnitReport, quotes: &BTreeMap<u32, Vec<String>>, facts: &Facts<'_>) -> String {
    let said = troubled(unit, facts).map(|source| {
        let name = &source.source.name;
        let all = facts.blocks.get(source.source.index as usize).map_or(0, |(blocks, _)| *blocks);
        match quotes.get(&source.source.index) {
            Some(quoted) if all > quoted.len() => format!("{name}：{}；等 {all} 处", quoted.join("；")),
            Some(quoted) => format!("{name}：{}", quoted.join("；")),
            None => format!("{name}：{}", cause(source)),
        }
    });
    mask_within(&said.collect::<Vec<_>>().join("；"))
}

/// The days that the list speaks of.
struct Days {
    /// The due date, and the last day on which a return is still taken.
    due: Option<i32>,
    last: Option<i32>,
    /// The day that the list is of, and how many working days after the due date that is.
    of: Option<i32>,
    past: i64,
}

impl Days {
    /// As of the day asked for, else of the last receipt: nothing may depend on the day of the run.
    fn new(facts: &Facts<'_>) -> Days {
        let Some(due) = facts.reference.due else { return Days { due: None, last: None, of: facts.as_of, past: 0 } };
        let sources = facts.verdict.sources.iter();
        let counted = sources.filter(|source| matches!(source.outcome, Outcome::Accepted | Outcome::Returned));
        let received = counted.filter(|source| !source.by_stamp).filter_map(|source| source.received);
        let believed = received.filter(|day| *day <= due.due.saturating_add(BELIEVED)).max();
        let of = facts.as_of.or(believed);
        let calendar = &facts.reference.calendar;
        let past = of.map_or(0, |day| calendar.workdays(due.due.saturating_add(1), day));
        Days { due: Some(due.due), last: due.grace.or(Some(due.due)), of, past }
    }

    /// `于2026年4月24日前`, `尽快`.
    fn by(&self) -> String {
        match (self.last, self.of) {
            (Some(last), Some(of)) if of > last => "尽快".to_owned(),
            (Some(last), _) => format!("于{}前", say_day(last)),
            (None, _) => "尽快".to_owned(),
        }
    }
}

/// Everyone who owes something, by city and channel.
pub fn list(facts: &Facts<'_>, subjects: &Subjects<'_>) -> ChaseList {
    let record = ReportingRecord::new(facts);
    let (days, blocks) = (Days::new(facts), Blocks::of(facts));
    let quotes = quotes(&blocks, subjects, facts);
    let axis = Axis::cities(facts);
    // The group left over holds units that stand in no city or channel.
    let mut groups = vec![(0_usize, Vec::new()); axis.groups.len() + 1];
    for report in &facts.verdict.units {
        let at = axis.group_of(Some(report.unit)).unwrap_or(axis.groups.len());
        let Some((expected, units)) = groups.get_mut(at) else { continue };
        *expected += 1;
        units.extend(unit(report, (&blocks, &quotes, subjects), &record, &days, facts));
    }
    let mut chased = Vec::new();
    for (at, (expected, mut units)) in groups.into_iter().enumerate() {
        // Stable: what is alike stays in the roster's order.
        units.sort_by_key(|unit: &ChaseUnit| (Reverse(unit.silent), rank(unit), Reverse(unit.late_days)));
        if !units.is_empty() {
            let label = axis.groups.get(at).map_or(axis.leftover, |group| &group.label).to_owned();
            let letter = letter(&units, record.looked(), &days, facts);
            chased.push(ChaseGroup { label, expected, units, letter });
        }
    }
    let mut said = Vec::new();
    if facts.reference.due.is_none() {
        said.push(due_note(facts));
    }
    said.extend(record.notes());
    let mut list =
        ChaseList { summary: String::new(), notes: said, groups: chased, as_of: days.of, looked: record.looked() };
    list.summary = summary(&list, &days, facts);
    list
}

fn rank(unit: &ChaseUnit) -> u8 {
    match unit.status {
        UnitStatus::Missing => 0,
        UnitStatus::Unreadable => 1,
        UnitStatus::Returned => 2,
        _ if !unit.trouble.is_empty() => 3,
        _ => 4,
    }
}

/// `None` for a unit that owes nothing and was in time.
fn unit(
    report: &UnitReport,
    (blocks, quotes, subjects): (&Blocks<'_>, &BTreeMap<u32, Vec<String>>, &Subjects<'_>),
    record: &ReportingRecord<'_>,
    days: &Days,
    facts: &Facts<'_>,
) -> Option<ChaseUnit> {
    let trouble = troubles(report, quotes, facts);
    if matches!(report.status, UnitStatus::OnTime | UnitStatus::Undated) && trouble.is_empty() {
        return None;
    }
    let code = facts.unit_code(report.unit);
    let tally = record.of_unit(code, report.status);
    let problems = troubled(report, facts)
        .filter(|source| source.outcome == Outcome::Returned)
        .map(|source| facts.blocks.get(source.source.index as usize).map_or(0, |(blocks, _)| *blocks))
        .sum();
    let late_days = match report.status {
        UnitStatus::Late { days, .. } => Some(days),
        UnitStatus::Missing | UnitStatus::Unreadable | UnitStatus::Returned => days.due.map(|_| days.past),
        UnitStatus::OnTime | UnitStatus::Undated => None,
    };
    let instead = instead(report, facts);
    let letter = whole_text(report, (blocks, subjects), days, facts);
    let letter = letter.unwrap_or_else(|| reminder(report, &trouble, &instead, days, facts));
    let first = troubled(report, facts).find_map(|source| quotes.get(&source.source.index)?.first());
    Some(ChaseUnit {
        letter,
        first_problem: first.map(|words| mask_within(words)).unwrap_or_default(),
        instead,
        unit: report.unit,
        name: facts.unit_name(report.unit).to_owned(),
        status: report.status,
        silent: record.silent(facts, code, report.status),
        missed: u32::try_from(tally.missing).unwrap_or(u32::MAX),
        late: u32::try_from(tally.late).unwrap_or(u32::MAX),
        late_days: late_days.filter(|days| *days > 0),
        problems,
        trouble,
    })
}

/// Other periods named for a unit that sent nothing of this one.
const INSTEAD: usize = 3;

/// What came in place of the missing return: `收到的是2026年2月的报表`.
fn instead(unit: &UnitReport, facts: &Facts<'_>) -> String {
    if unit.status != UnitStatus::Missing {
        return String::new();
    }
    let came = files(unit, &[Outcome::OtherPeriod], facts).filter_map(|source| source.other_period.as_deref());
    let mut came: Vec<&OtherPeriod> = came.collect();
    came.sort_by(|a, b| (&b.period, &a.said).cmp(&(&a.period, &b.said)));
    let mut words: Vec<String> = came.into_iter().map(OtherPeriod::words).collect();
    words.dedup();
    let more = if words.len() > INSTEAD { format!("等 {} 期", words.len()) } else { String::new() };
    words.truncate(INSTEAD);
    let came = (!words.is_empty()).then(|| format!("收到的是{}{more}的报表", words.join("、")));
    let out = files(unit, &[Outcome::LeftOut], facts).count();
    let out = (out > 0).then(|| "报来的已认定整份不计入".to_owned());
    came.into_iter().chain(out).collect::<Vec<String>>().join("，")
}

fn what(facts: &Facts<'_>) -> String {
    format!("{}“{}”报表", facts.period.title(), facts.plan.title)
}

/// One sentence to a unit. The date is the last on which a return is still taken.
fn reminder(unit: &UnitReport, troubles: &str, instead: &str, days: &Days, facts: &Facts<'_>) -> String {
    let name = facts.unit_name(unit.unit);
    let (what, by) = (what(facts), days.by());
    match unit.status {
        UnitStatus::Missing if instead.is_empty() => format!("请{name}{by}报送{what}。"),
        UnitStatus::Missing => format!("请{name}{by}报送{what}（{instead}）。"),
        UnitStatus::Unreadable => format!("{name}：你单位{what}的文件无法读取（{troubles}），请{by}重新报送。"),
        UnitStatus::Late { days, .. } if troubles.is_empty() => {
            format!("{name}：你单位{what}迟报 {days} 个工作日，已收到，请今后按时报送。")
        }
        _ => format!("{name}：你单位{what}须改正（{troubles}），请{by}改正后重新报送。"),
    }
}

/// Every 必改 in the files that go back, one a line, each with its place and what to do; `None` where there is none.
fn whole_text(
    unit: &UnitReport,
    (blocks, subjects): (&Blocks<'_>, &Subjects<'_>),
    days: &Days,
    facts: &Facts<'_>,
) -> Option<String> {
    let back: BTreeSet<u32> = troubled(unit, facts).map(|source| source.source.index).collect();
    let name = |unit: u32| facts.unit_name(unit).to_owned();
    let said: Vec<String> = (1..)
        .zip(back.iter().flat_map(|source| blocks.of_file(*source)))
        .map(|(number, finding)| {
            let mut place = facts.verdict.place_words(&finding.place, name);
            if let Some(who) = subjects.unsaid(finding, &facts.reference.roster) {
                place += &format!("（{who}）");
            }
            format!("\n{number}. {}", mask_within(&finding.sentence(&place)))
        })
        .collect();
    if said.is_empty() {
        return None;
    }
    let (name, what, by) = (facts.unit_name(unit.unit), what(facts), days.by());
    Some(format!("{name}：你单位{what}有 {} 处须改正，请{by}改正后重新报送：{}", said.len(), said.concat()))
}

/// A name with what there is to say of it in brackets.
fn named(unit: &ChaseUnit, looked: u32) -> String {
    let mut said = Vec::new();
    if unit.silent > 1 {
        said.push(format!("连续 {} 期未报", unit.silent));
    } else if unit.missed > 1 {
        said.push(format!("近 {looked} 期有 {} 期未报", unit.missed));
    }
    if unit.status == UnitStatus::Missing && !unit.trouble.is_empty() {
        said.push("收到的文件不是本表".to_owned());
    }
    if !unit.instead.is_empty() {
        said.push(unit.instead.clone());
    }
    if unit.problems > 0 {
        let more = if unit.problems > 1 { "等" } else { "" };
        let which = match unit.first_problem.is_empty() {
            true => String::new(),
            false => format!("：{}{more}", unit.first_problem),
        };
        said.push(format!("{} 处问题{which}", unit.problems));
    }
    if let UnitStatus::Late { days, .. } = unit.status {
        said.push(format!("迟报 {days} 个工作日"));
    }
    if unit.late > 1 {
        said.push(format!("近 {looked} 期迟报 {} 期", unit.late));
    }
    if said.is_empty() { unit.name.clone() } else { format!("{}（{}）", unit.name, said.join("，")) }
}

/// The paragraph to one city or channel.
fn letter(units: &[ChaseUnit], looked: u32, days: &Days, facts: &Facts<'_>) -> String {
    let of = |wanted: &dyn Fn(&ChaseUnit) -> bool| -> Vec<String> {
        units.iter().filter(|unit| wanted(unit)).map(|unit| named(unit, looked)).collect()
    };
    let missing = of(&|unit| unit.status == UnitStatus::Missing);
    let unreadable = of(&|unit| unit.status == UnitStatus::Unreadable);
    let returned = of(&|unit| matches!(rank(unit), 2 | 3));
    let late = of(&|unit| rank(unit) == 4);
    let owing = missing.len() + unreadable.len() + returned.len();
    let mut text = match days.due {
        Some(due) => {
            let grace = days.last.filter(|last| *last > due);
            let grace = grace.map_or_else(String::new, |last| format!("（补报截止{}）", say_day(last)));
            format!("{}应于{}前报送{grace}。", what(facts), say_day(due))
        }
        None => format!("{}正在汇总。", what(facts)),
    };
    if owing > 0 {
        if let Some(of) = days.of {
            text += &format!("截至{}，", say_day(of));
            if days.past > 0 {
                text += &format!("已超过截止日期 {} 个工作日，", days.past);
            }
        }
        let parts = [
            (missing, "尚未收到报表的有"),
            (unreadable, "文件无法打开、须重新报送的有"),
            (returned, "已退回、须改正后重新报送的有"),
        ];
        let said = parts.into_iter().filter(|(names, _)| !names.is_empty());
        let said: Vec<String> = said.map(|(names, words)| format!("{words}：{}", names.join("、"))).collect();
        text += &format!("{}。请以上单位{}报齐，确有困难的请及时与我们联系。", said.join("；"), days.by());
    }
    if !late.is_empty() {
        text += &format!("迟报但已收到的有：{}，请今后按时报送。", late.join("、"));
    }
    text + "感谢支持！"
}

fn summary(list: &ChaseList, days: &Days, facts: &Facts<'_>) -> String {
    let count = |wanted: u8| list.units().filter(|unit| rank(unit) == wanted).count();
    let expected = facts.verdict.units.len();
    let day = match (days.of, facts.as_of) {
        (Some(of), Some(_)) => format!("截至{}，", say_day(of)),
        (Some(of), None) => format!("截至{}（收到的报表中最晚的报送日期），", say_day(of)),
        (None, _) => String::new(),
    };
    let grace = days.last.filter(|last| Some(*last) > days.due).map(|last| format!("，补报截止 {}", say_day(last)));
    let due = days.due.map(|due| format!("截止日期 {}{}。", say_day(due), grace.unwrap_or_default()));
    let due = due.unwrap_or_default();
    if list.groups.is_empty() {
        let undated = facts.verdict.units.iter().any(|unit| unit.status == UnitStatus::Undated);
        let in_time = if undated { "" } else { "按时" };
        return format!("{day}应报 {expected} 个单位，都已{in_time}报齐，没有需要催报的单位。{due}");
    }
    let counts = [
        (count(0), "未报"),
        (count(1), "无法读取"),
        (count(2), "退回"),
        (count(3), "已有通过、仍有文件须改正"),
        (count(4), "迟报已收到"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{word} {count} 个")).collect();
    format!("{day}应报 {expected} 个单位，{}。{due}", counts.join("，"))
}

/// The chase list as a table of the leadership workbook.
pub fn table(table: &Table, list: &ChaseList, facts: &Facts<'_>) -> BuiltTable {
    let headings = ["序号", "单位", "状态", "连续未报", "问题"];
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    for unit in list.units() {
        let problem = match unit.status {
            UnitStatus::Missing => {
                let instead = format!("没有收到报表，收到的是{}的报表", unit.instead);
                let said = if unit.instead.is_empty() { "没有收到报表" } else { &instead };
                match unit.trouble.is_empty() {
                    true => said.to_owned(),
                    false => format!("{said}；收到的不是本表：{}", unit.trouble),
                }
            }
            UnitStatus::Late { days, .. } if unit.trouble.is_empty() => format!("迟报 {days} 个工作日"),
            UnitStatus::Late { days, .. } => format!("迟报 {days} 个工作日；{}", unit.trouble),
            _ => unit.trouble.clone(),
        };
        let silent = if unit.silent > 0 { StatCell::Integer(i64::from(unit.silent)) } else { StatCell::NotApplicable };
        finished.rows.push(StatRow::new(
            RowKind::Body,
            vec![
                StatCell::Integer(finished.rows.len() as i64 + 1),
                StatCell::Text(unit.name.clone()),
                StatCell::Text(unit.status.word().to_owned()),
                silent,
                StatCell::Text(problem),
            ],
        ));
    }
    if finished.rows.is_empty() {
        let mut cells = vec![StatCell::Empty; headings.len()];
        cells[0] = StatCell::Text("没有需要催报的单位".to_owned());
        finished.rows.push(StatRow::new(RowKind::Body, cells));
    }
    finished.definitions = [
        "按地市和渠道，各地市和渠道中连续未报最久的在前",
        "未报、迟报、退回、无法读取或仍有退回文件的应报单位",
        "该单位最好的一份报表的状态",
        "到本期为止连续没有收到文件的期数，按有存档的各期",
        "未通过的文件及原因；给各单位的整段话见催报工作簿",
    ]
    .map(String::from)
    .to_vec();
    finished.notes.push(due_note(facts));
    finished.notes.extend(list.notes.iter().skip(usize::from(facts.reference.due.is_none())).cloned());
    finished
}
