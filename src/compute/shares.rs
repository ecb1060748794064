//! Declared proportions: pooled over their parts, compared in whole numbers, by province, unit or code.

use super::axis::{Across, Axis, AxisGroup, Reporting, code_values};
use super::facts::Facts;
use super::tally::Tally;
use super::{notes, words};
use crate::definition::{Basis, Bound, Compare, FieldType, From, Scope, Share, SharePart, Table};
use crate::domain::share::{Fraction, Limit, missing_for};
use crate::language::Checked;
use crate::model::conclusion::{About, Conclusion};
use crate::model::stat_table::BuiltTable;
use crate::model::statistic::{RowKind, StatCell, StatRow};
use crate::model::{Effect, Finding, FindingKey, Place, Value};

/// The column of the proportion.
const RATE: usize = 3;

/// A numerator and its denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pooled {
    num: i64,
    den: i64,
}

impl Pooled {
    fn counts(self) -> (u64, u64) {
        (u64::try_from(self.num).unwrap_or(0), u64::try_from(self.den).unwrap_or(0))
    }

    /// How many are missing, or too many.
    fn missing(self, share: &Share) -> Result<u64, String> {
        let (num, den) = self.counts();
        Ok(missing_for(num, den, limit(share)?))
    }
}

fn limit(share: &Share) -> Result<Limit, String> {
    Ok(match (share.compare, share.bound) {
        (Compare::AtLeast, Bound::Count(count)) => Limit::AtLeastCount(u64::from(count)),
        (Compare::AtMost, Bound::Count(count)) => Limit::AtMostCount(u64::from(count)),
        (compare, Bound::Ratio { num, den }) => {
            let bound = Fraction::new(num, den).ok_or_else(|| format!("“{}”的规定以 0 为分母", share.title))?;
            if compare == Compare::AtLeast { Limit::AtLeast(bound) } else { Limit::AtMost(bound) }
        }
    })
}

fn filters(part: &SharePart) -> (Vec<&Checked>, Vec<&Checked>) {
    let among: Vec<&Checked> = part.among.iter().collect();
    let mut counts = among.clone();
    counts.push(&part.counts);
    (counts, among)
}

/// Over the whole province, counted inside polars.
fn province(share: &Share, facts: &Facts<'_>) -> Result<Pooled, String> {
    let mut pooled = Pooled { num: 0, den: 0 };
    for part in &share.parts {
        let rows = facts.form(part.form)?;
        let (counts, among) = filters(part);
        pooled.num += facts.count(rows, Basis::Accepted, &counts)?;
        pooled.den += facts.count(rows, Basis::Accepted, &among)?;
    }
    Ok(pooled)
}

/// Per group of an axis, the last one what is left over; proven against the province.
fn by_group(share: &Share, axis: &Axis<'_>, facts: &Facts<'_>) -> Result<Vec<Pooled>, String> {
    let mut groups = vec![Pooled { num: 0, den: 0 }; axis.groups.len() + 1];
    let whole = Across::new(&[], &[], facts)?;
    for part in &share.parts {
        let rows = facts.form(part.form)?;
        let places = axis.places(&whole, rows, facts)?;
        let (counts, among) = filters(part);
        let mut tallies = Vec::new();
        for filters in [&counts, &among] {
            let mask = facts.mask(rows, Basis::Accepted, filters)?;
            let tally = Tally::new(&places, |row| i64::from(mask[row]));
            tally.prove(facts.count(rows, Basis::Accepted, filters)?, &share.title)?;
            tallies.push(tally);
        }
        for (group, pooled) in groups.iter_mut().enumerate() {
            pooled.num += tallies[0].parts[group][0];
            pooled.den += tallies[1].parts[group][0];
        }
    }
    Ok(groups)
}

/// 达标, 未达标, 未启用; "—" for a share of nothing.
fn conclusion(share: &Share, pooled: Pooled) -> Result<StatCell, String> {
    Ok(match (share.enabled, pooled.den) {
        (false, _) => StatCell::Text("未启用".to_string()),
        (true, 0) => StatCell::NotApplicable,
        (true, _) if pooled.missing(share)? == 0 => StatCell::Text("达标".to_string()),
        (true, _) => StatCell::Alarm("未达标".to_string()),
    })
}

/// 分子, 总数, 占比, 规定, 差额, 结论.
fn figures(share: &Share, pooled: Pooled) -> Result<Vec<StatCell>, String> {
    let missing = if pooled.den == 0 { 0 } else { pooled.missing(share)? };
    Ok(vec![
        StatCell::Integer(pooled.num),
        StatCell::Integer(pooled.den),
        StatCell::Ratio { num: pooled.num, den: pooled.den },
        StatCell::Text(words::bound(share.compare, share.bound)),
        StatCell::Integer(i64::try_from(missing).unwrap_or(i64::MAX)),
        conclusion(share, pooled)?,
    ])
}

fn silent(share: &Share) -> Vec<StatCell> {
    vec![
        StatCell::NotReported,
        StatCell::NotReported,
        StatCell::NotReported,
        StatCell::Text(words::bound(share.compare, share.bound)),
        StatCell::NotReported,
        StatCell::NotApplicable,
    ]
}

/// The scope's axis and its heading.
fn axis<'a>(share: &Share, by: &Scope, facts: &Facts<'_>) -> Result<(Axis<'a>, String), String> {
    let first = share.parts.first().and_then(|part| facts.plan.forms.get(part.form));
    let unit = first.and_then(|form| form.fields.get(form.unit_field)).map_or("单位", |field| &field.name);
    Ok(match by {
        Scope::Unit => (Axis::units(facts), unit.to_string()),
        Scope::Province => (Axis::codes("", Vec::new()), "范围".to_string()),
        Scope::Field(name) => {
            let forms = share.parts.iter().map(|part| From::Form { form: part.form, basis: Basis::Accepted });
            let sources: Vec<From> = forms.collect();
            let values = code_values(name, &sources.iter().collect::<Vec<_>>(), facts)?;
            (Axis::codes(name, values), name.clone())
        }
    })
}

/// One share broken down by a scope's values, with the province as the total row.
pub fn table_by(table: &Table, share: usize, by: &Scope, facts: &Facts<'_>) -> Result<BuiltTable, String> {
    let share = facts.plan.shares.get(share).ok_or_else(|| format!("表“{}”的占比不存在", table.id))?;
    let (axis, label) = axis(share, by, facts)?;
    let whole = province(share, facts)?;
    let mut rows = Vec::new();
    if *by != Scope::Province {
        for (group, pooled) in groups_with_leftover(&axis).zip(by_group(share, &axis, facts)?) {
            let nothing = pooled.num == 0 && pooled.den == 0;
            let cells = match group {
                None if nothing => continue,
                Some(group) if nothing && group.reporting == Reporting::Silent => silent(share),
                _ => figures(share, pooled)?,
            };
            let label = group.map_or(axis.leftover, |group| &group.label);
            rows.push(row(RowKind::Body, label, cells));
        }
    }
    rows.push(row(RowKind::Total, "合计", figures(share, whole)?));
    let headings = [label.as_str(), &share.counted, "总数", "占比", "规定", "差额", "结论"];
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    finished.definitions = definitions(share, facts).to_vec();
    finished.rows = rows;
    if share.enabled {
        finished.bounds.push(words::column_bound(RATE, (share.compare, share.bound)));
    }
    let forms: Vec<usize> = share.parts.iter().map(|part| part.form).collect();
    finished.notes.push(gap_meaning(share));
    finished.notes.extend(notes::exclusions(&forms, &[], facts));
    Ok(finished)
}

fn groups_with_leftover<'a>(axis: &'a Axis<'_>) -> impl Iterator<Item = Option<&'a AxisGroup>> {
    axis.groups.iter().map(Some).chain([None])
}

fn row(kind: RowKind, label: &str, figures: Vec<StatCell>) -> StatRow {
    let mut cells = vec![StatCell::Text(label.to_string())];
    cells.extend(figures);
    StatRow::new(kind, cells)
}

fn gap_meaning(share: &Share) -> String {
    match share.compare {
        Compare::AtLeast => format!("差额：总数不变时，要达到规定还差的{}数。", share.counted),
        Compare::AtMost => format!("差额：总数不变时，超出规定的{}数。", share.counted),
    }
}

fn definitions(share: &Share, facts: &Facts<'_>) -> [String; 7] {
    let forms = |counted: bool| -> String {
        let parts = share.parts.iter().map(|part| {
            let form = facts.plan.forms.get(part.form).map_or("", |form| form.title.as_str());
            let (counts, among) = filters(part);
            notes::condition(form, Basis::Accepted, if counted { &counts } else { &among })
        });
        parts.collect::<Vec<_>>().join("；加 ")
    };
    [
        "按官方次序全部列出".to_string(),
        forms(true),
        forms(false),
        format!("{} ÷ 总数，合并计算，不取平均", share.counted),
        format!("{}（{}）", words::bound(share.compare, share.bound), share.notice),
        gap_meaning(share),
        "按整数比较，恰好等于规定为达标".to_string(),
    ]
}

/// All declared shares over the province, the switched-off ones too.
pub fn table_of_all(table: &Table, facts: &Facts<'_>) -> Result<BuiltTable, String> {
    let headings = ["项目", "分子", "分母", "占比", "规定", "差额", "结论", "依据"];
    let mut finished = notes::empty_table(table, facts, &headings, 1);
    let mut forms = Vec::new();
    let mut meanings = Vec::new();
    for share in &facts.plan.shares {
        let mut cells = figures(share, province(share, facts)?)?;
        cells.push(StatCell::Text(share.notice.clone()));
        finished.rows.push(row(RowKind::Body, &share.title, cells));
        forms.extend(share.parts.iter().map(|part| part.form));
        let said = definitions(share, facts);
        meanings.push(format!("{}：分子 {}；分母 {}", share.title, said[1], said[2]));
    }
    finished.definitions = vec![
        meanings.join("。"),
        "各项目定义中应计的行".to_string(),
        "各项目定义中的全部行".to_string(),
        "分子 ÷ 分母".to_string(),
        "定义文件中的界限".to_string(),
        "总数不变时还差（上限项目为超出）的人数或个数".to_string(),
        "按整数比较；定义中停用的项目写“未启用”".to_string(),
        "通知原文".to_string(),
    ];
    finished.notes.extend(notes::exclusions(&forms, &[], facts));
    Ok(finished)
}

/// Breaches of enabled shares over the province, and what the overview says of them.
pub fn judge(facts: &Facts<'_>) -> Result<(Vec<Finding>, Vec<Conclusion>), String> {
    let mut findings = Vec::new();
    let mut conclusions = Vec::new();
    for share in facts.plan.shares.iter().filter(|share| share.enabled && share.scopes.contains(&Scope::Province)) {
        let pooled = province(share, facts)?;
        let (num, den) = pooled.counts();
        let bound = words::bound(share.compare, share.bound);
        let found = format!("{} {num} / 总数 {den}，占 {}", share.counted, words::percent(num, den));
        if den == 0 {
            let text = format!("{}：没有可计算的对象（规定 {bound}）。", share.title);
            conclusions.push(Conclusion::new(About::News, None, text));
            continue;
        }
        let missing = pooled.missing(share)?;
        if missing == 0 {
            let text = format!("{}：{found}，规定 {bound}，达标。", share.title);
            conclusions.push(Conclusion::new(About::News, Some(true), text));
            continue;
        }
        let next = remedy(share, missing, facts)?;
        let text = format!("{}：{found}，规定 {bound}，未达标；{next}。", share.title);
        conclusions.push(Conclusion::new(About::News, Some(false), text));
        findings.push(Finding {
            code: (&share.code).into(),
            severity: share.severity,
            place: Place::default(),
            found: format!("{}：{found}", share.title),
            expected: bound.into(),
            next: next.into(),
            line: Some(share.line),
            effect: Effect::Counts,
            key: FindingKey::reading([num.to_string(), den.to_string()]),
            rules: Vec::new(),
        });
    }
    Ok((findings, conclusions))
}

fn remedy(share: &Share, missing: u64, facts: &Facts<'_>) -> Result<String, String> {
    if share.compare == Compare::AtMost {
        return Ok(format!("总数不变时多出 {missing} 名{}，请调整人选", share.counted));
    }
    let gap = format!("总数不变时还差 {missing} 名{}", share.counted);
    let fillers = fillers(share, facts)?;
    Ok(if fillers.is_empty() {
        format!("{gap}；备选中没有可递补的，请商推荐单位补报")
    } else {
        let shown = fillers.iter().take(5).cloned().collect::<Vec<_>>().join("、");
        let more = if fillers.len() > 5 { format!(" 等共 {} 名", fillers.len()) } else { String::new() };
        format!("{gap}；备选中可递补：{shown}{more}")
    })
}

/// Accepted standby rows that would count: unit and name, in official order of units.
fn fillers(share: &Share, facts: &Facts<'_>) -> Result<Vec<String>, String> {
    let units = Axis::units(facts);
    let mut found = Vec::new();
    for (part, filler) in share.fillers.iter().enumerate() {
        let rows = facts.form(filler.form)?;
        let (counts, _) = filters(filler);
        let named = name_column(filler.form, facts).map(|column| rows.position(column)).transpose()?;
        let name = |row: usize| match named.map(|column| rows.grid.value_at(row, column)) {
            Some(Value::Text(name)) => Some(name),
            _ => None,
        };
        for (row, counts) in facts.mask(rows, Basis::Accepted, &counts)?.into_iter().enumerate() {
            if counts {
                let unit = rows.units.get(row);
                let position = units.group_of(unit).unwrap_or(usize::MAX);
                let unit = unit.map_or("未归属", |unit| facts.unit_name(unit));
                found.push((position, part, row, format!("{unit} {}", name(row).unwrap_or("（未填名称）"))));
            }
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(.., text)| text).collect())
}

/// The column that says whom a row is about: its first field of plain words.
fn name_column<'a>(form: usize, facts: &Facts<'a>) -> Option<&'a str> {
    let fields = &facts.plan.forms.get(form)?.fields;
    let named = fields
        .iter()
        .find(|field| !field.ordinal && field.required && matches!(field.ty, FieldType::Name | FieldType::Text));
    named.map(|field| &*field.name)
}
