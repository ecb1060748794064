//! Sheets that say by their name that they do not count (填报示例, 作废, 备份), and copies of another sheet.
//!
//! A sheet that calls itself so is held out, unless it is the only one with records. Of a copy, rows that stand on the
//! sheet that it was made of are held, and others count.

use super::area::Area;
use super::found::FoundTable;
use super::period::PeriodSaid;
use super::sink::{Say, Sink};
use super::view::View;
use crate::definition::{Form, Plan, SheetWords, Words};
use crate::model::Severity;
use crate::model::cell::CellRef;
use crate::model::codes::FindingCode;
use crate::text::names::match_key;
use std::collections::HashSet;

/// Whether a sheet's name is such a word, alone or beside the form's title or a number: 木工模板班 and 旧县镇总工会 are not.
fn is_aside(name: &str, form: &Form, words: &Words) -> bool {
    let Words { sheets: words, files, .. } = words;
    let key = match_key(name);
    let title = match_key(&form.title);
    let rest = key.replace(&title, "");
    let rest =
        rest.replace(|c: char| c.is_numeric() || matches!(c, '(' | ')' | '-' | '_' | '.' | '、' | '·' | '+'), "");
    let is_word = |rest: &str| {
        let rest = words.leads.iter().find_map(|lead| rest.strip_prefix(lead.as_str())).unwrap_or(rest);
        words.set_aside.iter().chain(&files.void).chain(&files.faulty).any(|word| word == rest)
    };
    let plain = |rest: &str| {
        let front = words.plain.iter().find_map(|word| rest.strip_prefix(word.as_str()));
        let back = words.plain.iter().find_map(|word| rest.strip_suffix(word.as_str()));
        front.into_iter().chain(back).any(is_word)
    };
    is_word(&rest) || plain(&rest)
}

/// The name of the sheet that a name is a copy of: 报表 (2), 报表 - 副本.
fn original<'n>(name: &'n str, words: &SheetWords) -> Option<&'n str> {
    let name = name.trim_end();
    if let Some(stem) = name.strip_suffix([')', '）']) {
        let open = stem.rfind(['(', '（'])?;
        let number = stem.get(open..)?.trim_start_matches(['(', '（']);
        let copied = !number.is_empty() && number.len() <= 2 && number.bytes().all(|b| b.is_ascii_digit());
        return copied.then(|| stem.get(..open).map(str::trim_end)).flatten();
    }
    let stem = words.copies.iter().find_map(|word| name.strip_suffix(word.as_str()))?;
    Some(stem.trim_end_matches([' ', '-', '_', '—']))
}

/// What the record in a row says, field by field, 序号 aside.
fn record(view: &View<'_>, form: &Form, columns: &[Option<u16>], row: u32) -> Vec<String> {
    let said = form.fields.iter().zip(columns).filter(|(field, _)| !field.ordinal);
    said.map(|(_, col)| {
        let value = col.and_then(|col| view.value(CellRef { row, col }));
        value.map_or_else(String::new, |value| match_key(&view.words(value)))
    })
    .collect()
}

/// All records of the tables of a form that count, but for one table's.
fn elsewhere(plan: &Plan, areas: &[Area<'_>], found: &[FoundTable<'_>], but: usize) -> HashSet<Vec<String>> {
    let form = |found: &FoundTable<'_>| found.table.header.fit.form;
    let Some(mine) = found.get(but).map(form) else { return HashSet::new() };
    let others = found.iter().enumerate().filter(|(at, other)| *at != but && other.counts() && form(other) == mine);
    others.flat_map(|(_, other)| records(plan, areas, other)).map(|(_, record)| record).collect()
}

/// The records of a table, each with its position in the view.
fn records(plan: &Plan, areas: &[Area<'_>], found: &FoundTable<'_>) -> Vec<(usize, Vec<String>)> {
    let fit = &found.table.header.fit;
    let (Some(form), Some(area)) = (plan.forms.get(usize::from(fit.form)), areas.get(found.view)) else {
        return Vec::new();
    };
    let row = |i: usize| Some((i, record(&area.view, form, &fit.columns, area.view.rows.get(i)?.row)));
    found.table.rows.data.iter().filter_map(|i| row(*i)).collect()
}

/// Holds out sheets that call themselves examples, voided or spare.
pub fn set_aside(plan: &Plan, areas: &[Area<'_>], found: &mut [FoundTable<'_>], sink: &mut Sink) {
    let calls_itself = |found: &FoundTable<'_>| {
        let form = plan.forms.get(usize::from(found.table.header.fit.form));
        // A sheet that says another period is of that one, whatever it is called.
        let ours = !matches!(found.told.said, PeriodSaid::Other(..));
        found.counts() && ours && form.is_some_and(|form| is_aside(&found.sheet.name, form, &plan.words))
    };
    let aside: Vec<usize> = (0..found.len()).filter(|at| calls_itself(&found[*at])).collect();
    if aside.is_empty() {
        return;
    }
    let real = |at: usize| found[at].counts() && found[at].account.data > 0 && !aside.contains(&at);
    let others = (0..found.len()).any(real);
    for at in aside {
        let repeated = || {
            let known = elsewhere(plan, areas, found, at);
            records(plan, areas, &found[at]).iter().all(|(_, record)| known.contains(record))
        };
        let severity = if others && repeated() { Severity::Note } else { Severity::Verify };
        let here = &mut found[at];
        let (name, data) = (&here.sheet.name, here.account.data);
        if data == 0 {
            here.account.not_counted = Some("名称说明不是要报的表".to_owned());
            continue;
        }
        let (code, said, next) = match others {
            true => (
                FindingCode::SheetSetAside,
                format!("工作表“{name}”有 {data} 行数据，按名称是样表或不用的表，未计入"),
                "如应计入，请报送单位改写工作表名后再报；不用的请删去",
            ),
            false => (
                FindingCode::SheetCalledAside,
                format!("只有工作表“{name}”有数据（{data} 行），名称却像样表或不用的表，已照常计入"),
                "请报送单位核实：是要报的改写工作表名，不是的补报",
            ),
        };
        if others {
            here.account.not_counted = Some("名称说明不是要报的表".to_owned());
        }
        let say = Say {
            code,
            severity,
            found: said,
            expected: "要报的数据不放在示例、模板、作废、备份的工作表里".to_owned(),
            next,
        };
        sink.on_return(Some(here.account.sheet), vec![here.header_at], say);
    }
}

/// Holds the rows of a copied sheet that the sheet beside it has as well.
pub fn copies(plan: &Plan, areas: &[Area<'_>], found: &mut [FoundTable<'_>], sink: &mut Sink) {
    for at in 0..found.len() {
        let Some(name) =
            original(&found[at].sheet.name, &plan.words.sheets).filter(|_| found[at].counts() && !found[at].turned)
        else {
            continue;
        };
        if !found.iter().any(|other| other.counts() && other.sheet.name.trim_end() == name) {
            continue;
        }
        let known = elsewhere(plan, areas, found, at);
        let equal: HashSet<usize> =
            records(plan, areas, &found[at]).into_iter().filter(|(_, r)| known.contains(r)).map(|(i, _)| i).collect();
        let name = name.to_owned();
        let here = &mut found[at];
        let left = here.table.rows.hold(&equal);
        here.account.data -= equal.len() as u32;
        here.account.aside += equal.len() as u32;
        let say = Say {
            code: FindingCode::SheetCopied,
            severity: Severity::Verify,
            found: format!(
                "工作表“{}”像是“{name}”的副本：{} 行与之相同，未计入；{left} 行不同，已计入",
                here.sheet.name,
                equal.len()
            ),
            expected: "一张表只报一次".to_owned(),
            next: "请报送单位核实以哪一张为准，不用的工作表删去",
        };
        sink.on_return(Some(here.account.sheet), vec![here.header_at], say);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_that_do_not_count_and_names_that_look_like_them() {
        let form = Form { title: "竞赛月报".into(), ..Form::default() };
        let words = crate::definition::read::words::shipped();
        for name in [
            "停用",
            "数据备份",
            "测试1",
            "Sample",
            "上月",
            "示例",
            "填报样例",
            "样表1",
            "模板（2）",
            "填表说明",
            "作废",
            "竞赛月报示例",
            "备份2",
            "旧表",
            "草稿",
            "（示例）",
            "报表模板",
            "作废表",
            "旧",
        ] {
            assert!(is_aside(name, &form, &words), "{name}");
        }
        for name in [
            "木工模板班",
            "旧县镇总工会",
            "测试中心",
            "删除线班",
            "历史街区",
            "报表",
            "Sheet1",
            "竞赛月报",
            "说明会",
            "参考书编写组",
            "3月",
            "汇总",
        ] {
            assert!(!is_aside(name, &form, &words), "{name}");
        }
    }

    #[test]
    fn names_of_copies() {
        let words = crate::definition::read::words::shipped().sheets;
        assert_eq!(original("报表 (2)", &words), Some("报表"));
        assert_eq!(original("报表（3）", &words), Some("报表"));
        assert_eq!(original("报表 - 副本", &words), Some("报表"));
        assert_eq!(original("报表(合肥)", &words), None);
        assert_eq!(original("报表(2026)", &words), None);
    }
}
