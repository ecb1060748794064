//! 单位名册: units, their chain of 上级, who owes what, and the keys that written names are matched by.

use super::columns::{HeadedTable, TableRow, Want};
use super::shelf::Shelf;
use super::spoiled::{remedy, without_zeros};
use super::tables::{CITIES, City};
use super::units::{MOST_PARENTS, Roster, Unit};
use crate::definition::diagnostic::Diagnostic;
use crate::definition::diagnostic::nearest;
use crate::definition::plan::Plan;
use crate::domain::period::Period;
use crate::model::codes::DiagnosticCode;
use crate::model::normalised::Contact;
use crate::text::names::match_key;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub const ROSTER: &str = "单位名册";
/// The code list, if a definition has it, that says which channels (渠道) there are and in which order.
const CHANNEL_CODES: &str = "channel";

const LEVELS: [&str; 4] = ["省", "市", "县", "基层"];

const MOST_WORKERS: u64 = 1_000_000_000;

const CODE: usize = 0;
const NAME: usize = 1;
const ALIASES: usize = 2;
const PARENT: usize = 3;
const LEVEL: usize = 4;
const CHANNEL: usize = 5;
const CITY: usize = 6;
const INDUSTRY: usize = 7;
const OWNERSHIP: usize = 8;
const WORKERS: usize = 9;
const ENABLED: usize = 10;
const DISABLED: usize = 11;
const OWES: usize = 12;
const PERSON: usize = 13;
const PHONE: usize = 14;

/// A unit as its row says, before the order of the roster is known.
struct RosterRow<'a> {
    unit: Unit,
    parent_code: Option<String>,
    /// 省/市/县/基层.
    level: String,
    record: TableRow<'a>,
}

/// Reads the roster; its problems go to the shelf, and the roster is then not used.
pub fn roster(shelf: &mut Shelf<'_>, plan: &Plan, period: &Period, cities: &[City]) -> Roster {
    let Some(file) = shelf.need(ROSTER) else { return Roster::default() };
    let optional = [
        "别名",
        "上级代码",
        "层级",
        "渠道",
        "地市",
        "行业",
        "所有制",
        "在岗职工人数",
        "启用",
        "停用",
        "应报",
        "联系人",
        "联系电话",
    ];
    let sheet = match HeadedTable::find(&file, Want::list(&["单位代码", "单位名称"], &optional)) {
        Ok(sheet) => sheet,
        Err(problems) => {
            shelf.problems.extend(problems);
            return Roster::default();
        }
    };
    if !sheet.has(OWES) {
        let message = "缺少“应报”列，看不出谁应当报送".to_owned();
        let help = Some(format!("加一列“应报”，应报本项的单位写 {}", plan.name));
        shelf.problems.push(Diagnostic::of_file(DiagnosticCode::MissingColumn, &file.path, message, help));
        return Roster::default();
    }
    // An issued table says the seats itself; only an apportionment needs weights.
    let issued = plan.quota.as_ref().and_then(|quota| quota.issued.as_ref()).is_some_and(|name| shelf.has(name));
    let weighted = plan.quota.is_some() && !issued;
    let problems = &mut shelf.problems;
    let mut owed = Owed::of(plan);
    let mut entries: Vec<RosterRow<'_>> =
        sheet.records().filter_map(|record| entry(record, &mut owed, problems)).collect();
    let channels = channels(&entries, plan, cities);
    check_words(&entries, cities, &channels, problems);
    check_zeros(&entries, problems);
    check_unique(&entries, problems);
    // A stable sort: within one place the file's order stays.
    let place: HashMap<&str, usize> = cities.iter().enumerate().map(|(at, city)| (city.name.as_str(), at)).collect();
    entries.sort_by_cached_key(|entry| order(&entry.unit, &channels, &place));
    link(&mut entries, problems);
    let mut expected = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        if !owes(&entry.unit, period) {
            continue;
        }
        check_expected(entry, &channels, problems);
        expected.extend(u32::try_from(index));
    }
    if expected.is_empty() {
        let message = format!("没有一个单位在 {} 应报“{}”", period.title(), plan.title);
        let help = Some(format!("在“应报”列写 {}，并核对启用、停用日期", plan.name));
        problems.push(Diagnostic::of_file(DiagnosticCode::NobodyOwes, &file.path, message, help));
    }
    let (units, records): (Vec<Unit>, Vec<TableRow<'_>>) =
        entries.into_iter().map(|entry| (entry.unit, entry.record)).unzip();
    let roster = Roster { keys: keys(&units), units, channels, expected };
    for at in roster.recommending().into_iter().filter(|_| weighted) {
        let (unit, record) = (roster.units.get(at as usize), records.get(at as usize));
        if let (Some(unit), Some(record)) = (unit.filter(|unit| unit.workers.is_none()), record) {
            let message = format!("“{}”没有在岗职工人数，名额分不下去", unit.name);
            problems.push(record.problem(DiagnosticCode::MissingWeight, Some(WORKERS), message, Some("填写整数")));
        }
    }
    roster
}

/// As the definition's list has them; without one as the roster names them, those of the cities' own units first.
fn channels(entries: &[RosterRow<'_>], plan: &Plan, cities: &[City]) -> Vec<String> {
    if let Some(list) = plan.codes.iter().find(|list| list.id == CHANNEL_CODES) {
        return list.values.clone();
    }
    let codes: BTreeSet<&str> = cities.iter().map(|city| city.unit_code.as_str()).collect();
    let (own, others): (Vec<&RosterRow<'_>>, Vec<&RosterRow<'_>>) =
        entries.iter().partition(|entry| codes.contains(entry.unit.code.as_str()));
    let mut channels: Vec<String> = Vec::new();
    for RosterRow { unit, .. } in own.into_iter().chain(others) {
        if !unit.channel.is_empty() && !channels.iter().any(|known| **known == *unit.channel) {
            channels.push(unit.channel.to_string());
        }
    }
    channels
}

fn entry<'a>(record: TableRow<'a>, owed: &mut Owed<'_>, problems: &mut Vec<Diagnostic>) -> Option<RosterRow<'a>> {
    let code = record.text(CODE, problems);
    let name = record.text(NAME, problems);
    let mut text = |want| record.text(want, problems).unwrap_or_default();
    let aliases = text(ALIASES);
    let parent_code = Some(text(PARENT)).filter(|code| !code.is_empty());
    let (level, channel, city) = (text(LEVEL), text(CHANNEL), text(CITY));
    // What nobody here asks for is read all the same: a spoiled cell of it is a problem of the roster.
    let (_, _) = (text(INDUSTRY), text(OWNERSHIP));
    let owes = text(OWES);
    let contact = Contact { person: text(PERSON), phone: text(PHONE) };
    let workers = record.integer(WORKERS, problems).and_then(|count| match u64::try_from(count) {
        // More people than there are: a slip, and sums of such figures would not hold.
        Ok(count) if count > MOST_WORKERS => {
            let message = format!("{count} 超过 {MOST_WORKERS} 人");
            problems.push(record.problem(DiagnosticCode::CountTooLarge, Some(WORKERS), message, Some("核对人数")));
            None
        }
        Ok(count) => Some(count),
        Err(_) => {
            problems.push(record.problem(
                DiagnosticCode::NegativeCount,
                Some(WORKERS),
                format!("{count} 小于 0"),
                None,
            ));
            None
        }
    });
    let (enabled, disabled) = (record.date(ENABLED, problems), record.date(DISABLED, problems));
    if let (Some(from), Some(to)) = (enabled, disabled)
        && from > to
    {
        problems.push(record.problem(DiagnosticCode::DatesOrder, Some(DISABLED), "早于启用日期".to_owned(), None));
    }
    let owes = owed.ours(&owes, &record, problems);
    let unit = Unit {
        code: code?,
        name: Arc::from(name?),
        aliases: split(&aliases, &['、', ';', '；']),
        parent: None,
        channel: owed.shared(channel),
        city: owed.shared(city),
        workers,
        enabled,
        disabled,
        contact,
        owes,
    };
    Some(RosterRow { unit, parent_code, level, record })
}

fn split(text: &str, separators: &[char]) -> Vec<String> {
    text.split(separators).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What a word of 应报 says of this pipeline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    Ours,
    NearlyOurs,
    Another,
}

/// How 应报 names this pipeline, and what its words mean: a roster has few of them, and each many times. So it is with
/// channels and cities.
struct Owed<'p> {
    plan: &'p Plan,
    names: [String; 2],
    known: HashMap<String, Means>,
    words: HashSet<Arc<str>>,
}

impl<'p> Owed<'p> {
    fn of(plan: &'p Plan) -> Owed<'p> {
        let names = [match_key(&plan.name), match_key(&plan.title)];
        Owed { plan, names, known: HashMap::new(), words: HashSet::new() }
    }

    /// The word as all units have it that say the same.
    fn shared(&mut self, word: String) -> Arc<str> {
        if let Some(known) = self.words.get(word.as_str()) {
            return Arc::clone(known);
        }
        let word: Arc<str> = word.into();
        self.words.insert(Arc::clone(&word));
        word
    }

    /// Whether 应报 says this pipeline, by name or title. A near miss of either would drop the unit from the expected ones
    /// without a word, so it is a problem.
    fn ours(&mut self, owed: &str, record: &TableRow<'_>, problems: &mut Vec<Diagnostic>) -> bool {
        let name = &self.plan.name;
        let mut ours = false;
        for written in split(owed, &['、', ',', '，', ' ', '\u{3000}', ';', '；', '\n']) {
            let means = match self.known.get(&written) {
                Some(means) => *means,
                None => *self.known.entry(written.clone()).or_insert(means(&written, &self.names)),
            };
            if means == Means::NearlyOurs {
                let help = format!("是不是“{name}”？");
                let message = format!("没有报送项目“{written}”");
                problems.push(record.problem(DiagnosticCode::UnknownPipeline, Some(OWES), message, Some(&help)));
            }
            ours |= means == Means::Ours;
        }
        ours
    }
}

fn means(written: &str, names: &[String]) -> Means {
    let key = match_key(written);
    if names.contains(&key) {
        Means::Ours
    } else if names.iter().any(|known| strsim::jaro_winkler(&key, known) >= 0.92) {
        Means::NearlyOurs
    } else {
        Means::Another
    }
}

fn check_words(entries: &[RosterRow<'_>], cities: &[City], channels: &[String], problems: &mut Vec<Diagnostic>) {
    let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
    let names: Vec<&str> = cities.iter().map(|city| city.name.as_str()).collect();
    let known: BTreeSet<&str> = names.iter().copied().collect();
    for RosterRow { unit, level, record, .. } in entries {
        let mut check = |want, word: &str, listed: bool, known: &[&str], what: &str| {
            if !word.is_empty() && !listed {
                let help = match nearest(word, known.iter().copied()) {
                    Some(near) => format!("是不是“{near}”？"),
                    None => format!("可用：{}", known.join("、")),
                };
                problems.push(record.problem(
                    DiagnosticCode::UnknownWord,
                    Some(want),
                    format!("“{word}”{what}"),
                    Some(&help),
                ));
            }
        };
        check(LEVEL, level, LEVELS.contains(&level.as_str()), &LEVELS, "不是层级");
        check(CHANNEL, &unit.channel, channels.contains(&&*unit.channel), &channels, "不是渠道");
        // Without any city the missing table is the problem, and was reported.
        let listed = names.is_empty() || known.contains(&*unit.city);
        check(CITY, &unit.city, listed, &names, "不在地市顺序表中");
    }
}

/// Codes that a spreadsheet took for numbers: 001 is then 1, and nothing matches it.
fn check_zeros(entries: &[RosterRow<'_>], problems: &mut Vec<Diagnostic>) {
    let codes: Vec<&str> = entries.iter().map(|entry| entry.unit.code.as_str()).collect();
    for entry in without_zeros(&codes).into_iter().filter_map(|at| entries.get(at)) {
        let message = format!("“{}”比别的代码短，像是丢了前面的 0", entry.unit.code);
        let help = Some("把“单位代码”这一列设成文本格式，补上前面的 0");
        problems.push(entry.record.problem(DiagnosticCode::LostZero, Some(CODE), message, help));
    }
}

fn check_unique(entries: &[RosterRow<'_>], problems: &mut Vec<Diagnostic>) {
    let mut codes: HashMap<String, u32> = HashMap::new();
    let mut names: HashMap<String, u32> = HashMap::new();
    for RosterRow { unit, record, .. } in entries {
        let written: [(usize, &mut HashMap<String, u32>, &str); 2] =
            [(CODE, &mut codes, &unit.code), (NAME, &mut names, &unit.name)];
        for (want, seen, text) in written {
            match seen.get(&match_key(text)) {
                Some(first) => {
                    let message = format!("“{text}”重复，第 {first} 行已经有了");
                    problems.push(record.problem(
                        DiagnosticCode::DuplicateUnit,
                        Some(want),
                        message,
                        Some("每个单位只留一行"),
                    ));
                }
                None => {
                    seen.insert(match_key(text), record.line);
                }
            }
        }
    }
}

/// Place in official order: (channel, city).
fn order(unit: &Unit, channels: &[String], place: &HashMap<&str, usize>) -> (usize, usize) {
    let channel = channels.iter().position(|channel| **channel == *unit.channel).unwrap_or(channels.len());
    let city = if channel == 0 { place.get(&*unit.city).copied().unwrap_or(usize::MAX) } else { 0 };
    (channel, city)
}

/// Turns 上级代码 into indices; unknown codes and circles are problems.
fn link(entries: &mut [RosterRow<'_>], problems: &mut Vec<Diagnostic>) {
    let codes: HashMap<String, usize> =
        entries.iter().enumerate().rev().map(|(at, entry)| (match_key(&entry.unit.code), at)).collect();
    for entry in entries.iter_mut() {
        let Some(code) = &entry.parent_code else { continue };
        match codes.get(&match_key(code)) {
            Some(parent) => entry.unit.parent = u32::try_from(*parent).ok(),
            None => {
                let message = format!("名册里没有代码为“{code}”的单位");
                let help = remedy(code, codes.keys().map(String::as_str), "核对上级代码");
                problems.push(entry.record.problem(DiagnosticCode::UnknownParent, Some(PARENT), message, Some(&help)));
            }
        }
    }
    too_deep(entries, problems);
    // Each unit is walked at most once over all walks: 0 not seen, else the walk that saw it.
    let mut seen = vec![0usize; entries.len()];
    for start in 0..entries.len() {
        let mut at = start;
        while seen.get(at) == Some(&0) {
            seen[at] = start + 1;
            match entries[at].unit.parent {
                Some(parent) => at = parent as usize,
                None => break,
            }
        }
        let again = entries.get(at).is_some_and(|entry| entry.unit.parent.is_some());
        // Came back to a unit of this very walk that goes on: a circle. `at == start` alone also holds for a lone unit
        // without 上级, which `again` excludes.
        if again && seen.get(at) == Some(&(start + 1)) {
            let entry = &entries[at];
            let message = format!("“{}”的上级绕了一圈又回到自己", entry.unit.name);
            problems.push(entry.record.problem(
                DiagnosticCode::ParentCircle,
                Some(PARENT),
                message,
                Some("核对这些单位的上级代码"),
            ));
        }
    }
}

/// Reports the first unit that has more units above it than there are levels.
fn too_deep(entries: &[RosterRow<'_>], problems: &mut Vec<Diagnostic>) {
    let parent = |at: usize| entries.get(at).and_then(|entry| entry.unit.parent).map(|parent| parent as usize);
    let depth = |start: usize| std::iter::successors(Some(start), |at| parent(*at)).take(MOST_PARENTS + 2).count() - 1;
    // In a circle every chain is too long: the circle is what is reported.
    let ends = |start: usize| {
        std::iter::successors(Some(start), |at| parent(*at)).take(entries.len() + 1).count() <= entries.len()
    };
    let deep = (0..entries.len()).find(|at| depth(*at) > MOST_PARENTS);
    if let Some(entry) = deep.filter(|at| ends(*at)).and_then(|at| entries.get(at)) {
        let message = format!("“{}”的上级超过 {MOST_PARENTS} 层", entry.unit.name);
        let help = Some("核对上级代码，每个单位只写直接上级");
        problems.push(entry.record.problem(DiagnosticCode::ParentsTooMany, Some(PARENT), message, help));
    }
}

fn owes(unit: &Unit, period: &Period) -> bool {
    unit.owes
        && unit.enabled.is_none_or(|day| day <= period.last)
        && unit.disabled.is_none_or(|day| day >= period.first)
}

/// What an expected unit has to have, so that it finds its row in every table.
fn check_expected(entry: &RosterRow<'_>, channels: &[String], problems: &mut Vec<Diagnostic>) {
    let RosterRow { unit, record, .. } = entry;
    if unit.channel.is_empty() {
        let message = format!("“{}”应报送，却没有写渠道", unit.name);
        problems.push(record.problem(
            DiagnosticCode::MissingCell,
            Some(CHANNEL),
            message,
            Some(&format!("填写：{}", channels.join("、"))),
        ));
    }
    if channels.first().is_some_and(|first| **first == *unit.channel) && unit.city.is_empty() {
        let message = format!("“{}”应报送，却没有写地市", unit.name);
        problems.push(record.problem(DiagnosticCode::MissingCell, Some(CITY), message, Some("填写所在地市")));
    }
}

/// 单位代码 of a city has to be a unit of the roster.
pub fn check_cities(shelf: &mut Shelf<'_>, cities: &[City], roster: &Roster) {
    if roster.units.is_empty() {
        return;
    }
    let codes: BTreeSet<String> = roster.units.iter().map(|unit| match_key(&unit.code)).collect();
    let path = shelf.files.iter().find(|(name, ..)| name == CITIES).map(|(_, path, _)| path.clone());
    for city in cities.iter().filter(|city| !city.unit_code.is_empty() && !codes.contains(&match_key(&city.unit_code)))
    {
        let message = format!("“{}”的单位代码“{}”不在单位名册中", city.name, city.unit_code);
        let help = Some(remedy(&city.unit_code, codes.iter().map(String::as_str), "核对单位代码"));
        shelf.problems.push(Diagnostic::of_file(
            DiagnosticCode::UnknownUnit,
            path.as_deref().unwrap_or_else(|| std::path::Path::new("")),
            message,
            help,
        ));
    }
}

fn keys(units: &[Unit]) -> BTreeMap<String, Vec<u32>> {
    let mut keys: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (index, unit) in (0u32..).zip(units) {
        let names = [unit.code.as_str(), &unit.name].into_iter().chain(unit.aliases.iter().map(String::as_str));
        for name in names {
            let units = keys.entry(match_key(name)).or_default();
            if units.last() != Some(&index) {
                units.push(index);
            }
        }
    }
    keys
}
