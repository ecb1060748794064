//! Seats over units.
