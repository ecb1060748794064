//! Everything that is asked of every cell of every file, compiled once per run: headers, code words, unit names.

use super::asked::{Asked, AskedWords};
use super::assignment::Assignment;
use super::code_index::{CodeIndex, index_codes};
use super::cover::CoverLexicon;
use super::fit::KnownFits;
use super::known_blocks::KnownBlocks;
use super::known_texts::KnownTexts;
use super::qualify::HeaderLexicon;
use super::quick::QuickMap;
use super::row_lexicon::RowLexicon;
use crate::definition::{Field, FieldType, Form, FormColumn};
use crate::model::normalised::PartName;
use crate::text::names::{header_key, match_key};
use std::ops::Range;

/// How a header word names a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The header printed on the form; counts only under its parent, where it has one.
    Header,
    /// Another spelling; needs no parent.
    Also,
    /// Parent and header written as one ("公示时间开始").
    Joined,
}

#[derive(Debug, Clone, Copy)]
pub struct NamedField {
    pub form: u16,
    pub field: u16,
    pub kind: Naming,
}

/// One form, compiled.
#[derive(Debug)]
pub struct FormIndex {
    pub columns: Vec<FormColumn>,
    /// Per field: the key of its parent header, and its place in [`Lexicon::parents`].
    pub under: Vec<Option<String>>,
    pub parent: Vec<Option<usize>>,
    /// Per field: the key of its printed header, and whether no other field of the form shares it.
    pub header: Vec<String>,
    pub header_unique: Vec<bool>,
    /// Per field: required, and its column has to be there.
    pub column_required: Vec<bool>,
    /// Per field: whether it names the record.
    pub names: Vec<bool>,
    /// Per field: whether it is the record's own name: the person's where one is in the key or has the ID number, else all
    /// of the key; without a key the first of what names it.
    pub own: Vec<bool>,
    /// Per field: whether 无 is no answer in it, because it is in the key, or the only required text of a form without.
    pub in_key: Vec<bool>,
    /// Per field: the field that it is a rate over.
    pub over: Vec<Option<usize>>,
    /// Per field: whether it is a person whose ID number the record has, or who is in its key.
    pub carries: Vec<bool>,
}

/// All of a run's words.
#[derive(Debug)]
pub struct Lexicon<'a> {
    headers: QuickMap<String, Vec<NamedField>>,
    /// First characters of all header keys: most cells are told from headers by this alone.
    first: Vec<u64>,
    /// First two characters of all header keys, as bits by [`pair`]: nearly all other cells are told by these.
    pairs: [u64; PAIRS / 64],
    /// All header keys in order: which begin with a word is told without a look at the others.
    sorted: Vec<String>,
    pub forms: Vec<FormIndex>,
    /// The labels of covers, and the words around those of headers.
    pub cover: CoverLexicon<'a>,
    pub around: HeaderLexicon<'a>,
    /// The words that rows are told by.
    pub rows: RowLexicon<'a>,
    /// The parent headers of all forms, each once.
    pub parents: Vec<String>,
    pub known_fits: KnownFits,
    pub known_blocks: KnownBlocks,
    /// Whether a text may say something of the columns that it stands over.
    pub known_speaking: KnownTexts<bool>,
    /// The part of what a unit sends that a title or the name of a sheet says.
    pub known_titles: KnownTexts<PartName>,
    pub codes: Vec<CodeIndex<'a>>,
    units: QuickMap<&'a str, &'a [u32]>,
    /// By number of characters: whether a roster key has so many. And the characters that they begin with.
    unit_lengths: Vec<bool>,
    unit_starts: Vec<u64>,
    /// Keys of the titles of forms, the longest first.
    titles: Vec<(String, u16)>,
    /// The same of forms of other pipelines.
    other_titles: Vec<(String, u16)>,
    /// The forms' titles and the pipeline's as names of files hold them, the longest first.
    pub own_titles: Vec<String>,
}

impl<'a> Lexicon<'a> {
    pub fn new(frame: Assignment<'a>) -> Lexicon<'a> {
        let mut headers: QuickMap<String, Vec<NamedField>> = QuickMap::default();
        let (mut forms, mut parents) = (Vec::new(), Vec::new());
        for (form_at, form) in frame.plan.forms.iter().enumerate() {
            add_form(&mut headers, form_at as u16, form);
            forms.push(index_form(form, &mut parents));
        }
        let mut first = vec![0u64; 1024];
        let mut pairs = [0u64; PAIRS / 64];
        for key in headers.keys() {
            let mut chars = key.chars();
            // A key of one character is followed by a bracket or by nothing, never by another plain one.
            if let (Some(one), Some(two)) = (chars.next(), chars.next()) {
                let bit = pair(one, two);
                pairs[bit / 64] |= 1 << (bit % 64);
            }
            if let Some((word, bit)) = key.chars().next().map(slot)
                && let Some(bits) = first.get_mut(word)
            {
                *bits |= 1 << bit;
            }
        }
        let mut sorted: Vec<String> = headers.keys().cloned().collect();
        sorted.sort_unstable();
        let codes = frame.reference.codes.iter().map(index_codes).collect();
        let units: QuickMap<&str, &[u32]> =
            frame.reference.roster.keys.iter().map(|(key, found)| (key.as_str(), found.as_slice())).collect();
        let (mut unit_lengths, mut unit_starts) = (Vec::new(), vec![0u64; 1024]);
        for key in units.keys() {
            let length = key.chars().count();
            unit_lengths.resize(unit_lengths.len().max(length + 1), false);
            unit_lengths[length] = true;
            if let Some((word, bit)) = key.chars().next().map(slot) {
                unit_starts[word] |= 1 << bit;
            }
        }
        Lexicon {
            sorted,
            headers,
            first,
            pairs,
            forms,
            cover: CoverLexicon::new(&frame.plan.words.cover),
            around: HeaderLexicon::new(&frame.plan.words.headers),
            rows: RowLexicon::new(&frame.plan.words.rows),
            parents,
            own_titles: own_titles(frame),
            titles: keyed(frame.plan.forms.iter().map(|form| form.title.as_str())),
            other_titles: keyed(frame.plan.others.iter().map(|form| form.title.as_str())),
            known_fits: KnownFits::default(),
            known_blocks: KnownBlocks::default(),
            known_speaking: KnownTexts::default(),
            known_titles: KnownTexts::default(),
            codes,
            units,
            unit_lengths,
            unit_starts,
        }
    }

    /// The only form whose title stands in a text; of two, the longer.
    pub fn form_named(&self, text: &str) -> Option<u16> {
        named(&self.titles, &header_key(text)).map(|(_, form)| form)
    }

    /// The form of another pipeline whose title a text is, with little beside it: a sentence that mentions one is no title.
    pub fn other_form_named(&self, text: &str) -> Option<u16> {
        const BESIDE: usize = 24;
        if self.other_titles.is_empty() || text.len() > 300 || text.contains(['《', '：', ':', '，', '。', '；']) {
            return None;
        }
        let key = header_key(text);
        let (title, form) = named(&self.other_titles, &key)?;
        (key.chars().count() <= title.chars().count() + BESIDE).then_some(form)
    }

    /// Fields that a header key may name.
    pub fn fields(&self, key: &str) -> &[NamedField] {
        self.headers.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether a header begins with a key, or is it.
    pub fn begins_header(&self, key: &str) -> bool {
        // Whatever begins with a key stands from its own place on.
        let from = self.sorted.partition_point(|header| header.as_str() < key);
        self.sorted.get(from).is_some_and(|header| header.starts_with(key))
    }

    /// Whether the column of a field has to be there.
    pub fn requires(&self, entry: &NamedField) -> bool {
        let form = self.forms.get(usize::from(entry.form));
        form.is_some_and(|form| form.column_required.get(usize::from(entry.field)) == Some(&true))
    }

    /// Whether a cell's text may begin a header at all.
    pub fn may_be_header(&self, text: &str) -> bool {
        let mut chars = text.chars();
        if let (Some(one), Some(two)) = (chars.next(), chars.next())
            && is_plain(one)
            && is_plain(two)
        {
            let bit = pair(one, two);
            return text.len() <= 120 && self.pairs[bit / 64] >> (bit % 64) & 1 == 1;
        }
        let lead = text.chars().map(crate::text::width::narrow_char).find(|c| {
            !c.is_whitespace()
                && !matches!(c, '*' | '✱' | '★' | '☆' | '※' | '#')
                && !crate::text::width::is_invisible(*c)
        });
        lead.is_some_and(|c| {
            let lower = if c >= '\u{2e80}' { c } else { c.to_lowercase().next().unwrap_or(c) };
            let (word, bit) = slot(lower);
            text.len() <= 120 && self.first.get(word).is_some_and(|bits| bits >> bit & 1 == 1)
        })
    }

    /// Whether two Chinese characters may begin a header, or a word for a part or a total of what stands above it.
    fn may_begin_column(&self, one: char, two: char) -> bool {
        let bit = pair(one, two);
        // Keys keep both characters, so that a header or such a word begins with them.
        self.pairs[bit / 64] >> (bit % 64) & 1 == 1
            || matches!((one, two), ('其', '中') | ('总', '数' | '计') | ('合' | '小', '计'))
    }

    /// `false` for texts of which it is plain that they are no header, no word for a part or a total of what stands above
    /// them, and have no brackets.
    pub fn may_mean_column(&self, text: &str) -> bool {
        let mut chars = text.chars();
        let (Some(one), Some(two)) = (chars.next(), chars.next()) else { return true };
        if !is_plain(one) || !is_plain(two) {
            return true;
        }
        self.may_begin_column(one, two) || text.contains(OPENING)
    }

    /// Whether the roster knows a text as a unit's name, alias or code.
    pub fn is_unit(&self, text: &str) -> bool {
        self.units.contains_key(match_key(text).as_str())
    }

    /// The units that the longest roster key inside a name means; empty where there is none.
    pub fn units_within(&self, name: &str) -> &'a [u32] {
        let key = match_key(name);
        let mut found: &'a [u32] = &[];
        for place in self.longest_units(&key) {
            let units = self.units.get(&key[place]).copied().unwrap_or_default();
            // Two names of one length: no telling which is meant.
            if !found.is_empty() && found != units {
                return &[];
            }
            found = units;
        }
        found
    }

    /// A key with a bar in the place of each unit that it names.
    pub fn without_units(&self, key: &str) -> String {
        let mut rest = key.to_owned();
        // A folder's unit and the sender's own: few names hold more.
        for _ in 0..4 {
            let Some(place) = self.longest_units(&rest).into_iter().next() else { break };
            rest.replace_range(place, "|");
        }
        rest
    }

    /// Where the longest roster keys stand in a key, all of one length.
    fn longest_units(&self, key: &str) -> Vec<Range<usize>> {
        let starts: Vec<usize> = key.char_indices().map(|(at, _)| at).chain([key.len()]).collect();
        let count = starts.len() - 1;
        let begins = |c: char| {
            let (word, bit) = slot(c);
            self.unit_starts[word] >> bit & 1 == 1
        };
        let begin: Vec<usize> = key.chars().enumerate().filter(|(_, c)| begins(*c)).map(|(from, _)| from).collect();
        for length in (2..=count).rev().filter(|length| self.unit_lengths.get(*length) == Some(&true)) {
            let begin = begin.iter().filter(|from| **from + length <= count);
            let places = begin.map(|from| starts[*from]..starts[*from + length]);
            let is_unit = |place: &Range<usize>| {
                self.units.contains_key(&key[place.clone()]) && stands_alone(key, place.start, place.end)
            };
            let found: Vec<Range<usize>> = places.filter(is_unit).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }
}

impl AskedWords for Lexicon<'_> {
    fn plainly_not(&self, text: &str) -> u16 {
        let Some(not) = self.rows.plainly_not(text) else { return 0 };
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(one), Some(two)) if is_plain(one) && is_plain(two) && !self.may_begin_column(one, two) => {
                not | Asked::HeaderWord as u16 | Asked::Column as u16
            }
            _ => not,
        }
    }
}

fn own_titles(frame: Assignment<'_>) -> Vec<String> {
    let titles = frame.plan.forms.iter().map(|form| &form.title).chain([&frame.plan.title]);
    let mut titles: Vec<String> = titles.map(|title| match_key(title)).filter(|title| !title.is_empty()).collect();
    titles.sort_by_key(|title| std::cmp::Reverse(title.len()));
    titles
}

/// Titles as they are looked for in texts, the longest first.
fn keyed<'t>(titles: impl Iterator<Item = &'t str>) -> Vec<(String, u16)> {
    let titles = titles.enumerate().map(|(at, title)| (header_key(title), at as u16));
    let mut keyed: Vec<(String, u16)> = titles.filter(|(title, _)| !title.is_empty()).collect();
    keyed.sort_by_key(|(title, _)| std::cmp::Reverse(title.chars().count()));
    keyed
}

/// The longest title within a key, unless two forms have it.
fn named<'t>(titles: &'t [(String, u16)], key: &str) -> Option<(&'t str, u16)> {
    let mut found = titles.iter().filter(|(title, _)| key.contains(title.as_str()));
    let (title, form) = found.next()?;
    let rival = found.next().is_some_and(|(other, _)| other == title);
    (!rival).then_some((title, *form))
}

/// A code such as `A01` inside `BA012` is no match; a year is no code.
fn stands_alone(key: &str, start: usize, end: usize) -> bool {
    let part = &key[start..end];
    let before = key[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    let after = key[end..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    let glued = (before && part.starts_with(|c: char| c.is_ascii_alphanumeric()))
        || (after && part.ends_with(|c: char| c.is_ascii_alphanumeric()));
    let year = part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    !glued && !year
}

/// What every key has as `(`.
const OPENING: [char; 9] = ['(', '（', '〔', '【', '[', '［', '〈', '{', '｛'];

/// Number of bits that pairs of characters fall into.
const PAIRS: usize = 4096;

fn pair(one: char, two: char) -> usize {
    ((one as u32).wrapping_mul(31) ^ (two as u32).wrapping_mul(7)) as usize % PAIRS
}

/// A Chinese character, which every key keeps as it is.
fn is_plain(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

fn slot(c: char) -> (usize, u32) {
    let code = c as u32 & 0xffff;
    ((code / 64) as usize, code % 64)
}

fn add_form(headers: &mut QuickMap<String, Vec<NamedField>>, form_at: u16, form: &Form) {
    for (field_at, field) in form.fields.iter().enumerate() {
        let mut add = |key: String, kind: Naming| {
            let entries = headers.entry(key).or_default();
            if !entries.iter().any(|entry| entry.form == form_at && usize::from(entry.field) == field_at) {
                entries.push(NamedField { form: form_at, field: field_at as u16, kind });
            }
        };
        add(header_key(&field.header), Naming::Header);
        for also in &field.also {
            add(header_key(also), Naming::Also);
        }
        if let Some(under) = &field.under {
            let under = header_key(under);
            add(format!("{under}{}", header_key(&field.header)), Naming::Joined);
            for also in &field.also {
                add(format!("{under}{}", header_key(also)), Naming::Joined);
            }
        }
        add(header_key(&field.name), Naming::Also);
    }
}

fn index_form(form: &Form, parents: &mut Vec<String>) -> FormIndex {
    let under: Vec<Option<String>> = form.fields.iter().map(|field| field.under.as_deref().map(header_key)).collect();
    let mut place = |parent: &String| {
        parents.iter().position(|known| known == parent).unwrap_or_else(|| {
            parents.push(parent.clone());
            parents.len() - 1
        })
    };
    let parent = under.iter().map(|under| under.as_ref().map(&mut place)).collect();
    let header: Vec<String> = form.fields.iter().map(|field| header_key(&field.header)).collect();
    FormIndex {
        columns: form.columns(),
        under,
        parent,
        header_unique: header.iter().map(|key| header.iter().filter(|other| *other == key).count() == 1).collect(),
        header,
        // A card says on its cover whose it is.
        column_required: form
            .fields
            .iter()
            .enumerate()
            .map(|(at, field)| field.required && field.absent.is_none() && !(form.card && at == form.unit_field))
            .collect(),
        names: names(form),
        own: own(form),
        in_key: in_key(form),
        over: form.fields.iter().map(|field| over(form, field)).collect(),
        carries: carries(form),
    }
}

/// Which fields of a form name its records: those of its key but for the unit and what is no text; else its required
/// texts and names; else the unit, of which each has one row.
fn names(form: &Form) -> Vec<bool> {
    let says = |field: &Field| {
        matches!(field.ty, FieldType::Text | FieldType::Name | FieldType::IdNumber | FieldType::DocumentNumber)
    };
    let mut names: Vec<bool> = vec![false; form.fields.len()];
    let mut mark = |pick: &dyn Fn(usize, &Field) -> bool| {
        for (at, field) in form.fields.iter().enumerate().filter(|(_, field)| !field.ordinal) {
            if pick(at, field) {
                names[at] = true;
            }
        }
        names.contains(&true)
    };
    let code = |field: &Field| matches!(field.ty, FieldType::Code { .. });
    let in_key = |at: usize| form.key.contains(&at);
    let _ = mark(&|at, field| in_key(at) && says(field))
        || mark(&|_, field| field.required && matches!(field.ty, FieldType::Text | FieldType::Name))
        || mark(&|at, field| in_key(at) && code(field))
        || mark(&|_, field| field.required && field.ty == FieldType::Unit);
    names
}

fn own(form: &Form) -> Vec<bool> {
    let (names, carries) = (names(form), carries(form));
    let persons: Vec<bool> = names.iter().zip(&carries).map(|(names, carries)| *names && *carries).collect();
    if persons.contains(&true) {
        return persons;
    }
    let first = names.iter().position(|names| *names);
    let is_own = |(at, names): (usize, &bool)| *names && (!form.key.is_empty() || Some(at) == first);
    names.iter().enumerate().map(is_own).collect()
}

fn in_key(form: &Form) -> Vec<bool> {
    let required = |field: &Field| field.required && field.ty == FieldType::Text;
    let only = form.key.is_empty() && form.fields.iter().filter(|field| required(field)).count() == 1;
    form.fields.iter().enumerate().map(|(at, field)| form.key.contains(&at) || (only && required(field))).collect()
}

fn over(form: &Form, rate: &Field) -> Option<usize> {
    let over = rate.over.as_ref()?;
    form.fields.iter().position(|field| field.name == *over)
}

fn carries(form: &Form) -> Vec<bool> {
    let is_name = |field: &Field| field.ty == FieldType::Name;
    let id = form.fields.iter().position(|field| field.ty == FieldType::IdNumber);
    // The name that an ID number belongs to stands before it.
    let owner = id.and_then(|id| {
        let before = form.fields.get(..id).and_then(|fields| fields.iter().rposition(is_name));
        before.or_else(|| form.fields.iter().position(is_name))
    });
    let carries = |(at, field): (usize, &Field)| is_name(field) && (Some(at) == owner || form.key.contains(&at));
    form.fields.iter().enumerate().map(carries).collect()
}

/// Whether a field's cells may be filled from above (merged cells, 同上): texts only, never numbers, dates or IDs.
pub fn fills_down(ty: &FieldType) -> bool {
    matches!(
        ty,
        FieldType::Text | FieldType::Name | FieldType::Code { .. } | FieldType::Unit | FieldType::DocumentNumber
    )
}
