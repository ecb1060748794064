//! Running the program and reading back what it wrote.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, started in the project's root. Runs without a history of their own go without one: tests run side by
/// side, and none may become another's past.
pub fn huizong(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huizong"));
    command.args(args).current_dir(root());
    let told = ["--history", "--no-history", "--help"].iter().any(|option| args.contains(option));
    if args.first() == Some(&"run") && !told {
        command.arg("--no-history");
    }
    command
}

/// Said past the test harness, which keeps what a passing test prints: nothing was proven.
pub fn not_run(test: &str, why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "\nNOT RUN: {test}: {why}");
}

/// A tool is not here that the test needs: said, and in CI, which installs it (`.ci/run`), a failure.
pub fn no_tool(test: &str, tool: &str) {
    not_run(test, &format!("there is no {tool} here"));
    assert!(std::env::var_os("CI").is_none(), "{test}: in CI {tool} has to be there");
}

/// LibreOffice saves a workbook in another format into a folder; whether it is here. `test`: what does not run without it.
pub fn saved_by_libreoffice(test: &str, path: &Path, format: &str, folder: &Path) -> bool {
    all_saved_by_libreoffice(test, &[path.to_owned()], format, folder)
}

/// Likewise of several, under their own names, in one run of it.
pub fn all_saved_by_libreoffice(test: &str, paths: &[PathBuf], format: &str, folder: &Path) -> bool {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = std::process::Command::new("soffice");
    command.arg(format!("-env:UserInstallation=file://{}", home.path().display()));
    command.args(["--headless", "--convert-to", format, "--outdir"]).arg(folder).args(paths);
    let Ok(said) = command.output() else {
        no_tool(test, "LibreOffice");
        return false;
    };
    let made = paths.iter().all(|path| saved_as(path, format, folder).exists());
    assert!(said.status.success() && made, "{test}: {}", String::from_utf8_lossy(&said.stderr));
    true
}

/// Where such a workbook is.
pub fn saved_as(path: &Path, format: &str, folder: &Path) -> PathBuf {
    folder.join(path.with_extension(format).file_name().expect("a name"))
}

/// A reference table as the text of a csv, whatever it is kept in.
pub fn table_text(path: &Path) -> String {
    use huizong::definition::reference::table_file::{Datum, read};
    let file = read(path, huizong::formats::allowance::Allowance::default()).expect("a table");
    let line = |(_, cells): &(u32, Vec<Datum>)| cells.iter().map(Datum::words).collect::<Vec<_>>().join(",") + "\n";
    let width = file.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let whole = |(number, cells): &(u32, Vec<Datum>)| {
        let mut cells = cells.clone();
        cells.resize(width, Datum::Empty);
        line(&(*number, cells))
    };
    file.rows.iter().map(whole).collect()
}

/// The shipped reference data in a folder, its tables as csv, so that a test can change them as texts.
pub fn shipped_reference(into: &Path) {
    std::fs::create_dir_all(into).expect("a folder");
    for entry in std::fs::read_dir(root().join("pipelines/reference")).expect("reference tables").flatten() {
        let (path, name) = (entry.path(), into.join(entry.file_name()));
        if path.extension().is_some_and(|extension| extension == "xlsx") {
            std::fs::write(name.with_extension("csv"), table_text(&path)).expect("a table");
        } else {
            std::fs::copy(&path, name).expect("a copy");
        }
    }
}

/// Every file below a folder with its bytes, locks aside.
pub fn all_bytes(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(below) = open.pop() {
        for entry in std::fs::read_dir(&below).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if !name.ends_with(".huizong-lock") {
                found.insert(name, std::fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

/// Fills in a list of the nominated: 是 in every row but those that hold one of these words, as another program saves it.
pub fn select(list: &Path, but: &[&str]) {
    use calamine::Reader;
    let mut book = calamine::open_workbook_auto(list).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
    let range = book.worksheet_range_at(0).expect("a sheet").expect("the list");
    let mut filled = rust_xlsxwriter::Workbook::new();
    let sheet = filled.add_worksheet();
    for (row, cells) in (0u32..).zip(range.rows()) {
        let no = cells.iter().any(|cell| but.iter().any(|word| cell.to_string().contains(word)));
        for (col, cell) in (0u16..).zip(cells) {
            let word = if no { "否" } else { "是" };
            let text = if row > 0 && col == 1 { word.to_owned() } else { cell.to_string() };
            sheet.write_string(row, col, text).expect("a cell");
        }
    }
    filled.save(list).expect("saved");
}

/// The shipped definitions with every rule speaking for itself: without what makes one finding of several.
pub fn rules_apart() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut open = vec![root().join("pipelines")];
    while let Some(from) = open.pop() {
        let into = folder.path().join(from.strip_prefix(root().join("pipelines")).expect("below"));
        std::fs::create_dir_all(&into).expect("a folder");
        for entry in std::fs::read_dir(&from).expect("definitions").flatten() {
            let (path, name) = (entry.path(), into.join(entry.file_name()));
            if path.is_dir() {
                open.push(path);
            } else if entry.file_name() == "pipeline.toml" {
                let text = std::fs::read_to_string(&path).expect("a definition");
                let lines = text
                    .lines()
                    .filter(|line| !["cause ", "one-finding-a-cell "].iter().any(|key| line.starts_with(key)));
                std::fs::write(name, lines.collect::<Vec<_>>().join("\n") + "\n").expect("a definition");
            } else {
                std::fs::copy(&path, name).expect("a copy");
            }
        }
    }
    folder
}

/// What a finished command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program to its end.
pub fn say(args: &[&str]) -> Said {
    said(huizong(args).output().expect("the program starts"))
}

pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// The one file of a run's results whose name ends so, in their folder or in the one below for details.
pub fn result(folder: &Path, end: &str) -> PathBuf {
    let files = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let all = files(folder).chain(files(&folder.join("明细")));
    let mut found: Vec<PathBuf> = all.filter(|path| path.is_file() && path.to_string_lossy().ends_with(end)).collect();
    assert_eq!(found.len(), 1, "one file ending in {end} in {}: {found:?}", folder.display());
    found.remove(0)
}

/// A run's results in a folder of their own.
pub struct Results {
    pub folder: tempfile::TempDir,
    pub said: Said,
}

impl Results {
    /// Runs a pipeline on its shipped sample.
    pub fn of_sample(pipeline: &str, more: &[&str]) -> Results {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().to_str().expect("UTF-8 path").to_string();
        let mut args = vec!["run", pipeline, "--out", &out, "--quiet"];
        args.extend(more);
        let said = say(&args);
        Results { folder, said }
    }

    /// `run.json`.
    pub fn manifest(&self) -> Value {
        serde_json::from_str(&self.text("run.json")).expect("run.json is JSON")
    }

    /// `findings.ndjson`, one value a finding.
    pub fn findings(&self) -> Vec<Value> {
        self.text("findings.ndjson").lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }

    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(result(self.folder.path(), name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The one file whose name ends so.
    pub fn ending(&self, end: &str) -> PathBuf {
        result(self.folder.path(), end)
    }
}

/// A pipeline over its shipped sample through the library, nothing written; computed once a process.
pub fn finished(pipeline: &str) -> huizong::run::Finished {
    huizong::ingest::use_worker(PathBuf::from(env!("CARGO_BIN_EXE_huizong")));
    let pipelines = root().join("pipelines");
    let folders = huizong::definition::reference::ReferenceFolders::of(vec![
        pipelines.join(pipeline),
        pipelines.join("reference"),
    ]);
    let definition = pipelines.join(pipeline).join("pipeline.toml");
    let prepared =
        huizong::run::prepare(&definition, &folders, None, huizong::formats::allowance::Allowance::default())
            .expect("the shipped definition");
    let returns = [root().join(&prepared.plan.sample_returns)];
    let limits = huizong::ingest::Limits::default();
    huizong::run::run(&prepared, &returns, huizong::run::Places::default(), &limits, &huizong::run::Unwatched)
        .expect("the sample runs")
}

/// A monthly pipeline over its sample's months in their order, each looking back on those before: what each came to, and
/// its `findings.ndjson` as lines (code | severity | file | sheet | cell).
pub fn finished_months(pipeline: &str, months: &[&str]) -> Vec<(huizong::run::Finished, Vec<String>)> {
    finished_months_of(&root().join("pipelines"), pipeline, months)
}

/// The same with the definitions of this folder.
pub fn finished_months_of(
    pipelines: &Path,
    pipeline: &str,
    months: &[&str],
) -> Vec<(huizong::run::Finished, Vec<String>)> {
    huizong::ingest::use_worker(PathBuf::from(env!("CARGO_BIN_EXE_huizong")));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folders = huizong::definition::reference::ReferenceFolders::of(vec![
        pipelines.join(pipeline),
        pipelines.join("reference"),
    ]);
    let definition = pipelines.join(pipeline).join("pipeline.toml");
    let limits = huizong::ingest::Limits::default();
    let history = folder.path().join("history");
    let run = |month: &&str| {
        let prepared = huizong::run::prepare(
            &definition,
            &folders,
            Some(month),
            huizong::formats::allowance::Allowance::default(),
        )
        .expect("the shipped definition");
        let returns = [root().join("samples").join(pipeline).join(month)];
        let out = folder.path().join(month);
        let places = huizong::run::Places { out: Some(&out), history: Some(&history), ..Default::default() };
        let finished = huizong::run::run(&prepared, &returns, places, &limits, &huizong::run::Unwatched);
        let finished = finished.unwrap_or_else(|_| panic!("{pipeline} {month} does not run"));
        let text = std::fs::read_to_string(result(&out, "findings.ndjson")).expect("findings");
        let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let line = |text: &str| {
            let finding: Value = serde_json::from_str(text).expect("a JSON line");
            ["code", "severity", "file", "sheet", "cell"].map(|key| word(&finding[key])).join(" | ")
        };
        (finished, text.lines().map(line).collect())
    };
    months.iter().map(run).collect()
}
