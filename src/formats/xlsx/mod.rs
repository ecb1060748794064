//! xlsx and xlsm: a package's bytes in, a raw workbook out.
//!
//! Reads the parts itself instead of asking calamine: each needed part is inflated once and tokenised once, which costs
//! about a third of `worksheet_range`, and one odd cell (`#SPILL!`, a boolean 2, a formula without a result) becomes that
//! cell's doubt instead of a lost sheet or a silent gap. Values agree with calamine's; a test holds them together.

mod sheet;
mod strings;
mod styles;

use super::package::{Package, Relation};
use super::refusal::{self, Refusal, short};
use super::xml::{self, Token, Xml};
use crate::model::workbook::Format;
use crate::model::{RawSheet, RawWorkbook, Unreadable};
use strings::Strings;
use styles::Styles;

const SHEETS: usize = 1_000;

/// One sheet as the workbook part lists it.
struct Listed {
    name: String,
    hidden: bool,
    relation: String,
}

/// Reads every worksheet of a package whose main part is `main`.
///
/// # Errors
/// Any part that a cell depends on is missing, damaged or refused.
pub fn read(package: &Package, main: &str) -> Result<RawWorkbook, Refusal> {
    let bytes = package.part(main)?.ok_or_else(|| refusal::damaged("缺少工作簿部件"))?;
    let text = xml::decode(&bytes)?;
    let (listed, is_1904) = workbook(&text)?;
    let calculation = Calculation::of(&text);
    let relations = package.relations_of(main)?;
    if listed.is_empty() {
        return Err(refusal::damaged("工作簿里没有工作表").into());
    }
    if listed.len() > SHEETS {
        return Err(refusal::over_limit(format!("有 {} 个工作表，上限 {SHEETS}", listed.len())).into());
    }
    let of_kind = |kind: &str| relations.iter().find(|relation| relation.kind.ends_with(kind));
    let strings = match of_kind("/sharedStrings") {
        Some(relation) => match package.part(&relation.target)? {
            Some(bytes) => Strings::read(&xml::decode(&bytes)?, package.allowance)?,
            // Cells that point into it are doubtful one by one.
            None => Strings::default(),
        },
        None => Strings::default(),
    };
    let styles = match of_kind("/styles") {
        Some(relation) => {
            let bytes =
                package.part(&relation.target)?.ok_or_else(|| refusal::damaged("缺少样式部件，日期无法辨认"))?;
            Styles::read(&xml::decode(&bytes)?)?
        }
        None => Styles::default(),
    };
    let allowance = package.allowance;
    let context =
        sheet::Context { allowance, strings: &strings, styles: &styles, is_1904, unsettled: calculation.on_opening };
    let mut found =
        RawWorkbook { format: Format::Xlsx, modified: modified(package), sheets: Vec::new(), remarks: Vec::new() };
    if read_sheets(package, &listed, &relations, &context, &mut found)? {
        found.remarks.extend(calculation.remark());
    }
    Ok(found)
}

/// When Excel is asked to calculate: what says that saved results may not be those that a person sees.
#[derive(Clone, Copy)]
struct Calculation {
    manual: bool,
    on_opening: bool,
}

impl Calculation {
    /// From the workbook part. The element stands behind the defined names, which may be a million: it is looked for
    /// from the end.
    fn of(workbook: &str) -> Calculation {
        let at = memchr::memmem::rfind(workbook.as_bytes(), b"calcPr");
        let element = at.and_then(|at| workbook.get(at..)).and_then(|rest| rest.split('>').next()).unwrap_or_default();
        Calculation {
            manual: element.contains("calcMode=\"manual\""),
            on_opening: ["fullCalcOnLoad=\"1\"", "fullCalcOnLoad=\"true\""].iter().any(|word| element.contains(word)),
        }
    }

    fn remark(self) -> Option<String> {
        match self {
            Calculation { manual: true, .. } => Some("工作簿设为手动重算，公式的结果可能不是最新的".to_owned()),
            Calculation { on_opening: true, .. } => {
                Some("公式的结果不是由 Excel 算出后保存的，打开时还会重算，可能与这里读到的不同".to_owned())
            }
            _ => None,
        }
    }
}

/// Reads the sheets into `found`; whether any holds formulas with saved results.
fn read_sheets(
    package: &Package,
    listed: &[Listed],
    relations: &[Relation],
    context: &sheet::Context,
    found: &mut RawWorkbook,
) -> Result<bool, Refusal> {
    let mut read: Vec<&str> = Vec::new();
    let (mut cells, mut formulas) = (0, false);
    for (index, entry) in listed.iter().enumerate() {
        let relation = relations
            .iter()
            .find(|relation| relation.id == entry.relation)
            .ok_or_else(|| refusal::damaged("工作表没有对应的部件"))?;
        if listed[..index].iter().any(|earlier| earlier.name.to_lowercase() == entry.name.to_lowercase()) {
            found.remarks.push(format!("有两个同名工作表“{}”，都已读取", short(&entry.name)));
        }
        if !relation.kind.ends_with("/worksheet") {
            found.remarks.push(format!("“{}”是图表或宏表，已跳过", short(&entry.name)));
            continue;
        }
        if read.contains(&relation.target.as_str()) {
            return Err(refusal::damaged("两个工作表指向同一个部件").into());
        }
        read.push(&relation.target);
        let bytes = package.part(&relation.target)?.ok_or_else(|| refusal::damaged("缺少工作表部件"))?;
        let mut sheet = RawSheet { name: entry.name.clone(), hidden: entry.hidden, ..RawSheet::default() };
        formulas |= sheet::read(&xml::decode(&bytes)?, context, &mut sheet)?;
        cells += sheet.cells.len();
        if cells > package.allowance.cells() {
            return Err(package.allowance.too_many_cells().into());
        }
        found.sheets.push(sheet);
    }
    Ok(formulas)
}

fn workbook(text: &str) -> Result<(Vec<Listed>, bool), Unreadable> {
    let mut xml = Xml::new(text);
    let (mut listed, mut is_1904) = (Vec::new(), false);
    loop {
        match xml.next()? {
            Token::Open { name: "workbookPr", attrs } => is_1904 = attrs.yes("date1904"),
            Token::Open { name: "sheet", attrs } => listed.push(Listed {
                name: attrs.get("name").unwrap_or_default().into_owned(),
                hidden: matches!(attrs.raw("state"), Some("hidden" | "veryHidden")),
                relation: attrs.get("id").unwrap_or_default().into_owned(),
            }),
            // Nothing below is needed, and defined names can be many.
            Token::Close { name: "sheets" } => return Ok((listed, is_1904)),
            Token::End => return Ok((listed, is_1904)),
            _ => {}
        }
    }
}

/// `dcterms:modified` of the document's properties; a broken stamp is no reason to refuse a return.
fn modified(package: &Package) -> Option<i64> {
    let bytes = package.part("docProps/core.xml").ok()??;
    let text = xml::decode(&bytes).ok()?;
    let mut xml = Xml::new(&text);
    let stamp = loop {
        match xml.next() {
            Ok(Token::Open { name: "modified", .. }) => {
                let mut stamp = String::new();
                xml.text_into(&mut stamp).ok()?;
                break stamp;
            }
            Ok(Token::End) | Err(_) => return None,
            Ok(_) => {}
        }
    };
    chrono::DateTime::parse_from_rfc3339(stamp.trim()).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests;
