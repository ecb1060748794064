//! Seats over units by weight: the largest-remainder method (Hamilton) with a minimum for each unit.
//!
//! Whole numbers only; knows nothing of what a seat or a unit is. Not house-monotone: with one seat more in all,
//! a unit may get one less, which is the method's known price.

use std::fmt;

/// Why seats cannot be apportioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApportionError {
    /// The minimum alone asks for more seats than there are.
    TooFewSeats { total: u32, units: usize, minimum: u32 },
    /// Nobody has any weight, so nothing says who should get the seats beyond the minimum.
    NoWeight,
}

impl fmt::Display for ApportionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApportionError::TooFewSeats { total, units, minimum } => {
                write!(f, "总名额 {total} 个，{units} 个单位每个至少 {minimum} 个，不够分")
            }
            ApportionError::NoWeight => write!(f, "各单位的权数都是 0，无法按比例分配"),
        }
    }
}

/// Seats per unit, in the order of `weights`.
///
/// Units whose exact share lies below `minimum` get the minimum and leave; the seats that remain are spread over the
/// others by largest remainder; this repeats until no share is below the minimum. Equal remainders: the unit that comes
/// first in the given order (RETURNS.md §8, "Quota").
///
/// # Errors
/// See [`ApportionError`]. No units and no seats is an empty answer.
pub fn apportion(total: u32, minimum: u32, weights: &[u64]) -> Result<Vec<u32>, ApportionError> {
    if u128::from(total) < weights.len() as u128 * u128::from(minimum) {
        return Err(ApportionError::TooFewSeats { total, units: weights.len(), minimum });
    }
    let mut seats = vec![minimum; weights.len()];
    let mut inside: Vec<usize> = (0..weights.len()).collect();
    let mut left = u128::from(total);
    loop {
        let weight_inside: u128 = inside.iter().map(|unit| u128::from(weights[*unit])).sum();
        if weight_inside == 0 {
            let owed = inside.len() as u128 * u128::from(minimum);
            return if left == owed { Ok(seats) } else { Err(ApportionError::NoWeight) };
        }
        // share < minimum, without a division: left × weight < minimum × all weights.
        let stays = |unit: &usize| left * u128::from(weights[*unit]) >= u128::from(minimum) * weight_inside;
        let staying: Vec<usize> = inside.iter().copied().filter(stays).collect();
        if staying.len() == inside.len() {
            spread(left, weight_inside, weights, &inside, &mut seats);
            return Ok(seats);
        }
        left -= (inside.len() - staying.len()) as u128 * u128::from(minimum);
        inside = staying;
    }
}

/// Plain largest remainder of `left` seats over the units inside; `all` is the sum of their weights, above 0.
fn spread(left: u128, all: u128, weights: &[u64], inside: &[usize], seats: &mut [u32]) {
    let mut remainders = Vec::with_capacity(inside.len());
    let mut given = 0;
    for unit in inside {
        let exact = left * u128::from(weights[*unit]);
        // A share never exceeds the total, which is a u32.
        seats[*unit] = (exact / all) as u32;
        given += exact / all;
        remainders.push((exact % all, *unit));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    // Fewer seats are left over than there are units, since every remainder is below one seat.
    for (_, unit) in remainders.iter().take((left - given) as usize) {
        seats[*unit] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn largest_remainder_and_minimum_by_hand() {
        assert_eq!(apportion(10, 0, &[53, 24, 23]), Ok(vec![5, 3, 2]));
        // Shares 9.8, 0.1, 0.1: the small two get one each, eight are left for the first.
        assert_eq!(apportion(10, 1, &[98, 1, 1]), Ok(vec![8, 1, 1]));
        // The third has 1.05 at first; once the first two took a whole seat each, 8 × 105 / 998 is below one.
        assert_eq!(apportion(10, 1, &[1, 1, 105, 893]), Ok(vec![1, 1, 1, 7]));
        assert_eq!(apportion(0, 0, &[]), Ok(vec![]));
    }

    #[test]
    fn ties_fall_by_the_given_order() {
        assert_eq!(apportion(4, 1, &[7, 7, 7]), Ok(vec![2, 1, 1]));
        assert_eq!(apportion(2, 0, &[5, 5, 5]), Ok(vec![1, 1, 0]));
    }

    #[test]
    fn refuses_what_cannot_be_shared_out() {
        assert_eq!(apportion(2, 1, &[1, 1, 1]), Err(ApportionError::TooFewSeats { total: 2, units: 3, minimum: 1 }));
        assert_eq!(apportion(5, 1, &[0, 0]), Err(ApportionError::NoWeight));
        assert_eq!(apportion(2, 1, &[0, 0]), Ok(vec![1, 1]));
        assert_eq!(apportion(1, 0, &[]), Err(ApportionError::NoWeight));
    }

    #[test]
    fn properties_hold_for_many_weights() {
        let mut state = 20_260_101_u64;
        let mut next = move |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        for _ in 0..2_000 {
            let units = 1 + next(30) as usize;
            let minimum = next(3) as u32;
            let total = units as u32 * minimum + next(200) as u32;
            let ceiling = [3, 1_000, u64::MAX >> 1][next(3) as usize];
            let weights: Vec<u64> = (0..units).map(|_| next(ceiling)).collect();
            let Ok(seats) = apportion(total, minimum, &weights) else {
                assert!(weights.iter().all(|weight| *weight == 0), "{weights:?}");
                continue;
            };
            assert_eq!(seats.iter().sum::<u32>(), total, "{weights:?}");
            assert!(seats.iter().all(|seat| *seat >= minimum), "{weights:?}");
            for a in 0..units {
                for b in a + 1..units {
                    match weights[a].cmp(&weights[b]) {
                        // Equal weights: the earlier never gets less, and at most one more.
                        std::cmp::Ordering::Equal => assert!(seats[a] == seats[b] || seats[a] == seats[b] + 1),
                        std::cmp::Ordering::Less => assert!(seats[a] <= seats[b] + 1),
                        std::cmp::Ordering::Greater => assert!(seats[a] + 1 >= seats[b]),
                    }
                }
            }
            if (1..units).all(|i| !weights[..i].contains(&weights[i])) {
                let backwards: Vec<u64> = weights.iter().rev().copied().collect();
                let mut mirrored = apportion(total, minimum, &backwards).unwrap();
                mirrored.reverse();
                // Different weights may still leave equal remainders; only then may the order matter.
                let moved: u32 = seats.iter().zip(&mirrored).map(|(a, b)| a.abs_diff(*b)).sum();
                assert!(seats == mirrored || moved <= 2 * units as u32);
            }
        }
        // Without equal remainders the order of the units changes nothing.
        assert_eq!(apportion(10, 1, &[24, 53, 23]), Ok(vec![3, 5, 2]));
        assert_eq!(apportion(10, 1, &[23, 24, 53]), Ok(vec![2, 3, 5]));
    }
}
