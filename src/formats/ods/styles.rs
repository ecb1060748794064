//! The styles of OpenDocument as far as they bear on what a person sees: struck and raised text, number formats, rows and
//! columns without height or width, tables that are not shown. Tokens of the style parts in, looks by name out.

use crate::formats::looks::CellLook;
use crate::formats::number_format::{NumberFormat, by_code};
use crate::formats::xml::{self, Attrs, Token};
use std::collections::HashMap;

/// A style as written.
#[derive(Debug, Clone, Default)]
struct OdfStyle {
    parent: Option<String>,
    number: Option<String>,
    struck: Option<bool>,
    raised: bool,
    flat: bool,
    hidden: bool,
}

/// A number style put together as a format code.
#[derive(Debug, Clone, Default)]
struct NumberStyle {
    code: String,
    /// Conditions with the styles that hold under them.
    maps: Vec<(String, String)>,
}

#[derive(Debug, Default)]
pub struct OdsStyles {
    styles: HashMap<String, OdfStyle>,
    numbers: HashMap<String, NumberStyle>,
    looks: HashMap<String, CellLook>,
    /// The ones being read.
    style: Option<String>,
    number: Option<String>,
    /// Inside an element whose text is shown as it stands.
    in_text: bool,
    figure: StyleDigits,
}

/// The digits of the number style being read.
#[derive(Debug, Default)]
struct StyleDigits {
    open: bool,
    /// Places counted from the right, and what is written there.
    embedded: Vec<(usize, String)>,
    place: Option<usize>,
    whole: usize,
    decimals: usize,
    thousands: usize,
}

/// Number styles ask for no more digits than this, whatever they say.
const MOST_DIGITS: usize = 30;

fn count(attrs: Attrs, name: &str) -> usize {
    attrs.raw(name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(0).min(MOST_DIGITS)
}

/// Whether a length (`0cm`, `0.000in`) is none.
fn is_nothing(length: Option<&str>) -> bool {
    let number = |length: &str| length.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<f64>().ok();
    length.and_then(number) == Some(0.0)
}

/// Whether a text position (`super 58%`, `33% 58%`) is above or below the line.
fn is_raised(position: &str) -> bool {
    let rise = position.split('%').next().and_then(|rise| rise.trim().parse::<f64>().ok());
    position.starts_with("super") || position.starts_with("sub") || rise.is_some_and(|rise| rise != 0.0)
}

impl OdsStyles {
    /// Takes the next token of a part that may hold styles.
    pub fn take(&mut self, token: Token) {
        match token {
            Token::Open { name, attrs } => self.open(name, attrs),
            Token::Close { name } => self.close(name),
            Token::Text { raw, .. } if self.in_text || self.figure.place.is_some() => {
                let mut text = String::new();
                xml::unescape(raw, &mut text);
                match self.figure.place {
                    Some(place) => self.figure.embedded.push((place, text)),
                    None => self.literal(&text),
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, name: &str, attrs: Attrs) {
        let own_name = || attrs.get("name").unwrap_or_default().into_owned();
        match name {
            "style" => {
                let owned = |name| attrs.raw(name).map(str::to_owned);
                let style = OdfStyle {
                    parent: owned("parent-style-name"),
                    number: owned("data-style-name"),
                    ..OdfStyle::default()
                };
                self.style = Some(own_name());
                self.styles.insert(own_name(), style);
            }
            "number-style" | "currency-style" | "percentage-style" | "date-style" | "time-style" | "text-style"
            | "boolean-style" => {
                self.number = Some(own_name());
                self.numbers.insert(own_name(), NumberStyle::default());
                match name {
                    "percentage-style" => self.add("%"),
                    "date-style" | "time-style" => self.add("yyyy"),
                    _ => {}
                }
            }
            _ if self.number.is_some() => self.number_part(name, attrs),
            _ => self.property(name, attrs),
        }
    }

    fn property(&mut self, name: &str, attrs: Attrs) {
        let Some(style) = self.style.as_ref().and_then(|name| self.styles.get_mut(name)) else { return };
        match name {
            "text-properties" => {
                let line = attrs.raw("text-line-through-style").or(attrs.raw("text-line-through-type"));
                style.struck = line.map(|line| line != "none").or(style.struck);
                style.raised = attrs.raw("text-position").is_some_and(is_raised);
            }
            "table-row-properties" => style.flat = is_nothing(attrs.raw("row-height")),
            "table-column-properties" => style.flat = is_nothing(attrs.raw("column-width")),
            "table-properties" => style.hidden = attrs.raw("display") == Some("false"),
            _ => {}
        }
    }

    fn number_part(&mut self, name: &str, attrs: Attrs) {
        match name {
            "text" | "currency-symbol" => self.in_text = true,
            "text-content" => self.add("@"),
            "number" => {
                let factor = attrs.raw("display-factor").and_then(|factor| factor.parse::<f64>().ok()).unwrap_or(1.0);
                self.figure = StyleDigits {
                    open: true,
                    whole: count(attrs, "min-integer-digits"),
                    decimals: count(attrs, "decimal-places"),
                    thousands: [1e3, 1e6, 1e9].iter().filter(|power| factor >= **power).count(),
                    ..StyleDigits::default()
                };
            }
            "embedded-text" if self.figure.open => self.figure.place = Some(count(attrs, "position")),
            "scientific-number" => self.add("0.0E+0"),
            "fraction" => self.add("# ?/?"),
            "boolean" => self.add("General"),
            "map" => {
                let (condition, style) = (attrs.get("condition"), attrs.get("apply-style-name"));
                if let (Some(condition), Some(style), Some(number)) = (condition, style, self.current()) {
                    number.maps.push((condition.into_owned(), style.into_owned()));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "style" => self.style = None,
            "text" | "currency-symbol" => self.in_text = false,
            "embedded-text" => self.figure.place = None,
            "number" if self.figure.open => {
                let code = std::mem::take(&mut self.figure).code();
                self.add(&code);
            }
            "number-style" | "currency-style" | "percentage-style" | "date-style" | "time-style" | "text-style"
            | "boolean-style" => {
                self.number = None;
                self.in_text = false;
            }
            _ => {}
        }
    }

    fn current(&mut self) -> Option<&mut NumberStyle> {
        self.number.as_ref().and_then(|name| self.numbers.get_mut(name))
    }

    fn add(&mut self, code: &str) {
        if let Some(number) = self.current() {
            number.code.push_str(code);
        }
    }

    fn literal(&mut self, text: &str) {
        let escaped: String = text.chars().flat_map(|c| ['\\', c]).collect();
        self.add(&escaped);
    }

    /// The look of cells of a style.
    pub fn look(&mut self, name: &str) -> CellLook {
        if let Some(look) = self.looks.get(name) {
            return look.clone();
        }
        let (mut number, mut struck) = (None, None);
        let mut next = Some(name);
        // No chain is that long, and one in a circle never ends.
        for _ in 0..8 {
            let Some(style) = next.and_then(|name| self.styles.get(name)) else { break };
            number = number.or(style.number.as_deref());
            struck = struck.or(style.struck);
            next = style.parent.as_deref();
        }
        let format = number.map(|number| self.format(number)).unwrap_or_default();
        let look = CellLook { format, struck: struck.unwrap_or(false) };
        self.looks.insert(name.to_owned(), look.clone());
        look
    }

    /// A number style as one code: the styles that it maps to are its sections.
    fn format(&self, name: &str) -> NumberFormat {
        let Some(own) = self.numbers.get(name) else { return NumberFormat::default() };
        let code = |name: &str| self.numbers.get(name).map_or("General", |style| style.code.as_str());
        let conditions: Vec<&str> =
            own.maps.iter().map(|(condition, _)| condition.trim_start_matches("value()")).collect();
        let usual = matches!(&conditions[..], [">=0"] | [">0", "<0"] | [">0", "<0", "=0"]);
        let mut sections: Vec<String> = Vec::new();
        for ((_, style), condition) in own.maps.iter().zip(&conditions) {
            let condition = if usual { String::new() } else { format!("[{}]", condition.replace("!=", "<>")) };
            sections.push(condition + code(style));
        }
        sections.push(own.code.clone());
        by_code(&sections.join(";"))
    }

    /// Whether a run's style strikes its text through, and whether it raises it.
    pub fn run(&self, name: &str) -> (bool, bool) {
        self.styles.get(name).map_or((false, false), |style| (style.struck.unwrap_or(false), style.raised))
    }

    /// Whether a row's or column's style gives it no height or width.
    pub fn is_flat(&self, name: &str) -> bool {
        self.styles.get(name).is_some_and(|style| style.flat)
    }

    pub fn is_hidden(&self, name: &str) -> bool {
        self.styles.get(name).is_some_and(|style| style.hidden)
    }
}

impl StyleDigits {
    /// The digits as a format code.
    fn code(self) -> String {
        let places = self.embedded.iter().map(|(place, _)| place + 1).max().unwrap_or(0).max(self.whole).max(1);
        let mut code = String::new();
        for place in (0..places).rev() {
            code.push(if place < self.whole { '0' } else { '#' });
            for (_, text) in self.embedded.iter().filter(|(at, _)| *at == place && place > 0) {
                code.extend(text.chars().flat_map(|c| ['\\', c]));
            }
        }
        if self.decimals > 0 {
            code.push('.');
            code.extend(std::iter::repeat_n('0', self.decimals));
        }
        code.extend(std::iter::repeat_n(',', self.thousands));
        code
    }
}
