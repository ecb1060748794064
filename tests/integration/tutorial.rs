//! The tutorial in both manuals, followed step by step: every block of it is a file to write, a line to change, a command
//! with what it says, or what a result holds. A block that is none of these fails the test.

use super::support::{result, root, said};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One fenced block and the paragraph before it.
struct Step {
    line: usize,
    intro: String,
    language: String,
    body: Vec<String>,
}

/// The blocks below a heading, up to the next heading of the same level.
fn steps(manual: &str, heading: &str) -> Vec<Step> {
    let text = std::fs::read_to_string(root().join(manual)).expect("the manual");
    let lines: Vec<&str> = text.lines().collect();
    // Chapters of the Chinese manual are numbered, and the numbers move.
    let is_it = |line: &&str| line.starts_with("## ") && line.ends_with(heading);
    let first = lines.iter().position(is_it).unwrap_or_else(|| panic!("{manual} has no “{heading}”"));
    let rest = &lines[first + 1..];
    let end = rest.iter().position(|line| line.starts_with("## ")).unwrap_or(rest.len());
    let (mut steps, mut intro, mut open): (Vec<Step>, String, Option<Step>) = (Vec::new(), String::new(), None);
    let mut ended = false;
    for (at, line) in rest[..end].iter().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => {
                steps.extend(open.take());
                intro.clear();
            }
            (Some(step), None) => step.body.push((*line).to_owned()),
            (None, Some(language)) => {
                let language = language.to_owned();
                open = Some(Step { line: first + at + 2, intro: intro.clone(), language, body: Vec::new() });
            }
            (None, None) if line.starts_with('#') => intro.clear(),
            (None, None) if line.is_empty() => ended = true,
            (None, None) if ended => (intro, ended) = ((*line).to_owned(), false),
            (None, None) => intro = if intro.is_empty() { (*line).to_owned() } else { format!("{intro} {line}") },
        }
    }
    assert!(open.is_none(), "{manual}: a block is not closed");
    steps
}

/// What stands in back quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A project as an officer has it: the shipped definitions and reference data, and nothing else.
struct Desk {
    folder: tempfile::TempDir,
    manual: &'static str,
}

impl Desk {
    fn new(manual: &'static str) -> Desk {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&root().join("pipelines"), &folder.path().join("pipelines"));
        Desk { folder, manual }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{}: {name}: {error}", self.manual))
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// The one result whose name ends as `结果/…_工作版.xlsx` says.
    fn result(&self, name: &str) -> PathBuf {
        let (folder, end) = name.split_once("/…").unwrap_or_else(|| panic!("{name} names no result"));
        result(&self.path(folder), end)
    }

    fn follow(&self, step: &Step) {
        let place = format!("{}:{}", self.manual, step.line);
        let names = quoted(&step.intro);
        let says = |words: &[&str]| words.iter().any(|word| step.intro.contains(word));
        match (step.language.as_str(), names.as_slice()) {
            ("console", _) => self.run(step, &place),
            ("diff", [file, ..]) => self.change(step, file, &place),
            ("toml" | "csv", [.., file]) if says(&["Save as", "存为"]) => self.write(file, &lines(&step.body)),
            ("toml" | "csv", [.., file]) if says(&["Add to the end of", "末尾加上"]) => {
                if file.ends_with(".xlsx") {
                    let row = |line: &String| line.split(',').map(str::to_owned).collect();
                    return self.edit(file, |rows| rows.extend(step.body.iter().map(row)));
                }
                let text = self.read(file);
                assert!(text.ends_with('\n'), "{place}: {file} ends in the middle of a line");
                self.write(file, &(text + &lines(&step.body)));
            }
            ("text", [file, word]) if says(&["应报"]) => self.enrol(step, file, word, &place),
            ("text", [sheet, file]) if says(&["sheet", "工作表"]) => self.sheet(step, sheet, file, &place),
            ("text", [file]) => {
                let text = std::fs::read_to_string(self.result(file)).expect("a text file");
                for line in &step.body {
                    assert!(text.contains(line.as_str()), "{place}: {file} has no “{line}”:\n{text}");
                }
            }
            (language, names) => panic!("{place}: nobody knows what to do with a {language} block after {names:?}"),
        }
    }

    /// Runs the first line; what follows has to be in what it says, in that order.
    fn run(&self, step: &Step, place: &str) {
        let (command, expected) = step.body.split_first().expect("a command");
        let args = command.strip_prefix("huizong ").unwrap_or_else(|| panic!("{place}: “{command}”"));
        let mut huizong = Command::new(env!("CARGO_BIN_EXE_huizong"));
        huizong.args(args.split(' ')).current_dir(self.folder.path());
        let said = said(huizong.output().expect("the program starts"));
        let all = said.out + &said.err;
        let all = if cfg!(windows) { all.replace('\\', "/") } else { all };
        let mut rest = all.as_str();
        for line in expected {
            let at = rest.find(line.as_str()).unwrap_or_else(|| panic!("{place}: “{line}” is not said in\n{all}"));
            rest = &rest[at + line.len()..];
        }
        let failed = expected.iter().any(|line| line.contains("错误"));
        let fits = if failed { said.code == 2 } else { said.code < 2 };
        assert!(fits, "{place}: exit code {}\n{all}", said.code);
    }

    /// Lines with `-` become those with `+`.
    fn change(&self, step: &Step, file: &str, place: &str) {
        let of = |sign: char| -> String {
            step.body.iter().filter_map(|line| line.strip_prefix(sign)).map(|line| format!("{line}\n")).collect()
        };
        let (old, new, text) = (of('-'), of('+'), self.read(file));
        assert_eq!(text.matches(&old).count(), 1, "{place}: {file} holds “{old}” once");
        self.write(file, &text.replace(&old, &new));
    }

    /// What an officer does in Excel: opens a table, types, saves.
    fn edit(&self, file: &str, typed: impl FnOnce(&mut Vec<Vec<String>>)) {
        let path = self.path(file);
        let text = super::support::table_text(&path);
        let mut rows: Vec<Vec<String>> =
            text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        typed(&mut rows);
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (at, row) in (0..).zip(&rows) {
            for (col, cell) in (0..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(at, col, cell).expect("a cell");
            }
        }
        book.save(path).expect("saved");
    }

    /// Adds a word to the last column of the named units' lines.
    fn enrol(&self, step: &Step, file: &str, word: &str, place: &str) {
        let mut enrolled = 0;
        self.edit(file, |rows| {
            for row in rows.iter_mut().filter(|row| step.body.contains(&row[1])) {
                enrolled += 1;
                row.last_mut().expect("the last column").push_str(word);
            }
        });
        assert_eq!(enrolled, step.body.len(), "{place}: every unit is in {file}");
    }

    /// Every row shown has its cells, in order, in one row of the sheet.
    fn sheet(&self, step: &Step, sheet: &str, file: &str, place: &str) {
        use calamine::Reader;
        let mut book = calamine::open_workbook_auto(self.result(file)).expect("a workbook");
        let range = book.worksheet_range(sheet).unwrap_or_else(|error| panic!("{place}: {sheet}: {error}"));
        let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        for shown in &step.body {
            let wanted: Vec<&str> = shown.split(" | ").collect();
            let holds = |row: &Vec<String>| {
                let mut cells = row.iter();
                wanted.iter().all(|cell| cells.any(|there| there == cell))
            };
            assert!(rows.iter().any(holds), "{place}: no row “{shown}” in {rows:#?}");
        }
    }
}

fn lines(body: &[String]) -> String {
    body.iter().map(|line| format!("{line}\n")).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("a copy");
        }
    }
}

fn follow(manual: &'static str, heading: &str) {
    let steps = steps(manual, heading);
    let commands = steps.iter().filter(|step| step.language == "console").count();
    assert!(commands >= 6 && steps.len() > 15, "{manual}: {} steps, {commands} commands", steps.len());
    let desk = Desk::new(manual);
    steps.iter().for_each(|step| desk.follow(step));
}

#[test]
fn the_tutorial_of_the_readme_works_as_it_is_written() {
    follow("README.md", "Write a pipeline for your own return");
}

#[test]
fn the_tutorial_of_the_chinese_manual_works_as_it_is_written() {
    follow("README.zh.md", "、给自己的报表写一个流程");
}
