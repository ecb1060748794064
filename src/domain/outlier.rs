//! Values out of line: held against the same record's earlier values, or against its peers. Median and median deviation
//! (MAD), which a single wrong figure cannot move, with sane floors where there are few values or all are alike.
//!
//! A value is out of line only when it is both far off in spread and far off as a ratio: the first alone accuses steady
//! records of a small step, the second alone small ones of any step. Knows nothing of what is measured.

/// The unit of money that a figure is asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Money {
    /// 元.
    Yuan,
    /// 万元.
    TenThousand,
}

/// What counts as out of line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Values to be held against that there must be at least; with fewer nothing is said but of slips.
    pub least: u32,
    /// How many standard spreads (1.4826 × MAD) from the median.
    pub spread: f64,
    /// How many times the median, or what part of it (1 / ratio); at least 1.
    pub ratio: f64,
    /// A difference from the median below this is never worth a word; in the value's own unit.
    pub floor: f64,
}

/// What a value turned out to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Judgement {
    /// Too few values to be held against.
    TooFew,
    InLine,
    /// Out of line with this median.
    Out {
        median: f64,
    },
    /// About ten thousand times the median, or a ten-thousandth of it: the unit of money was mistaken.
    Slip {
        median: f64,
        up: bool,
    },
}

/// Makes MAD comparable with a standard deviation, as is usual.
const STANDARD: f64 = 1.4826;
/// A spread is taken for at least this part of the median: three equal values do not make a fourth one suspect.
const LEAST_SPREAD: f64 = 0.1;
/// The same for ratios, as a logarithm: a factor of 1.5.
const LEAST_LOG_SPREAD: f64 = 0.405_465_108_108_164_4;
/// Half the way, in orders of magnitude, from 10⁴ to its neighbours: what lies within is called a slip.
const SLIP: std::ops::RangeInclusive<f64> = 3.5..=4.5;

/// The middle value, or the mean of the two in the middle; `None` of nothing. NaN is nobody's value.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(lower + (upper - lower) / 2.0)
}

/// Median of the distances from `middle`.
fn deviation(values: &[f64], middle: f64) -> f64 {
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    median(&distances).unwrap_or(0.0)
}

/// Holds a value against the same record's earlier ones.
pub fn against_history(value: f64, series: &[f64], bounds: &Bounds) -> Judgement {
    let Some(middle) = median(series) else { return Judgement::TooFew };
    if value * middle > 0.0 {
        let orders = (value / middle).log10();
        if SLIP.contains(&orders.abs()) {
            return Judgement::Slip { median: middle, up: orders > 0.0 };
        }
    }
    if series.len() < bounds.least as usize {
        return Judgement::TooFew;
    }
    let spread = (STANDARD * deviation(series, middle)).max(LEAST_SPREAD * middle.abs());
    let distance = (value - middle).abs();
    // Over a median of 0 there is no ratio: a first figure after nothing is news only where a floor says from when on.
    let apart = if middle == 0.0 { bounds.floor > 0.0 } else { beyond(value / middle, bounds.ratio) };
    let far = distance > (bounds.spread * spread).max(bounds.floor);
    if apart && far { Judgement::Out { median: middle } } else { Judgement::InLine }
}

/// What all records of a form come to, to hold each of them against. Units differ by orders of magnitude, so what is
/// compared are ratios (logarithms) of what is above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerSpread {
    /// How many values there are above 0.
    pub count: usize,
    /// Their median.
    pub median: f64,
    /// Logarithm of the median, and the spread around it.
    middle: f64,
    spread: f64,
}

impl PeerSpread {
    /// `None` of nothing above 0. The value that is judged may be among them: a median does not mind.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<PeerSpread> {
        let logs: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::ln).collect();
        let middle = median(&logs)?;
        let spread = (STANDARD * deviation(&logs, middle)).max(LEAST_LOG_SPREAD);
        Some(PeerSpread { count: logs.len(), median: middle.exp(), middle, spread })
    }

    /// Holds one of the values against all; one of 0 or less is not judged.
    pub fn judge(&self, value: f64, bounds: &Bounds) -> Judgement {
        // The value itself is one of them.
        if self.count <= bounds.least as usize || value <= 0.0 {
            return Judgement::TooFew;
        }
        let far = (value.ln() - self.middle).abs() > bounds.spread * self.spread;
        if far && beyond(value / self.median, bounds.ratio) && (value - self.median).abs() > bounds.floor {
            Judgement::Out { median: self.median }
        } else {
            Judgement::InLine
        }
    }
}

/// Whether a ratio lies beyond `bound` or below its inverse; a change of sign always does.
fn beyond(ratio: f64, bound: f64) -> bool {
    ratio > bound || ratio < 1.0 / bound
}

/// A slip in words, by the unit that is asked: `疑似按元填报（应为万元）`.
pub fn slip_words(up: bool, asked: Option<Money>) -> &'static str {
    match (asked, up) {
        (Some(Money::TenThousand), true) => "相差约一万倍，疑似按元填报（应为万元）",
        (Some(Money::Yuan), false) => "相差约一万倍，疑似按万元填报（应为元）",
        (Some(_), _) => "相差约一万倍，本期或以往各期有一方疑似把元和万元弄错",
        (None, _) => "相差约一万倍，疑似计量单位有误",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { least: 3, spread: 5.0, ratio: 3.0, floor: 0.0 };

    #[test]
    fn medians_by_hand() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[4.0]), Some(4.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[9.0, 1.0, 5.0, 6.0]), Some(5.5));
        // |1−5|, |5−5|, |9−5| = 4, 0, 4: the middle one is 4.
        assert_eq!(deviation(&[9.0, 1.0, 5.0], 5.0), 4.0);
    }

    #[test]
    fn needs_both_spread_and_ratio() {
        // Median 12, distances 2 0 1 → MAD 1, spread 1.4826; 5 spreads are 7.4, three times is 36.
        let series = [10.0, 12.0, 13.0];
        assert_eq!(against_history(20.0, &series, &BOUNDS), Judgement::InLine, "far in spread, no three times");
        assert_eq!(against_history(37.0, &series, &BOUNDS), Judgement::Out { median: 12.0 });
        assert_eq!(against_history(3.0, &series, &BOUNDS), Judgement::Out { median: 12.0 }, "a quarter of it");
        // Median 10, distances 9 0 90 → MAD 9, spread 13.3; 66.7 off is needed: 50 is five times and no news.
        assert_eq!(against_history(50.0, &[1.0, 10.0, 100.0], &BOUNDS), Judgement::InLine);
        assert_eq!(against_history(80.0, &[1.0, 10.0, 100.0], &BOUNDS), Judgement::Out { median: 10.0 });
    }

    #[test]
    fn equal_values_and_few_values_accuse_nobody_lightly() {
        // MAD 0: a tenth of the median stands in, so 5 × 1 must be exceeded, and 30.
        assert_eq!(against_history(14.0, &[10.0; 4], &BOUNDS), Judgement::InLine);
        assert_eq!(against_history(31.0, &[10.0; 4], &BOUNDS), Judgement::Out { median: 10.0 });
        assert_eq!(against_history(31.0, &[10.0; 2], &BOUNDS), Judgement::TooFew);
        assert_eq!(against_history(31.0, &[], &BOUNDS), Judgement::TooFew);
        // One wrong figure in the past does not hide another.
        assert_eq!(against_history(90.0, &[10.0, 11.0, 9.0, 5000.0, 10.0], &BOUNDS), Judgement::Out { median: 10.0 });
    }

    #[test]
    fn nothing_before_is_news_only_above_a_floor() {
        assert_eq!(against_history(7.0, &[0.0; 3], &BOUNDS), Judgement::InLine);
        let floor = Bounds { floor: 5.0, ..BOUNDS };
        assert_eq!(against_history(7.0, &[0.0; 3], &floor), Judgement::Out { median: 0.0 });
        assert_eq!(against_history(4.0, &[0.0; 3], &floor), Judgement::InLine);
        // 1 → 4 is four times, but three apart.
        assert_eq!(against_history(4.0, &[1.0; 3], &floor), Judgement::InLine);
        assert_eq!(against_history(0.0, &[8.0; 3], &floor), Judgement::Out { median: 8.0 }, "dropped to nothing");
    }

    #[test]
    fn ten_to_the_fourth_is_a_slip_even_after_one_period() {
        assert_eq!(against_history(352_000.0, &[30.0], &BOUNDS), Judgement::Slip { median: 30.0, up: true });
        assert_eq!(against_history(0.004, &[30.0, 31.0, 29.0], &BOUNDS), Judgement::Slip { median: 30.0, up: false });
        // 10³ and 10⁵ are no slips between 元 and 万元.
        assert_eq!(against_history(30_000.0, &[30.0; 3], &BOUNDS), Judgement::Out { median: 30.0 });
        assert_eq!(against_history(3_000_000.0, &[30.0; 3], &BOUNDS), Judgement::Out { median: 30.0 });
        assert!(slip_words(true, Some(Money::TenThousand)).contains("按元填报"));
        assert!(slip_words(false, Some(Money::Yuan)).contains("按万元填报"));
    }

    #[test]
    fn peers_are_compared_by_ratio() {
        let bounds = Bounds { least: 5, ratio: 10.0, spread: 3.0, floor: 0.0 };
        let peers = |last: f64| PeerSpread::of([1.0, 2.0, 4.0, 8.0, 16.0, last, 0.0].into_iter()).unwrap();
        // With 200 the logs are 0, 1, 2, 3, 4, 7.64 times ln 2, the median 2.5 of them (5.66), the distances 2.5, 1.5,
        // 0.5, 0.5, 1.5, 5.14: MAD 1.5 ln 2, spread 1.541; three of them are a factor of 102.
        assert_eq!(peers(200.0).judge(200.0, &bounds), Judgement::InLine, "35 times");
        assert!((peers(200.0).median - 32f64.sqrt()).abs() < 1e-9);
        assert!(matches!(peers(600.0).judge(600.0, &bounds), Judgement::Out { .. }), "106 times");
        assert_eq!(peers(600.0).judge(0.0, &bounds), Judgement::TooFew);
        assert_eq!(peers(0.0).judge(600.0, &bounds), Judgement::TooFew, "five with itself");
        assert_eq!(PeerSpread::of([0.0, -1.0].into_iter()), None);
    }
}
