//! Where a workbook is written to: a file that keeps its first failure to itself until it is asked.
//!
//! Writers of workbooks and zips meet a full disk in many ways: some panic, some print words of their own while they give
//! up. None of them sees a failure here; what comes after it goes nowhere, as if it were written, and whoever began the
//! file learns of it at the end.

use std::io::{self, ErrorKind, Seek, SeekFrom, Write};

/// A file with its first failure.
pub struct OutputFile<F> {
    file: F,
    failure: Option<io::Error>,
    at: u64,
    end: u64,
}

impl<F> OutputFile<F> {
    /// An empty file, written from its beginning.
    pub fn new(file: F) -> OutputFile<F> {
        OutputFile { file, failure: None, at: 0, end: 0 }
    }

    /// The file, where all of it was written.
    ///
    /// # Errors
    /// The first failure of the file.
    pub fn whole(self) -> io::Result<F> {
        self.failure.map_or(Ok(self.file), Err)
    }

    /// Does one thing to the file unless it has failed; `sham` is what it is said to have come to when it has.
    fn unless_failed<T>(&mut self, sham: T, mut act: impl FnMut(&mut F) -> io::Result<T>) -> T {
        if self.failure.is_some() {
            return sham;
        }
        loop {
            match act(&mut self.file) {
                Ok(done) => return done,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    return sham;
                }
            }
        }
    }
}

impl<F: Write> Write for OutputFile<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.unless_failed(bytes.len(), |file| match file.write(bytes)? {
            0 if !bytes.is_empty() => Err(ErrorKind::WriteZero.into()),
            written => Ok(written),
        });
        self.at += written as u64;
        self.end = self.end.max(self.at);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed((), Write::flush);
        Ok(())
    }
}

impl<F: Seek> Seek for OutputFile<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sham = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        self.at = self.unless_failed(sham, |file| file.seek(to));
        Ok(self.at)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::book::package::RowStyle;
    use crate::book::row_book::{RowBook, SheetUse};
    use crate::book::workbook::workbook;
    use std::io::Cursor;

    /// A disk that takes so many bytes and no more.
    pub struct Disk {
        file: Cursor<Vec<u8>>,
        room: u64,
    }

    impl Disk {
        pub fn of(room: u64) -> Disk {
            Disk { file: Cursor::new(Vec::new()), room }
        }

        pub fn used(&self) -> u64 {
            self.file.get_ref().len() as u64
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.room.saturating_sub(self.file.position()) as usize;
            if room == 0 && !bytes.is_empty() {
                return Err(ErrorKind::StorageFull.into());
            }
            self.file.write(&bytes[..room.min(bytes.len())])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Disk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    /// Writes to disks of every size up to what is needed, `step` by step and the last hundred one by one: each that is too
    /// small is said to be full, and the writer comes to its end.
    pub fn every_room(step: usize, write: impl Fn(&mut OutputFile<Disk>)) {
        let filled = |room: u64| {
            let mut target = OutputFile::new(Disk::of(room));
            write(&mut target);
            target.whole()
        };
        let needed = filled(u64::MAX).expect("room enough").used();
        assert!(needed > 100);
        for room in (0..needed).step_by(step).chain(needed - 100..needed) {
            let error = filled(room).map(|_| ()).expect_err("too little room");
            assert_eq!(error.kind(), ErrorKind::StorageFull, "{room} of {needed} bytes");
        }
        assert!(filled(needed).is_ok());
    }

    #[test]
    fn a_disk_that_is_full_at_any_byte_is_told_at_the_end() {
        every_room(1, |target| {
            let mut book = RowBook::new(target);
            book.open("甲".to_owned(), SheetUse::List { title: "乙", above: &[] }, &[("丙", 9.0)])
                .expect("never fails");
            for number in 0..20 {
                book.cells.start_row(None);
                book.cells.integer(0, number, RowStyle::ListCount);
                book.cells.link(0, "丁", "../戊.xlsx");
                book.end_row().expect("never fails");
            }
            book.close().expect("never fails");
            book.finish("己").expect("never fails");
        });
        every_room(7, |target| {
            let mut book = workbook("甲").expect("a workbook");
            book.add_worksheet().write_string(0, 0, "乙").expect("a cell");
            book.save_to_writer(target).expect("never fails");
        });
    }
}
