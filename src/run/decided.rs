//! Decisions in a run: validated with them, and where one of them changes what a return says, validated anew; what holds
//! no more is said.

use super::answers::Answers;
use super::prepare::Prepared;
use super::stop::Stop;
use crate::history::History;
use crate::history::decisions::register::{Register, who};
use crate::history::keep::input_hash;
use crate::model::codes::{Code, FindingCode};
use crate::model::decision::{Decision, DecisionState, Decisions, Disposition, Settled, TakenOn};
use crate::model::finding::FoundRecord;
use crate::model::run::RunVerdict;
use crate::model::{CellRef, Column, Effect, Finding, FindingKey, Fingerprint, Place, Severity};
use crate::normalise::Normaliser;
use crate::rows::subject::Subjects;
use crate::text::names::match_key;
use crate::validate::arrived::Arrived;
use crate::validate::decided::{Said, UnknownIn, change, file_of, of_whole_file, takes_out, waits};
use crate::validate::yardstick::Yardstick;
use crate::validate::{self, Validated};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The decisions of a run, with the workbooks that they came from.
pub struct TakenIn {
    pub register: Register,
    pub answers: Answers,
}

/// Merges what the history keeps of the run's own period with what the workbooks say.
///
/// # Errors
/// [`Stop::Usage`]: the history's decisions cannot be read, and would be lost with the next run.
pub fn register(history: &History, mut answers: Answers) -> Result<TakenIn, Stop> {
    let stored = match history.own() {
        Some(Ok(stored)) => stored.decisions().map_err(|why| {
            Stop::Usage(format!(
                "{}的处理意见在历史库里读不出来：{}。没有运行，以免丢掉。请从备份恢复历史库里这一期，再运行。",
                history.own_title(),
                why.words()
            ))
        })?,
        _ => Vec::new(),
    };
    let books = std::mem::take(&mut answers.books);
    let mut register = Register::of(stored, books);
    register.remarks.extend(answers.remarks.iter().cloned());
    Ok(TakenIn { register, answers })
}

impl TakenIn {
    /// Adds what no finding of the run is under, and what is to be said of the decisions, to the verdict.
    pub fn close(&self, prepared: &Prepared, validated: &mut Validated) {
        if self.register.current.is_empty() && self.register.past.is_empty() && self.register.untaken.is_empty() {
            return;
        }
        close(&self.register.decisions(), &self.register.past, &mut validated.verdict);
        tell(prepared, validated);
        let findings = self.findings(&validated.verdict);
        let Prepared { plan, reference, .. } = prepared;
        validate::add_remarks(plan, reference, &mut validated.verdict, findings);
    }

    /// Findings on the decisions themselves, each with the cell that it was written in.
    fn findings(&self, verdict: &RunVerdict) -> Vec<Finding> {
        let mut all = Vec::new();
        for one in &self.register.untaken {
            let found = format!("处理意见没有采用（{}）：{}", one.answer.place, one.why);
            let written = one.answer.written.iter().cloned();
            let read: Vec<String> = std::iter::once(one.answer.tag.key.to_string()).chain(written).collect();
            all.push(finding(FindingCode::DecisionNotTaken, Severity::Verify, &read, found));
        }
        for settled in &verdict.decisions {
            let Decision { taken_on: on, source, .. } = &settled.decision;
            let about: Vec<&str> =
                [&on.place, &on.record, &on.field].into_iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
            let about = about.join(" · ");
            let read = [settled.decision.key.to_string(), settled.decision.disposition.key().to_owned()];
            match &settled.state {
                DecisionState::Refused(why) => {
                    let at = if source.is_empty() { about } else { source.clone() };
                    let found = format!("处理意见“{}”没有采用（{at}）：{why}", settled.decision.words());
                    all.push(finding(FindingCode::DecisionNotTaken, Severity::Verify, &read, found));
                }
                DecisionState::Expired(why) => {
                    let found = format!("处理意见“{}”已失效（{about}）：{why}", settled.decision.words());
                    all.push(finding(FindingCode::DecisionExpired, Severity::Note, &read, found));
                }
                _ => {}
            }
        }
        all
    }

    /// What an officer is told on the screen.
    pub fn notes(&self, verdict: &RunVerdict) -> Vec<String> {
        let count = |of: fn(&DecisionState) -> bool| verdict.decisions.iter().filter(|one| of(&one.state)).count();
        let force = count(|state| matches!(state, DecisionState::InForce));
        let open = count(|state| matches!(state, DecisionState::Open));
        let expired = count(|state| matches!(state, DecisionState::Expired(_)));
        let refused = count(|state| matches!(state, DecisionState::Refused(_))) + self.register.untaken.len();
        let new = |one: &&Settled| {
            !one.decision.source.is_empty() && matches!(one.state, DecisionState::InForce | DecisionState::Open)
        };
        let taken = verdict.decisions.iter().filter(new).count();
        let mut notes = self.register.remarks.clone();
        if force + open + expired + refused > 0 {
            let parts = [
                (taken, "新采用"),
                (force, "有效"),
                (open, "问题仍待处理"),
                (expired, "已失效"),
                (refused, "没有采用"),
            ];
            let parts: Vec<String> =
                parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{word} {n} 条")).collect();
            notes.push(format!("处理意见：{}；逐条见“处理意见”工作簿", parts.join("，")));
        }
        notes
    }
}

/// `read`: the decision that it is about, and what that says.
fn finding(code: FindingCode, severity: Severity, read: &[String], found: String) -> Finding {
    Finding {
        code: code.into(),
        severity,
        place: Place::default(),
        found,
        expected: "".into(),
        next: code.entry().next.into(),
        line: None,
        effect: Effect::Counts,
        key: FindingKey::reading(read),
        rules: Vec::new(),
    }
}

/// A corrected value may bring a finding that somebody decided too, and so on; nobody decides deeper than this.
const ROUNDS: usize = 6;

/// Validates with decisions. Each is on a finding that is made of what was sent; so what was sent is judged first, then
/// with the values that people gave it.
///
/// `as_ours` reads a file again, by its index in the run, as a return of the run's period whatever it says.
pub fn validate(
    normaliser: &Normaliser<'_>,
    yardstick: Yardstick<'_>,
    arrived: Vec<Arrived>,
    as_ours: &dyn Fn(u32) -> Option<Arrived>,
) -> Validated {
    let decisions = yardstick.decisions;
    // The others are settled on the way; these may have to be done to the returns, which are then judged anew.
    let changes = |one: &Decision| !matches!(one.disposition, Disposition::Contacted | Disposition::Withdrawn);
    if !decisions.iter().any(changes) {
        return validate::validate(yardstick, arrived);
    }
    let mut arrived = arrived;
    let mut validated = validate::validate(yardstick, arrived.clone());
    let mut done: Vec<Settled> = Vec::new();
    let mut met: BTreeMap<Fingerprint, Settled> = BTreeMap::new();
    let mut given = Given::default();
    for _ in 0..ROUNDS {
        for settled in &validated.verdict.decisions {
            met.insert(settled.decision.key.finding, settled.clone());
        }
        let stands = |settled: &Settled| matches!(settled.state, DecisionState::InForce | DecisionState::Open);
        let wanted = |settled: &&Settled| {
            stands(settled)
                && settled.finding.as_ref().is_some_and(|finding| waits(settled.decision.disposition, finding))
        };
        let mut fresh: Vec<Settled> = validated.verdict.decisions.iter().filter(wanted).cloned().collect();
        if fresh.is_empty() {
            break;
        }
        // Nothing is done to a return that is out.
        fresh.sort_by_key(|settled| !takes_file_out(settled));
        let taken_out = validated.verdict.decisions.iter().filter(|one| takes_out(one));
        let out: HashSet<FoundRecord> = taken_out.filter_map(|one| one.finding.as_ref()?.record()).collect();
        let findings = std::mem::take(&mut validated.verdict.findings);
        let by_file = by_file(&findings);
        let is_out_already = arrived.iter().filter(|file| file.left_out.is_some());
        let mut left_out: HashSet<u32> = is_out_already.map(|file| file.source.index).collect();
        given.unknown = UnknownIn::default();
        if fresh.iter().any(|settled| settled.decision.disposition == Disposition::SameUnit) {
            arrived.iter().enumerate().for_each(|(position, file)| given.unknown.add(position, file));
        }
        for mut settled in fresh {
            let on = settled.finding.as_ref();
            if on.is_some_and(|on| is_out(&arrived, on)) {
                settled.state = match settled.decision.disposition {
                    // Another one took it out already, or its copy.
                    Disposition::Excluded => settled.state,
                    _ => DecisionState::Expired(OF_NO_USE.to_owned()),
                };
                done.push(settled);
                continue;
            }
            if on.and_then(Finding::record).is_some_and(|record| out.contains(&record)) {
                let why = "同一条记录另有处理意见“不计入”；请商定后只留一种";
                settled.state = DecisionState::Refused(why.to_owned());
                done.push(settled);
                continue;
            }
            let applied = match settled.decision.disposition {
                Disposition::ThisPeriod => count_as_ours(&mut arrived, &settled, as_ours, &mut given),
                _ => apply(normaliser, yardstick, &mut arrived, &settled, &mut given),
            };
            match applied {
                Ok(along) if takes_file_out(&settled) => {
                    // Its own file with the copies of it; what others took out goes with theirs.
                    let files = arrived.iter().filter(|file| file.left_out.is_some()).map(|file| file.source.index);
                    let files = files.filter(|file| left_out.insert(*file));
                    let on =
                        files.filter_map(|file| by_file.get(&file)).flatten().copied().collect::<BTreeSet<usize>>();
                    let own = settled.decision.key.finding;
                    let with = |other: &&Finding| other.key.whole() != own && decisions.on(other).is_none();
                    settled.along = on.iter().filter_map(|at| findings.get(*at)).filter(with).cloned().collect();
                    settled.along.extend(along);
                }
                Ok(along) => settled.along = along,
                Err(why) => settled.state = DecisionState::Refused(why),
            }
            done.push(settled);
        }
        let tried: HashSet<Fingerprint> = done.iter().map(|settled| settled.decision.key.finding).collect();
        let left = decisions.without(&tried, met.values());
        validated = validate::validate(Yardstick { decisions: &left, ..yardstick }, arrived.clone());
    }
    let verdict = &mut validated.verdict;
    let open: BTreeSet<Fingerprint> = verdict.findings.iter().map(|finding| finding.key.whole()).collect();
    for settled in &mut done {
        if settled.state == DecisionState::InForce && open.contains(&settled.decision.key.finding) {
            settled.state = match settled.decision.disposition {
                Disposition::ThisVersion => {
                    let why = "几份都选了“采用此版”，或者仍和别的报表分不出先后；只能在一份上选";
                    DecisionState::Refused(why.to_owned())
                }
                _ => DecisionState::Open,
            };
        }
    }
    verdict.decisions.extend(done);
    let settled: BTreeSet<Fingerprint> = verdict.decisions.iter().map(|one| one.decision.key.finding).collect();
    let left = met.into_values().filter(|one| !settled.contains(&one.decision.key.finding));
    let still = Still::of(&verdict.findings);
    let left: Vec<Settled> = left.map(|one| outlived(one, &arrived, &still)).collect();
    verdict.decisions.extend(left);
    validated
}

const OF_NO_USE: &str = "这份报表已认定整份不计入，这一条用不上";

/// Whether a decision takes a whole file out for good.
fn takes_file_out(settled: &Settled) -> bool {
    let of_file = |finding: &Finding| of_whole_file(settled.decision.disposition, finding);
    settled.decision.disposition == Disposition::Excluded && settled.finding.as_ref().is_some_and(of_file)
}

/// Whether a finding is on a file that somebody took out.
fn is_out(arrived: &[Arrived], finding: &Finding) -> bool {
    let file = finding.place.source.and_then(|source| file_of(arrived, source)).and_then(|at| arrived.get(at));
    file.is_some_and(|file| file.left_out.is_some())
}

/// Findings by the file that they are on, by their places in the list.
fn by_file(findings: &[Finding]) -> HashMap<u32, Vec<usize>> {
    let mut by_file: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        if let Some(source) = finding.place.source {
            by_file.entry(source).or_default().push(at);
        }
    }
    by_file
}

/// What the findings that are left are on, and where they stand.
struct Still<'f> {
    subjects: HashSet<Fingerprint>,
    spots: HashSet<FoundAt<'f>>,
}

/// Code, file, sheet, row and cells of a finding on a record.
type FoundAt<'f> = (&'f Code, Option<u32>, Option<u16>, u32, &'f [CellRef]);

impl<'f> Still<'f> {
    fn of(findings: &'f [Finding]) -> Still<'f> {
        let subjects = findings.iter().map(|finding| finding.key.subject()).collect();
        Still { subjects, spots: findings.iter().filter_map(spot).collect() }
    }
}

fn spot(finding: &Finding) -> Option<FoundAt<'_>> {
    let Place { source, sheet, row, cells, .. } = &finding.place;
    Some((&finding.code, *source, *sheet, (*row)?, cells))
}

/// A decision that was settled before another one corrected a value, and whose finding is there no more: as it was, where
/// that leaves nothing to ask.
fn outlived(mut settled: Settled, arrived: &[Arrived], still: &Still<'_>) -> Settled {
    if settled.finding.as_ref().is_some_and(|finding| is_out(arrived, finding)) {
        (settled.state, settled.finding) = (DecisionState::Expired(OF_NO_USE.to_owned()), None);
        return settled;
    }
    let subject = settled.decision.key.subject;
    let left_out = matches!(settled.decision.disposition, Disposition::Excluded | Disposition::Pending);
    let stood = matches!(settled.state, DecisionState::InForce | DecisionState::Open);
    // A corrected name or number makes it another record, in the same place.
    let here = settled.finding.as_ref().and_then(spot).is_some_and(|spot| still.spots.contains(&spot));
    if stood && (here || still.subjects.contains(&subject)) {
        let why = "另一处“改为”改动了所依据的内容，问题还在，请重新处理";
        (settled.state, settled.finding) = (DecisionState::Expired(why.to_owned()), None);
    } else if left_out && stood {
        let why = "另一处改正以后，这个问题没有了，本行照计";
        (settled.state, settled.finding) = (DecisionState::Expired(why.to_owned()), None);
    }
    settled
}

/// What decisions of a run gave to cells and names so far: two may say the same of one, and nothing else.
#[derive(Default)]
struct Given {
    cells: BTreeMap<(u32, u16, CellRef), String>,
    names: BTreeMap<String, u32>,
    /// Where the names stand that may be given a unit.
    unknown: UnknownIn,
}

/// Puts a return that says another period in its own place, read as one of the run's.
fn count_as_ours(
    arrived: &mut [Arrived],
    settled: &Settled,
    as_ours: &dyn Fn(u32) -> Option<Arrived>,
    given: &mut Given,
) -> Result<Vec<Finding>, String> {
    let source = settled.finding.as_ref().and_then(|finding| finding.place.source);
    let at = source.and_then(|source| file_of(arrived, source)).ok_or("找不到这份报表")?;
    let old = arrived.get_mut(at).ok_or("找不到这份报表")?;
    let new = as_ours(old.source.index).filter(|new| new.sha256.is_some() && new.sha256 == old.sha256);
    *old = new.ok_or("这份报表重新读取时读不出来，或者内容变了；请再运行一次")?;
    given.unknown.add(at, old);
    Ok(Vec::new())
}

/// Does what one decision wants done to the returns.
fn apply(
    normaliser: &Normaliser<'_>,
    yardstick: Yardstick<'_>,
    arrived: &mut [Arrived],
    settled: &Settled,
    given: &mut Given,
) -> Result<Vec<Finding>, String> {
    let Yardstick { plan, .. } = yardstick;
    let Some(finding) = &settled.finding else { return Err("找不到这个问题".to_owned()) };
    let written = &settled.decision.value;
    match settled.decision.disposition {
        Disposition::Replaced => {
            let (Some(form), Some(field)) = (finding.key.form, finding.key.field) else {
                return Err("这个问题不在某一格上".to_owned());
            };
            let value = normaliser.written(usize::from(form), usize::from(field), written);
            let value = value.map_err(|why| format!("“改为”写的“{written}”不能用：{why}"))?;
            let place = &finding.place;
            let at = (place.source.unwrap_or_default(), place.sheet.unwrap_or_default());
            let at = place.cells.first().map(|cell| (at.0, at.1, *cell));
            match at.and_then(|at| given.cells.get(&at)) {
                Some(other) if other != written => {
                    return Err(format!("同一格的另一个问题写了改为“{other}”，这里写的是“{written}”"));
                }
                Some(_) => return Ok(Vec::new()),
                None => {}
            }
            let along = change(plan, arrived, settled, &Said::Value(value), &given.unknown)?;
            given.cells.extend(at.map(|at| (at, written.clone())));
            Ok(along)
        }
        Disposition::SameUnit => {
            let form = plan.forms.first().ok_or("没有表式")?;
            let unit = match normaliser.written(0, form.unit_field, written).as_deref() {
                Ok([Column::Unit(unit)]) => unit.get(0),
                _ => None,
            };
            let unit = unit.ok_or_else(|| format!("“改为”写的“{written}”不是单位名册里的单位"))?;
            let name = match_key(&settled.decision.taken_on.value);
            match given.names.get(&name) {
                Some(other) if *other != unit => Err("同一个单位名另有处理意见，写的是另一个单位".to_owned()),
                Some(_) => Ok(Vec::new()),
                None => {
                    let along = change(plan, arrived, settled, &Said::Unit(unit), &given.unknown)?;
                    given.names.insert(name, unit);
                    Ok(along)
                }
            }
        }
        Disposition::Excluded => {
            let Decision { reason, .. } = &settled.decision;
            let why = format!("经人工认定整份不计入：{reason}（{}）", who(&settled.decision));
            Ok(change(plan, arrived, settled, &Said::Out(Some(why)), &given.unknown)?)
        }
        Disposition::Pending => Ok(change(plan, arrived, settled, &Said::Out(None), &given.unknown)?),
        _ => Ok(change(plan, arrived, settled, &Said::Nothing, &given.unknown)?),
    }
}

/// Adds the decisions that no finding of this run is under, with the reason; and puts all in one order.
fn close(decisions: &Decisions, past: &[Decision], verdict: &mut RunVerdict) {
    let settled: BTreeSet<Fingerprint> = verdict.decisions.iter().map(|one| one.decision.key.finding).collect();
    let still: BTreeSet<Fingerprint> = verdict.findings.iter().map(|finding| finding.key.subject()).collect();
    let mut left: Vec<&Decision> = decisions.iter().filter(|one| !settled.contains(&one.key.finding)).collect();
    left.sort_by_key(|one| one.key);
    for decision in left {
        let why = if still.contains(&decision.key.subject) {
            "所依据的内容改动了，问题还在，请重新处理"
        } else {
            "报来的内容里已没有这个问题（改正了、改动了，或这份报表不在其中）"
        };
        let state = DecisionState::Expired(why.to_owned());
        verdict.decisions.push(Settled { decision: decision.clone(), state, finding: None, along: Vec::new() });
    }
    let place = |one: &Settled| one.finding.as_ref().map(|finding| (finding.severity, finding.place.clone()));
    verdict.decisions.sort_by(|a, b| {
        (a.finding.is_none(), place(a), a.decision.key).cmp(&(b.finding.is_none(), place(b), b.decision.key))
    });
    verdict.decisions.extend(past.iter().map(|decision| Settled {
        decision: decision.clone(),
        state: DecisionState::Replaced,
        finding: None,
        along: Vec::new(),
    }));
    let inputs = input_hash(verdict);
    for settled in verdict.decisions.iter_mut().filter(|settled| settled.decision.since.is_empty()) {
        settled.decision.since.clone_from(&inputs);
    }
}

/// Writes down in words what each decision was taken on, where its finding is there to tell.
fn tell(prepared: &Prepared, validated: &mut Validated) {
    let Prepared { plan, reference, .. } = prepared;
    let told: Vec<Option<TakenOn>> = {
        let verdict = &validated.verdict;
        let rows = validated.rows.iter().map(|of| &of.rows).chain(validated.aside.iter().map(|of| &of.rows));
        let findings = verdict.decisions.iter().filter_map(|settled| settled.finding.as_ref());
        let subjects = Subjects::of(plan, verdict, rows, findings);
        let name = |unit: u32| {
            reference.roster.units.get(unit as usize).map_or_else(String::new, |unit| unit.name.to_string())
        };
        let tell = |settled: &Settled| {
            let finding = settled.finding.as_ref()?;
            let subject = subjects.tell(finding);
            let of_file = || verdict.sources.get(finding.place.source? as usize)?.unit;
            Some(TakenOn {
                code: finding.code.to_string(),
                severity: finding.severity.word().to_owned(),
                unit: finding.place.unit.or_else(of_file).map(name).unwrap_or_default(),
                place: verdict.place_words(&finding.place, name),
                record: subject.record,
                field: subject.field,
                value: subject.raw,
                found: finding.found.clone(),
            })
        };
        verdict.decisions.iter().map(tell).collect()
    };
    for (settled, told) in validated.verdict.decisions.iter_mut().zip(told) {
        if let Some(told) = told {
            settled.decision.taken_on = told;
        }
    }
}
