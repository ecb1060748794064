//! Columns in one row of bytes and back. What is read here was written here, by this very process.

use super::codes::Codes;
use super::{Recent, Scalars, Texts};

/// Bytes that are being put together.
#[derive(Default)]
pub struct Packer(Vec<u8>);

impl Packer {
    /// Seven bits a byte, the low ones first.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A number that may be negative: those near 0 are short.
    pub fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    /// Which of several kinds follows.
    pub fn kind(&mut self, kind: u8) -> &mut Packer {
        self.0.push(kind);
        self
    }

    /// A text with its length.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    /// Bytes whose number is known from elsewhere.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn done(self) -> Box<[u8]> {
        self.0.into_boxed_slice()
    }
}

/// Packed bytes that are being read.
pub struct Packed<'b>(&'b [u8]);

impl<'b> Packed<'b> {
    pub fn new(bytes: &'b [u8]) -> Packed<'b> {
        Packed(bytes)
    }

    pub fn number(&mut self) -> u64 {
        let mut number = 0;
        for place in 0..10 {
            let byte = self.kind();
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    /// A number that may be negative.
    pub fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }

    pub fn kind(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or_default()
    }

    /// A text with its length.
    pub fn text(&mut self) -> &'b str {
        let length = self.number() as usize;
        // It was packed as text.
        std::str::from_utf8(self.bytes(length)).unwrap_or_default()
    }

    /// All that is left, as a text.
    pub fn rest(&mut self) -> &'b str {
        std::str::from_utf8(self.bytes(usize::MAX)).unwrap_or_default()
    }

    fn bytes(&mut self, count: usize) -> &'b [u8] {
        let (bytes, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        bytes
    }
}

/// All rows have one code.
const SAME: u8 = 0;
/// Each row has the code after that of the row above; the first has 1.
const RISING: u8 = 1;
/// A number a row.
const EACH: u8 = 2;
/// A byte a row.
const NARROW: u8 = 3;

impl Codes {
    fn pack(&self, to: &mut Packer) {
        let first = self.get(0);
        if matches!(self, Codes::One { .. }) || self.iter().all(|code| code == first) {
            to.kind(SAME).number(first.into());
            to.number(self.len() as u64);
        } else if self.iter().zip(1..).all(|(code, next)| code == next) {
            to.kind(RISING).number(self.len() as u64);
        } else if let Codes::Narrow(codes) = self {
            to.kind(NARROW).number(codes.len() as u64);
            to.0.extend_from_slice(codes);
        } else {
            to.kind(EACH).number(self.len() as u64);
            self.iter().for_each(|code| to.number(code.into()));
        }
    }

    fn unpack(from: &mut Packed<'_>) -> Codes {
        let kind = from.kind();
        let same = if kind == SAME { from.number() as u32 } else { 0 };
        let rows = from.number() as usize;
        match (kind, u8::try_from(rows)) {
            (NARROW, _) => return Codes::Narrow(from.bytes(rows).to_vec()),
            (SAME, _) => return Codes::One { code: same, rows, room: rows },
            (RISING, Ok(last)) => return Codes::Narrow((1..=last).collect()),
            _ => {}
        }
        let mut codes = Codes::default();
        codes.reserve(rows);
        for row in 0..rows {
            codes.push(match kind {
                RISING => row as u32 + 1,
                _ => from.number() as u32,
            });
        }
        codes
    }
}

impl Texts {
    pub fn pack(&self, to: &mut Packer) {
        self.codes.pack(to);
        let words = || (1..=self.codes() as u32).map(|code| self.word(code).unwrap_or_default());
        to.number(self.codes() as u64);
        words().for_each(|word| to.number(word.len() as u64));
        words().for_each(|word| to.0.extend_from_slice(word.as_bytes()));
    }

    pub fn unpack(from: &mut Packed<'_>) -> Texts {
        let codes = Codes::unpack(from);
        let count = from.number() as usize;
        let mut texts = Texts { codes, ..Texts::default() };
        texts.ends.reserve_exact(count.min(from.0.len()));
        let mut end = 0;
        for _ in 0..count {
            end += from.number() as usize;
            texts.end_word(end);
        }
        // It was packed as text.
        texts.words = simdutf8::basic::from_utf8(from.bytes(end)).unwrap_or_default().to_owned();
        texts
    }
}

/// A scalar in a few bytes.
pub trait PackScalar: Copy {
    fn pack(self, to: &mut Packer);
    fn unpack(from: &mut Packed<'_>) -> Self;
}

/// Small numbers of either sign in few bits.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(bits: u64) -> i64 {
    (bits >> 1) as i64 ^ -((bits & 1) as i64)
}

impl PackScalar for i64 {
    fn pack(self, to: &mut Packer) {
        to.number(zigzag(self));
    }

    fn unpack(from: &mut Packed<'_>) -> i64 {
        unzigzag(from.number())
    }
}

impl PackScalar for i32 {
    fn pack(self, to: &mut Packer) {
        to.number(zigzag(self.into()));
    }

    fn unpack(from: &mut Packed<'_>) -> i32 {
        unzigzag(from.number()) as i32
    }
}

impl PackScalar for u32 {
    fn pack(self, to: &mut Packer) {
        to.number(self.into());
    }

    fn unpack(from: &mut Packed<'_>) -> u32 {
        from.number() as u32
    }
}

impl PackScalar for bool {
    fn pack(self, to: &mut Packer) {
        to.kind(self.into());
    }

    fn unpack(from: &mut Packed<'_>) -> bool {
        from.kind() != 0
    }
}

impl PackScalar for f64 {
    fn pack(self, to: &mut Packer) {
        // The low bits of most figures are nothing: turned round they are the high ones, and cost no byte.
        to.number(self.to_bits().reverse_bits());
    }

    fn unpack(from: &mut Packed<'_>) -> f64 {
        f64::from_bits(from.number().reverse_bits())
    }
}

impl<T: PackScalar> Scalars<T> {
    pub fn pack(&self, to: &mut Packer) {
        self.codes.pack(to);
        to.number(self.values.len() as u64);
        self.values.iter().for_each(|value| value.pack(to));
    }

    pub fn unpack(from: &mut Packed<'_>) -> Scalars<T> {
        let codes = Codes::unpack(from);
        let count = from.number() as usize;
        let mut values = Vec::with_capacity(count.min(from.0.len()));
        values.extend((0..count).map(|_| T::unpack(from)));
        Scalars { codes, values, recent: Recent::default() }
    }
}
