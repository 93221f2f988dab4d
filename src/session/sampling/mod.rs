//! Times and costs of sampling: due ticks, due processes, and the CPU budget of expensive reads.

mod inspections;
mod intervals;
mod overhead;
mod pss_budget;
mod schedule;

pub use intervals::NamedIntervals;
pub use overhead::Cost;

pub(super) use inspections::Inspections;
pub(super) use intervals::{DueIntervals, IntervalId};
pub(super) use overhead::{Overhead, Saving};
pub(super) use schedule::Schedule;
