//! The report as one page for people: it needs no network, no script to be read, and nothing else beside it.
//!
//! Charts come as SVG from the timelines of the targets; everything else is in the report. All foreign text passes
//! [`escape::terminal`] and the template's own escaping; the data for hovering is JSON without markup.

mod causes;
mod chart;
mod evidence;
mod gate;
mod scale;
mod section;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;

use crate::escape;
use crate::event::Timeline;
use crate::schema::{AlertEntry, Report, Settings, Status};
use crate::units::{ByteRate, Bytes, Span, short_span};

use section::{Section, section};

const PAGE: &str = include_str!("assets/page.html");
const STYLE: &str = include_str!("assets/page.css");
const SCRIPT: &str = include_str!("assets/page.js");

/// Alerts a page lists at most; the report in JSON has more.
const ALERTS: usize = 500;
/// Those of them that only say that a process came or went.
const PASSING: usize = 20;

/// The whole page. `timelines` belong to the targets of the report, in their order.
///
/// # Errors
/// When the template cannot be filled in, which a test excludes.
pub fn page(report: &Report, timelines: &[Option<&Timeline>]) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", PAGE)?;
    let sections = sections(report, timelines);
    let alerts: Vec<AlertLine> = listed(report).into_iter().map(alert_line).collect();
    let notices: Vec<String> = report.notices.iter().map(|notice| shown(&notice.message)).collect();
    environment.get_template("page")?.render(context! {
        page => value(head(report)),
        targets => value(sections),
        gate => value(report.gate.as_ref().and_then(gate::section)),
        alerts => value(alerts),
        notices => notices,
        settings => value(settings(&report.settings)),
        cost => value(cost(report)),
        style => STYLE,
        script => SCRIPT,
    })
}

fn value(of: impl Serialize) -> Value {
    Value::from(Serde(of))
}

/// One chart by itself: that of the most alarming target, or a sentence when nothing was read twice.
#[must_use]
pub fn chart(report: &Report, timelines: &[Option<&Timeline>]) -> String {
    let drawn = sections(report, timelines).into_iter().find(|section| section.chart.is_some());
    let title = drawn.as_ref().map_or_else(
        || "nothing was read twice: there is no chart".to_owned(),
        |section| format!("{} ({}): {}, {}", section.name, section.who, section.words, section.rate),
    );
    let title = minijinja::HtmlEscape(&title);
    let which = match report.targets.len() {
        0 | 1 => String::new(),
        count => format!("the most alarming of {count} targets"),
    };
    let legend = drawn.as_ref().map_or_else(String::new, legend);
    let body = drawn.and_then(|section| section.chart).unwrap_or_default();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 980 360\" font-family=\"sans-serif\"><title>{title}</title>\
         <style>{STYLE}svg text.title{{fill:var(--fg);font-size:15px;font-weight:600}}</style>\
         <rect width=\"980\" height=\"360\" style=\"fill:var(--bg)\"/>\
         <text class=\"title\" x=\"10\" y=\"24\">{title}</text><text x=\"970\" y=\"24\" text-anchor=\"end\">{which}</text>\
         <svg x=\"10\" y=\"40\" width=\"960\" height=\"280\">{body}</svg>{legend}</svg>\n"
    )
}

/// What the lines of a chart by itself mean, below it.
fn legend(section: &Section) -> String {
    let entries = [
        ("curve", "memory that the kernel cannot simply take back", true),
        ("floor", "its floor", true),
        ("fit", "fitted rate, shaded: its 95 % interval", section.fit),
        ("mark", "alerts", section.marks),
        ("job", "jobs", section.jobs),
    ];
    let mut x = 10;
    let mut out = String::new();
    for (class, words, _) in entries.iter().filter(|(.., is_drawn)| *is_drawn) {
        out += &format!("<line class=\"{class}\" x1=\"{x}\" x2=\"{}\" y1=\"342\" y2=\"342\"/>", x + 22);
        out += &format!("<text x=\"{}\" y=\"346\">{words}</text>", x + 28);
        x += 50 + 7 * words.len();
    }
    out
}

/// The targets, the most alarming first.
fn sections(report: &Report, timelines: &[Option<&Timeline>]) -> Vec<Section> {
    let work = report.gate.as_ref().and_then(|gate| gate.work.as_ref());
    let jobs = work.map_or(&[][..], |work| &work.jobs);
    let mut order: Vec<usize> = (0..report.targets.len()).collect();
    let rate = |index: usize| report.targets[index].growth.rate_bytes_per_s.unwrap_or(f64::NEG_INFINITY);
    order.sort_by(|&a, &b| {
        // as in the table on a terminal: what has gone comes after what runs, unless it leaks
        let rank = |index: usize| {
            let target = &report.targets[index];
            let concern = concern(target.verdict.status);
            (concern.max(2), target.ended_at.is_none(), concern, target.members.is_none() || target.pid.is_some())
        };
        rank(b).cmp(&rank(a)).then(rate(b).total_cmp(&rate(a)))
    });
    order
        .into_iter()
        .map(|index| {
            let timeline = timelines.get(index).copied().flatten();
            section(&report.targets[index], &report.alerts, jobs, timeline)
        })
        .collect()
}

fn concern(status: Status) -> u8 {
    match status {
        Status::Leaking => 4,
        Status::Suspect => 3,
        Status::WarmingUp => 2,
        Status::InsufficientData => 1,
        Status::Stable => 0,
    }
}

/// Foreign text as a page may show it.
fn shown(text: &str) -> String {
    escape::terminal(text).into_owned()
}

/// The name of a status in classes of the style.
fn class(status: Status) -> &'static str {
    match status {
        Status::Leaking => "leaking",
        Status::Suspect => "suspect",
        Status::WarmingUp => "warming_up",
        Status::InsufficientData => "insufficient_data",
        Status::Stable => "stable",
    }
}

#[derive(Serialize)]
struct Head {
    status: &'static str,
    status_words: &'static str,
    headline: String,
    more: Option<String>,
    facts: String,
    retired: Vec<String>,
    more_alerts: Option<String>,
    version: String,
}

fn head(report: &Report) -> Head {
    let session = &report.session;
    let mut facts = vec![
        shown(&session.selection),
        format!("{} to {} UTC", moment(&session.started_at), moment(&session.ended_at)),
    ];
    if let Some(interval) = session.interval_seconds {
        facts.push(format!("every {}", short_span(interval)));
    }
    facts.push(format!("{} {}", session.ticks, if session.interval_seconds.is_some() { "ticks" } else { "samples" }));
    if session.missed_ticks > 0 {
        facts.push(format!("{} ticks missed", session.missed_ticks));
    }
    if let Some(command) = &session.command {
        facts.push(format!("command: {}", shown(&command.argv.join(" "))));
    }
    facts.push(format!("exit status {}", report.verdict.exit_status));
    let retired = report.folded.iter().map(|line| {
        let name = if line.name.is_empty() { "others".to_owned() } else { shown(&line.name) };
        let most = line.rss_max_bytes.map_or_else(String::new, |most| format!(", {} at most", Bytes(most)));
        let alarming =
            if line.alarming > 0 { format!(", {} of them leaking or suspect", line.alarming) } else { String::new() };
        format!("{} more of {name} came and went{most}{alarming}", line.count)
    });
    // what matters most comes first in a summary
    let (headline, below) = headline(&shown(&report.verdict.summary));
    let more = (report.alerts.len() - listed(report).len()) as u64 + report.alerts_dropped;
    Head {
        status: class(report.verdict.status),
        status_words: report.verdict.status.words(),
        headline,
        more: below,
        facts: facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · "),
        retired: retired.collect(),
        more_alerts: (more > 0)
            .then(|| format!("{more} more are not listed here, but in the report as JSON or JSON lines")),
        version: report.leakwatch_version.clone(),
    }
}

/// Letters of a headline beyond which its particulars go below it.
const HEADLINE: usize = 60;

/// A summary as a headline and what stands below it.
fn headline(summary: &str) -> (String, Option<String>) {
    let (first, rest) = summary.split_once("; ").map_or((summary, None), |(first, rest)| (first, Some(rest)));
    match first.split_once(": ") {
        Some((short, long)) if first.chars().count() > HEADLINE => {
            let below = rest.map_or_else(|| long.to_owned(), |rest| format!("{long}; {rest}"));
            (short.to_owned(), Some(below))
        }
        _ => (first.to_owned(), rest.map(str::to_owned)),
    }
}

/// A time as people read it: `2026-11-22 02:11:53`.
fn moment(time: &str) -> String {
    time.split('.').next().unwrap_or(time).replace('T', " ")
}

/// The alerts a page lists. Of processes that come and go it leaves out most, where they would hide the others.
fn listed(report: &Report) -> Vec<&AlertEntry> {
    let mut passing = 0;
    let wanted = |alert: &&AlertEntry| {
        passing += usize::from(alert.severity == "info");
        alert.severity != "info" || passing <= PASSING
    };
    report.alerts.iter().filter(wanted).take(ALERTS).collect()
}

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
    let name = alert.name.as_deref().map_or_else(|| "host".to_owned(), shown);
    AlertLine {
        time: moment(&alert.timestamp),
        kind: alert.kind.replace('_', " "),
        state: alert.state.clone(),
        severity: alert.severity.clone(),
        target: alert.pid.map_or_else(|| name.clone(), |pid| format!("{name} ({pid})")),
        message: shown(&alert.message),
    }
}

fn settings(settings: &Settings) -> Vec<(&'static str, String)> {
    let time = |seconds: Option<f64>, otherwise: &str| {
        seconds.map_or_else(|| otherwise.to_owned(), |seconds| Span(seconds).to_string())
    };
    let threshold = settings.max_growth_bytes_per_s.map_or_else(
        || "0.25 MiB/h or 1 % of the level an hour, whichever is more".to_owned(),
        |rate| ByteRate(rate).to_string(),
    );
    vec![
        ("Growth that is accepted", threshold),
        ("Least observation", time(settings.min_observation_seconds, "a fifth of the recording")),
        ("Rolling window", time(settings.window_seconds, "1 h, or 60 samples if that is more")),
        (
            "Spike",
            format!(
                "more than {:.0} MB or {:.0} % within {}",
                settings.spike_bytes / 1e6,
                settings.spike_percent,
                Span(settings.spike_period_seconds)
            ),
        ),
        (
            "Limit",
            settings
                .limit_bytes
                .map_or_else(|| "the tightest that was found".to_owned(), |limit| Bytes(limit).to_string()),
        ),
        ("Alert above", format!("{:.0} % of the limit", settings.limit_percent)),
        ("Fails on", settings.fail_on.join(", ")),
        ("Too little data", format!("{}s", settings.on_inconclusive)),
    ]
}

fn cost(report: &Report) -> Vec<(&'static str, String)> {
    let observer = &report.observer;
    let mut out = Vec::new();
    if let Some(cpu) = observer.cpu_seconds {
        let share = observer.cpu_percent.map_or_else(String::new, |percent| format!(", {percent:.2} % of a core"));
        out.push(("CPU time", format!("{cpu:.2} s{share}")));
    }
    if let Some(rss) = observer.max_rss_bytes {
        out.push(("Memory at most", Bytes(rss).to_string()));
    }
    if let Some(pause) = observer.longest_pause_seconds {
        out.push(("Longest pause it may have caused", format!("{:.1} ms", 1000.0 * pause)));
    }
    if observer.gave_up_pss == Some(true) {
        out.push(("PSS", "given up, to stay within --max-overhead".to_owned()));
    }
    if report.session.interval_seconds.is_some() {
        out.push(("Ticks missed", report.session.missed_ticks.to_string()));
    }
    if let Some(late) = report.session.max_late_seconds {
        out.push(("Latest tick", format!("{:.0} ms late", 1000.0 * late)));
    }
    out
}
