//! The one integration binary: the program as its users and its neighbours see it.

mod architecture;
mod commands;
mod independent;
mod readme;
mod received;
mod results;
mod support;
