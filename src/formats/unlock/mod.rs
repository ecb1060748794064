//! Files that are encrypted and ask nobody for a password: Excel writes some under a password that it knows itself (a
//! workbook whose structure is protected), and opens them without a question. It is no secret, and so is read here.
//!
//! ECMA-376 packages by [MS-OFFCRYPTO] 2.3.4, records of xls by 2.3.5 to 2.3.7. What asks for a password stays refused.

pub mod package;
pub mod records;

/// The password, as UTF-16 in little-endian bytes.
fn password() -> Vec<u8> {
    "VelvetSweatshop".encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
