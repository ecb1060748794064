//! The stored periods of one pipeline around the run's own, opened as they are asked for.

use super::head::Unusable;
use super::layout::{REMOVED, periods};
use super::remarks::{HistoryGap, Remarks};
use super::stored::{StoredForm, StoredPeriod};
use super::today::Today;
use crate::definition::{Plan, Reference};
use crate::domain::period::Period;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// The stored periods of one pipeline around the run's own.
pub struct History {
    today: Arc<Today>,
    /// The run's own period: what is stored of it is what this run replaces, and never its past.
    current: Period,
    /// `None` for a run without history.
    folder: Option<PathBuf>,
    /// A slot for each period that has a folder, filled when it is first asked for.
    slots: BTreeMap<Period, OnceLock<Result<Box<StoredPeriod>, Unusable>>>,
    asked: AtomicBool,
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
        let stored = folder.as_deref().map(|folder| periods(folder, &plan.schedule)).unwrap_or_default();
        let slots = stored.into_iter().map(|period| (period, OnceLock::new())).collect();
        let today = Arc::new(Today {
            pipeline: plan.name.clone(),
            sha256: plan.sha256.clone(),
            schedule: plan.schedule.clone(),
            forms: plan.forms.clone(),
            codes: units.map(|(index, unit)| (unit.code.clone(), index)).collect(),
            lists: reference.codes.clone(),
            remarks: Remarks::default(),
        });
        History { today, current: current.clone(), folder, slots, asked: AtomicBool::new(false) }
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
            self.today.remarks.gap(HistoryGap::Absent(period.clone()));
            return None;
        };
        let stored = slot
            .get_or_init(|| StoredPeriod::open(&folder.join(period.key()), period, self.today.clone()).map(Box::new));
        match stored {
            Ok(stored) => Some(stored),
            Err(why) => {
                self.today.remarks.gap(HistoryGap::Unusable(period.clone(), String::new(), why.clone()));
                None
            }
        }
    }

    /// What an earlier run of this very period left, which this one replaces; `None` where there is nothing of it.
    pub fn own(&self) -> Option<Result<&StoredPeriod, &Unusable>> {
        let (folder, slot) = (self.folder.as_deref()?, self.slots.get(&self.current)?);
        let open = || StoredPeriod::open(&folder.join(self.current.key()), &self.current, self.today.clone());
        Some(slot.get_or_init(|| open().map(Box::new)).as_ref().map(|stored| &**stored))
    }

    /// What is stored of the run's own period at this moment, whatever was seen of it before: for who holds its lock.
    pub fn own_now(&self) -> Option<Result<StoredPeriod, Unusable>> {
        let folder = self.own_folder()?;
        let stored = periods(self.folder.as_deref()?, &self.today.schedule);
        stored.contains(&self.current).then(|| StoredPeriod::open(&folder, &self.current, self.today.clone()))
    }

    /// Puts back what runs left half-way in any period of the pipeline: for who is about to write, and looks back at them.
    ///
    /// # Errors
    /// It cannot be put back, or is not ours.
    pub fn recover(&self) -> Result<(), String> {
        let folder = self.folder.iter();
        folder
            .flat_map(|folder| self.slots.keys().map(|period| folder.join(period.key())))
            .try_for_each(|period| crate::atomic::recover(&period))
    }

    /// Takes the run's own period out of the store: it is moved aside, whole, and kept until the next run. Where it lies
    /// now.
    ///
    /// # Errors
    /// Somebody is writing there, or it cannot be moved; nothing was changed.
    pub fn remove_own(&self) -> Result<PathBuf, String> {
        let (Some(folder), Some(own)) = (self.folder.as_deref(), self.own_folder()) else {
            return Err("没有历史库".to_owned());
        };
        // Nobody is in the middle of anything there; a folder that is moved takes no lock along.
        drop(crate::atomic::Lock::wait(&own)?);
        let aside = folder.join(REMOVED);
        let target = aside.join(self.current.key());
        let failed = |error: std::io::Error| crate::atomic::trouble("移出历史库", &own, &error);
        if target.exists() {
            std::fs::remove_dir_all(&target).map_err(failed)?;
        }
        std::fs::create_dir_all(&aside).and_then(|()| std::fs::rename(&own, &target)).map_err(failed)?;
        Ok(target)
    }

    /// Lets go of what was removed before.
    pub fn forget_removed(&self) {
        if let Some(folder) = &self.folder {
            // What cannot be deleted now is deleted by the next run.
            let _ = std::fs::remove_dir_all(folder.join(REMOVED));
        }
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
        self.today.schedule.previous(&self.current).or_else(|| {
            let named = |other: &&Period| other.name == self.current.name && other.last < self.current.first;
            self.slots.keys().filter(|_| !self.current.name.is_empty()).filter(named).max().cloned()
        })
    }

    /// The same period a year ago, by schedule.
    pub fn year_ago(&self) -> Option<Period> {
        self.today.schedule.year_ago(&self.current)
    }

    /// What was asked for and is not there, so far, in the order of time.
    pub fn gaps(&self) -> Vec<HistoryGap> {
        self.today.remarks.gaps()
    }

    /// Why a stored column cannot be read as today's definition has it: the run must not go on. Empty where all is well.
    pub fn conflicts(&self) -> Vec<String> {
        self.today.remarks.conflicts()
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
        let opened = self.slots.iter().filter(|(period, _)| **period != self.current);
        let ahead = opened.filter_map(|(period, slot)| {
            slot.get()?.as_ref().ok().filter(|stored| stored.results_ahead()).map(|_| period)
        });
        let ahead = ahead.map(|period| {
            format!(
                "{}上次汇总写出了结果，没来得及存入历史库；这里用的是历史库里原有的数据，请先重新汇总那一期",
                period.title()
            )
        });
        self.today.remarks.notes().into_iter().chain(ahead).collect()
    }
}
