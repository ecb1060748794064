//! Which digits of a stretch are an ID number or a telephone, by length, shape and how they are set apart.

use super::numerals::{DigitSpan, Numerals};
use crate::domain::period::day;
use crate::text::id_number;

/// Fewer digits than the shortest number that is masked: an ID that Excel wrote as 3.499011970E+17.
pub const SHORTEST: usize = 10;
/// More digits in a row than any one number has.
const LONGEST: usize = 19;
/// Years of birth of people who stand in returns. Later ones are years of documents and batches.
const BORN: std::ops::RangeInclusive<i32> = 1900..=2015;

/// The private numbers of a stretch, from left to right, none over another.
pub fn private(numerals: &Numerals<'_>) -> Vec<DigitSpan> {
    let mut found = Vec::new();
    let mut run = 0;
    while run < numerals.runs.len() {
        let spans = several(numerals, run).or_else(|| Some(vec![one(numerals, run)?]));
        match spans {
            Some(spans) => {
                let end = spans.last().map_or(0, |span| span.to);
                found.extend(spans);
                let rest = numerals.runs.get(run..).unwrap_or_default();
                run += rest.iter().take_while(|first| **first < end).count();
            }
            None => run += 1,
        }
    }
    found
}

/// The private number that begins with this run.
fn one(numerals: &Numerals<'_>, run: usize) -> Option<DigitSpan> {
    let from = *numerals.runs.get(run)?;
    let mut lengths = Vec::new();
    let mut best = scientific(numerals, run);
    for last in run..numerals.runs.len() {
        let to = numerals.run_end(last);
        lengths.push(to - numerals.runs[last]);
        if to - from > LONGEST {
            break;
        }
        let candidate = NumberCandidate { numerals, run, from, to, lengths: &lengths };
        if candidate.is_id() || candidate.is_telephone() {
            // The longest wins: an ID may begin like a telephone.
            best = Some(DigitSpan { from, to, check: numerals.checked(to) && candidate.is_id() });
        }
    }
    best
}

/// Numbers that were run together: more digits in a row than one has, and all of them make IDs and mobile numbers.
fn several(numerals: &Numerals<'_>, run: usize) -> Option<Vec<DigitSpan>> {
    let from = *numerals.runs.get(run)?;
    let to = numerals.run_end(run);
    if to - from <= LONGEST {
        return None;
    }
    let digits = &numerals.digits[from..to];
    // By length of the beginning: how long the last number of a way to divide it is.
    let mut ways: Vec<Option<usize>> = vec![None; digits.len() + 1];
    ways[0] = Some(0);
    for end in 1..=digits.len() {
        ways[end] = [18, 11].into_iter().find(|length| {
            let Some(start) = end.checked_sub(*length) else { return false };
            let part = &digits[start..end];
            ways[start].is_some() && if *length == 18 { has_birth_day(part) } else { is_mobile(part) }
        });
    }
    let mut spans = Vec::new();
    let mut end = digits.len();
    while end > 0 {
        let length = ways[end]?;
        spans.push(DigitSpan { from: from + end - length, to: from + end, check: false });
        end -= length;
    }
    spans.reverse();
    Some(spans)
}

/// Runs of a stretch that may be one number.
struct NumberCandidate<'c> {
    numerals: &'c Numerals<'c>,
    run: usize,
    from: usize,
    to: usize,
    /// How long each run is.
    lengths: &'c [usize],
}

impl NumberCandidate<'_> {
    fn digits(&self) -> &[u8] {
        &self.numerals.digits[self.from..self.to]
    }

    /// What stands between its runs.
    fn gaps(&self) -> impl Iterator<Item = String> {
        (self.run + 1..self.run + self.lengths.len()).map(|run| self.numerals.between(run))
    }

    /// The digits before the one point that stands right before a run; `None` where there is none. A second point makes
    /// it no decimal.
    fn whole_before(&self, run: usize) -> Option<&[u8]> {
        let dotted = run > 0 && self.numerals.between(run) == ".";
        let single = run < 2 || self.numerals.between(run - 1) != ".";
        (dotted && single).then(|| &self.numerals.digits[self.numerals.runs[run - 1]..self.numerals.runs[run]])
    }

    /// Of a single run, the whole number that it may be the fraction of.
    fn point_before(&self) -> Option<&[u8]> {
        self.whole_before(self.run)
    }

    /// Whether the candidate is written as a number with a decimal point, or is the fraction of one. A nought before
    /// others makes it none (0551.62345678).
    fn is_decimal(&self) -> bool {
        let whole = match self.lengths.len() {
            1 => self.whole_before(self.run),
            2 => self.whole_before(self.run + 1),
            _ => None,
        };
        whole.is_some_and(|whole| whole.len() == 1 || whole.first() != Some(&0))
    }

    fn is_id(&self) -> bool {
        let digits = self.digits();
        let split = self.lengths.len() > 1;
        let checked = self.numerals.checked(self.to);
        match digits.len() {
            18 => has_birth_day(digits) && (!split || self.stands_as_id() || has_check(digits)),
            17 if checked => has_birth_day(digits) && (!split || self.stands_as_id()),
            // The last place is lost, or one too many was typed.
            17 | 19 => has_birth_day(digits) && !self.is_decimal() && (!split || self.cut_at(&[6, 10, 12, 14])),
            // Numbers as they were until 1999, with two places for the year.
            15 => has_short_birth_day(digits) && !self.is_decimal() && (!split || self.cut_at(&[6, 8, 10, 12])),
            _ => false,
        }
    }

    /// Whether the runs are such as people set an ID number in: in two, by its parts, or all of one length.
    fn stands_as_id(&self) -> bool {
        let even = |lengths: &[usize]| match lengths.split_last() {
            Some((last, rest)) => rest.iter().all(|length| length == &rest[0]) && last <= &rest[0],
            None => false,
        };
        self.lengths.len() == 2 || even(self.lengths) || self.cut_at(&[2, 4, 6, 10, 12, 14, 17])
    }

    /// Whether the runs end only at these places.
    fn cut_at(&self, places: &[usize]) -> bool {
        let mut at = 0;
        let cuts = self.lengths.iter().take(self.lengths.len() - 1);
        cuts.map(|length| {
            at += length;
            at
        })
        .all(|at| places.contains(&at))
    }

    fn is_telephone(&self) -> bool {
        let digits = self.digits();
        if let [_] = self.lengths {
            let national = national(digits);
            // With four places more, as 138 1234 5678 8012 is left where a name has lost its spaces.
            if digits.len() == 15 && is_mobile(&digits[..11]) {
                return !self.is_decimal();
            }
            if is_mobile(national) {
                let listed = self.point_before().is_none_or(|whole| whole.len() <= 2 && whole != [0]);
                return !self.is_money(&self.numerals.behind(self.to)) && listed;
            }
            let line = [3, 4].into_iter().any(|area| digits.len() > area && is_line(&digits[..area], &digits[area..]));
            // 013812345678, as it was dialled from elsewhere.
            let dialled = digits.first() == Some(&0) && is_mobile(&digits[1..]);
            return (line || dialled) && !self.is_decimal();
        }
        if self.is_decimal() {
            return false;
        }
        let dialled = matches!(self.lengths, [4, 4, 4] | [4, 8]) && digits[0] == 0 && is_mobile(&digits[1..]);
        dialled || self.stands_as_mobile() || self.stands_as_line()
    }

    fn stands_as_mobile(&self) -> bool {
        let digits = national(self.digits());
        if !is_mobile(digits) {
            return false;
        }
        let mut lengths = self.lengths.to_vec();
        // +86138 1234 5678: the country's code is part of the first run.
        let country = self.digits().len() - digits.len();
        if country > 0 && lengths[0] <= country {
            return false;
        }
        lengths[0] -= country;
        let mut gaps = self.gaps();
        let first = gaps.next();
        let alike = gaps.all(|gap| Some(&gap) == first.as_ref());
        match lengths.as_slice() {
            [3, 4, 4] | [3, 3, 5] => true,
            [3, 8] => !is_day(&digits[3..]),
            [7, 4] | [5, 6] | [6, 5] | [3, 5, 3] => alike,
            // Not two years and a number.
            [4, 4, 3] | [4, 3, 4] => alike && digits[1] != 9,
            lengths => lengths.iter().all(|length| *length == 1) && alike,
        }
    }

    fn stands_as_line(&self) -> bool {
        let (digits, lengths) = (self.digits(), self.lengths);
        let (area, rest) = digits.split_at(lengths[0]);
        match lengths {
            [3 | 4, 7 | 8] => is_line(area, rest) && !is_day(rest),
            [3 | 4, 4, 4] | [3 | 4, 3, 4] => is_line(area, rest),
            // +86 551 62345678: behind the country's code the area's has no nought.
            [2 | 4, 2 | 3, 7 | 8] => {
                let abroad = digits.starts_with(&[8, 6]) && self.run == 0 && self.numerals.before() == Some('+');
                let abroad = abroad || digits.starts_with(&[0, 0, 8, 6]);
                let (area, number) = rest.split_at(lengths[1]);
                abroad && is_line(&[&[0], area].concat(), number)
            }
            _ => false,
        }
    }

    /// An amount of yuan: 13812345678元, ￥13812345678, 13812345678.50.
    fn is_money(&self, behind: &str) -> bool {
        let yuan = ["元", "万元", "亿元"].iter().any(|unit| behind.starts_with(unit)) && !behind.starts_with("元旦");
        let sign = self.run == 0 && matches!(self.numerals.before(), Some('￥' | '¥'));
        let next = self.run + 1;
        let cents = next < self.numerals.runs.len()
            && self.numerals.between(next) == "."
            // What a script makes of a telephone ends in .0; an amount has two places.
            && self.numerals.run_end(next) - self.numerals.runs[next] == 2;
        yuan || sign || cents
    }
}

/// An ID number that was taken for a number and written with its power of ten: 3.49901197001011E+17.
fn scientific(numerals: &Numerals<'_>, run: usize) -> Option<DigitSpan> {
    let from = *numerals.runs.get(run)?;
    let to = numerals.run_end(run + 1);
    let pointed =
        run + 1 < numerals.runs.len() && numerals.between(run + 1) == "." && numerals.runs[run + 1] - from == 1;
    let behind = numerals.behind(to).to_ascii_uppercase();
    let power = ["E17", "E+17"].iter().any(|power| behind.starts_with(power));
    let digits = numerals.digits.get(from..to)?;
    let born = digits.get(6..10).is_some_and(|year| BORN.contains(&number(year)));
    (pointed && power && born).then_some(DigitSpan { from, to, check: false })
}

fn number(digits: &[u8]) -> i32 {
    digits.iter().fold(0, |number, digit| number * 10 + i32::from(*digit))
}

/// A birth date of a person at places 7 to 14, behind an area.
fn has_birth_day(digits: &[u8]) -> bool {
    let [year, month, date] = [6..10, 10..12, 12..14].map(|part| digits.get(part).map_or(0, number));
    digits.first() != Some(&0) && BORN.contains(&year) && is_date(year, month, date)
}

fn has_short_birth_day(digits: &[u8]) -> bool {
    let [year, month, date] = [6..8, 8..10, 10..12].map(|part| digits.get(part).map_or(0, number));
    digits.first() != Some(&0) && is_date(1900 + year, month, date)
}

fn is_date(year: i32, month: i32, date: i32) -> bool {
    match (u32::try_from(month), u32::try_from(date)) {
        (Ok(month), Ok(date)) => day(year, month, date).is_some(),
        _ => false,
    }
}

/// 20260305.
fn is_day(digits: &[u8]) -> bool {
    let [year, month, date] = [0..4, 4..6, 6..8].map(|part| digits.get(part).map_or(0, number));
    digits.len() == 8 && (1900..2100).contains(&year) && is_date(year, month, date)
}

fn has_check(digits: &[u8]) -> bool {
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    id_number::is_valid(&text)
}

/// Without the country's code.
fn national(digits: &[u8]) -> &[u8] {
    let code = [&[8, 6][..], &[0, 0, 8, 6]]
        .into_iter()
        .find(|code| digits.starts_with(code) && digits.len() - code.len() == 11);
    &digits[code.map_or(0, <[u8]>::len)..]
}

/// 13 to 19 and nine more.
fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && digits[0] == 1 && digits[1] >= 3
}

/// An area's code with its nought and a number of seven or eight places, which begins with neither 0 nor 1. The areas of
/// three places (010, 02x) have numbers of eight.
fn is_line(area: &[u8], number: &[u8]) -> bool {
    let long = match area {
        [0, 1, 0] | [0, 2, _] => number.len() == 8,
        [0, 3..=9, _, _] => matches!(number.len(), 7 | 8),
        _ => false,
    };
    long && number[0] >= 2
}
