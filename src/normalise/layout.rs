//! A sheet in, its header blocks out: where each table stands, on how many rows, and which form it is.
//!
//! A header is known by its words, never by its place or the sheet's name.

use super::asked::Asked;
use super::beside::beside;
use super::bind::{drop_uncertain, fits, is_total_of_parent, speaks};
use super::fit::{ColumnHeader, FormFit};
use super::header_block::{BlockRows, HeaderBlock};
use super::lexicon::Lexicon;
use super::view::View;
use crate::definition::Plan;
use crate::model::cell::{CellRef, RawCell, RawValue};
use crate::text::names::{header_key, tidy};

/// Headers stand on at most this many rows.
const DEPTH: usize = 4;

/// The nearest miss of a sheet without a form, for the message.
#[derive(Debug, Clone)]
pub struct NearHeader {
    pub form: u16,
    pub bound: usize,
    pub missing: Vec<u16>,
    /// 0-based physical row of the header's last row, and its headings that belong to no field.
    pub row: u32,
    pub extra: Vec<(u16, String)>,
}

/// All header blocks of a sheet, top to bottom, repeats included; and the nearest miss.
pub fn headers(view: &View<'_>, lexicon: &Lexicon<'_>, plan: &Plan) -> (Vec<HeaderBlock>, Option<NearHeader>) {
    let mut found: Vec<HeaderBlock> = Vec::new();
    let mut near: Option<NearHeader> = None;
    // Under its title a table is that form, whatever it lacks; but only where nothing fits better.
    let mut titled: Option<HeaderBlock> = None;
    let mut free = 0;
    let mut i = 0;
    // Each block is a table at least: a sheet of nothing but headers is too dear before all of them are recognised.
    while i < view.rows.len() && !view.meter.held(found.len(), 0) {
        if !promising(view, lexicon, i) {
            i += 1;
            continue;
        }
        let block = best_block(view, lexicon, plan, free, i).map(|header| entitled(view, lexicon, plan, free, header));
        let block = match block {
            // A form of another pipeline, whose title says so, unless it could be ours to the last column.
            Some((header, Title::Other(_))) if !header.fit.missing.is_empty() => {
                i = header.rows.1.max(i) + 1;
                continue;
            }
            Some((header, Title::Other(other))) => Some(HeaderBlock { other: Some(other), ..header }),
            Some((header, title)) => {
                if title == Title::Own
                    && header.fit.bound >= least_titled(plan, header.fit.form)
                    && has_half(lexicon, plan, &header.fit)
                {
                    let better = titled.as_ref().is_none_or(|known: &HeaderBlock| header.fit.bound > known.fit.bound);
                    titled = if better { Some(header.clone()) } else { titled.take() };
                }
                Some(header)
            }
            None => None,
        };
        match block {
            Some(mut header) if header.fit.recognised => {
                drop_uncertain(lexicon, &header.headings, &mut header.fit);
                i = header.rows.1 + 1;
                free = i;
                found.push(header);
            }
            Some(header) => {
                let miss = near_miss(view, lexicon, plan, header);
                if near.as_ref().is_none_or(|near| miss.bound > near.bound) {
                    near = Some(miss);
                }
                i += 1;
            }
            None => i += 1,
        }
    }
    if found.is_empty()
        && let Some(mut header) = titled
    {
        header.fit.recognised = true;
        drop_uncertain(lexicon, &header.headings, &mut header.fit);
        return (vec![header], None);
    }
    (found, near)
}

/// A title says it this near above its header.
const TITLE_ROWS: usize = 8;

/// What stands above a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Title {
    None,
    /// That of the form it was read as.
    Own,
    /// That of a form of another pipeline, by its place among the plan's others.
    Other(u16),
}

/// The form that a title names goes before one whose columns fit as well or merely resemble.
fn entitled(
    view: &View<'_>,
    lexicon: &Lexicon<'_>,
    plan: &Plan,
    free: usize,
    mut header: HeaderBlock,
) -> (HeaderBlock, Title) {
    let top = header.rows.0;
    let titles = (top.saturating_sub(TITLE_ROWS).max(free)..top).rev().flat_map(|i| view.telling(i));
    let texts: Vec<&str> = titles.map(|cell| view.sheet.text(cell.value)).filter(|text| !text.is_empty()).collect();
    let own = texts.iter().find_map(|text| lexicon.form_named(text)).or_else(|| lexicon.form_named(&view.sheet.name));
    let Some(form) = own else {
        let other = texts.iter().find_map(|text| lexicon.other_form_named(text));
        return (header, other.map_or(Title::None, Title::Other));
    };
    if form != header.fit.form {
        let other = fits(lexicon, plan, &header.headings).iter().find(|fit| fit.form == form).cloned();
        match other {
            Some(fit) if fit.recognised || (!header.fit.recognised && fit.bound >= least_titled(plan, form)) => {
                header.fit = fit
            }
            _ => return (header, Title::None),
        }
    }
    (header, Title::Own)
}

/// A table below its title is that form from so many columns on.
fn least_titled(plan: &Plan, form: u16) -> usize {
    let fields = plan.forms.get(usize::from(form)).map_or(0, |form| form.fields.len());
    fields.div_ceil(2).clamp(2, 3)
}

/// Whether at least half of the columns are there, or of those that must be: less is a list of something else under the
/// same title.
fn has_half(lexicon: &Lexicon<'_>, plan: &Plan, fit: &FormFit) -> bool {
    let fields = plan.forms.get(usize::from(fit.form)).map_or(0, |form| form.fields.len());
    let must = lexicon.forms.get(usize::from(fit.form)).map_or(&[][..], |form| form.column_required.as_slice());
    let required = must.iter().filter(|required| **required).count();
    required.saturating_sub(fit.missing.len()) * 2 >= required || fit.bound * 2 >= fields
}

/// What came nearest. The best fit is the form that lacks least, which favours short forms; what a sheet was meant to be
/// is told by what it has.
fn near_miss(view: &View<'_>, lexicon: &Lexicon<'_>, plan: &Plan, header: HeaderBlock) -> NearHeader {
    let HeaderBlock { rows, headings, fit, beside: _, other: _ } = header;
    let fits = fits(lexicon, plan, &headings);
    let nearest = fits.iter().reduce(|best, fit| if fit.bound > best.bound { fit } else { best });
    let fit = nearest.cloned().unwrap_or(fit);
    let unbound = headings.iter().filter(|heading| !fit.columns.contains(&Some(heading.col)));
    NearHeader {
        form: fit.form,
        bound: fit.bound,
        row: view.rows.get(rows.1).map_or(0, |row| row.row),
        extra: unbound.map(|heading| (heading.col, heading.text.clone())).collect(),
        missing: fit.missing,
    }
}

/// Whether at least two cells of a row are header words.
fn promising(view: &View<'_>, lexicon: &Lexicon<'_>, i: usize) -> bool {
    let mut hits = 0;
    for cell in view.cells(i) {
        hits += usize::from(is_header_word(view, lexicon, cell));
        if hits >= 2 {
            return true;
        }
    }
    false
}

/// Whether a cell is a header word of a form.
#[inline]
pub fn is_header_word(view: &View<'_>, lexicon: &Lexicon<'_>, cell: &RawCell) -> bool {
    view.is(Asked::HeaderWord, cell.value, |text| names_field(lexicon, text))
}

/// Whether a text is a header word of a form, but for remarks in brackets.
fn names_field(lexicon: &Lexicon<'_>, text: &str) -> bool {
    if text.is_empty() || !lexicon.may_be_header(text) {
        return false;
    }
    let key = header_key(text);
    !lexicon.fields(&key).is_empty()
        || crate::text::names::without_brackets(&key).is_some_and(|bare| !lexicon.fields(&bare).is_empty())
}

/// The best form over any block of up to four adjacent rows that includes row `i`, and none before `free`.
fn best_block(view: &View<'_>, lexicon: &Lexicon<'_>, plan: &Plan, free: usize, i: usize) -> Option<HeaderBlock> {
    let rows = rows_around(view, lexicon, free, i);
    lexicon.known_blocks.of(view, rows, || lay_out(view, lexicon, plan, rows))
}

/// As [`best_block`], by laying out all blocks. It looks at nothing of the sheet but these rows and the merges that reach
/// into them: by that [`super::known_blocks`] knows one again.
fn lay_out(view: &View<'_>, lexicon: &Lexicon<'_>, plan: &Plan, rows: BlockRows) -> Option<HeaderBlock> {
    let (words, i) = (HeaderWords::of(view, rows), rows.at);
    let speaking: Vec<bool> = (rows.top..i).map(|row| speaks_of_columns(view, lexicon, row)).collect();
    let mut best: Option<(HeaderBlock, usize)> = None;
    let mut tables: (i32, Vec<(u16, u16)>) = (0, Vec::new());
    for depth in 1..=DEPTH {
        for top in (i + 1).saturating_sub(depth).max(rows.top)..=i {
            let bottom = top + depth - 1;
            if bottom > rows.bottom || !adjacent(view, top, bottom) || view.meter.is_over() {
                continue;
            }
            // Titles and covers over a header only hide words of the shorter block below them.
            if top < i && speaking.get(top - rows.top) == Some(&false) {
                continue;
            }
            // Four rows of headers hold no figure; a record beside a lower table's header does.
            if depth == DEPTH && !(top..=bottom).all(|row| is_words(view, row)) {
                continue;
            }
            // Under a row that names no field, a block only hides words of the shorter one above it.
            if bottom > i && !names_columns(view, lexicon, bottom) {
                continue;
            }
            // Without the row below, nothing tells the columns of a merged header apart.
            if bottom < rows.bottom && depth < DEPTH && divides_columns(view, lexicon, bottom + 1) {
                continue;
            }
            let headings = words.headings(view, top, bottom);
            let fits = fits(lexicon, plan, &headings);
            let Some(fit) = fits.first() else { continue };
            if let Some(side) = beside(lexicon, plan, &headings, fit)
                && side.0 > tables.0
            {
                tables = side;
            }
            // Under parents that say nothing to anyone the words of the form are headers all the same, and not data.
            let words = headings.iter().filter(|heading| is_word_of(lexicon, heading, fit.form)).count();
            let better = best.as_ref().is_none_or(|(best, known)| {
                (fit.recognised, fit.score, words) > (best.fit.recognised, best.fit.score, *known)
            });
            if better {
                let (rows, fit) = ((top, bottom), fit.clone());
                let headings = headings.into();
                best = Some((HeaderBlock { rows, headings, fit, other: None, beside: Vec::new() }, words));
            }
        }
    }
    best.map(|(best, _)| HeaderBlock { beside: tables.1, ..best })
}

/// Whether a heading's own word is a header of a form.
fn is_word_of(lexicon: &Lexicon<'_>, heading: &ColumnHeader, form: u16) -> bool {
    heading.path.last().is_some_and(|leaf| lexicon.fields(leaf).iter().any(|entry| entry.form == form))
}

fn is_words(view: &View<'_>, i: usize) -> bool {
    view.telling(i).all(|cell| matches!(cell.value, RawValue::Text { .. }))
}

/// The rows that a block around row `at` may be made of, none before `free` among them.
fn rows_around(view: &View<'_>, lexicon: &Lexicon<'_>, free: usize, at: usize) -> BlockRows {
    let lowest = (at + 1).saturating_sub(DEPTH).max(free);
    let top = (lowest..at).find(|row| speaks_of_columns(view, lexicon, *row));
    let below = at + 1..(at + DEPTH).min(view.rows.len());
    let bottom = below.rev().find(|row| names_columns(view, lexicon, *row));
    BlockRows { top: top.unwrap_or(at), at, bottom: bottom.unwrap_or(at) }
}

/// Whether a row has a word that may say something of a column.
fn speaks_of_columns(view: &View<'_>, lexicon: &Lexicon<'_>, i: usize) -> bool {
    let says = |text: &str| lexicon.known_speaking.of(text, || speaks(lexicon, &header_key(text), text));
    view.telling(i).any(|cell| view.is(Asked::Speaks, cell.value, says))
}

/// Whether a row has a word that means a column, alone or with what stands above it.
fn names_columns(view: &View<'_>, lexicon: &Lexicon<'_>, i: usize) -> bool {
    let is_word = |text: &str| {
        lexicon.may_mean_column(text) && {
            let key = header_key(text);
            !lexicon.fields(&key).is_empty() || key.contains('(') || key.starts_with("其中") || is_total_of_parent(&key)
        }
    };
    view.telling(i).any(|cell| view.is(Asked::Column, cell.value, is_word)) || divides_columns(view, lexicon, i)
}

/// Whether a row holds nothing but words right below header words merged over several columns, which it tells apart:
/// 目标 and 实际 under 参赛职工.
fn divides_columns(view: &View<'_>, lexicon: &Lexicon<'_>, i: usize) -> bool {
    let wide = |cell: &RawCell| {
        let above = CellRef { row: cell.at.row.checked_sub(1)?, col: cell.at.col };
        let merge = view.merge_over(above).filter(|merge| merge.first.col < merge.last.col)?;
        let word = view.value(merge.first).map(|value| header_key(view.sheet.text(value)))?;
        matches!(cell.value, RawValue::Text { .. }).then_some(!lexicon.fields(&word).is_empty())
    };
    if !view.has_merges() {
        return false;
    }
    let mut cells = view.telling(i).map(wide).peekable();
    cells.peek().is_some() && cells.try_fold(false, |any, names| names.map(|names| any || names)) == Some(true)
}

fn adjacent(view: &View<'_>, top: usize, bottom: usize) -> bool {
    view.rows.get(top..=bottom).is_some_and(|rows| rows.windows(2).all(|pair| pair[0].row + 1 == pair[1].row))
}

/// The text cells of rows that may be a header, with their keys made once.
struct HeaderWords<'a> {
    cells: Vec<(CellRef, String, &'a str)>,
    /// Whether the sheet has merges at all; csv and plain exports have none.
    merged: bool,
}

impl<'a> HeaderWords<'a> {
    fn of(view: &View<'a>, rows: BlockRows) -> HeaderWords<'a> {
        let cells = (rows.top..=rows.bottom).flat_map(|row| view.telling(row));
        let texts = cells.filter(|cell| matches!(cell.value, RawValue::Text { .. }));
        let cells = texts.map(|cell| (cell.at, header_key(view.sheet.text(cell.value)), view.sheet.text(cell.value)));
        HeaderWords { cells: cells.collect(), merged: view.has_merges() }
    }

    fn at(&self, at: CellRef) -> Option<&(CellRef, String, &'a str)> {
        self.cells.binary_search_by_key(&at, |(at, ..)| *at).ok().and_then(|found| self.cells.get(found))
    }

    /// One heading per column in which the block writes anything.
    fn headings(&self, view: &View<'_>, top: usize, bottom: usize) -> Vec<ColumnHeader> {
        let (Some(first), Some(last)) = (view.rows.get(top), view.rows.get(bottom)) else { return Vec::new() };
        let (first, last) = (first.row, last.row);
        let mut cols: Vec<u16> =
            self.cells.iter().filter(|(at, ..)| (first..=last).contains(&at.row)).map(|(at, ..)| at.col).collect();
        cols.sort_unstable();
        cols.dedup();
        let mut paths: Vec<Vec<&(CellRef, String, &str)>> = vec![Vec::with_capacity(DEPTH); cols.len()];
        for row in first..=last {
            let parents = self.parents(view, row, (first, last), &cols);
            for (path, word) in paths.iter_mut().zip(parents) {
                if let Some(word) = word
                    && !path.iter().any(|known| known.0 == word.0)
                {
                    path.push(word);
                }
            }
        }
        let headings = cols.iter().zip(paths).filter_map(|(&col, path)| {
            let (.., text) = path.last()?;
            // The nearest parent stands in another column, and no merge reaches over this one.
            let parent = path.len().checked_sub(2).and_then(|at| path.get(at));
            let spread = parent.is_some_and(|(at, ..)| at.col != col && view.merge_over(*at).is_none());
            let path = path.iter().map(|(_, key, _)| key.clone()).collect();
            Some(ColumnHeader { col, text: tidy(text).into_owned(), path, spread })
        });
        headings.collect()
    }

    /// What one header row says over each column: its own cell; else the word of a merge over it; else, where nothing is
    /// merged, the word to the left that has children of its own. In one pass, since a row may have 16,384 columns.
    fn parents(
        &self,
        view: &View<'_>,
        row: u32,
        (first, last): (u32, u32),
        cols: &[u16],
    ) -> Vec<Option<&(CellRef, String, &'a str)>> {
        let mut left: Option<&(CellRef, String, &'a str)> = None;
        let over = |col: u16| {
            let at = CellRef { row, col };
            let own = self.at(at);
            let merge = (self.merged && own.is_none()).then(|| view.merge_over(at)).flatten();
            let has_child = (row + 1..=last).any(|row| self.at(CellRef { row, col }).is_some());
            // A parent that the sheet merged ends where its merge ends.
            let open = |word: &&(CellRef, String, &str)| !self.merged || view.merge_over(word.0).is_none();
            let word = match (own, merge) {
                (Some(word), _) => Some(word),
                (None, Some(merge)) if merge.first.row >= first => self.at(merge.first),
                (None, Some(_)) => None,
                (None, None) => left.filter(|_| has_child).filter(open),
            };
            left = own.or(left).filter(|_| has_child);
            word
        };
        cols.iter().copied().map(over).collect()
    }
}
