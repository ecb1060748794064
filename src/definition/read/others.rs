//! The forms of the pipelines beside one, by their titles alone. Mistakes in other definitions are theirs to say.

use crate::definition::plan::OtherForm;
use rayon::prelude::*;
use std::path::Path;
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
    let beside = beside.into_par_iter().filter(|path| Some(path.as_path()) != own);
    beside.filter_map(|path| of_file(&path.join("pipeline.toml"), largest)).flatten_iter().collect()
}

fn of_file(path: &Path, largest: u64) -> Option<Vec<OtherForm>> {
    if std::fs::metadata(path).ok()?.len() > largest {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let document = DeTable::parse(&text).ok()?;
    let title = |table: &DeTable<'_>| match table.get("title")?.get_ref() {
        DeValue::String(title) => Some(title.to_string()),
        _ => None,
    };
    let pipeline = title(document.get_ref())?;
    let Some(DeValue::Array(forms)) = document.get_ref().get("form").map(|forms| forms.get_ref()) else { return None };
    let titles = forms.iter().filter_map(|form| match form.get_ref() {
        DeValue::Table(form) => title(form),
        _ => None,
    });
    let telling = titles.filter(|title| title.chars().count() >= SHORTEST);
    Some(telling.map(|title| OtherForm { title, pipeline: pipeline.clone() }).collect())
}
