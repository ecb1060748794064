//! Which of two versions is the later, and whether they are versions at all: what one file says of that.

use super::area::Area;
use super::assignment::Assignment;
use super::file_name::{self, mark, part, rest, void};
use super::found::FoundTable;
use super::lexicon::Lexicon;
use crate::model::normalised::{PartName, VersionEvidence};
use crate::model::{RawWorkbook, SourceFile};
use crate::text::names::match_key;

/// 填报日期 in the sheets (the latest), marks in the name, stamps. Sheets that do not count say nothing of the filing date,
/// unless there is nothing else.
pub fn evidence(
    run: Assignment<'_>,
    lexicon: &Lexicon<'_>,
    source: &SourceFile,
    workbook: &RawWorkbook,
    (areas, found): (&[Area<'_>], &[FoundTable<'_>]),
) -> VersionEvidence {
    let none = !found.iter().any(FoundTable::counts);
    let covers = found.iter().filter(|found| none || found.counts()).map(|found| &found.cover);
    let words = &run.plan.words.files;
    let stem = file_name::stem(&source.name);
    let (left, mark) = (rest(lexicon, stem), mark(stem, words));
    // A folder called 作废 says it of what lies in it.
    let folders = source.name.split('/').rev().skip(1);
    let void = void(run.plan, &left, mark)
        .or_else(|| folders.map(|folder| rest(lexicon, folder)).find_map(|left| void(run.plan, &left, mark)));
    let named = part(words, &left);
    VersionEvidence {
        filled_on: covers.flat_map(|cover| &cover.filled_on).map(|(_, day)| *day).max(),
        mark,
        modified: workbook.modified,
        file_modified: source.modified,
        part: if named.is_some() { named } else { titled(run, lexicon, areas, found) },
        void,
        chosen: false,
    }
}

/// The part that titles and names of sheets say, where all that count say the same.
fn titled(run: Assignment<'_>, lexicon: &Lexicon<'_>, areas: &[Area<'_>], found: &[FoundTable<'_>]) -> PartName {
    let read = |text: &str| part(&run.plan.words.files, &rest(lexicon, text));
    let of = |text: &str| lexicon.known_titles.of(text, || read(text));
    let said = found.iter().filter(|found| found.counts()).map(|found| {
        let form = run.plan.forms.get(usize::from(found.table.header.fit.form));
        let title = form.map_or_else(String::new, |form| match_key(&form.title));
        let area = areas.get(found.view);
        let above = area.into_iter().flat_map(|area| found.texts_above(&area.view));
        let mut titles = above.filter(|text| !title.is_empty() && match_key(text).contains(&title));
        let said = titles.next().map(of).unwrap_or_default();
        if said.is_some() { said } else { of(&found.sheet.name) }
    });
    let mut said: Vec<PartName> = said.collect();
    said.dedup();
    if let [one] = said.as_slice() { *one } else { PartName::default() }
}
