//! What reading the history met: gaps, columns that are missing or changed, units that are gone. Gathered while many
//! threads read, and told in one fixed order.

use super::head::Unusable;
use crate::domain::period::Period;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something that was asked of the history and is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HistoryGap {
    /// Nothing is stored of this period.
    Absent(Period),
    /// It is stored and cannot be used, all of it (`""`) or one form (its title).
    Unusable(Period, String, Unusable),
    /// The definition of that time had no such form (its title).
    NoForm(Period, String),
}

impl HistoryGap {
    pub fn period(&self) -> &Period {
        match self {
            HistoryGap::Absent(period) | HistoryGap::Unusable(period, ..) | HistoryGap::NoForm(period, _) => period,
        }
    }

    /// `2026年1月没有历史数据`.
    pub fn words(&self) -> String {
        match self {
            HistoryGap::Absent(period) => format!("{}没有历史数据", period.title()),
            HistoryGap::Unusable(period, form, why) if form.is_empty() => {
                format!("{}的{}", period.title(), why.words())
            }
            HistoryGap::Unusable(period, form, why) => format!("{}《{form}》的{}", period.title(), why.words()),
            HistoryGap::NoForm(period, form) => format!("{}还没有《{form}》", period.title()),
        }
    }
}

/// A column of a stored form, by titles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredSpot {
    pub form: String,
    pub column: String,
}

#[derive(Debug, Default)]
pub struct Remarks {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    gaps: BTreeSet<HistoryGap>,
    /// Columns that a definition of that time did not have.
    missing: BTreeMap<StoredSpot, BTreeSet<Period>>,
    /// Unit codes that today's roster does not have, with the name they had: where they were met.
    gone: BTreeMap<(String, String), BTreeSet<Period>>,
    /// Words that today's code list does not have, with the column they stand in.
    strange: BTreeMap<(StoredSpot, String), BTreeSet<Period>>,
    conflicts: BTreeSet<(Period, StoredSpot, String, String)>,
}

impl Remarks {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Sets of values are whole whatever a thread that panicked was doing.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn gap(&self, gap: HistoryGap) {
        self.inner().gaps.insert(gap);
    }

    pub fn missing(&self, period: &Period, spot: StoredSpot) {
        self.inner().missing.entry(spot).or_default().insert(period.clone());
    }

    pub fn gone(&self, period: &Period, code: String, name: String) {
        self.inner().gone.entry((code, name)).or_default().insert(period.clone());
    }

    pub fn strange(&self, period: &Period, spot: StoredSpot, word: &str) {
        self.inner().strange.entry((spot, word.to_owned())).or_default().insert(period.clone());
    }

    pub fn conflict(&self, period: &Period, spot: StoredSpot, stored: &str, today: &str) {
        self.inner().conflicts.insert((period.clone(), spot, stored.to_owned(), today.to_owned()));
    }

    pub fn gaps(&self) -> Vec<HistoryGap> {
        let mut gaps: Vec<HistoryGap> = self.inner().gaps.iter().cloned().collect();
        gaps.sort_by(|a, b| a.period().cmp(b.period()).then_with(|| a.cmp(b)));
        gaps
    }

    pub fn conflicts(&self) -> Vec<String> {
        let sentence = |(period, StoredSpot { form, column }, stored, today): &(Period, StoredSpot, String, String)| {
            format!(
                "历史数据里{}《{form}》的“{column}”存的是{stored}，现在的定义是{today}，两者不能相比。请给新的列换一个名字；\
                 如果是定义写错了，请改回{stored}",
                period.title()
            )
        };
        self.inner().conflicts.iter().map(sentence).collect()
    }

    pub fn notes(&self) -> Vec<String> {
        let inner = self.inner();
        let mut notes = Vec::new();
        let titles = |periods: &mut dyn Iterator<Item = &Period>| -> String {
            periods.map(Period::title).collect::<Vec<_>>().join("、")
        };
        let mut absent = inner.gaps.iter().filter_map(|gap| match gap {
            HistoryGap::Absent(period) => Some(period),
            _ => None,
        });
        let absent = titles(&mut absent);
        if !absent.is_empty() {
            notes.push(format!("没有历史数据：{absent}；涉及这些报告期的数字按现有的期计算，全无的显示“—”"));
        }
        let others = inner.gaps.iter().filter(|gap| !matches!(gap, HistoryGap::Absent(_)));
        notes.extend(others.map(|gap| format!("{}，按没有处理", gap.words())));
        for (StoredSpot { form, column }, periods) in &inner.missing {
            notes.push(format!("《{form}》的“{column}”在{}还没有，按没有填报处理", titles(&mut periods.iter())));
        }
        for ((StoredSpot { form, column }, word), periods) in &inner.strange {
            let periods = titles(&mut periods.iter());
            notes.push(format!(
                "{periods}《{form}》的“{column}”有现在代码表里没有的“{word}”，照原样保留，按代码分列时列入“未归类”"
            ));
        }
        for ((code, name), periods) in &inner.gone {
            let periods = titles(&mut periods.iter());
            notes.push(format!("{periods}的“{name}”（代码 {code}）已不在单位名册里，其数据保留，不归到任何单位"));
        }
        notes
    }
}
