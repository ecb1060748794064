//! How the style of a page shows what it marks: the element's own, and that of its classes in the page's style sheet, where
//! programs that save a sheet as a page write nearly everything.

use std::collections::HashMap;

/// Style sheets that name more classes than this are no sheet's.
const MOST_CLASSES: usize = 10_000;

/// No program writes longer number formats.
const LONGEST_CODE: usize = 300;

/// Struck through, raised or lowered, not shown.
pub type HtmlMarks = [bool; 3];

/// What the classes of a page say.
#[derive(Debug, Default)]
pub struct HtmlClasses {
    marks: HashMap<String, HtmlMarks>,
    /// Number formats, as codes.
    formats: HashMap<String, String>,
}

impl HtmlClasses {
    /// Takes in a style sheet. Rules for paper, and those that hang on a state or an element's surroundings, say nothing.
    pub fn take(&mut self, css: &str) {
        let css = without_comments(css);
        let mut rest = css.as_str();
        while let Some((selectors, behind)) = rest.split_once('{') {
            let selectors = selectors.trim_start_matches(|c: char| c.is_whitespace() || c == '}');
            if selectors.starts_with('@') {
                rest = behind_block(behind);
                continue;
            }
            let (style, behind) = behind.split_once('}').unwrap_or((behind, ""));
            rest = behind;
            let (marks, format) = (marks(style), number_format(style));
            for class in selectors.split(',').filter_map(class) {
                let class = class.to_ascii_lowercase();
                if marks.contains(&true) && self.marks.len() < MOST_CLASSES {
                    let known = self.marks.entry(class.clone()).or_default();
                    known.iter_mut().zip(marks).for_each(|(known, mark)| *known |= mark);
                }
                if let Some(format) = &format
                    && self.formats.len() < MOST_CLASSES
                {
                    self.formats.insert(class, format.clone());
                }
            }
        }
    }

    /// What a tag says of itself and by its classes.
    pub fn of(&self, tag: &str) -> HtmlMarks {
        let own = value(tag, "style").map(marks).unwrap_or_default();
        let hidden = tag.split_ascii_whitespace().skip(1).any(|word| word.eq_ignore_ascii_case("hidden"));
        let mut all = [own[0], own[1], own[2] || hidden];
        if !self.marks.is_empty() {
            for class in value(tag, "class").unwrap_or("").split_ascii_whitespace() {
                let marks = self.marks.get(&class.to_ascii_lowercase()).copied().unwrap_or_default();
                all.iter_mut().zip(marks).for_each(|(mark, more)| *mark |= more);
            }
        }
        all
    }

    /// The number format that a tag has of itself or by its classes.
    pub fn format_of(&self, tag: &str) -> Option<String> {
        let own = value(tag, "style").and_then(number_format);
        own.or_else(|| {
            let classes = value(tag, "class").filter(|_| !self.formats.is_empty())?;
            classes
                .split_ascii_whitespace()
                .rev()
                .find_map(|class| self.formats.get(&class.to_ascii_lowercase()))
                .cloned()
        })
    }
}

/// The code of the number format that declarations name, without the signs that keep its characters from the style sheet.
fn number_format(style: &str) -> Option<String> {
    let lower = style.to_ascii_lowercase();
    let (at, name) =
        ["mso-number-format", "vnd.ms-excel.numberformat"].iter().find_map(|name| Some((lower.find(name)?, name)))?;
    let said = style.get(at + name.len()..)?.trim_start().strip_prefix(':')?.trim_start();
    let said = html_escape::decode_html_entities(said);
    let (mut chars, quote) = (said.chars().peekable(), said.chars().next().filter(|c| matches!(c, '"' | '\'')));
    if quote.is_some() {
        chars.next();
    }
    let mut code = String::new();
    while let Some(c) = chars.next() {
        match c {
            c if Some(c) == quote => break,
            ';' if quote.is_none() => break,
            '\\' => {
                // Four hexadecimal digits are a character; any other character stands for itself.
                let hex: String = chars.clone().take(4).take_while(char::is_ascii_hexdigit).collect();
                match u32::from_str_radix(&hex, 16).ok().filter(|_| hex.len() == 4).and_then(char::from_u32) {
                    Some(c) => {
                        chars.by_ref().take(4).for_each(drop);
                        code.push(c);
                    }
                    None => code.extend(chars.next()),
                }
            }
            c => code.push(c),
        }
    }
    let code = code.trim();
    (!code.is_empty() && code.len() <= LONGEST_CODE).then(|| code.to_owned())
}

/// Whether the tag's own style gives it no height or width: `height:0pt`.
pub fn is_flat(tag: &str, measure: &str) -> bool {
    value(tag, "style").is_some_and(|style| {
        style.split(';').filter_map(|rule| rule.split_once(':')).any(|(name, length)| {
            let figure = length.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic());
            name.trim().eq_ignore_ascii_case(measure) && figure.parse::<f64>() == Ok(0.0)
        })
    })
}

/// The class of a selector that is one class, or an element with one.
fn class(selector: &str) -> Option<&str> {
    let (element, class) = selector.trim().split_once('.')?;
    let plain = |word: &str| word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (plain(element) && plain(class) && !class.is_empty()).then_some(class)
}

/// What declarations say; spaces in them say nothing.
fn marks(style: &str) -> HtmlMarks {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let says = |words: &str| style.contains(words);
    [
        says("line-through"),
        says("vertical-align:super") || says("vertical-align:sub"),
        says("display:none") || says("visibility:hidden"),
    ]
}

fn without_comments(css: &str) -> String {
    let mut left = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, behind)) = rest.split_once("/*") {
        left.push_str(before);
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    left.push_str(rest);
    left.replace("<!--", "").replace("-->", "")
}

/// What stands behind a block that holds blocks.
fn behind_block(css: &str) -> &str {
    let mut depth = 1;
    for (at, c) in css.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return css.get(at + 1..).unwrap_or("");
        }
    }
    ""
}

/// The value of an attribute, in quotes or without.
pub fn value<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower.get(from..)?.find(name) {
        let at = from + found;
        from = at + name.len();
        let apart =
            tag.as_bytes().get(at.wrapping_sub(1)).is_some_and(|c| c.is_ascii_whitespace() || b"\"'".contains(c));
        let Some(value) = tag.get(from..)?.trim_start().strip_prefix('=').filter(|_| apart) else { continue };
        let value = value.trim_start();
        return match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value.get(1..)?.split(quote).next(),
            _ => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_say_what_their_rules_say() {
        let mut classes = HtmlClasses::default();
        classes.take(
            "<!-- .xl65 {mso-number-format:General; text-decoration:line-through;} /* .no{display:none} */\n\
             @media print { .paper {display:none} } font.f5, td.F6{ vertical-align : super } .a:hover{display:none}\n\
             .out .in{display:none} .gone{DISPLAY: none} -->",
        );
        let struck = [true, false, false];
        assert_eq!(classes.of("td class=xl65 x:num"), struck);
        assert_eq!(classes.of("td class='big XL65'"), struck);
        assert_eq!(classes.of("font class=\"f5\""), [false, true, false]);
        assert_eq!(classes.of("td class=f6"), [false, true, false]);
        assert_eq!(classes.of("tr class=gone"), [false, false, true]);
        for tag in ["td class=no", "td class=paper", "td class=a", "td class=in", "td classy=xl65", "td", "td class"] {
            assert_eq!(classes.of(tag), [false; 3], "{tag}");
        }
        assert_eq!(classes.of("td style='text-decoration: line-through; '"), struck);
        assert_eq!(classes.of("span hidden"), [false, false, true]);
        assert_eq!(classes.of("td style=display:none class=xl65"), [true, false, true]);
        for css in ["{", "}", ".a{", "@media{.a{", "/*", ".a,,{display:none"] {
            HtmlClasses::default().take(css);
        }
    }
}
