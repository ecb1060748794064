//! What expressions know of the run beside the row: the period, its year, the calendar.

use crate::definition::{Plan, Reference};
use crate::domain::period::{Period, day};
use crate::language::{Literal, RunContext};
use std::sync::Arc;

/// What expressions need at run time.
pub fn context(plan: &Plan, reference: &Reference, period: &Period) -> RunContext {
    let year = period.year();
    let begins = plan.schedule.year_to_date(period).first() == Some(period);
    let year_start = day(year, 1, 1).unwrap_or(period.first);
    let constants = [
        ("本期起", Literal::Date(period.first)),
        ("本期止", Literal::Date(period.last)),
        ("本年起", Literal::Date(year_start)),
        ("本年", Literal::Integer(i64::from(year))),
        ("上年", Literal::Integer(i64::from(year) - 1)),
        ("年初", Literal::Boolean(begins)),
    ];
    RunContext {
        constants: constants.into_iter().collect(),
        calendar: Arc::new(reference.calendar.clone()),
        as_of: period.last,
    }
}
