//! Fills the template of the page.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;

use crate::model::identified;
use crate::report::build::heading;
use crate::report::document::Document;
use crate::schema::{AlertEntry, Report, RetiredEntry, Session, Status};
use crate::units::{Bytes, Span, short_span};

use super::settings::{cost, settings};
use super::target_order::target_order;
use super::target_section::section;
use super::text::{class, moment, shown};
use super::thresholds;

const PAGE: &str = include_str!("assets/page.html");
pub(super) const STYLE: &str = include_str!("assets/page.css");
const SCRIPT: &str = include_str!("assets/page.js");

/// Largest number of alerts on the page. The JSON report has more.
const ALERTS: usize = 500;
/// Largest number of alerts of severity info among them.
const INFO_ALERTS: usize = 20;
/// Length of a headline in characters. A longer one is split.
const HEADLINE: usize = 60;

/// Returns the page.
///
/// # Errors
/// If the template cannot be filled, which a test excludes.
pub(in crate::report) fn page(document: &Document<'_>) -> Result<String, minijinja::Error> {
    let report = document.report;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", PAGE)?;
    let order = target_order(document);
    let mut sections: Vec<_> = order.iter().map(|&index| section(document, index)).collect();
    // An anchor is the place of a target on the page.
    for (place, section) in sections.iter_mut().enumerate() {
        section.finding.lead_place = document.lead(order[place]).and_then(|lead| place_of(&order, lead));
    }
    let alerts: Vec<AlertLine> = listed_alerts(report).into_iter().map(alert_line).collect();
    let notices: Vec<String> = report.notices.iter().map(|notice| shown(&notice.message)).collect();
    environment.get_template("page")?.render(context! {
        page => value(head(document)),
        targets => value(sections),
        thresholds => value(report.gate.as_ref().and_then(thresholds::section)),
        alerts => value(alerts),
        notices => notices,
        settings => value(settings(&report.settings)),
        cost => value(cost(report)),
        style => STYLE,
        script => SCRIPT,
    })
}

/// Returns the place of a target on the page, from 1.
fn place_of(order: &[usize], target: usize) -> Option<usize> {
    order.iter().position(|&index| index == target).map(|place| place + 1)
}

fn value(of: impl Serialize) -> Value {
    Value::from(Serde(of))
}

/// Head of the page.
#[derive(Serialize)]
struct Head {
    status: &'static str,
    verdict: &'static str,
    headline: String,
    details: Option<String>,
    facts: String,
    retired: Vec<String>,
    more_alerts: Option<String>,
    version: String,
}

fn head(document: &Document<'_>) -> Head {
    let report = document.report;
    let mut facts = session_facts(&report.session);
    facts.push(format!("exit status {}", report.verdict.exit_status));
    let (headline, details) = headline(document);
    let more = (report.alerts.len() - listed_alerts(report).len()) as u64 + report.alerts_dropped;
    Head {
        status: class(report.verdict.status),
        verdict: report.verdict.status.words(),
        headline,
        details,
        facts: facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · "),
        retired: report.folded.iter().map(retired_line).collect(),
        more_alerts: (more > 0).then(|| format!("{more} more alerts are in the JSON report or stream")),
        version: report.leakwatch_version.clone(),
    }
}

/// Returns the facts about the session.
fn session_facts(session: &Session) -> Vec<String> {
    let mut facts = vec![
        shown(&session.selection),
        format!("{} to {} UTC", moment(&session.started_at), moment(&session.ended_at)),
    ];
    if let Some(interval) = session.interval_seconds {
        facts.push(format!("every {}", short_span(interval)));
    }
    facts.push(format!("{} {}", session.ticks, if session.interval_seconds.is_some() { "ticks" } else { "samples" }));
    if let Some(extension) = &session.extension {
        let (beyond, planned) = (Span(extension.extended_seconds.round()), Span(extension.planned_seconds));
        facts.push(format!("extended by {beyond} beyond the planned {planned}"));
    }
    if session.missed_ticks > 0 {
        facts.push(format!("{} missed ticks", session.missed_ticks));
    }
    if let Some(command) = &session.command {
        facts.push(format!("command: {}", shown(&command.argv.join(" "))));
    }
    facts
}

/// Returns the count of retired targets: `312 more sleep exited, highest RSS 1.8 MiB`.
fn retired_line(retired: &RetiredEntry) -> String {
    let name = if retired.name.is_empty() { "other targets".to_owned() } else { shown(&retired.name) };
    let rss = retired.rss_max_bytes.map_or_else(String::new, |rss| format!(", highest RSS {}", Bytes(rss)));
    let alarming = match retired.alarming {
        0 => String::new(),
        count => format!(", {count} of them leaking or suspect"),
    };
    format!("{} more {name} exited{rss}{alarming}", retired.count)
}

/// Returns the headline, and the details below it.
///
/// The heading replaces the verdict of a session that its findings do not fail.
fn headline(document: &Document<'_>) -> (String, Option<String>) {
    let report = document.report;
    let summary = shown(&report.verdict.summary);
    let has_findings = matches!(report.verdict.status, Status::Leaking | Status::Suspect);
    if report.verdict.exit_status == 0 && has_findings {
        return (heading(document), Some(summary));
    }
    split_summary(&summary)
}

/// Splits a long summary into a headline and details.
fn split_summary(summary: &str) -> (String, Option<String>) {
    let (first, rest) = summary.split_once("; ").map_or((summary, None), |(first, rest)| (first, Some(rest)));
    match first.split_once(": ") {
        Some((short, long)) if first.chars().count() > HEADLINE => {
            let details = rest.map_or_else(|| long.to_owned(), |rest| format!("{long}; {rest}"));
            (short.to_owned(), Some(details))
        }
        _ => (first.to_owned(), rest.map(str::to_owned)),
    }
}

/// Returns the alerts on the page. Most of severity info are left out, because they would hide the others.
fn listed_alerts(report: &Report) -> Vec<&AlertEntry> {
    let mut infos = 0;
    let mut listed = Vec::new();
    for alert in &report.alerts {
        infos += usize::from(alert.severity == "info");
        if (alert.severity != "info" || infos <= INFO_ALERTS) && listed.len() < ALERTS {
            listed.push(alert);
        }
    }
    listed
}

/// Row of the table of alerts.
#[derive(Serialize)]
struct AlertLine {
    time: String,
    kind: String,
    state: String,
    severity: String,
    target: String,
    message: String,
}

fn alert_line(alert: &AlertEntry) -> AlertLine {
    AlertLine {
        time: moment(&alert.timestamp),
        kind: alert.kind.replace('_', " "),
        state: alert.state.clone(),
        severity: alert.severity.clone(),
        target: alert.name.as_deref().map_or_else(
            || "host".to_owned(),
            |name| shown(&identified(name, None, alert.pid, alert.source.as_deref())),
        ),
        message: shown(&alert.message),
    }
}
