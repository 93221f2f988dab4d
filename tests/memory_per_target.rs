//! Memory of a session with many processes. The binary has no other test, whose memory would be counted.

#[path = "session/settings.rs"]
mod settings;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use leakwatch::clock::ManualClock;
use leakwatch::event::{Event, EventSink};
use leakwatch::model::{Counter, Pid, ProcessKey, ProcessLabel, Reading, StartTime, Timestamp};
use leakwatch::session::{MinObservation, Rules, SessionPlan, TargetSet};
use leakwatch::source::{Depth, MatchedProcess, ProcessLimits, ProcessReading, ProcessSource, ReadError, Selector};

use settings::{plan, rules, watch};

const PROCESSES: u32 = 1000;
const SAMPLES: u64 = 360;

/// Services with memory that moves at every sample, and with constant descriptors and threads.
struct Services {
    state: u64,
    processes: u32,
    label: Arc<ProcessLabel>,
}

fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid: Pid(pid), start: StartTime(1) }
}

impl ProcessSource for Services {
    fn find(&mut self, _selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        let found =
            |pid| MatchedProcess { key: key(pid), parent: None, label: Arc::clone(&self.label), age_s: Some(9e4) };
        Ok((1..=self.processes).map(found).collect())
    }

    fn read(&mut self, _key: ProcessKey, _depth: Depth) -> Result<ProcessReading, ReadError> {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let anon = (40 << 20) + (self.state >> 55) * 4096;
        let reading = Reading::default()
            .with(Counter::Rss, anon + (9 << 20))
            .with(Counter::RssAnon, anon)
            .with(Counter::RssFile, 9 << 20)
            .with(Counter::RssShmem, 0)
            .with(Counter::Swap, 0)
            .with(Counter::Vsize, 900 << 20)
            .with(Counter::Threads, 12)
            .with(Counter::Fds, 40);
        Ok(ProcessReading { reading, ..ProcessReading::default() })
    }

    fn limits(&mut self, _key: ProcessKey) -> ProcessLimits {
        ProcessLimits::default()
    }
}

struct IgnoreAll;

impl EventSink for IgnoreAll {
    fn on_event(&mut self, _event: Event<'_>) -> io::Result<()> {
        Ok(())
    }
}

fn peak_bytes() -> u64 {
    let status = procfs::process::Process::myself().and_then(|own| own.status()).expect("own status");
    status.vmhwm.expect("a peak") * 1024
}

/// Returns the targets of a session of an hour.
fn watch_services(processes: u32) -> TargetSet {
    let plan = SessionPlan {
        selector: Selector::default(),
        interval: Duration::from_secs(10),
        duration: None,
        samples: Some(SAMPLES),
        ..plan(0)
    };
    let rules = Rules { min_observation: MinObservation::Fixed(3600.0), ..rules() };
    let label = Arc::new(ProcessLabel { name: "service".to_owned(), ..ProcessLabel::default() });
    let mut source = Services { state: 1, processes, label };
    let clock = ManualClock::new(Timestamp(0));
    let (summary, targets) = watch(&mut source, &clock, plan, rules, &mut IgnoreAll);
    assert_eq!((summary.ticks, targets.targets().len()), (SAMPLES, processes as usize + 1));
    targets
}

#[test]
fn a_target_takes_less_than_6000_bytes() {
    // The first session loads the program itself into memory.
    drop(watch_services(20));
    let before = peak_bytes();
    let watched = watch_services(PROCESSES);
    let each = (peak_bytes() - before) / u64::from(PROCESSES);
    drop(watched);
    assert!(each < 6000, "{each} bytes a process");
}
