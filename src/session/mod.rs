//! The drivers of a session: a live one over running processes, and a replay of a recording.
//!
//! Both feed one [`TargetSet`], which judges. Neither knows an output: everything that happens goes to one
//! [`EventSink`](crate::event::EventSink).

mod extension;
mod live;
mod live_processes;
mod plan;
mod process_reader;
mod replay;
mod row_batch;
mod row_feed;
mod rules;
mod sampling;
mod targets;

pub use live::LiveSession;
pub use plan::{EndedBy, Extended, LiveSummary, SessionPlan};
pub use replay::{ReplayFailure, ReplaySummary, replay};
pub use rules::{MinObservation, Rules};
pub use sampling::{Cost, NamedIntervals};
pub use targets::TargetSet;
