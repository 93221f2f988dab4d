//! The watched targets of a session: their lifecycle, verdicts and alerts, for live and replay drivers.

mod alert_events;
mod cgroups;
mod judge;
mod lives;
mod members;
mod page_count;
mod pool_verdict;
mod pools;
mod recorded_limit;
mod registry;
mod repeats;
mod requests;
mod retired;
mod state;
mod target_set;

pub use target_set::TargetSet;

pub(super) use page_count::failure_reason;
pub(super) use requests::{Answer, Need, RequestKind, leaks};
