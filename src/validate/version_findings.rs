//! What is said of versions and parts of one return.

use super::candidate::{Candidate, DecidedBy, Family};
use super::kinship::{Records, naming};
use crate::definition::{FieldType, Form, Roster};
use crate::model::codes::FindingCode;
use crate::model::ledger::ChangeCounts;
use crate::model::{Column, Effect, Finding, FindingKey, FormTable, Place, Severity, Value};
use crate::rows::words::{DateStyle, ValueKind, value_words};

/// Most names that a sentence lists; all of them stand in the list of differences.
const NAMED: usize = 20;

fn place(candidate: &Candidate) -> Place {
    let origin = candidate.tables.first().and_then(|table| table.origins.first());
    Place {
        source: Some(candidate.source),
        sheet: origin.map(|origin| origin.sheet),
        unit: Some(candidate.sender),
        ..Place::default()
    }
}

/// Told by the contents of the files that it is about.
fn key<'c>(family: &Family<'_>, files: impl IntoIterator<Item = &'c Candidate<'c>>) -> FindingKey {
    let mut key = FindingKey::reading(files.into_iter().map(|file| file.sha256));
    key.form = Some(family.index);
    key
}

/// Up to three names.
fn quoted(files: &[&Candidate]) -> String {
    let names = files.iter().take(3).map(|file| format!("“{}”", file.name)).collect::<Vec<_>>().join("、");
    if files.len() > 3 { format!("{names}等 {} 份", files.len()) } else { names }
}

/// What is said where nobody can tell which of several counts.
pub struct OpenWords {
    pub found: String,
    pub expected: &'static str,
    pub next: &'static str,
}

/// Nothing tells which is the later.
pub fn no_order(family: &Family<'_>, rivals: &[&Candidate]) -> OpenWords {
    OpenWords {
        found: format!("同一单位的《{}》还有{}，内容不同，分不出先后", family.form.title, quoted(rivals)),
        expected: "填报日期、文件名的版本标记或修改时间能分出先后",
        next: "请报送单位只留有效的一份，或在有效的一份上写明较晚的填报日期后重报；分清前都不计入",
    }
}

/// The later one lacks most of the earlier: another version, or another part?
pub fn lacks_most(family: &Family<'_>, later: &[&Candidate], earlier: &Candidate, lacking: usize) -> OpenWords {
    let (form, all) = (&family.form.title, earlier.records.len());
    OpenWords {
        found: format!(
            "《{form}》较晚的{}里没有“{}”一半以上的记录（{all} 条里的 {lacking} 条），看不出是新的一版还是另一部分",
            quoted(later),
            earlier.name
        ),
        expected: "新的一版包含仍然有效的全部记录；分几次报的，文件名写明第几批或补报",
        next: "请报送单位报一份完整的，或在文件名里写明补报、第几批后重报；分清前都不计入",
    }
}

/// Why a version stands undecided in the ledger.
pub fn open(rivals: &[&Candidate]) -> String {
    format!("与{}内容不同，填报日期、版本标记和修改时间都分不出先后，各份都不计", quoted(rivals))
}

pub fn undecidable(family: &Family<'_>, candidate: &Candidate, others: &[&Candidate], words: OpenWords) -> Finding {
    Finding {
        code: FindingCode::VersionUndecidable.into(),
        severity: Severity::Block,
        place: place(candidate),
        found: words.found,
        expected: words.expected.into(),
        next: words.next.into(),
        line: None,
        effect: Effect::HoldsReturn,
        key: key(family, [candidate].into_iter().chain(others.iter().copied())),
        rules: Vec::new(),
    }
}

/// Evidence that says the opposite of what 填报日期 decided.
pub fn at_odds(family: &Family<'_>, later: &Candidate, earlier: &Candidate, other: &str) -> Finding {
    Finding {
        code: FindingCode::VersionEvidenceConflict.into(),
        severity: Severity::Verify,
        place: place(later),
        found: format!("按填报日期替代了“{}”，{other}却说后者更新", earlier.name),
        expected: "同一单位的两份报表，新旧应当一致可辨".into(),
        next: "先按填报日期较晚的一份计算；请汇总部门向报送单位核实哪一份有效".into(),
        line: None,
        effect: Effect::Counts,
        key: key(family, [later, earlier]),
        rules: Vec::new(),
    }
}

/// Only a stamp says which is the later.
pub fn by_stamp(family: &Family<'_>, later: &Candidate, earlier: &Candidate, by: DecidedBy) -> Finding {
    let stamp = if by == DecidedBy::Modified { "文件里记的修改时间" } else { "文件的修改时间" };
    Finding {
        code: FindingCode::VersionByStamp.into(),
        severity: Severity::Verify,
        place: place(later),
        found: format!("替代了“{}”，依据只有{stamp}较晚；填报日期和文件名都没有说明新旧", earlier.name),
        expected: "填报日期或文件名的版本标记能分出先后".into(),
        next: "先按修改时间较晚的一份计算；另存、复制都会改动修改时间，请汇总部门向报送单位核实哪一份有效".into(),
        line: None,
        effect: Effect::Counts,
        key: key(family, [later, earlier]),
        rules: Vec::new(),
    }
}

/// Two or more returns are parts of one list.
pub fn in_parts(family: &Family<'_>, candidate: &Candidate, others: &[&Candidate]) -> Finding {
    let named = others.iter().any(|other| other.version.part.differs(candidate.version.part));
    let why = if named { "写明是不同的部分" } else { "没有相同的记录" };
    Finding {
        code: FindingCode::ReturnInParts.into(),
        severity: Severity::Verify,
        place: place(candidate),
        found: format!("同一单位的《{}》还有{}，{why}，都计入了", family.form.title, quoted(others)),
        expected: "一个单位的一张表报一份，或写明第几批、补报".into(),
        next: "请汇总部门向报送单位核实：是分几次报的不用处理；后报的是替代先报的，请其在文件名写明“更正”后重报".into(),
        line: None,
        effect: Effect::Counts,
        key: key(family, [candidate].into_iter().chain(others.iter().copied())),
        rules: Vec::new(),
    }
}

/// A file that calls itself 作废, and nothing else of the unit's that would stand for it.
pub fn void_alone(family: &Family<'_>, candidate: &Candidate) -> Finding {
    let word = candidate.version.void.as_deref().unwrap_or_default();
    Finding {
        code: FindingCode::ReturnCalledVoid.into(),
        severity: Severity::Verify,
        place: place(candidate),
        found: format!("文件名或文件夹名写着“{word}”，这个单位又没有另报，{} 行没有计入", candidate.records.len()),
        expected: "要报的文件不叫作废、旧版、备份".into(),
        next: "请汇总部门向报送单位核实：有效的改名后重新汇总，作废的请其另报".into(),
        line: None,
        effect: Effect::HoldsReturn,
        key: key(family, [candidate]),
        rules: Vec::new(),
    }
}

/// How two versions differ, in words.
pub fn changed(counts: ChangeCounts, new: usize, old: usize) -> String {
    let ChangeCounts { cells, rows_dropped: dropped, rows_added: added } = counts;
    match (cells, dropped + added) {
        (0, 0) => "内容没有变化".into(),
        (cells, 0) => format!("{cells} 个单元格不同"),
        (cells, _) => format!("原 {old} 行，现 {new} 行（少 {dropped} 行，多 {added} 行，{cells} 个单元格不同）"),
    }
}

/// Records of the earlier version that the later ones lack, by name.
pub fn dropped(family: &Family<'_>, others: &[&Candidate], earlier: &Candidate) -> Option<Finding> {
    let later = others.first()?;
    let records: Vec<&Records<'_>> = others.iter().map(|other| &other.records).collect();
    let lacking = earlier.records.lacking(&records);
    let unclear = others.iter().any(|later| later.units.is_empty());
    let gone = earlier.units.iter().filter(|unit| !others.iter().any(|later| later.units.contains(unit))).count();
    let gone_units = if unclear { 0 } else { gone };
    let renamed = earlier.records.renamed(&records, &lacking);
    if lacking.is_empty() && renamed.is_empty() && gone_units == 0 {
        return None;
    }
    let mut what = match (lacking.len(), gone_units) {
        (rows, 0) => format!("旧版有的 {rows} 行"),
        (rows, units) => format!("旧版有的 {rows} 行、{units} 个推荐单位"),
    };
    let name =
        |at: &usize| earlier.records.place(*at).map(|(table, row)| label(family.form, family.roster, table, row));
    let named = |records: &[usize]| {
        let names: Vec<String> = records.iter().take(NAMED).filter_map(name).collect();
        let more = if records.len() > NAMED { "……，其余见“版本差异”" } else { "" };
        if names.is_empty() { String::new() } else { format!("（{}{more}）", names.join("；")) }
    };
    what += &named(&lacking);
    let mut found = format!("被替代的“{}”中", earlier.name);
    if !lacking.is_empty() || gone_units > 0 {
        found += &format!("{what}在这一版里没有");
    }
    if !renamed.is_empty() {
        let comma = if found.ends_with("没有") { "，" } else { "" };
        let names = named(&renamed);
        found += &format!("{comma}有 {} 行{names}在这一版里换了名称或编号，其余各栏相同，当作更正", renamed.len());
    }
    Some(Finding {
        code: FindingCode::VersionRowsDropped.into(),
        // Whether they were taken out or are another part of the list, only the unit knows.
        severity: Severity::Verify,
        place: place(later),
        found,
        expected: "新版包含仍然有效的全部行".into(),
        next: "以新版为准，旧版的行不计入；如系漏报，请报送单位补全后重报".into(),
        line: None,
        effect: Effect::Counts,
        key: key(family, others.iter().copied().chain([earlier])),
        rules: Vec::new(),
    })
}

/// What a record is called: a person by name, else what its key says; its row where nothing does.
fn label(form: &Form, roster: &Roster, table: &FormTable, row: usize) -> String {
    let mut fields = naming(form);
    let ty = |field: &usize| form.fields.get(*field).map(|field| &field.ty);
    if fields.iter().all(|field| ty(field) == Some(&FieldType::IdNumber)) {
        fields = form
            .fields
            .iter()
            .position(|field| field.ty == FieldType::Name)
            .into_iter()
            .chain(fields)
            .take(1)
            .collect();
    }
    let columns = form.columns();
    let words = fields.iter().filter(|field| fields.len() == 1 || **field != form.unit_field).filter_map(|field| {
        let at = columns.iter().position(|column| column.field == *field)?;
        said(table.columns.get(at)?, row, ty(field)?, roster)
    });
    let words: Vec<String> = words.collect();
    match table.origins.get(row) {
        Some(origin) if words.is_empty() => format!("第 {} 行", u64::from(origin.row) + 1),
        _ => words.join(" "),
    }
}

fn said(column: &Column, row: usize, ty: &FieldType, roster: &Roster) -> Option<String> {
    if let Column::Unit(units) = column {
        return roster.units.get(units.get(row)? as usize).map(|unit| unit.name.to_string());
    }
    let value = column.value(row);
    (value != Value::Nothing).then(|| value_words(value, ValueKind::of_field(ty), DateStyle::Quoted))
}
