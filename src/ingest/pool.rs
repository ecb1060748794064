//! The parent's side of the workers: one to each of rayon's threads, started when first needed, killed when over time,
//! replaced when dead. While a thread understands one file its worker reads the next. Answers come back in the order of
//! the files.

use super::discover::litter;
use super::leaving::{self, Process, lock};
use super::limits::Limits;
use super::wire::{GREETING, LARGE_REPLY, LONGEST_REPLY, Reply, Request};
use super::worker;
use crate::formats::bundle::Opener;
use crate::formats::own;
use crate::formats::refusal::{self, Refusal};
use crate::model::outcome::ReadOutcome;
use crate::model::{RawWorkbook, SourceFile};
use rayon::prelude::*;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
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

/// One file's reading with what identifies its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub read: ReadOutcome,
    /// SHA-256 of the bytes; `None` where they could not be read at all.
    pub sha256: Option<[u8; 32]>,
    /// Bytes actually read.
    pub size: u64,
    /// What the reading took, by the worker's own clock.
    pub spent: Duration,
}

/// Reads every file on rayon's threads, each in a worker process, and hands each to `take` on the thread that read it.
/// Results come back in the order of `files`, whatever the thread count.
///
/// # Errors
/// Worker processes cannot be started at all.
pub fn read_all<T: Send>(
    files: &[SourceFile],
    limits: &Limits,
    take: impl Fn(&SourceFile, Delivery) -> T + Sync,
) -> Result<Vec<T>, String> {
    leaving::see_off();
    let program = program().map_err(|error| format!("找不到程序自身，读取进程无法启动（{error}）"))?;
    Pool { program, arguments: arguments(limits), limits: *limits, watched: Arc::default() }.read_all(files, take)
}

fn program() -> std::io::Result<PathBuf> {
    WORKER.get().map_or_else(std::env::current_exe, |program| Ok(program.clone()))
}

fn arguments(limits: &Limits) -> Vec<String> {
    vec![worker::ARGUMENT.to_owned(), limits.memory.to_string()]
}

/// A worker that was started before anybody knew what there is to read, with its arguments.
static EARLY: Mutex<Option<(Vec<String>, Child)>> = Mutex::new(None);

/// Has a worker started that gets ready while the caller does something else; the first thread that reads under these
/// limits takes it. One that nobody takes ends when this process does, by the end of its input. To be called by a thread
/// that lives as long as the process, as rayon's do: on Linux a worker does not outlive the thread that started it. Where it
/// does not start, whoever reads says so.
pub fn start_early(limits: &Limits) {
    let arguments = arguments(limits);
    match rayon::current_num_threads() {
        1 => start_now(arguments),
        _ => rayon::spawn(|| start_now(arguments)),
    }
}

fn start_now(arguments: Vec<String>) {
    let started = program().and_then(|program| spawn(&program, &arguments));
    if let (Ok(child), early @ None) = (started, &mut *lock(&EARLY)) {
        *early = Some((arguments, child));
    }
}

fn spawn(program: &Path, arguments: &[String]) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    // Panic messages could quote what a file holds: standard error goes nowhere.
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // The allocator would reserve a gibibyte before the worker can limit itself, and then serve from that whatever the
    // limit says. Without the reserve each piece is asked of the system, which counts.
    command.env("MIMALLOC_ARENA_RESERVE", "0").spawn()
}

/// Reads every file in this very process: what isolation costs is measured against it. For files that one has made
/// oneself; any other may take the process along.
pub fn read_here<T: Send>(files: &[SourceFile], limits: &Limits, take: impl Fn(ReadOutcome) -> T + Sync) -> Vec<T> {
    let read = |file: &SourceFile| {
        let request = Request {
            path: file.path.clone(),
            member: file.member.clone(),
            file_size: limits.file_size,
            hash_only: false,
        };
        take(reading(worker::answer(&request, limits.allowance(), &mut Opener::new(limits.allowance())).read))
    };
    files.par_iter().with_max_len(1).map(read).collect()
}

fn reading(read: Result<RawWorkbook, Refusal>) -> ReadOutcome {
    match read {
        Ok(workbook) => ReadOutcome::Workbook(workbook),
        Err(Refusal::Unreadable(unreadable)) => ReadOutcome::Unreadable(unreadable),
        Err(Refusal::NotATable(cause)) => ReadOutcome::NotATable { cause },
        Err(Refusal::OwnResults) => ReadOutcome::Litter { cause: own::CAUSE.to_owned() },
    }
}

struct Pool {
    program: PathBuf,
    arguments: Vec<String>,
    limits: Limits,
    watched: Arc<Watched>,
}

/// The processes under the clock, and whether the watch is over.
#[derive(Default)]
struct Watched {
    processes: Mutex<(Vec<Arc<Process>>, bool)>,
    over: Condvar,
}

struct Worker {
    process: Arc<Process>,
    input: ChildStdin,
    output: ChildStdout,
    /// The last reply, whose room the next one takes.
    message: Vec<u8>,
    /// Whether it has answered before: its memory is no longer that of a fresh one.
    used: bool,
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
            let next = AtomicUsize::new(0);
            let readers = rayon::current_num_threads().min(files.len());
            let read = (0..readers).into_par_iter().with_max_len(1).map(|_| {
                let mut reader = WorkerThread { pool: self, worker: None };
                // An error here is no file's but the machine's: the other readers find nothing left to do.
                reader.read(files, &next, &take).inspect_err(|_| next.store(files.len(), Ordering::SeqCst))
            });
            let mut results: Vec<(usize, T)> =
                read.collect::<Result<Vec<_>, String>>()?.into_iter().flatten().collect();
            results.sort_unstable_by_key(|(at, _)| *at);
            Ok(results.into_iter().map(|(_, result)| result).collect())
        })
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
        let early = lock(&EARLY).take_if(|(arguments, _)| *arguments == self.arguments).map(|(_, child)| child);
        let mut child = early
            .map_or_else(|| spawn(&self.program, &self.arguments), Ok)
            .map_err(|error| failed(error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("没有管道".to_owned()));
        };
        widen(&output);
        let process =
            Arc::new(Process { child: Mutex::new(child), due: Mutex::new(None), overtime: AtomicBool::new(false) });
        lock(&self.watched.processes).0.push(Arc::clone(&process));
        let mut worker = Worker { process, input, output, message: Vec::new(), used: false };
        let mut greeting = [0; GREETING.len()];
        *lock(&worker.process.due) = Some(Instant::now() + GREETING_TIME);
        let greeted = worker.output.read_exact(&mut greeting).is_ok() && greeting == GREETING;
        *lock(&worker.process.due) = None;
        if greeted {
            return Ok(worker);
        }
        self.retire(worker);
        Err(failed("没有应答".to_owned()))
    }

    fn retire(&self, worker: Worker) {
        self.kill(worker).wait();
    }

    fn kill(&self, worker: Worker) -> Arc<Process> {
        let Worker { process, input, output, .. } = worker;
        lock(&self.watched.processes).0.retain(|other| !Arc::ptr_eq(other, &process));
        drop((input, output));
        // It may be dead already.
        let _ = lock(&process.child).kill();
        process
    }

    /// Kills every worker whose answer is overdue, until the reading is over.
    fn watch(&self) {
        let mut processes = lock(&self.watched.processes);
        while !processes.1 {
            let now = Instant::now();
            for process in &processes.0 {
                // Under the lock: a reader that has its answer takes its time off first, and then asks whether it was late.
                let due = lock(&process.due);
                let late = due.is_some_and(|due| due <= now);
                if late {
                    process.overtime.store(true, Ordering::SeqCst);
                }
                drop(due);
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

/// One thread's reading, and the worker that does it.
struct WorkerThread<'a> {
    pool: &'a Pool,
    worker: Option<Worker>,
}

impl WorkerThread<'_> {
    /// Takes one file after another from those that are left.
    fn read<T>(
        &mut self,
        files: &[SourceFile],
        next: &AtomicUsize,
        take: &impl Fn(&SourceFile, Delivery) -> T,
    ) -> Result<Vec<(usize, T)>, String> {
        let mut results = Vec::new();
        let mut claimed = self.claim(files, next)?;
        while let Some((at, file, asked)) = claimed {
            let reply = self.receive(file, asked)?;
            claimed = self.claim(files, next)?;
            // With nothing left to ask for, the worker goes while its last answer is worked at.
            if let (None, Some(worker)) = (&claimed, &self.worker) {
                let _ = lock(&worker.process.child).kill();
            }
            results.push((at, take(file, delivery(file, reply))));
        }
        Ok(results)
    }

    /// The next file that nobody has, already asked for; and whether the worker took the question.
    fn claim<'f>(
        &mut self,
        files: &'f [SourceFile],
        next: &AtomicUsize,
    ) -> Result<Option<(usize, &'f SourceFile, bool)>, String> {
        let at = next.fetch_add(1, Ordering::SeqCst);
        files.get(at).map(|file| Ok((at, file, self.send(file)?))).transpose()
    }

    /// Asks the worker, a fresh one if need be, for a file. `false` where it cannot even take the question: it died.
    fn send(&mut self, file: &SourceFile) -> Result<bool, String> {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => none.insert(self.pool.start()?),
        };
        Ok(worker.send(&request(file, &self.pool.limits)).is_some())
    }

    /// The answer to what was `asked`. The clock starts now: until now nobody waited, and the worker says itself how long
    /// it read.
    fn receive(&mut self, file: &SourceFile, mut asked: bool) -> Result<Reply, String> {
        let limits = &self.pool.limits;
        loop {
            if let (true, Some(worker)) = (asked, &mut self.worker)
                && let Some(reply) = worker.receive(limits)
            {
                worker.used = true;
                let late = reply.spent > limits.time;
                return Ok(if late { failed(limits.over_time()) } else { reply });
            }
            if let Some(worker) = self.worker.take() {
                let used = worker.used;
                let overtime = worker.process.overtime.load(Ordering::SeqCst);
                self.pool.retire(worker);
                if overtime {
                    return Ok(failed(limits.over_time()));
                }
                if !used {
                    return Ok(failed(refusal::worker_died()));
                }
            }
            // It died with earlier files behind it. Whether this one alone is too much, a fresh worker shows; so the
            // outcome does not depend on which files shared a worker.
            asked = self.send(file)?;
        }
    }
}

impl Drop for WorkerThread<'_> {
    /// The worker has nothing left to give. It is killed and not asked to end: one that hangs would never do so. The
    /// run goes on meanwhile, and waits for it at its end.
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            leaving::add(self.pool.kill(worker));
        }
    }
}

fn request(file: &SourceFile, limits: &Limits) -> Vec<u8> {
    let hash_only = litter(&file.name).is_some();
    let (path, member) = (file.path.clone(), file.member.clone());
    Request { path, member, file_size: limits.file_size, hash_only }.encode()
}

fn delivery(file: &SourceFile, reply: Reply) -> Delivery {
    let Reply { read, sha256, size, spent } = reply;
    let read = match litter(&file.name) {
        Some(cause) => ReadOutcome::Litter { cause: cause.to_owned() },
        None => reading(read),
    };
    Delivery { read, sha256, size, spent }
}

impl Worker {
    fn send(&mut self, request: &[u8]) -> Option<()> {
        self.input.write_all(request).ok()?;
        self.input.flush().ok()
    }

    /// `None` where it died, was killed, or answered something unsound.
    fn receive(&mut self, limits: &Limits) -> Option<Reply> {
        *lock(&self.process.due) = Some(Instant::now() + limits.time);
        let reply = self.reply(limits.allowance().lifted(LONGEST_REPLY));
        *lock(&self.process.due) = None;
        // Killed in the last moment: the answer may be whole, but the worker is gone.
        if self.process.overtime.load(Ordering::SeqCst) { None } else { reply }
    }

    fn reply(&mut self, longest: u64) -> Option<Reply> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length).ok()?;
        let length = u32::from_le_bytes(length);
        if u64::from(length) > longest {
            return None;
        }
        let length = length as usize;
        if self.message.len() < length {
            self.message.resize(length, 0);
        }
        let message = self.message.get_mut(..length)?;
        self.output.read_exact(message).ok()?;
        let reply = Reply::decode(message);
        if length > LARGE_REPLY {
            self.message = Vec::new();
        }
        reply
    }
}

fn failed(unreadable: crate::model::Unreadable) -> Reply {
    Reply::of(Err(Refusal::Unreadable(unreadable)), None, 0)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { time: Duration::from_millis(300), ..Limits::default() }
    }

    fn file(index: u32) -> SourceFile {
        let name = format!("{index}.xlsx");
        SourceFile { index, name, path: "/nowhere".into(), member: Vec::new(), size: 0, modified: None }
    }

    /// A pool whose worker is a shell script; understanding a file takes `busy`.
    fn outcomes_of(script: &str, files: u32, busy: Duration) -> Result<Vec<&'static str>, String> {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        let pool = Pool { program: "/bin/sh".into(), arguments, limits: limits(), watched: Arc::default() };
        let files: Vec<SourceFile> = (0..files).map(file).collect();
        pool.read_all(&files, |_, delivery| {
            std::thread::sleep(busy);
            match delivery.read {
                ReadOutcome::Unreadable(unreadable) => unreadable.code.as_str(),
                _ => "read",
            }
        })
    }

    fn outcomes(script: &str, files: u32) -> Result<Vec<&'static str>, String> {
        outcomes_of(script, files, Duration::ZERO)
    }

    /// A script that answers each question soundly, and says that it took so long.
    fn sound(spent: Duration) -> String {
        let mut reply = Vec::new();
        Reply { spent, ..Reply::of(Err(Refusal::NotATable(String::new())), None, 0) }.encode(&mut reply);
        let reply: String = reply.iter().map(|byte| format!("\\{byte:03o}")).collect();
        let asked = request(&file(0), &limits()).len();
        format!("printf HZ03; while [ $(head -c {asked} | wc -c) = {asked} ]; do printf '{reply}'; done")
    }

    #[test]
    fn death_garbage_and_silence_each_cost_one_file() {
        assert_eq!(outcomes("printf HZ03; exit 3", 3), Ok(vec!["file-worker-died"; 3]));
        assert_eq!(
            outcomes("printf 'HZ03\\003\\000\\000\\000abc'; cat >/dev/null", 2),
            Ok(vec!["file-worker-died"; 2])
        );
        assert_eq!(outcomes("printf HZ03; exec sleep 60", 2), Ok(vec!["file-over-time"; 2]));
    }

    /// Its thread is busy with the file before for longer than a file may take.
    #[test]
    fn a_file_that_waits_for_its_thread_is_not_over_time() {
        assert_eq!(outcomes_of(&sound(Duration::ZERO), 4, limits().time * 2), Ok(vec!["read"; 4]));
    }

    /// And one that was read behind another's back is not let off.
    #[test]
    fn a_file_that_took_too_long_is_over_time_whoever_waited() {
        assert_eq!(outcomes(&sound(limits().time * 2), 3), Ok(vec!["file-over-time"; 3]));
    }

    /// It answered all it was asked, and then does not end with its input.
    #[test]
    fn a_worker_that_does_not_end_is_not_waited_for() {
        let began = Instant::now();
        assert_eq!(outcomes(&format!("{}; exec sleep 60", sound(Duration::ZERO)), 3), Ok(vec!["read"; 3]));
        assert!(began.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_does_not_greet_is_no_worker() {
        assert!(outcomes("echo running 0 tests", 1).unwrap_err().contains("没有应答"));
    }
}
