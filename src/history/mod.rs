//! The history store (历史库): what earlier runs accepted, period by period, as later runs read it.
//!
//! `<history>/<pipeline>/<period>/` holds `period.json` ([`head`]), the accepted rows of each form as Parquet with unit
//! codes and origin columns, `units.json` and `figures.json`. Nothing of a period is read before it is asked for, and of
//! its rows only the columns that are asked for. What is not there, damaged, or from the future counts as absent and is
//! said ([`History::notes`]); nothing is guessed, and nothing is removed.
//!
//! Knows definitions and the roster, and nothing of returns, rules or reports.

pub mod correction;
pub mod figures;
pub mod head;
pub mod issue;
mod keep;
pub mod ledger;
mod parquet;
mod remarks;
mod stored;
mod survey;
pub mod units;

pub use head::{Head, StoredType, Unusable};
pub use keep::{Content, Entry, FormFile, Packed, Ready, form_rows, input_hash};
pub use remarks::Gap;
pub use stored::{StoredForm, StoredOrigin, StoredPeriod};
pub use survey::{Survey, Surveyed, survey};
pub use units::StoredUnit;

use crate::definition::{CodeList, Form, Plan, Reference};
use crate::domain::period::Period;
use crate::domain::schedule::Schedule;
use remarks::Remarks;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// The stored periods of one pipeline around the run's own.
pub struct History {
    shared: Arc<Shared>,
    /// The run's own period: what is stored of it is what this run replaces, and never its past.
    current: Period,
    /// `None` for a run without history.
    folder: Option<PathBuf>,
    /// A slot for each period that has a folder, filled when it is first asked for.
    slots: BTreeMap<Period, OnceLock<Result<Box<StoredPeriod>, Unusable>>>,
    asked: AtomicBool,
}

/// What every stored period is read with.
struct Shared {
    /// Today's definition: its name, hash, periods and forms.
    pipeline: String,
    sha256: String,
    schedule: Schedule,
    forms: Vec<Form>,
    /// Today's roster: index by code.
    codes: HashMap<String, u32>,
    /// Today's code lists, by the plan's index.
    lists: Vec<CodeList>,
    remarks: Remarks,
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("current", &self.current).field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl History {
    /// Opens `<root>/<pipeline>`; only names of folders are read. `None` is a run without history.
    pub fn open(root: Option<&Path>, plan: &Plan, reference: &Reference, current: &Period) -> History {
        let units = (0u32..).zip(&reference.roster.units);
        let folder = root.map(|root| root.join(&plan.name));
        let periods = folder.as_deref().map(|folder| list(folder, &plan.schedule)).unwrap_or_default();
        let slots = periods.into_iter().map(|period| (period, OnceLock::new())).collect();
        let shared = Arc::new(Shared {
            pipeline: plan.name.clone(),
            sha256: plan.sha256.clone(),
            schedule: plan.schedule.clone(),
            forms: plan.forms.clone(),
            codes: units.map(|(index, unit)| (unit.code.clone(), index)).collect(),
            lists: reference.codes.clone(),
            remarks: Remarks::default(),
        });
        History { shared, current: current.clone(), folder, slots, asked: AtomicBool::new(false) }
    }

    /// A stored period, opened when it is first asked for. `None` where there is none or it cannot be used, which is then
    /// one of the [`gaps`](Self::gaps); and, without being a gap, for the run's own period.
    pub fn get(&self, period: &Period) -> Option<&StoredPeriod> {
        self.asked.store(true, Ordering::Relaxed);
        if *period == self.current {
            return None;
        }
        let folder = self.folder.as_deref()?;
        let Some(slot) = self.slots.get(period) else {
            self.shared.remarks.gap(Gap::Absent(period.clone()));
            return None;
        };
        let stored = slot
            .get_or_init(|| StoredPeriod::open(&folder.join(period.key()), period, self.shared.clone()).map(Box::new));
        match stored {
            Ok(stored) => Some(stored),
            Err(why) => {
                self.shared.remarks.gap(Gap::Unusable(period.clone(), String::new(), why.clone()));
                None
            }
        }
    }

    /// What an earlier run of this very period left, which this one replaces; `None` where there is nothing of it.
    pub fn own(&self) -> Option<Result<&StoredPeriod, &Unusable>> {
        let (folder, slot) = (self.folder.as_deref()?, self.slots.get(&self.current)?);
        let open = || StoredPeriod::open(&folder.join(self.current.key()), &self.current, self.shared.clone());
        Some(slot.get_or_init(|| open().map(Box::new)).as_ref().map(|stored| &**stored))
    }

    /// Whether another period lies behind the run's own.
    pub fn is_before(&self, other: &Period) -> bool {
        self.current < *other
    }

    /// The run's own period in words.
    pub fn own_title(&self) -> String {
        self.current.title()
    }

    /// The folder of the run's own period.
    pub fn own_folder(&self) -> Option<PathBuf> {
        Some(self.folder.as_deref()?.join(self.current.key()))
    }

    /// The rows of one form (index into the plan's forms) in a stored period; `None` is a gap or the run's own period.
    pub fn form(&self, period: &Period, form: usize) -> Option<&StoredForm> {
        self.get(period)?.form(form)
    }

    /// Whether there is a store at all; a run may do without.
    pub fn in_use(&self) -> bool {
        self.folder.is_some()
    }

    /// Whether a period has a folder, which says nothing yet of what is in it.
    pub fn has(&self, period: &Period) -> bool {
        self.slots.contains_key(period) && *period != self.current
    }

    /// Every period with a folder but the run's own, in the order of time.
    pub fn periods(&self) -> impl Iterator<Item = &Period> {
        self.slots.keys().filter(|period| **period != self.current)
    }

    /// The period before the run's, by schedule; of a campaign that no definition declares, the latest stored one of its
    /// name.
    pub fn previous(&self) -> Option<Period> {
        self.shared.schedule.previous(&self.current).or_else(|| {
            let named = |other: &&Period| other.name == self.current.name && other.last < self.current.first;
            self.slots.keys().filter(|_| !self.current.name.is_empty()).filter(named).max().cloned()
        })
    }

    /// The same period a year ago, by schedule.
    pub fn year_ago(&self) -> Option<Period> {
        self.shared.schedule.year_ago(&self.current)
    }

    /// What was asked for and is not there, so far, in the order of time.
    pub fn gaps(&self) -> Vec<Gap> {
        self.shared.remarks.gaps()
    }

    /// Why a stored column cannot be read as today's definition has it: the run must not go on. Empty where all is well.
    pub fn conflicts(&self) -> Vec<String> {
        self.shared.remarks.conflicts()
    }

    /// All that a reader should know of the history that was used so far: gaps, columns that did not exist yet, units
    /// that are gone. For under the tables and 口径说明.
    pub fn notes(&self) -> Vec<String> {
        if self.folder.is_none() {
            let asked = self.asked.load(Ordering::Relaxed);
            return if asked {
                vec!["本次没有使用历史数据，与往期有关的数字显示“—”".to_owned()]
            } else {
                Vec::new()
            };
        }
        self.shared.remarks.notes()
    }
}

/// Periods that have a folder; folders of other names are none of ours.
fn list(folder: &Path, schedule: &Schedule) -> Vec<Period> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            schedule.parse(&name).filter(|period| period.key() == name && period.kind == schedule.kind)
        })
        .collect()
}
