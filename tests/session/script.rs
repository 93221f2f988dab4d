//! A scripted source, what a test remembers of its events, and the settings that tests share.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use leakwatch::alert::{AlertKind, AlertSettings, AlertState};
use leakwatch::analysis::Settings;
use leakwatch::clock::{Clock, ManualClock, StopFlag};
use leakwatch::event::{Event, EventSink, Notice, TargetKind};
use leakwatch::model::{
    Ceiling, CgroupMemory, Counter, HostMemory, Inspection, InspectionScope, Pid, ProcessKey, ProcessLabel, Reading,
    StartTime, Timestamp,
};
use leakwatch::session::{LiveSession, LiveSummary, MinObservation, NamedIntervals, Rules, SessionPlan, TargetSet};
use leakwatch::source::{
    CgroupReading, DeniedCounter, Depth, ExactMemory, MatchedProcess, ProcessLimits, ProcessReading, ProcessSource,
    ReadError, Selector,
};

/// A process that runs from one second to another.
#[derive(Clone)]
pub struct Process {
    pub key: ProcessKey,
    pub name: &'static str,
    pub from: u64,
    pub to: u64,
    pub rss: fn(u64) -> u64,
    /// The second at which it becomes another program, and what that is called.
    pub becomes: Option<(u64, &'static str)>,
}

pub fn process(pid: u32, start: u64, from: u64, to: u64) -> Process {
    let key = ProcessKey { pid: Pid(pid), start: StartTime(start) };
    Process { key, name: "worker", from, to, rss: |_| 50 << 20, becomes: None }
}

fn label(name: &str) -> Arc<ProcessLabel> {
    Arc::new(ProcessLabel { name: name.to_owned(), ..ProcessLabel::default() })
}

pub struct Script {
    pub clock: ManualClock,
    pub processes: Vec<Process>,
    /// What every reading costs in time.
    pub slowness: Duration,
    pub refuses: Option<ReadError>,
    /// The second at which nothing can be read.
    pub stumbles_at: Option<u64>,
    /// Who was listed last.
    listed: Option<Vec<MatchedProcess>>,
    pub denies_fds: bool,
    pub host_total: u64,
    pub host_free: u64,
    pub ceiling: Option<Ceiling>,
    /// How often limits were asked for.
    pub looks: u64,
    /// The memory of the one control group, from a second on; it is gone where there is none.
    pub group: Option<fn(u64) -> Option<CgroupMemory>>,
    /// What counting pages says of a process that holds so many bytes; `None` where that is not offered.
    pub pages: Option<fn(u64) -> ExactMemory>,
    /// What a look inside says at a second; `None` where that is not offered.
    pub portrait: Option<fn(u64) -> Result<Inspection, ReadError>>,
    /// How long such a look takes.
    pub look_cost: Duration,
    /// When somebody looked inside whom, and at what.
    pub portrayed: Vec<(u64, ProcessKey)>,
    pub aspects: Vec<InspectionScope>,
}

impl Script {
    pub fn of(processes: Vec<Process>) -> Self {
        let clock = ManualClock::new(Timestamp(1_800_000_000_000));
        Self {
            clock,
            processes,
            slowness: Duration::ZERO,
            refuses: None,
            stumbles_at: None,
            listed: None,
            denies_fds: false,
            host_total: 100,
            host_free: 90,
            ceiling: None,
            looks: 0,
            group: None,
            pages: None,
            portrait: None,
            look_cost: Duration::ZERO,
            portrayed: Vec::new(),
            aspects: Vec::new(),
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
        let said = self.listed.replace(found.clone());
        Ok(Some(found).filter(|found| said.as_ref() != Some(found)))
    }

    fn read(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError> {
        if let Some(error) = &self.refuses {
            return Err(error.clone());
        }
        let second = self.clock.now().awake.as_secs();
        if self.stumbles_at == Some(second) {
            return Err(ReadError::Io { file: "statm".to_owned(), reason: "too many open files".to_owned() });
        }
        let process = self.running().find(|process| process.key == key).ok_or(ReadError::Gone)?;
        let rss = (process.rss)(second);
        self.clock.advance(self.slowness);
        let denied =
            if self.denies_fds { vec![DeniedCounter { counter: Counter::Fds, right: "CAP_X" }] } else { vec![] };
        let program = process.becomes.filter(|&(at, _)| at == second).map(|(_, name)| label(name));
        let pss = (depth == Depth::WithPss).then_some(rss);
        let reading = Reading::default().with(Counter::Rss, rss).with(Counter::RssAnon, rss).with(Counter::Pss, pss);
        Ok(ProcessReading { reading, denied, program })
    }

    fn read_cgroups(&mut self) -> Vec<CgroupReading> {
        let memory = self.group.and_then(|group| group(self.clock.now().awake.as_secs()));
        let seen =
            |memory| CgroupReading { path: "/shop".to_owned(), members: vec![Pid(7), Pid(8)], memory, ceiling: None };
        memory.map(seen).into_iter().collect()
    }

    fn count_pages(&mut self, key: ProcessKey) -> Result<ExactMemory, ReadError> {
        let pages = self.pages.ok_or(ReadError::Denied { right: "CAP_X" })?;
        let second = self.clock.now().awake.as_secs();
        let process = self.running().find(|process| process.key == key).ok_or(ReadError::Gone)?;
        Ok(pages((process.rss)(second)))
    }

    fn inspect(&mut self, key: ProcessKey, aspects: InspectionScope) -> Result<Inspection, ReadError> {
        let portrait = self.portrait.ok_or(ReadError::Denied { right: "CAP_X" })?;
        let second = self.clock.now().awake.as_secs();
        self.portrayed.push((second, key));
        self.aspects.push(aspects);
        self.clock.advance(self.look_cost);
        portrait(second)
    }

    fn limits(&mut self, _key: ProcessKey) -> ProcessLimits {
        self.looks += 1;
        let host = Some(HostMemory { total_bytes: self.host_total, available_bytes: self.host_free });
        ProcessLimits { ceiling: self.ceiling, host }
    }
}

/// Remembers what a test asks about.
#[derive(Default)]
pub struct Collected {
    /// The rate of the first target at the latest tick.
    pub shown: Option<f64>,
    pub samples: Vec<(ProcessKey, Timestamp)>,
    pub alerts: Vec<(AlertKind, AlertState)>,
    pub messages: Vec<String>,
    pub notices: Vec<Notice>,
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
            Event::Ticked(_, targets) => self.shown = targets.first().and_then(|target| target.assessment.growth.rate),
            Event::Notice(_, notice) => self.notices.push(notice.clone()),
            _ => {}
        }
        Ok(())
    }
}

pub fn plan(seconds: u64) -> SessionPlan {
    SessionPlan {
        selector: Selector { names: vec!["worker".to_owned()], ..Selector::default() },
        interval: Duration::from_secs(1),
        intervals: NamedIntervals::default(),
        duration: Some(Duration::from_secs(seconds)),
        samples: None,
        wait: false,
        pss: false,
        max_overhead: None,
        pid_file: None,
        root: None,
    }
}

pub fn rules() -> Rules {
    Rules {
        analysis: Settings::default().with_window_s(3600.0).with_min_observation_s(0.0),
        min_observation: MinObservation::Fixed(60.0),
        alerts: AlertSettings { limit_percent: 80.0 },
        limit_bytes: None,
        pools: true,
    }
}

pub fn run(
    script: &mut Script,
    plan: SessionPlan,
    rules: Rules,
    collected: &mut Collected,
) -> (LiveSummary, TargetSet) {
    let clock = script.clock.clone();
    let mut watch = TargetSet::new(rules, 0.0);
    let outcome =
        LiveSession::new(script, &clock, &StopFlag::default(), plan).run(&mut watch, collected).expect("a session");
    (outcome, watch)
}
