//! Encrypted records of an xls: a workbook stream in, the same stream readable out. Records keep their places and sizes.

use super::{password, u32_at};
use md5::Md5;
use sha1::Sha1;
use sha2::Digest;

const FILEPASS: u16 = 0x002f;
/// Records that are never encrypted: BOF, FILEPASS, INTERFACEHDR, USREXCL, FILELOCK, RRDINFO, RRDHEAD.
const CLEAR: [u16; 7] = [0x0809, FILEPASS, 0x00e1, 0x0194, 0x0195, 0x0196, 0x0138];
const BOUNDSHEET: u16 = 0x0085;
/// The key changes with every so many bytes of the stream.
const PIECE: usize = 1024;

/// The stream as if it had never been encrypted; `None` where it asks for a password, or in a way unknown here.
pub fn open(stream: &[u8]) -> Option<Vec<u8>> {
    let key = records(stream).find(|(_, kind, _)| *kind == FILEPASS).and_then(|(_, _, body)| key(body))?;
    let mut out = stream.to_vec();
    for (at, kind, body) in records(stream) {
        let place = out.get_mut(at..at + body.len())?;
        if kind == FILEPASS {
            // A record that no reader knows: what follows is open.
            out.get_mut(at - 4..at - 2)?.fill(0xff);
            continue;
        }
        if CLEAR.contains(&kind) {
            continue;
        }
        // Where the sheet begins stays readable.
        let from = if kind == BOUNDSHEET { 4 } else { 0 };
        key.apply(place, at, from);
    }
    Some(out)
}

/// Records of a stream: where the body of each begins, its kind, its body. Ends with the first that is cut off.
fn records(stream: &[u8]) -> impl Iterator<Item = (usize, u16, &[u8])> {
    let mut at = 0usize;
    std::iter::from_fn(move || {
        let head = stream.get(at..at.checked_add(4)?)?;
        let (kind, size) =
            (u16::from_le_bytes([head[0], head[1]]), usize::from(u16::from_le_bytes([head[2], head[3]])));
        let body = stream.get(at + 4..at + 4 + size)?;
        let place = at + 4;
        at = place + size;
        Some((place, kind, body))
    })
}

enum StreamKey {
    /// A number from which the key of each piece is made.
    Rc4(Rc4Base),
    Xor([u8; 16]),
}

enum Rc4Base {
    /// The first five bytes of what the password comes to.
    Plain([u8; 5]),
    /// The hash of the password, and the length of a key in bytes.
    CryptoApi(Vec<u8>, usize),
}

fn key(filepass: &[u8]) -> Option<StreamKey> {
    let word = |at: usize| Some(u16::from_le_bytes([*filepass.get(at)?, *filepass.get(at + 1)?]));
    match word(0)? {
        0 => xor(word(2)?, word(4)?).map(StreamKey::Xor),
        1 => {
            let body = filepass.get(6..)?;
            let make = match (word(2)?, word(4)?) {
                (1, 1) => plain(body)?,
                (2..=4, 2) => crypto_api(body)?,
                _ => return None,
            };
            Some(StreamKey::Rc4(make))
        }
        _ => None,
    }
}

impl Rc4Base {
    /// The key of a piece of the stream.
    fn key(&self, piece: u32) -> Vec<u8> {
        let number = piece.to_le_bytes();
        match self {
            Rc4Base::Plain(hash) => md5(&[hash, &number]).to_vec(),
            Rc4Base::CryptoApi(hash, length) => {
                let mut key = sha1(&[hash, &number]);
                key.truncate(*length);
                // Keys of 40 bits are filled up.
                if *length == 5 {
                    key.resize(16, 0);
                }
                key
            }
        }
    }
}

/// 2.3.6: salt, verifier and its hash, each of 16 bytes.
fn plain(body: &[u8]) -> Option<Rc4Base> {
    let (salt, verifier, said) = (body.get(..16)?, body.get(16..32)?, body.get(32..48)?);
    let hash = md5(&[&password()]);
    let mut again = Md5::new();
    for _ in 0..16 {
        again.update(&hash[..5]);
        again.update(salt);
    }
    let make = Rc4Base::Plain(again.finalize()[..5].try_into().ok()?);
    let mut read = [verifier, said].concat();
    Rc4::of(&make.key(0)).apply(&mut read);
    (md5(&[&read[..16]]) == read[16..]).then_some(make)
}

/// 2.3.5: flags, size of the header, the header, and the verifier.
fn crypto_api(body: &[u8]) -> Option<Rc4Base> {
    let header = body.get(8..8usize.checked_add(u32_at(body, 4)? as usize)?)?;
    let bits = match u32_at(header, 16)? {
        0 => 40,
        bits => bits as usize,
    };
    let verifier = body.get(8 + header.len()..)?;
    let salt = verifier.get(4..4usize.checked_add(u32_at(verifier, 0)? as usize)?)?;
    let rest = verifier.get(4 + salt.len()..)?;
    let make = Rc4Base::CryptoApi(sha1(&[salt, &password()]), (bits / 8).clamp(5, 16));
    let mut read = [rest.get(..16)?, rest.get(20..40)?].concat();
    Rc4::of(&make.key(0)).apply(&mut read);
    (sha1(&[&read[..16]]) == read[16..]).then_some(make)
}

fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut digest = Md5::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().into()
}

fn sha1(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = Sha1::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().to_vec()
}

impl StreamKey {
    /// Decrypts a record's body that begins at this place of the stream; its first bytes may stay as they are.
    fn apply(&self, body: &mut [u8], at: usize, from: usize) {
        match self {
            StreamKey::Rc4(make) => {
                let mut done = from.min(body.len());
                while let Some(rest) = body.get_mut(done..).filter(|rest| !rest.is_empty()) {
                    let (piece, offset) = ((at + done) / PIECE, (at + done) % PIECE);
                    let length = rest.len().min(PIECE - offset);
                    let mut cipher = Rc4::of(&make.key(piece as u32));
                    cipher.skip(offset);
                    cipher.apply(&mut rest[..length]);
                    done += length;
                }
            }
            StreamKey::Xor(key) => {
                let size = body.len();
                for (index, byte) in body.iter_mut().enumerate().skip(from) {
                    // 2.3.7.3: the place in the key is that of the record's end.
                    *byte = byte.rotate_left(3) ^ key[(at + index + size) % 16];
                }
            }
        }
    }
}

struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    fn of(key: &[u8]) -> Rc4 {
        let mut state = [0u8; 256];
        state.iter_mut().zip(0u8..=255).for_each(|(place, number)| *place = number);
        let mut j = 0u8;
        for i in 0..256 {
            let part = key.get(i % key.len().max(1)).copied().unwrap_or(0);
            j = j.wrapping_add(state[i]).wrapping_add(part);
            state.swap(i, usize::from(j));
        }
        Rc4 { state, i: 0, j: 0 }
    }

    fn next(&mut self) -> u8 {
        self.i = self.i.wrapping_add(1);
        self.j = self.j.wrapping_add(self.state[usize::from(self.i)]);
        self.state.swap(usize::from(self.i), usize::from(self.j));
        let sum = self.state[usize::from(self.i)].wrapping_add(self.state[usize::from(self.j)]);
        self.state[usize::from(sum)]
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            let _ = self.next();
        }
    }

    fn apply(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte ^= self.next());
    }
}

/// 2.3.7.2: the key of obfuscation, where key and verifier are those of the password.
fn xor(key: u16, verifier: u16) -> Option<[u8; 16]> {
    const PAD: [u8; 15] = [0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00];
    let password: Vec<u8> = password().iter().step_by(2).copied().collect();
    if verifier != xor_verifier(&password) || key != xor_key(&password) {
        return None;
    }
    let mut out = [0u8; 16];
    let (filled, pad) = out.split_at_mut(password.len().min(15));
    filled.copy_from_slice(password.get(..filled.len())?);
    pad.iter_mut().zip(PAD).for_each(|(byte, pad)| *byte = pad);
    let key = key.to_le_bytes();
    out.iter_mut().enumerate().for_each(|(at, byte)| *byte = (*byte ^ key[at % 2]).rotate_left(2));
    Some(out)
}

fn xor_verifier(password: &[u8]) -> u16 {
    let turned = |sum: u16| (sum >> 14 & 1) | (sum << 1 & 0x7fff);
    let bytes = std::iter::once(password.len() as u8).chain(password.iter().copied());
    let bytes: Vec<u8> = bytes.collect();
    bytes.iter().rev().fold(0u16, |sum, byte| turned(sum) ^ u16::from(*byte)) ^ 0xce4b
}

fn xor_key(password: &[u8]) -> u16 {
    const FIRST: [u16; 15] = [
        0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c, 0xa96a,
        0x4ec3,
    ];
    let Some(mut key) = password.len().checked_sub(1).and_then(|last| FIRST.get(last)).copied() else { return 0 };
    let mut element = 0x68usize;
    for byte in password.iter().rev() {
        let mut bits = *byte;
        for _ in 0..7 {
            if bits & 0x40 != 0 {
                key ^= MATRIX.get(element).copied().unwrap_or(0);
            }
            bits = bits.wrapping_mul(2);
            element = element.wrapping_sub(1);
        }
    }
    key
}

/// 2.3.7.2.
const MATRIX: [u16; 105] = [
    0xaefc, 0x4dd9, 0x9bb2, 0x2745, 0x4e8a, 0x9d14, 0x2a09, 0x7b61, 0xf6c2, 0xfda5, 0xeb6b, 0xc6f7, 0x9dcf, 0x2bbf,
    0x4563, 0x8ac6, 0x05ad, 0x0b5a, 0x16b4, 0x2d68, 0x5ad0, 0x0375, 0x06ea, 0x0dd4, 0x1ba8, 0x3750, 0x6ea0, 0xdd40,
    0xd849, 0xa0b3, 0x5147, 0xa28e, 0x553d, 0xaa7a, 0x44d5, 0x6f45, 0xde8a, 0xad35, 0x4a4b, 0x9496, 0x390d, 0x721a,
    0xeb23, 0xc667, 0x9cef, 0x29ff, 0x53fe, 0xa7fc, 0x5fd9, 0x47d3, 0x8fa6, 0x0f6d, 0x1eda, 0x3db4, 0x7b68, 0xf6d0,
    0xb861, 0x60e3, 0xc1c6, 0x93ad, 0x377b, 0x6ef6, 0xddec, 0x45a0, 0x8b40, 0x06a1, 0x0d42, 0x1a84, 0x3508, 0x6a10,
    0xaa51, 0x4483, 0x8906, 0x022d, 0x045a, 0x08b4, 0x1168, 0x76b4, 0xed68, 0xcaf1, 0x85c3, 0x1ba7, 0x374e, 0x6e9c,
    0x3730, 0x6e60, 0xdcc0, 0xa9a1, 0x4363, 0x86c6, 0x1dad, 0x3331, 0x6662, 0xccc4, 0x89a9, 0x0373, 0x06e6, 0x0dcc,
    0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48c4,
];
