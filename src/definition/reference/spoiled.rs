//! What a spreadsheet does to texts when it opens and saves a table: long numbers lose their tail, 2026-03 becomes Mar-26,
//! 001 becomes 1, and a csv in GBK has no place for rare characters. Told by what is left, never repaired.

use crate::model::codes::DiagnosticCode;
use crate::text::id_number;

/// What was done to a text: the code, how it looks, and what to do.
pub type Damage = (DiagnosticCode, &'static str, &'static str);

const AS_TEXT: &str = "把这一列设成文本格式，再照原件重新填；用 huizong tables 写出的工作簿已经设好";

/// A date in a column of texts.
pub const TYPED_DATE: Damage =
    (DiagnosticCode::SpoiledDate, "是日期，不是文字：表格软件把原来写的（例如 3-1）改成了日期", AS_TEXT);

/// The damage that a text shows by itself. `narrow` says that the file's encoding lacks characters.
pub fn damage(text: &str, narrow: bool) -> Option<Damage> {
    // Every damage shows by one of these; hardly a text has any.
    const SIGNS: [u8; 5] = [b'+', b'-', b'?', "\u{fffd}".as_bytes()[0], "锟".as_bytes()[0]];
    if !text.bytes().any(|byte| SIGNS.contains(&byte)) {
        return None;
    }
    if is_scientific(text) {
        return Some((DiagnosticCode::SpoiledNumber, "是科学计数法，后面的数字已经丢了", AS_TEXT));
    }
    if is_month_of_excel(text) {
        return Some((
            DiagnosticCode::SpoiledDate,
            "是 Excel 改成的日期，原来写的多半是 2026-03 或 3-26 这样",
            AS_TEXT,
        ));
    }
    // Hardly a text has that character, and one is found faster than three in a row.
    let lost = text.contains('\u{fffd}') || text.contains('锟') && text.contains("锟斤拷");
    if lost || narrow && has_question_in_words(text) {
        let help = "照原件补上丢的字，另存为 xlsx；存成 csv 时选“CSV UTF-8”";
        return Some((DiagnosticCode::SpoiledText, "有丢了的字", help));
    }
    None
}

/// The damage of an ID number: zeros in the place of its tail are the spreadsheet's, anything else may be a slip.
pub fn id_damage(number: &str) -> Option<Damage> {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if id_number::is_valid(number) || id_number::of_fifteen(number).is_some() {
        return None;
    }
    // Excel keeps 15 digits and writes 0 for the others.
    if digits && number.len() == 18 && number.ends_with("000") {
        return Some((DiagnosticCode::SpoiledNumber, "末三位像是 Excel 改成的 0，原来的数字已经丢了", AS_TEXT));
    }
    Some((DiagnosticCode::IdNumberWrong, "校验不对，和报表里的号码对不上", "照原件核对这个身份证号"))
}

/// `3.4E+17`.
fn is_scientific(text: &str) -> bool {
    let Some((figure, power)) = text.split_once('+') else { return false };
    let Some(figure) = figure.strip_suffix(['E', 'e']) else { return false };
    let is_figure = |c: char| c.is_ascii_digit() || c == '.';
    !figure.is_empty()
        && figure.chars().all(is_figure)
        && !power.is_empty()
        && power.bytes().all(|b| b.is_ascii_digit())
}

/// `Mar-26`, `26-Mar`: what Excel makes of 2026-03 and 3-26.
fn is_month_of_excel(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let Some((left, right)) = text.split_once('-') else { return false };
    let month = |part: &str| MONTHS.contains(&part.to_ascii_lowercase().as_str());
    let number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    month(left) && number(right) || number(left) && month(right)
}

/// A question mark among Chinese characters: what a save into GBK leaves of one that it lacks.
fn has_question_in_words(text: &str) -> bool {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    text.contains('?') && text.chars().any(is_han)
}

/// Codes that lost the zeros before them, by their index, where the other codes tell how long a code is: nearly all are
/// digits of one length, some of them with a zero in front.
pub fn without_zeros(codes: &[&str]) -> Vec<usize> {
    let digits = |code: &&str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    let longest = codes.iter().filter(|code| digits(code)).map(|code| code.len()).max().unwrap_or(0);
    let whole = codes.iter().filter(|code| digits(code) && code.len() == longest);
    let (whole, zeros) =
        whole.fold((0, 0), |(whole, zeros), code| (whole + 1, zeros + usize::from(code.starts_with('0'))));
    if zeros == 0 || whole * 2 < codes.len() {
        return Vec::new();
    }
    (0..codes.len()).filter(|at| codes.get(*at).is_some_and(|code| digits(code) && code.len() < longest)).collect()
}

/// What to do about a code that nobody has: where one is the same but for zeros in front, it says so.
pub fn remedy<'c>(code: &str, known: impl Iterator<Item = &'c str>, usual: &str) -> String {
    match known.into_iter().find(|known| differ_in_zeros(code, known)) {
        Some(known) => format!("有代码“{known}”：像是丢了前面的 0，把这一列设成文本格式后补上"),
        None => usual.to_owned(),
    }
}

/// Whether two codes are one but for zeros in front.
fn differ_in_zeros(one: &str, other: &str) -> bool {
    one != other && !one.is_empty() && one.trim_start_matches('0') == other.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_did_is_told_by_what_is_left() {
        let code = |text, narrow| damage(text, narrow).map(|(code, ..)| code.as_str());
        assert_eq!(code("3.4E+17", false), Some("spoiled-number"));
        assert_eq!(code("Mar-26", false), Some("spoiled-date"));
        assert_eq!(code("5-Mar", false), Some("spoiled-date"));
        assert_eq!(code("王\u{fffd}", false), Some("spoiled-text"));
        assert_eq!((code("李?", true), code("李?", false)), (Some("spoiled-text"), None));
        for sound in ["2026-03", "E+", "总工发〔2021〕12号", "340100", "A-1", "Mar-abc", "3号-甲", "?"] {
            assert_eq!(code(sound, true), None, "{sound}");
        }
    }

    #[test]
    fn an_id_number_that_lost_its_tail_is_no_slip() {
        let code = |number| id_damage(number).map(|(code, ..)| code.as_str());
        assert_eq!(code("11010519491231002X"), None);
        assert_eq!(code("110105491231002"), None, "fifteen digits, as they were before 1999");
        assert_eq!(code("110105491331002"), Some("id-number-wrong"), "no such day");
        assert_eq!(code("110105194912310000"), Some("spoiled-number"));
        assert_eq!(code("110105194912310021"), Some("id-number-wrong"));
        assert_eq!(code("11010519491231"), Some("id-number-wrong"));
    }

    #[test]
    fn zeros_are_missed_where_other_codes_have_them() {
        assert_eq!(without_zeros(&["001", "002", "3", "010"]), [2]);
        assert!(without_zeros(&["101", "102", "3"]).is_empty(), "no code begins with one");
        assert!(without_zeros(&["001", "2", "3", "4"]).is_empty(), "nothing tells how long a code is");
        assert!(differ_in_zeros("0551", "551") && !differ_in_zeros("551", "551") && !differ_in_zeros("551", "5510"));
    }
}
