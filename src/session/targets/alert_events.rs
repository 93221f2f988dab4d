//! Events of the alerts of one target, or of the host.

use std::io;

use crate::alert::{Alert, AlertKind, AlertState};
use crate::event::{Event, EventSink, Target, TargetKind};
use crate::model::Timestamp;
use crate::units::Span;

/// Sends alerts of one target, or of the host.
pub(super) fn send(alerts: &[Alert], target: Option<&Target>, sink: &mut dyn EventSink) -> io::Result<()> {
    alerts.iter().try_for_each(|alert| sink.on_event(Event::Alert(target, alert)))
}

/// Fires an alert that has no end.
pub(super) fn fire_once(
    target: &Target,
    kind: AlertKind,
    at: Timestamp,
    message: String,
    sink: &mut dyn EventSink,
) -> io::Result<()> {
    let alert = Alert { kind, state: AlertState::Firing, at, since: at, value: None, threshold: None, message };
    sink.on_event(Event::Alert(Some(target), &alert))
}

/// Returns the reason for the end of a target, as a clause.
pub(super) fn end_reason(target: &Target) -> &'static str {
    match target.kind {
        TargetKind::Cgroup { .. } => "the control group was removed",
        _ => "the process exited",
    }
}

/// Returns the message of a target that exited.
pub(super) fn exit_message(target: &Target, at: Timestamp) -> String {
    format!("exited, {} after it was first seen", Span(at.seconds_since(target.lifetime.first_seen)))
}
