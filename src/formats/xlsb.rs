//! xlsb: a package with binary parts. Values come from the records; calamine is the second opinion on every one of them.
//! It may panic on damaged files: workers are for that.
//!
//! Each part is inflated once. calamine is given the same bytes in a package that is only stored.

use super::allowance::Allowance;
use super::cells;
use super::looks;
use super::opinion::{self, Opinion};
use super::package::{Package, Relation, normal, relations, relations_part};
use super::refusal::{self, Refusal, short};
use crate::model::workbook::Format;
use crate::model::{CellRef, RawSheet, RawWorkbook};
use calamine::{DataRef, Reader, Xlsb};
use parts::{Book, XlsbStrings, XlsbStyles};
use std::borrow::Cow;
use std::io::{Cursor, Write};

pub mod parts;
pub mod sheet;

/// The parts of the package, inflated.
struct Inflated<'a> {
    parts: Vec<(String, Cow<'a, [u8]>)>,
}

impl Inflated<'_> {
    fn part(&self, name: &str) -> Option<&[u8]> {
        let wanted = normal(name.as_bytes());
        self.parts.iter().find(|(own, _)| normal(own.as_bytes()) == wanted).map(|(_, bytes)| &**bytes)
    }

    /// The same parts in a zip that nobody need inflate.
    fn stored(&self) -> Option<Vec<u8>> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, bytes) in &self.parts {
            writer.start_file(name.as_str(), options).ok()?;
            writer.write_all(bytes).ok()?;
        }
        Some(writer.finish().ok()?.into_inner())
    }
}

/// Reads the package whose main part is `main`.
///
/// # Errors
/// Damaged, or over a limit.
pub fn read(package: &Package, main: &str) -> Result<RawWorkbook, Refusal> {
    let inflated = Inflated { parts: package.parts()? };
    let book = inflated.part(main).and_then(Book::read).ok_or_else(|| refusal::damaged("工作簿部件无法读取"))?;
    if book.sheets.is_empty() {
        return Err(refusal::damaged("工作簿里没有工作表").into());
    }
    let (folder, name) = relations_part(main);
    let related = inflated.part(&name).ok_or_else(|| refusal::damaged("缺少工作簿关系部件"))?;
    let related = relations(related, folder)?;
    let of_kind = |kind: &str| {
        let relation = related.iter().find(|relation| relation.kind.ends_with(kind))?;
        inflated.part(&relation.target)
    };
    let strings = of_kind("/sharedStrings").map(XlsbStrings::read).unwrap_or_default();
    let styles = of_kind("/styles").map(XlsbStyles::read).unwrap_or_default();
    let mut found =
        RawWorkbook { format: Format::Xlsb, modified: package.modified(), sheets: Vec::new(), remarks: Vec::new() };
    let known =
        sheet::CellTargets { strings: &strings, styles: &styles, is_1904: book.is_1904, allowance: package.allowance };
    let target = |id: &str| -> Option<&Relation> { related.iter().find(|relation| relation.id == id) };
    let mut cells = 0;
    let mut read = Vec::new();
    for listed in &book.sheets {
        let relation = target(&listed.relation).ok_or_else(|| refusal::damaged("工作表没有对应的部件"))?;
        if !relation.kind.ends_with("/worksheet") {
            found.remarks.push(format!("“{}”是图表或宏表，已跳过", short(&listed.name)));
            continue;
        }
        let part = inflated.part(&relation.target).ok_or_else(|| refusal::damaged("缺少工作表部件"))?;
        let sheet = RawSheet { name: listed.name.clone(), hidden: listed.hidden, ..RawSheet::default() };
        let sheet = sheet::read(part, &known, sheet)?;
        cells += sheet.cells.len();
        if cells > package.allowance.cells() {
            return Err(package.allowance.too_many_cells().into());
        }
        read.push(sheet);
    }
    let stored = inflated.stored().ok_or_else(|| refusal::damaged("二进制工作簿无法读取"))?;
    drop(inflated);
    second_opinions(stored, &book, package.allowance, &mut read)?;
    for mut sheet in read {
        if found.sheets.iter().any(|other| other.name.eq_ignore_ascii_case(&sheet.name)) {
            found.remarks.push(format!("有两个同名工作表“{}”，都已读取", short(&sheet.name)));
        }
        found.remarks.extend(looks::uncover(&mut sheet));
        found.sheets.push(sheet);
    }
    Ok(found)
}

/// Holds each sheet against calamine's reading of it; of two sheets of one name it knows only one.
fn second_opinions(stored: Vec<u8>, book: &Book, allowance: Allowance, sheets: &mut [RawSheet]) -> Result<(), Refusal> {
    let damaged = |_| refusal::damaged("二进制工作簿无法读取");
    let mut workbook = Xlsb::new(Cursor::new(stored)).map_err(|error| match error {
        calamine::XlsbError::Password => refusal::encrypted("Office 加密"),
        other => damaged(other),
    })?;
    for at in 0..sheets.len() {
        let name = sheets[at].name.clone();
        if sheets.iter().filter(|other| other.name.eq_ignore_ascii_case(&name)).count() > 1 {
            continue;
        }
        let mut reader = workbook.worksheet_cells_reader(&name).map_err(damaged)?;
        let mut others: Vec<(CellRef, KeptOpinion)> = Vec::new();
        while let Some(cell) = reader.next_cell().map_err(damaged)? {
            let (row, col) = cell.get_position();
            let place = cells::checked(row, col).ok_or_else(|| refusal::damaged("单元格地址超出表格范围"))?;
            if others.len() >= allowance.cells() {
                return Err(allowance.too_many_cells().into());
            }
            others.extend(said(cell.get_value()).map(|said| (place, said)));
        }
        others.sort_by_key(|(place, _)| *place);
        let opinions = others.iter().map(|(place, said)| {
            let opinion = match said {
                KeptOpinion::Text(text) => Opinion::Text(text),
                KeptOpinion::Number(number) => Opinion::Number(*number),
                KeptOpinion::Boolean(value) => Opinion::Boolean(*value),
                KeptOpinion::Error => Opinion::Error,
            };
            (*place, opinion)
        });
        opinion::hold_against(&mut sheets[at], opinions, book.is_1904);
    }
    Ok(())
}

/// An [`Opinion`] that outlives its cell.
enum KeptOpinion {
    Text(String),
    Number(f64),
    Boolean(bool),
    Error,
}

/// What calamine says of a cell; `None` where nothing.
fn said(value: &DataRef) -> Option<KeptOpinion> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            KeptOpinion::Text(text.clone())
        }
        DataRef::SharedString(text) => KeptOpinion::Text((*text).to_owned()),
        DataRef::Int(number) => KeptOpinion::Number(*number as f64),
        DataRef::Float(number) => KeptOpinion::Number(*number),
        DataRef::Bool(value) => KeptOpinion::Boolean(*value),
        DataRef::DateTime(date) => KeptOpinion::Number(date.as_f64()),
        DataRef::Error(_) => KeptOpinion::Error,
    })
}
