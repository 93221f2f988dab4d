//! Cost of a tick without reading: session, targets and analysis over scripted processes.
//!
//! Run with `cargo bench --bench tick`. Items are samples of one process.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use leakwatch::alert::AlertSettings;
use leakwatch::analysis::Settings;
use leakwatch::clock::{ManualClock, StopFlag};
use leakwatch::event::{Event, EventSink};
use leakwatch::model::{Counter, Pid, ProcessKey, ProcessLabel, Reading, StartTime, Timestamp};
use leakwatch::session::{LiveSession, MinObservation, NamedIntervals, Rules, SessionPlan, TargetSet};
use leakwatch::source::{Depth, MatchedProcess, ProcessLimits, ProcessReading, ProcessSource, ReadError, Selector};

fn main() {
    divan::main();
}

const TICKS: u64 = 100;

/// Processes with constant memory, or with memory that moves at every sample.
struct Scripted {
    found: Vec<MatchedProcess>,
    moves: bool,
    state: u64,
}

impl Scripted {
    fn new(processes: u32, moves: bool) -> Self {
        let label = Arc::new(ProcessLabel { name: "service".to_owned(), ..ProcessLabel::default() });
        let key = |pid| ProcessKey { pid: Pid(pid), start: StartTime(1) };
        let found = |pid| MatchedProcess { key: key(pid), parent: None, label: Arc::clone(&label), age_s: Some(9e4) };
        Self { found: (1..=processes).map(found).collect(), moves, state: 1 }
    }
}

impl ProcessSource for Scripted {
    fn find(&mut self, _selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        Ok(self.found.clone())
    }

    fn read(&mut self, _key: ProcessKey, _depth: Depth) -> Result<ProcessReading, ReadError> {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let anon = (40 << 20) + if self.moves { (self.state >> 53) * 4096 } else { 0 };
        let reading =
            Reading::default().with(Counter::Rss, anon).with(Counter::RssAnon, anon).with(Counter::Vsize, 1 << 30);
        Ok(ProcessReading { reading, ..ProcessReading::default() })
    }

    fn limits(&mut self, _key: ProcessKey) -> ProcessLimits {
        ProcessLimits::default()
    }
}

struct NoSink;

impl EventSink for NoSink {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        black_box(&event);
        Ok(())
    }
}

fn bench_ticks(bencher: Bencher<'_, '_>, processes: u32, moves: bool) {
    let rules = Rules {
        analysis: Settings::default().with_window_s(3600.0).with_min_observation_s(0.0),
        min_observation: MinObservation::Fixed(3600.0),
        alerts: AlertSettings::default(),
        limit_bytes: None,
        pools: true,
    };
    let samples = u64::from(processes) * TICKS;
    bencher.counter(ItemsCount::new(samples)).with_inputs(|| Scripted::new(processes, moves)).bench_values(
        |mut source| {
            let plan = SessionPlan {
                selector: Selector::default(),
                interval: Duration::from_secs(10),
                intervals: NamedIntervals::default(),
                duration: None,
                samples: Some(TICKS),
                until_decided: None,
                wait: false,
                pss: false,
                max_overhead: None,
                pid_file: None,
                root: None,
            };
            let clock = ManualClock::new(Timestamp(0));
            let mut watch = TargetSet::new(rules.clone(), 0.0);
            let session =
                LiveSession::new(&mut source, &clock, &StopFlag::default(), plan).run(&mut watch, &mut NoSink);
            assert_eq!(session.expect("a session").ticks, TICKS);
        },
    );
}

/// Constant memory, as in most processes of a host.
#[divan::bench(args = [1, 100, 1000])]
fn ticks_of_constant_processes(bencher: Bencher<'_, '_>, processes: u32) {
    bench_ticks(bencher, processes, false);
}

/// Memory moves at every sample, with all assessments.
#[divan::bench(args = [1, 100, 1000])]
fn ticks_of_moving_processes(bencher: Bencher<'_, '_>, processes: u32) {
    bench_ticks(bencher, processes, true);
}
