//! Bytes that wait on the disk once what waits in memory has filled its room, in a file that has no name and goes with
//! the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where bytes wait. Who puts them there keeps a [`Waiting`], and asks [`Overflow::lost`] before it trusts what came
/// of them.
#[derive(Debug)]
pub struct Overflow {
    /// How many bytes may still wait in memory.
    room: AtomicUsize,
    file: Mutex<Option<File>>,
    lost: AtomicBool,
}

/// Bytes that wait, in memory or on the disk.
#[derive(Debug, Clone)]
pub enum Waiting {
    Here(Box<[u8]>),
    There { overflow: Arc<Overflow>, at: u64, length: u32 },
}

impl Overflow {
    /// `room`: bytes that wait in memory before the disk is asked.
    pub fn new(room: usize) -> Arc<Overflow> {
        Arc::new(Overflow { room: AtomicUsize::new(room), file: Mutex::new(None), lost: AtomicBool::new(false) })
    }

    /// Bytes that were put there and could not be read back: whoever asked for them got none.
    pub fn lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Lets the bytes wait; on the disk where memory has no room for them. A disk that takes nothing is no harm: they
    /// stay in memory.
    pub fn put(self: &Arc<Overflow>, bytes: Box<[u8]>) -> Waiting {
        let taken = self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(bytes.len()));
        let length = u32::try_from(bytes.len());
        match (taken, length) {
            (Err(_), Ok(length)) => match self.write(&bytes) {
                Ok(at) => Waiting::There { overflow: Arc::clone(self), at, length },
                Err(_) => Waiting::Here(bytes),
            },
            _ => Waiting::Here(bytes),
        }
    }

    /// Leaves so many bytes of what waits on the disk.
    #[cfg(test)]
    pub fn tear(&self, left: u64) {
        self.file.lock().unwrap().as_mut().unwrap().set_len(left).unwrap();
    }

    fn write(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        let at = file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        Ok(at)
    }

    fn read(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(at))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Waiting {
    /// What `into` sees in the bytes; nothing at all where they are lost.
    pub fn look<T>(&self, into: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Waiting::Here(bytes) => into(bytes),
            Waiting::There { overflow, at, length } => match overflow.read(*at, *length as usize) {
                Ok(bytes) => into(&bytes),
                Err(_) => {
                    overflow.lost.store(true, Ordering::Relaxed);
                    into(&[])
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_memory_has_no_room_for_waits_on_the_disk() {
        let overflow = Overflow::new(10);
        let bytes = |n: u8| vec![n; 6].into_boxed_slice();
        let all: Vec<Waiting> = (0..50).map(|n| overflow.put(bytes(n))).collect();
        assert!(matches!(all[0], Waiting::Here(_)));
        assert!(all[1..].iter().all(|waiting| matches!(waiting, Waiting::There { .. })));
        for (n, waiting) in all.iter().enumerate().rev() {
            assert_eq!(waiting.look(<[u8]>::to_vec), vec![n as u8; 6]);
        }
        assert!(!overflow.lost());
    }

    #[test]
    fn what_cannot_be_read_back_is_said() {
        let overflow = Overflow::new(0);
        let waiting = overflow.put(vec![7; 9].into_boxed_slice());
        overflow.tear(4);
        assert!(waiting.look(<[u8]>::is_empty));
        assert!(overflow.lost());
    }
}
