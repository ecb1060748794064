//! One table's data rows in, typed columns out; what stands empty under a merge or says 同上 is filled from above.

use super::column_cells::{self, ColumnCells};
use super::cover::SaidMeasure;
use super::desk::{CellValue, Desk, FILL, FieldCell, MEND, expects};
use super::figures::column_factor;
use super::fill::empty;
use super::lexicon::{FormIndex, fills_down};
use super::rows::SheetTable;
use super::seen::CellSight;
use super::table_field::TableField;
use super::table_rows::SectionHeading;
use crate::definition::{Field, FieldType, Form};
use crate::model::cell::{CellRef, RawValue};
use crate::model::codes::{AmendmentRule, FindingCode};
use crate::model::table::Origin;
use crate::model::{Column, FormTable, Severity};
use crate::text::names::tidy;
use std::ops::Range;

/// Converts the data rows of one table.
pub fn convert(
    desk: &mut Desk<'_, '_>,
    form: &Form,
    index: &FormIndex,
    table: &SheetTable,
    measures: &[SaidMeasure],
) -> FormTable {
    let rows = &table.rows.data;
    let mut bound = bind(desk, form, index, table, measures);
    let mut out = out_of(table, index, rows.len());
    let id_field = form.fields.iter().position(|field| field.ty == FieldType::IdNumber);
    let id_col = id_field.and_then(|field| bound.get(field)?.col);
    let waits: Vec<usize> = bound.iter().enumerate().filter(|(_, bound)| bound.waits).map(|(at, _)| at).collect();
    let has_rates = bound.iter().any(|bound| bound.over.is_some());
    let width = bound.iter().filter_map(|bound| bound.col).max().map_or(0, |col| usize::from(col) + 1);
    let mut cells = ColumnCells::new(width);
    let mut left: Vec<usize> = Vec::new();
    let mut headings = table.rows.headings.iter().peekable();
    let mut over: Vec<&SectionHeading> = Vec::new();
    let (mut waiting, mut before): (Vec<CellValue<'_>>, Vec<CellValue<'_>>) = (Vec::new(), Vec::new());
    desk.columns = table.header.fit.columns.iter().flatten().copied().collect();
    desk.columns.sort_unstable();
    for block in rows.chunks(column_cells::ROWS) {
        cells.read(desk.view, block);
        let merged = cells.rows().first().is_some_and(|row| desk.view.has_merges_from(*row));
        let plain_block = desk.view.sheet.sights.is_empty() && table.rows.headings.is_empty() && !merged;
        let all = 0..cells.rows().len();
        left.clear();
        for (at, bound) in bound.iter_mut().enumerate() {
            bound.ahead = 0;
            // Whether there is a rate is told row by row.
            if plain_block && bound.over.is_none() {
                put_ahead(desk, bound, &cells, all.clone(), &mut out.columns);
            }
            if bound.ahead < all.end {
                left.push(at);
            }
        }
        for (nth, &row) in cells.rows().iter().enumerate() {
            while let Some((_, heading)) = headings.next_if(|(before, _)| *before <= out.origins.len()) {
                over.retain(|higher| higher.level < heading.level);
                over.push(heading);
            }
            if desk.view.meter.said(desk.sink.findings.len(), desk.sink.amendments.len()) {
                // Thrown away, and no column may be longer than another.
                return out_of(table, index, 0);
            }
            out.origins.push(Origin { source: desk.sink.source, sheet: desk.view.index, row, cols: desk.view.cols });
            desk.birth = id_col.and_then(|col| birth(desk, CellRef { row, col }));
            std::mem::swap(&mut waiting, &mut before);
            waiting.clear();
            if has_rates {
                tell_rates(desk, &mut bound, &cells, nth);
            }
            let mut dittos = false;
            let plain_row = desk.view.sheet.sights.is_empty() && over.is_empty() && !desk.view.has_merges_from(row);
            for &at in &left {
                let Some(bound) = bound.get_mut(at).filter(|bound| bound.ahead <= nth) else { continue };
                let to = if plain_block && bound.over.is_none() { all.end } else { nth + 1 };
                if plain_row && !bound.waits && put_ahead(desk, bound, &cells, nth..to, &mut out.columns) {
                    continue;
                }
                let raw = bound.col.and_then(|col| cells.at(nth, col));
                bound.again = None;
                let value = match over.iter().rev().find_map(|heading| heading.word_for(at)) {
                    Some((word, above)) => under_heading(desk, bound, raw, row, (word, above)),
                    None => one(desk, bound, raw, row),
                };
                dittos |= bound.ditto;
                match bound.waits {
                    true => waiting.push(value),
                    false => bound.put(&value, &mut out.columns),
                }
            }
            let twice = dittos.then(|| named_by_ditto(desk, &bound, index, &waiting, &before, row)).flatten();
            for (at, value) in waits.iter().zip(&waiting) {
                let Some(bound) = bound.get_mut(*at) else { continue };
                bound.put(if twice == Some(*at) { &CellValue::Nothing } else { value }, &mut out.columns);
            }
        }
    }
    out
}

/// A table of nothing yet, with room for so many rows.
fn out_of(table: &SheetTable, index: &FormIndex, rows: usize) -> FormTable {
    FormTable {
        form: table.header.fit.form,
        origins: Vec::with_capacity(rows),
        columns: index.columns.iter().map(|column| empty(column.ty, rows)).collect(),
    }
}

/// Puts the values of some rows, down to the first cell that needs a word; whether there were any.
fn put_ahead<'f, 'd: 'f>(
    desk: &Desk<'d, '_>,
    bound: &mut TableField<'f>,
    cells: &ColumnCells,
    rows: Range<usize>,
    columns: &mut [Column],
) -> bool {
    let from = rows.start;
    let here = bound.col.and_then(|col| Some((cells.rows().get(rows.clone())?, cells.of(col).get(rows)?)));
    bound.ahead = from + here.map_or(0, |(rows, here)| bound.put_plain(desk, rows, here, columns));
    bound.ahead > from
}

/// The form's fields as this table has them.
fn bind<'f>(
    desk: &Desk<'_, '_>,
    form: &'f Form,
    index: &FormIndex,
    table: &SheetTable,
    measures: &[SaidMeasure],
) -> Vec<TableField<'f>> {
    let words = &desk.frame.plan.words.headers;
    let heading = |col: u16| table.header.headings.iter().find(|heading| heading.col == col);
    let fields = form.fields.iter().zip(&table.header.fit.columns).enumerate();
    let bound = fields.map(|(at, (field, col))| {
        let header = col.and_then(heading).map_or("", |heading| &heading.text);
        let mut bound = TableField::of(field);
        bound.col = *col;
        bound.column = index.columns.iter().position(|column| column.field == at).unwrap_or(usize::MAX);
        bound.factor = column_factor(words, measures, header, field);
        bound.names = index.in_key.get(at) == Some(&true);
        bound.carries = index.carries.get(at) == Some(&true);
        bound.tells = form.key.contains(&at);
        bound.waits = bound.tells || index.own.get(at) == Some(&true);
        bound.over = index.over.get(at).copied().flatten();
        bound.remembers = fills_down(&field.ty) && !field.ordinal;
        bound
    });
    bound.collect()
}

fn one<'v, 'd, 'a>(
    desk: &mut Desk<'d, 'a>,
    bound: &mut TableField<'v>,
    raw: Option<RawValue>,
    row: u32,
) -> CellValue<'v>
where
    'd: 'v,
    'a: 'v,
{
    let field = bound.field;
    bound.ditto = false;
    let Some(col) = bound.col else { return absent(desk, field) };
    let at = CellRef { row, col };
    let (factor, factor_by) = bound.factor;
    // Whether a cell is seen otherwise than it is stored is the cell's own.
    let plain = desk.view.sheet.sights.is_empty() && !bound.no_rate;
    // A third of all cells: nothing stands there, and nothing of another cell could.
    if plain && raw.is_none() && (!field.required || field.ordinal) && desk.view.merge_over(at).is_none() {
        bound.above = None;
        return CellValue::Nothing;
    }
    if let Some(value) = raw.filter(|_| plain)
        && let Some(read) = bound.known(value)
    {
        bound.above = Some((at, value));
        return read;
    }
    if let Some(value) = raw.filter(|_| plain)
        && let Some(word) = desk.unquestioned_word(field, value)
    {
        bound.above = Some((at, value));
        let read = CellValue::Text(word.into());
        bound.remember(value, &read);
        return read;
    }
    if let Some(value) = raw.filter(|_| plain && factor == 1.0)
        && let Some(read) = desk.unquestioned(field, value)
        && desk.view.merge_over(at).is_none()
    {
        bound.above = Some((at, value));
        return read;
    }
    let cell = FieldCell { field, at, factor, factor_by, names: bound.names, carries: bound.carries, filled: None };
    let ditto = raw.is_some_and(|value| {
        let text = desk.view.sheet.text(value);
        !text.is_empty() && text.len() <= 30 && desk.lexicon.rows.is_ditto(text)
    });
    if let Some(value) = raw
        && let Some(read) = seen_otherwise(desk, bound, cell, value)
    {
        return read;
    }
    let blank = raw.is_none_or(|value| desk.view.is_blank(value));
    if bound.no_rate
        && let Some(words) = raw.filter(|_| !blank).map(|value| desk.view.sheet.text(value))
        && desk.lexicon.rows.is_no_rate(words)
    {
        desk.amend(cell, AmendmentRule::MarkForNone, words, "");
        return CellValue::Nothing;
    }
    if refers_left(desk, cell, raw) || shares_cell(desk, cell, blank) {
        return CellValue::Nothing;
    }
    let covered = blank
        .then(|| desk.view.merge_over(at))
        .flatten()
        .filter(|merge| merge.first.row < row && merge.first.col == col);
    if !ditto && covered.is_none() {
        bound.above = raw.filter(|_| !blank).map(|value| (at, value));
        let said = (desk.sink.findings.len(), desk.sink.amendments.len());
        let read = desk.read(cell, raw);
        if let Some(value) = raw.filter(|_| plain && !blank)
            && said == (desk.sink.findings.len(), desk.sink.amendments.len())
        {
            bound.remember(value, &read);
        }
        return read;
    }
    if field.ordinal {
        return CellValue::Nothing;
    }
    let shown = raw.filter(|_| ditto).map_or(String::new(), |value| tidy(desk.view.sheet.text(value)).into_owned());
    if !fills_down(&field.ty) {
        return no_filling(desk, cell, &shown);
    }
    // A merge names its own source; 同上 takes the row above.
    let source = match covered {
        Some(merge) => desk.view.value(merge.first).map(|value| (merge.first, value)),
        None => bound.above,
    };
    let Some((_, value)) = source.filter(|(_, value)| !desk.view.is_blank(*value)) else {
        if ditto {
            let found = format!("“{}”填的“{shown}”，上一行没有可用的内容", field.name);
            desk.find(cell, FindingCode::DittoWithoutSource, Severity::Block, found, expects(field), FILL);
            return CellValue::Nothing;
        }
        return desk.read(cell, None);
    };
    bound.above = source;
    bound.ditto = ditto;
    let rule = if ditto { AmendmentRule::Ditto } else { AmendmentRule::MergedDown };
    desk.read(FieldCell { filled: Some((rule, &shown)), ..cell }, Some(value)).into_owned()
}

/// Notes for each rate of a row whether what it is over is 0.
fn tell_rates(desk: &Desk<'_, '_>, bound: &mut [TableField<'_>], cells: &ColumnCells, nth: usize) {
    for at in 0..bound.len() {
        let Some(over) = bound.get(at).and_then(|rate| rate.over) else { continue };
        let col = bound.get(over).and_then(|field| field.col);
        let zero = col.and_then(|col| cells.at(nth, col)).is_some_and(|value| match value {
            RawValue::Number(number) => number == 0.0,
            value @ RawValue::Text { .. } => {
                crate::text::numbers::read(desk.view.sheet.text(value)).is_ok_and(|figure| figure.value == 0.0)
            }
            _ => false,
        });
        if let Some(rate) = bound.get_mut(at) {
            rate.no_rate = zero;
        }
    }
}

/// The field of a record's own name that says 同上, where the record would be the one above: 同上 tells what two records
/// share, and no record shares all that tells it.
fn named_by_ditto(
    desk: &mut Desk<'_, '_>,
    bound: &[TableField<'_>],
    index: &FormIndex,
    record: &[CellValue<'_>],
    before: &[CellValue<'_>],
    row: u32,
) -> Option<usize> {
    let own = |(at, bound): &(usize, &TableField<'_>)| bound.ditto && index.own.get(*at) == Some(&true);
    let (at, named) = bound.iter().enumerate().rfind(own)?;
    let waits = bound.iter().filter(|bound| bound.waits);
    let mut tell = waits.zip(record).zip(before).filter(|((bound, _), _)| bound.tells).peekable();
    // Without a key nothing says that it is one record.
    if before.len() != record.len() || tell.peek().is_none() || !tell.all(|((_, value), above)| value == above) {
        return None;
    }
    let (field, factor_by) = (named.field, AmendmentRule::UnitInHeader);
    let at_cell = CellRef { row, col: named.col? };
    let cell = FieldCell { field, at: at_cell, factor: 1.0, factor_by, names: true, carries: false, filled: None };
    let found = format!("“{}”填的是同上，与上一行成了同一条记录", field.name);
    desk.find(cell, FindingCode::DittoInName, Severity::Block, found, "写明这一条自己的名称".to_owned(), FILL);
    Some(at)
}

/// A cell that a person sees otherwise than it is stored.
fn seen_otherwise<'v, 'd, 'a>(
    desk: &mut Desk<'d, 'a>,
    bound: &mut TableField<'v>,
    cell: FieldCell<'v>,
    value: RawValue,
) -> Option<CellValue<'v>>
where
    'd: 'v,
    'a: 'v,
{
    let sheet = desk.view.sheet;
    if sheet.sights.is_empty() {
        return None;
    }
    let sights = sheet.sights_at(desk.view.physical(cell.at));
    if sights.is_empty() {
        return None;
    }
    bound.above = Some((cell.at, value));
    Some(match desk.seen(cell, value, sights) {
        CellSight::Stored(stored) => desk.read(cell, stored),
        CellSight::Words(words) => desk.as_shown(cell, value, words),
    })
}

/// 同左 names no value that could be taken over.
fn refers_left(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, raw: Option<RawValue>) -> bool {
    let text = raw.filter(|_| fills_down(&cell.field.ty)).map_or("", |value| desk.view.sheet.text(value));
    if text.is_empty() || !desk.lexicon.rows.is_same_as_left(text) {
        return false;
    }
    let found = format!("“{}”填的“{}”", cell.field.name, tidy(text));
    desk.find(cell, FindingCode::DittoWithoutSource, Severity::Block, found, expects(cell.field), FILL);
    true
}

/// A figure whose cell is merged over other columns of its row; whether nothing is left for this one.
fn shares_cell(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, blank: bool) -> bool {
    if !desk.view.has_merges() || fills_down(&cell.field.ty) || cell.field.ordinal {
        return false;
    }
    let merge = desk.view.merge_over(cell.at).filter(|merge| merge.first.row == cell.at.row);
    let Some(merge) = merge.filter(|merge| desk.shares(merge.first.col, merge.last.col)) else { return false };
    let first = merge.first.col == cell.at.col;
    if first != blank {
        desk.merged_across(cell, first);
    }
    !first && blank
}

/// A field whose word stands in a heading above the record (三、备选): the heading fills what is blank, and a cell that says
/// otherwise is asked about.
fn under_heading<'v, 'd, 'a>(
    desk: &mut Desk<'d, 'a>,
    bound: &mut TableField<'v>,
    raw: Option<RawValue>,
    row: u32,
    (word, above): (&'v str, CellRef),
) -> CellValue<'v>
where
    'd: 'v,
    'a: 'v,
{
    let field = bound.field;
    let at = bound.col.map_or(above, |col| CellRef { row, col });
    let factor_by = AmendmentRule::UnitInHeader;
    let cell = FieldCell { field, at, factor: 1.0, factor_by, names: false, carries: false, filled: None };
    if raw.is_none_or(|value| desk.view.is_blank(value)) {
        desk.amend(cell, AmendmentRule::HeadingFills, "", word);
        return CellValue::Text(word.into());
    }
    let value = one(desk, bound, raw, row);
    if let CellValue::Text(said) = &value
        && said.as_ref() != word
    {
        let found = format!("“{}”填的是“{said}”，而它在“{word}”（{above}）标题之下", field.name);
        desk.verify(cell, FindingCode::SectionAtOdds, found, "与所在分段一致".to_owned());
    }
    value
}

/// 同上 and merged cells never fill numbers, dates or IDs.
fn no_filling(desk: &mut Desk<'_, '_>, cell: FieldCell<'_>, shown: &str) -> CellValue<'static> {
    let field = cell.field;
    if shown.is_empty() {
        let severity = if field.required { Severity::Block } else { Severity::Verify };
        let found = format!("“{}”与上一行合并成一格，看不出本行是多少", field.name);
        desk.find(cell, FindingCode::MergedNumber, severity, found, "数、日期和证件号每行单独填写".to_owned(), FILL);
    } else {
        let found = format!("“{}”填的“{shown}”", field.name);
        desk.find(
            cell,
            FindingCode::DittoInNumber,
            Severity::Block,
            found,
            "数、日期和证件号每行单独填写".to_owned(),
            MEND,
        );
    }
    CellValue::Nothing
}

/// The value that every row takes where the column may be missing.
fn absent<'v, 'a: 'v>(desk: &Desk<'_, 'a>, field: &'v Field) -> CellValue<'v> {
    let Some(word) = field.absent.as_deref() else { return CellValue::Nothing };
    match &field.ty {
        FieldType::Integer => word.parse().map_or(CellValue::Nothing, CellValue::Integer),
        FieldType::Number | FieldType::Percent => word.parse().map_or(CellValue::Nothing, CellValue::Number),
        FieldType::Boolean => CellValue::Boolean(word == "是" || word == "true"),
        FieldType::Code { list } => desk
            .lexicon
            .codes
            .get(*list)
            .and_then(|codes| codes.find(word))
            .map_or(CellValue::Nothing, |word| CellValue::Text(word.into())),
        FieldType::Text | FieldType::Name | FieldType::DocumentNumber => CellValue::Text(word.into()),
        FieldType::Date | FieldType::Month | FieldType::DateOrMonth => {
            crate::text::dates::parse_day(word).map_or(CellValue::Nothing, CellValue::Date)
        }
        FieldType::Unit | FieldType::Score { .. } | FieldType::IdNumber => CellValue::Nothing,
    }
}

fn birth(desk: &Desk<'_, '_>, at: CellRef) -> Option<(i32, u32)> {
    let value = desk.view.value(at)?;
    let text = crate::text::width::narrow(desk.view.sheet.text(value));
    let number: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    // Only a number that is right may decide anything.
    if !crate::text::id_number::is_valid(&number) {
        return None;
    }
    let (year, month, _) = crate::domain::period::civil(crate::text::id_number::birth_day(&number)?)?;
    Some((year, month))
}
