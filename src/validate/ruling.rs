//! What was ruled on the versions received: which returns count, and what replaced the others.

use super::changes::Room;
use crate::model::Finding;
use crate::model::ledger::Difference;
use crate::model::normalised::NormalisedReturn;
use std::collections::{BTreeMap, BTreeSet};

/// Why a return's rows of one form do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Index of the file that counts instead, and why it does, in Chinese.
    pub by: u32,
    pub why: String,
    /// By what it was decided ("填报日期较晚").
    pub reason: &'static str,
    /// What changed in this form ("《申报汇总表》1 个单元格不同"); empty for copies.
    pub changed: String,
}

/// The cause in the list of files: each replacing file once, with what it changed.
pub fn cause(replaced: &[&Replaced]) -> String {
    let mut causes: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in replaced {
        match causes.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, changed)) => changed.push(&one.changed),
            None => causes.push((&one.why, vec![&one.changed])),
        }
    }
    let words = causes.into_iter().map(|(why, changed)| match changed.join("，") {
        changed if changed.is_empty() => why.to_string(),
        changed => format!("{why}：{changed}"),
    });
    words.collect::<Vec<_>>().join("；")
}

#[derive(Debug, Default)]
pub struct Ruling {
    /// (position in the run's list, form) → what replaced it.
    pub replaced: BTreeMap<(usize, u16), Replaced>,
    /// Positions that are copies of another file, byte for byte.
    pub copies: BTreeMap<usize, Replaced>,
    /// Positions of returns that are held out because nobody can tell whether they count.
    pub undecidable: BTreeSet<usize>,
    /// Those of them that call themselves 作废, and have no other beside them.
    pub void: BTreeSet<usize>,
    /// (position, form) → why nobody can tell, in words.
    pub open: BTreeMap<(usize, u16), String>,
    /// (index of the file, form) of returns that are parts of one list, and all count.
    pub parts: BTreeSet<(u32, u16)>,
    /// How replaced versions differ from what replaced them, and undecidable ones from their first rival.
    pub differences: Vec<Difference>,
    /// How many more of their cells may be listed.
    pub room: Room,
    pub findings: Vec<Finding>,
    /// (later, earlier) whose evidence was already reported to be at odds, or thin.
    pub at_odds: BTreeSet<(usize, usize)>,
}

impl Ruling {
    /// What replaced a file whole: a file of which it is a copy, or later versions of every form that it holds rows of.
    /// Empty where anything of it counts. Asks the sheets, for the tables may already have been handed on.
    pub fn replacing(&self, position: usize, returned: &NormalisedReturn) -> Vec<&Replaced> {
        if let Some(copy) = self.copies.get(&position) {
            return vec![copy];
        }
        let forms: BTreeSet<u16> = returned
            .sheets
            .iter()
            .filter(|sheet| sheet.data > 0 && sheet.not_counted.is_none())
            .filter_map(|sheet| sheet.form)
            .collect();
        let all: Option<Vec<&Replaced>> = forms.iter().map(|form| self.replaced.get(&(position, *form))).collect();
        all.unwrap_or_default()
    }
}
