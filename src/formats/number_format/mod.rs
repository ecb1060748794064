//! What a number format makes of a value: one language of codes for every kind of workbook, parsed once a format and
//! evaluated exactly. It never rounds: a person sees fewer digits, and means the value.

mod code;
mod render;

pub use code::Shows;
use code::{ConditionSign, FormatPiece, FormatSection, is_money, is_nil, says_minus, sections};
use render::Decimal;

/// How a value looks under a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// As the value itself, give or take digits and separators.
    Plain,
    /// As this text, exact.
    Text(String),
    /// Not at all, though it is not zero.
    Nothing,
    /// Negative, and without its sign.
    MinusHidden,
    /// As the value itself, with the sign of 元 before it.
    Money,
}

/// A number format, ready to be asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberFormat {
    /// Of the first section.
    shows: Shows,
    /// Empty: every value looks plain.
    sections: Vec<FormatSection>,
}

/// Formats that a file need not spell out; 27–36 and 50–58 are the dates of Chinese, Japanese and Korean Excel, 5–8, 42 and
/// 44 the money of the program's language.
pub fn builtin(id: u32) -> NumberFormat {
    if matches!(id, 5..=8 | 42 | 44) {
        return by_code("\"¥\"#,##0.00;\"¥\"-#,##0.00");
    }
    let shows = match id {
        9 | 10 => Shows::Percent,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shows::Date,
        46 => Shows::Duration,
        _ => Shows::Number,
    };
    NumberFormat { shows, sections: Vec::new() }
}

/// A format's code, or one of the names that pages and workbooks as XML have for the usual ones.
pub fn by_name_or_code(code: &str) -> NumberFormat {
    match code {
        "Percent" => builtin(9),
        "General Date" | "Short Date" | "Medium Date" | "Long Date" | "Short Time" | "Medium Time" | "Long Time" => {
            builtin(14)
        }
        "Currency" => builtin(7),
        "General Number" | "Fixed" | "Standard" | "Euro Currency" | "Scientific" => builtin(0),
        code => by_code(code),
    }
}

/// Reads a format code.
pub fn by_code(code: &str) -> NumberFormat {
    let sections = sections(code);
    let shows = sections.first().map_or(Shows::Number, |first| first.shows);
    let mut format = NumberFormat { shows, sections };
    if format.is_uneventful() {
        format.sections.clear();
    }
    format
}

impl NumberFormat {
    /// Whether every value looks plain under it, as under nearly every format.
    fn is_uneventful(&self) -> bool {
        let [first, rest @ ..] = &self.sections[..] else { return true };
        if self.sections.iter().any(|section| section.literals().any(is_money)) {
            return false;
        }
        if self.sections.iter().any(|section| section.condition.is_some()) {
            return self
                .sections
                .iter()
                .all(|section| section.is_plain(false) && !section.pieces.contains(&FormatPiece::Text))
                && self.sections.iter().all(|section| section.shows == self.shows);
        }
        // A format of texts alone.
        let text = |section: &FormatSection| {
            section.pieces.contains(&FormatPiece::Text) && section.literals().all(char::is_whitespace)
        };
        if rest.is_empty() && first.pieces.contains(&FormatPiece::Text) {
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
            [rest @ .., last] if !rest.is_empty() && last.pieces.contains(&FormatPiece::Text) => rest,
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
        if section.pieces.contains(&FormatPiece::Text) {
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
            let money = number != 0.0 && section.literals().any(is_money);
            return if money { Look::Money } else { Look::Plain };
        }
        let text = section.render(number);
        let plain = Decimal::of(number).text();
        if text == plain { Look::Plain } else { Look::Text(text) }
    }

    /// How a text looks.
    pub fn text(&self, text: &str) -> Look {
        let section = match &self.sections[..] {
            [_, _, _, texts] => texts,
            [.., last] if last.pieces.contains(&FormatPiece::Text) => last,
            _ => return Look::Plain,
        };
        let mut shown = String::new();
        for piece in &section.pieces {
            match piece {
                FormatPiece::Text | FormatPiece::General => shown.push_str(text),
                FormatPiece::Literal(c) => shown.push(*c),
                FormatPiece::Digit { .. } | FormatPiece::Point => {}
            }
        }
        match shown.trim() {
            shown if shown == text.trim() => Look::Plain,
            "" => Look::Nothing,
            shown => Look::Text(shown.to_owned()),
        }
    }
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
    fn the_sign_of_money_is_seen_and_changes_nothing() {
        for code in ["_ \"¥\"* #,##0_ ;_ \"¥\"* -#,##0_ ;_ \"¥\"* \"-\"_ ;_ @_ ", "[$¥-804]#,##0.00", "¥#,##0;¥-#,##0"]
        {
            for number in [12.5, -7.0, 9000.0] {
                assert_eq!(look(code, number), Look::Money, "{code} {number}");
            }
            assert_eq!(look(code, 0.0), Look::Plain, "{code}");
            assert_eq!(by_code(code).text("文"), Look::Plain, "{code}");
        }
        assert_eq!(builtin(44).number(5.0), Look::Money);
        assert_eq!(builtin(43).number(5.0), Look::Plain);
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
