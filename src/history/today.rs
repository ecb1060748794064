//! What every stored period is read with: today's definition, roster and code lists.

use super::remarks::Remarks;
use crate::definition::{CodeList, Form};
use crate::domain::schedule::Schedule;
use std::collections::HashMap;

/// What every stored period is read with.
pub struct Today {
    /// Today's definition: its name, hash, periods and forms.
    pub pipeline: String,
    pub sha256: String,
    pub schedule: Schedule,
    pub forms: Vec<Form>,
    /// Today's roster: index by code.
    pub codes: HashMap<String, u32>,
    /// Today's code lists, by the plan's index.
    pub lists: Vec<CodeList>,
    pub remarks: Remarks,
}
