//! `huizong bench`: the whole run against bare calamine reading every cell of the same files.
//!
//! Each job is a process of this very program, so that CPU and memory of its workers are counted too. What counts is the
//! ratio within one run; seconds of different machines say nothing.

use super::arguments::BenchOptions;
use super::screen::{Exit, say};
use crate::ingest::{self, Limits};
use crate::model::outcome::ReadOutcome;
use crate::run::Stop;
use crate::workspace::Workspace;
use rayon::prelude::*;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one process cost, its waited-for children included.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    /// Seconds.
    wall: f64,
    /// User and system seconds; NaN where the system does not tell.
    cpu: f64,
    /// Bytes: the highest sum over the process and its workers; NaN where the system does not tell.
    memory: f64,
}

/// Runs the comparison, or with `--bare` the yardstick itself.
///
/// # Errors
/// A file or a process of the comparison fails.
pub fn bench(options: &BenchOptions) -> Result<Exit, Stop> {
    let threads = usize::from(options.threads);
    let text = match (&options.bare, &options.read) {
        (Some(folder), _) => bare(folder, threads),
        (None, Some(folder)) => read(folder, threads, options.here),
        (None, None) => compare(options, &Workspace::find(None)?),
    };
    say(&text.map_err(Stop::Input)?);
    Ok(Exit::Clean)
}

/// Reads every cell of every workbook with calamine alone, on `threads` threads.
fn bare(folder: &Path, threads: usize) -> Result<String, String> {
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let mut files = Vec::new();
    list(folder, &mut files);
    files.sort();
    let cells = files.par_iter().map(|path| cells_of(path)).collect::<Result<Vec<usize>, String>>()?;
    Ok(format!("{}\n", cells.iter().sum::<usize>()))
}

/// Reads every file and throws it away: with preflight, in worker processes or in this one.
fn read(folder: &Path, threads: usize, here: bool) -> Result<String, String> {
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let limits = Limits::default();
    let is_read = |read: &ReadOutcome| u32::from(matches!(read, ReadOutcome::Workbook(_)));
    let read = ingest::discover(&[folder.to_path_buf()], &limits).and_then(|found| match here {
        true => Ok(ingest::read_here(&found.files, &limits, |read| is_read(&read))),
        false => ingest::read_all(&found.files, &limits, |_, delivery| is_read(&delivery.read)),
    })?;
    Ok(format!("{}\n", read.iter().sum::<u32>()))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "xlsx") {
            files.push(path);
        }
    }
}

fn cells_of(path: &Path) -> Result<usize, String> {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let wrong = |error: calamine::XlsxError| format!("calamine 读不了 {}：{error}", path.display());
    let mut workbook: Xlsx<_> = open_workbook(path).map_err(wrong)?;
    let mut cells = 0;
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(wrong)?;
        cells += range.used_cells().filter(|(_, _, data)| !matches!(data, Data::Empty)).count();
    }
    Ok(cells)
}

fn compare(options: &BenchOptions, workspace: &Workspace) -> Result<String, String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("不能建临时文件夹：{error}"))?;
    let base = options.folder.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    let program = std::env::current_exe().map_err(|error| format!("找不到程序自己：{error}"))?;
    let jobs = Jobs { program, threads: options.threads, workspace };
    let folder = jobs.files(&base, options.files)?;
    let mut out = format!(
        "{} 份报表，每份 60 行 × 14 列以上，{} 个线程，每项 {} 次取中位数\n",
        options.files, options.threads, options.times
    );
    let [mut bare, mut here, mut apart, mut dry, mut whole] = [const { Vec::new() }; 5];
    for _ in 0..options.times {
        // In turn, so that a drift of the machine's speed hits all alike.
        bare.push(measure(&mut jobs.bare(&folder))?);
        here.push(measure(jobs.read(&folder).arg("--here"))?);
        apart.push(measure(&mut jobs.read(&folder))?);
        dry.push(measure(&mut jobs.run(&folder, None))?);
        whole.push(measure(&mut jobs.run(&folder, Some(&base.join("out"))))?);
    }
    let bare = median(&bare);
    line(&mut out, "裸 calamine 读全部单元格", bare, bare);
    line(&mut out, "只读取：预检，不隔离", median(&here), bare);
    line(&mut out, "只读取：预检 + 隔离进程", median(&apart), bare);
    line(&mut out, "读取 + 规范 + 核对 + 计算（不写）", median(&dry), bare);
    let whole = median(&whole);
    line(&mut out, "完整运行，写全部结果", whole, bare);
    for (name, limit) in [("lint", "流程检查 lint"), ("--help", "帮助 --help")] {
        let cost =
            median(&(0..5).map(|_| measure(Command::new(&jobs.program).arg(name))).collect::<Result<Vec<_>, _>>()?);
        let _ = writeln!(out, "{limit:　<20} {:>6.0} 毫秒", cost.wall * 1000.0);
    }
    if options.more > 0 {
        let larger = jobs.files(&base, options.more)?;
        let cost = measure(&mut jobs.run(&larger, Some(&base.join("out"))))?;
        let _ = writeln!(
            out,
            "{} 份的内存峰值 {:.0} MiB，是 {} 份的 {:.2} 倍；用时 {:.1} 秒",
            options.more,
            cost.memory / 1048576.0,
            options.files,
            cost.memory / whole.memory,
            cost.wall
        );
    }
    if options.python {
        let cost = measure(&mut jobs.python(&folder, &base))?;
        let _ = writeln!(
            out,
            "pandas + openpyxl 读、合并、分组、写：CPU {:.1} 秒，是完整运行的 {:.1} 倍",
            cost.cpu,
            cost.cpu / whole.cpu
        );
    }
    Ok(out)
}

fn line(out: &mut String, name: &str, cost: Cost, bare: Cost) {
    let _ = writeln!(
        out,
        "{name}：CPU {:.2} 秒（{:.2} 倍）  用时 {:.2} 秒（{:.2} 倍）  内存峰值 {:.0} MiB",
        cost.cpu,
        cost.cpu / bare.cpu,
        cost.wall,
        cost.wall / bare.wall,
        cost.memory / 1048576.0
    );
}

struct Jobs<'a> {
    program: PathBuf,
    threads: u16,
    workspace: &'a Workspace,
}

impl Jobs<'_> {
    fn files(&self, base: &Path, units: u32) -> Result<PathBuf, String> {
        let folder = base.join(format!("{units}份"));
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

    fn read(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["bench", "--threads", &self.threads.to_string(), "--read"]).arg(folder.join("returns"));
        command
    }

    fn run(&self, folder: &Path, out: Option<&Path>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["run", "model-teams", "--quiet", "--threads", &self.threads.to_string()]);
        command.arg("--returns").arg(folder.join("returns")).arg("--reference").arg(folder.join("reference"));
        match out {
            // A history of its own, empty at first: what is measured is keeping it.
            Some(out) => command.arg("--out").arg(out).arg("--history").arg(out.with_extension("history")),
            None => command.arg("--dry-run"),
        };
        command
    }

    fn python(&self, folder: &Path, base: &Path) -> Command {
        let mut command = Command::new("python3");
        command.arg(self.workspace.path(Path::new("tests/bench/pandas_openpyxl.py"))).arg(folder.join("returns"));
        command.arg(base.join("python.xlsx"));
        command
    }
}

fn median(costs: &[Cost]) -> Cost {
    let middle = |pick: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Cost { wall: middle(|c| c.wall), cpu: middle(|c| c.cpu), memory: middle(|c| c.memory) }
}

/// Runs a command to its end. A run that finds something blocking is a good run here.
fn measure(command: &mut Command) -> Result<Cost, String> {
    let began = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("不能启动 {}：{error}", command.get_program().to_string_lossy()))?;
    let (code, cpu, memory) = wait(child)?;
    if code > 1 {
        return Err(format!("{command:?} 以 {code} 结束，比较无效"));
    }
    Ok(Cost { wall: began.elapsed().as_secs_f64(), cpu, memory })
}

#[cfg(unix)]
#[allow(unsafe_code)]
fn wait(mut child: std::process::Child) -> Result<(i32, f64, f64), String> {
    let before = children_cpu();
    let pid = child.id();
    let mut highest = 0u64;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            let memory = if highest == 0 { f64::NAN } else { highest as f64 };
            return Ok((status.code().unwrap_or(128), children_cpu() - before, memory));
        }
        highest = highest.max(tree_memory(pid));
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// CPU seconds of all children waited for so far, their own waited-for children included.
#[cfg(unix)]
#[allow(unsafe_code)]
fn children_cpu() -> f64 {
    // SAFETY: rusage is plain numbers, for which all zeroes is a value, and getrusage fills it in.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Private and shared memory of a process and its direct children as Linux tells it; 0 where it does not.
#[cfg(unix)]
fn tree_memory(pid: u32) -> u64 {
    let peak = |pid: &str| -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
    };
    let mut sum = peak(&pid.to_string());
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        sum += children.split_whitespace().map(peak).sum::<u64>();
    }
    sum
}

#[cfg(not(unix))]
fn wait(mut child: std::process::Child) -> Result<(i32, f64, f64), String> {
    let status = child.wait().map_err(|error| error.to_string())?;
    Ok((status.code().unwrap_or(128), f64::NAN, f64::NAN))
}
