//! Gives findings a memory: an alert is raised once an episode, and resolved once.
//!
//! Pure: it gets findings and times, and says which alerts began or ended. Who prints or sends them is a sink.

mod book;
mod conditions;
mod rise;

pub use book::{Alert, AlertBook, AlertKind, AlertState, Severity};
pub use conditions::{Finding, Scope, Thresholds, assessed_findings, explain_end, host_findings, reading_findings};
pub use rise::RiseMeter;
