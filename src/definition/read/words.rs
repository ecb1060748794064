//! `pipelines/words.toml`: the words by which returns say what they are. A list that the file leaves out, or the whole
//! file, is as shipped: a folder of definitions without it must not read 作废 as nothing.

use super::cursor::{Log, Section, Word};
use super::keys::words::WORDS;
use super::syntax::parse;
use crate::definition::diagnostic::Diagnostic;
use crate::definition::plan::{ColumnWords, CoverWords, FileWords, NameWords, RowWords, SheetWords, Words};
use crate::model::codes::DiagnosticCode;
use crate::text::names::match_key;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Name of the file, in the folder that holds the pipelines'.
pub const FILE: &str = "words.toml";
/// The file as it was when the program was built.
const SHIPPED: &str = include_str!("../../../pipelines/words.toml");

/// Where the words of a definition stand: beside the folders of the pipelines.
pub fn path(definition: &Path) -> Option<PathBuf> {
    let path = definition.parent()?.parent()?.join(FILE);
    path.is_file().then_some(path)
}

/// The words that the program brings along.
pub fn shipped() -> Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| read(PathBuf::from(FILE), SHIPPED.to_owned(), Words::default()).0);
    WORDS.clone()
}

/// The text that stands for the shipped words in a hash.
pub fn shipped_text() -> &'static str {
    SHIPPED
}

/// Puts the lists of a file in the place of those that stand.
pub fn read(path: PathBuf, text: String, mut words: Words) -> (Words, Vec<Diagnostic>) {
    let log = Log::new(path, text);
    let (document, parsed) = parse(&log);
    if parsed {
        let document = Section::new(&log, document.get_ref(), 0..0, "", &WORDS);
        within(&document, "sheets", |section| sheets(section, &mut words.sheets));
        within(&document, "files", |section| files(section, &mut words.files));
        within(&document, "cover", |section| cover(section, &mut words.cover));
        within(&document, "headers", |section| headers(section, &mut words.headers));
        within(&document, "rows", |section| rows(section, &mut words.rows));
        within(&document, "names", |section| names(section, &mut words.names));
        document.finish();
    }
    drop(document);
    (words, log.into_problems())
}

fn within(document: &Section<'_>, key: &'static str, read: impl FnOnce(&Section<'_>)) {
    let Some(section) = document.get(key).and_then(|node| node.section()) else { return };
    read(&section);
    section.finish();
}

fn sheets(section: &Section<'_>, words: &mut SheetWords) {
    let SheetWords { set_aside, leads, plain, copies, summaries, explaining, explanations } = words;
    list(section, "set-aside", set_aside);
    list(section, "leads", leads);
    list(section, "plain", plain);
    list(section, "copies", copies);
    list(section, "summaries", summaries);
    list(section, "explaining", explaining);
    list(section, "explanations", explanations);
}

fn files(section: &Section<'_>, words: &mut FileWords) {
    let FileWords { void, faulty, void_beside, supplements, numbered, kinds, last, revised } = words;
    list(section, "void", void);
    list(section, "faulty", faulty);
    list(section, "void-beside", void_beside);
    list(section, "supplements", supplements);
    list(section, "numbered", numbered);
    list(section, "final", last);
    list(section, "revised", revised);
    for pattern in section.words("numbered") {
        if pattern.text.matches('#').count() != 1 {
            let help = Some("写成 第#批，# 代表数".to_owned());
            pattern.report(DiagnosticCode::BadPattern, format!("“{}”里要有一个 #", pattern.text), help);
        }
    }
    lists(section, "kinds", kinds);
}

fn cover(section: &Section<'_>, words: &mut CoverWords) {
    let CoverWords {
        units,
        plain_units,
        periods,
        dates,
        measures,
        measured,
        measured_all,
        contacts,
        clerks,
        phones,
        others,
        seals,
    } = words;
    list(section, "measured", measured);
    list(section, "measured-all", measured_all);
    list(section, "units", units);
    list(section, "plain-units", plain_units);
    list(section, "periods", periods);
    list(section, "dates", dates);
    list(section, "measures", measures);
    list(section, "contacts", contacts);
    list(section, "clerks", clerks);
    list(section, "phones", phones);
    list(section, "others", others);
    list(section, "seals", seals);
}

fn headers(section: &Section<'_>, words: &mut ColumnWords) {
    let ColumnWords { measures, same, money, other, part, neutral, blocks } = words;
    list(section, "measures", measures);
    lists(section, "same", same);
    list(section, "money", money);
    list(section, "other", other);
    list(section, "part", part);
    list(section, "neutral", neutral);
    lists(section, "blocks", blocks);
}

fn rows(section: &Section<'_>, words: &mut RowWords) {
    let RowWords {
        totals,
        subtotals,
        no_sums,
        total_of,
        total_what,
        total_attached,
        total_like,
        of_which,
        footers,
        footer_ends,
        signatures,
        notes,
        page_marks,
        nothing,
        nothing_when,
        nothing_says,
        zero_report_asked,
        example_numbers,
        example_labels,
        example_starts,
        example_leads,
        examples,
        heading_what,
        void,
        void_alone,
        void_leads,
        placeholders,
        not_reported,
        none,
        dittos,
        same_as_left,
        no_rate,
        yes,
        no,
        legends,
        figures,
    } = words;
    list(section, "totals", totals);
    list(section, "subtotals", subtotals);
    list(section, "no-sums", no_sums);
    list(section, "total-of", total_of);
    list(section, "total-what", total_what);
    list(section, "total-attached", total_attached);
    list(section, "total-like", total_like);
    list(section, "of-which", of_which);
    list(section, "footers", footers);
    list(section, "footer-ends", footer_ends);
    list(section, "signatures", signatures);
    list(section, "notes", notes);
    list(section, "page-marks", page_marks);
    list(section, "nothing", nothing);
    list(section, "nothing-when", nothing_when);
    list(section, "nothing-says", nothing_says);
    list(section, "zero-report-asked", zero_report_asked);
    list(section, "example-numbers", example_numbers);
    list(section, "example-labels", example_labels);
    list(section, "example-starts", example_starts);
    list(section, "example-leads", example_leads);
    list(section, "examples", examples);
    list(section, "heading-what", heading_what);
    list(section, "void", void);
    list(section, "void-alone", void_alone);
    list(section, "void-leads", void_leads);
    list(section, "placeholders", placeholders);
    list(section, "not-reported", not_reported);
    list(section, "none", none);
    list(section, "dittos", dittos);
    list(section, "same-as-left", same_as_left);
    list(section, "no-rate", no_rate);
    list(section, "yes", yes);
    list(section, "no", no);
    list(section, "legends", legends);
    list(section, "figures", figures);
}

fn names(section: &Section<'_>, words: &mut NameWords) {
    let NameWords {
        companies,
        apart,
        surnames,
        usual_surnames,
        no_name_ends,
        before_number,
        behind_number,
        ends,
        collectives,
    } = words;
    list(section, "collectives", collectives);
    list(section, "companies", companies);
    list(section, "apart", apart);
    list(section, "surnames", surnames);
    list(section, "usual-surnames", usual_surnames);
    list(section, "no-name-ends", no_name_ends);
    list(section, "before-number", before_number);
    list(section, "behind-number", behind_number);
    lists(section, "ends", ends);
    // 有限责任公司 ends in 公司: what is taken off first must be all of it.
    companies.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
}

/// The lists under a key, likewise.
fn lists(section: &Section<'_>, key: &'static str, into: &mut Vec<Vec<String>>) {
    if let Some(node) = section.get(key) {
        let words = |node: &super::cursor::Node<'_>| {
            keys(&node.items().iter().filter_map(|node| node.word()).collect::<Vec<_>>())
        };
        *into = node.items().iter().map(words).collect();
    }
}

/// The list under a key, in the place of the one that stands.
fn list(section: &Section<'_>, key: &'static str, into: &mut Vec<String>) {
    if section.get(key).is_some() {
        *into = keys(&section.words(key));
    }
}

/// The words as they are compared; one that stands twice is reported.
fn keys(words: &[Word<'_>]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let key = match_key(word.text);
        if keys.contains(&key) {
            word.report(DiagnosticCode::DuplicateWord, format!("“{}”写了两次", word.text), None);
        }
        keys.push(key);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_words_are_whole_and_read_without_a_remark() {
        let none = Words::default();
        let (words, problems) = read(PathBuf::from(FILE), SHIPPED.to_owned(), none);
        assert!(problems.is_empty(), "{}", crate::definition::diagnostic::render(&problems, false));
        let SheetWords { set_aside, leads, plain, copies, summaries, explaining, explanations } = &words.sheets;
        let NameWords {
            companies,
            apart,
            surnames,
            usual_surnames,
            no_name_ends,
            before_number,
            behind_number,
            ends: _,
            collectives,
        } = &words.names;
        let CoverWords {
            units,
            plain_units,
            periods,
            dates,
            measures: labels,
            measured,
            measured_all,
            others,
            seals,
            contacts,
            clerks,
            phones,
        } = &words.cover;
        let ColumnWords { measures, same: _, money, other, part, neutral, blocks: _ } = &words.headers;
        let around = [
            units,
            plain_units,
            periods,
            dates,
            labels,
            measured,
            measured_all,
            others,
            seals,
            contacts,
            clerks,
            phones,
            measures,
            money,
            other,
            part,
            neutral,
            surnames,
            usual_surnames,
            no_name_ends,
            before_number,
            behind_number,
            collectives,
        ];
        let RowWords { totals, footers, notes, nothing, examples, void, placeholders, dittos, figures, .. } =
            &words.rows;
        let rows = [totals, footers, notes, nothing, examples, void, placeholders, dittos, figures, companies, apart];
        let FileWords { void, faulty, void_beside, supplements, numbered, kinds: _, last, revised } = &words.files;
        let sheets = [set_aside, leads, plain, copies, summaries, explaining, explanations];
        let files = [void, faulty, void_beside, supplements, numbered, last, revised];
        assert!(sheets.into_iter().chain(files).chain(rows).chain(around).all(|list| !list.is_empty()));
        assert_eq!(words, shipped());
    }

    #[test]
    fn a_list_that_is_left_out_is_as_shipped_and_an_empty_one_is_empty() {
        let text = "[sheets]\nset-aside = [\"参考样\"]\nleads = []\n[files]\nvoid = [\"作 废\"]\n";
        let (words, problems) = read(PathBuf::from(FILE), text.to_owned(), shipped());
        assert!(problems.is_empty());
        assert_eq!(words.sheets.set_aside, ["参考样"]);
        assert!(words.sheets.leads.is_empty() && words.sheets.plain == shipped().sheets.plain);
        assert_eq!(words.files.void, ["作废"]);
    }

    #[test]
    fn mistakes_in_words_are_told_with_their_place() {
        let text =
            "[sheets]\nsetaside = []\nleads = [\"填报\", \"填 报\"]\nplain = \"表\"\n[files]\nnumbered = [\"第批\"]\n";
        let (_, problems) = read(PathBuf::from(FILE), text.to_owned(), shipped());
        let codes: Vec<DiagnosticCode> = problems.iter().map(|problem| problem.code).collect();
        use DiagnosticCode::*;
        assert_eq!(codes, [UnknownKey, DuplicateWord, WrongType, BadPattern]);
        assert!(problems.iter().all(|problem| problem.span.is_some() && problem.path.ends_with(FILE)));
    }
}
