//! Rows that entered no rule, because their whole return does not count: kept so that nobody has to ask where they went.

use super::form::Rows;

/// Why a return's rows were set aside before any rule looked at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AsideReason {
    /// A later version replaced the return, or it is a copy of another.
    Superseded,
    /// A 必改 stands on the return as a whole.
    Held,
    /// Somebody decided that nothing of the return counts.
    LeftOut,
}

/// Rows of one form that were set aside.
#[derive(Debug, Clone, Default)]
pub struct AsideRows {
    pub rows: Rows,
    /// Per row, as long as the rows' origins.
    pub reasons: Vec<AsideReason>,
}
