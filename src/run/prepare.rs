//! What a run knows before it opens any return: the checked definition, its reference data and the period.

use super::stop::Stop;
use crate::definition::reference::ReferenceFolders;
use crate::definition::{self, Plan, Reference};
use crate::domain::period::Period;
use crate::formats::allowance::Allowance;
use std::path::Path;

/// A checked definition with the reference data and period it runs with.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub plan: Plan,
    pub reference: Reference,
    pub period: Period,
    /// The day that the chase list is of (`--as-of`); the last receipt where nobody says.
    pub as_of: Option<i32>,
    /// Somebody says that the period is right although most returns are of another one (`--confirm-period`).
    pub period_confirmed: bool,
    /// Reference tables that a run needs and that are not there: only for who checks returns before he sends them.
    pub unchecked: Vec<String>,
}

/// Reads and checks the definition and the reference data, before any return is opened.
///
/// # Errors
/// [`Stop::Definition`] with every problem, or [`Stop::Usage`] for a period that does not fit.
pub fn prepare(
    definition: &Path,
    folders: &ReferenceFolders,
    period: Option<&str>,
    allowance: Allowance,
) -> Result<Prepared, Stop> {
    let (plan, folders) = read(definition, folders, allowance)?;
    let period = period_of(&plan, period.unwrap_or(&plan.sample_period))?;
    let reference = definition::reference::load(&plan, &folders, &period, allowance).map_err(Stop::Definition)?;
    Ok(Prepared { plan, reference, period, as_of: None, period_confirmed: false, unchecked: Vec::new() })
}

/// As [`prepare`], for a unit that checks what it is about to send: it need not have the ledgers, which hold personal
/// data; what cannot be held against them is named.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_to_check(
    definition: &Path,
    folders: &ReferenceFolders,
    period: Option<&str>,
    allowance: Allowance,
) -> Result<Prepared, Stop> {
    let (mut plan, folders) = read(definition, folders, allowance)?;
    let period = period_of(&plan, period.unwrap_or(&plan.sample_period))?;
    let needed: Vec<String> =
        plan.references.iter().filter(|schema| !schema.optional).map(|schema| schema.name.clone()).collect();
    plan.references.iter_mut().for_each(|schema| schema.optional = true);
    let reference = definition::reference::load(&plan, &folders, &period, allowance).map_err(Stop::Definition)?;
    let unchecked = needed.into_iter().filter(|name| !reference.tables.contains_key(name)).collect();
    Ok(Prepared { plan, reference, period, as_of: None, period_confirmed: false, unchecked })
}

/// The definition; what every definition looks up is read meanwhile.
fn read(definition: &Path, folders: &ReferenceFolders, allowance: Allowance) -> Result<(Plan, ReferenceFolders), Stop> {
    let (plan, folders) = rayon::join(|| definition::read(definition), || folders.read_ahead(allowance));
    Ok((plan.map_err(Stop::Definition)?, folders))
}

impl Prepared {
    /// The same definition for another period: the reference data are read anew, since they are of a period too.
    ///
    /// # Errors
    /// As [`prepare`], mistakes in the definition aside.
    pub fn of_period(&self, folders: &ReferenceFolders, period: &str, allowance: Allowance) -> Result<Prepared, Stop> {
        let period = period_of(&self.plan, period)?;
        let reference =
            definition::reference::load(&self.plan, folders, &period, allowance).map_err(Stop::Definition)?;
        Ok(Prepared { reference, period, ..self.clone() })
    }
}

/// The period that a pipeline is asked for.
///
/// # Errors
/// [`Stop::Usage`]: it does not parse, is of another kind, or nothing is reported in it.
pub fn period_of(plan: &Plan, written: &str) -> Result<Period, Stop> {
    let (schedule, title) = (&plan.schedule, &plan.title);
    let examples = definition::read::period_examples(schedule);
    let Some(period) = schedule.parse(written) else {
        return Err(Stop::Usage(format!("看不懂报告期“{written}”。“{title}”的报告期请写成{examples}。")));
    };
    if period.kind != schedule.kind {
        let (ours, theirs) = (schedule.kind.word(), period.kind.word());
        return Err(Stop::Usage(format!(
            "“{title}”按{ours}报送，而“{written}”是{theirs}。请用 --period 写一个{ours}，写成{examples}。"
        )));
    }
    match &schedule.season {
        Some(season) if !schedule.reports(&period) => Err(Stop::Usage(format!(
            "“{title}”只在{}（{}）报送，“{written}”不在其中。请核对 --period。",
            season.name,
            season.words()
        ))),
        _ => Ok(period),
    }
}
