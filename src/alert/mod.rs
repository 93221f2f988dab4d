//! Gives findings a memory: an alert is raised once an episode, and resolved once.
//!
//! Pure: it gets findings and times, and says which alerts began or ended. Who prints or sends them is a sink.

mod state;
mod conditions;
mod rise;

pub use conditions::{
    AlertSettings, Condition, Scope, assessment_conditions, explain_withdrawal, host_conditions, reading_conditions,
};
pub use rise::RiseMeter;
pub use state::{Alert, AlertKind, AlertState, OpenAlerts, Severity};
