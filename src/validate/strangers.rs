//! Names of units that the roster does not know, gathered over all returns: what an officer may confirm as aliases.

use super::versions::Decision;
use super::{Arrival, Arrived, files};
use crate::model::run::UnknownName;
use crate::spec::Roster;
use crate::text::names::match_key;
use std::collections::HashMap;

/// One entry a name; what was replaced by a later version asks for no alias.
pub fn gather(roster: &Roster, decision: &Decision, arrived: &[Arrived]) -> Vec<UnknownName> {
    let mut names: Vec<UnknownName> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (position, file) in arrived.iter().enumerate() {
        let Arrival::Return(returned) = &file.arrival else { continue };
        if returned.unknown_units.is_empty() || !files::replaced(decision, position, returned).is_empty() {
            continue;
        }
        for unknown in &returned.unknown_units {
            let place = (file.source.index, unknown.sheet, unknown.at);
            let at = *known.entry(match_key(&unknown.written)).or_insert_with(|| {
                let similar = roster.similar_units(&unknown.written);
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
