//! OLE compound files (CFB): the list of streams, and a stream's bytes. Every chain is bounded, so a cyclic one ends.

use super::refusal;
use crate::model::Unreadable;

pub const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const END: u32 = 0xffff_fffe;
const MINI_BELOW: u64 = 4096;
const MINI_SECTOR: usize = 64;

#[derive(Debug, Clone)]
struct Stream {
    name: String,
    kind: u8,
    start: u32,
    size: u64,
}

pub struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    streams: Vec<Stream>,
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
        let mut found = Compound { bytes, sector, fat: Vec::new(), mini_fat: Vec::new(), streams: Vec::new() };
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
        let directory = found.chain(u32_at(bytes, 48)?)?;
        for raw in directory.chunks_exact(128) {
            let len = usize::from(u16_at(raw, 64)?).min(64).saturating_sub(2);
            let units: Vec<u16> = raw[..len].as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            found.streams.push(Stream {
                name: String::from_utf16_lossy(&units),
                kind: raw[66],
                start: u32_at(raw, 116)?,
                // Version 3 leaves rubbish in the upper half.
                size: u64::from(u32_at(raw, 120)?),
            });
        }
        let mini = u32_at(bytes, 60)?;
        if mini < 0xffff_fffa {
            found.mini_fat = numbers(&found.chain(mini)?).collect();
        }
        Some(found)
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

    /// A stream's bytes; `None` where it is missing or its chain is broken.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let stream = self.streams.iter().find(|stream| stream.kind == 2 && stream.name.eq_ignore_ascii_case(name))?;
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

    /// Where in the file byte `at` of a stream lies; `None` for the small streams that share sectors.
    pub fn position(&self, name: &str, at: usize) -> Option<usize> {
        let stream = self.streams.iter().find(|stream| stream.kind == 2 && stream.name.eq_ignore_ascii_case(name))?;
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
