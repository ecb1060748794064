//! Names of units that the roster does not know, gathered over all returns: what an officer may confirm as aliases.

use super::arrived::{Arrival, Arrived};
use super::ruling::Ruling;
use crate::definition::Roster;
use crate::model::run::UnknownName;
use crate::text::names::match_key;
use std::collections::HashMap;

/// Suggestions are looked for under this many names, since each is held against the whole roster. A run with more has a
/// wrong roster, or a return of nothing but invented units; the names are listed all the same.
const MOST_SUGGESTED: usize = 1_000;

/// One entry a name; what was replaced by a later version asks for no alias.
pub fn gather(roster: &Roster, ruling: &Ruling, arrived: &[Arrived]) -> Vec<UnknownName> {
    let mut names: Vec<UnknownName> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (position, file) in arrived.iter().enumerate() {
        let Arrival::Return(returned) = &file.arrival else { continue };
        if returned.unknown_units.is_empty() || !ruling.replacing(position, returned).is_empty() {
            continue;
        }
        for unknown in &returned.unknown_units {
            let place = (file.source.index, unknown.sheet, unknown.at);
            let at = *known.entry(match_key(&unknown.written)).or_insert_with(|| {
                let looked_up = names.len() < MOST_SUGGESTED;
                let similar = if looked_up { roster.similar_units(&unknown.written) } else { Vec::new() };
                names.push(UnknownName { written: unknown.written.clone(), similar, places: Vec::new() });
                names.len() - 1
            });
            if let Some(name) = names.get_mut(at) {
                name.places.push(place);
            }
        }
    }
    names
}
