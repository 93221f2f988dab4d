//! Settings in force, and the cost of leakwatch itself.

use crate::schema::{Report, Settings};
use crate::units::{ByteRate, Bytes, Span};

/// Returns a label and a value for each setting.
pub(super) fn settings(settings: &Settings) -> Vec<(&'static str, String)> {
    let threshold = settings.max_growth_bytes_per_s.map_or_else(
        || "0.25 MiB/h or 1 % of the level an hour, whichever is more".to_owned(),
        |rate| ByteRate(rate).to_string(),
    );
    let limit =
        settings.limit_bytes.map_or_else(|| "tightest limit found".to_owned(), |limit| Bytes(limit).to_string());
    let spike = format!(
        "more than {:.0} MB or {:.0} % (at least {:.0} MiB) within {}",
        settings.spike_bytes / 1e6,
        settings.spike_percent,
        settings.spike_min_bytes / 1_048_576.0,
        Span(settings.spike_period_seconds)
    );
    vec![
        ("Growth threshold", threshold),
        ("Minimum observation", span(settings.min_observation_seconds, "a fifth of the recording")),
        ("Rolling window", span(settings.window_seconds, "1 h, or 60 samples if that is more")),
        ("Spike", spike),
        ("Memory limit", limit),
        ("Alert near the limit", format!("above {:.0} % of it", settings.limit_percent)),
        ("Fails on", settings.fail_on.join(", ")),
        ("Inconclusive result", format!("{}s", settings.on_inconclusive)),
    ]
}

fn span(seconds: Option<f64>, default: &str) -> String {
    seconds.map_or_else(|| default.to_owned(), |seconds| Span(seconds).to_string())
}

/// Returns a label and a value for each known cost.
pub(super) fn cost(report: &Report) -> Vec<(&'static str, String)> {
    let observer = &report.observer;
    let mut out = Vec::new();
    if let Some(cpu) = observer.cpu_seconds {
        let share = observer.cpu_percent.map_or_else(String::new, |percent| format!(", {percent:.2} % of a core"));
        out.push(("CPU time", format!("{cpu:.2} s{share}")));
    }
    if let Some(rss) = observer.max_rss_bytes {
        out.push(("Highest RSS", Bytes(rss).to_string()));
    }
    if let Some(pause) = observer.longest_pause_seconds {
        out.push(("Longest possible pause of a target", format!("{:.1} ms", 1000.0 * pause)));
    }
    if observer.gave_up_pss == Some(true) {
        out.push(("PSS", "not read, to stay within --max-overhead".to_owned()));
    }
    if report.session.interval_seconds.is_some() {
        out.push(("Missed ticks", report.session.missed_ticks.to_string()));
    }
    if let Some(late) = report.session.max_late_seconds {
        out.push(("Latest tick", format!("{:.0} ms late", 1000.0 * late)));
    }
    out
}
