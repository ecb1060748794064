//! OLE compound files (CFB): the list of streams, and a stream's bytes. Every chain is bounded, so a cyclic one ends.
//!
//! Ours, because calamine follows broken chains into all memory and takes a stream by its name wherever it lies: an
//! embedded workbook in place of the one around it.

use super::refusal;
use crate::model::Unreadable;

pub const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const END: u32 = 0xffff_fffe;
const MINI_BELOW: u64 = 4096;
const MINI_SECTOR: usize = 64;

/// One entry of the directory.
#[derive(Debug, Clone)]
struct Stream {
    name: String,
    kind: u8,
    start: u32,
    size: u64,
    /// The entries before and after it in its storage's tree, and the top of its own.
    links: [u32; 3],
    /// It lies in the root storage, and not in one inside it.
    in_root: bool,
}

pub struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    streams: Vec<Stream>,
    /// Sectors of the directory, in order.
    directory: Vec<u32>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number))
}

impl<'a> Compound<'a> {
    /// # Errors
    /// Header, allocation table or directory is broken.
    pub fn open(bytes: &'a [u8]) -> Result<Compound<'a>, Unreadable> {
        Compound::parse(bytes).ok_or_else(|| refusal::damaged("复合文档的目录无法读取"))
    }

    fn parse(bytes: &'a [u8]) -> Option<Compound<'a>> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let (fat, mini_fat, streams, directory) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut found = Compound { bytes, sector, fat, mini_fat, streams, directory };
        let most = bytes.len() / sector + 1;
        let mut fat_sectors: Vec<u32> = numbers(bytes.get(76..512)?).filter(|id| *id < 0xffff_fffa).collect();
        let (mut next, mut steps) = (u32_at(bytes, 68)?, 0);
        while next < 0xffff_fffa {
            steps += 1;
            if steps > most {
                return None;
            }
            let block = found.sector(next)?;
            let (ids, link) = block.split_at(sector - 4);
            fat_sectors.extend(numbers(ids).filter(|id| *id < 0xffff_fffa));
            next = u32_at(link, 0)?;
        }
        if fat_sectors.len() > most {
            return None;
        }
        for id in fat_sectors {
            let block = found.sector(id)?;
            found.fat.extend(numbers(block));
        }
        let first = u32_at(bytes, 48)?;
        let directory = found.chain(first)?;
        let mut at = first;
        for _ in 0..directory.len().div_ceil(sector) {
            found.directory.push(at);
            at = *found.fat.get(at as usize)?;
        }
        for raw in directory.chunks_exact(128) {
            let len = usize::from(u16_at(raw, 64)?).min(64).saturating_sub(2);
            let units: Vec<u16> = raw[..len].as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            found.streams.push(Stream {
                name: String::from_utf16_lossy(&units),
                kind: raw[66],
                start: u32_at(raw, 116)?,
                // Version 3 leaves rubbish in the upper half.
                size: u64::from(u32_at(raw, 120)?),
                links: [u32_at(raw, 68)?, u32_at(raw, 72)?, u32_at(raw, 76)?],
                in_root: false,
            });
        }
        found.mark_root();
        let mini = u32_at(bytes, 60)?;
        if mini < 0xffff_fffa {
            found.mini_fat = numbers(&found.chain(mini)?).collect();
        }
        Some(found)
    }

    /// Walks the root storage's tree; what it does not reach lies in a storage inside, or in a tree that is broken.
    fn mark_root(&mut self) {
        let top = self.streams.iter().position(|stream| stream.kind == 5).map(|root| self.streams[root].links[2]);
        let mut next: Vec<u32> = top.into_iter().collect();
        while let Some(id) = next.pop() {
            let Some(stream) = self.streams.get_mut(id as usize).filter(|stream| !stream.in_root) else { continue };
            stream.in_root = true;
            next.extend(&stream.links[..2]);
        }
    }

    /// Where in the file the names begin of workbook streams that lie in storages inside: embedded workbooks.
    pub fn embedded_names(&self) -> Vec<usize> {
        let per_sector = self.sector / 128;
        let inside = self.streams.iter().enumerate().filter(|(_, stream)| {
            let is_workbook = ["Workbook", "Book"].iter().any(|name| stream.name.eq_ignore_ascii_case(name));
            stream.kind == 2 && !stream.in_root && is_workbook
        });
        let place = |index: usize| {
            let sector = *self.directory.get(index / per_sector)? as usize;
            sector.checked_add(1)?.checked_mul(self.sector)?.checked_add(index % per_sector * 128)
        };
        inside.filter_map(|(index, _)| place(index)).collect()
    }

    fn root_stream(&self, name: &str) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.kind == 2 && stream.in_root && stream.name.eq_ignore_ascii_case(name))
    }

    /// Whether the root storage has a stream of this name.
    pub fn has_stream(&self, name: &str) -> bool {
        self.root_stream(name).is_some()
    }

    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let at = (id as usize).checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(at..at.checked_add(self.sector)?)
    }

    /// The bytes of a chain of sectors; `None` where it leaves the file or runs in a circle.
    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = start;
        while at != END {
            if out.len() > self.bytes.len() {
                return None;
            }
            // The last sector of a file may be cut short by honest writers.
            match self.sector(at) {
                Some(block) => out.extend_from_slice(block),
                None => {
                    let from = (at as usize).checked_add(1)?.checked_mul(self.sector)?;
                    out.extend_from_slice(self.bytes.get(from..).filter(|rest| !rest.is_empty())?);
                }
            }
            at = *self.fat.get(at as usize)?;
        }
        Some(out)
    }

    /// Whether there is a stream or storage of this name anywhere.
    pub fn has(&self, name: &str) -> bool {
        self.streams.iter().any(|stream| stream.kind != 0 && stream.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of a stream of the root storage; `None` where it is missing or its chain is broken.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let stream = self.root_stream(name)?;
        if stream.size >= MINI_BELOW {
            let mut bytes = self.chain(stream.start)?;
            bytes.truncate(stream.size as usize);
            return (bytes.len() as u64 == stream.size).then_some(bytes);
        }
        let root = self.streams.iter().find(|stream| stream.kind == 5)?;
        let pool = self.chain(root.start)?;
        let mut bytes = Vec::new();
        let mut at = stream.start;
        while (bytes.len() as u64) < stream.size {
            let from = (at as usize).checked_mul(MINI_SECTOR)?;
            bytes.extend_from_slice(pool.get(from..from.checked_add(MINI_SECTOR)?)?);
            at = *self.mini_fat.get(at as usize)?;
        }
        bytes.truncate(stream.size as usize);
        Some(bytes)
    }

    /// The file with other bytes in a stream of the root storage, of the same length; `None` for the small streams that
    /// share sectors, and where its chain is broken.
    pub fn with_stream(&self, name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let stream = self.root_stream(name)?;
        if stream.size < MINI_BELOW || stream.size != bytes.len() as u64 {
            return None;
        }
        let mut out = self.bytes.to_vec();
        let mut sector = stream.start;
        for part in bytes.chunks(self.sector) {
            let at = (sector as usize).checked_add(1)?.checked_mul(self.sector)?;
            out.get_mut(at..at.checked_add(part.len())?)?.copy_from_slice(part);
            sector = *self.fat.get(sector as usize)?;
        }
        Some(out)
    }

    /// Where in the file byte `at` of a stream lies; `None` for the small streams that share sectors.
    pub fn position(&self, name: &str, at: usize) -> Option<usize> {
        let stream = self.root_stream(name)?;
        if stream.size < MINI_BELOW || at as u64 >= stream.size {
            return None;
        }
        let mut sector = stream.start;
        for _ in 0..at / self.sector {
            sector = *self.fat.get(sector as usize)?;
        }
        (sector as usize).checked_add(1)?.checked_mul(self.sector)?.checked_add(at % self.sector)
    }
}
