//! Scripted source, and collector of events, that the tests share.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use leakwatch::alert::{AlertKind, AlertState};
use leakwatch::clock::{Clock, ManualClock};
use leakwatch::event::{Event, EventSink, Notice, TargetKind};
use leakwatch::model::{
    Ceiling, CgroupMemory, Counter, HostMemory, Inspection, InspectionScope, Pid, ProcessKey, ProcessLabel, Reading,
    StartTime, Timestamp,
};
use leakwatch::session::{LiveSummary, Rules, SessionPlan, TargetSet};
use leakwatch::source::{
    CgroupReading, DeniedCounter, Depth, ExactMemory, MatchedProcess, ProcessLimits, ProcessReading, ProcessSource,
    ReadError, Selector,
};

pub use crate::settings::{plan, rules};

/// Process that runs from one second to another.
#[derive(Clone)]
pub struct Process {
    pub key: ProcessKey,
    pub name: &'static str,
    pub from: u64,
    pub to: u64,
    pub rss: fn(u64) -> u64,
    /// Second of a call of exec, and name of the new program.
    pub becomes: Option<(u64, &'static str)>,
}

/// Returns a worker with constant memory.
pub fn process(pid: u32, start: u64, from: u64, to: u64) -> Process {
    let key = ProcessKey { pid: Pid(pid), start: StartTime(start) };
    Process { key, name: "worker", from, to, rss: |_| 50 << 20, becomes: None }
}

fn label(name: &str) -> Arc<ProcessLabel> {
    Arc::new(ProcessLabel { name: name.to_owned(), ..ProcessLabel::default() })
}

/// Source of scripted processes, with a clock of its own.
pub struct Script {
    pub clock: ManualClock,
    pub processes: Vec<Process>,
    /// Duration of each reading.
    pub read_time: Duration,
    /// Error of all readings.
    pub read_error: Option<ReadError>,
    /// Second at which all readings fail.
    pub fails_at: Option<u64>,
    /// Result of the last listing.
    listed: Option<Vec<MatchedProcess>>,
    pub denies_fds: bool,
    pub host_total: u64,
    pub host_free: u64,
    pub ceiling: Option<Ceiling>,
    /// Number of readings of limits.
    pub limit_reads: u64,
    /// Memory of a control group at a second; `None` while there is none. It contains the processes below pid 9.
    pub cgroup: Option<fn(u64) -> Option<CgroupMemory>>,
    /// Page count of a process that holds some bytes; `None` if counting is denied.
    pub pages: Option<fn(u64) -> ExactMemory>,
    /// Inspection at a second; `None` if it is denied.
    pub inspection: Option<fn(u64) -> Result<Inspection, ReadError>>,
    /// Duration of an inspection.
    pub inspection_time: Duration,
    /// Second and process of each inspection.
    pub inspected: Vec<(u64, ProcessKey)>,
    /// Scope of each inspection.
    pub scopes: Vec<InspectionScope>,
}

impl Script {
    pub fn new(processes: Vec<Process>) -> Self {
        let clock = ManualClock::new(Timestamp(1_800_000_000_000));
        Self {
            clock,
            processes,
            read_time: Duration::ZERO,
            read_error: None,
            fails_at: None,
            listed: None,
            denies_fds: false,
            host_total: 100,
            host_free: 90,
            ceiling: None,
            limit_reads: 0,
            cgroup: None,
            pages: None,
            inspection: None,
            inspection_time: Duration::ZERO,
            inspected: Vec::new(),
            scopes: Vec::new(),
        }
    }

    pub fn running(&self) -> impl Iterator<Item = &Process> {
        let now = self.clock.now().awake.as_secs();
        self.processes.iter().filter(move |process| (process.from..process.to).contains(&now))
    }
}

impl ProcessSource for Script {
    fn find(&mut self, selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        let now = self.clock.now().awake.as_secs();
        let mut found: Vec<MatchedProcess> = self
            .running()
            .filter(|process| selector.pids.is_empty() || selector.pids.contains(&process.key.pid))
            .map(|process| MatchedProcess {
                key: process.key,
                parent: None,
                label: label(
                    process.becomes.map_or(process.name, |(at, name)| if now < at { process.name } else { name }),
                ),
                age_s: Some(0.0),
            })
            .collect();
        found.sort_by_key(|found| found.key);
        Ok(found)
    }

    fn find_if_changed(&mut self, selector: &Selector) -> Result<Option<Vec<MatchedProcess>>, ReadError> {
        let found = self.find(selector)?;
        let previous = self.listed.replace(found.clone());
        Ok(Some(found).filter(|found| previous.as_ref() != Some(found)))
    }

    fn read(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError> {
        if let Some(error) = &self.read_error {
            return Err(error.clone());
        }
        let second = self.clock.now().awake.as_secs();
        if self.fails_at == Some(second) {
            return Err(ReadError::Io { file: "statm".to_owned(), reason: "too many open files".to_owned() });
        }
        let process = self.running().find(|process| process.key == key).ok_or(ReadError::Gone)?;
        let rss = (process.rss)(second);
        self.clock.advance(self.read_time);
        let denied =
            if self.denies_fds { vec![DeniedCounter { counter: Counter::Fds, right: "CAP_X" }] } else { vec![] };
        let program = process.becomes.filter(|&(at, _)| at == second).map(|(_, name)| label(name));
        let pss = (depth == Depth::WithPss).then_some(rss);
        let reading = Reading::default().with(Counter::Rss, rss).with(Counter::RssAnon, rss).with(Counter::Pss, pss);
        Ok(ProcessReading { reading, denied, program })
    }

    fn read_cgroups(&mut self) -> Vec<CgroupReading> {
        let memory = self.cgroup.and_then(|cgroup| cgroup(self.clock.now().awake.as_secs()));
        let members = self.running().map(|process| process.key.pid).filter(|pid| *pid < Pid(9)).collect();
        let seen = |memory| CgroupReading { path: "/shop".to_owned(), members, memory, ceiling: None };
        memory.map(seen).into_iter().collect()
    }

    fn count_pages(&mut self, key: ProcessKey) -> Result<ExactMemory, ReadError> {
        let pages = self.pages.ok_or(ReadError::Denied { right: "CAP_X" })?;
        let second = self.clock.now().awake.as_secs();
        let process = self.running().find(|process| process.key == key).ok_or(ReadError::Gone)?;
        Ok(pages((process.rss)(second)))
    }

    fn inspect(&mut self, key: ProcessKey, scope: InspectionScope) -> Result<Inspection, ReadError> {
        let inspection = self.inspection.ok_or(ReadError::Denied { right: "CAP_X" })?;
        let second = self.clock.now().awake.as_secs();
        self.inspected.push((second, key));
        self.scopes.push(scope);
        self.clock.advance(self.inspection_time);
        inspection(second)
    }

    fn limits(&mut self, _key: ProcessKey) -> ProcessLimits {
        self.limit_reads += 1;
        let host = Some(HostMemory { total_bytes: self.host_total, available_bytes: self.host_free });
        ProcessLimits { ceiling: self.ceiling, host }
    }
}

/// Collector of the events of a session.
#[derive(Default)]
pub struct Collected {
    /// Growth rate of the first target at the latest tick.
    pub last_rate: Option<f64>,
    pub samples: Vec<(ProcessKey, Timestamp)>,
    pub alerts: Vec<(AlertKind, AlertState)>,
    pub messages: Vec<String>,
    pub notices: Vec<Notice>,
    /// Number of samples after which the collector fails.
    pub fail_at: Option<usize>,
}

impl EventSink for Collected {
    fn wants_samples(&self) -> bool {
        true
    }

    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Sampled(target, sample) if target.kind == TargetKind::Process => {
                self.samples.push((target.key.expect("a process"), sample.at));
                if self.fail_at == Some(self.samples.len()) {
                    return Err(io::ErrorKind::StorageFull.into());
                }
            }
            Event::Alert(_, alert) => {
                self.alerts.push((alert.kind, alert.state));
                self.messages.push(alert.message.clone());
            }
            Event::Ticked(_, targets) => {
                self.last_rate = targets.first().and_then(|target| target.assessment.growth.rate)
            }
            Event::Notice(_, notice) => self.notices.push(notice.clone()),
            _ => {}
        }
        Ok(())
    }
}

/// Runs a session and returns its summary and targets.
pub fn run(
    script: &mut Script,
    plan: SessionPlan,
    rules: Rules,
    collected: &mut Collected,
) -> (LiveSummary, TargetSet) {
    let clock = script.clock.clone();
    crate::settings::watch(script, &clock, plan, rules, collected)
}
