//! leakwatch tells from outside whether a running process leaks memory.
//!
//! The data path, in reading order: [`source`] reads processes at the times given by [`clock`];
//! [`analysis`] decides from the samples. `docs/ARCHITECTURE.md` is the map.

pub mod analysis;
pub mod model;
pub mod source;
pub mod units;
