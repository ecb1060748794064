//! The forms of the pipelines beside one, by their titles alone. Mistakes in other definitions are theirs to say.

use crate::definition::plan::OtherForm;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;
use toml::de::{DeTable, DeValue};

/// A shorter title (汇总表) names any form.
const SHORTEST: usize = 5;

/// All of them, in the order of the pipelines' names; definitions of more than `largest` bytes are left out.
pub fn forms(definition: &Path, largest: u64) -> Vec<OtherForm> {
    let own = definition.parent();
    let Some(folder) = own.and_then(Path::parent) else { return Vec::new() };
    let mut beside: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    beside.sort();
    let beside = beside.into_iter().filter(|path| Some(path.as_path()) != own);
    beside.filter_map(|path| of_file(&path.join("pipeline.toml"), largest)).flatten().collect()
}

/// A definition by its path, its length and when it was written.
type FileStamp = (PathBuf, u64, SystemTime);

/// What definitions are called that were looked into before: of several that are read, each is beside all others.
static KNOWN: Mutex<BTreeMap<FileStamp, Option<Vec<OtherForm>>>> = Mutex::new(BTreeMap::new());

fn of_file(path: &Path, largest: u64) -> Option<Vec<OtherForm>> {
    let file = std::fs::metadata(path).ok().filter(|file| file.len() <= largest)?;
    let Ok(modified) = file.modified() else { return titles(&std::fs::read_to_string(path).ok()?) };
    let known = (path.to_path_buf(), file.len(), modified);
    if let Some(forms) = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&known) {
        return forms.clone();
    }
    let forms = titles(&std::fs::read_to_string(path).ok()?);
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(known, forms.clone());
    forms
}

/// The forms that a definition names. A run asks all definitions but reads only its own, so the rest of them is not parsed
/// where that can be told from its lines.
fn titles(text: &str) -> Option<Vec<OtherForm>> {
    of_document(&heads(text)).or_else(|| of_document(text))
}

/// What a definition says before its first section, and its sections `[[form]]` without those below them. A line that
/// begins with a bracket is a section's first, unless it lies in a list or in a text of several lines. Of a list that is cut
/// nothing can be parsed, which is then seen; a text of several lines leaves the definition whole.
fn heads(text: &str) -> Cow<'_, str> {
    let has = |quotes: &[u8]| memchr::memmem::find(text.as_bytes(), quotes).is_some();
    if has(b"\"\"\"") || has(b"'''") {
        return Cow::Borrowed(text);
    }
    let mut wanted = true;
    let lines = text.split_inclusive('\n').filter(|line| {
        let line = line.trim_start();
        if line.starts_with('[') {
            let head = line.split('#').next().unwrap_or_default().chars();
            wanted = head.filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).eq("[[form]]".chars());
        }
        wanted
    });
    Cow::Owned(lines.collect())
}

fn of_document(text: &str) -> Option<Vec<OtherForm>> {
    let document = DeTable::parse(text).ok()?;
    let said = |table: &DeTable<'_>, key: &str| match table.get(key)?.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    let title = |table: &DeTable<'_>| said(table, "title");
    let pipeline = title(document.get_ref())?;
    let name = said(document.get_ref(), "name").unwrap_or_default();
    let Some(DeValue::Array(forms)) = document.get_ref().get("form").map(|forms| forms.get_ref()) else { return None };
    let titles = forms.iter().filter_map(|form| match form.get_ref() {
        DeValue::Table(form) => title(form),
        _ => None,
    });
    let telling = titles.filter(|title| title.chars().count() >= SHORTEST);
    Some(telling.map(|title| OtherForm { title, pipeline: pipeline.clone(), name: name.clone() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        titles(text).unwrap_or_default().into_iter().map(|form| format!("{}/{}", form.pipeline, form.title)).collect()
    }

    #[test]
    fn the_shipped_definitions_say_the_same_by_their_lines_as_whole() {
        let pipelines = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
        let definitions = std::fs::read_dir(pipelines).unwrap().flatten();
        let texts = definitions.filter_map(|entry| std::fs::read_to_string(entry.path().join("pipeline.toml")).ok());
        let mut seen = 0;
        for text in texts {
            let shorter = heads(&text);
            assert!(shorter.len() * 4 < text.len(), "{} of {} bytes", shorter.len(), text.len());
            assert_eq!(of_document(&shorter), of_document(&text));
            seen += usize::from(of_document(&text).is_some_and(|forms| !forms.is_empty()));
        }
        assert!(seen > 3, "{seen}");
    }

    #[test]
    fn whatever_a_line_begins_with_the_forms_are_those_of_the_definition() {
        let plain = "title = \"甲\"\n[[form]] # 一\ntitle = \"甲乙丙丁表\"\n[[form.field]]\ntitle = \"不是表的名字\"\n";
        assert_eq!(named(plain), ["甲/甲乙丙丁表"]);
        // A list whose lines begin with brackets, before the title.
        let listed = "title = \"甲\"\n[[form]]\nx = [\n[1],\n[2]]\ntitle = \"甲乙丙丁表\"\n";
        assert_eq!(named(listed), ["甲/甲乙丙丁表"]);
        // A text of several lines in which something looks like a section.
        let text = "title = \"甲\"\nx = '''\n[[form]]\ntitle = \"没有这张表\"\n'''\n[[form]]\ntitle = \"甲乙丙丁表\"\n";
        assert_eq!(named(text), ["甲/甲乙丙丁表"]);
        // Written in one line, and below a section written in another way.
        let inline = "title = \"甲\"\nform = [{ title = \"甲乙丙丁表\" }]\n[sample]\ntitle = \"不是\"\n";
        assert_eq!(named(inline), ["甲/甲乙丙丁表"]);
        let spaced =
            "title = \"甲\"\r\n [[ \"form\" ]]\r\ntitle = \"甲乙丙丁表\"\r\n[[form]]\ntitle = \"子丑寅卯表\"\n";
        assert_eq!(named(spaced), ["甲/甲乙丙丁表", "甲/子丑寅卯表"]);
    }
}
