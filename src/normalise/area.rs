//! A sheet in, its areas out: parts that can be read as if each were a sheet with its tables one below the other.
//!
//! Most sheets are one area. One is cut where tables stand side by side (into *lanes*, from the title of the first to
//! the end of the last, or to the title of a table across all lanes), and turned where its form is filled in across:
//! fields down the first columns, a record a column.
//!
//! **Accounting.** A line is what a record takes: a row, in a turned area a column. Every occupied cell of a sheet is in
//! exactly one area, and every occupied line of an area is in exactly one class of one account. So the accounts of an
//! uncut sheet add up to its occupied rows; where tables stand side by side, a row is counted once for each table that
//! has something in it, because each of them has a record or a note or a total of its own there; and in a turned area
//! the columns are counted, together with the rows above and below the form. Data lines are records everywhere, which
//! is what `validate::accounting` proves against the tables.

use super::cards::{self, CardSheet};
use super::header_block::HeaderBlock;
use super::layout::{self, NearHeader};
use super::lexicon::Lexicon;
use super::rows::frame_above;
use super::view::View;
use crate::definition::{Field, FieldType, Plan};
use crate::model::cell::{CellRef, RawValue};
use std::collections::HashSet;

/// A part of a sheet with its header blocks; never empty of them, but for a sheet without a form.
pub struct Area<'a> {
    pub view: View<'a>,
    pub headers: Vec<HeaderBlock>,
    /// The rows above and below a form that is filled in across, as they stand.
    pub around: Option<View<'a>>,
}

/// A form filled in across is no larger than this many cells; a sheet that is, is not tried.
const LARGEST_TURNED: usize = 50_000;

/// Areas of a sheet; a sheet without a form is one area without headers, with its nearest miss.
pub fn areas<'a>(sheet: View<'a>, lexicon: &Lexicon<'_>, plan: &Plan) -> (Vec<Area<'a>>, Option<NearHeader>) {
    if let Some(area) = card(&sheet, lexicon, plan) {
        return (vec![area], None);
    }
    let (headers, near) = layout::headers(&sheet, lexicon, plan);
    if headers.is_empty() {
        return match across(&sheet, lexicon, plan) {
            Some(areas) => (areas, near),
            None => (vec![Area { view: sheet, headers, around: None }], near),
        };
    }
    if let Some((first, last)) = stack(&sheet, &headers, lexicon)
        && let Some(mut areas) = across(&sheet.part(sheet.cols, |at| (first..=last).contains(&at.row)), lexicon, plan)
    {
        let rest = sheet.part(sheet.cols, |at| !(first..=last).contains(&at.row));
        let (others, near) = self::areas(rest, lexicon, plan);
        areas.splice(0..0, others);
        return (areas, near);
    }
    match cut(&sheet, &headers, lexicon, plan) {
        Some(areas) => (areas, near),
        None => (vec![Area { view: sheet, headers, around: None }], near),
    }
}

/// The area of a sheet that is a card, or several of one form below one another, laid out as a list; one without headers
/// where nobody can tell what belongs to what.
fn card<'a>(sheet: &View<'a>, lexicon: &Lexicon<'_>, plan: &Plan) -> Option<Area<'a>> {
    let whole = || sheet.part(sheet.cols, |_| true);
    let cards = match cards::cards(sheet, lexicon, plan)? {
        CardSheet::Cards(cards) => cards,
        CardSheet::Unclear => return Some(Area { view: whole(), headers: Vec::new(), around: None }),
    };
    let view = sheet.laid_out(cards.first, &cards.lines);
    let (headers, _) = layout::headers(&view, lexicon, plan);
    if headers.len() != 1 || headers.iter().any(|header| usize::from(header.fit.form) != cards.form) {
        return None;
    }
    let used: HashSet<CellRef> = cards.lines.iter().flatten().flatten().map(|cell| cell.at).collect();
    let around = Some(sheet.part(sheet.cols, |at| !used.contains(&at)));
    Some(Area { view, headers, around })
}

/// A form that is filled in across has at least so many fields.
const SHORTEST_STACK: usize = 5;

/// First and last row of header words that stand one below the other at the left of their rows, above or below a table
/// of the usual kind: a second form, filled in across.
fn stack(sheet: &View<'_>, headers: &[HeaderBlock], lexicon: &Lexicon<'_>) -> Option<(u32, u32)> {
    // A parent may stand before the word; a record's own first cells are none.
    let leads =
        |i: usize| sheet.telling(i).take(2).find(|cell| layout::is_header_word(sheet, lexicon, cell)).map(|c| c.at.col);
    let mut run: Vec<(u16, u32)> = Vec::new();
    let mut best: Option<(usize, u32, u32)> = None;
    let mut gap = 0;
    for i in 0..sheet.rows.len() {
        // Blocks stand top to bottom: the last that begins here or above is the only one that can hold the row.
        let next = headers.partition_point(|header| header.rows.0 <= i);
        let in_header = next.checked_sub(1).and_then(|at| headers.get(at)).is_some_and(|header| i <= header.rows.1);
        let lead = if in_header { None } else { leads(i) };
        match lead {
            Some(col) if run.last().is_none_or(|(known, _)| *known == col) => {
                run.push((col, sheet.rows.get(i)?.row));
                gap = 0;
            }
            None if !in_header && gap == 0 && !run.is_empty() => gap = 1,
            _ => {
                run.clear();
                gap = 0;
            }
        }
        if let (Some(first), Some(last)) = (run.first(), run.last())
            && run.len() >= SHORTEST_STACK
            && best.is_none_or(|(most, ..)| run.len() > most)
        {
            best = Some((run.len(), first.1, last.1));
        }
    }
    best.map(|(_, first, last)| (first, last))
}

/// Rows that share their lanes: from one position in [`View::rows`] on, with the columns that the tables bind.
struct Lanes {
    from: usize,
    lanes: Vec<(u16, u16)>,
}

/// Cuts a view whose tables do not simply follow one another downwards; `None` for one that needs no cut.
fn cut<'a>(view: &View<'a>, headers: &[HeaderBlock], lexicon: &Lexicon<'_>, plan: &Plan) -> Option<Vec<Area<'a>>> {
    if let [only] = headers
        && only.beside.is_empty()
    {
        return None;
    }
    let bands = bands(view, headers, lexicon);
    if bands.iter().all(|band| band.lanes.len() < 2) {
        return None;
    }
    let mut areas = Vec::new();
    for (at, band) in bands.iter().enumerate() {
        let row = |i: usize| view.rows.get(i).map_or(u32::MAX, |row| row.row);
        // What stands above the first header belongs to the first band.
        let from = if at == 0 { 0 } else { row(band.from) };
        let to = bands.get(at + 1).map_or(u32::MAX, |next| row(next.from));
        for cols in lanes(view, band, from, to) {
            let part = view.part(cols, |at: CellRef| {
                (cols.0..=cols.1).contains(&at.col) && at.row >= from && (at.row < to || to == u32::MAX)
            });
            let (headers, _) = layout::headers(&part, lexicon, plan);
            // A lane that is no table by itself was none: better one table with unknown columns than lost rows.
            if headers.is_empty() && part.len() > 0 {
                return None;
            }
            areas.push(Area { view: part, headers, around: None });
        }
    }
    Some(areas)
}

fn bands(view: &View<'_>, headers: &[HeaderBlock], lexicon: &Lexicon<'_>) -> Vec<Lanes> {
    let mut bands: Vec<Lanes> = Vec::new();
    let mut below = 0;
    for header in headers {
        let spans = header.spans();
        let meets = |lane: &(u16, u16), span: &(u16, u16)| lane.0 <= span.1 && span.0 <= lane.1;
        let fits = |band: &&mut Lanes| {
            spans.iter().all(|span| band.lanes.iter().filter(|lane| meets(lane, span)).count() < 2)
                && band.lanes.iter().all(|lane| spans.iter().filter(|span| meets(lane, span)).count() < 2)
        };
        match bands.last_mut().filter(fits) {
            Some(band) => {
                for span in spans {
                    match band.lanes.iter_mut().find(|lane| meets(lane, &span)) {
                        Some(lane) => *lane = (lane.0.min(span.0), lane.1.max(span.1)),
                        None => band.lanes.push(span),
                    }
                }
                band.lanes.sort_unstable();
            }
            None => bands.push(Lanes { from: frame_above(view, lexicon, below, header.rows.0), lanes: spans }),
        }
        below = header.rows.1 + 1;
    }
    bands
}

/// The columns of each lane: they leave none out, and part at the first blank column between two tables, else right
/// before the later one.
fn lanes(view: &View<'_>, band: &Lanes, from: u32, to: u32) -> Vec<(u16, u16)> {
    let mut occupied = vec![false; usize::from(band.lanes.last().map_or(0, |lane| lane.1)) + 1];
    for (i, _) in view.rows.iter().enumerate().filter(|(_, row)| row.row >= from && row.row < to) {
        for cell in view.telling(i) {
            if let Some(taken) = occupied.get_mut(usize::from(cell.at.col)) {
                *taken = true;
            }
        }
    }
    let mut lanes = Vec::with_capacity(band.lanes.len());
    let mut first = view.cols.0;
    for pair in band.lanes.windows(2) {
        let (left, right) = (pair[0], pair[1]);
        let gap = (left.1 + 1..right.0).find(|col| occupied.get(usize::from(*col)) == Some(&false));
        let next = gap.unwrap_or(right.0);
        lanes.push((first, next - 1));
        first = next;
    }
    lanes.push((first, view.cols.1));
    lanes
}

/// The areas of a sheet whose form is filled in across; `None` where turning it finds no form either.
fn across<'a>(sheet: &View<'a>, lexicon: &Lexicon<'_>, plan: &Plan) -> Option<Vec<Area<'a>>> {
    if plan.words.sheets.explains(&sheet.sheet.name) || sheet.len() > LARGEST_TURNED {
        return None;
    }
    let turned = sheet.turn()?;
    let (headers, _) = layout::headers(&turned, lexicon, plan);
    let spans = || headers.iter().flat_map(HeaderBlock::spans);
    let first = u32::from(spans().map(|span| span.0).min()?);
    let last = u32::from(spans().map(|span| span.1).max()?);
    let inside = |at: CellRef| (first..=last).contains(&at.row);
    let form = sheet.part(sheet.cols, inside).turn()?;
    let (headers, _) = layout::headers(&form, lexicon, plan);
    if headers.is_empty() || !is_filled_in(&form, &headers, plan) {
        return None;
    }
    let mut areas = match cut(&form, &headers, lexicon, plan) {
        Some(areas) => areas,
        None => vec![Area { view: form, headers, around: None }],
    };
    areas.first_mut()?.around = Some(sheet.part(sheet.cols, |at| !inside(at)));
    Some(areas)
}

/// Whether what stands beside the fields are records and not explanations of the fields: of the figures and dates that
/// the form asks for, at least half can be read. A form with nothing filled in passes.
fn is_filled_in(view: &View<'_>, headers: &[HeaderBlock], plan: &Plan) -> bool {
    let (mut read, mut written) = (0usize, 0usize);
    for header in headers {
        let fields = plan.forms.get(usize::from(header.fit.form)).map_or(&[][..], |form| form.fields.as_slice());
        let exact = |field: &Field| {
            matches!(
                field.ty,
                FieldType::Integer
                    | FieldType::Number
                    | FieldType::Percent
                    | FieldType::Date
                    | FieldType::Month
                    | FieldType::DateOrMonth
                    | FieldType::Score { .. }
            )
        };
        let bound = fields.iter().zip(&header.fit.columns).filter(|(field, _)| exact(field) && !field.ordinal);
        let asked: Vec<(u16, &Field)> = bound.filter_map(|(field, col)| Some(((*col)?, field))).collect();
        for i in header.rows.1 + 1..view.rows.len() {
            for cell in view.telling(i) {
                let Some((_, field)) = asked.iter().find(|(col, _)| *col == cell.at.col) else { continue };
                written += 1;
                read += usize::from(reads(view, field, cell.value));
            }
        }
    }
    read * 2 >= written
}

fn reads(view: &View<'_>, field: &Field, value: RawValue) -> bool {
    match value {
        RawValue::Text { .. } => {
            let text = view.sheet.text(value).trim();
            matches!(&field.ty, FieldType::Score { bands } if bands.iter().any(|band| band.word == text))
                || text == "无"
                || crate::text::numbers::read(text).is_ok()
                || !matches!(crate::text::dates::read(text), crate::text::dates::DateReading::NotADate)
        }
        RawValue::Number(_) | RawValue::Percent(_) | RawValue::DateSerial(_) => true,
        _ => false,
    }
}
