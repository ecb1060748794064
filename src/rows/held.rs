//! Rows with cells left out of them: those that are held until someone decides, and those that are doubted at all.

use super::computed::renew;
use super::form::{Rows, ValidatedRows};
use super::grid::Grid;
use crate::definition::Plan;
use crate::language::RunContext;
use crate::model::OpenCell;

impl ValidatedRows {
    /// The same rows without the cells that are held until someone decides.
    pub fn holding(self, plan: &Plan, doubts: &[OpenCell], context: &RunContext) -> ValidatedRows {
        let form = self.rows.form;
        let held = doubts.iter().filter(|doubt| doubt.held && doubt.form == form);
        if held.clone().next().is_none() {
            return self;
        }
        let grid = self.rows.grid.holding(held.map(|doubt| (doubt.row, &*doubt.column)));
        self.over(grid, plan, context)
    }

    /// The same rows without any cell that is doubted.
    pub fn without_doubt(&self, plan: &Plan, doubts: &[OpenCell], context: &RunContext) -> ValidatedRows {
        let form = self.rows.form;
        let doubted = doubts.iter().filter(|doubt| doubt.form == form);
        if doubted.clone().next().is_none() {
            return self.clone();
        }
        let grid = self.rows.grid.without(doubted.map(|doubt| (doubt.row, &*doubt.column)));
        self.clone().over(grid, plan, context)
    }

    /// The same rows with every cell as it was read.
    pub fn as_read(&self) -> ValidatedRows {
        let rows = Rows { grid: self.rows.grid.as_read(), ..self.rows.clone() };
        ValidatedRows { rows, accepted: self.accepted.clone() }
    }

    fn over(self, mut grid: Grid, plan: &Plan, context: &RunContext) -> ValidatedRows {
        if let Some(form) = plan.forms.get(self.rows.form) {
            renew(&mut grid, form, context);
        }
        ValidatedRows { rows: Rows { grid, ..self.rows }, accepted: self.accepted }
    }
}
