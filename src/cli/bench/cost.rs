//! What a process costs: wall time, and the CPU and memory of it and of all its workers.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// What one process cost, its waited-for children included.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Seconds.
    pub wall: f64,
    /// User and system seconds; NaN where the system does not tell.
    pub cpu: f64,
}

/// The middle of each figure.
pub fn median(costs: &[Cost]) -> Cost {
    let middle = |pick: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(pick).filter(|value| !value.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Cost { wall: middle(|c| c.wall), cpu: middle(|c| c.cpu) }
}

/// Runs a command to its end and does nothing meanwhile: looking on costs what is measured. A run that finds something
/// blocking is a good run here.
///
/// # Errors
/// It cannot be started, or fails.
pub fn measure(command: &mut Command) -> Result<Cost, String> {
    let began = Instant::now();
    let (code, cpu) = wait(start(command)?)?;
    succeeded(command, code)?;
    Ok(Cost { wall: began.elapsed().as_secs_f64(), cpu })
}

/// Its highest memory, bytes, from a run of its own that is watched for nothing else; NaN where the system does not tell.
///
/// # Errors
/// As [`measure`].
pub fn memory(command: &mut Command) -> Result<f64, String> {
    let mut child = start(command)?;
    let mut highest = 0u64;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            succeeded(command, status.code().unwrap_or(128))?;
            return Ok(if highest == 0 { f64::NAN } else { highest as f64 });
        }
        highest = highest.max(tree_memory(child.id()));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Instructions that it takes with all its children, from a run of its own under `perf`; `None` where that is not there, or
/// the machine does not count.
pub fn instructions(command: &Command) -> Option<f64> {
    let told = tempfile::NamedTempFile::new().ok()?;
    let mut counted = Command::new("perf");
    counted.args(["stat", "-x,", "-e", "instructions:u", "-o"]).arg(told.path()).arg("--");
    measure(counted.arg(command.get_program()).args(command.get_args())).ok()?;
    counted_in(&std::fs::read_to_string(told.path()).ok()?)
}

/// The figure in what `perf stat -x,` tells.
fn counted_in(told: &str) -> Option<f64> {
    told.lines().find(|line| line.contains("instructions"))?.split(',').next()?.parse().ok()
}

fn start(command: &mut Command) -> Result<Child, String> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    child.map_err(|error| format!("不能启动 {}：{error}", command.get_program().to_string_lossy()))
}

fn succeeded(command: &Command, code: i32) -> Result<(), String> {
    if code > 1 { Err(format!("{command:?} 以 {code} 结束，比较无效")) } else { Ok(()) }
}

/// Waits for the child: its exit code, and the CPU seconds of it and of all that it waited for.
#[cfg(unix)]
#[allow(unsafe_code)]
fn wait(child: Child) -> Result<(i32, f64), String> {
    let pid = libc::pid_t::try_from(child.id()).map_err(|error| error.to_string())?;
    let mut status = 0;
    // SAFETY: rusage is plain numbers, for which all zeroes is a value; the call writes to two live locals, and nobody
    // else waits for this child.
    let (waited, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(pid, &raw mut status, 0, &raw mut usage), usage)
    };
    if waited != pid {
        return Err(std::io::Error::last_os_error().to_string());
    }
    let code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 };
    Ok((code, seconds(&usage)))
}

#[cfg(not(unix))]
fn wait(mut child: Child) -> Result<(i32, f64), String> {
    let status = child.wait().map_err(|error| error.to_string())?;
    Ok((status.code().unwrap_or(128), f64::NAN))
}

#[cfg(unix)]
fn seconds(usage: &libc::rusage) -> f64 {
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// CPU seconds of this process so far, and of all children that it waited for; NaN where the system does not tell.
#[cfg(unix)]
#[allow(unsafe_code)]
pub fn spent() -> f64 {
    let of = |whom| {
        // SAFETY: rusage is plain numbers, for which all zeroes is a value, and getrusage fills it in.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(whom, &raw mut usage);
            usage
        };
        seconds(&usage)
    };
    of(libc::RUSAGE_SELF) + of(libc::RUSAGE_CHILDREN)
}

#[cfg(not(unix))]
pub fn spent() -> f64 {
    f64::NAN
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
fn tree_memory(_: u32) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_perf_counts_and_what_it_does_not() {
        let told = "# started on Mon Nov 30\n\n1488215723,,instructions:u,1200000,100.00,1.2,insn per cycle\n";
        assert_eq!(counted_in(told), Some(1_488_215_723.0));
        assert_eq!(counted_in("<not supported>,,instructions:u,0,100.00,,\n"), None);
        assert_eq!(counted_in(""), None);
    }
}
