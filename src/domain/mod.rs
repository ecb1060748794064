//! Named methods: apportionment, shares, working days, periods, ranking. Whole numbers only, no files, no polars.
pub mod apportion;
pub mod outlier;
pub mod period;
pub mod ranking;
pub mod schedule;
pub mod share;
pub mod spoken;
pub mod workdays;
