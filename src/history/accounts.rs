//! What a run found out beside its rows, as tables that can be asked later: the files and their sheets, which column was
//! which, what was changed automatically, and the findings.
//!
//! Sentences are masked as in every list of findings; what stood in a cell is not, the store holds it anyway.

use super::batches::ParquetValues;
use super::decisions::store::{self, DECISIONS};
use super::parquet::{self, ParquetColumn, texts, whole};
use super::rows::{RunFrame, period_columns};
use crate::definition::{Field, Plan};
use crate::model::amended::KeptAmendments;
use crate::model::decision::Settled;
use crate::model::normalised::Binding;
use crate::model::run::{RowAccount, SourceVerdict};
use crate::model::{CellRef, Finding, SheetAccount, Texts};
use crate::text::hex::push_hex;
use crate::text::masks::mask_within;
use ::parquet::errors::ParquetError;
use rayon::prelude::*;

/// Names of the files; a form's id holds no dot, so none of them can be a form's.
pub const FILES: &str = "run.files.parquet";
pub const SHEETS: &str = "run.sheets.parquet";
pub const BINDINGS: &str = "run.bindings.parquet";
pub const AMENDMENTS: &str = "run.amendments.parquet";
pub const FINDINGS: &str = "run.findings.parquet";

/// All tables, by name; at the end of a run nothing else is left to do beside them.
///
/// # Errors
/// The writer refuses a column.
pub fn tables(frame: RunFrame<'_>) -> Result<Vec<(&'static str, Vec<u8>)>, ParquetError> {
    type Make = fn(RunFrame<'_>) -> Result<Vec<u8>, ParquetError>;
    let all: [(&str, Make); 6] = [
        (FILES, files),
        (SHEETS, sheets),
        (BINDINGS, bindings),
        (AMENDMENTS, amendments),
        (FINDINGS, findings),
        (DECISIONS, decisions),
    ];
    all.into_par_iter().map(|(name, make)| Ok((name, make(frame)?))).collect()
}

/// A table's columns around the records that it is made of.
struct TableOf<'a, T> {
    records: &'a [T],
    columns: Vec<ParquetColumn<'a>>,
}

impl<'a, T> TableOf<'a, T> {
    fn new(frame: RunFrame<'_>, records: &'a [T]) -> TableOf<'a, T> {
        TableOf { records, columns: period_columns(frame.period, records.len()) }
    }

    fn text(mut self, name: &str, value: impl Fn(&'a T) -> Option<&'a str> + 'a) -> Self {
        self.columns.push(texts(name, self.records.iter().map(value)));
        self
    }

    /// A text that is written for the file.
    fn made<V>(
        mut self,
        name: &str,
        value: impl Fn(&'a T) -> Option<V> + 'a,
        write: impl Fn(V, &mut String) + 'a,
    ) -> Self {
        let values = ParquetValues::made(self.records.iter().map(value), write);
        self.columns.push(ParquetColumn { name: name.to_owned(), values, recurs: true });
        self
    }

    fn whole(mut self, name: &str, value: impl Fn(&'a T) -> Option<i64> + 'a) -> Self {
        self.columns.push(whole(name, self.records.iter().map(value)));
        self
    }

    fn date(mut self, name: &str, value: impl Fn(&'a T) -> Option<i32> + 'a) -> Self {
        let values = ParquetValues::date(self.records.iter().map(value));
        self.columns.push(ParquetColumn { name: name.to_owned(), values, recurs: true });
        self
    }

    fn bytes(self) -> Result<Vec<u8>, ParquetError> {
        parquet::write(self.columns, self.records.len(), Vec::new())
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// A sentence, masked.
fn masked(text: &str, to: &mut String) {
    to.push_str(&mask_within(text));
}

fn count(number: u64) -> Option<i64> {
    i64::try_from(number).ok()
}

fn unit_code(frame: RunFrame<'_>, unit: Option<u32>) -> Option<&str> {
    frame.reference.roster.units.get(unit? as usize).map(|unit| unit.code.as_str())
}

fn file_name(frame: RunFrame<'_>, source: Option<u32>) -> Option<&str> {
    frame.verdict.sources.get(source? as usize).map(|source| source.source.name.as_str())
}

fn sheet_name(frame: RunFrame<'_>, source: Option<u32>, sheet: Option<u16>) -> Option<&str> {
    frame.verdict.sources.get(source? as usize)?.sheet_name(sheet?)
}

fn form_id(frame: RunFrame<'_>, form: Option<u16>) -> Option<&str> {
    frame.plan.forms.get(usize::from(form?)).map(|form| form.id.as_str())
}

fn files(frame: RunFrame<'_>) -> Result<Vec<u8>, ParquetError> {
    let rows = |of: fn(&RowAccount) -> u64| move |file: &SourceVerdict| count(of(&file.rows));
    TableOf::new(frame, &frame.verdict.sources)
        .text("return", |file| Some(&file.source.name))
        .text("sha256", |file| filled(&file.sha256))
        .whole("size", |file| count(file.size))
        .text("format", |file| filled(file.format))
        .text("outcome", |file| Some(file.outcome.key()))
        .text("outcome_zh", |file| Some(file.outcome.word()))
        .text("code", |file| file.code.as_deref())
        .made("cause", |file| filled(&file.cause), masked)
        .text("unit", move |file| unit_code(frame, file.unit))
        .text("sender", move |file| unit_code(frame, file.sender.as_ref().map(|sender| sender.unit)))
        .date("received", |file| file.received)
        .whole("late_days", |file| Some(file.late_days))
        .text("superseded_by", move |file| file_name(frame, file.superseded_by))
        .whole("rows", rows(|rows| rows.data))
        .whole("rows_accepted", rows(|rows| rows.accepted))
        .whole("rows_blocked", rows(|rows| rows.blocked))
        .whole("rows_held", rows(|rows| rows.held))
        .whole("rows_superseded", rows(|rows| rows.superseded))
        .whole("rows_not_counted", rows(|rows| rows.not_counted))
        .bytes()
}

/// What a record of another record is: its file and it.
struct OfFile<'a, T> {
    file: &'a SourceVerdict,
    of: T,
}

fn sheets(frame: RunFrame<'_>) -> Result<Vec<u8>, ParquetError> {
    let all: Vec<OfFile<'_, &SheetAccount>> =
        frame.verdict.sources.iter().flat_map(|file| file.sheets.iter().map(move |of| OfFile { file, of })).collect();
    let rows = |of: fn(&SheetAccount) -> u32| move |sheet: &OfFile<'_, &SheetAccount>| Some(i64::from(of(sheet.of)));
    TableOf::new(frame, &all)
        .text("return", |sheet| Some(&sheet.file.source.name))
        .text("sheet", |sheet| Some(&sheet.of.name))
        .text("form", move |sheet| form_id(frame, sheet.of.form))
        .made("not_counted", |sheet| sheet.of.not_counted.as_deref(), masked)
        .whole("rows", rows(|sheet| sheet.rows))
        .whole("rows_frame", rows(|sheet| sheet.frame))
        .whole("rows_data", rows(|sheet| sheet.data))
        .whole("rows_totals", rows(|sheet| sheet.totals))
        .whole("rows_repeated_headers", rows(|sheet| sheet.repeated_headers))
        .whole("rows_notes", rows(|sheet| sheet.notes))
        .whole("rows_aside", rows(|sheet| sheet.aside))
        .bytes()
}

/// One column of one table: a field's, or behind all fields one that belongs to none. There is one for each field of each
/// file, so no more is kept of it than where it is.
struct BoundField<'a> {
    table: &'a OfFile<'a, &'a Binding>,
    /// Position among the form's fields and then the sheet's other headers.
    position: u32,
}

impl<'a> BoundField<'a> {
    fn extra(&self) -> Option<&'a (u16, String)> {
        let OfFile { of, .. } = self.table;
        of.extra.get((self.position as usize).checked_sub(of.columns.len())?)
    }

    fn field(&self, plan: &'a Plan) -> Option<&'a Field> {
        let OfFile { of, .. } = self.table;
        let at = Some(self.position as usize).filter(|at| *at < of.columns.len())?;
        plan.forms.get(usize::from(of.form))?.fields.get(at)
    }

    /// The physical column, or the row of a form that is filled in across.
    fn at(&self) -> Option<u16> {
        let own = self.table.of.columns.get(self.position as usize).copied();
        own.unwrap_or_else(|| self.extra().map(|(at, _)| *at))
    }

    /// As the form says it, unless the sheet says it otherwise.
    fn header(&self, plan: &'a Plan) -> Option<&'a str> {
        if let Some((_, says)) = self.extra() {
            return Some(says);
        }
        self.at()?;
        let renamed = self.table.of.renamed.iter().find(|(of, _)| u32::from(*of) == self.position);
        renamed.map(|(_, says)| says.as_str()).or_else(|| self.field(plan).map(|field| field.header.as_str()))
    }
}

fn bindings(frame: RunFrame<'_>) -> Result<Vec<u8>, ParquetError> {
    let plan = frame.plan;
    let tables: Vec<OfFile<'_, &Binding>> = frame
        .verdict
        .sources
        .iter()
        .flat_map(|file| file.bindings.iter().map(move |of| OfFile { file, of: &**of }))
        .collect();
    let columns = |table: &OfFile<'_, &Binding>| (table.of.columns.len() + table.of.extra.len()) as u32;
    let mut all = Vec::with_capacity(tables.iter().map(|table| columns(table) as usize).sum());
    all.extend(tables.iter().flat_map(|table| (0..columns(table)).map(move |position| BoundField { table, position })));
    let header_row = |row: fn(&Binding) -> u32| move |bound: &BoundField<'_>| Some(i64::from(row(bound.table.of)) + 1);
    TableOf::new(frame, &all)
        .text("form", move |bound: &BoundField<'_>| form_id(frame, Some(bound.table.of.form)))
        .text("field", move |bound| bound.field(plan).map(|field| &*field.name))
        .text("return", |bound| Some(&bound.table.file.source.name))
        .text("sheet", |bound| Some(&bound.table.of.sheet_name))
        .made(
            "column",
            |bound| bound.at().filter(|_| !bound.table.of.across),
            |col, to| CellRef { row: 0, col }.push_letters(to),
        )
        .whole("line", |bound| bound.at().filter(|_| bound.table.of.across).map(|row| i64::from(row) + 1))
        .text("header", move |bound| bound.header(plan))
        .whole("header_first", header_row(|binding| binding.header.0))
        .whole("header_last", header_row(|binding| binding.header.1))
        .bytes()
}

fn amendments(frame: RunFrame<'_>) -> Result<Vec<u8>, ParquetError> {
    // Unpacked once, into columns that say what recurs once.
    let (mut at, mut rules) = (Vec::new(), Vec::new());
    let mut words = [(); 3].map(|()| Texts::default());
    for one in frame.verdict.amendments.iter().flat_map(KeptAmendments::read) {
        at.push((one.source, one.sheet, one.at));
        rules.push(one.rule);
        let [field, raw, clean] = &mut words;
        field.push(Some(&one.field));
        raw.push(Some(one.raw()));
        clean.push(Some(one.clean()));
    }
    let [field, raw, clean] = &words;
    let mut table = TableOf::new(frame, &at)
        .text("return", move |(source, ..): &(u32, u16, CellRef)| file_name(frame, Some(*source)))
        .text("sheet", move |(source, sheet, _)| sheet_name(frame, Some(*source), Some(*sheet)))
        .made("cell", |(.., at)| Some(at), |at, to| at.push_to(to))
        .whole("row", |(.., at)| Some(i64::from(at.row) + 1));
    table.columns.push(texts("field", field.iter()));
    table.columns.push(texts("rule", rules.iter().map(|rule| Some(rule.as_str()))));
    table.columns.extend([texts("raw", raw.iter()), texts("clean", clean.iter())]);
    table.bytes()
}

fn findings(frame: RunFrame<'_>) -> Result<Vec<u8>, ParquetError> {
    let unit = move |finding: &Finding| {
        let of_file = |source: u32| frame.verdict.sources.get(source as usize)?.unit;
        finding.place.unit.or_else(|| of_file(finding.place.source?))
    };
    TableOf::new(frame, &frame.verdict.findings)
        .made("key", |finding: &Finding| Some(finding.key.whole()), |key, to| push_hex(to, key.as_ref()))
        .text("code", |finding| Some(&finding.code))
        .text("severity", |finding| Some(finding.severity.key()))
        .text("severity_zh", |finding| Some(finding.severity.word()))
        .text("effect", |finding| Some(finding.effect.key()))
        .text("unit", move |finding| unit_code(frame, unit(finding)))
        .text("return", move |finding| file_name(frame, finding.place.source))
        .text("sheet", move |finding| sheet_name(frame, finding.place.source, finding.place.sheet))
        .made("cell", |finding| finding.place.cells.first(), |at, to| at.push_to(to))
        .whole("row", |finding| finding.place.row.map(|row| i64::from(row) + 1))
        .made("found", |finding| filled(&finding.found), masked)
        .made("expected", |finding| filled(&finding.expected), masked)
        .made("next", |finding| filled(&finding.next), masked)
        .whole("definition_line", |finding| finding.line.map(i64::from))
        .bytes()
}

fn decisions(frame: RunFrame<'_>) -> Result<Vec<u8>, ParquetError> {
    let mut table = TableOf::new(frame, &frame.verdict.decisions);
    for (name, of) in store::columns() {
        table = table.made(
            name,
            move |settled: &Settled| Some(of(&settled.decision, &settled.state)),
            |text, to| to.push_str(&text),
        );
    }
    table.bytes()
}
