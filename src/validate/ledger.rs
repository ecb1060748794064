//! The ledger of returns (报表台账): every version received of every form, how it stands and why.
//!
//! In: all returns and what [`super::ruling`] decided; it decides nothing itself.

use super::arrived::{Arrival, Arrived};
use super::ruling::{Replaced, Ruling};
use crate::definition::Plan;
use crate::model::Effect;
use crate::model::ledger::{Ledger, Standing, Version};
use crate::model::normalised::NormalisedReturn;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Takes the ledger down, before findings and tables are handed on.
pub fn record(plan: &Plan, arrived: &[Arrived], ruling: &mut Ruling) -> Ledger {
    let names: BTreeMap<u32, &str> =
        arrived.iter().map(|file| (file.source.index, file.source.name.as_str())).collect();
    let mut versions = Vec::new();
    for (position, file) in arrived.iter().enumerate() {
        let Arrival::Return(returned) = &file.arrival else { continue };
        for (form, (rows, not_counted)) in forms(returned) {
            let (standing, why) = match &file.left_out {
                Some(why) => (Standing::Held, why.clone().into()),
                None => stand(ruling, returned, position, form, rows, not_counted),
            };
            versions.push(Version {
                unit: returned.sender.as_ref().map(|sender| sender.unit),
                form,
                source: file.source.index,
                evidence: returned.version.clone(),
                rows,
                standing,
                why,
            });
        }
    }
    versions.shrink_to_fit();
    // A stable sort: of one unit and form the files stay in input order.
    versions.sort_by_key(|version| (version.unit.unwrap_or(u32::MAX), version.form));
    let replaced = Replacements::of(plan, arrived, ruling, &names);
    for group in versions.chunk_by_mut(|a, b| (a.unit, a.form) == (b.unit, b.form)) {
        let live = group.iter().filter(|version| version.standing == Standing::Counts).count();
        let received = group.len();
        for version in group.iter_mut().filter(|version| version.standing == Standing::Counts) {
            let is_part = ruling.parts.contains(&(version.source, version.form));
            version.why = replaced.why(version, (live, received), is_part);
        }
    }
    let mut differences = std::mem::take(&mut ruling.differences);
    differences.sort_by_key(|one| (one.unit, one.form, one.earlier));
    Ledger { versions, differences }
}

/// Per form of a file: data rows on sheets that can count, and why others do not.
fn forms(returned: &NormalisedReturn) -> BTreeMap<u16, (u64, Option<&str>)> {
    let mut forms: BTreeMap<u16, (u64, Option<&str>)> = BTreeMap::new();
    let mut counted: BTreeMap<u16, bool> = BTreeMap::new();
    for sheet in &returned.sheets {
        let Some(form) = sheet.form else { continue };
        let entry = forms.entry(form).or_default();
        let can = counted.entry(form).or_default();
        match sheet.not_counted.as_deref() {
            None => {
                entry.0 += u64::from(sheet.data);
                *can = true;
            }
            Some(why) => entry.1 = entry.1.or(Some(why)),
        }
    }
    for (form, entry) in &mut forms {
        if counted.get(form).copied().unwrap_or_default() {
            entry.1 = None;
        }
    }
    forms
}

/// In the order in which `validate` itself takes rows out. Why a version counts is told later, from its group.
fn stand(
    ruling: &Ruling,
    returned: &NormalisedReturn,
    position: usize,
    form: u16,
    rows: u64,
    not_counted: Option<&str>,
) -> (Standing, Cow<'static, str>) {
    if let Some(copy) = ruling.copies.get(&position) {
        return (Standing::Copy, copy.why.clone().into());
    }
    if let Some(why) = not_counted {
        return (Standing::NotCounted, why.to_owned().into());
    }
    if rows == 0 {
        let why = if returned.nil_return {
            "零报告，不参与新旧比较"
        } else {
            "只有表头，不参与新旧比较"
        };
        return (Standing::Empty, why.into());
    }
    if let Some(replaced) = ruling.replaced.get(&(position, form)) {
        return (Standing::Superseded, replaced.why.clone().into());
    }
    if ruling.undecidable.contains(&position) {
        let open = ruling.open.get(&(position, form)).cloned();
        let why = open.unwrap_or_else(|| "同一份文件里的另一张表分不出先后，整份不计".to_owned());
        let standing = if ruling.void.contains(&position) { Standing::Held } else { Standing::Undecided };
        return (standing, why.into());
    }
    let mut holding = returned.findings.iter().chain(&returned.pending);
    if let Some(holding) = holding.find(|finding| finding.effect == Effect::HoldsReturn) {
        return (Standing::Held, format!("整份不计，也不参与新旧比较：{}", holding.found).into());
    }
    (Standing::Counts, Cow::Borrowed(""))
}

/// What each file replaced, and by what: (file, form) → reasons, each with the files replaced.
struct Replacements(BTreeMap<(u32, u16), Vec<ReplacedFor>>);

/// By what it was decided, and the files replaced so, in quotes.
type ReplacedFor = (&'static str, Vec<String>);

impl Replacements {
    fn of(plan: &Plan, arrived: &[Arrived], ruling: &Ruling, names: &BTreeMap<u32, &str>) -> Replacements {
        let mut all: BTreeMap<(u32, u16), Vec<ReplacedFor>> = BTreeMap::new();
        let mut add = |replaced: &Replaced, form: u16, name: &str| {
            let reasons = all.entry((replaced.by, form)).or_default();
            let name = format!("“{name}”");
            match reasons.iter_mut().find(|(reason, _)| *reason == replaced.reason) {
                Some((_, files)) => files.push(name),
                None => reasons.push((replaced.reason, vec![name])),
            }
        };
        let name = |position: usize| {
            let index = arrived.get(position).map(|file| file.source.index);
            index.and_then(|index| names.get(&index)).copied().unwrap_or_default()
        };
        for ((position, form), replaced) in &ruling.replaced {
            add(replaced, *form, name(*position));
        }
        for (position, copy) in &ruling.copies {
            (0..plan.forms.len()).for_each(|form| add(copy, form as u16, name(*position)));
        }
        Replacements(all)
    }

    fn why(&self, version: &Version, (live, received): (usize, usize), is_part: bool) -> Cow<'static, str> {
        let mut parts = Vec::new();
        for (reason, files) in self.0.get(&(version.source, version.form)).into_iter().flatten() {
            let more = if files.len() > 3 { format!("等 {} 份", files.len()) } else { String::new() };
            let files = files.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("、");
            parts.push(format!("{reason}，代替{files}{more}"));
        }
        if is_part {
            parts.push("与同单位的其他报表是同一张表的几部分，都计入".to_owned());
        } else if live > 1 {
            parts.push("与同单位的其他报表各报各的推荐单位，都计入".to_owned());
        }
        match (parts.is_empty(), received) {
            (false, _) => parts.join("；").into(),
            (true, 1) => "只收到这一份".into(),
            (true, _) => "其余各份不能计入，只有这一份有效".into(),
        }
    }
}
