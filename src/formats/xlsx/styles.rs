//! What the cell formats of a package make of values: number formats and struck fonts. Everything else about looks is
//! skipped.

use crate::formats::looks::CellLook;
use crate::formats::number_format::{NumberFormat, builtin, by_code};
use crate::formats::xml::{Attrs, Token, Xml};
use crate::model::Unreadable;
use std::collections::HashMap;

#[derive(Default)]
pub struct CellStyles {
    looks: Vec<CellLook>,
    /// Some look bears on texts too.
    pub is_eventful: bool,
    plain: CellLook,
}

impl CellStyles {
    /// # Errors
    /// The part is cut or hostile.
    pub fn read(text: &str) -> Result<CellStyles, Unreadable> {
        let mut xml = Xml::new(text);
        let mut custom: HashMap<u32, NumberFormat> = HashMap::new();
        let mut struck_fonts: Vec<bool> = Vec::new();
        let mut styles = CellStyles::default();
        let (mut in_fonts, mut in_cells) = (false, false);
        let number = |attrs: Attrs, name| attrs.raw(name).and_then(|id| id.parse::<u32>().ok());
        loop {
            match xml.next()? {
                Token::Open { name: "numFmt", attrs } => {
                    if let (Some(id), Some(code)) = (number(attrs, "numFmtId"), attrs.get("formatCode")) {
                        custom.insert(id, by_code(&code));
                    }
                }
                Token::Open { name: "fonts", .. } => in_fonts = true,
                Token::Close { name: "fonts" } => in_fonts = false,
                Token::Open { name: "font", .. } if in_fonts => struck_fonts.push(false),
                Token::Open { name: "strike", attrs } if in_fonts => {
                    if let Some(last) = struck_fonts.last_mut() {
                        *last = !matches!(attrs.raw("val"), Some("0" | "false"));
                    }
                }
                Token::Open { name: "cellXfs", .. } => in_cells = true,
                Token::Open { name: "xf", attrs } if in_cells => {
                    let id = number(attrs, "numFmtId").unwrap_or(0);
                    let format = custom.get(&id).cloned().unwrap_or_else(|| builtin(id));
                    let font = number(attrs, "fontId").and_then(|font| struck_fonts.get(font as usize));
                    let look = CellLook { format, struck: font.copied().unwrap_or(false) };
                    styles.is_eventful |= look.is_eventful();
                    styles.looks.push(look);
                }
                Token::Close { name: "cellXfs" } | Token::End => return Ok(styles),
                _ => {}
            }
        }
    }

    /// The look of cells that have the format with this index; a cell that names none has the first.
    pub fn look(&self, index: Option<&str>) -> &CellLook {
        match index.map(|index| index.parse::<usize>()) {
            Some(Err(_)) => &self.plain,
            Some(Ok(index)) => self.look_at(Some(index)),
            None => self.look_at(None),
        }
    }

    /// Likewise, by the number.
    pub fn look_at(&self, index: Option<usize>) -> &CellLook {
        self.looks.get(index.unwrap_or(0)).unwrap_or(&self.plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::number_format::Shows;

    #[test]
    fn cell_formats_by_their_number() {
        let styles = CellStyles::read("<s><numFmts><numFmt numFmtId='200' formatCode='0'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='57'/><xf numFmtId='200'/><xf numFmtId='9'/></cellXfs></s>").unwrap();
        assert_eq!(
            [Some("0"), Some("1"), Some("2"), Some("3"), None].map(|i| styles.look(i).format.shows(1.0)),
            [Shows::Number, Shows::Date, Shows::Number, Shows::Percent, Shows::Number]
        );
        let fonts = "<s><fonts><font/><font><strike/></font><font><strike val='0'/></font></fonts><cellXfs><xf fontId='0'/><xf fontId='1'/><xf fontId='2'/></cellXfs></s>";
        let struck = CellStyles::read(fonts).unwrap();
        assert_eq!(["0", "1", "2"].map(|i| struck.look(Some(i)).struck), [false, true, false]);
        let first = CellStyles::read("<s><cellXfs><xf numFmtId='10'/></cellXfs></s>").unwrap();
        assert_eq!([None, Some("7")].map(|index| first.look(index).format.shows(1.0)), [Shows::Percent, Shows::Number]);
    }
}
