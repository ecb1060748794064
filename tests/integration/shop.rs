//! A project with one small monthly pipeline and a history of its own: what the tests of the store work in.

use super::support::{Said, say, shipped_reference};
use super::workshop::{Page, folder, page, text, xlsx};
use huizong::definition::reference::ReferenceFolders;
use huizong::definition::{Plan, Reference};
use huizong::domain::period::Period;
use huizong::formats::allowance::Allowance;
use huizong::history::History;
use huizong::model::Column;
use std::path::PathBuf;

pub const DEFINITION: &str = r#"
name   = "tally"
title  = "月度登记"
notice = "登记通知"
period = "month"
sample = { period = "2026-03", returns = "samples/model-teams" }

[codes.class]
values = ["正式", "备选"]

[[form]]
id    = "tally"
title = "月度登记表"
unit  = "单位"
fields = [
  { name = "单位", type = "unit", required = true },
  { name = "项目", type = "text", required = true },
  { name = "人数", type = "integer", required = true },
  { name = "金额", type = "number" },
  { name = "日期", type = "date" },
]

[[table]]
id       = "count"
sheet    = "统计"
title    = "{报告期}统计"
rows     = "unit"
label    = "单位"
total    = "合计"
measures = [{ name = "项目数", count = "tally" }, { name = "人数", sum = "tally", value = "人数" }]
"#;

pub const HEFEI: &str = "合肥市总工会";
pub const WUHU: &str = "芜湖市总工会";

/// A project with one monthly pipeline, and a history of its own.
pub struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    pub fn new(definition: &str) -> Shop {
        let folder = folder(&[("pipelines/tally/pipeline.toml", definition.as_bytes())]);
        let target = folder.path().join("pipelines/reference");
        shipped_reference(&target);
        let roster = target.join("单位名册.csv");
        let text = std::fs::read_to_string(&roster).expect("the roster").replace("model-teams、honours", "tally");
        std::fs::write(roster, text).expect("the roster");
        Shop { folder }
    }

    pub fn define(&self, definition: &str) {
        std::fs::write(self.path("pipelines/tally/pipeline.toml"), definition).expect("a definition");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn word(&self, name: &str) -> String {
        self.path(name).to_str().expect("UTF-8").to_owned()
    }

    /// Files the returns of a month: (unit, 项目, 人数).
    pub fn file(&self, month: &str, rows: &[(&str, &str, u32)]) -> String {
        let period = Period::parse(month).expect("a month");
        let mut units: Vec<&str> = rows.iter().map(|(unit, ..)| *unit).collect();
        units.dedup();
        let name = format!("returns-{month}-{}", rows.iter().map(|row| row.2).sum::<u32>());
        for unit in units {
            let mut cells = vec![
                vec![text("月度登记表")],
                vec![text(&format!("填报单位：{unit}    所属期：{}", period.title()))],
                ["单位", "项目", "人数", "金额", "日期"].map(text).to_vec(),
            ];
            let own = rows.iter().filter(|(of, ..)| *of == unit);
            cells.extend(own.map(|(unit, what, people)| {
                let people = people.to_string();
                [*unit, what, &people, "1.5", "2026-03-02"].map(text).to_vec()
            }));
            let path = self.path(&name).join(format!("{unit}.xlsx"));
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, xlsx(&[Page { rows: cells, ..page(unit, 0) }])).expect("a return");
        }
        self.word(&name)
    }

    pub fn args(&self, returns: &str, month: &str, out: &str, more: &[&str]) -> Vec<String> {
        let mut args: Vec<String> = ["run", "tally", "--quiet", "--returns", returns, "--period", month]
            .iter()
            .map(|arg| (*arg).to_owned())
            .collect();
        args.extend(["--pipelines".into(), self.word("pipelines"), "--out".into(), self.word(out)]);
        args.extend(["--history".into(), self.word("history")]);
        args.extend(more.iter().map(|arg| (*arg).to_owned()));
        args
    }

    pub fn run(&self, month: &str, rows: &[(&str, &str, u32)], more: &[&str]) -> Said {
        let returns = self.file(month, rows);
        let args = self.args(&returns, month, "out", more);
        say(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn verb(&self, args: &[&str]) -> Said {
        let (pipelines, history) = (self.word("pipelines"), self.word("history"));
        let mut all = args.to_vec();
        all.extend(["--pipelines", &pipelines, "--history", &history]);
        say(&all)
    }

    pub fn stored(&self, month: &str, file: &str) -> PathBuf {
        self.path("history/tally").join(month).join(file)
    }

    /// Definition and reference data as a run of `month` has them.
    pub fn prepared(&self, month: &str) -> (Plan, Reference, Period) {
        let own = self.path("pipelines/tally");
        let plan = huizong::definition::read(&own.join("pipeline.toml")).expect("the definition");
        let period = plan.schedule.parse(month).expect("a period");
        let folders = ReferenceFolders::of(vec![own, self.path("pipelines/reference")]);
        let reference = huizong::definition::reference::load(&plan, &folders, &period, Allowance::default())
            .expect("reference data");
        (plan, reference, period)
    }

    /// Reads the history as a run of `month` does.
    pub fn read<T>(&self, month: &str, look: impl FnOnce(&History, &Reference) -> T) -> T {
        let (plan, reference, period) = self.prepared(month);
        look(&History::open(Some(&self.path("history")), &plan, &reference, &period), &reference)
    }
}

pub fn month(text: &str) -> Period {
    Period::parse(text).expect("a month")
}

/// A whole column as integers.
pub fn integers(history: &History, period: &str, column: &str) -> Vec<Option<i64>> {
    let form = history.form(&month(period), 0).expect("the form is stored");
    match form.column_named(column) {
        Some(Column::Integer(values)) => values.iter().collect(),
        other => panic!("{column}: {other:?}"),
    }
}
