//! Memory of leakwatch itself over 10,000 ticks. The binary has no other test, whose memory would be counted.

#[path = "session/settings.rs"]
mod settings;

use std::io;
use std::time::Duration;

use leakwatch::clock::ManualClock;
use leakwatch::event::{Event, EventSink, Fanout};
use leakwatch::model::{Counter, Pid, ProcessKey, ProcessLabel, Reading, StartTime, Timestamp};
use leakwatch::report::Recorder;
use leakwatch::session::{MinObservation, Rules, SessionPlan};
use leakwatch::source::{Depth, MatchedProcess, ProcessLimits, ProcessReading, ProcessSource, ReadError, Selector};

use settings::{plan, rules, watch};

/// Twenty processes with moving memory, some of which grow.
struct Script {
    readings: u64,
}

const PROCESSES: u32 = 20;
const SAMPLES: u64 = 10_000;

fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid: Pid(pid), start: StartTime(1) }
}

impl ProcessSource for Script {
    fn find(&mut self, _selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        let label = std::sync::Arc::new(ProcessLabel { name: "worker".to_owned(), ..ProcessLabel::default() });
        Ok((1..=PROCESSES)
            .map(|pid| MatchedProcess { key: key(pid), parent: None, label: label.clone(), age_s: None })
            .collect())
    }

    fn read(&mut self, key: ProcessKey, _depth: Depth) -> Result<ProcessReading, ReadError> {
        self.readings += 1;
        let tick = self.readings / u64::from(PROCESSES);
        let noise = self.readings.wrapping_mul(6_364_136_223_846_793_005) >> 42;
        let growth = if key.pid.0.is_multiple_of(4) { tick * 65_536 } else { 0 };
        let rss = (40 << 20) + noise + growth;
        let reading = Reading::default()
            .with(Counter::Rss, rss)
            .with(Counter::RssAnon, rss)
            .with(Counter::Fds, 10 + noise % 5)
            .with(Counter::Threads, 4);
        Ok(ProcessReading { reading, ..ProcessReading::default() })
    }

    fn limits(&mut self, _key: ProcessKey) -> ProcessLimits {
        ProcessLimits::default()
    }
}

/// Probe of the memory of this process, at chosen ticks.
#[derive(Default)]
struct Probe {
    rss_bytes: Vec<u64>,
}

impl EventSink for Probe {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if let Event::Ticked(tick, _) = event
            && tick.number % 2000 == 1999
        {
            let status = procfs::process::Process::myself().and_then(|own| own.status()).expect("own status");
            self.rss_bytes.push(status.vmrss.expect("a resident size") * 1024);
        }
        Ok(())
    }
}

#[test]
fn ten_thousand_ticks_leave_memory_flat() {
    let clock = ManualClock::new(Timestamp(0));
    let plan = SessionPlan {
        selector: Selector::default(),
        interval: Duration::from_secs(10),
        duration: None,
        samples: Some(SAMPLES),
        ..plan(0)
    };
    let rules = Rules { min_observation: MinObservation::Fixed(3600.0), ..rules() };
    let (mut recorder, mut probe) = (Recorder::default(), Probe::default());
    let mut fanout = Fanout::default();
    fanout.add(&mut recorder);
    fanout.add(&mut probe);
    let (summary, _targets) = watch(&mut Script { readings: 0 }, &clock, plan, rules, &mut fanout);
    assert_eq!(summary.ticks, SAMPLES);
    let (first, last) = (probe.rss_bytes[0], probe.rss_bytes[4]);
    // The tiers may take 32 KiB a series for days. A leak of a few bytes a sample would be 10 MB.
    assert!(last < first + 3_000_000, "{:?}", probe.rss_bytes);
}
