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
        // 1970-01-01 was a Thursday; Monday is 0.
        self.exceptions.get(&day).copied().unwrap_or((day + 3).rem_euclid(7) < 5)
    }

    /// Working days from `first` to `last`, both end days included (RETURNS.md §8); 0 when `last < first`.
    /// At most 40,000 days are walked; a longer span is cut there.
    pub fn workdays(&self, first: i32, last: i32) -> i64 {
        let last = last.min(first.saturating_add(40_000));
        (first..=last).filter(|day| self.is_workday(*day)).count() as i64
    }
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
    }
}
