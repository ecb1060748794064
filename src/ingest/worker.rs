//! The worker: a process of this same binary that reads one file after another for the run, so that a file that
//! panics, eats all memory or never ends costs itself and nothing else.

use super::wire::{GREETING, LARGE_REPLY, Reply, Request};
use crate::formats::allowance::Allowance;
use crate::formats::bundle::Opener;
use crate::formats::file::whole_file;
use crate::formats::refusal::{self, Refusal};
use crate::formats::sniff;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Write};
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// Hidden first argument that makes this binary a worker; the memory limit in bytes follows it.
pub const ARGUMENT: &str = "__read-worker";

/// Requests are paths and a few numbers.
const LONGEST_REQUEST: u32 = 1 << 20;

/// Serves requests on standard input until it closes; `main` calls it when the first argument is [`ARGUMENT`].
pub fn serve() -> i32 {
    let memory = std::env::args_os().nth(2).and_then(|argument| argument.to_str()?.parse().ok());
    if let Some(memory) = memory {
        limit_memory(memory);
    }
    let allowance = memory.map_or_else(Allowance::default, Allowance::of);
    // A panic's message may quote what the file holds.
    std::panic::set_hook(Box::new(|_| {}));
    match output().and_then(|mut output| converse(allowance, &mut std::io::stdin().lock(), &mut output)) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

/// Standard output as it is: `Stdout` looks for the last line end of all that is written, and writes what is behind it
/// apart.
fn output() -> std::io::Result<File> {
    #[cfg(unix)]
    return Ok(std::os::fd::AsFd::as_fd(&std::io::stdout()).try_clone_to_owned()?.into());
    #[cfg(windows)]
    return Ok(std::os::windows::io::AsHandle::as_handle(&std::io::stdout()).try_clone_to_owned()?.into());
}

/// Greets, then answers each request, until the input ends.
fn converse(allowance: Allowance, input: &mut impl Read, output: &mut impl Write) -> std::io::Result<()> {
    output.write_all(&GREETING)?;
    output.flush()?;
    let mut opener = Opener::new(allowance);
    let (mut message, mut reply) = (Vec::new(), Vec::new());
    loop {
        let mut length = [0; 4];
        if input.read_exact(&mut length).is_err() {
            return Ok(());
        }
        let length = u32::from_le_bytes(length);
        if length > LONGEST_REQUEST {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        message.resize(length as usize, 0);
        input.read_exact(&mut message)?;
        let request = Request::decode(&message).ok_or(std::io::ErrorKind::InvalidData)?;
        let began = Instant::now();
        let answer = answer(&request, allowance, &mut opener);
        Reply { spent: began.elapsed(), ..answer }.encode(&mut reply);
        output.write_all(&reply)?;
        output.flush()?;
        if reply.capacity() > LARGE_REPLY {
            reply = Vec::new();
        }
    }
}

/// Reads what is asked for in this very process.
pub fn answer(request: &Request, allowance: Allowance, opener: &mut Opener) -> Reply {
    let bytes = if request.member.is_empty() {
        whole_file(&request.path, request.file_size)
    } else {
        // Damaged bundles end in errors, not panics; still, a member is read under the same guard as a workbook.
        std::panic::catch_unwind(AssertUnwindSafe(|| opener.member(&request.path, &request.member, request.file_size)))
            .unwrap_or_else(|_| Err(refusal::damaged("压缩包无法读取")))
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(unreadable) => return Reply::of(Err(Refusal::Unreadable(unreadable)), None, 0),
    };
    if request.hash_only {
        let read = Err(Refusal::NotATable(String::new()));
        return Reply::of(read, Some(Sha256::digest(&bytes).into()), bytes.len() as u64);
    }
    let intake =
        sniff::Intake { in_bundle: request.member.len(), lone_column: false, refuses_results: true, allowance };
    let read = std::panic::catch_unwind(|| sniff::read(&bytes, intake))
        .unwrap_or_else(|_| Err(refusal::damaged("内容自相矛盾，读取程序无法继续").into()));
    Reply::of(read, Some(Sha256::digest(&bytes).into()), bytes.len() as u64)
}

/// From here on, an allocation beyond the limit ends this process. Where the system refuses, the time limit remains.
#[cfg(unix)]
fn limit_memory(bytes: u64) {
    // First of all: a run that is killed takes its workers along, the one that hangs in a file included; those that do not
    // hang see their input close.
    #[cfg(target_os = "linux")]
    // SAFETY: takes two numbers and touches only this process.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL)
    };
    let bytes = bytes.saturating_add(mapped());
    let limit = libc::rlimit { rlim_cur: bytes as libc::rlim_t, rlim_max: bytes as libc::rlim_t };
    // SAFETY: passes a pointer to a live local that the call only reads.
    unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    // No core files: they would hold what the file held.
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

/// Bytes of address space that the process takes before it reads anything: the program itself, tens of megabytes, is no
/// part of what a file may take. 0 where the system does not tell.
#[cfg(unix)]
fn mapped() -> u64 {
    // The first figure is the size in pages.
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).unwrap_or(0);
    // SAFETY: asks for a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.saturating_mul(u64::try_from(page).unwrap_or(0))
}

/// A job object bounds working memory; it lives as long as the process.
#[cfg(windows)]
fn limit_memory(bytes: u64) {
    let mut info = win32job::ExtendedLimitInfo::new();
    let most = usize::try_from(bytes).unwrap_or(usize::MAX);
    info.limit_working_memory(1 << 20, most).limit_kill_on_job_close();
    if let Ok(job) = win32job::Job::create_with_limit_info(&info)
        && job.assign_current_process().is_ok()
    {
        // Dropping the job would close it and kill this process.
        std::mem::forget(job);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_conversation_in_memory() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, "单位,人数\n甲,1\n").unwrap();
        let ask = |path: &Path| {
            Request { path: path.to_owned(), member: Vec::new(), file_size: 1 << 20, hash_only: false }.encode()
        };
        let input = [ask(&path), ask(&dir.path().join("none.csv")), ask(dir.path())].concat();
        let mut output = Vec::new();
        converse(Allowance::default(), &mut &input[..], &mut output).unwrap();
        let mut rest = output.strip_prefix(&GREETING).unwrap();
        let mut replies = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (message, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            replies.push(Reply::decode(message).unwrap());
            rest = after;
        }
        let [good, missing, folder] = &replies[..] else { panic!("{replies:?}") };
        assert_eq!(good.read.as_ref().unwrap().sheets[0].occupied_rows(), 2);
        assert_eq!(good.sha256.unwrap()[..], Sha256::digest("单位,人数\n甲,1\n")[..]);
        let code = |reply: &Reply| match &reply.read {
            Err(Refusal::Unreadable(unreadable)) => unreadable.code.as_str(),
            other => panic!("{other:?}"),
        };
        assert_eq!((code(missing), code(folder)), ("file-unopenable", "file-not-regular"));
    }
}
