//! What an output is written to: memory, and the file itself from the first byte on that makes it large. Writers of packages
//! go back to what they wrote, again and again, and each step would be one of the system's.

use crate::book::output_file::OutputFile;
use std::fs::File;
use std::io::{self, BufWriter, Cursor, Seek, SeekFrom, Write};
use std::sync::Arc;

/// Bytes from which on an output is large.
const LARGE: usize = 1 << 20;
/// Bytes of a large one that are written at a time.
const PIECE: usize = 1 << 18;

/// An output that is being written.
pub struct Target {
    file: Arc<File>,
    small: Cursor<Vec<u8>>,
    /// Where the rest goes once it is large.
    large: Option<BufWriter<OutputFile<Arc<File>>>>,
}

impl Target {
    /// An empty file, written from its beginning.
    pub fn new(file: File) -> Target {
        Target { file: Arc::new(file), small: Cursor::default(), large: None }
    }

    /// The file, where all of it was written, and what stands in it if that is little.
    ///
    /// # Errors
    /// The first failure of the file.
    pub fn whole(self) -> io::Result<(Arc<File>, Option<Vec<u8>>)> {
        let Target { file, small, large } = self;
        match large {
            Some(large) => {
                large.into_inner().map_err(io::IntoInnerError::into_error)?.whole()?;
                Ok((file, None))
            }
            None => {
                (&*file).write_all(small.get_ref())?;
                Ok((file, Some(small.into_inner())))
            }
        }
    }

    fn grow_large(&mut self) -> io::Result<&mut BufWriter<OutputFile<Arc<File>>>> {
        let small = std::mem::take(&mut self.small);
        let mut large = BufWriter::with_capacity(PIECE, OutputFile::new(Arc::clone(&self.file)));
        large.write_all(small.get_ref())?;
        large.seek(SeekFrom::Start(small.position()))?;
        Ok(self.large.insert(large))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.large {
            Some(large) => large.write(bytes),
            None if self.small.position() + bytes.len() as u64 >= LARGE as u64 => self.grow_large()?.write(bytes),
            None => self.small.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.large.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Seek for Target {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.large {
            Some(large) => large.seek(to),
            None => self.small.seek(to),
        }
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        match &mut self.large {
            Some(large) => large.stream_position(),
            None => self.small.stream_position(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of a length, each with a head that is written over once its end is known, as writers of packages do.
    fn write(target: &mut Target, length: usize) -> io::Result<()> {
        for piece in 0..3 {
            let head = target.stream_position()?;
            target.write_all(b"????")?;
            target.write_all(&vec![piece; length])?;
            let end = target.stream_position()?;
            target.seek(SeekFrom::Start(head))?;
            target.write_all(b"done")?;
            target.seek(SeekFrom::Start(end))?;
        }
        target.flush()
    }

    #[test]
    fn small_or_large_what_was_written_stands_in_the_file() {
        for length in [0, 1, LARGE / 3 - 5, LARGE / 3 - 4, LARGE / 3, LARGE - 4, LARGE, LARGE * 2] {
            let path = tempfile::NamedTempFile::new().expect("a file").into_temp_path();
            let mut target = Target::new(File::create(&path).expect("a file"));
            write(&mut target, length).expect("written");
            let (_, small) = target.whole().expect("whole");
            let expected: Vec<u8> = (0..3).flat_map(|piece| [b"done".to_vec(), vec![piece; length]].concat()).collect();
            assert!(std::fs::read(&path).expect("the file") == expected, "{length}");
            assert_eq!(small.is_some(), expected.len() < LARGE, "{length}");
            assert!(small.is_none_or(|small| small == expected), "{length}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_at_the_end() {
        for length in [10, LARGE] {
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
            let mut target = Target::new(full);
            write(&mut target, length).expect("never fails");
            assert_eq!(target.whole().expect_err("no room").kind(), io::ErrorKind::StorageFull, "{length}");
        }
    }
}
