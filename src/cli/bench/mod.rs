//! `huizong bench`: the whole run against bare calamine reading every cell of the same files.
//!
//! Each job is a process of this very program, so that CPU and memory of its workers are counted too. What counts is the
//! ratio within one run; seconds of different machines say nothing.

mod cost;
mod single;

use super::arguments::BenchOptions;
use super::screen::{Exit, say};
use crate::run::Stop;
use crate::workspace::Workspace;
use cost::{Cost, instructions, measure, median, memory};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the comparison, or one of the processes that it consists of.
///
/// # Errors
/// A file or a process of the comparison fails.
pub fn bench(options: &BenchOptions) -> Result<Exit, Stop> {
    let threads = usize::from(options.threads);
    let text = match options {
        BenchOptions { bare: Some(folder), .. } => single::bare(folder, threads),
        BenchOptions { read: Some(folder), .. } => single::read(folder, threads, options.here),
        BenchOptions { stages: Some(folder), folder: Some(out), .. } => Ok(single::stages(folder, out, threads)?),
        _ => compare(options, &Workspace::find(None)?),
    };
    say(&text.map_err(Stop::Input)?);
    Ok(Exit::Clean)
}

fn compare(options: &BenchOptions, workspace: &Workspace) -> Result<String, String> {
    let base = match &options.folder {
        Some(folder) => std::fs::create_dir_all(folder).and_then(|()| tempfile::tempdir_in(folder)),
        None => tempfile::tempdir(),
    };
    let base = base.map_err(|error| format!("不能建临时文件夹：{error}"))?;
    let program = std::env::current_exe().map_err(|error| format!("找不到程序自己：{error}"))?;
    let jobs = Jobs { program, threads: options.threads, workspace, base: base.path() };
    let folder = jobs.files(options.files)?;
    let (sheets, rows, columns) = single::shape(&folder.join("returns"))?;
    let mut out = format!(
        "{} 份报表，每份 {sheets} 个工作表，最大的 {rows} 行 × {columns} 列；{} 个线程，每项 {} 次取中位数\n",
        options.files, options.threads, options.times
    );
    let [mut bare, mut here, mut apart, mut dry, mut whole] = [const { Vec::new() }; 5];
    let mut stages: Vec<(String, Vec<Cost>)> = Vec::new();
    for _ in 0..options.times {
        // In turn, so that a drift of the machine's speed hits all alike.
        bare.push(measure(&mut jobs.bare(&folder))?);
        here.push(measure(&mut jobs.read(&folder, true))?);
        apart.push(measure(&mut jobs.read(&folder, false))?);
        dry.push(measure(&mut jobs.run(&folder, None))?);
        whole.push(measure(&mut jobs.run(&folder, Some(&jobs.fresh()?)))?);
        jobs.stages(&folder, &mut stages)?;
    }
    let bare = median(&bare);
    line(&mut out, "裸 calamine 读全部单元格", bare, bare);
    line(&mut out, "只读取：预检，不隔离", median(&here), bare);
    line(&mut out, "只读取：预检 + 隔离进程", median(&apart), bare);
    line(&mut out, "读取 + 规范 + 核对 + 计算（不写）", median(&dry), bare);
    let whole = median(&whole);
    line(&mut out, "完整运行，写全部结果", whole, bare);
    for (name, costs) in &stages {
        line(&mut out, &format!("　其中{name}"), median(costs), bare);
    }
    count(&jobs, &folder, &mut out)?;
    let peak = memory(&mut jobs.run(&folder, Some(&jobs.fresh()?)))?;
    let _ = writeln!(out, "完整运行的内存峰值 {:.0} MiB", peak / MIB);
    for (name, limit) in [("lint", "流程检查 lint"), ("--help", "帮助 --help")] {
        let costs = (0..5).map(|_| measure(Command::new(&jobs.program).arg(name)));
        let cost = median(&costs.collect::<Result<Vec<_>, _>>()?);
        let _ = writeln!(out, "{limit:　<20} {:>6.0} 毫秒", cost.wall * 1000.0);
    }
    if options.more > 0 {
        grow(&jobs, options, peak, &mut out)?;
    }
    if options.python {
        out += &python(&jobs, &folder, whole)?;
    }
    Ok(out)
}

/// What pandas + openpyxl take beside the whole run. Python ends with 1 where something is missing, as a run does that found
/// something: whether it worked is told by what it wrote.
fn python(jobs: &Jobs<'_>, folder: &Path, whole: Cost) -> Result<String, String> {
    let written = jobs.base.join("python.xlsx");
    let cost = measure(&mut jobs.python(folder, &written));
    if !written.is_file() {
        return Ok("pandas + openpyxl 没有跑成，没有比较：请先安装 python3 和这两个库\n".to_owned());
    }
    let Cost { cpu, wall } = cost?;
    Ok(format!(
        "pandas + openpyxl 读、合并、分组、写：CPU {cpu:.1} 秒，是完整运行的 {:.1} 倍；用时 {wall:.1} 秒，是 {:.1} 倍\n",
        cpu / whole.cpu,
        wall / whole.wall
    ))
}

/// Instructions of each job, where they are counted.
fn count(jobs: &Jobs<'_>, folder: &Path, out: &mut String) -> Result<(), String> {
    let fresh = jobs.fresh()?;
    let counted = [
        ("只读取：预检，不隔离", jobs.read(folder, true)),
        ("只读取：预检 + 隔离进程", jobs.read(folder, false)),
        ("不写", jobs.run(folder, None)),
        ("完整运行", jobs.run(folder, Some(&fresh))),
    ];
    if let Some(least) = instructions(&jobs.bare(folder)) {
        let _ = writeln!(out, "指令数，裸 calamine：{:.1} 亿", least / 1e8);
        for (name, command) in counted {
            let count = instructions(&command).unwrap_or(f64::NAN);
            let _ = writeln!(out, "　{name}：{:.1} 亿（{:.2} 倍）", count / 1e8, count / least);
        }
    }
    Ok(())
}

/// What more files cost beside those measured.
fn grow(jobs: &Jobs<'_>, options: &BenchOptions, peak: f64, out: &mut String) -> Result<(), String> {
    let larger = jobs.files(options.more)?;
    let cost = measure(&mut jobs.run(&larger, Some(&jobs.fresh()?)))?;
    let more = memory(&mut jobs.run(&larger, Some(&jobs.fresh()?)))?;
    let _ = writeln!(
        out,
        "{} 份的内存峰值 {:.0} MiB，是 {} 份的 {:.2} 倍；用时 {:.1} 秒",
        options.more,
        more / MIB,
        options.files,
        more / peak,
        cost.wall
    );
    Ok(())
}

const MIB: f64 = 1_048_576.0;

fn line(out: &mut String, name: &str, cost: Cost, bare: Cost) {
    // Of one output among several that are written at once only the time is told.
    let cpu = match cost.cpu.is_nan() {
        true => String::new(),
        false => format!("CPU {:.2} 秒（{:.2} 倍）  ", cost.cpu, cost.cpu / bare.cpu),
    };
    let _ = writeln!(out, "{name}：{cpu}用时 {:.2} 秒（{:.2} 倍）", cost.wall, cost.wall / bare.wall);
}

struct Jobs<'a> {
    program: PathBuf,
    threads: u16,
    workspace: &'a Workspace,
    base: &'a Path,
}

impl Jobs<'_> {
    /// A place where nothing was ever written: what replaces earlier results, or goes on with a history, is other work.
    fn fresh(&self) -> Result<PathBuf, String> {
        let place = tempfile::tempdir_in(self.base).map_err(|error| format!("不能建临时文件夹：{error}"))?;
        Ok(place.keep().join("out"))
    }

    fn files(&self, units: u32) -> Result<PathBuf, String> {
        let folder = self.base.join(format!("{units}份"));
        let mut command = Command::new(&self.program);
        command.args(["sample", "model-teams", "--units", &units.to_string(), "--rows", "60", "--seed", "1"]);
        measure(command.arg("--out").arg(&folder).arg("--pipelines").arg(&self.workspace.pipelines))?;
        Ok(folder)
    }

    fn bare(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["bench", "--threads", &self.threads.to_string(), "--bare"]).arg(folder.join("returns"));
        command
    }

    /// `here`: in the process itself, and not in workers.
    fn read(&self, folder: &Path, here: bool) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["bench", "--threads", &self.threads.to_string(), "--read"]).arg(folder.join("returns"));
        command.args(here.then_some("--here"));
        command
    }

    fn run(&self, folder: &Path, out: Option<&Path>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["run", "model-teams", "--quiet", "--threads", &self.threads.to_string()]);
        command.arg("--returns").arg(folder.join("returns")).arg("--reference").arg(folder.join("reference"));
        match out {
            // A history of its own, empty at first: what is measured is keeping it.
            Some(out) => command.arg("--out").arg(out).arg("--history").arg(out.with_extension("history")),
            None => command.args(["--dry-run", "--no-history"]),
        };
        command
    }

    /// Adds what each stage of a whole run cost.
    fn stages(&self, folder: &Path, stages: &mut Vec<(String, Vec<Cost>)>) -> Result<(), String> {
        let mut command = Command::new(&self.program);
        command.args(["bench", "--threads", &self.threads.to_string(), "--stages"]).arg(folder);
        let told = command.arg("--folder").arg(self.fresh()?).output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&told.stdout);
        if text.is_empty() {
            return Err(format!("逐个环节的运行没有成功：{}", String::from_utf8_lossy(&told.stderr).trim()));
        }
        for told in text.lines() {
            let mut parts = told.split_whitespace();
            let (Some(name), Some(cpu), Some(wall)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let number = |text: &str| text.parse().unwrap_or(f64::NAN);
            let cost = Cost { cpu: number(cpu), wall: number(wall) };
            match stages.iter_mut().find(|(known, _)| known == name) {
                Some((_, costs)) => costs.push(cost),
                None => stages.push((name.to_owned(), vec![cost])),
            }
        }
        Ok(())
    }

    fn python(&self, folder: &Path, written: &Path) -> Command {
        let mut command = Command::new("python3");
        command.arg(self.workspace.path(Path::new("tests/bench/pandas_openpyxl.py"))).arg(folder.join("returns"));
        command.arg(written);
        command
    }
}
