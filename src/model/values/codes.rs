//! Which value each row of a column has.

use std::ops::Range;

/// Which of a column's different values each row has, in as few bytes as their number needs. 0 is nothing.
#[derive(Debug, Clone)]
pub enum Codes {
    /// All rows have the same one: of columns that nobody fills in, or all alike. `room`: how many rows are expected.
    One {
        code: u32,
        rows: usize,
        room: usize,
    },
    Narrow(Vec<u8>),
    Middle(Vec<u16>),
    Wide(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Codes {
        Codes::One { code: 0, rows: 0, room: 0 }
    }
}

impl Codes {
    pub fn len(&self) -> usize {
        match self {
            Codes::One { rows, .. } => *rows,
            Codes::Narrow(codes) => codes.len(),
            Codes::Middle(codes) => codes.len(),
            Codes::Wide(codes) => codes.len(),
        }
    }

    pub fn get(&self, row: usize) -> u32 {
        match self {
            Codes::One { code, rows, .. } => {
                if row < *rows {
                    *code
                } else {
                    0
                }
            }
            Codes::Narrow(codes) => codes.get(row).map_or(0, |code| u32::from(*code)),
            Codes::Middle(codes) => codes.get(row).map_or(0, |code| u32::from(*code)),
            Codes::Wide(codes) => codes.get(row).copied().unwrap_or(0),
        }
    }

    #[inline]
    pub fn push(&mut self, code: u32) {
        match self {
            Codes::Narrow(codes) if code <= u32::from(u8::MAX) => codes.push(code as u8),
            Codes::One { code: one, rows, .. } if *one == code && *rows > 0 => *rows += 1,
            _ => self.push_other(code),
        }
    }

    fn push_other(&mut self, code: u32) {
        self.admit(code);
        match self {
            // `admit` made room for the code, so nothing is cut off.
            Codes::One { rows, .. } => *rows += 1,
            Codes::Narrow(codes) => codes.push(code as u8),
            Codes::Middle(codes) => codes.push(code as u16),
            Codes::Wide(codes) => codes.push(code),
        }
    }

    pub fn set(&mut self, row: usize, code: u32) {
        if self.get(row) == code {
            return;
        }
        self.open();
        self.widen(code);
        self.put(row, code);
    }

    fn put(&mut self, row: usize, code: u32) {
        match self {
            Codes::One { .. } => None,
            Codes::Narrow(codes) => codes.get_mut(row).map(|slot| *slot = code as u8),
            Codes::Middle(codes) => codes.get_mut(row).map(|slot| *slot = code as u16),
            Codes::Wide(codes) => codes.get_mut(row).map(|slot| *slot = code),
        };
    }

    /// Makes ready for a row of this code.
    fn admit(&mut self, code: u32) {
        if let Codes::One { code: one, rows, .. } = self {
            if *rows == 0 {
                *one = code;
            }
            if *one == code {
                return;
            }
            // As a vector grows.
            let more = (*rows).max(7) + 1;
            self.reserve(more);
            self.open();
        }
        self.widen(code);
    }

    /// A code of its own for each row.
    fn open(&mut self) {
        if let Codes::One { code, rows, room } = *self {
            let mut codes = Vec::with_capacity(room.max(rows));
            // Wider codes are widened to.
            codes.resize(rows, code as u8);
            *self = Codes::Narrow(codes);
            if code > u32::from(u8::MAX) {
                self.widen(code);
                (0..rows).for_each(|row| self.put(row, code));
            }
        }
    }

    /// Makes room for a code of this size; where all rows have one, there is.
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

    pub fn reserve(&mut self, more: usize) {
        match self {
            Codes::One { rows, room, .. } => *room = (*room).max(*rows + more),
            Codes::Narrow(codes) => codes.reserve(more),
            Codes::Middle(codes) => codes.reserve(more),
            Codes::Wide(codes) => codes.reserve(more),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + Clone {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Appends the codes of these rows, 0 for one beyond the last.
    pub fn append_to(&self, to: &mut Vec<u32>, rows: &[u32]) {
        match self {
            Codes::One { code, rows: all, .. } => {
                to.extend(rows.iter().map(|row| if (*row as usize) < *all { *code } else { 0 }));
            }
            Codes::Narrow(codes) => {
                to.extend(rows.iter().map(|row| codes.get(*row as usize).map_or(0, |code| u32::from(*code))))
            }
            Codes::Middle(codes) => {
                to.extend(rows.iter().map(|row| codes.get(*row as usize).map_or(0, |code| u32::from(*code))))
            }
            Codes::Wide(codes) => to.extend(rows.iter().map(|row| codes.get(*row as usize).copied().unwrap_or(0))),
        }
    }

    /// The codes of some rows; of those beyond the last none.
    pub fn each_of(&self, rows: Range<usize>, mut with: impl FnMut(u32)) {
        match self {
            Codes::One { code, rows: all, .. } => {
                if rows.end <= *all {
                    rows.for_each(|_| with(*code));
                }
            }
            Codes::Narrow(codes) => codes.get(rows).into_iter().flatten().for_each(|code| with(u32::from(*code))),
            Codes::Middle(codes) => codes.get(rows).into_iter().flatten().for_each(|code| with(u32::from(*code))),
            Codes::Wide(codes) => codes.get(rows).into_iter().flatten().for_each(|code| with(*code)),
        }
    }

    pub fn each(&self, mut with: impl FnMut(u32)) {
        match self {
            Codes::One { code, rows, .. } => (0..*rows).for_each(|_| with(*code)),
            Codes::Narrow(codes) => codes.iter().for_each(|code| with(u32::from(*code))),
            Codes::Middle(codes) => codes.iter().for_each(|code| with(u32::from(*code))),
            Codes::Wide(codes) => codes.iter().for_each(|code| with(*code)),
        }
    }

    /// Appends the codes of another column as they are called here; what has no name here is nothing.
    pub fn append(&mut self, other: &Codes, here: &[u32]) {
        let called = |code: u32| here.get(code as usize).copied().unwrap_or(0);
        match (&mut *self, other) {
            (_, Codes::One { rows: 0, .. }) => return,
            (Codes::One { code, rows, .. }, Codes::One { code: more, rows: many, .. })
                if *rows == 0 || *code == called(*more) =>
            {
                *code = called(*more);
                *rows += many;
                return;
            }
            _ => {}
        }
        self.reserve(other.len());
        self.open();
        self.widen(here.iter().copied().max().unwrap_or(0));
        match self {
            Codes::One { .. } => {}
            // `widen` made room for the highest code, so nothing is cut off.
            Codes::Narrow(codes) => other.each(|code| codes.push(called(code) as u8)),
            Codes::Middle(codes) => other.each(|code| codes.push(called(code) as u16)),
            Codes::Wide(codes) => other.each(|code| codes.push(called(code))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against a plain list, whatever is done to it.
    #[test]
    fn codes_are_what_was_put_there() {
        let mut seed = 7_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for round in 0..400 {
            let (mut codes, mut plain) = (Codes::default(), Vec::new());
            // Mostly one code, sometimes others, of every width.
            let highest = [1, 2, 200, 300, 70_000][round % 5];
            let often = [1, 2, 50][round % 3];
            for _ in 0..60 {
                let code = |n: &mut dyn FnMut(u32) -> u32| if n(often) == 0 { highest } else { n(highest + 1) };
                match next(5) {
                    0 if !plain.is_empty() => {
                        let (row, code) = (next(plain.len() as u32) as usize, code(&mut next));
                        codes.set(row, code);
                        plain[row] = code;
                    }
                    1 => codes.reserve(next(100) as usize),
                    2 => {
                        let (mut other, mut more) = (Codes::default(), Vec::new());
                        let same = next(3);
                        for _ in 0..next(20) {
                            let code = if same > 0 { same } else { next(3) };
                            other.push(code);
                            more.push(code);
                        }
                        let here = [0, code(&mut next), code(&mut next)];
                        codes.append(&other, &here);
                        plain.extend(more.iter().map(|code| here[*code as usize]));
                    }
                    _ => {
                        let code = code(&mut next);
                        codes.push(code);
                        plain.push(code);
                    }
                }
                assert_eq!(codes.len(), plain.len());
                assert!(codes.iter().eq(plain.iter().copied()), "{codes:?} {plain:?}");
                let mut each = Vec::new();
                codes.each(|code| each.push(code));
                assert_eq!(each, plain);
                let from = next(plain.len() as u32 + 1) as usize;
                each.clear();
                codes.each_of(from..plain.len(), |code| each.push(code));
                assert_eq!(each, plain[from..]);
                assert_eq!((codes.get(plain.len()), codes.get(usize::MAX)), (0, 0));
            }
        }
    }
}
