//! Alerts, in reports and as they are sent.

use crate::alert::{Alert, AlertState};
use crate::event;
use crate::schema::{self, AlertMessage};

use super::numbers::finite;
use super::samples::pid;
use super::targets;

/// Characters of a command line that are sent. Some are megabytes long.
const CMDLINE: usize = 4096;

/// Returns an alert; `target` is `None` for the host.
pub(in crate::report) fn alert_entry(target: Option<&event::Target>, alert: &Alert) -> schema::AlertEntry {
    schema::AlertEntry {
        timestamp: alert.at.to_string(),
        kind: alert.kind.name().to_owned(),
        state: match alert.state {
            AlertState::Firing => "firing",
            AlertState::Resolved => "resolved",
        }
        .to_owned(),
        severity: alert.kind.severity().name().to_owned(),
        pid: target.and_then(|target| pid(target.key)),
        name: target.map(|target| target.label.name.clone()),
        source: target.and_then(|target| target.source.clone()),
        since: alert.since.to_string(),
        value: finite(alert.value),
        threshold: finite(alert.threshold),
        message: alert.message.clone(),
    }
}

/// Returns an alert with the facts about its target; `target` is `None` for the host.
#[must_use]
pub fn alert_message(host: Option<&str>, target: Option<&event::Target>, alert: &Alert) -> AlertMessage {
    let known = target.map(targets::target);
    let mut message = AlertMessage {
        kind_of_line: "alert".to_owned(),
        schema_version: schema::SCHEMA_VERSION.to_owned(),
        leakwatch_version: env!("CARGO_PKG_VERSION").to_owned(),
        host: host.map(ToOwned::to_owned),
        alert: alert_entry(target, alert),
        target_kind: None,
        cmdline: None,
        verdict: None,
        growth: None,
        forecast: None,
        memory: None,
    };
    if let Some(known) = known {
        message.target_kind = Some(known.kind);
        message.cmdline = known.cmdline.map(|text| text.chars().take(CMDLINE).collect());
        message.verdict = Some(known.verdict);
        message.growth = Some(known.growth);
        message.forecast = Some(known.forecast);
        message.memory = Some(known.memory);
    }
    message
}
