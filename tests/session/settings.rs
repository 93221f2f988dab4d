//! Settings of scripted sessions: plan and rules, and a session with them on a manual clock.

use std::time::Duration;

use leakwatch::alert::AlertSettings;
use leakwatch::analysis::Settings;
use leakwatch::clock::{ManualClock, StopFlag};
use leakwatch::event::EventSink;
use leakwatch::session::{LiveSession, LiveSummary, MinObservation, NamedIntervals, Rules, SessionPlan, TargetSet};
use leakwatch::source::{ProcessSource, Selector};

/// Returns the plan of a session of some seconds, with a tick each second.
pub fn plan(seconds: u64) -> SessionPlan {
    SessionPlan {
        selector: Selector { names: vec!["worker".to_owned()], ..Selector::default() },
        interval: Duration::from_secs(1),
        intervals: NamedIntervals::default(),
        duration: Some(Duration::from_secs(seconds)),
        samples: None,
        until_decided: None,
        wait: false,
        pss: false,
        max_overhead: None,
        pid_file: None,
        root: None,
    }
}

/// Returns the rules of a session that judges after a minute.
pub fn rules() -> Rules {
    Rules {
        analysis: Settings::default().with_window_s(3600.0).with_min_observation_s(0.0),
        min_observation: MinObservation::Fixed(60.0),
        alerts: AlertSettings { leak_observation_s: 0.0, ..AlertSettings::default() },
        limit_bytes: None,
        pools: true,
    }
}

/// Watches a source, and returns the summary and the targets.
pub fn watch(
    source: &mut dyn ProcessSource,
    clock: &ManualClock,
    plan: SessionPlan,
    rules: Rules,
    sink: &mut dyn EventSink,
) -> (LiveSummary, TargetSet) {
    let mut targets = TargetSet::new(rules, 0.0);
    let summary = LiveSession::new(source, clock, &StopFlag::default(), plan).run(&mut targets, sink);
    (summary.expect("a session"), targets)
}
