//! Rich values of a workbook: which of them stand for errors. All others that stand in a cell beside an error word are
//! pictures placed in the cell, and the word is only for programs that know no pictures.
//!
//! A cell's `vm` counts (from 1) the value metadata; that points into the rich metadata; that names a rich value; and
//! the structure of the rich value says what it is.

use crate::formats::package::Package;
use crate::formats::xml::{self, Token, Xml};
use crate::model::Unreadable;
use std::collections::HashSet;

/// Numbers, as cells name them, of the rich values that are errors; none where the workbook has no rich values.
///
/// # Errors
/// A damaged part.
pub fn errors(package: &Package) -> Result<HashSet<u32>, Unreadable> {
    let Some(structures) = attributes(package, "xl/richData/rdrichvaluestructure.xml", "s", "t")? else {
        return Ok(HashSet::new());
    };
    let values = attributes(package, "xl/richData/rdrichvalue.xml", "rv", "s")?.unwrap_or_default();
    let Some(bytes) = package.part("xl/metadata.xml")? else { return Ok(HashSet::new()) };
    let text = xml::decode(&bytes)?;
    let mut xml = Xml::new(&text);
    let (mut rich, mut cells) = (Vec::new(), Vec::new());
    let mut of_cells = false;
    loop {
        match xml.next()? {
            Token::Open { name: "rvb", attrs } => rich.push(index(attrs.raw("i"))),
            Token::Open { name: "valueMetadata", .. } => of_cells = true,
            Token::Close { name: "valueMetadata" } => of_cells = false,
            Token::Open { name: "rc", attrs } if of_cells => cells.push(index(attrs.raw("v"))),
            Token::End => break,
            _ => {}
        }
    }
    let is_error = |cell: &Option<usize>| {
        let value = rich.get((*cell)?).copied()??;
        let structure = index(values.get(value).map(String::as_str))?;
        structures.get(structure).map(|kind| kind == "_error")
    };
    // What cannot be followed is no known picture.
    Ok((1u32..).zip(&cells).filter(|(_, cell)| is_error(cell).unwrap_or(true)).map(|(number, _)| number).collect())
}

fn index(text: Option<&str>) -> Option<usize> {
    text.and_then(|text| text.parse().ok())
}

/// One attribute of every element of this name in a part; `None` where there is no such part.
fn attributes(
    package: &Package,
    part: &str,
    element: &str,
    attribute: &str,
) -> Result<Option<Vec<String>>, Unreadable> {
    let Some(bytes) = package.part(part)? else { return Ok(None) };
    let text = xml::decode(&bytes)?;
    let mut xml = Xml::new(&text);
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Token::Open { name, attrs } if name == element => {
                found.push(attrs.raw(attribute).unwrap_or_default().to_owned());
            }
            Token::End => return Ok(Some(found)),
            _ => {}
        }
    }
}
