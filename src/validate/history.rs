//! Records beside what they were in earlier periods: found by key in the store, their columns joined to this period's rows
//! as `上期.字段` and `上年同期.字段`. Where there is no such record, or more than one, there is nothing to compare, and that
//! many records were not compared is said.

use super::records::{StoredRecords, alone, gather, stored_grid};
use super::rows::FormRows;
use super::yardstick::Yardstick;
use crate::definition::{Form, Template, TemplatePart};
use crate::domain::period::Period;
use crate::language::{PREVIOUS, earlier_column, split_earlier};
use crate::model::codes::FindingCode;
use crate::model::{Effect, Finding, FindingKey, Place, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Joins the columns of earlier records that the form's rules read; returns what could not be compared.
pub fn join(rows: &mut FormRows, keys: &[Option<String>], yardstick: Yardstick<'_>) -> Vec<Finding> {
    let wanted = wanted(rows.form);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut joined = Vec::new();
    let alone = alone(keys);
    for (earlier, names) in wanted {
        let period = match earlier {
            PREVIOUS => yardstick.history.previous(),
            _ => yardstick.history.year_ago(),
        };
        // Before the first period of a season there is none, and nothing is missing.
        let records = period.as_ref().map(|period| (period, StoredRecords::load(rows, period, yardstick)));
        let matches: Vec<Option<u32>> = match &records {
            Some((_, Some(records))) => {
                findings.extend(shared(rows.form, records));
                alone.iter().map(|key| records.find((*key)?)).collect()
            }
            Some((period, None)) => {
                findings.push(gap(rows.form, earlier, period, yardstick));
                vec![None; keys.len()]
            }
            None => vec![None; keys.len()],
        };
        let records = records.and_then(|(_, records)| records);
        let stored = records.as_ref().map(|records| records.stored);
        for column in rows.form.columns().into_iter().filter(|column| names.contains(&column.name)) {
            let values = stored.and_then(|stored| stored.column_named(&column.name));
            joined.push((earlier_column(earlier, &column.name), gather(values, column.ty, &matches)));
        }
        let computed: Vec<_> = rows.form.computed.iter().filter(|computed| names.contains(&computed.name)).collect();
        let grid =
            records.filter(|_| !computed.is_empty()).map(|records| stored_grid(rows, &records, names, yardstick));
        for computed in computed {
            let values = grid.as_ref().and_then(|grid| grid.column(&computed.name));
            joined.push((earlier_column(earlier, &computed.name), gather(values, computed.ty, &matches)));
        }
    }
    rows.rows.grid.join(joined);
    findings
}

/// Whether rules of a form read columns of earlier records.
pub fn looks_back(form: &Form) -> bool {
    !wanted(form).is_empty()
}

/// Columns of earlier records that rules and their messages read, by 上期 and 上年同期.
fn wanted(form: &Form) -> BTreeMap<&'static str, BTreeSet<String>> {
    fn holes(template: &Template) -> impl Iterator<Item = &str> {
        template.parts.iter().filter_map(|part| match part {
            TemplatePart::Hole(name) => Some(name.as_str()),
            TemplatePart::Text(_) => None,
        })
    }
    let mut wanted: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for rule in &form.rules {
        let read = rule.when.iter().chain([&rule.check]).flat_map(|part| part.columns()).map(String::as_str);
        let said = [&rule.found, &rule.expected, &rule.next].into_iter().flat_map(holes);
        for (earlier, column) in read.chain(said).filter_map(split_earlier) {
            wanted.entry(earlier).or_default().insert(column.to_owned());
        }
    }
    wanted
}

/// `period` is the one that could not be compared with; the same remark on the same period is one remark.
fn remark(code: FindingCode, form: &Form, period: &str, found: String, [expected, next]: [&str; 2]) -> Finding {
    Finding {
        code: code.into(),
        severity: Severity::Note,
        place: Place::default(),
        found,
        expected: expected.into(),
        next: next.into(),
        line: Some(form.line),
        effect: Effect::Counts,
        key: FindingKey::reading([form.id.as_str(), &*code, period]),
        rules: Vec::new(),
    }
}

/// A period that rules look back to is not there.
pub fn gap(form: &Form, earlier: &str, period: &Period, yardstick: Yardstick<'_>) -> Finding {
    if !yardstick.history.in_use() {
        let found = format!("《{}》没有与往期核对：本次没有使用历史库", form.title);
        let said = ["与往期核对时使用历史库", "自查时不用处理；汇总时请不要用 --no-history"];
        return remark(FindingCode::HistoryGap, form, "", found, said);
    }
    let found = format!("《{}》没有与{earlier}（{}）核对：没有那一期可用的存档", form.title, period.title());
    let next = "有那一期报表的，先汇总那一期，再重新汇总本期；没有的不用处理，有关规则本期不核对";
    remark(FindingCode::HistoryGap, form, &period.key(), found, ["历史库里有那一期的数据", next])
}

/// Keys that do not tell one record from another.
pub fn shared(form: &Form, records: &StoredRecords<'_>) -> Option<Finding> {
    let shared = records.shared();
    let names: Vec<&str> =
        form.key.iter().filter_map(|field| form.fields.get(*field)).map(|field| field.name.as_ref()).collect();
    let period = records.period.title();
    let found = format!(
        "《{}》{period}的存档里有 {shared} 处几条记录的{}相同，分不清谁是谁，没有与它们核对",
        form.title,
        names.join("、")
    );
    let next = "请定义的维护人员在 key 里补上能区分记录的列";
    let said = ["同一期里每条记录的 key 不同", next];
    (shared > 0).then(|| remark(FindingCode::HistoryAmbiguous, form, &records.period.key(), found, said))
}
