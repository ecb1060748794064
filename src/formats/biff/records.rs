//! The records of a BIFF stream: kind and body, one after another.

pub const BOF: u16 = 0x0809;
pub const EOF: u16 = 0x000a;
pub const CONTINUE: u16 = 0x003c;

pub struct BiffRecords<'a> {
    pub stream: &'a [u8],
    pub at: usize,
}

impl<'a> Iterator for BiffRecords<'a> {
    type Item = (u16, &'a [u8]);
    fn next(&mut self) -> Option<Self::Item> {
        let kind = u16_at(self.stream, self.at)?;
        let len = usize::from(u16_at(self.stream, self.at + 2)?);
        let body = self.stream.get(self.at + 4..self.at + 4 + len)?;
        self.at += 4 + len;
        Some((kind, body))
    }
}

pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// A number packed into four bytes: a whole one or the upper half of a double, perhaps a hundredfold.
pub fn packed(rk: u32) -> f64 {
    let number =
        if rk & 2 != 0 { f64::from((rk as i32) >> 2) } else { f64::from_bits(u64::from(rk & 0xffff_fffc) << 32) };
    if rk & 1 != 0 { number / 100.0 } else { number }
}

/// The word of an error code.
pub fn error_word(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        0x2b => "#GETTING_DATA",
        _ => "#ERROR!",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers() {
        assert_eq!(packed(0x3ff0_0000), 1.0);
        assert_eq!(packed(0x3ff0_0001), 0.01);
        assert_eq!(packed((123 << 2) | 2), 123.0);
        assert_eq!(packed((12345 << 2) | 3), 123.45);
        assert_eq!(packed(((-7i32) << 2) as u32 | 2), -7.0);
    }
}
