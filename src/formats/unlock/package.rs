//! Encrypted packages (xlsx, xlsb): the streams EncryptionInfo and EncryptedPackage in, the zip out.

use super::{password, u32_at};
use crate::formats::allowance::Allowance;
use crate::formats::compound::Compound;
use crate::formats::mhtml::base64;
use crate::formats::refusal;
use crate::formats::xml::{Attrs, Token, Xml};
use crate::model::Unreadable;
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

const BLOCK: usize = 16;
/// A package is encrypted in pieces of so many bytes.
const SEGMENT: usize = 4096;
/// Excel and LibreOffice turn 100,000 times; more is somebody's own password, or a wish to keep us busy.
const MOST_SPINS: u32 = 1_000_000;
/// How often the standard kind turns.
const STANDARD_SPINS: u32 = 50_000;
/// 2.3.4.11: what is derived for the verifier's input, its hash, and the key.
const VERIFIER_INPUT: [u8; 8] = [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
const VERIFIER_HASH: [u8; 8] = [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
const KEY_VALUE: [u8; 8] = [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];

/// The package of a compound file that holds an encrypted one; `None` where it holds none.
///
/// # Errors
/// It asks for a password, or is broken or too large.
pub fn open(compound: &Compound<'_>, allowance: Allowance) -> Result<Option<Vec<u8>>, Unreadable> {
    if !compound.has("EncryptedPackage") && !compound.has("EncryptionInfo") {
        return Ok(None);
    }
    let locked = || refusal::encrypted("Office 加密");
    let broken = || refusal::damaged("加密的内容不完整");
    let info = compound.stream("EncryptionInfo").ok_or_else(locked)?;
    let key = key(&info).ok_or_else(locked)?;
    let stream = compound.stream("EncryptedPackage").ok_or_else(broken)?;
    let (size, bytes) = stream.split_at_checked(8).ok_or_else(broken)?;
    let size = size.try_into().map(u64::from_le_bytes).map_err(|_| broken())?;
    // What is decrypted is as long as what is not.
    if size > bytes.len() as u64 || size > allowance.file() {
        return Err(broken());
    }
    let mut package = key.decrypt(bytes).ok_or_else(broken)?;
    package.truncate(usize::try_from(size).map_err(|_| broken())?);
    Ok(Some(package))
}

/// The key of a package, and how its pieces are chained.
enum PackageKey {
    /// Each block by itself.
    Standard(Vec<u8>),
    /// Chained by segments, each from the salt and its number.
    Agile { key: Vec<u8>, salt: Vec<u8>, hash: HashKind },
}

impl PackageKey {
    fn decrypt(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let whole = bytes.len() / BLOCK * BLOCK;
        let mut out = bytes.get(..whole)?.to_vec();
        match self {
            PackageKey::Standard(key) => AesCipher::of(key)?.blocks(&mut out),
            PackageKey::Agile { key, salt, hash } => {
                let cipher = AesCipher::of(key)?;
                for (number, segment) in out.chunks_mut(SEGMENT).enumerate() {
                    let number = u32::try_from(number).ok()?.to_le_bytes();
                    cipher.chained(segment, &sized(hash.of(&[salt, &number]), BLOCK))?;
                }
            }
        }
        Some(out)
    }
}

/// The key that the password opens; `None` where it does not, or the kind is unknown.
fn key(info: &[u8]) -> Option<PackageKey> {
    let version =
        (u16::from_le_bytes([*info.first()?, *info.get(1)?]), u16::from_le_bytes([*info.get(2)?, *info.get(3)?]));
    match version {
        (4, 4) => agile(std::str::from_utf8(info.get(8..)?).ok()?),
        (2..=4, 2) => standard(info.get(4..)?),
        _ => None,
    }
}

/// 2.3.4.5: flags, size of the header, the header, and the verifier.
fn standard(info: &[u8]) -> Option<PackageKey> {
    let header = info.get(8..8usize.checked_add(u32_at(info, 4)? as usize)?)?;
    let (cipher, hash, bits) = (u32_at(header, 8)?, u32_at(header, 12)?, u32_at(header, 16)?);
    if !matches!(cipher, 0x660e..=0x6610) || !matches!(hash, 0 | 0x8004) {
        return None;
    }
    let verifier = info.get(8 + header.len()..)?;
    let salt = verifier.get(4..4usize.checked_add(u32_at(verifier, 0)? as usize)?)?;
    let rest = verifier.get(4 + salt.len()..)?;
    let spun = HashKind::Sha1.spun(salt, STANDARD_SPINS);
    let last = HashKind::Sha1.of(&[&spun, &0u32.to_le_bytes()]);
    let derived = |pad: u8| {
        let mut buffer = [pad; 64];
        buffer.iter_mut().zip(&last).for_each(|(byte, hash)| *byte ^= hash);
        HashKind::Sha1.of(&[&buffer])
    };
    let key = [derived(0x36), derived(0x5c)].concat().get(..bits as usize / 8)?.to_vec();
    let cipher = AesCipher::of(&key)?;
    let (mut input, mut said) = (rest.get(..16)?.to_vec(), rest.get(20..52)?.to_vec());
    cipher.blocks(&mut input);
    cipher.blocks(&mut said);
    said.starts_with(&HashKind::Sha1.of(&[&input])).then_some(PackageKey::Standard(key))
}

/// 2.3.4.10: how the package and the key are encrypted, in XML.
fn agile(text: &str) -> Option<PackageKey> {
    let mut xml = Xml::new(text);
    let (mut data, mut password) = (None, None);
    loop {
        match xml.next().ok()? {
            Token::Open { name: "keyData", attrs } => data = data.or(Some(attrs)),
            Token::Open { name: "encryptedKey", attrs } => password = password.or(Some(attrs)),
            Token::End => break,
            _ => {}
        }
    }
    let (data, password) = (data?, password?);
    let hash = hash(password)?;
    let spins: u32 = number(password, "spinCount")?;
    if spins > MOST_SPINS {
        return None;
    }
    let salt = bytes(password, "saltValue")?;
    let spun = hash.spun(&salt, spins);
    let length = number(password, "keyBits")? as usize / 8;
    let under = |purpose: &[u8], name: &str| {
        let cipher = AesCipher::of(&sized(hash.of(&[&spun, purpose]), length))?;
        let mut value = bytes(password, name)?;
        cipher.chained(&mut value, &sized(salt.clone(), BLOCK))?;
        Some(value)
    };
    let input = under(&VERIFIER_INPUT, "encryptedVerifierHashInput")?;
    let said = under(&VERIFIER_HASH, "encryptedVerifierHashValue")?;
    let input = input.get(..number(password, "saltSize")? as usize)?;
    if !said.starts_with(&hash.of(&[input])) {
        return None;
    }
    let key = under(&KEY_VALUE, "encryptedKeyValue")?.get(..number(data, "keyBits")? as usize / 8)?.to_vec();
    Some(PackageKey::Agile { key, salt: bytes(data, "saltValue")?, hash: self::hash(data)? })
}

/// The hash of an element whose cipher is the one known here.
fn hash(attrs: Attrs<'_>) -> Option<HashKind> {
    let known = attrs.raw("cipherAlgorithm")? == "AES" && attrs.raw("cipherChaining")? == "ChainingModeCBC";
    match attrs.raw("hashAlgorithm").filter(|_| known)? {
        "SHA1" => Some(HashKind::Sha1),
        "SHA256" => Some(HashKind::Sha256),
        "SHA384" => Some(HashKind::Sha384),
        "SHA512" => Some(HashKind::Sha512),
        _ => None,
    }
}

fn number(attrs: Attrs<'_>, name: &str) -> Option<u32> {
    attrs.raw(name)?.parse().ok()
}

fn bytes(attrs: Attrs<'_>, name: &str) -> Option<Vec<u8>> {
    base64(attrs.raw(name)?.as_bytes())
}

/// Cut to a length, or filled up as the standard says.
fn sized(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    // Keys have at most 32 bytes; a length that lies is refused by the cipher.
    bytes.resize(length.min(64), 0x36);
    bytes
}

#[derive(Debug, Clone, Copy)]
enum HashKind {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl HashKind {
    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            parts.iter().for_each(|part| digest.update(part));
            digest.finalize().to_vec()
        }
        match self {
            HashKind::Sha1 => digest::<Sha1>(parts),
            HashKind::Sha256 => digest::<Sha256>(parts),
            HashKind::Sha384 => digest::<Sha384>(parts),
            HashKind::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// The password with its salt, hashed over and over.
    fn spun(self, salt: &[u8], times: u32) -> Vec<u8> {
        let mut hash = self.of(&[salt, &password()]);
        for turn in 0..times {
            hash = self.of(&[&turn.to_le_bytes(), &hash]);
        }
        hash
    }
}

/// AES with a key of any of its lengths.
enum AesCipher {
    Aes128(aes::Aes128),
    Aes192(aes::Aes192),
    Aes256(aes::Aes256),
}

impl AesCipher {
    fn of(key: &[u8]) -> Option<AesCipher> {
        match key.len() {
            16 => aes::Aes128::new_from_slice(key).ok().map(AesCipher::Aes128),
            24 => aes::Aes192::new_from_slice(key).ok().map(AesCipher::Aes192),
            32 => aes::Aes256::new_from_slice(key).ok().map(AesCipher::Aes256),
            _ => None,
        }
    }

    fn block(&self, block: [u8; BLOCK]) -> [u8; BLOCK] {
        let mut block = Array::from(block);
        match self {
            AesCipher::Aes128(cipher) => cipher.decrypt_block(&mut block),
            AesCipher::Aes192(cipher) => cipher.decrypt_block(&mut block),
            AesCipher::Aes256(cipher) => cipher.decrypt_block(&mut block),
        }
        block.into()
    }

    /// Decrypts each block by itself; what is left over stays.
    fn blocks(&self, bytes: &mut [u8]) {
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            *block = self.block(*block);
        }
    }

    /// Decrypts blocks that are chained from `before` on.
    fn chained(&self, bytes: &mut [u8], before: &[u8]) -> Option<()> {
        let mut before: [u8; BLOCK] = before.try_into().ok()?;
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            let encrypted = *block;
            *block = self.block(encrypted);
            block.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
            before = encrypted;
        }
        Some(())
    }
}
