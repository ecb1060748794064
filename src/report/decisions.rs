//! The decisions workbook (处理意见): every open 必改 and 核实 with what it is about and what it moves, and columns for the
//! answer; what was decided, what expired, and how to fill it in. The next run reads the answers from where it lies.
//!
//! It is for the officers who decide: ID numbers are not masked here.

use super::links::{Links, opening};
use super::results::Results;
use crate::book::listing::{ListCell, Listing, remarks};
use crate::book::row_book::RowBook;
use crate::history::decisions::register::who;
use crate::history::decisions::sheet::{
    DAY, DISPOSITION, FIELD, FOUND, OFFICER, PLACE, RAW, REASON, RECORD, SEVERITY, TAG, Tag, UNIT, VALUE, WrittenAnswer,
};
use crate::model::codes::{Code, FindingCode};
use crate::model::decision::{Decision, DecisionKey, DecisionState, Disposition, Settled, TakenOn};
use crate::model::run::UnitStatus;
use crate::model::{CellRef, Effect, Finding, Fingerprint, Outcome, Place, Severity};
use crate::rows::subject::{Subject, Subjects};
use crate::text::dates::show_day;
use std::collections::HashMap;
use std::io::{self, Seek, Write};

/// Words before a sender's explanation where it is offered as the reason.
const OFFERED: &str = "报送单位说明：";

const COLUMNS: [(&str, f64); 20] = [
    ("序号", 5.0),
    (SEVERITY, 6.0),
    (UNIT, 15.0),
    (RECORD, 21.0),
    (FIELD, 10.0),
    (RAW, 12.0),
    ("读作", 10.0),
    (FOUND, 32.0),
    (DISPOSITION, 12.0),
    (VALUE, 12.0),
    (REASON, 22.0),
    (OFFICER, 8.0),
    (DAY, 11.0),
    ("情况", 24.0),
    ("应当如何", 22.0),
    ("影响", 44.0),
    ("报送单位说明", 20.0),
    (PLACE, 24.0),
    ("规则代码", 16.0),
    (TAG, 0.0),
];
/// Places of 处理 and 情况 among them.
const CHOICE: usize = 8;
const STATE: usize = 13;

/// Writes the workbook to `target`.
///
/// # Errors
/// The target cannot be written.
pub fn decisions<W: Write + Seek>(results: &Results<'_>, links: &Links, target: W) -> io::Result<()> {
    let title = format!("{}处理意见", results.name());
    let mut book = RowBook::new(target);
    let mut lines = DecisionLines::of(results);
    let open = asked(results).map(|finding| lines.open(finding));
    let mut said = sheet((results, links), &title, "待处理", open, &mut book)?;
    let (decided, expired) = lines.closed();
    for (name, lines) in [("已处理", decided), ("已失效", expired)] {
        // Nobody looks for what is not there, and a page of heads is paper lost.
        if !lines.is_empty() {
            said.extend(sheet((results, links), &title, name, lines.into_iter(), &mut book)?);
        }
    }
    said.splice(0..0, results.decision_remarks.iter().cloned());
    guide(results, &title, &mut book)?;
    remarks(&mut book, &title, &said)?;
    book.finish(&title).map(drop)
}

/// What is said of a finding beside what it says itself.
struct Beside<'r> {
    subjects: Subjects<'r>,
    explained: Explained<'r>,
    /// By where a name stands that the roster does not know, the units that look alike.
    unknown: HashMap<(u32, u16, CellRef), &'r [u32]>,
}

/// One row.
#[derive(Default)]
struct DecisionLine {
    taken_on: TakenOn,
    source: Option<u32>,
    clean: String,
    expected: String,
    effect: String,
    explanation: String,
    written: WrittenAnswer,
    state: String,
    tag: Option<Tag>,
    strong: bool,
}

/// What the rows of the workbook are told from, each only when it is written.
struct DecisionLines<'r> {
    results: &'r Results<'r>,
    beside: Beside<'r>,
    /// Decisions that stay, by the finding that they are on.
    by_finding: HashMap<Fingerprint, &'r Settled>,
    /// Answers that were not taken, and why; those on a finding that is listed are taken out as it is.
    untaken: HashMap<Fingerprint, (WrittenAnswer, &'r str)>,
}

/// Whether a finding is one that somebody settles.
pub fn is_settled_by_people(finding: &Finding) -> bool {
    finding.severity != Severity::Note && !finding.code.starts_with("decision-")
}

/// Whether a finding is on a return of another period that came while this one's was awaited, from a unit that sent
/// nothing of this one: it may be this one's, with the period mistyped. Returns of earlier months, sent when those were
/// due, are nothing to ask about.
fn stands_for_missing(results: &Results<'_>, finding: &Finding) -> bool {
    let Some(file) = finding.place.source.and_then(|source| results.source(source)) else { return false };
    if finding.code != FindingCode::OtherPeriod || file.outcome != Outcome::OtherPeriod {
        return false;
    }
    let missing = |unit: u32| results.verdict.report(unit).is_some_and(|report| report.status == UnitStatus::Missing);
    let awaited = results.reference.due.and_then(|due| due.opens).unwrap_or(results.period.first);
    file.unit.is_some_and(missing) && file.received.is_none_or(|day| day >= awaited)
}

/// Findings that the workbook asks about.
fn asked<'r>(results: &'r Results<'_>) -> impl Iterator<Item = &'r Finding> {
    let open = |finding: &&Finding| is_settled_by_people(finding) || stands_for_missing(results, finding);
    results.verdict.findings.iter().filter(open)
}

impl<'r> DecisionLines<'r> {
    fn of(results: &'r Results<'r>) -> DecisionLines<'r> {
        let verdict = results.verdict;
        let settled = || verdict.decisions.iter();
        let rows = results.rows.iter().map(|of| &of.rows).chain(results.aside.iter().map(|of| &of.rows));
        let about = asked(results).chain(settled().filter_map(|settled| settled.finding.as_ref()));
        let subjects = Subjects::of(results.plan, verdict, rows, about);
        let mut untaken: HashMap<Fingerprint, (WrittenAnswer, &str)> = HashMap::new();
        for one in results.untaken {
            untaken.entry(one.answer.tag.key.finding).or_insert((one.answer.written.clone(), &one.why));
        }
        let refused = |settled: &&Settled| matches!(settled.state, DecisionState::Refused(_));
        for one in settled().filter(refused) {
            untaken.entry(one.decision.key.finding).or_insert((written_of(&one.decision), one.state.why()));
        }
        let unknown = verdict.unknown_names.iter().flat_map(|name| name.places.iter().map(|at| (*at, &*name.similar)));
        DecisionLines {
            results,
            beside: Beside { subjects, explained: Explained::of(results), unknown: unknown.collect() },
            by_finding: settled().filter(|one| one.state.is_kept()).map(|one| (finding_of(one), one)).collect(),
            untaken,
        }
    }

    /// A finding that is asked about, with what was answered so far.
    fn open(&mut self, finding: &Finding) -> DecisionLine {
        let key = finding.key.whole();
        let mut line = DecisionLine::on(self.results, finding, &self.beside);
        match (self.untaken.remove(&key), self.by_finding.get(&key)) {
            (Some((written, why)), _) => {
                line.written = written;
                line.state = format!("没有采用：{why}");
                line.strong = true;
            }
            (None, Some(settled)) => line.says(settled),
            (None, None) if !line.explanation.is_empty() => {
                line.written[2] = format!("{OFFERED}{}", line.explanation);
            }
            (None, None) => {}
        }
        let shown = self.by_finding.get(&key).map(|one| &one.decision);
        let own = key_of(self.results, finding);
        // An answer goes on to be one to what it was an answer to.
        let own = shown.map_or(own, |shown| DecisionKey { condition: own.condition, ..shown.key });
        line.tag = Some(tag(self.results, own, shown));
        line
    }

    /// What was decided and what expired, once all findings are listed.
    fn closed(self) -> (Vec<DecisionLine>, Vec<DecisionLine>) {
        let DecisionLines { results, beside, untaken, .. } = self;
        let (mut decided, mut expired) = (Vec::new(), Vec::new());
        for one in &results.verdict.decisions {
            match &one.state {
                DecisionState::InForce => decided.push(DecisionLine::settled(results, one, &beside)),
                DecisionState::Expired(_) if one.finding.is_none() => {
                    expired.push(DecisionLine::settled(results, one, &beside));
                }
                // Its finding is settled otherwise, and is in no list to say it beside.
                DecisionState::Refused(_) if untaken.contains_key(&one.decision.key.finding) => {
                    expired.push(DecisionLine::settled(results, one, &beside));
                }
                _ => {}
            }
        }
        // What somebody wrote on a finding that is gone goes back to him all the same.
        for one in results.untaken.iter().filter(|one| untaken.contains_key(&one.answer.tag.key.finding)) {
            let mut line =
                DecisionLine { written: one.answer.written.clone(), strong: true, ..DecisionLine::default() };
            if let Ok(decision) = &one.answer.read {
                line.taken_on = decision.taken_on.clone();
            }
            line.state = format!("没有采用：{}（{}）", one.why, one.answer.place);
            line.tag = Some(Tag { base: Fingerprint::default(), ..one.answer.tag.clone() });
            expired.push(line);
        }
        (decided, expired)
    }
}

/// The finding that a decision is on, as this run tells it; a corrected name may have given it another key.
fn finding_of(settled: &Settled) -> Fingerprint {
    settled.finding.as_ref().map_or(settled.decision.key.finding, |finding| finding.key.whole())
}

fn key_of(results: &Results<'_>, finding: &Finding) -> DecisionKey {
    let file = || finding.place.source.and_then(|source| results.source(source)).map_or("", |file| &file.sha256);
    let condition = match &finding.code {
        Code::Rule(code) => results.plan.condition(code),
        Code::Engine(_) => DecisionKey::of_file(file()),
    };
    DecisionKey { finding: finding.key.whole(), subject: finding.key.subject(), condition }
}

fn tag(results: &Results<'_>, key: DecisionKey, shown: Option<&Decision>) -> Tag {
    let period = Tag::period_of(&results.plan.name, results.period);
    Tag { period, key, base: shown.map(Decision::answer_print).unwrap_or_default(), row: Fingerprint::default() }
}

fn written_of(decision: &Decision) -> WrittenAnswer {
    [
        decision.disposition.word().to_owned(),
        decision.value.clone(),
        decision.reason.clone(),
        decision.officer.clone(),
        decision.day.map(show_day).unwrap_or_default(),
    ]
}

impl DecisionLine {
    fn on(results: &Results<'_>, finding: &Finding, beside: &Beside<'_>) -> DecisionLine {
        let subject = beside.subjects.tell(finding);
        let unit = results.unit_of(&finding.place).map_or("", |unit| results.unit_name(unit));
        let name = |unit: u32| results.unit_name(unit).to_owned();
        DecisionLine {
            taken_on: TakenOn {
                code: finding.code.to_string(),
                severity: finding.severity.word().to_owned(),
                unit: unit.to_owned(),
                place: results.verdict.place_words(&finding.place, name),
                record: subject.record.clone(),
                field: subject.field.clone(),
                value: subject.raw.clone(),
                found: finding.found.clone(),
            },
            source: finding.place.source,
            clean: subject.clean.clone(),
            expected: finding.expected.to_string(),
            effect: effect(results, finding, &subject, beside),
            explanation: beside.explained.of_finding(finding).to_owned(),
            ..DecisionLine::default()
        }
    }

    /// A decision that stands, or did.
    fn settled(results: &Results<'_>, settled: &Settled, beside: &Beside<'_>) -> DecisionLine {
        let decision = &settled.decision;
        let mut line = match &settled.finding {
            Some(finding) => DecisionLine::on(results, finding, beside),
            None => DecisionLine { taken_on: decision.taken_on.clone(), ..DecisionLine::default() },
        };
        line.says(settled);
        if decision.disposition == Disposition::Replaced && settled.state == DecisionState::InForce {
            // What is read of the cell now is what was decided.
            line.clean = String::new();
        }
        line.effect = String::new();
        let waived = decision.disposition == Disposition::Exempted && settled.state == DecisionState::InForce;
        if waived && settled.finding.as_ref().is_some_and(|finding| beside.subjects.tell(finding).is_nothing) {
            line.state += "；这一格没有读出的值，不在任何合计中";
        }
        line.tag = Some(tag(results, decision.key, Some(decision)));
        line
    }

    fn says(&mut self, settled: &Settled) {
        let Settled { decision, state, along, finding } = settled;
        let of_file = finding.as_ref().is_some_and(|on| on.place.row.is_none() && !on.code.is_unread());
        let takes_file = decision.disposition == Disposition::Excluded;
        self.written = written_of(decision);
        self.state = match state {
            DecisionState::InForce if takes_file && of_file => {
                format!("有效，整份未计入（{}）", who(decision))
            }
            DecisionState::InForce if finding.as_ref().is_some_and(|finding| finding.code.is_unread()) => {
                format!("有效，没有读入的照旧不计（{}）", who(decision))
            }
            DecisionState::InForce => format!("有效，已按此计算（{}）", who(decision)),
            DecisionState::Open if decision.disposition == Disposition::Replaced => {
                format!("已按“改为”计算（{}），问题还在，请另作处理", who(decision))
            }
            DecisionState::Open => format!("已记录（{}），问题仍待处理", who(decision)),
            DecisionState::Expired(why) => format!("已失效：{why}"),
            DecisionState::Refused(why) => format!("没有采用：{why}"),
            DecisionState::Replaced => String::new(),
        };
        if !along.is_empty() {
            let n = along.len();
            self.state += &match decision.disposition {
                Disposition::Excluded if of_file => format!("；这份报表另 {n} 个问题一并办结"),
                Disposition::Excluded => format!("；这条记录另 {n} 个问题一并办结"),
                Disposition::SameUnit => format!("；同一单位名另 {n} 处一并解决"),
                _ => format!("；同一格另 {n} 个问题一并解决"),
            };
        }
        self.strong = matches!(state, DecisionState::Refused(_) | DecisionState::Expired(_));
    }
}

/// What hangs on a finding, in words.
fn effect(results: &Results<'_>, finding: &Finding, subject: &Subject, beside: &Beside<'_>) -> String {
    if let Some(moved) = results.moves.get(&finding.key.whole()) {
        return moved.clone();
    }
    let value = if subject.clean.is_empty() { &subject.raw } else { &subject.clean };
    let figure = subject.measured_in.as_ref().filter(|_| !value.is_empty());
    let figure = figure.map(|unit| format!("{}{unit}", value)).unwrap_or_default();
    match (finding.effect, finding.place.row) {
        _ if finding.code == FindingCode::OtherPeriod => {
            "整份没有计入，单位算未报；来电说明写错了报告期、确是本期的，选“计入本期”".to_owned()
        }
        _ if finding.code.is_unread() => "没有读入，不在任何数字中".to_owned(),
        (Effect::HoldsReturn, _) => {
            let same = if finding.code == FindingCode::SenderUnknown {
                same_unit(results, finding, beside)
            } else {
                String::new()
            };
            let rows = finding.place.source.and_then(|source| results.source(source)).map_or(0, |file| file.rows.data);
            format!("整份 {rows} 行未计入{same}")
        }
        (Effect::HoldsCells(_), _) => format!("本格暂未计入（{}{figure}），其余照计", subject.field),
        (Effect::Counts, _) if finding.place.source.is_none() => "不影响数字".to_owned(),
        (Effect::Counts, _) if finding.severity == Severity::Block => "整个文件没有读入".to_owned(),
        (Effect::Counts, Some(_)) if !figure.is_empty() => format!("照计，{figure}在各表合计中，存疑"),
        (Effect::Counts, _) => "照计，存疑".to_owned(),
        (_, _) if !figure.is_empty() => format!("本条未计入（{}{figure}）", subject.field),
        _ => "本条未计入".to_owned(),
    }
}

/// What taking an unknown sender for a unit that looks alike would do, said before anybody does it.
fn same_unit(results: &Results<'_>, finding: &Finding, beside: &Beside<'_>) -> String {
    let Place { source: Some(source), sheet: Some(sheet), cells, .. } = &finding.place else { return String::new() };
    let similar = cells.first().and_then(|at| beside.unknown.get(&(*source, *sheet, *at))).copied().unwrap_or_default();
    let sent = similar.iter().find_map(|unit| Some((*unit, results.verdict.report(*unit)?.sources.first().copied()?)));
    sent.map_or_else(String::new, |(unit, source)| {
        format!(
            "；认定为“{}”后，与“{}”将成为同一单位的两份：有相同记录的是两个版本，分不出先后的两份都不计入",
            results.unit_name(unit),
            results.file_name(source)
        )
    })
}

/// Senders' own explanations by record, and by sheet.
pub(super) struct Explained<'a> {
    rows: HashMap<(u32, u16, u32), &'a str>,
    sheets: HashMap<(u32, u16), &'a str>,
}

impl<'a> Explained<'a> {
    pub(super) fn of(results: &Results<'a>) -> Explained<'a> {
        let all = &results.verdict.explanations;
        let rows = all.iter().filter_map(|one| Some(((one.source, one.sheet, one.row?), one.text.as_str())));
        let sheets = all.iter().filter(|one| one.row.is_none()).map(|one| ((one.source, one.sheet), one.text.as_str()));
        Explained { rows: rows.collect(), sheets: sheets.collect() }
    }

    /// Only a doubt is explained: what must be mended is not made right by words.
    pub(super) fn of_finding(&self, finding: &Finding) -> &'a str {
        let place = &finding.place;
        let (Some(source), Some(sheet)) = (place.source, place.sheet) else { return "" };
        if finding.severity != Severity::Verify {
            return "";
        }
        let of_row = place.row.and_then(|row| self.rows.get(&(source, sheet, row)));
        of_row.or_else(|| self.sheets.get(&(source, sheet))).copied().unwrap_or_default()
    }
}

fn sheet<W: Write + Seek>(
    (results, links): (&Results<'_>, &Links),
    title: &str,
    name: &str,
    lines: impl Iterator<Item = DecisionLine>,
    book: &mut RowBook<W>,
) -> io::Result<Vec<String>> {
    let words = Disposition::ALL.map(Disposition::word);
    let sheet = Listing::new(book, (name, title), &COLUMNS, u32::MAX)?;
    // Further columns are read on the screen; all of them on paper could not be read at all.
    let mut sheet = sheet.with_choices(CHOICE, &words).with_printed(STATE + 1);
    for (number, line) in (1u64..).zip(lines) {
        let taken_on = &line.taken_on;
        let row = Tag::of_row(&taken_on.record, &taken_on.field, &taken_on.found);
        let tag = line.tag.clone().map_or_else(String::new, |tag| Tag { row, ..tag }.text());
        let target = line.source.and_then(|source| links.target(results, source));
        let place = opening(&taken_on.place, target.as_deref());
        let [disposition, value, reason, officer, day] = line.written.each_ref().map(|text| ListCell::Input(text));
        let items = [
            ListCell::Count(number),
            ListCell::Text(&taken_on.severity),
            ListCell::Text(&taken_on.unit),
            ListCell::Text(&taken_on.record),
            ListCell::Text(&taken_on.field),
            ListCell::Text(&taken_on.value),
            ListCell::Text(&line.clean),
            ListCell::Text(&taken_on.found),
            disposition,
            value,
            reason,
            officer,
            day,
            ListCell::Text(&line.state),
            ListCell::Text(&line.expected),
            ListCell::Text(&line.effect),
            ListCell::Text(&line.explanation),
            place,
            ListCell::Text(&taken_on.code),
            ListCell::Tag(&tag),
        ];
        let strong = if line.strong { Some(STATE) } else { (taken_on.severity == Severity::Block.word()).then_some(1) };
        sheet.push(&items, strong)?;
    }
    sheet.finish()
}

/// How to fill it in.
fn guide<W: Write + Seek>(results: &Results<'_>, title: &str, book: &mut RowBook<W>) -> io::Result<()> {
    let columns = [("项目", 16.0), ("说明", 96.0)];
    let mut sheet = Listing::new(book, ("填写说明", title), &columns, u32::MAX)?;
    let mut line = |name: &str, words: &str| sheet.push(&[ListCell::Text(name), ListCell::Text(words)], None);
    line("本表", &format!("{}的处理意见。只对这一期有效。", results.name()))?;
    line(
        "怎样填",
        "在“待处理”里填黄色的几栏：“处理”从下拉表里选，“理由”除“已联系待回复”外都要写。填好保存，放在原处（结果文件夹）不动，\
         再运行一次汇总，程序先读取这里的意见再计算。几个人分头填的，各存一份放在同一文件夹里，文件名里保留“处理意见”四个字。",
    )?;
    line(
        "怎样算数",
        "处理意见只对当时的内容有效：所依据的单元格改动了，或者规则改过了，就失效，列在“已失效”里，需要重新处理。报表原件不会改动。",
    )?;
    line("改主意", "在“已处理”里直接改，或选“撤回”。没有已处理、已失效的，就没有这两张表。")?;
    line("可以怎样动", "可以排序、筛选、隐藏列、删行，可以另存为 xls、ods；“标识”一列（已隐藏）不要改。")?;
    for disposition in Disposition::ALL {
        line(disposition.word(), disposition.meaning())?;
    }
    sheet.finish().map(drop)
}
