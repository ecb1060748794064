//! Stored periods as tables read them: a form's rows of an earlier period, loaded only when a measure asks for them.

use super::facts::Rowset;
use crate::domain::period::Period;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A form's rows of one stored period.
#[derive(Clone)]
pub struct PastRows {
    pub rows: Rc<Rowset>,
    /// By roster index: whether the unit's figures are in.
    pub reported: Rc<Vec<bool>>,
}

/// Why a period cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    NotStored,
    /// The store cannot be read; its own words.
    Unreadable(String),
    /// A column that is needed meant something else then.
    Changed(String),
}

impl Absent {
    /// As a clause behind the period's title.
    pub fn words(&self) -> String {
        match self {
            Absent::NotStored => "没有存档".to_string(),
            Absent::Unreadable(why) => format!("的存档读不出（{why}）"),
            Absent::Changed(why) => format!("的{why}，不能合并"),
        }
    }
}

/// What the store holds of earlier periods.
pub struct Past;

impl Past {
    /// A form's rows of a period, or why they cannot be counted.
    pub fn rows(
        &self,
        _form: usize,
        _period: &Period,
        _columns: &BTreeSet<String>,
    ) -> Result<Result<PastRows, Absent>, String> {
        Ok(Err(Absent::NotStored))
    }
}
