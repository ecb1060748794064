//! Working days from a list of holidays and make-up workdays (节假日).

use std::collections::BTreeMap;

/// Exceptions to "Monday to Friday": day (since 1970-01-01) → whether it is worked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    pub exceptions: BTreeMap<i32, bool>,
}

impl Calendar {
    /// Whether people work on this day.
    pub fn is_workday(&self, day: i32) -> bool {
        self.exceptions.get(&day).copied().unwrap_or_else(|| is_weekday(day))
    }

    /// Working days from `first` to `last`, both end days included (RETURNS.md §8); 0 when `last < first`.
    /// Counted by weeks and exceptions, so that a slip in a year costs no walk over centuries.
    pub fn workdays(&self, first: i32, last: i32) -> i64 {
        if last < first {
            return 0;
        }
        let (from, to) = (i64::from(first), i64::from(last) + 1);
        let plain = weekdays_before(to) - weekdays_before(from);
        let exceptions = self.exceptions.range(first..=last).map(|(day, worked)| match (*worked, is_weekday(*day)) {
            (true, false) => 1,
            (false, true) => -1,
            _ => 0,
        });
        plain + exceptions.sum::<i64>()
    }
}

/// 1970-01-01 was a Thursday; Monday is 0.
fn is_weekday(day: i32) -> bool {
    (i64::from(day) + 3).rem_euclid(7) < 5
}

/// Mondays to Fridays from a fixed Monday up to, and without, this day.
fn weekdays_before(day: i64) -> i64 {
    let since = day + 3;
    since.div_euclid(7) * 5 + since.rem_euclid(7).min(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_holidays_and_make_up_days() {
        let thursday = 0; // 1970-01-01
        let mut calendar = Calendar::default();
        assert_eq!(calendar.workdays(thursday, thursday + 6), 5);
        calendar.exceptions.insert(thursday, false);
        calendar.exceptions.insert(thursday + 2, true);
        assert_eq!(calendar.workdays(thursday, thursday + 3), 2);
        assert_eq!(calendar.workdays(3, 2), 0);
        for (first, last) in [(-40, 40), (-3, -3), (1, 2), (2, 3), (-9, 700)] {
            let walked = (first..=last).filter(|day| calendar.is_workday(*day)).count() as i64;
            assert_eq!(calendar.workdays(first, last), walked, "{first} to {last}");
        }
        // Seven days hold five: no span is cut.
        assert_eq!(Calendar::default().workdays(i32::MIN, i32::MAX), 3_067_833_784);
    }
}
