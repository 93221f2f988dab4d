//! Alerts: conditions of a target that fire once an episode and resolve once.
//!
//! Pure: conditions and times go in, and the alerts that fire or resolve come out. Sinks show and deliver them.

mod conditions;
mod high_mark;
mod kind;
mod rise;
mod state;

pub use conditions::{
    AlertRules, AlertSettings, Condition, MINUTE_S, Scope, assessment_conditions, host_conditions, reading_conditions,
};
pub use high_mark::HighMark;
pub use kind::{AlertKind, Severity};
pub use rise::RiseMeter;
pub use state::{Alert, AlertState, OpenAlerts};
