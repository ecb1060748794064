//! Which cell formats show a number as a date, a time or a percentage. Everything else about looks is skipped.

use crate::formats::number_format::{Shows, builtin, by_code};
use crate::formats::xml::{Token, Xml};
use crate::model::Unreadable;
use std::collections::HashMap;

#[derive(Default)]
pub struct Styles {
    formats: Vec<Shows>,
}

impl Styles {
    /// # Errors
    /// The part is cut or hostile.
    pub fn read(text: &str) -> Result<Styles, Unreadable> {
        let mut xml = Xml::new(text);
        let mut custom: HashMap<u32, Shows> = HashMap::new();
        let mut formats = Vec::new();
        let mut in_cells = false;
        loop {
            match xml.next()? {
                Token::Open { name: "numFmt", attrs } => {
                    let id = attrs.raw("numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attrs.get("formatCode")) {
                        custom.insert(id, by_code(&code));
                    }
                }
                Token::Open { name: "cellXfs", .. } => in_cells = true,
                Token::Close { name: "cellXfs" } => return Ok(Styles { formats }),
                Token::Open { name: "xf", attrs } if in_cells => {
                    let id = attrs.raw("numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
                    formats.push(custom.get(&id).copied().unwrap_or_else(|| builtin(id)));
                }
                Token::End => return Ok(Styles { formats }),
                _ => {}
            }
        }
    }

    /// What the cell format with this index shows; a cell that names none has the first.
    pub fn shows(&self, index: Option<&str>) -> Shows {
        let index = index.map_or(Some(0), |index| index.parse::<usize>().ok());
        index.and_then(|index| self.formats.get(index)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_formats_by_their_number() {
        let styles = Styles::read("<s><numFmts><numFmt numFmtId='200' formatCode='0'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='57'/><xf numFmtId='200'/><xf numFmtId='9'/></cellXfs></s>").unwrap();
        assert_eq!(
            [Some("0"), Some("1"), Some("2"), Some("3"), None].map(|i| styles.shows(i)),
            [Shows::Number, Shows::Date, Shows::Number, Shows::Percent, Shows::Number]
        );
        let first = Styles::read("<s><cellXfs><xf numFmtId='10'/></cellXfs></s>").unwrap();
        assert_eq!([None, Some("7")].map(|index| first.shows(index)), [Shows::Percent, Shows::Number]);
    }
}
