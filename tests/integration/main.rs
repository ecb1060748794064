//! The one integration binary: the program as its users and its neighbours see it.

mod architecture;
mod bundles;
mod commands;
mod compare;
mod discipline;
mod faults;
mod history;
mod hostile;
mod independent;
mod issued;
mod layout;
mod officer;
mod privacy;
mod province;
mod quoting;
mod rankings;
mod readme;
mod received;
mod results;
mod shop;
mod silent;
mod slips;
mod store;
mod support;
mod tutorial;
mod workshop;
