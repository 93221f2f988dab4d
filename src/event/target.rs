//! One watched target, in the form its sinks see.

use std::sync::Arc;

use crate::analysis::{Assessment, Life, SeriesLives, Spikes, Status, Trace};
use crate::model::{
    Attribution, Ceiling, CgroupMemory, Counter, Pid, ProcessKey, ProcessLabel, Reading, Sample, Timestamp, identified,
};

use super::StartValues;
use super::cgroup::Cgroup;

/// Kind of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// A process, or a series of a recording.
    Process,
    /// All processes of one name, judged by their sum.
    Pool {
        /// Number of running members.
        members: u64,
    },
    /// All matched processes, judged by their sum, if they have more than one name.
    Selection {
        /// Number of running members.
        members: u64,
    },
    /// A control group with everything below it.
    Cgroup {
        /// Number of processes in it.
        members: u64,
    },
}

impl TargetKind {
    /// Returns the number of members of a sum; `None` for a single process.
    #[must_use]
    pub fn members(self) -> Option<u64> {
        match self {
            Self::Process => None,
            Self::Pool { members } | Self::Selection { members } | Self::Cgroup { members } => Some(members),
        }
    }
}

/// Count of the retired targets of one name that are no longer kept one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiredSummary {
    /// Shared name; empty for the names beyond the limit.
    pub name: String,
    /// Number of targets.
    pub count: u64,
    /// Number of those that were leaking or suspect.
    pub alarming: u64,
    /// Highest RSS of any of them, in bytes.
    pub rss_max: Option<u64>,
}

/// Times of a target.
#[derive(Debug, Clone)]
pub struct Lifetime {
    /// Time of the first reading.
    pub first_seen: Timestamp,
    /// Time of the latest reading.
    pub last_seen: Timestamp,
    /// Warm-up that every verdict excludes, in seconds after the first reading.
    pub excluded_s: f64,
    /// Age of the process at the first reading, in seconds; `None` if unknown.
    pub age_s: Option<f64>,
    /// Time at which the exit was noticed; `None` while the target is live.
    pub ended: Option<Timestamp>,
    /// Finished lives of its service, the oldest first. Boxed: most targets have none.
    earlier: Option<Box<[Life]>>,
    /// Lives within the series, if it may restart.
    within: Option<Box<SeriesLives>>,
}

impl Lifetime {
    /// A lifetime that begins now, of a process of unknown age.
    #[must_use]
    pub fn starting(at: Timestamp) -> Self {
        Self { first_seen: at, last_seen: at, excluded_s: 0.0, age_s: None, ended: None, earlier: None, within: None }
    }

    /// Seconds between the first and the latest reading.
    #[must_use]
    pub fn seen_s(&self) -> f64 {
        self.last_seen.seconds_since(self.first_seen)
    }
}

/// One watched target at one moment.
#[derive(Debug, Clone)]
pub struct Target {
    /// Number that is unique in the session.
    pub number: u64,
    /// Kind of the target.
    pub kind: TargetKind,
    /// Process identity; `None` for a sum, and for a series of a recording that names no process.
    pub key: Option<ProcessKey>,
    /// Name and command line.
    pub label: Arc<ProcessLabel>,
    /// Program number: 0 at first, one more after each `exec`.
    pub program: u32,
    /// Recording the target comes from, as the user named it.
    pub source: Option<String>,
    /// Times of the target.
    pub lifetime: Lifetime,
    /// Latest known values and limits.
    pub current: Current,
    /// Memory over the watch.
    pub trace: Trace,
    /// Counters at the start of the watch.
    pub start_values: StartValues,
    /// Counters and parts that grew; only for targets that are or were suspect.
    pub attribution: Option<Box<Attribution>>,
    /// Latest assessment.
    pub assessment: Assessment,
}

impl Target {
    /// A target without readings. `assessment` is that of an empty series.
    #[must_use]
    pub fn new(
        number: u64,
        kind: TargetKind,
        label: Arc<ProcessLabel>,
        source: Option<String>,
        at: Timestamp,
        assessment: Assessment,
    ) -> Self {
        Self {
            number,
            kind,
            key: None,
            label,
            program: 0,
            source,
            lifetime: Lifetime::starting(at),
            current: Current::default(),
            trace: Trace::default(),
            start_values: StartValues::default(),
            attribution: None,
            assessment,
        }
    }

    /// Sets the identity of the process, and its age at the first reading.
    #[must_use]
    pub fn with_process(mut self, key: Option<ProcessKey>, age_s: Option<f64>) -> Self {
        self.key = key;
        self.lifetime.age_s = age_s;
        self
    }

    /// Turns a target without readings into the one of the program that follows `before` in the same process.
    #[must_use]
    pub fn following(mut self, before: &Self) -> Self {
        self.program = before.program + 1;
        self.current.ceiling = before.current.ceiling;
        self.with_process(before.key, Some(0.0))
    }

    /// Sets the finished lives of its service, the oldest first.
    pub fn set_earlier_lives(&mut self, lives: Vec<Life>) {
        self.lifetime.earlier = (!lives.is_empty()).then(|| lives.into_boxed_slice());
    }

    /// Lets the series restart: a recording may have one process after the other in it. `are_named` is true if it names the
    /// restarts.
    pub fn allow_restarts(&mut self, are_named: bool) {
        self.lifetime.within = Some(Box::new(SeriesLives::new(are_named)));
    }

    /// Returns the lives within the series; `None` if it cannot restart.
    #[must_use]
    pub fn lives_within(&self) -> Option<&SeriesLives> {
        self.lifetime.within.as_deref()
    }

    /// Ends the life within the series: the recording names a restart.
    pub fn restart(&mut self) {
        let status = self.assessment.verdict.of_life();
        if let Some(within) = &mut self.lifetime.within {
            within.restart(status, self.current.ceiling.as_ref());
        }
    }

    /// Returns the finished lives, the oldest first: of its service (processes of one name and command line, never two at a
    /// time), or within the series.
    #[must_use]
    pub fn earlier_lives(&self) -> &[Life] {
        let within = self.lifetime.within.as_ref().map(|within| within.finished());
        within.or(self.lifetime.earlier.as_deref()).unwrap_or_default()
    }

    /// Sets the label.
    pub fn relabel(&mut self, label: &Arc<ProcessLabel>) {
        self.label.clone_from(label);
    }

    /// Sets the kind of a sum, which has the number of its members.
    pub fn resize(&mut self, kind: TargetKind) {
        self.kind = kind;
    }

    /// Adds a sample. `denied` are the counters that could not be read, each with the missing right.
    pub fn record(&mut self, sample: &Sample, denied: impl IntoIterator<Item = (Counter, &'static str)>) {
        self.lifetime.last_seen = sample.at;
        for denied in denied {
            if !self.current.denied.contains(&denied) {
                self.current.denied.push(denied);
            }
        }
        self.current.reading.update(&sample.reading);
        self.start_values.record(&sample.reading);
        if let Some(memory) = self.current.reading.memory() {
            self.trace.push(memory);
        }
        // Its own value of this moment, and not the latest known one.
        if let Some((within, memory)) = self.lifetime.within.as_mut().zip(sample.reading.memory()) {
            within.push(sample.at, memory, self.current.ceiling.as_ref());
        }
    }

    /// Excludes everything until now from the verdict.
    pub fn exclude_until(&mut self, at: Timestamp) {
        self.lifetime.excluded_s = at.seconds_since(self.lifetime.first_seen);
    }

    /// Notes that the process exited, or that the control group was removed.
    pub fn end(&mut self, at: Timestamp) {
        self.lifetime.ended = Some(at);
    }

    /// Replaces the assessment. Returns the status before.
    pub fn assess(&mut self, assessment: Assessment) -> Status {
        std::mem::replace(&mut self.assessment, assessment).verdict.status
    }

    /// Replaces only the spikes of the assessment.
    pub fn set_spikes(&mut self, spikes: Spikes) {
        self.assessment.spikes = spikes;
    }

    /// Sets the limit that the target would reach first.
    pub fn set_ceiling(&mut self, ceiling: Option<Ceiling>) {
        self.current.ceiling = ceiling;
    }

    /// Takes the reading of a control group. Returns the memory before.
    pub fn update_cgroup(&mut self, memory: CgroupMemory, pids: &[Pid]) -> CgroupMemory {
        self.current.cgroup.get_or_insert_default().update(memory, pids)
    }

    /// Remembers a suspect process that exited in the control group.
    pub fn remember_exit(&mut self, process: ProcessKey) {
        self.current.cgroup.get_or_insert_default().remember(process);
    }

    /// Returns the attribution for changes, empty at first.
    pub fn attribution_mut(&mut self) -> &mut Attribution {
        self.attribution.get_or_insert_default()
    }

    /// Returns the name with what identifies the target: `node app.js (4242)`, `gunicorn ×5`.
    ///
    /// The text is foreign: escape it before it is printed.
    #[must_use]
    pub fn describe(&self) -> String {
        if let TargetKind::Cgroup { members } = self.kind {
            return format!("cgroup {} ({members} processes)", self.label.name);
        }
        let pid = self.key.map(|key| key.pid.0);
        identified(&self.label.title(), self.kind.members(), pid, self.source.as_deref())
    }
}

/// Latest known values of a target.
#[derive(Debug, Clone, Default)]
pub struct Current {
    /// Latest known value of each counter.
    pub reading: Reading,
    /// Counters that were denied, each with the missing right.
    pub denied: Vec<(Counter, &'static str)>,
    /// Limit that the target would reach first.
    pub ceiling: Option<Ceiling>,
    /// Latest memory and processes of a control group; `None` for other kinds.
    pub cgroup: Option<Box<Cgroup>>,
}
