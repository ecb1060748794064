//! Small sheets by hand against two forms by hand.

mod accounting;
mod areas;
mod cards;
mod cells;
mod declared;
mod fixture;
mod frame;
mod headers;
mod known;
mod layout;
mod names;
mod paths;
mod records;
mod seen;
