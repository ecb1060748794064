//! Proportions held against a bound, in whole numbers: no percentage is ever rounded before it is compared.

/// A bound as a fraction; its denominator is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    num: u32,
    den: u32,
}

impl Fraction {
    /// `num / den`; `None` over zero.
    pub fn new(num: u32, den: u32) -> Option<Fraction> {
        (den > 0).then_some(Fraction { num, den })
    }

    /// How many of `of` make up the bound exactly, rounded up.
    fn ceil_of(self, of: u64) -> u64 {
        let exact = (u128::from(self.num) * u128::from(of)).div_ceil(u128::from(self.den));
        u64::try_from(exact).unwrap_or(u64::MAX)
    }

    /// The same rounded down.
    fn floor_of(self, of: u64) -> u64 {
        let exact = u128::from(self.num) * u128::from(of) / u128::from(self.den);
        u64::try_from(exact).unwrap_or(u64::MAX)
    }
}

/// What a share is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// At least, at most this part of the total; the bound itself is enough.
    AtLeast(Fraction),
    AtMost(Fraction),
    /// At least, at most so many, whatever the total.
    AtLeastCount(u64),
    AtMostCount(u64),
}

/// How many are missing (or, for an upper limit, too many) with the total as it is; 0 where the limit holds.
///
/// For a lower limit it is the smallest k with `num + k ≥ bound × den`.
pub fn missing_for(num: u64, den: u64, limit: Limit) -> u64 {
    match limit {
        Limit::AtLeast(bound) => bound.ceil_of(den).saturating_sub(num),
        Limit::AtMost(bound) => num.saturating_sub(bound.floor_of(den)),
        Limit::AtLeastCount(count) => count.saturating_sub(num),
        Limit::AtMostCount(count) => num.saturating_sub(count),
    }
}

/// Whether `num` of `den` keeps the limit.
pub fn holds(num: u64, den: u64, limit: Limit) -> bool {
    missing_for(num, den, limit) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_least(num: u32, den: u32) -> Limit {
        Limit::AtLeast(Fraction::new(num, den).unwrap())
    }

    fn at_most(num: u32, den: u32) -> Limit {
        Limit::AtMost(Fraction::new(num, den).unwrap())
    }

    #[test]
    fn half_itself_is_enough_and_one_less_is_not() {
        assert!(holds(45, 90, at_least(1, 2)));
        assert!(!holds(44, 90, at_least(1, 2)));
        assert!(holds(46, 91, at_least(1, 2)));
        assert!(!holds(45, 91, at_least(1, 2)));
        assert_eq!(missing_for(43, 90, at_least(1, 2)), 2);
        assert_eq!(missing_for(43, 91, at_least(1, 2)), 3);
    }

    #[test]
    fn upper_limits_count_what_is_too_many() {
        assert!(holds(2, 10, at_most(1, 5)));
        assert_eq!(missing_for(4, 14, at_most(1, 5)), 2);
        assert_eq!(missing_for(5, 100, Limit::AtMostCount(3)), 2);
        assert_eq!(missing_for(1, 0, Limit::AtLeastCount(3)), 2);
    }

    #[test]
    fn numbers_that_floats_confuse() {
        let third = at_least(1, 3);
        assert!(holds(3_000_000_000_000_000, 9_000_000_000_000_000, third));
        assert!(!holds(2_999_999_999_999_999, 9_000_000_000_000_000, third));
        assert_eq!(Fraction::new(1, 0), None);
    }

    #[test]
    fn what_is_missing_is_the_smallest_that_suffices() {
        for den in 0..60 {
            for num in 0..=den {
                for (n, d) in [(1, 2), (1, 3), (7, 20), (3, 50)] {
                    let missing = missing_for(num, den, at_least(n, d));
                    let enough = |k: u64| (num + k) * u64::from(d) >= u64::from(n) * den;
                    assert!(enough(missing) && (missing == 0 || !enough(missing - 1)));
                }
            }
        }
    }
}
