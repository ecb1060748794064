//! Zip archives: the central directory as it stands, and members by index. Bytes in, entries and contents out.
//!
//! Not the `zip` crate's reader, because that one drops the first of two members of one name, and because a part is
//! inflated here exactly once into a buffer of its stated size with its CRC checked: 58 MB of parts of returns in 110 ms,
//! where that one (9.4) takes 168. Knows nothing of workbooks.

use super::allowance::Allowance;
use super::{known_parts, refusal};
use crate::model::Unreadable;
use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Where an archive's bytes lie.
pub trait ByteSource {
    fn size(&self) -> u64;
    /// Exactly `len` bytes from `at`.
    ///
    /// # Errors
    /// The range is not inside, or the machine can't read it.
    fn bytes(&self, at: u64, len: u64) -> std::io::Result<Cow<'_, [u8]>>;
}

impl ByteSource for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }
    fn bytes(&self, at: u64, len: u64) -> std::io::Result<Cow<'_, [u8]>> {
        let range = usize::try_from(at).ok().zip(at.checked_add(len).and_then(|end| usize::try_from(end).ok()));
        let slice = range.and_then(|(from, to)| self.get(from..to));
        slice.map(Cow::Borrowed).ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
    }
}

impl ByteSource for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }
    fn bytes(&self, at: u64, len: u64) -> std::io::Result<Cow<'_, [u8]>> {
        ByteSource::bytes(self.as_slice(), at, len)
    }
}

impl ByteSource for File {
    fn size(&self) -> u64 {
        self.metadata().map_or(0, |meta| meta.len())
    }
    fn bytes(&self, at: u64, len: u64) -> std::io::Result<Cow<'_, [u8]>> {
        if at.checked_add(len).is_none_or(|end| end > self.size()) {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut file = self;
        file.seek(SeekFrom::Start(at))?;
        // `len` is at most the file's size.
        let mut buffer = vec![0; len as usize];
        file.read_exact(&mut buffer)?;
        Ok(Cow::Owned(buffer))
    }
}

/// One member as the central directory states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    pub packed: u64,
    pub size: u64,
    offset: u64,
    /// MS-DOS date and time, local.
    pub stamp: (u16, u16),
    symlink: bool,
    /// Shares bytes with another member: no honest writer does that.
    overlaps: bool,
}

impl Entry {
    pub fn is_folder(&self) -> bool {
        matches!(self.name.last(), Some(b'/' | b'\\'))
    }
}

/// Why an archive's directory can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// No end-of-directory record: not a zip, or cut off.
    NoEnd,
    Directory,
    TooMany(u64),
}

impl Broken {
    pub fn refusal(self) -> Unreadable {
        match self {
            Broken::NoEnd => refusal::damaged("压缩结构不完整，多半是传输中被截断"),
            Broken::Directory => refusal::damaged("压缩目录无法读取"),
            Broken::TooMany(count) => refusal::over_limit(format!("压缩包内有 {count} 个成员，超过上限")),
        }
    }
}

pub struct Archive {
    pub entries: Vec<Entry>,
    /// Bytes before the zip proper (self-extracting archives).
    lead: u64,
    pub allowance: Allowance,
}

const END: u32 = 0x0605_4b50;
const END_LEN: usize = 22;
const CENTRAL: u32 = 0x0201_4b50;
const CENTRAL_LEN: usize = 46;
const LOCAL: u32 = 0x0403_4b50;
const LOCAL_LEN: u64 = 30;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

impl Archive {
    /// Reads the central directory; at most `most` members.
    ///
    /// # Errors
    /// No directory, a broken one, or too many members.
    pub fn open<S: ByteSource + ?Sized>(source: &S, most: u64, allowance: Allowance) -> Result<Archive, Broken> {
        let size = source.size();
        let tail_len = size.min((END_LEN + 0xffff) as u64);
        let tail = source.bytes(size - tail_len, tail_len).map_err(|_| Broken::NoEnd)?;
        let end = find_end(&tail).ok_or(Broken::NoEnd)?;
        let end_at = size - tail_len + end as u64;
        let record = &tail[end..];
        let mut count = u64::from(u16_at(record, 10).ok_or(Broken::NoEnd)?);
        let mut length = u64::from(u32_at(record, 12).ok_or(Broken::NoEnd)?);
        let mut start = u64::from(u32_at(record, 16).ok_or(Broken::NoEnd)?);
        let mut directory_end = end_at;
        if (count == 0xffff || length == 0xffff_ffff || start == 0xffff_ffff)
            && let Some((at, big)) = zip64_end(source, end_at)
        {
            (count, length, start) = big;
            directory_end = at;
        }
        if count > most {
            return Err(Broken::TooMany(count));
        }
        let at = directory_end.checked_sub(length).ok_or(Broken::Directory)?;
        let lead = at.checked_sub(start).ok_or(Broken::Directory)?;
        let directory = source.bytes(at, length).map_err(|_| Broken::Directory)?;
        let mut entries = Vec::with_capacity(count as usize);
        let mut cursor = 0;
        for _ in 0..count {
            let (entry, next) = central_entry(&directory, cursor).ok_or(Broken::Directory)?;
            entries.push(entry);
            cursor = next;
        }
        mark_overlaps(&mut entries, start);
        Ok(Archive { entries, lead, allowance })
    }

    /// A member's content, its CRC checked. `ratio` is the dearest expansion taken above 100 KB.
    ///
    /// # Errors
    /// A link, encrypted, overlapping, over a limit, or damaged: refused by name.
    pub fn content<'s, S: ByteSource + ?Sized>(
        &self,
        source: &'s S,
        entry: &Entry,
        most: u64,
    ) -> Result<Cow<'s, [u8]>, Unreadable> {
        self.refuse_member(entry, most)?;
        let damaged = |what: &str| refusal::damaged(what.to_owned());
        let at = entry.offset.checked_add(self.lead).ok_or_else(|| damaged("压缩成员的位置不对"))?;
        let header = source.bytes(at, LOCAL_LEN).map_err(|_| damaged("压缩成员的位置不对"))?;
        let (Some(LOCAL), Some(name), Some(extra)) = (u32_at(&header, 0), u16_at(&header, 26), u16_at(&header, 28))
        else {
            return Err(damaged("压缩成员的位置不对"));
        };
        // The directory carries no checksum of its own: a name that changed there would make another part of this one.
        let own_name = source.bytes(at + LOCAL_LEN, u64::from(name)).map_err(|_| damaged("压缩内容不完整"))?;
        if *own_name != entry.name[..] {
            return Err(damaged("压缩目录与内容的名称不符"));
        }
        let data = at + LOCAL_LEN + u64::from(name) + u64::from(extra);
        let packed = source.bytes(data, entry.packed).map_err(|_| damaged("压缩内容不完整"))?;
        let content = match entry.method {
            0 if entry.packed == entry.size => packed,
            8 => return inflated(entry, &packed).map(Cow::Owned),
            0 => return Err(damaged("压缩内容不完整或与目录不符")),
            _ => return Err(refusal::unsupported("压缩方法不支持")),
        };
        proven(entry, &content)?;
        Ok(content)
    }

    fn refuse_member(&self, entry: &Entry, most: u64) -> Result<(), Unreadable> {
        if entry.symlink {
            return Err(refusal::not_regular("压缩包内的快捷链接"));
        }
        if entry.flags & 1 != 0 {
            return Err(refusal::encrypted("压缩包密码"));
        }
        if entry.overlaps {
            return Err(refusal::hazardous("压缩成员互相重叠（压缩炸弹的做法）"));
        }
        if entry.size > most {
            return Err(refusal::over_limit(format!("解开后有 {} MiB，上限 {} MiB", entry.size >> 20, most >> 20)));
        }
        let ratio = self.allowance.lifted(RATIO);
        if entry.size > RATIO_FROM && entry.size / ratio > entry.packed {
            return Err(refusal::over_limit(format!("解开后膨胀超过 {ratio} 倍（压缩炸弹的做法）")));
        }
        Ok(())
    }
}

/// Real packages stay mostly under 100:1 (Chinese returns: 14:1), but rows of blank styled cells go to some hundreds. What a
/// bomb costs is its size: below this one, no ratio does harm.
const RATIO: u64 = 200;
const RATIO_FROM: u64 = 32 << 20;

fn find_end(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_LEN)?;
    (0..=last).rev().find(|&at| {
        u32_at(tail, at) == Some(END)
            && u16_at(tail, at + 20).is_some_and(|comment| at + END_LEN + usize::from(comment) <= tail.len())
    })
}

/// Where the zip64 record starts, and its (members, directory length, directory start).
fn zip64_end<S: ByteSource + ?Sized>(source: &S, end_at: u64) -> Option<(u64, (u64, u64, u64))> {
    let locator = source.bytes(end_at.checked_sub(20)?, 20).ok()?;
    if u32_at(&locator, 0)? != 0x0706_4b50 {
        return None;
    }
    let at = u64_at(&locator, 8)?;
    let record = source.bytes(at, 56).ok()?;
    if u32_at(&record, 0)? != 0x0606_4b50 {
        return None;
    }
    Some((at, (u64_at(&record, 32)?, u64_at(&record, 40)?, u64_at(&record, 48)?)))
}

fn central_entry(directory: &[u8], at: usize) -> Option<(Entry, usize)> {
    let head = directory.get(at..at.checked_add(CENTRAL_LEN)?)?;
    if u32_at(head, 0)? != CENTRAL {
        return None;
    }
    let name_end = at + CENTRAL_LEN + usize::from(u16_at(head, 28)?);
    let extra_end = name_end + usize::from(u16_at(head, 30)?);
    let next = extra_end + usize::from(u16_at(head, 32)?);
    let extra = directory.get(name_end..extra_end)?;
    let attributes = u32_at(head, 38)?;
    let mut entry = Entry {
        name: directory.get(at + CENTRAL_LEN..name_end)?.to_vec(),
        flags: u16_at(head, 8)?,
        method: u16_at(head, 10)?,
        stamp: (u16_at(head, 14)?, u16_at(head, 12)?),
        crc: u32_at(head, 16)?,
        packed: u64::from(u32_at(head, 20)?),
        size: u64::from(u32_at(head, 24)?),
        offset: u64::from(u32_at(head, 42)?),
        // Made on Unix, and the mode says "link".
        symlink: *head.get(5)? == 3 && (attributes >> 16) & 0o170_000 == 0o120_000,
        overlaps: false,
    };
    widen(&mut entry, extra);
    Some((entry, next))
}

/// Zip64: fields that did not fit stand in extra field 1, in this order.
fn widen(entry: &mut Entry, extra: &[u8]) {
    let mut at = 0;
    while let (Some(id), Some(len)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        let Some(body) = extra.get(at + 4..at + 4 + usize::from(len)) else { return };
        if id == 1 {
            let mut cursor = 0;
            for field in [&mut entry.size, &mut entry.packed, &mut entry.offset] {
                if *field == 0xffff_ffff
                    && let Some(wide) = u64_at(body, cursor)
                {
                    *field = wide;
                    cursor += 8;
                }
            }
            return;
        }
        at += 4 + usize::from(len);
    }
}

fn mark_overlaps(entries: &mut [Entry], directory: u64) {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&i| entries[i].offset);
    for pair in 0..order.len() {
        let entry = &entries[order[pair]];
        let least = entry.packed.saturating_add(LOCAL_LEN + entry.name.len() as u64);
        let limit = order.get(pair + 1).map_or(directory, |&next| entries[next].offset);
        if entry.offset.saturating_add(least) > limit {
            entries[order[pair]].overlaps = true;
            if let Some(&next) = order.get(pair + 1) {
                entries[next].overlaps = true;
            }
        }
    }
}

thread_local! {
    static INFLATER: RefCell<flate2::Decompress> = RefCell::new(flate2::Decompress::new(false));
}

fn proven(entry: &Entry, content: &[u8]) -> Result<(), Unreadable> {
    if crc32fast::hash(content) == entry.crc { Ok(()) } else { Err(refusal::damaged("压缩内容的校验码不符")) }
}

/// A deflated member's content, its CRC checked: now, or when the same bytes were met before.
fn inflated(entry: &Entry, packed: &[u8]) -> Result<Vec<u8>, Unreadable> {
    if let Some(known) = known_parts::content(&entry.name, packed, (entry.size, entry.crc)) {
        return Ok(known);
    }
    let content = inflate(packed, entry.size).ok_or_else(|| refusal::damaged("压缩内容不完整或与目录不符"))?;
    proven(entry, &content)?;
    known_parts::remember(&entry.name, packed, (&content, entry.crc));
    Ok(content)
}

/// `None` where the stream is broken or is not `size` bytes long.
fn inflate(packed: &[u8], size: u64) -> Option<Vec<u8>> {
    INFLATER.with_borrow_mut(|inflater| {
        inflater.reset(false);
        // One byte more, so that a stream longer than stated is seen.
        let mut out = Vec::with_capacity(usize::try_from(size).ok()?.checked_add(1)?);
        let status = inflater.decompress_vec(packed, &mut out, flate2::FlushDecompress::Finish).ok()?;
        (status == flate2::Status::StreamEnd && out.len() as u64 == size).then_some(out)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    fn zip(content: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn content_comes_back_whole_or_not_at_all() {
        let good = zip(b"hello hello hello");
        let archive = Archive::open(&good, 10, Allowance::default()).unwrap();
        assert_eq!(&*archive.content(&good, &archive.entries[0], 100).unwrap(), b"hello hello hello");
        assert_eq!(archive.content(&good, &archive.entries[0], 5).unwrap_err().code, "file-over-limit");
        // A flipped CRC in the directory: the content is no longer proven.
        let mut bad = good.clone();
        let central = bad.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        bad[central + 16] ^= 1;
        let archive = Archive::open(&bad, 10, Allowance::default()).unwrap();
        assert_eq!(archive.content(&bad, &archive.entries[0], 100).unwrap_err().code, "file-damaged");
        assert_eq!(Archive::open(&good[..good.len() - 30], 10, Allowance::default()).err(), Some(Broken::NoEnd));
        assert_eq!(Archive::open(&good, 0, Allowance::default()).err(), Some(Broken::TooMany(1)));
    }

    /// What was inflated before is handed out again for the same bytes only, and only where the directory says the same.
    #[test]
    fn a_known_part_proves_no_other() {
        let good = zip(b"the same in every file");
        let read = |bytes: &Vec<u8>| {
            let archive = Archive::open(bytes, 10, Allowance::default()).unwrap();
            archive.content(bytes, &archive.entries[0], 100).map(Cow::into_owned)
        };
        let content = Ok(b"the same in every file".to_vec());
        assert_eq!((read(&good), read(&good)), (content.clone(), content.clone()));
        let central = good.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        for at in [central + 16, central + 24, 30 + "a.txt".len()] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(read(&bad).unwrap_err().code, "file-damaged", "{at}");
        }
        assert_eq!(read(&zip(b"another of this name")), Ok(b"another of this name".to_vec()));
        assert_eq!(read(&good), content);
    }

    #[test]
    fn bombs_are_refused_before_they_are_inflated() {
        let bomb = zip(&vec![0; 33 << 20]);
        let archive = Archive::open(&bomb, 10, Allowance::default()).unwrap();
        let refused = archive.content(&bomb, &archive.entries[0], 1 << 30).unwrap_err();
        assert_eq!(refused.code, "file-over-limit");
        let sheet = zip("<c s=\"5\"/>".repeat(130_000).as_bytes());
        let archive = Archive::open(&sheet, 10, Allowance::default()).unwrap();
        assert!(archive.entries[0].size / archive.entries[0].packed > 100);
        assert!(archive.content(&sheet, &archive.entries[0], 1 << 30).is_ok(), "blank styled cells");
    }
}
