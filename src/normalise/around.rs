//! What is said of a table by the labels around it: its measure, its filing date.

use super::figures::cover_contradicts;
use super::found::FoundTable;
use super::sink::{Say, Sink};
use crate::definition::{Field, Plan};
use crate::model::Severity;
use crate::model::codes::FindingCode;
use crate::model::normalised::Contact;

/// Whom to call, as the tables that count say it around them; what one lacks another may tell.
pub fn contact(found: &[FoundTable<'_>]) -> Contact {
    let all: Vec<Contact> = found.iter().filter(|found| found.counts()).map(|found| found.cover.contact()).collect();
    let whole = all.iter().find(|contact| !contact.person.is_empty() && !contact.phone.is_empty());
    whole.or_else(|| all.iter().find(|contact| !contact.is_empty())).cloned().unwrap_or_default()
}

/// 计量单位：元 over a column that is asked in 万元, or 万人 over one in 人.
pub fn cover_unit(plan: &Plan, found: &FoundTable<'_>, sink: &mut Sink) {
    let header = &found.table.header;
    let Some(form) = plan.forms.get(usize::from(header.fit.form)) else { return };
    for measure in &found.cover.measures {
        let fields = form.fields.iter().zip(&header.fit.columns).filter(|(field, col)| {
            let heading = header.headings.iter().find(|heading| Some(heading.col) == **col);
            heading.is_some_and(|heading| cover_contradicts(&plan.words.headers, measure, &heading.text, field))
        });
        let fields: Vec<&Field> = fields.map(|(field, _)| field).collect();
        let Some(asked) = fields.first().and_then(|field| field.measured_in.as_deref()) else { continue };
        let names: Vec<String> = fields.iter().map(|field| format!("“{}”", field.name)).collect();
        let say = Say {
            code: FindingCode::UnitOnCover,
            severity: Severity::Verify,
            found: format!("计量单位写的是“{}”，而{}以{asked}计", measure.said, names.join("、")),
            expected: format!("计量单位是{asked}"),
            next: match plan.words.headers.money(asked).is_some() {
                true => "没有另写单位的数已按所写的单位换算；请报送单位核实各数没有差十倍、百倍或一万倍",
                false => "已按表式的单位读取；请报送单位核实各数没有差十倍、百倍或一万倍",
            },
        };
        sink.on_return(Some(found.account.sheet), vec![measure.at], say);
    }
}

/// 填报日期 decides versions and lateness: one that cannot be read is told, since the file's own stamp stands in for it.
pub fn filing_dates(found: &[FoundTable<'_>], sink: &mut Sink) {
    for found in found.iter().filter(|found| found.account.not_counted.is_none() && found.cover.filled_on.is_empty()) {
        for (at, text) in &found.cover.unread_dates {
            let say = Say {
                code: FindingCode::FilingDateUnclear,
                severity: Severity::Note,
                found: format!("填报日期填的“{text}”不是完整的日期"),
                expected: "写明年、月、日，如 2026-03-05".to_owned(),
                next: "版本先后和是否迟报改按文件的修改时间判断；不符的请报送单位补全日期后重报",
            };
            sink.on_return(Some(found.cover_sheet), vec![*at], say);
        }
    }
}
