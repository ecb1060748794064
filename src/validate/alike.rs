//! Records whose names may be two spellings of one (RETURNS.md §9 "Spellings"): 有限公司 and 有限责任公司, a name with and
//! without an addition in brackets. Asked about, and counted until somebody decides; what is surely one spelling is for
//! `recurrence` and `unique`.

use super::agreement::Agreement;
use super::rows::FormRows;
use super::together::{Gaps, together};
use crate::definition::{FieldType, NameWords};
use crate::language::RunContext;
use crate::model::codes::FindingCode;
use crate::model::{Effect, Finding, Fingerprint, Severity, Value};
use crate::rows::record::sameness;
use crate::text::loose::Loose;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Most other places that a finding names.
const SHOWN: usize = 3;
/// Of so many spellings of one name each is held against all others; of more only against those with nothing added.
const MOST_SPELLINGS: usize = 200;

/// A row of a group: what it is told by, and how its names read loosely, field by field.
struct Spelled {
    row: usize,
    exact: Vec<Option<String>>,
    loose: Vec<Option<Loose>>,
}

impl Spelled {
    fn may_be(&self, other: &Spelled) -> bool {
        self.exact != other.exact
            && self.loose.iter().zip(&other.loose).all(|pair| match pair {
                (Some(one), Some(other)) => one.may_be(other),
                (None, None) => true,
                _ => false,
            })
    }

    fn is_plain(&self) -> bool {
        self.loose.iter().flatten().all(|loose| loose.added.is_empty())
    }
}

/// Rows whose names may be another row's: by the form's rules of uniqueness over all returns, by its key within one sender's.
pub fn check(rows: &FormRows, words: &NameWords, context: &RunContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut said: HashSet<usize> = HashSet::new();
    let unique = rows.form.unique.iter().map(|unique| (unique.fields.as_slice(), unique.when.as_ref(), false));
    let key = std::iter::once((rows.form.key.as_slice(), None, true));
    for (fields, when, one_sender) in unique.chain(key) {
        if !fields.iter().any(|at| is_name(rows, *at)) {
            continue;
        }
        for group in together(rows, fields, when, Gaps::TellApart, Agreement::Loose(words), context) {
            let mut by_sender: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
            for row in group {
                let source = rows.rows.origins.get(row).map(|origin| origin.source);
                let sender = source.and_then(|source| rows.addresses.senders.get(&source)).copied();
                by_sender.entry(sender.filter(|_| one_sender)).or_default().push(row);
            }
            for same in by_sender.into_values() {
                of_group(rows, words, fields, &same, &mut said, &mut findings);
            }
        }
    }
    findings
}

fn is_name(rows: &FormRows, field: usize) -> bool {
    rows.form.fields.get(field).is_some_and(|field| matches!(field.ty, FieldType::Text | FieldType::Name))
}

fn of_group(
    rows: &FormRows,
    words: &NameWords,
    fields: &[usize],
    same: &[usize],
    said: &mut HashSet<usize>,
    findings: &mut Vec<Finding>,
) {
    // One row of each spelling stands for the others, which `recurrence` and `unique` speak of.
    let mut spellings: BTreeMap<Vec<Option<String>>, Spelled> = BTreeMap::new();
    for row in same {
        let spelled = spelled(rows, words, fields, *row);
        spellings.entry(spelled.exact.clone()).or_insert(spelled);
    }
    if spellings.len() < 2 {
        return;
    }
    let all: Vec<&Spelled> = spellings.values().collect();
    let plain: Vec<&Spelled> = all.iter().copied().filter(|one| one.is_plain()).collect();
    let few = all.len() <= MOST_SPELLINGS;
    for one in &all {
        let held_against = if few || one.is_plain() { &all } else { &plain };
        let others: Vec<usize> = held_against.iter().filter(|other| one.may_be(other)).map(|other| other.row).collect();
        if !others.is_empty() && said.insert(one.row) {
            findings.push(finding(rows, fields, one.row, &others.into_iter().collect()));
        }
    }
}

fn spelled(rows: &FormRows, words: &NameWords, fields: &[usize], row: usize) -> Spelled {
    let (mut exact, mut loose) = (Vec::with_capacity(fields.len()), Vec::new());
    for at in fields {
        let Some(field) = rows.form.fields.get(*at) else { continue };
        let value = rows.rows.grid.value(row, &field.name);
        if let (true, Value::Text(text)) = (is_name(rows, *at), value) {
            loose.push(Some(words.loose(text)));
        }
        exact.push(sameness(value));
    }
    Spelled { row, exact, loose }
}

fn finding(rows: &FormRows, fields: &[usize], row: usize, others: &BTreeSet<usize>) -> Finding {
    let names: Vec<&str> = fields
        .iter()
        .filter(|at| is_name(rows, **at))
        .filter_map(|at| rows.form.fields.get(*at))
        .map(|field| &*field.name)
        .collect();
    let words = |row: usize| names.iter().map(|name| rows.value(row, name)).collect::<Vec<_>>().join("、");
    let place = |row: &usize| {
        let origin = rows.rows.origins.get(*row)?;
        Some(format!("{}的“{}”", rows.addresses.words(rows.index, origin), words(*row)))
    };
    let mut places = others.iter().take(SHOWN).filter_map(place).collect::<Vec<_>>().join("；");
    if others.len() > SHOWN {
        places.push_str(&format!(" 等 {} 处", others.len()));
    }
    let read = Fingerprint::of(others.iter().chain([&row]).map(|row| words(*row)).collect::<BTreeSet<_>>());
    Finding {
        code: FindingCode::RecordSpelledAlike.into(),
        severity: Severity::Verify,
        place: rows.place(row, fields),
        key: rows.key(row, fields, read),
        found: format!("“{}”和{places}像是同一个", words(row)),
        expected: "同一个名称各处写法一致".into(),
        next: "都已计入；请核实：是同一条记录的只留一条，不是的不用改".into(),
        line: Some(rows.form.line),
        effect: Effect::Counts,
        rules: Vec::new(),
    }
}
