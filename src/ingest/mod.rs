//! Files in, raw workbooks out: discover, look into bundles, parse apart in worker processes.
//!
//! Knows nothing of forms, units or rules.

mod discover;
mod leaving;
mod limits;
mod pool;
mod wire;
pub mod worker;

pub use discover::{Discovery, discover};
pub use leaving::see_off;
pub use limits::Limits;
pub use pool::{Delivery, read_all, read_here, start_early, use_worker};
