//! Packages (OOXML, OpenDocument): the parts of a zip by name, under the limits for packages, and their relationships.

use super::allowance::Allowance;
use super::archive::Archive;
use super::refusal;
use super::xml::{self, Token, Xml};
use crate::model::Unreadable;
use std::borrow::Cow;
use std::cell::OnceCell;

/// Parts of one package.
const PARTS: u64 = 1_000;

/// A part's name as it is looked up, and its bytes.
pub type NamedPart<'a> = (String, Cow<'a, [u8]>);

/// A package with its parts by name.
pub struct Package<'a> {
    archive: &'a Archive,
    pub allowance: Allowance,
    bytes: &'a [u8],
    /// `docProps/core.xml`, inflated once.
    properties: OnceCell<Option<Cow<'a, [u8]>>>,
}

impl<'a> Package<'a> {
    /// # Errors
    /// Over the limits for packages, or two parts of one name.
    pub fn new(archive: &'a Archive, bytes: &'a [u8]) -> Result<Package<'a>, Unreadable> {
        let total: u64 = archive.entries.iter().fold(0, |sum, entry| sum.saturating_add(entry.size));
        if archive.entries.len() as u64 > PARTS {
            return Err(refusal::over_limit(format!("文件内有 {} 个部件，上限 {PARTS}", archive.entries.len())));
        }
        let most = archive.allowance.package();
        if total > most {
            return Err(refusal::over_limit(format!("解开后有 {} MiB，上限 {} MiB", total >> 20, most >> 20)));
        }
        let mut names: Vec<String> = archive.entries.iter().map(|entry| normal(&entry.name)).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1] && !pair[0].ends_with('/')) {
            return Err(refusal::damaged("文件内有两个同名部件，不能确定哪个有效"));
        }
        Ok(Package { archive, allowance: archive.allowance, bytes, properties: OnceCell::new() })
    }

    /// The bytes of a part; `None` where there is none.
    ///
    /// # Errors
    /// The part is refused or damaged.
    pub fn part(&self, name: &str) -> Result<Option<Cow<'a, [u8]>>, Unreadable> {
        let exact = self.archive.entries.iter().find(|entry| entry.name == name.as_bytes());
        let found = exact.or_else(|| {
            let wanted = normal(name.as_bytes());
            self.archive.entries.iter().find(|entry| normal(&entry.name) == wanted)
        });
        found.map(|entry| self.archive.content(self.bytes, entry, self.archive.allowance.part())).transpose()
    }
}

impl Package<'_> {
    /// The relationships of a part.
    ///
    /// # Errors
    /// They are missing or damaged.
    pub fn relations_of(&self, part: &str) -> Result<Vec<Relation>, Unreadable> {
        let (folder, name) = relations_part(part);
        let bytes = self.part(&name)?.ok_or_else(|| refusal::damaged("缺少工作簿关系部件"))?;
        relations(&bytes, folder)
    }

    /// Every part but media with its name, each inflated once and its checksum proven.
    ///
    /// # Errors
    /// A part is refused or damaged.
    pub fn parts(&self) -> Result<Vec<NamedPart<'_>>, Unreadable> {
        let mut parts = Vec::new();
        for entry in &self.archive.entries {
            let name = normal(&entry.name);
            if !entry.is_folder() && !name.contains("media/") && !name.contains("printersettings/") {
                let content = self.archive.content(self.bytes, entry, self.archive.allowance.part())?;
                parts.push((String::from_utf8_lossy(&entry.name).into_owned(), content));
            }
        }
        Ok(parts)
    }

    /// The document's properties; `None` where it has none, or they can't be read: that is told by whoever needs them.
    pub fn properties(&self) -> Option<&[u8]> {
        self.properties.get_or_init(|| self.part("docProps/core.xml").ok().flatten()).as_deref()
    }

    /// `dcterms:modified` of the document's properties; a broken stamp is no reason to refuse a return.
    pub fn modified(&self) -> Option<i64> {
        let text = xml::decode(self.properties()?).ok()?;
        let mut xml = Xml::new(&text);
        let stamp = loop {
            match xml.next() {
                Ok(Token::Open { name: "modified", .. }) => {
                    let mut stamp = String::new();
                    xml.text_into(&mut stamp).ok()?;
                    break stamp;
                }
                Ok(Token::End) | Err(_) => return None,
                Ok(_) => {}
            }
        };
        chrono::DateTime::parse_from_rfc3339(stamp.trim()).ok().map(|at| at.timestamp())
    }
}

/// Some writers use backslashes, a leading slash or another case; Excel takes them.
pub fn normal(name: &[u8]) -> String {
    String::from_utf8_lossy(name).replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

/// One relationship of the workbook part.
pub struct Relation {
    pub id: String,
    pub kind: String,
    /// The part's name.
    pub target: String,
}

/// Where the main part of the package is, and its name.
///
/// # Errors
/// A damaged relationship part.
pub fn main_part(package: &Package) -> Result<String, Unreadable> {
    let Some(bytes) = package.part("_rels/.rels")? else { return Ok("xl/workbook.xml".to_owned()) };
    let relations = relations(&bytes, "")?;
    let office = relations.into_iter().find(|relation| relation.kind.ends_with("/officeDocument"));
    Ok(office.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target))
}

/// The folder of a part, and the name of the part that holds its relationships.
pub fn relations_part(part: &str) -> (&str, String) {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    (folder, if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") })
}

/// The relationships that a part's bytes state.
///
/// # Errors
/// They are damaged.
pub fn relations(bytes: &[u8], folder: &str) -> Result<Vec<Relation>, Unreadable> {
    let text = xml::decode(bytes)?;
    let mut xml = Xml::new(&text);
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Token::Open { name: "Relationship", attrs } => {
                let [mut id, mut kind, mut target, mut mode] = [None; 4];
                for (name, value) in attrs {
                    match name {
                        "Id" => id.get_or_insert(value),
                        "Type" => kind.get_or_insert(value),
                        "Target" => target.get_or_insert(value),
                        "TargetMode" => mode.get_or_insert(value),
                        _ => continue,
                    };
                }
                if mode != Some("External") {
                    found.push(Relation {
                        id: xml::replaced(id.unwrap_or_default()).into_owned(),
                        kind: kind.unwrap_or_default().to_owned(),
                        target: resolve(folder, &xml::replaced(target.unwrap_or_default())),
                    });
                }
            }
            Token::End => return Ok(found),
            _ => {}
        }
    }
}

/// A relationship's target as a part name; `..` never leaves the package, it only names a part that is not there.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
