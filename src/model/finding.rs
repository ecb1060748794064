//! What is wrong or doubtful in submitted data, and what was changed automatically.

use super::cell::CellRef;
use super::codes::{AmendmentRule, Code};
use super::effect::Effect;
use super::finding_key::{FindingKey, Fingerprint};
use super::severity::Severity;
use crate::text::quote::bounded;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Where a finding or an amendment stands. Everything but `source` narrows it down further.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index of the file in the run's list (0-based); `None` for a finding on a unit or on the run.
    pub source: Option<u32>,
    /// 0-based index of the sheet in its workbook.
    pub sheet: Option<u16>,
    /// 0-based physical row of the record, where the finding is about one record.
    pub row: Option<u32>,
    /// The cells concerned, the most telling first; the first one is the address that officers see.
    pub cells: Vec<CellRef>,
    /// The reporting unit, as an index of the roster.
    pub unit: Option<u32>,
}

/// A record by its file, sheet and row, and by what it says.
pub type FoundRecord = (Option<u32>, Option<u16>, u32, Fingerprint);

/// One thing wrong or doubtful; [`Finding::sentence`] says it whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    pub place: Place,
    /// What was found, in Chinese ("一线人数 12 大于人数 9").
    pub found: String,
    /// What was expected ("一线人数不超过人数").
    pub expected: Arc<str>,
    /// Who does what next ("请申报单位核对后改正").
    pub next: Arc<str>,
    /// 1-based line of the definition whose rule this is.
    pub line: Option<u32>,
    pub effect: Effect,
    pub key: FindingKey,
    /// Where rules that share a cause or a cell are told as one: each of them, its own among them, with what it asks for.
    /// Empty where it tells its own alone.
    pub rules: Vec<(Code, Arc<str>)>,
}

impl Finding {
    /// Cuts what it quotes to what a sentence takes (a cell may hold half a million characters), and its own room to what
    /// it says: it stays to the end of the run.
    pub fn bound(&mut self) {
        for part in [&mut self.expected, &mut self.next] {
            if let Cow::Owned(cut) = bounded(part) {
                *part = cut.into();
            }
        }
        if let Cow::Owned(cut) = bounded(&self.found) {
            self.found = cut;
        }
        self.found.shrink_to_fit();
    }

    /// Every rule that it tells, with what that asks for.
    pub fn each_rule(&self) -> impl Iterator<Item = (&Code, &str)> {
        let own = self.rules.is_empty().then_some((&self.code, &*self.expected));
        own.into_iter().chain(self.rules.iter().map(|(code, expected)| (code, &**expected)))
    }

    /// Takes over what another one tells, before their words become one.
    pub fn tells_too(&mut self, other: &Finding) {
        if self.rules.is_empty() {
            self.rules.push((self.code.clone(), Arc::clone(&self.expected)));
        }
        self.rules.extend(other.each_rule().map(|(code, expected)| (code.clone(), expected.into())));
    }

    /// The record of a table that it is on: findings with the same are on one record. `None` for one on no record.
    pub fn record(&self) -> Option<FoundRecord> {
        let Place { source, sheet, row, .. } = self.place;
        row.map(|row| (source, sheet, row, self.key.record))
    }

    /// `{place}：{found}。应为：{expected}。{next}。`, whatever punctuation the parts bring along; empty parts are left out.
    pub fn sentence(&self, place: &str) -> String {
        let mut said = String::new();
        if !place.is_empty() {
            said = format!("{place}：");
        }
        close(&mut said, "", &self.found);
        close(&mut said, "应为：", self.expected.strip_prefix("应为").unwrap_or(&self.expected));
        close(&mut said, "", &self.next);
        said
    }
}

/// Appends one part as a sentence of its own.
fn close(said: &mut String, lead: &str, part: &str) {
    let part = part.trim_start_matches(['：', ':', ' ']).trim_end_matches(['。', '，', '；', '.', ',', ';', ' ']);
    if !part.is_empty() {
        said.push_str(lead);
        said.push_str(part);
        if !part.ends_with(['？', '！', '?', '!']) {
            said.push('。');
        }
    }
}

/// One automatic change of a cell: raw → clean.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    pub rule: AmendmentRule,
    pub source: u32,
    pub sheet: u16,
    pub at: CellRef,
    /// The field's name.
    pub field: Arc<str>,
    pub words: RawAndClean,
}

/// What stood in a cell and what is read of it. There may be many: those of one file can share a text.
#[derive(Clone)]
pub struct RawAndClean {
    text: Arc<str>,
    /// Where the words begin in the text, where the clean ones do, and where they end.
    at: [u32; 3],
}

impl RawAndClean {
    pub fn new(raw: &str, clean: &str) -> RawAndClean {
        // No cell's text comes near four gigabytes.
        let at = [0, raw.len(), raw.len() + clean.len()].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        RawAndClean { text: [raw, clean].concat().into(), at }
    }

    /// Words that stand in a text: where they begin, where the clean ones do, and where they end. `None` where it is too
    /// long for that.
    pub fn within(text: &Arc<str>, at: [u64; 3]) -> Option<RawAndClean> {
        let [from, cut, end] = at.map(u32::try_from);
        Some(RawAndClean { text: Arc::clone(text), at: [from.ok()?, cut.ok()?, end.ok()?] })
    }

    pub fn raw(&self) -> &str {
        self.text.get(self.at[0] as usize..self.at[1] as usize).unwrap_or_default()
    }

    pub fn clean(&self) -> &str {
        self.text.get(self.at[1] as usize..self.at[2] as usize).unwrap_or_default()
    }
}

impl PartialEq for RawAndClean {
    fn eq(&self, other: &RawAndClean) -> bool {
        (self.raw(), self.clean()) == (other.raw(), other.clean())
    }
}

impl fmt::Debug for RawAndClean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} → {:?}", self.raw(), self.clean())
    }
}

impl Amendment {
    pub fn raw(&self) -> &str {
        self.words.raw()
    }

    pub fn clean(&self) -> &str {
        self.words.clean()
    }
}

/// A sender's own words beside a record or below a table (说明).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub source: u32,
    /// 0-based index of the sheet in its workbook.
    pub sheet: u16,
    /// 0-based physical row of the record; `None` for words on the whole table.
    pub row: Option<u32>,
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_without_doubled_punctuation() {
        let finding = |found: &str, expected: &str, next: &str| Finding {
            code: Code::spelled("x"),
            severity: Severity::Block,
            place: Place::default(),
            found: found.to_owned(),
            expected: expected.into(),
            next: next.into(),
            line: None,
            effect: Effect::HoldsRow,
            key: FindingKey::default(),
            rules: Vec::new(),
        };
        let plain = finding("一线人数 12 大于人数 9", "一线人数不超过人数", "请核对后改正");
        assert_eq!(
            plain.sentence("合肥/省一建.xls · G7"),
            "合肥/省一建.xls · G7：一线人数 12 大于人数 9。应为：一线人数不超过人数。请核对后改正。"
        );
        let brought = finding("是不是写错了？", "应为：3 人以上。", "请核对；");
        assert_eq!(brought.sentence(""), "是不是写错了？应为：3 人以上。请核对。");
        assert_eq!(finding("空", "", "").sentence("甲"), "甲：空。");
    }
}
