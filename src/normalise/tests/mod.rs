//! Small sheets by hand against two forms by hand.

mod accounting;
mod cells;
mod fixture;
mod frame;
mod layout;
