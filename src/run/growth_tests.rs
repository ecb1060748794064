//! What a run does with twice the input is at most 2.3 times the work: in bytes taken and in looks at records, through all
//! stages from the workbooks as read to the results on the disk. What a run does whatever comes is left out of the count.

use super::answers::Answers;
use super::collect::arrive;
use super::prepare::Prepared;
use super::{computed, decided, write};
use crate::counted;
use crate::history::History;
use crate::history::decisions::register::Register;
use crate::ingest::{self, Delivery, Limits};
use crate::model::RawSheet;
use crate::model::decision::{Decision, DecisionKey, Decisions, Disposition, TakenOn};
use crate::model::outcome::ReadOutcome;
use crate::normalise::{Assignment, Normaliser};
use crate::samples;
use crate::validate::arrived::Arrived;
use crate::validate::yardstick::Yardstick;
use crate::validate::{self, Validated};
use crate::workspace::Workspace;
use std::path::Path;

/// A province of a few returns with many rows each, read once; each case makes of them what grows.
struct Province {
    _folder: tempfile::TempDir,
    prepared: Prepared,
    files: Vec<crate::model::SourceFile>,
    reads: Vec<ReadOutcome>,
}

const UNITS: u32 = 5;
const ROWS: u32 = 24;

impl Province {
    /// `times` as many returns.
    fn of(times: u32) -> Province {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::tempdir().unwrap();
        let asked = samples::Options {
            pipeline: "model-teams".into(),
            out: folder.path().to_owned(),
            units: Some(UNITS * times),
            period: None,
            rows: ROWS,
            seed: 1,
            pipelines: root.join("pipelines"),
        };
        samples::generate(&asked).unwrap();
        let limits = Limits::default();
        let reference = folder.path().join("reference");
        let workspace = Workspace::find(Some(&root.join("pipelines"))).unwrap();
        let prepared = workspace.prepare("model-teams", Some(&reference), None, limits.allowance()).unwrap();
        let files = ingest::discover(&[folder.path().join("returns")], &limits).unwrap().files;
        let reads = ingest::read_here(&files, &limits, |read| read);
        Province { _folder: folder, prepared, files, reads }
    }

    /// A whole run over what `change` makes of each text, by the number of its file and sheet; with decisions.
    fn run(&self, change: &dyn Fn(usize, &mut RawSheet), decide: &dyn Fn(&Validated) -> Vec<Decision>) -> Done {
        let Prepared { plan, reference, period, .. } = &self.prepared;
        let (limits, out) = (Limits::default(), tempfile::tempdir().unwrap());
        let normaliser = Normaliser::new(Assignment { plan, reference, period, confirmed: false });
        let mut arrived: Vec<Arrived> = Vec::new();
        for (at, (source, read)) in self.files.iter().zip(&self.reads).enumerate() {
            let mut read = read.clone();
            if let ReadOutcome::Workbook(workbook) = &mut read {
                workbook.sheets.iter_mut().for_each(|sheet| change(at, sheet));
            }
            let mut sha256 = [0; 32];
            sha256[..8].copy_from_slice(&at.to_le_bytes());
            let delivery = Delivery { read, sha256: Some(sha256), size: 1, spent: std::time::Duration::ZERO };
            arrived.push(arrive(&normaliser, source, &delivery, &limits));
        }
        let history = History::open(None, plan, reference, period);
        let none = Decisions::default();
        let yardstick = Yardstick { plan, reference, period, history: &history, decisions: &none };
        let decided = decide(&validate::validate(yardstick, arrived.clone()));
        let register = Register { current: decided, ..Register::default() };
        let decisions = register.decisions();
        let mut along = Vec::new();
        let work = counted::work(|| {
            let yardstick = Yardstick { decisions: &decisions, ..yardstick };
            let mut validated = decided::validate(&normaliser, yardstick, arrived, &|_| None);
            let computed = computed(&self.prepared, &validated, &history).unwrap();
            along = validated.verdict.decisions.iter().map(|one| one.along.len()).collect();
            let taken = decided::TakenIn { register, answers: Answers::default() };
            taken.close(&self.prepared, &mut validated);
            write(&self.prepared, &history, None, (&validated, &computed), &taken, out.path()).unwrap();
        });
        Done { work, along }
    }
}

/// What a run came to.
struct Done {
    work: [i64; 2],
    /// Per decision, how many findings went with it.
    along: Vec<usize>,
}

/// Puts other words in the place of every text of a sheet that `change` has some for, by its row and column.
fn rewrite(sheet: &mut RawSheet, change: impl Fn(u32, u16, &str) -> Option<String>) {
    let old = std::mem::take(&mut sheet.cells);
    for cell in old {
        let text = sheet.text(cell.value).to_owned();
        match change(cell.at.row, cell.at.col, &text).filter(|_| !text.is_empty()) {
            Some(new) => sheet.push_text(cell.at, &new),
            None => sheet.push(cell.at, cell.value),
        }
    }
}

/// Rows from this on are records, and the columns of the form.
const FIRST: u32 = 4;
const UNIT: u16 = 1;
const TEAM: u16 = 3;

fn decision(key: DecisionKey, taken_on: TakenOn, disposition: Disposition, value: &str) -> Decision {
    Decision {
        key,
        disposition,
        value: value.to_owned(),
        reason: "查过".to_owned(),
        officer: "王某".to_owned(),
        day: None,
        taken_on,
        since: String::new(),
        source: String::new(),
    }
}

/// A decision on every finding of some codes.
fn on_all<'v>(validated: &'v Validated, codes: &'v [&str], disposition: Disposition, value: &'v str) -> Vec<Decision> {
    let verdict = &validated.verdict;
    let mine = verdict.findings.iter().filter(|finding| codes.contains(&&*finding.code));
    let all = mine.map(|finding| {
        let sha256 = finding.place.source.map_or("", |source| &verdict.sources[source as usize].sha256);
        let condition = DecisionKey::of_file(sha256);
        let key = DecisionKey { finding: finding.key.whole(), subject: finding.key.subject(), condition };
        let at = (finding.place.source.unwrap(), finding.place.sheet.unwrap_or(0), finding.place.cells.first());
        let name = at.2.and_then(|cell| verdict.seen.get(&(at.0, at.1, *cell))).cloned().unwrap_or_default();
        decision(key, TakenOn { value: name, ..TakenOn::default() }, disposition, value)
    });
    all.collect()
}

/// Neither the cover nor any row names a unit of the roster.
fn strangers(file: usize, sheet: &mut RawSheet) {
    rewrite(sheet, |row, _, text| {
        let name = if row < FIRST {
            format!("填报单位（盖章）：某地{file}号厂")
        } else {
            format!("某地{file}之{row}号厂")
        };
        text.contains("实业").then_some(name)
    });
}

type Change = Box<dyn Fn(usize, &mut RawSheet)>;
type Decide = Box<dyn Fn(&Validated) -> Vec<Decision>>;

fn cases() -> Vec<(&'static str, Change, Decide)> {
    let nothing = || -> Decide { Box::new(|_| Vec::new()) };
    let records = |change: fn(usize, u32, u16, &str) -> Option<String>| -> Change {
        Box::new(move |file, sheet| {
            rewrite(sheet, |row, col, text| change(file, row, col, text).filter(|_| row >= FIRST));
        })
    };
    let unknown_rows =
        |file: usize, row: u32, col: u16, _: &str| (col == UNIT).then(|| format!("某地{file}之{row}号联合厂"));
    vec![
        ("as they are", Box::new(|_, _| {}), nothing()),
        (
            "every cover names an unknown unit",
            Box::new(|file, sheet| {
                rewrite(sheet, |_, _, text| {
                    text.ends_with("实业有限公司").then(|| text.replacen("实业有限公司", &format!("{file}号联合厂"), 1))
                });
            }),
            nothing(),
        ),
        ("every row names another unknown unit", records(unknown_rows), nothing()),
        (
            "every row is wrong, and stands alone",
            records(|_, _, col, _| (col == 9).then(|| "二十来个".to_owned())),
            nothing(),
        ),
        ("all rows are one team", records(|_, _, col, _| (col == TEAM).then(|| "先锋班组".to_owned())), nothing()),
        (
            "teams of one name with additions",
            records(|_, row, col, _| (col == TEAM).then(|| format!("先锋班组（{row}）"))),
            nothing(),
        ),
        (
            "unknown names, each decided",
            records(unknown_rows),
            Box::new(|validated| on_all(validated, &["unit-unknown"], Disposition::SameUnit, "L00001")),
        ),
        (
            "wrong rows, each taken out",
            records(unknown_rows),
            Box::new(|validated| on_all(validated, &["unit-unknown"], Disposition::Excluded, "")),
        ),
        (
            "unknown senders, each file taken out",
            Box::new(strangers),
            Box::new(|validated| on_all(validated, &["sender-unknown"], Disposition::Excluded, "")),
        ),
    ]
}

#[test]
fn twice_the_input_is_twice_the_work_of_a_run() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(32 << 20).build().unwrap();
    pool.install(|| {
        let provinces = [1, 2, 4].map(Province::of);
        // What a process does once is no case's.
        if let (Some((_, change, decide)), [first, ..]) = (cases().first(), &provinces) {
            first.run(change, decide);
        }
        for (name, change, decide) in cases() {
            let work = provinces.each_ref().map(|province| province.run(&change, &decide).work);
            for (what, at) in [("bytes", 0), ("looks", 1)] {
                let [one, two, four] = work.map(|work| work[at]);
                // What is done whatever comes is in all of them.
                assert!((four - two) * 10 <= (two - one) * 23, "{name}: {one}, {two}, {four} {what}");
            }
        }
    });
}

/// Of several files that are taken out, each takes along what was found in it, and nothing of the others.
#[test]
fn what_is_found_in_a_file_goes_with_the_decision_on_that_file() {
    let out = |validated: &Validated| on_all(validated, &["sender-unknown"], Disposition::Excluded, "");
    let Done { along, .. } = Province::of(1).run(&strangers, &out);
    assert_eq!(along.len(), UNITS as usize);
    assert!(along.iter().all(|of| *of == along[0] && *of >= ROWS as usize), "{along:?}");
}
