//! Pure functions on what people type: widths, numbers, dates, names, ID numbers.
pub mod dates;
pub mod hex;
pub mod id_number;
pub mod json;
pub mod loose;
pub mod masks;
pub mod names;
pub mod numbers;
pub mod odd_names;
pub mod people;
pub mod quote;
pub mod ticks;
pub mod width;
