//! Addresses of files as a link in a cell holds them.

use crate::text::quote::is_active;
use crate::text::width::is_invisible;
use std::ffi::OsStr;
use std::path::{Component, Path};

/// The address of a file from the folder that holds the workbook, both absolute and free of links; `None` across drives,
/// and for names that are no Unicode: no address could say them.
///
/// The target of a relationship is a URI. Characters that mean something in one, and those that nobody sees, are escaped
/// byte by byte; Chinese stands as it is, as Excel writes it.
pub fn address(from: &Path, to: &Path) -> Option<String> {
    let (from, to): (Vec<Component>, Vec<Component>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = from[shared..].iter().map(|_| Some("..".to_owned()));
    let down = to[shared..].iter().map(|part| part.as_os_str().to_str().map(escape));
    up.chain(down).collect::<Option<Vec<String>>>().map(|parts| parts.join("/"))
}

/// The address of a file in a folder that has this one; `None` as for [`address`].
pub fn within(folder: &str, name: &OsStr) -> Option<String> {
    let name = escape(name.to_str()?);
    Some(if folder.is_empty() { name } else { format!("{folder}/{name}") })
}

/// One part of the way.
fn escape(part: &str) -> String {
    let mut out = String::new();
    for c in part.chars() {
        let plain = match c {
            _ if c.is_ascii() => c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=@".contains(c),
            _ => !is_active(c) && !c.is_whitespace() && !is_invisible(c),
        };
        if plain {
            out.push(c);
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_the_output_folder_to_the_file() {
        let way = |to: &str| address(Path::new("/a/out/x"), Path::new(to));
        assert_eq!(way("/a/in/合肥/表 1.xls").as_deref(), Some("../../in/合肥/表%201.xls"));
        assert_eq!(way("/a/out/x/表 #1 100%.xls").as_deref(), Some("表%20%231%20100%25.xls"));
        assert_eq!(way("/a/out/c:d/e?.xls").as_deref(), Some("../c%3Ad/e%3F.xls"), "no scheme, no query");
        for whole in ["/a/in/合肥/表 1.xls", "/a/out/x/表 #1.xls", "/a/x.xls", "/x.xls"].map(Path::new) {
            let folder = address(Path::new("/a/out/x"), whole.parent().unwrap()).unwrap();
            assert_eq!(
                within(&folder, whole.file_name().unwrap()),
                way(whole.to_str().unwrap()),
                "a folder's way first"
            );
        }
    }

    #[test]
    fn an_address_holds_nothing_that_acts() {
        let acting =
            (1..=0x1f).chain(0x7f..=0x9f).chain([0x200b, 0x200e, 0x2028, 0x2029, 0x202e, 0x2066, 0xfeff, 0xfffe]);
        for c in acting.filter_map(char::from_u32) {
            let address = address(Path::new("/out"), Path::new(&format!("/in/甲{c}乙.xls"))).unwrap();
            assert!(!address.chars().any(|c| is_active(c) || is_invisible(c)), "{address:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_name_that_is_no_unicode_has_no_address() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"/in/\xff.xls");
        assert_eq!(address(Path::new("/out"), Path::new(name)), None);
    }
}
