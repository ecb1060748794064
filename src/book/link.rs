//! Addresses of files as a link in a cell holds them.

use std::path::{Component, Path, PathBuf};

/// The way from a folder to a file, both absolute and free of links; `None` across drives.
pub fn relative(from: &Path, to: &Path) -> Option<String> {
    let (from, to): (Vec<Component>, Vec<Component>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let mut way = PathBuf::new();
    from[shared..].iter().for_each(|_| way.push(".."));
    to[shared..].iter().for_each(|part| way.push(part));
    way.to_str().map(|way| way.replace('\\', "/"))
}

/// A link as the writer takes it whole: characters that mean something in an address are escaped here, so that the
/// writer, which escapes only what holds no escape yet, leaves it alone.
pub fn escape(way: &str) -> String {
    let mut out = String::from("file:///");
    for c in way.chars() {
        match c {
            '%' | '#' | ' ' | '"' | '<' | '>' | '[' | ']' | '`' | '^' | '{' | '}' | '|' => {
                out.push_str(&format!("%{:02X}", c as u32));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_the_output_folder_to_the_file() {
        let way = relative(Path::new("/a/out/x"), Path::new("/a/in/合肥/表 1.xls"));
        assert_eq!(way.as_deref(), Some("../../in/合肥/表 1.xls"));
        assert_eq!(escape("../表 #1 100%.xls"), "file:///../表%20%231%20100%25.xls");
    }
}
