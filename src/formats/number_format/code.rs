//! A format code as its sections: what stands in each, piece by piece, and whether that leaves values as they are.

/// What kind of thing a format shows a number as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shows {
    #[default]
    Number,
    Date,
    /// `[h]:mm`: a length of time, not a point in it.
    Duration,
    /// Shown times a hundred.
    Percent,
}

/// What stands between two `;` of a code.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FormatSection {
    pub condition: Option<(ConditionSign, f64)>,
    pub shows: Shows,
    pub pieces: Vec<FormatPiece>,
    /// Each comma behind the last digit divides by a thousand.
    pub thousands: u32,
    /// Fractions and powers of ten: shown in another notation, the value stays.
    pub opaque: bool,
}

/// How a section's condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionSign {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    More,
}

/// One thing that a section writes.
#[derive(Debug, Clone, PartialEq)]
pub enum FormatPiece {
    Literal(char),
    /// `0`, `#` or `?`; whether it pads with a zero.
    Digit {
        pads: bool,
    },
    Point,
    /// The whole value in its plain form.
    General,
    /// `@`: the text.
    Text,
}

/// The sections of a code, at most four, at least one.
pub fn sections(code: &str) -> Vec<FormatSection> {
    let mut chars = code.chars().peekable();
    let mut sections = Vec::new();
    loop {
        let (section, more) = section(&mut chars);
        sections.push(section);
        // Excel knows four; who writes more means nothing by it.
        if !more || sections.len() == 4 {
            break;
        }
    }
    sections
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// One section, up to its `;`; whether another follows.
fn section(chars: &mut Chars<'_>) -> (FormatSection, bool) {
    let mut section = FormatSection::default();
    let mut commas = 0;
    let mut said = None;
    while let Some(c) = chars.next() {
        match c {
            ';' => {
                section.thousands += commas;
                section.shows = said.unwrap_or_default();
                return (section, true);
            }
            '"' => section.pieces.extend(chars.by_ref().take_while(|c| *c != '"').map(FormatPiece::Literal)),
            // Chinese Excel writes `!` where others write `\`.
            '\\' | '!' => section.pieces.extend(chars.next().map(FormatPiece::Literal)),
            // A space as wide as the next character, and a character that fills the cell: nothing to read.
            '_' | '*' => drop(chars.next()),
            '[' => bracket(&chars.by_ref().take_while(|c| *c != ']').collect::<String>(), &mut section, &mut said),
            '0' | '#' | '?' => {
                // Between digits a comma only groups them.
                commas = 0;
                section.pieces.push(FormatPiece::Digit { pads: c == '0' });
            }
            ',' if matches!(section.pieces.last(), Some(FormatPiece::Digit { .. } | FormatPiece::Point)) => commas += 1,
            '.' if !section.pieces.contains(&FormatPiece::Point) => {
                section.thousands += std::mem::take(&mut commas);
                section.pieces.push(FormatPiece::Point);
            }
            '%' => said = said.or(Some(Shows::Percent)),
            '@' => section.pieces.push(FormatPiece::Text),
            'E' | 'e' if matches!(chars.peek(), Some('+' | '-')) => section.opaque = true,
            '/' if section.pieces.iter().any(|piece| matches!(piece, FormatPiece::Digit { .. })) => {
                section.opaque = true
            }
            // The day of the week in Chinese.
            'a' if matches!(chars.peek(), Some('a')) => said = said.or(Some(Shows::Date)),
            'G' | 'g' => general(c, chars, &mut section),
            'd' | 'm' | 'h' | 'y' | 's' | 'D' | 'M' | 'H' | 'Y' | 'S' => said = said.or(Some(Shows::Date)),
            c => section.pieces.push(FormatPiece::Literal(c)),
        }
    }
    section.thousands += commas;
    section.shows = said.unwrap_or_default();
    (section, false)
}

/// `General`, or `G/通用格式` as Chinese programs leave it; any other word with a G is an era's.
fn general(first: char, chars: &mut Chars<'_>, section: &mut FormatSection) {
    for word in ["eneral", "/通用格式"] {
        let ahead: String = chars.clone().take(word.chars().count()).collect();
        if ahead.eq_ignore_ascii_case(word) {
            for _ in word.chars() {
                chars.next();
            }
            section.pieces.push(FormatPiece::General);
            return;
        }
    }
    section.pieces.push(FormatPiece::Literal(first));
}

/// What stands in square brackets: a condition, a length of time, a sign of money, or a colour.
fn bracket(inside: &str, section: &mut FormatSection, said: &mut Option<Shows>) {
    let word = inside.to_ascii_lowercase();
    if matches!(word.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
        *said = said.or(Some(Shows::Duration));
        return;
    }
    if let Some(money) = inside.strip_prefix('$') {
        section.pieces.extend(money.split('-').next().unwrap_or("").chars().map(FormatPiece::Literal));
        return;
    }
    use ConditionSign::*;
    let signs = [("<=", AtMost), ("<>", Unequal), (">=", AtLeast), ("<", Less), ("=", Equal), (">", More)];
    for (sign, comparison) in signs {
        if let Some(bound) = inside.strip_prefix(sign).and_then(|bound| bound.trim().parse().ok()) {
            section.condition = Some((comparison, bound));
            return;
        }
    }
}

/// Characters beside the digits that say nothing of the value: signs, brackets, spaces, Chinese money.
pub fn is_decoration(c: char) -> bool {
    c.is_whitespace() || matches!(c, '+' | '-' | '−' | '(' | ')' | '（' | '）' | '¥' | '￥' | '\'' | ',' | '，')
}

/// The sign of 元.
pub fn is_money(c: char) -> bool {
    matches!(c, '¥' | '￥')
}

/// What a zero may be shown as and stays a zero.
pub fn is_nil(c: char) -> bool {
    is_decoration(c) || matches!(c, '–' | '—' | '―' | '─' | '－' | '/' | '／' | '无' | '零')
}

pub fn says_minus(c: char) -> bool {
    matches!(c, '-' | '−' | '－' | '(' | '（' | '负' | '▲' | '△')
}

impl FormatSection {
    pub fn literals(&self) -> impl Iterator<Item = char> + '_ {
        self.pieces.iter().filter_map(|piece| if let FormatPiece::Literal(c) = piece { Some(*c) } else { None })
    }

    pub fn has_figure(&self) -> bool {
        self.opaque
            || self.shows != Shows::Number
            || self.pieces.iter().any(|piece| matches!(piece, FormatPiece::Digit { .. } | FormatPiece::General))
    }

    /// Whether a dash stands between its digits.
    pub fn is_split(&self) -> bool {
        let is_digit = |piece: &FormatPiece| matches!(piece, FormatPiece::Digit { .. });
        let (first, last) = (self.pieces.iter().position(is_digit), self.pieces.iter().rposition(is_digit));
        let between = first.zip(last).and_then(|(first, last)| self.pieces.get(first..last));
        between.is_some_and(|pieces| pieces.contains(&FormatPiece::Literal('-')))
    }

    /// Whether numbers under it look as they are, those it leaves the sign of included only where `signed`.
    pub fn is_plain(&self, signed: bool) -> bool {
        if self.shows != Shows::Number || self.opaque {
            return true;
        }
        let before_point = self.pieces.iter().take_while(|piece| **piece != FormatPiece::Point);
        let padded = before_point.filter(|piece| matches!(piece, FormatPiece::Digit { pads: true })).count() > 1;
        self.has_figure()
            && self.thousands == 0
            && !padded
            && self.literals().all(is_decoration)
            && !self.is_split()
            && (!signed || self.literals().any(says_minus))
    }
}

impl ConditionSign {
    pub fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            ConditionSign::Less => number < bound,
            ConditionSign::AtMost => number <= bound,
            ConditionSign::Equal => number == bound,
            ConditionSign::Unequal => number != bound,
            ConditionSign::AtLeast => number >= bound,
            ConditionSign::More => number > bound,
        }
    }
}
