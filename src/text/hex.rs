//! Bytes as people compare them.

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

/// Appends bytes in lower-case hex.
pub fn push_hex(text: &mut String, bytes: &[u8]) {
    // Digits are ASCII.
    let mut push = |pairs: &[[u8; 2]]| text.push_str(str::from_utf8(pairs.as_flattened()).unwrap_or_default());
    let (sixteens, rest) = bytes.as_chunks::<16>();
    sixteens.iter().for_each(|some| push(&some.map(|byte| PAIRS[usize::from(byte)])));
    rest.iter().for_each(|byte| push(&[PAIRS[usize::from(*byte)]]));
}

/// The two digits of every byte.
const PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < pairs.len() {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    pairs
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_two_digits_however_many_there_are() {
        let bytes: Vec<u8> = (0..=255).collect();
        for count in [0, 1, 15, 16, 20, 32, 256] {
            let some = &bytes[256 - count..];
            assert_eq!(hex(some), some.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        }
    }
}
