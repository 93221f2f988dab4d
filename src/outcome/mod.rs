//! The outcome of a session: its verdict, the alerts that count, and the exit status.
//!
//! This module is the only judge of a session. Reports and CI surfaces receive its typed results.

mod alerts;
mod cases;
mod command_end;
mod decide;
mod draft;
mod exit_status;
mod facts;
mod findings;
mod open_verdicts;
mod policy;
mod sentences;
mod threshold_results;

pub use alerts::CountedAlerts;
pub use cases::{CaseState, ResultCase, TargetCase};
pub use command_end::{CommandEnd, CommandExit};
pub use decide::Outcome;
pub use exit_status::ExitStatus;
pub use facts::{BeyondPlan, CutShort, End, Facts};
pub use findings::{Finding, findings};
pub use open_verdicts::OpenVerdicts;
pub use policy::{FailOn, OnInconclusive, Policy};
