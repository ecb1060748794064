//! Which value each row of a column has.

use std::ops::Range;

/// Which of a column's different values each row has, in as few bytes as their number needs. 0 is nothing.
#[derive(Debug, Clone)]
pub enum Codes {
    Narrow(Vec<u8>),
    Middle(Vec<u16>),
    Wide(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Codes {
        Codes::Narrow(Vec::new())
    }
}

impl Codes {
    pub fn len(&self) -> usize {
        match self {
            Codes::Narrow(codes) => codes.len(),
            Codes::Middle(codes) => codes.len(),
            Codes::Wide(codes) => codes.len(),
        }
    }

    pub fn get(&self, row: usize) -> u32 {
        match self {
            Codes::Narrow(codes) => codes.get(row).map_or(0, |code| u32::from(*code)),
            Codes::Middle(codes) => codes.get(row).map_or(0, |code| u32::from(*code)),
            Codes::Wide(codes) => codes.get(row).copied().unwrap_or(0),
        }
    }

    pub fn push(&mut self, code: u32) {
        if let Codes::Narrow(codes) = self
            && let Ok(code) = u8::try_from(code)
        {
            return codes.push(code);
        }
        self.widen(code);
        match self {
            // `widen` made room for the code, so nothing is cut off.
            Codes::Narrow(codes) => codes.push(code as u8),
            Codes::Middle(codes) => codes.push(code as u16),
            Codes::Wide(codes) => codes.push(code),
        }
    }

    pub fn set(&mut self, row: usize, code: u32) {
        self.widen(code);
        match self {
            Codes::Narrow(codes) => codes.get_mut(row).map(|slot| *slot = code as u8),
            Codes::Middle(codes) => codes.get_mut(row).map(|slot| *slot = code as u16),
            Codes::Wide(codes) => codes.get_mut(row).map(|slot| *slot = code),
        };
    }

    /// Makes room for a code of this size.
    pub fn widen(&mut self, code: u32) {
        match self {
            Codes::Narrow(codes) if code > u32::from(u8::MAX) => {
                let room = codes.capacity();
                let mut wider = Vec::with_capacity(room);
                wider.extend(codes.iter().map(|code| u16::from(*code)));
                *self = Codes::Middle(wider);
                self.widen(code);
            }
            Codes::Middle(codes) if code > u32::from(u16::MAX) => {
                let mut wider = Vec::with_capacity(codes.capacity());
                wider.extend(codes.iter().map(|code| u32::from(*code)));
                *self = Codes::Wide(wider);
            }
            _ => {}
        }
    }

    pub fn reserve(&mut self, rows: usize) {
        match self {
            Codes::Narrow(codes) => codes.reserve(rows),
            Codes::Middle(codes) => codes.reserve(rows),
            Codes::Wide(codes) => codes.reserve(rows),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + Clone {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The codes of some rows; of those beyond the last none.
    pub fn each_of(&self, rows: Range<usize>, mut with: impl FnMut(u32)) {
        match self {
            Codes::Narrow(codes) => codes.get(rows).into_iter().flatten().for_each(|code| with(u32::from(*code))),
            Codes::Middle(codes) => codes.get(rows).into_iter().flatten().for_each(|code| with(u32::from(*code))),
            Codes::Wide(codes) => codes.get(rows).into_iter().flatten().for_each(|code| with(*code)),
        }
    }

    pub fn each(&self, mut with: impl FnMut(u32)) {
        match self {
            Codes::Narrow(codes) => codes.iter().for_each(|code| with(u32::from(*code))),
            Codes::Middle(codes) => codes.iter().for_each(|code| with(u32::from(*code))),
            Codes::Wide(codes) => codes.iter().for_each(|code| with(*code)),
        }
    }

    /// Appends the codes of another column as they are called here; what has no name here is nothing.
    pub fn append(&mut self, other: &Codes, here: &[u32]) {
        self.widen(here.iter().copied().max().unwrap_or(0));
        self.reserve(other.len());
        let called = |code: u32| here.get(code as usize).copied().unwrap_or(0);
        match self {
            // `widen` made room for the highest code, so nothing is cut off.
            Codes::Narrow(codes) => other.each(|code| codes.push(called(code) as u8)),
            Codes::Middle(codes) => other.each(|code| codes.push(called(code) as u16)),
            Codes::Wide(codes) => other.each(|code| codes.push(called(code))),
        }
    }
}
