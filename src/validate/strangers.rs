//! Names of units that the roster does not know, gathered over all returns: what an officer may confirm as aliases, and what
//! the findings on them suggest.

use super::arrived::{Arrival, Arrived};
use super::ruling::Ruling;
use crate::definition::Roster;
use crate::definition::reference::likeness::Likeness;
use crate::model::codes::FindingCode;
use crate::model::normalised::{NormalisedReturn, UnknownUnit};
use crate::model::run::UnknownName;
use crate::text::names::match_key;
use std::collections::HashMap;

/// One entry a name; what was replaced by a later version asks for no alias. Findings on the names get the units that look
/// alike.
pub fn gather(roster: &Roster, ruling: &Ruling, arrived: &mut [Arrived]) -> Vec<UnknownName> {
    let mut names: Vec<UnknownName> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    // Nearly always every name is known, and the roster need not be made ready.
    let mut likeness: Option<Likeness<'_>> = None;
    for (position, file) in arrived.iter_mut().enumerate() {
        if file.left_out.is_some() {
            continue;
        }
        let Arrival::Return(returned) = &mut file.arrival else { continue };
        if returned.unknown_units.is_empty() || !ruling.replacing(position, returned).is_empty() {
            continue;
        }
        let likeness = likeness.get_or_insert_with(|| Likeness::of(roster));
        for unknown in &returned.unknown_units {
            let place = (file.source.index, unknown.sheet, unknown.at);
            let at = *known.entry(match_key(&unknown.written)).or_insert_with(|| {
                let similar = likeness.similar(&unknown.written).to_vec();
                names.push(UnknownName { written: unknown.written.clone(), similar, places: Vec::new() });
                names.len() - 1
            });
            if let Some(name) = names.get_mut(at) {
                name.places.push(place);
            }
        }
        suggest(roster, returned, |unknown| {
            known.get(&match_key(&unknown.written)).and_then(|at| names.get(*at)).map_or(&[], |name| &name.similar)
        });
    }
    names
}

/// Adds to the findings on unknown names what they may have meant.
fn suggest<'n>(roster: &Roster, returned: &mut NormalisedReturn, similar: impl Fn(&UnknownUnit) -> &'n [u32]) {
    let NormalisedReturn { findings, unknown_units, .. } = returned;
    let at: HashMap<_, &UnknownUnit> =
        unknown_units.iter().map(|unknown| ((unknown.sheet, unknown.at), unknown)).collect();
    let codes = [FindingCode::UnitUnknown.into(), FindingCode::SenderUnknown.into()];
    for finding in findings.iter_mut().filter(|finding| codes.contains(&finding.code)) {
        let place = finding.place.sheet.zip(finding.place.cells.first().copied());
        let Some(unknown) = place.and_then(|place| at.get(&place)) else { continue };
        let names = similar(unknown).iter().filter_map(|unit| roster.units.get(*unit as usize));
        let names: Vec<&str> = names.map(|unit| &*unit.name).collect();
        if !names.is_empty() {
            finding.expected = format!("{}，名称相近的有：{}", finding.expected, names.join("、")).into();
        }
    }
}
