//! Places in a ranking (名次): equal values share a place and the next one is skipped (1, 2, 2, 4); what has no value
//! has no place.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Which end of the values is the first place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    HighFirst,
    LowFirst,
}

impl Direction {
    /// `从高到低`, `从低到高`.
    pub fn word(self) -> &'static str {
        match self {
            Direction::HighFirst => "从高到低",
            Direction::LowFirst => "从低到高",
        }
    }
}

/// One value of a ranking. Sums of decimals that ought to be equal differ in their last digits by the order in which they
/// were added; values that agree in twelve digits are one value here.
#[derive(Debug, Clone, Copy)]
struct Score(f64);

impl Score {
    /// `None` for what is no number.
    fn of(value: f64) -> Option<Score> {
        const DIGITS: i32 = 12;
        if !value.is_finite() {
            return None;
        }
        if value == 0.0 {
            return Some(Score(0.0));
        }
        let places = DIGITS - 1 - value.abs().log10().floor() as i32;
        let unit = 10_f64.powi(places);
        let rounded = (value * unit).round() / unit;
        // Beyond 10^±296 the unit itself is no number any more; such values stand as they are.
        Some(Score(if rounded.is_finite() { rounded } else { value }))
    }

    fn order(self, other: Score, direction: Direction) -> Ordering {
        match direction {
            Direction::HighFirst => other.0.total_cmp(&self.0),
            Direction::LowFirst => self.0.total_cmp(&other.0),
        }
    }
}

/// The place of each value, from 1; `None` where there is no value.
pub fn places(values: &[Option<f64>], direction: Direction) -> Vec<Option<u32>> {
    places_within(values, &vec![(); values.len()], direction)
}

/// As [`places`], each group by itself. `groups` is as long as `values`.
pub fn places_within<G: Ord>(values: &[Option<f64>], groups: &[G], direction: Direction) -> Vec<Option<u32>> {
    let mut places = vec![None; values.len()];
    let mut grouped: BTreeMap<&G, Vec<(usize, Score)>> = BTreeMap::new();
    for ((at, value), group) in values.iter().enumerate().zip(groups) {
        if let Some(score) = value.and_then(Score::of) {
            grouped.entry(group).or_default().push((at, score));
        }
    }
    for mut members in grouped.into_values() {
        members.sort_by(|a, b| a.1.order(b.1, direction).then(a.0.cmp(&b.0)));
        let (mut place, mut last): (u32, Option<Score>) = (0, None);
        for (number, (at, score)) in (1..).zip(members) {
            if last.is_none_or(|last| last.order(score, direction) != Ordering::Equal) {
                place = number;
            }
            last = Some(score);
            if let Some(slot) = places.get_mut(at) {
                *slot = Some(place);
            }
        }
    }
    places
}

/// How a list of the first `top` places falls: how many are listed, and how many share the last place that is. All who
/// share it are listed, so there may be more than `top`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    pub listed: usize,
    /// The last place that is listed, and how many hold it; `None` where nobody is.
    pub last: Option<(u32, usize)>,
}

/// Cuts a ranking after the first `top` places.
pub fn cut(places: &[Option<u32>], top: u32) -> Cut {
    let listed: Vec<u32> = places.iter().flatten().copied().filter(|place| *place <= top).collect();
    let last = listed.iter().max().map(|last| (*last, listed.iter().filter(|place| *place == last).count()));
    Cut { listed: listed.len(), last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_place_and_the_next_is_skipped() {
        let values = [Some(90.0), Some(95.0), None, Some(90.0), Some(80.0), Some(f64::NAN)];
        assert_eq!(places(&values, Direction::HighFirst), [Some(2), Some(1), None, Some(2), Some(4), None]);
        assert_eq!(places(&values, Direction::LowFirst), [Some(2), Some(4), None, Some(2), Some(1), None]);
        // 0.1 + 0.2 and 0.3 are one score, as are 0 and -0; a real difference in the ninth digit is one.
        let noisy = [Some(0.1 + 0.2), Some(0.3), Some(0.0), Some(-0.0), Some(0.300_000_001)];
        assert_eq!(places(&noisy, Direction::HighFirst), [Some(2), Some(2), Some(4), Some(4), Some(1)]);
        assert_eq!(places(&[Some(f64::MAX), Some(f64::MIN_POSITIVE)], Direction::HighFirst), [Some(1), Some(2)]);
    }

    #[test]
    fn groups_are_ranked_by_themselves() {
        let values = [Some(1.0), Some(2.0), Some(3.0), Some(3.0)];
        assert_eq!(
            places_within(&values, &["甲", "乙", "甲", "乙"], Direction::HighFirst),
            [Some(2), Some(2), Some(1), Some(1)]
        );
    }

    #[test]
    fn everybody_who_shares_the_last_place_is_listed() {
        let places = [Some(1), Some(2), Some(3), Some(3), Some(3), None];
        assert_eq!(cut(&places, 3), Cut { listed: 5, last: Some((3, 3)) });
        assert_eq!(cut(&places, 2), Cut { listed: 2, last: Some((2, 1)) });
        assert_eq!(cut(&[None], 3), Cut { listed: 0, last: None });
    }
}
