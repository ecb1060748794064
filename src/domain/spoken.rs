//! What a text says of time, as people write it into titles, cover cells, sheet and file names: a month, a quarter, a
//! span of months, a cumulation. A date with a day is never a period.

use super::period::{Period, PeriodKind, civil, day, plain};
use super::schedule::Schedule;

/// One thing that a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoken {
    /// `2026年3月`, `第一季度`, `2025-2026采暖期`.
    Period(Period),
    /// `3月-5月`, `截至3月`, `1—3月累计`: first and last day. One that a calendar period has is that period all the same,
    /// but said as a span.
    Span(i32, i32),
}

/// How much a text has to look like saying a period before a month without its year is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpokenPlace {
    /// 所属期: whatever it says is meant.
    Label,
    /// A title or note above a table: a month alone where it opens the text or stands in brackets by itself.
    Title,
    /// The name of a sheet or file: a month wherever it stands, in characters (三月) only where nothing else does.
    Name,
}

/// Everything that a text says of time, in its order. `year` is meant where a month or quarter is written without one.
pub fn spoken(text: &str, place: SpokenPlace, schedule: &Schedule, year: i32) -> Vec<Spoken> {
    let text = plain(text);
    if place == SpokenPlace::Label || place == SpokenPlace::Name {
        if let Some(period) = schedule.parse_plain(&text) {
            // As a span of months it may be meant as one.
            return vec![match is_month_span(&text, &period) {
                true => Spoken::Span(period.first, period.last),
                false => Spoken::Period(period),
            }];
        }
    } else if let Some(campaign) = schedule.parse_plain(&text).filter(|period| period.kind == PeriodKind::Campaign) {
        return vec![Spoken::Period(campaign)];
    }
    let (seasons, rest) = schedule.seasons_in(text);
    let mut found: Vec<Spoken> = seasons.into_iter().map(Spoken::Period).collect();
    let mut chars: Vec<char> = rest.chars().collect();
    if place == SpokenPlace::Label {
        chars = listed(chars);
    }
    let cumulative = rest.contains("累计");
    let mut known_year = None;
    let mut at = 0;
    while at < chars.len() {
        let Some((mut moment, mut end)) = moment(&chars, at, place) else {
            at += 1;
            continue;
        };
        let from = at;
        let dated = moment.year.is_some();
        known_year = moment.year.or(known_year);
        moment.year = known_year;
        // The end of a span, or of a list, with or without its own year.
        let mut upto: Option<Moment> = None;
        while let Some((mut other, after)) =
            connector(&chars, end).and_then(|next| self::moment(&chars, next, SpokenPlace::Label))
            && other.follows(upto.as_ref().unwrap_or(&moment))
        {
            other.year = other.year.or(upto.and_then(|upto| upto.year)).or(moment.year);
            (upto, end) = (Some(other), after);
        }
        at = end.max(from + 1);
        let until = before(&chars, from, &["截至", "截止", "截止到", "截至到"]) || behind(&chars, end, &["止", "底止"]);
        if !until && upto.is_none() && !believed(&chars, from, end, place, moment.part, dated) {
            continue;
        }
        found.extend(meant(&moment, upto.as_ref(), cumulative || until, year));
    }
    found
}

/// `2026年1-3月`, `2026年1月至6月`: months that a calendar period has, written as a span.
fn is_month_span(text: &str, period: &Period) -> bool {
    let declared = matches!(period.kind, PeriodKind::Season | PeriodKind::Campaign);
    let behind = text.split_once('年').map_or("", |(_, behind)| behind);
    !declared && behind.contains('月') && behind.contains(['-', '~', '至', '到'])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Half(u32),
    Quarter(u32),
    /// Whether written in figures.
    Month(u32, bool),
    /// A number that only the end of its span makes a month: the 1 of `1-3月`.
    Bare(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    year: Option<i32>,
    part: Part,
    day: Option<u32>,
}

impl Moment {
    /// Whether this can end a span that the other begins.
    fn follows(&self, first: &Moment) -> bool {
        let month = |part: Part| match part {
            Part::Month(month, _) | Part::Bare(month) => Some(month),
            _ => None,
        };
        match (first.part, self.part) {
            (Part::Month(..), Part::Month(..)) => true,
            (Part::Bare(_), Part::Month(..)) => month(first.part) < month(self.part),
            (Part::Quarter(a), Part::Quarter(b)) => a < b,
            _ => false,
        }
    }

    /// First and last day of what it names.
    fn days(&self, year: i32) -> Option<(i32, i32)> {
        let year = self.year.unwrap_or(year);
        let (kind, month) = match self.part {
            Part::Year => (PeriodKind::Year, 1),
            Part::Half(half) => (PeriodKind::HalfYear, half * 6 - 5),
            Part::Quarter(quarter) => (PeriodKind::Quarter, quarter * 3 - 2),
            Part::Month(month, _) | Part::Bare(month) => (PeriodKind::Month, month),
        };
        let period = Period::calendar(kind, year, month)?;
        match self.day {
            None => Some((period.first, period.last)),
            Some(dom) => day(year, month, dom).map(|day| (day, day)),
        }
    }
}

/// What a moment, or a span of two, comes to; nothing for a single day.
fn meant(moment: &Moment, upto: Option<&Moment>, cumulative: bool, year: i32) -> Option<Spoken> {
    let (first, mut last) = moment.days(year)?;
    if let Some(upto) = upto {
        last = upto.days(moment.year.unwrap_or(year))?.1;
        let months = moment.day.is_none() == upto.day.is_none();
        return (months && first <= last).then_some(Spoken::Span(first, last));
    }
    if cumulative && moment.part != Part::Year {
        let (year, month, dom) = civil(last)?;
        // 截至3月31日 is the month's end; a day in its midst ends no period.
        let whole = moment.day.is_none() || dom >= 28;
        last = Period::calendar(PeriodKind::Month, year, month)?.last;
        return whole.then_some(Spoken::Span(day(year, 1, 1)?, last));
    }
    let kind = match moment.part {
        _ if moment.day.is_some() => return None,
        Part::Year => PeriodKind::Year,
        Part::Half(_) => PeriodKind::HalfYear,
        Part::Quarter(_) => PeriodKind::Quarter,
        Part::Month(..) => PeriodKind::Month,
        Part::Bare(_) => return None,
    };
    let (year, month, _) = civil(first)?;
    Period::calendar(kind, year, month).map(Spoken::Period)
}

/// Whether a moment says a period where it stands. With its own year (`dated`) it does, unless something is to be done
/// about that time: 2026年4月底前, 3月以来, 5月中旬.
fn believed(chars: &[char], from: usize, end: usize, place: SpokenPlace, part: Part, dated: bool) -> bool {
    let vague = "底初上中下旬起前后内末以间".chars().any(|c| chars.get(end) == Some(&c));
    if vague || matches!(part, Part::Bare(_)) {
        return false;
    }
    if dated {
        return true;
    }
    let open = from == 0 || matches!(chars.get(from - 1), Some('(' | '[' | '【' | '〔'));
    let close = matches!(chars.get(end), None | Some(')' | ']' | '】' | '〕'));
    match (place, part) {
        (SpokenPlace::Label, _) => true,
        (SpokenPlace::Title, Part::Month(_, false)) => open && (close || chars.get(end.wrapping_sub(1)) == Some(&'份')),
        (SpokenPlace::Title, _) => from == 0 || (open && close),
        (SpokenPlace::Name, Part::Month(_, false)) => from == 0 && (close || is_word_for_a_sheet(&chars[end..])),
        (SpokenPlace::Name, _) => true,
    }
}

/// What may stand behind 三月 in the name of a sheet: 五月花 is no month.
fn is_word_for_a_sheet(rest: &[char]) -> bool {
    let rest: String = rest.iter().collect();
    ["报表", "月报", "报", "表", "数据", "汇总"].contains(&rest.as_str())
}

/// Past a dash, 至, or what joins two periods into one list (4月、5月); `None` where there is none.
fn connector(chars: &[char], at: usize) -> Option<usize> {
    matches!(chars.get(at), Some('-' | '~' | '至' | '到' | '、' | '和' | '及' | '与')).then_some(at + 1)
}

/// A list with its unit behind each of its numbers: 一、二季度 is 一季度、二季度, 4、5月 is 4月、5月.
fn listed(mut chars: Vec<char>) -> Vec<char> {
    let mut at = chars.len();
    while at > 1 {
        at -= 1;
        let joins = matches!(chars[at], '、' | '和' | '及' | '与');
        let number = chars[at - 1].is_ascii_digit() || "一二三四五六七八九十".contains(chars[at - 1]);
        let unit = match part(&chars, at + usize::from(joins)) {
            Some((Part::Quarter(_), _)) => '季',
            Some((Part::Month(..), _)) => '月',
            _ => continue,
        };
        if joins && number {
            chars.insert(at, unit);
        }
    }
    chars
}

fn before(chars: &[char], at: usize, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let word: Vec<char> = word.chars().collect();
        at >= word.len() && chars[at - word.len()..at] == word[..]
    })
}

fn behind(chars: &[char], at: usize, words: &[&str]) -> bool {
    words.iter().any(|word| {
        chars.get(at..).is_some_and(|rest| rest.iter().copied().take(word.chars().count()).eq(word.chars()))
    })
}

/// The figures from a place on.
fn figures(chars: &[char], at: usize) -> (usize, u32) {
    let digits: Vec<u32> = chars[at..].iter().map_while(|c| c.to_digit(10)).take(9).collect();
    (digits.len(), digits.iter().fold(0, |number, digit| number * 10 + digit))
}

/// Whether anything of time begins with a character: a figure in either writing, 第, a half of the year, an English month.
/// Titles and names of files are asked at each of theirs.
fn may_begin(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '上' | '下' | '第' | '元' | '十')
        || matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九')
}

/// What begins at a place, and where it ends.
fn moment(chars: &[char], at: usize, place: SpokenPlace) -> Option<(Moment, usize)> {
    if chars[..at].last().is_some_and(char::is_ascii_digit) && chars.get(at).is_some_and(char::is_ascii_digit) {
        return None;
    }
    if !chars.get(at).is_some_and(|c| may_begin(*c)) {
        return None;
    }
    let (count, number) = figures(chars, at);
    let is_year = |year: u32| (1950..=2199).contains(&year);
    match count {
        // 20260408: a date with its day, whole. 202603.
        8 if is_year(number / 10_000) => Some((
            Moment {
                year: Some((number / 10_000) as i32),
                part: Part::Month(number / 100 % 100, true),
                day: Some(number % 100),
            },
            at + 8,
        )),
        6 if is_year(number / 100) && (1..=12).contains(&(number % 100)) => Some((
            Moment { year: Some((number / 100) as i32), part: Part::Month(number % 100, true), day: None },
            at + 6,
        )),
        4 if is_year(number) => of_year(chars, at + 4, number as i32, place),
        // 26年3月, and 26.03 where it is all of a name.
        2 if chars.get(at + 2) == Some(&'年') && part(chars, at + 3).is_some() => {
            of_year(chars, at + 2, 2000 + number as i32, place)
        }
        2 if place == SpokenPlace::Name && at == 0 && chars.len() == 5 && (20..40).contains(&number) => {
            match (chars[2], figures(chars, 3)) {
                ('.' | '-', (2, month @ 1..=12)) => {
                    let part = Part::Month(month, true);
                    Some((Moment { year: Some(2000 + number as i32), part, day: None }, 5))
                }
                _ => None,
            }
        }
        _ => {
            let (part, end) = part(chars, at)?;
            let (day, end) = day_behind(chars, end, part);
            Some((Moment { year: None, part, day }, end))
        }
    }
}

/// What follows a year: `年3月`, `.03`, `Q1`, `年`, nothing.
fn of_year(chars: &[char], at: usize, year: i32, place: SpokenPlace) -> Option<(Moment, usize)> {
    let year_alone = |end: usize| Some((Moment { year: Some(year), part: Part::Year, day: None }, end));
    let made = |part: Part, end: usize| {
        let (day, end) = day_behind(chars, end, part);
        Some((Moment { year: Some(year), part, day }, end))
    };
    match chars.get(at) {
        Some('年') => {
            let mut from = at + 1;
            if chars.get(from) == Some(&'度') {
                from += 1;
            }
            match part(chars, from) {
                Some((part, end)) => made(part, end),
                None => year_alone(from),
            }
        }
        Some('.' | '-' | '/') => {
            let (count, month) = figures(chars, at + 1);
            let behind = at + 1 + count;
            if !(1..=2).contains(&count) || !(1..=12).contains(&month) {
                return None;
            }
            let (digits, dom) = match chars.get(behind) {
                Some('.' | '-' | '/') => figures(chars, behind + 1),
                _ => (0, 0),
            };
            let day = (1..=2).contains(&digits).then_some(dom);
            let end = if day.is_some() { behind + 1 + digits } else { behind };
            let end = if chars.get(end) == Some(&'月') { end + 1 } else { end };
            Some((Moment { year: Some(year), part: Part::Month(month, true), day }, end))
        }
        Some('Q' | 'q') => {
            let (count, quarter) = figures(chars, at + 1);
            (count == 1 && (1..=4).contains(&quarter)).then(|| made(Part::Quarter(quarter), at + 2)).flatten()
        }
        Some('H' | 'h') => {
            let (count, half) = figures(chars, at + 1);
            (count == 1 && (1..=2).contains(&half)).then(|| made(Part::Half(half), at + 2)).flatten()
        }
        // Four figures alone are a year only where that is all there is.
        None if at == 4 && place != SpokenPlace::Title => year_alone(at),
        _ => None,
    }
}

const ENGLISH: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A month, quarter or half-year without a year, and where it ends.
fn part(chars: &[char], at: usize) -> Option<(Part, usize)> {
    let rest: String = chars[at..].iter().take(12).collect();
    for (word, half) in [("上半年", 1), ("下半年", 2)] {
        if rest.starts_with(word) {
            return Some((Part::Half(half), at + 3));
        }
    }
    let from = if chars.get(at) == Some(&'第') { at + 1 } else { at };
    let (mut count, mut number) = figures(chars, from);
    let written = count > 0;
    if !written {
        match in_characters(&chars[from..]) {
            Some(found) => (count, number) = found,
            None => return english(chars, at),
        }
    }
    let end = from + count;
    if !(1..=2).contains(&count) || !(1..=12).contains(&number) {
        return None;
    }
    match chars.get(end) {
        Some('季') if number <= 4 => {
            let end = if chars.get(end + 1) == Some(&'度') { end + 2 } else { end + 1 };
            Some((Part::Quarter(number), end))
        }
        Some('月') if from == at => {
            let end = if chars.get(end + 1) == Some(&'份') { end + 2 } else { end + 1 };
            Some((Part::Month(number, written), end))
        }
        Some('-' | '~' | '至' | '到') if from == at && written => Some((Part::Bare(number), end)),
        _ => None,
    }
}

/// 一 to 十二, 元; how many characters, and the number.
fn in_characters(chars: &[char]) -> Option<(usize, u32)> {
    let digit = |c: &char| "一二三四五六七八九".chars().position(|d| d == *c).map(|at| at as u32 + 1);
    match chars {
        ['元', '月', ..] => Some((1, 1)),
        ['十', c, ..] if digit(c).is_some() => Some((2, 10 + digit(c)?)),
        ['十', ..] => Some((1, 10)),
        [c, ..] => Some((1, digit(c)?)),
        [] => None,
    }
}

/// `Jan`, `March`, as the name of a sheet.
fn english(chars: &[char], at: usize) -> Option<(Part, usize)> {
    if at > 0 && chars[at - 1].is_ascii_alphabetic() {
        return None;
    }
    let word: String =
        chars[at..].iter().take_while(|c| c.is_ascii_alphabetic()).map(char::to_ascii_lowercase).collect();
    const LONG: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let month =
        ENGLISH.iter().position(|short| *short == word).or_else(|| LONG.iter().position(|long| *long == word))?;
    Some((Part::Month(month as u32 + 1, true), at + word.len()))
}

/// The day behind a month, which makes it a date.
fn day_behind(chars: &[char], at: usize, part: Part) -> (Option<u32>, usize) {
    let (count, dom) = figures(chars, at);
    let is_day = matches!(part, Part::Month(..)) && (1..=2).contains(&count) && (1..=31).contains(&dom);
    match chars.get(at + count) {
        Some('日' | '号') if is_day => (Some(dom), at + count + 1),
        _ => (None, at),
    }
}

#[cfg(test)]
mod tests;
