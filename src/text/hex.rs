//! Bytes as people compare them.

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

/// Appends bytes in lower-case hex.
pub fn push_hex(text: &mut String, bytes: &[u8]) {
    for some in bytes.chunks(16) {
        let mut digits = [0; 32];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(some) {
            *pair = PAIRS[usize::from(*byte)];
        }
        // Digits are ASCII.
        text.push_str(str::from_utf8(&digits[..some.len() * 2]).unwrap_or_default());
    }
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
