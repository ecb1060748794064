//! Decisions (处理意见) of one period: read from the workbooks that officers filled in, merged with what the history
//! keeps, and stored with the period.

pub mod register;
pub mod sheet;
pub mod store;
