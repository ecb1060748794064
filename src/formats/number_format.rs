//! What a number format makes of a value: one language of codes for every kind of workbook, parsed once a format and
//! evaluated exactly. It never rounds: a person sees fewer digits, and means the value.

use std::fmt::Write;

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

/// How a value looks under a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// As the value itself, give or take digits, separators and signs of money.
    Plain,
    /// As this text, exact.
    Text(String),
    /// Not at all, though it is not zero.
    Nothing,
    /// Negative, and without its sign.
    MinusHidden,
}

/// A number format, ready to be asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberFormat {
    /// Of the first section.
    shows: Shows,
    /// Empty: every value looks plain.
    sections: Vec<FormatSection>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct FormatSection {
    condition: Option<(ConditionSign, f64)>,
    shows: Shows,
    pieces: Vec<Piece>,
    /// Each comma behind the last digit divides by a thousand.
    thousands: u32,
    /// Fractions and powers of ten: shown in another notation, the value stays.
    opaque: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ConditionSign {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    More,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
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

/// Formats that a file need not spell out; 27–36 and 50–58 are the dates of Chinese, Japanese and Korean Excel.
pub fn builtin(id: u32) -> NumberFormat {
    let shows = match id {
        9 | 10 => Shows::Percent,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shows::Date,
        46 => Shows::Duration,
        _ => Shows::Number,
    };
    NumberFormat { shows, sections: Vec::new() }
}

/// Reads a format code.
pub fn by_code(code: &str) -> NumberFormat {
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
    let shows = sections.first().map_or(Shows::Number, |first| first.shows);
    let mut format = NumberFormat { shows, sections };
    if format.is_uneventful() {
        format.sections.clear();
    }
    format
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
            '"' => section.pieces.extend(chars.by_ref().take_while(|c| *c != '"').map(Piece::Literal)),
            // Chinese Excel writes `!` where others write `\`.
            '\\' | '!' => section.pieces.extend(chars.next().map(Piece::Literal)),
            // A space as wide as the next character, and a character that fills the cell: nothing to read.
            '_' | '*' => drop(chars.next()),
            '[' => bracket(&chars.by_ref().take_while(|c| *c != ']').collect::<String>(), &mut section, &mut said),
            '0' | '#' | '?' => {
                // Between digits a comma only groups them.
                commas = 0;
                section.pieces.push(Piece::Digit { pads: c == '0' });
            }
            ',' if matches!(section.pieces.last(), Some(Piece::Digit { .. } | Piece::Point)) => commas += 1,
            '.' if !section.pieces.contains(&Piece::Point) => {
                section.thousands += std::mem::take(&mut commas);
                section.pieces.push(Piece::Point);
            }
            '%' => said = said.or(Some(Shows::Percent)),
            '@' => section.pieces.push(Piece::Text),
            'E' | 'e' if matches!(chars.peek(), Some('+' | '-')) => section.opaque = true,
            '/' if section.pieces.iter().any(|piece| matches!(piece, Piece::Digit { .. })) => section.opaque = true,
            // The day of the week in Chinese.
            'a' if matches!(chars.peek(), Some('a')) => said = said.or(Some(Shows::Date)),
            'G' | 'g' => general(c, chars, &mut section),
            'd' | 'm' | 'h' | 'y' | 's' | 'D' | 'M' | 'H' | 'Y' | 'S' => said = said.or(Some(Shows::Date)),
            c => section.pieces.push(Piece::Literal(c)),
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
            section.pieces.push(Piece::General);
            return;
        }
    }
    section.pieces.push(Piece::Literal(first));
}

/// What stands in square brackets: a condition, a length of time, a sign of money, or a colour.
fn bracket(inside: &str, section: &mut FormatSection, said: &mut Option<Shows>) {
    let word = inside.to_ascii_lowercase();
    if matches!(word.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
        *said = said.or(Some(Shows::Duration));
        return;
    }
    if let Some(money) = inside.strip_prefix('$') {
        section.pieces.extend(money.split('-').next().unwrap_or("").chars().map(Piece::Literal));
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
fn is_decoration(c: char) -> bool {
    c.is_whitespace() || matches!(c, '+' | '-' | '−' | '(' | ')' | '（' | '）' | '¥' | '￥' | '\'' | ',' | '，')
}

/// What a zero may be shown as and stays a zero.
fn is_nil(c: char) -> bool {
    is_decoration(c) || matches!(c, '–' | '—' | '―' | '─' | '－' | '/' | '／' | '无' | '零')
}

fn says_minus(c: char) -> bool {
    matches!(c, '-' | '−' | '－' | '(' | '（' | '负' | '▲' | '△')
}

impl FormatSection {
    fn literals(&self) -> impl Iterator<Item = char> + '_ {
        self.pieces.iter().filter_map(|piece| if let Piece::Literal(c) = piece { Some(*c) } else { None })
    }

    fn has_figure(&self) -> bool {
        self.opaque
            || self.shows != Shows::Number
            || self.pieces.iter().any(|piece| matches!(piece, Piece::Digit { .. } | Piece::General))
    }

    /// Whether a dash stands between its digits.
    fn is_split(&self) -> bool {
        let is_digit = |piece: &Piece| matches!(piece, Piece::Digit { .. });
        let (first, last) = (self.pieces.iter().position(is_digit), self.pieces.iter().rposition(is_digit));
        let between = first.zip(last).and_then(|(first, last)| self.pieces.get(first..last));
        between.is_some_and(|pieces| pieces.contains(&Piece::Literal('-')))
    }

    /// Whether numbers under it look as they are, those it leaves the sign of included only where `signed`.
    fn is_plain(&self, signed: bool) -> bool {
        if self.shows != Shows::Number || self.opaque {
            return true;
        }
        let before_point = self.pieces.iter().take_while(|piece| **piece != Piece::Point);
        let padded = before_point.filter(|piece| matches!(piece, Piece::Digit { pads: true })).count() > 1;
        self.has_figure()
            && self.thousands == 0
            && !padded
            && self.literals().all(is_decoration)
            && !self.is_split()
            && (!signed || self.literals().any(says_minus))
    }
}

impl NumberFormat {
    /// Whether every value looks plain under it, as under nearly every format.
    fn is_uneventful(&self) -> bool {
        let [first, rest @ ..] = &self.sections[..] else { return true };
        if self.sections.iter().any(|section| section.condition.is_some()) {
            return self
                .sections
                .iter()
                .all(|section| section.is_plain(false) && !section.pieces.contains(&Piece::Text))
                && self.sections.iter().all(|section| section.shows == self.shows);
        }
        // A format of texts alone.
        let text = |section: &FormatSection| {
            section.pieces.contains(&Piece::Text) && section.literals().all(char::is_whitespace)
        };
        if rest.is_empty() && first.pieces.contains(&Piece::Text) {
            return text(first);
        }
        let nil = |section: &FormatSection| {
            section.is_plain(false) || (!section.has_figure() && section.literals().all(is_nil))
        };
        first.is_plain(false)
            && rest.first().is_none_or(|negative| negative.is_plain(true) || text(negative))
            && rest.get(1).is_none_or(|zero| nil(zero) || text(zero))
            && rest.get(2).is_none_or(text)
    }

    /// What it shows a number as.
    pub fn shows(&self, number: f64) -> Shows {
        if self.sections.is_empty() {
            self.shows
        } else {
            self.section(number).map_or(self.shows, |(section, _)| section.shows)
        }
    }

    /// Whether any value may look otherwise than it is.
    pub fn is_eventful(&self) -> bool {
        !self.sections.is_empty()
    }

    /// The section for a number, and whether it is for negative ones alone (the sign is then the section's to write).
    fn section(&self, number: f64) -> Option<(&FormatSection, bool)> {
        let numeric = match self.sections.len() {
            4 => &self.sections[..3],
            _ => &self.sections[..],
        };
        // The last section is for texts where it says so.
        let numeric = match numeric {
            [rest @ .., last] if !rest.is_empty() && last.pieces.contains(&Piece::Text) => rest,
            all => all,
        };
        if numeric.iter().any(|section| section.condition.is_some()) {
            let holds = |section: &&FormatSection| {
                section.condition.is_none_or(|(comparison, bound)| comparison.holds(number, bound))
            };
            let found = numeric.iter().find(holds)?;
            let below =
                matches!(found.condition, Some((ConditionSign::Less | ConditionSign::AtMost, bound)) if bound <= 0.0);
            return Some((found, below));
        }
        match (numeric, number) {
            ([_, negative, ..], number) if number < 0.0 => Some((negative, true)),
            ([_, _, zero, ..], 0.0) => Some((zero, false)),
            ([first, ..], _) => Some((first, false)),
            ([], _) => None,
        }
    }

    /// How a number looks.
    pub fn number(&self, number: f64) -> Look {
        if self.sections.is_empty() || !number.is_finite() {
            return Look::Plain;
        }
        let Some((section, signs_itself)) = self.section(number) else { return Look::Plain };
        if section.shows != Shows::Number || section.opaque {
            return Look::Plain;
        }
        // A format of texts alone shows numbers as they are.
        if section.pieces.contains(&Piece::Text) {
            return Look::Plain;
        }
        if !section.has_figure() {
            let words: String = section.literals().collect();
            return match words.trim() {
                words if number == 0.0 && words.chars().all(is_nil) => Look::Plain,
                "" => Look::Nothing,
                words => Look::Text(words.to_owned()),
            };
        }
        if number < 0.0 && signs_itself && !section.literals().any(says_minus) {
            return Look::MinusHidden;
        }
        if section.is_plain(false) {
            return Look::Plain;
        }
        let text = section.render(number);
        let plain = Decimal::of(number).text();
        if text == plain { Look::Plain } else { Look::Text(text) }
    }

    /// How a text looks.
    pub fn text(&self, text: &str) -> Look {
        let section = match &self.sections[..] {
            [_, _, _, texts] => texts,
            [.., last] if last.pieces.contains(&Piece::Text) => last,
            _ => return Look::Plain,
        };
        let mut shown = String::new();
        for piece in &section.pieces {
            match piece {
                Piece::Text | Piece::General => shown.push_str(text),
                Piece::Literal(c) => shown.push(*c),
                Piece::Digit { .. } | Piece::Point => {}
            }
        }
        match shown.trim() {
            shown if shown == text.trim() => Look::Plain,
            "" => Look::Nothing,
            shown => Look::Text(shown.to_owned()),
        }
    }
}

impl ConditionSign {
    fn holds(self, number: f64, bound: f64) -> bool {
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

/// A number as its decimal digits, as many as a spreadsheet keeps.
struct Decimal {
    negative: bool,
    /// Without zeros at either end.
    digits: Vec<u8>,
    /// Where the point stands: behind so many of the digits.
    point: i32,
}

/// Digits that Excel keeps of a number: what binary arithmetic adds behind them nobody typed.
const KEPT: usize = 15;

impl Decimal {
    fn of(number: f64) -> Decimal {
        let mut written = String::new();
        // Writing to a string does not fail.
        let _ = write!(written, "{:.*e}", KEPT - 1, number.abs());
        let (mantissa, power) = written.split_once('e').unwrap_or((&written, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() { 0 } else { power.parse::<i32>().unwrap_or(0) + 1 };
        Decimal { negative: number < 0.0 && !digits.is_empty(), digits, point }
    }

    fn whole(&self) -> String {
        let at =
            |place: i32| usize::try_from(place).ok().and_then(|place| self.digits.get(place)).copied().unwrap_or(b'0');
        (0..self.point.max(0)).map(|place| char::from(at(place))).collect()
    }

    fn fraction(&self) -> String {
        let lead = std::iter::repeat_n('0', usize::try_from(-self.point).unwrap_or(0));
        let from = usize::try_from(self.point).unwrap_or(0).min(self.digits.len());
        if self.digits.is_empty() {
            return String::new();
        }
        lead.chain(self.digits[from..].iter().map(|digit| char::from(*digit))).collect()
    }

    /// As one types it.
    fn text(&self) -> String {
        let (whole, fraction) = (self.whole(), self.fraction());
        let sign = if self.negative { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { &whole };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

impl FormatSection {
    /// The number with the section's scale, padding and words.
    fn render(&self, number: f64) -> String {
        let mut pieces = self.pieces.clone();
        let mut decimal = Decimal::of(number);
        decimal.point -= 3 * i32::try_from(self.thousands).unwrap_or(0);
        // `0!.0,` shows tens of thousands: a point that is only written divides as well.
        if !pieces.contains(&Piece::Point)
            && let Some(written) = self.written_point()
        {
            let digits = pieces[written..].iter().filter(|piece| matches!(piece, Piece::Digit { .. })).count();
            decimal.point -= i32::try_from(digits).unwrap_or(0);
            pieces[written] = Piece::Point;
        }
        let end = pieces.iter().position(|piece| *piece == Piece::Point).unwrap_or(pieces.len());
        let figures: Vec<usize> =
            (0..end).filter(|at| matches!(pieces[*at], Piece::Digit { .. } | Piece::General)).collect();
        let decorated = |c: &char| !is_decoration(*c) || *c == ' ';
        let literal = |pieces: &[Piece]| -> String {
            let all = pieces.iter().filter_map(|piece| if let Piece::Literal(c) = piece { Some(*c) } else { None });
            all.filter(decorated).collect()
        };
        let (first, last) = match (figures.first(), figures.last()) {
            (Some(first), Some(last)) => (*first, *last),
            _ => (end, end),
        };
        let behind =
            pieces.iter().rposition(|piece| matches!(piece, Piece::Digit { .. } | Piece::Point | Piece::General));
        let behind = behind.map_or(end, |at| at + 1);
        let mut text = literal(&pieces[..first]).trim_start().to_owned();
        if decimal.negative {
            text.push('-');
        }
        text.push_str(&fill(pieces.get(first..(last + 1).min(end)).unwrap_or_default(), &decimal.whole()));
        let fraction = decimal.fraction();
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(&fraction);
        }
        text.push_str(&literal(pieces.get(behind..).unwrap_or_default()));
        text.trim_end().to_owned()
    }

    /// The place of a `.` that is a literal between digits.
    fn written_point(&self) -> Option<usize> {
        let is_digit = |piece: &Piece| matches!(piece, Piece::Digit { .. });
        let at = self.pieces.iter().position(|piece| *piece == Piece::Literal('.'))?;
        (self.pieces[..at].iter().any(is_digit) && self.pieces[at..].iter().any(is_digit)).then_some(at)
    }
}

/// The whole digits laid over a section's places, from the right: `000-0000` over 5551234 is 555-1234.
fn fill(places: &[Piece], whole: &str) -> String {
    let mut left: Vec<char> = whole.chars().collect();
    let mut reversed: Vec<char> = Vec::new();
    let first = places.iter().position(|place| matches!(place, Piece::Digit { .. }));
    let pads_from = places.iter().position(|place| matches!(place, Piece::Digit { pads: true }));
    for (at, place) in places.iter().enumerate().rev() {
        match place {
            Piece::Digit { .. } => {
                match left.pop() {
                    Some(digit) => reversed.push(digit),
                    None if pads_from.is_some_and(|from| at >= from) => reversed.push('0'),
                    None => {}
                }
                // What has no place of its own stands before the first.
                if Some(at) == first {
                    reversed.extend(left.drain(..).rev());
                }
            }
            Piece::General => reversed.extend(left.drain(..).rev()),
            Piece::Literal(c) if !is_decoration(*c) || *c == '-' => reversed.push(*c),
            _ => {}
        }
    }
    reversed.extend(left.drain(..).rev());
    let text: String = reversed.into_iter().rev().collect();
    if text.is_empty() { "0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(code: &str, number: f64) -> Look {
        by_code(code).number(number)
    }

    fn text(text: &str) -> Look {
        Look::Text(text.to_owned())
    }

    #[test]
    fn dates_durations_and_percentages_by_code() {
        for code in
            ["yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy-mm", "h:mm AM/PM", "[DBNum1]m月", "yyyy/m/d;@", "[$-F800]dddd"]
        {
            assert_eq!(by_code(code).shows(46000.0), Shows::Date, "{code}");
        }
        for code in ["General", "0.00_ ", "#,##0\"days\"", "[Red]0.0", "0\\d", "@", "0\"人\"", "#,##0_);-#,##0"] {
            assert_eq!(by_code(code).shows(46000.0), Shows::Number, "{code}");
        }
        assert_eq!(by_code("[h]:mm").shows(2.0), Shows::Duration);
        for code in ["0%", "0.00%;[Red]-0.00%", "0%;yyyy", "0.0_ %"] {
            assert_eq!(by_code(code).shows(0.5), Shows::Percent, "{code}");
        }
        assert_eq!(by_code("0\"%\"").shows(50.0), Shows::Number, "a sign that is only written");
        assert_eq!(by_code("[>=30000]yyyy/m/d;0").shows(5.0), Shows::Number, "each value by its own section");
    }

    #[test]
    fn usual_formats_change_nothing() {
        for code in [
            "General",
            "0",
            "0.00",
            "#,##0",
            "#,##0.00_ ",
            "#,##0.00_);[Red](#,##0.00)",
            "0_);(0)",
            "0.00_ ;[Red]-0.00\\ ",
            "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
            "_ \"¥\"* #,##0_ ;_ \"¥\"* -#,##0_ ;_ \"¥\"* \"-\"_ ;_ @_ ",
            "[$¥-804]#,##0.00",
            "¥#,##0;¥-#,##0",
            "@",
            "0;-0;;@",
            "#",
            "# ?/?",
            "0.00E+00",
            "G/通用格式",
            "0;-0;\"无\"",
            "+0;-0",
        ] {
            for number in [12.5, -7.0, 0.0, 9000.0] {
                assert_eq!(look(code, number), Look::Plain, "{code} {number}");
            }
            assert_eq!(by_code(code).text("文"), Look::Plain, "{code}");
        }
    }

    #[test]
    fn scales_units_and_padding_are_exact() {
        for (code, number, shown) in [
            ("0!.0,\"万\"", 9000.0, "0.9万"),
            ("0!.0,\"万\"", 9234.0, "0.9234万"),
            ("0\\.0,", 35000.0, "3.5"),
            ("0.0,", 9000.0, "9"),
            ("#,##0,,\"百万\"", 1_500_000.0, "1.5百万"),
            ("0!.00,,\"亿\"", 123_456_789.0, "1.23456789亿"),
            ("0\"元\"", 9000.5, "9000.5元"),
            ("#,##0\"千元\"", 1234.0, "1234千元"),
            ("0.00\"元\"", -3.0, "-3元"),
            ("General\"人\"", 12.0, "12人"),
            ("000000", 7.0, "000007"),
            ("\"皖工发〔2026〕\"0\"号\"", 3.0, "皖工发〔2026〕3号"),
            ("\"第\"00\"名\"", 3.0, "第03名"),
            ("000-0000-0000", 13_812_345_678.0, "138-1234-5678"),
            ("0000-00-00", 20_260_305.0, "2026-03-05"),
            ("0\"人\"", 0.1 + 0.2, "0.3人"),
            ("0\"%\"", 95.0, "95%"),
            ("$#,##0", 5.0, "$5"),
            ("0\"人\"", 0.0, "0人"),
        ] {
            assert_eq!(look(code, number), text(shown), "{code}");
        }
    }

    #[test]
    fn words_for_numbers_hidden_values_and_hidden_signs() {
        assert_eq!(look("[=1]\"男\";[=2]\"女\"", 1.0), text("男"));
        assert_eq!(look("[=1]\"男\";[=2]\"女\"", 2.0), text("女"));
        assert_eq!(look("[=1]\"男\";[=2]\"女\";General", 3.0), Look::Plain);
        assert_eq!(look("[=1]\"男\";[=0]\"女\"", 0.0), text("女"));
        assert_eq!(look("\"是\";;\"否\"", 0.0), text("否"));
        assert_eq!(look(";;;", 5.0), Look::Nothing);
        assert_eq!(look(";;;", 0.0), Look::Plain);
        assert_eq!(by_code(";;;").text("甲"), Look::Nothing);
        assert_eq!(look(";;;@", 5.0), Look::Nothing);
        assert_eq!(by_code(";;;@").text("甲"), Look::Plain);
        assert_eq!(look("0;0", -5.0), Look::MinusHidden);
        assert_eq!(look("0.00;[Red]0.00", -5.0), Look::MinusHidden);
        assert_eq!(look("0.00;[Red]0.00", 5.0), Look::Plain);
        assert_eq!(by_code("@\"班\"").text("运维二"), text("运维二班"));
        assert_eq!(look("@\"班\"", 5.0), Look::Plain);
        assert_eq!(by_code("General;General;General;\"编号\"@").text("7"), text("编号7"));
    }

    /// No code and no number makes it panic, whatever stands where.
    #[test]
    fn any_code_has_a_look() {
        let bits = [
            "0", "#", "?", ".", ",", ";", "@", "\"", "\\", "!", "_", "*", "[", "]", "[=", "1]", "E+", "/", "%", "G",
            "元", "-", "y",
        ];
        let mut seed = 7u64;
        for _ in 0..20_000 {
            let mut code = String::new();
            for _ in 0..8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                code.push_str(bits[(seed >> 33) as usize % bits.len()]);
            }
            let format = by_code(&code);
            for number in [0.0, 1.0, -1.5, 1e300, -1e-300, f64::NAN] {
                let _ = (format.number(number), format.shows(number));
            }
            let _ = format.text("文");
        }
    }
}
