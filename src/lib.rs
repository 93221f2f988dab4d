//! leakwatch tells from outside whether a running process leaks memory.
//!
//! The data path, in reading order: the [`session`] asks a [`source`] for readings at times given by the [`clock`],
//! and pushes each into the series of its target; [`analysis`] decides from them, [`alert`] gives findings a memory.
//! Everything that happens is an [`event`]; [`terminal`] shows events, [`report`] writes them in the form of
//! [`schema`], [`notify`] sends alerts. [`cli`] joins the parts. `docs/ARCHITECTURE.md` is the map.

pub mod units;
pub mod model;
pub mod clock;
pub mod escape;
pub mod process_group;
pub mod source;
pub mod analysis;
pub mod alert;
pub mod event;
pub mod advice;
pub mod gate;
pub mod session;
pub mod schema;
pub mod report;
pub mod notify;
pub mod terminal;
pub mod demo;
pub mod cli;

#[cfg(test)]
mod stalled;
