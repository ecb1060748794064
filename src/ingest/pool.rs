//! The parent's side of the workers: one to each of rayon's threads, started when first needed, killed when over time,
//! replaced when dead. Answers come back in the order of the files.

use super::allowance;
use super::bundle::Opener;
use super::discover::litter;
use super::refusal::{self, Refusal};
use super::wire::{GREETING, LONGEST_REPLY, Reply, Request};
use super::{Delivery, Limits, worker};
use crate::model::outcome::Read as Reading;
use crate::model::{RawWorkbook, SourceFile};
use rayon::prelude::*;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The program to run as a worker where the running one is not huizong itself.
static WORKER: OnceLock<PathBuf> = OnceLock::new();

/// Names the program to run as a worker, for tests of the library; the first call counts. Not an environment variable:
/// nobody outside shall choose what parses the returns.
pub fn use_worker(program: PathBuf) {
    let _ = WORKER.set(program);
}

/// How often the watch looks at the clock: a file over time is stopped at most this late.
const TICK: Duration = Duration::from_millis(100);
/// A worker that does not greet within this is no worker.
const GREETING_TIME: Duration = Duration::from_secs(10);

/// See [`super::read_all`].
///
/// # Errors
/// Worker processes cannot be started at all.
pub fn read_all<T: Send>(
    files: &[SourceFile],
    limits: &Limits,
    take: impl Fn(&SourceFile, Delivery) -> T + Sync,
) -> Result<Vec<T>, String> {
    let program = match WORKER.get() {
        Some(program) => program.clone(),
        None => std::env::current_exe().map_err(|error| format!("找不到程序自身，读取进程无法启动（{error}）"))?,
    };
    let arguments = vec![worker::ARGUMENT.to_owned(), limits.memory.to_string()];
    Pool { program, arguments, limits: *limits, idle: Mutex::default(), watched: Arc::default() }.read_all(files, take)
}

/// See [`super::read_here`].
pub fn read_here<T: Send>(files: &[SourceFile], limits: &Limits, take: impl Fn(Reading) -> T + Sync) -> Vec<T> {
    let read = |file: &SourceFile| {
        let request = Request {
            path: file.path.clone(),
            member: file.member.clone(),
            file_size: limits.file_size,
            hash_only: false,
        };
        take(reading(worker::answer(&request, &mut Opener::default()).read))
    };
    files.par_iter().with_max_len(1).map(read).collect()
}

fn reading(read: Result<RawWorkbook, Refusal>) -> Reading {
    match read {
        Ok(workbook) => Reading::Workbook(workbook),
        Err(Refusal::Unreadable(unreadable)) => Reading::Unreadable(unreadable),
        Err(Refusal::NotATable(cause)) => Reading::NotATable { cause },
    }
}

struct Pool {
    program: PathBuf,
    arguments: Vec<String>,
    limits: Limits,
    /// Workers that wait for a file. Never more than threads that read.
    idle: Mutex<Vec<Worker>>,
    watched: Arc<Watched>,
}

/// The processes under the clock, and whether the watch is over.
#[derive(Default)]
struct Watched {
    processes: Mutex<(Vec<Arc<Process>>, bool)>,
    over: Condvar,
}

struct Process {
    child: Mutex<Child>,
    /// When the answer is due; `None` while nothing was asked.
    due: Mutex<Option<Instant>>,
    overtime: AtomicBool,
}

struct Worker {
    process: Arc<Process>,
    input: ChildStdin,
    output: ChildStdout,
    /// Whether it has answered before: its memory is no longer that of a fresh one.
    used: bool,
}

/// A lock whose holder panicked still guards sound values here: each is written in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    fn read_all<T: Send>(
        &self,
        files: &[SourceFile],
        take: impl Fn(&SourceFile, Delivery) -> T + Sync,
    ) -> Result<Vec<T>, String> {
        std::thread::scope(|scope| {
            scope.spawn(|| self.watch());
            let _ends_the_watch = EndOfWatch(&self.watched);
            let all = files.par_iter().with_max_len(1);
            let results = all.map(|file| Ok(take(file, self.deliver(file)?))).collect();
            // Closing their input ends the workers; they are waited for, so that none is left behind.
            for worker in lock(&self.idle).drain(..) {
                self.retire(worker, false);
            }
            results
        })
    }

    fn deliver(&self, file: &SourceFile) -> Result<Delivery, String> {
        let litter = litter(&file.name);
        let request = Request {
            path: file.path.clone(),
            member: file.member.clone(),
            file_size: self.limits.file_size,
            hash_only: litter.is_some(),
        };
        let started = Instant::now();
        let reply = self.ask(&request.encode())?;
        if let Some(cause) = litter {
            let read = Reading::Litter { cause: cause.to_owned() };
            return Ok(Delivery { read, sha256: reply.sha256, size: reply.size, spent: started.elapsed() });
        }
        let read = reading(reply.read);
        Ok(Delivery { read, sha256: reply.sha256, size: reply.size, spent: started.elapsed() })
    }

    fn ask(&self, request: &[u8]) -> Result<Reply, String> {
        loop {
            let idle = lock(&self.idle).pop();
            let mut worker = match idle {
                Some(worker) => worker,
                None => self.start()?,
            };
            if let Some(reply) = worker.ask(request, &self.limits) {
                worker.used = true;
                lock(&self.idle).push(worker);
                return Ok(reply);
            }
            let used = worker.used;
            let overtime = worker.process.overtime.load(Ordering::SeqCst);
            self.retire(worker, true);
            if overtime {
                return Ok(failed(refusal::over_time(self.limits.time.as_secs())));
            }
            if !used {
                return Ok(failed(refusal::worker_died()));
            }
            // It died with earlier files behind it. Whether this one alone is too much, a fresh worker shows; so the
            // outcome does not depend on which files shared a worker.
        }
    }

    /// A worker may be killed from outside before it can say a word; only where that happens again and again is the
    /// program itself at fault.
    fn start(&self) -> Result<Worker, String> {
        let mut failure = String::new();
        for _ in 0..3 {
            match self.start_once() {
                Ok(worker) => return Ok(worker),
                Err(why) => failure = why,
            }
        }
        Err(failure)
    }

    fn start_once(&self) -> Result<Worker, String> {
        let failed = |why: String| format!("读取进程无法启动（{why}），请检查程序文件是否完整、是否被安全软件拦截");
        let mut command = Command::new(&self.program);
        // Panic messages could quote what a file holds: standard error goes nowhere.
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // The allocator would reserve a gibibyte before the worker can limit itself, and then serve from that whatever the
        // limit says. Without the reserve each piece is asked of the system, which counts.
        command.env("MIMALLOC_ARENA_RESERVE", "0");
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("没有管道".to_owned()));
        };
        widen(&output);
        let process =
            Arc::new(Process { child: Mutex::new(child), due: Mutex::new(None), overtime: AtomicBool::new(false) });
        lock(&self.watched.processes).0.push(Arc::clone(&process));
        let mut worker = Worker { process, input, output, used: false };
        let mut greeting = [0; GREETING.len()];
        *lock(&worker.process.due) = Some(Instant::now() + GREETING_TIME);
        let greeted = worker.output.read_exact(&mut greeting).is_ok() && greeting == GREETING;
        *lock(&worker.process.due) = None;
        if greeted {
            return Ok(worker);
        }
        self.retire(worker, true);
        Err(failed("没有应答".to_owned()))
    }

    fn retire(&self, worker: Worker, kill: bool) {
        let Worker { process, input, output, .. } = worker;
        lock(&self.watched.processes).0.retain(|other| !Arc::ptr_eq(other, &process));
        drop((input, output));
        let mut child = lock(&process.child);
        if kill {
            // It may be dead already.
            let _ = child.kill();
        }
        let _ = child.wait();
    }

    /// Kills every worker whose answer is overdue, until the reading is over.
    fn watch(&self) {
        let mut processes = lock(&self.watched.processes);
        while !processes.1 {
            let now = Instant::now();
            for process in &processes.0 {
                let late = lock(&process.due).is_some_and(|due| due <= now);
                if late {
                    process.overtime.store(true, Ordering::SeqCst);
                }
                if late || over_memory(process, self.limits.memory) {
                    // The reader sees the end of the pipe and takes it from there.
                    let _ = lock(&process.child).kill();
                }
            }
            processes = self.watched.over.wait_timeout(processes, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Ends the watch however the reading ends, a panic in `take` included; else the scope would wait for ever.
struct EndOfWatch<'a>(&'a Watched);

impl Drop for EndOfWatch<'_> {
    fn drop(&mut self) {
        lock(&self.0.processes).1 = true;
        self.0.over.notify_all();
    }
}

/// On Unix the worker's own limit ends it; a Windows job object bounds only what stays resident, so the watch looks.
#[cfg(unix)]
fn over_memory(_: &Process, _: u64) -> bool {
    false
}

#[cfg(windows)]
fn over_memory(process: &Process, most: u64) -> bool {
    use std::os::windows::io::AsRawHandle;
    let handle = lock(&process.child).as_raw_handle() as isize;
    win32job::utils::get_process_memory_info(handle).is_ok_and(|memory| memory.private_usage as u64 > most)
}

/// A reply of a mean return then fits the pipe, and the worker need not wait for its reader.
#[cfg(target_os = "linux")]
fn widen(output: &ChildStdout) {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is open for as long as `output` lives; a refusal changes nothing.
    unsafe { libc::fcntl(output.as_raw_fd(), libc::F_SETPIPE_SZ, 1 << 20) };
}

#[cfg(not(target_os = "linux"))]
fn widen(_: &ChildStdout) {}

impl Worker {
    /// `None` where it died, was killed, or answered something unsound.
    fn ask(&mut self, request: &[u8], limits: &Limits) -> Option<Reply> {
        *lock(&self.process.due) = Some(Instant::now() + limits.time);
        let reply = self.exchange(request, allowance::of(LONGEST_REPLY, limits.memory));
        *lock(&self.process.due) = None;
        // Killed in the last moment: the answer may be whole, but the worker is gone.
        if self.process.overtime.load(Ordering::SeqCst) { None } else { reply }
    }

    fn exchange(&mut self, request: &[u8], longest: u64) -> Option<Reply> {
        self.input.write_all(request).ok()?;
        self.input.flush().ok()?;
        let mut length = [0; 4];
        self.output.read_exact(&mut length).ok()?;
        let length = u32::from_le_bytes(length);
        if u64::from(length) > longest {
            return None;
        }
        let mut message = vec![0; length as usize];
        self.output.read_exact(&mut message).ok()?;
        Reply::decode(&message)
    }
}

fn failed(unreadable: crate::model::Unreadable) -> Reply {
    Reply { read: Err(Refusal::Unreadable(unreadable)), sha256: None, size: 0 }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A pool whose worker is a shell script.
    fn outcomes(script: &str, files: u32) -> Result<Vec<&'static str>, String> {
        let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        let pool =
            Pool { program: "/bin/sh".into(), arguments, limits, idle: Mutex::default(), watched: Arc::default() };
        let file = |index| SourceFile {
            index,
            name: format!("{index}.xlsx"),
            path: "/nowhere".into(),
            member: Vec::new(),
            size: 0,
            modified: None,
        };
        let files: Vec<SourceFile> = (0..files).map(file).collect();
        pool.read_all(&files, |_, delivery| match delivery.read {
            Reading::Unreadable(unreadable) => unreadable.code,
            _ => "read",
        })
    }

    #[test]
    fn death_garbage_and_silence_each_cost_one_file() {
        assert_eq!(outcomes("printf HZ01; exit 3", 3), Ok(vec!["file-worker-died"; 3]));
        assert_eq!(
            outcomes("printf 'HZ01\\003\\000\\000\\000abc'; cat >/dev/null", 2),
            Ok(vec!["file-worker-died"; 2])
        );
        assert_eq!(outcomes("printf HZ01; exec sleep 60", 2), Ok(vec!["file-over-time"; 2]));
    }

    #[test]
    fn what_does_not_greet_is_no_worker() {
        assert!(outcomes("echo running 0 tests", 1).unwrap_err().contains("没有应答"));
    }
}
