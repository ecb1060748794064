//! How the style of a page shows what it marks: the element's own, and that of its classes in the page's style sheet, where
//! programs that save a sheet as a page write nearly everything.

use std::collections::HashMap;

/// Style sheets that name more classes than this are no sheet's.
const MOST_CLASSES: usize = 10_000;

/// Struck through, raised or lowered, not shown.
pub type HtmlMarks = [bool; 3];

/// What the classes of a page say.
#[derive(Debug, Default)]
pub struct HtmlClasses(HashMap<String, HtmlMarks>);

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
            let marks = marks(style);
            if !marks.contains(&true) {
                continue;
            }
            for class in selectors.split(',').filter_map(class) {
                if self.0.len() < MOST_CLASSES {
                    let known = self.0.entry(class.to_ascii_lowercase()).or_default();
                    known.iter_mut().zip(marks).for_each(|(known, mark)| *known |= mark);
                }
            }
        }
    }

    /// What a tag says of itself and by its classes.
    pub fn of(&self, tag: &str) -> HtmlMarks {
        let own = value(tag, "style").map(marks).unwrap_or_default();
        let hidden = tag.split_ascii_whitespace().skip(1).any(|word| word.eq_ignore_ascii_case("hidden"));
        let mut all = [own[0], own[1], own[2] || hidden];
        if !self.0.is_empty() {
            for class in value(tag, "class").unwrap_or("").split_ascii_whitespace() {
                let marks = self.0.get(&class.to_ascii_lowercase()).copied().unwrap_or_default();
                all.iter_mut().zip(marks).for_each(|(mark, more)| *mark |= more);
            }
        }
        all
    }
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
fn value<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
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
