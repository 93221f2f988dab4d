//! An alert as it is sent, with what is known of its target at that moment.

use crate::alert::Alert;
use crate::event::Target;
use crate::schema::{self, AlertMessage};

use super::convert;

/// Characters of a command line that are sent: some are megabytes long.
const CMDLINE: usize = 4096;

/// The message for one alert; `target` is `None` for the host.
#[must_use]
pub fn alert_message(host: Option<&str>, target: Option<&Target>, alert: &Alert) -> AlertMessage {
    let known = target.map(convert::target);
    let entry = convert::alert(target, alert);
    let mut message = AlertMessage {
        kind_of_line: "alert".to_owned(),
        schema_version: schema::SCHEMA_VERSION.to_owned(),
        leakwatch_version: env!("CARGO_PKG_VERSION").to_owned(),
        host: host.map(ToOwned::to_owned),
        alert: entry,
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
