//! Which units of the roster a name looks like that is none of theirs: suggestions, never a match.
//!
//! A wrong roster makes every name of a run unknown, and each would be held against the whole of it. So a name is held
//! against those keys alone that have enough characters in common to come near it, the same name is looked for once, and
//! a run spends no more than [`MOST`] looks at a key; names beyond get no suggestion.

use super::units::Roster;
use crate::text::names::match_key;
use std::collections::HashMap;

/// Below this two names have no more than a word in common (Jaro–Winkler, 1 for the same name).
const ALIKE: f64 = 0.75;
/// Below this the likeness of two names' characters is not raised for a common beginning.
const BEGINNING_COUNTS: f64 = 0.7;
/// Suggestions a name gets.
const SHOWN: usize = 3;
/// Looks at a key in a run: a thousand unknown names against a province's five thousand units.
const MOST: usize = 5_000_000;

/// A key of the roster, as it is compared.
struct Key<'r> {
    characters: Vec<char>,
    traits: u64,
    units: &'r [u32],
}

/// The roster, made ready for looking names up in; one for a run.
pub struct Likeness<'r> {
    keys: Vec<Key<'r>>,
    /// By match key: what was found for names seen before.
    known: HashMap<String, Vec<u32>>,
    /// Looks at a key that may still be taken.
    left: usize,
}

impl<'r> Likeness<'r> {
    pub fn of(roster: &'r Roster) -> Likeness<'r> {
        let key = |(name, units): (&String, &'r Vec<u32>)| {
            let characters: Vec<char> = name.chars().collect();
            Key { traits: characters.iter().fold(0, |all, c| all | character(*c)), characters, units }
        };
        Likeness { keys: roster.keys.iter().map(key).collect(), known: HashMap::new(), left: MOST }
    }

    /// Up to three units (indices into the roster) whose name, alias or code looks alike, the most alike first, of equals
    /// the first of the roster.
    pub fn similar(&mut self, written: &str) -> &[u32] {
        let key = match_key(written);
        if !self.known.contains_key(&key) {
            let found = self.look(&key);
            self.known.insert(key.clone(), found);
        }
        self.known.get(&key).map_or(&[], Vec::as_slice)
    }

    fn look(&mut self, written: &str) -> Vec<u32> {
        let Some(left) = self.left.checked_sub(self.keys.len()) else { return Vec::new() };
        self.left = left;
        let characters: Vec<char> = written.chars().collect();
        let traits: Vec<u64> = characters.iter().map(|c| character(*c)).collect();
        let mut best = Best::default();
        for key in &self.keys {
            if at_best(&characters, &traits, key) < best.least() {
                continue;
            }
            let score = strsim::generic_jaro_winkler(&characters, &key.characters);
            if score >= ALIKE {
                key.units.iter().for_each(|unit| best.add(score, *unit));
            }
        }
        best.0.into_iter().map(|(_, unit)| unit).collect()
    }
}

/// The most alike so far, best first.
#[derive(Default)]
struct Best(Vec<(f64, u32)>);

impl Best {
    /// What a key must reach to come in.
    fn least(&self) -> f64 {
        self.0.get(SHOWN - 1).map_or(ALIKE, |(score, _)| *score)
    }

    fn add(&mut self, score: f64, unit: u32) {
        match self.0.iter().position(|(_, known)| *known == unit) {
            Some(at) if self.0.get(at).is_some_and(|(known, _)| *known >= score) => return,
            Some(at) => drop(self.0.remove(at)),
            None => {}
        }
        let at = self.0.partition_point(|(known, other)| *known > score || *known == score && *other < unit);
        self.0.insert(at, (score, unit));
        self.0.truncate(SHOWN);
    }
}

/// A character as one of 64 bits; several characters share one.
fn character(c: char) -> u64 {
    1 << ((u32::from(c).wrapping_mul(0x9E37_79B1)) >> 26)
}

/// The likeness that two names cannot exceed: as if all characters that they may have in common stood in one order, and
/// four of them at the beginning.
fn at_best(characters: &[char], traits: &[u64], key: &Key<'_>) -> f64 {
    let common = traits.iter().filter(|one| key.traits & **one != 0).count().min(key.characters.len()) as f64;
    if common == 0.0 {
        return if characters.is_empty() && key.characters.is_empty() { 1.0 } else { 0.0 };
    }
    let jaro = (common / characters.len() as f64 + common / key.characters.len() as f64 + 1.0) / 3.0;
    if jaro <= BEGINNING_COUNTS {
        return jaro;
    }
    let beginning = characters.iter().zip(&key.characters).take(4).take_while(|(a, b)| a == b).count();
    // A hair more, so that the order in which floating-point sums are taken cannot put a bound below what it bounds.
    jaro + 0.1 * beginning as f64 * (1.0 - jaro) + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of cities, industries and numbers: much in common, as a roster's names have.
    fn name(n: usize) -> String {
        let city = ["合肥", "芜湖", "蚌埠", "淮南", "马鞍山"][n % 5];
        let what = ["机械", "纺织", "第一建筑", "轨道交通", "供电"][n / 5 % 5];
        format!("{city}{what}{n}公司工会")
    }

    fn roster(units: usize) -> Roster {
        let mut roster = Roster::default();
        for n in 0..units {
            roster.keys.entry(match_key(&name(n))).or_default().push(n as u32);
            roster.keys.entry(format!("a{n:05}")).or_default().push(n as u32);
            roster.keys.entry(match_key(&format!("{n}公司"))).or_default().push(n as u32 / 2);
        }
        roster
    }

    /// Every key compared, then sorted: what the shortcuts must agree with.
    fn all_compared(roster: &Roster, written: &str) -> Vec<u32> {
        let key = match_key(written);
        let mut scored: Vec<(f64, u32)> = Vec::new();
        for (name, units) in &roster.keys {
            let score = strsim::jaro_winkler(&key, name);
            scored.extend(units.iter().filter(|_| score >= ALIKE).map(|unit| (score, *unit)));
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut shown = Vec::new();
        for (_, unit) in scored {
            if shown.len() < SHOWN && !shown.contains(&unit) {
                shown.push(unit);
            }
        }
        shown
    }

    #[test]
    fn suggestions_are_those_of_a_full_comparison() {
        let roster = roster(300);
        let mut likeness = Likeness::of(&roster);
        let odd =
            ["", "工", "合肥", "合肥机械", "9公司", "a0001", "A00012 ", "没有的单位", "合淝市总工会", "公司工会合肥"];
        let slips = (0..300).step_by(7).map(|n| name(n).replacen("公司", "厂", 1));
        let short = (0..300).step_by(11).map(|n| name(n).chars().skip(2).collect());
        let mut with_some = 0;
        for written in odd.map(str::to_owned).into_iter().chain(slips).chain(short) {
            let wanted = all_compared(&roster, &written);
            assert_eq!(likeness.similar(&written), wanted, "{written}");
            with_some += usize::from(!wanted.is_empty());
        }
        assert!(with_some > 50, "most of them have suggestions: {with_some}");
    }

    #[test]
    fn twice_the_names_and_units_cost_no_more_than_twice() {
        let work = |names: usize| {
            let roster = roster(names);
            let mut likeness = Likeness::of(&roster);
            for n in 0..names {
                let written = format!("无名单位{n}");
                likeness.similar(&written);
                likeness.similar(&written);
            }
            MOST - likeness.left
        };
        let (one, two) = (work(1_500), work(3_000));
        assert!(one > MOST / 2 && two <= MOST && two * 10 <= one * 23, "{one} looks, then {two}");
    }

    #[test]
    fn a_name_met_again_is_not_looked_for_again() {
        let roster = roster(10);
        let mut likeness = Likeness::of(&roster);
        let first = likeness.similar("合肥机械1公司").to_vec();
        let left = likeness.left;
        assert_eq!(likeness.similar("合肥 机械1公司"), first);
        assert_eq!(likeness.left, left);
    }
}
