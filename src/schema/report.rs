//! The report: one JSON document at the end of a session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attribution, Cgroup, CounterValues, Observer};

/// What a session came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this document.
    pub schema_version: String,
    /// Version of the program that wrote it.
    pub leakwatch_version: String,
    /// When and how it was observed.
    pub session: Session,
    /// What was in force.
    pub settings: Settings,
    /// The worst verdict of the targets, and what it means for the exit status.
    pub verdict: SessionVerdict,
    /// Every watched process or series.
    pub targets: Vec<Target>,
    /// Targets that have gone and are not listed one by one: the longest gone, once there are hundreds.
    pub folded: Vec<FoldedEntry>,
    /// What `--fail-if` and its like asked, and what came of it; null when nothing was asked.
    #[serde(default)]
    pub gate: Option<super::Gate>,
    /// Alerts that began or ended, in their order.
    pub alerts: Vec<AlertEntry>,
    /// Alerts beyond the number that a report keeps.
    pub alerts_dropped: u64,
    /// What went not quite as planned: missed ticks, denied counters, skipped rows.
    pub notices: Vec<NoticeEntry>,
    /// What leakwatch itself cost.
    pub observer: Observer,
}

/// When and how it was observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// `watch` for running processes, `run` for a command that was started, `analyze` for recordings.
    pub kind: SessionKind,
    /// RFC 3339; of the first sample where recordings were analysed.
    pub started_at: String,
    /// RFC 3339; of the last sample where recordings were analysed.
    pub ended_at: String,
    /// Why it ended.
    pub ended_by: EndedBy,
    /// Time between samples; null for recordings.
    pub interval_seconds: Option<f64>,
    /// Ticks that were carried out; samples read where recordings were analysed.
    pub ticks: u64,
    /// Ticks skipped because the work before them took too long.
    pub missed_ticks: u64,
    /// Largest delay of a tick; null for recordings.
    pub max_late_seconds: Option<f64>,
    /// Time the host was suspended meanwhile; null for recordings.
    pub suspended_seconds: Option<f64>,
    /// The host it ran on; null when unknown, and for recordings.
    #[serde(default)]
    pub host: Option<String>,
    /// What was selected, in words.
    pub selection: String,
    /// Matching processes that could not be read at all; files that could not be analysed.
    pub unreadable: u64,
    /// The command that was started; null when nothing was.
    pub command: Option<CommandEntry>,
}

/// A command that was started for the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandEntry {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Its process number.
    pub pid: u32,
    /// Its exit status; null when a signal ended it.
    pub exit_status: Option<i32>,
    /// The signal that ended it; null when it ended by itself.
    pub signal: Option<i32>,
    /// Whether leakwatch ended it, at the deadline or after a signal of its own.
    pub stopped: bool,
    /// Descendants that still ran when it had ended, as `name (pid)`.
    pub outlived_by: Vec<String>,
}

/// Kind of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the description")]
pub enum SessionKind {
    Watch,
    Run,
    Analyze,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the description")]
pub enum EndedBy {
    Duration,
    Samples,
    CommandEnded,
    TargetsGone,
    Signal,
    OutputFailed,
    NothingMatched,
    EndOfRecording,
    /// An expression with `abort` held.
    Threshold,
}

/// What was in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// How far back the rolling window reaches; null for an hour, or 60 samples if that is more.
    pub window_seconds: Option<f64>,
    /// How long a target must be seen before `leaking` may be said; null for a fifth of each recording.
    pub min_observation_seconds: Option<f64>,
    /// `--max-growth`; null for the default, which depends on the level of the target.
    pub max_growth_bytes_per_s: Option<f64>,
    /// `--threshold-mb`, in bytes.
    pub spike_bytes: f64,
    /// `--threshold-percent`.
    pub spike_percent: f64,
    /// `--spike-period`.
    pub spike_period_seconds: f64,
    /// `--limit`; null when the tightest limit of the system counts.
    pub limit_bytes: Option<u64>,
    /// `--limit-percent`.
    pub limit_percent: f64,
    /// `--fail-on`.
    pub fail_on: Vec<String>,
    /// `--on-inconclusive`.
    pub on_inconclusive: String,
}

/// The verdict on the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionVerdict {
    /// The worst of the targets.
    pub status: Status,
    /// The exit status of the session.
    pub exit_status: u8,
    /// One sentence that says why.
    pub summary: String,
}

/// Verdict on a target or session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Status {
    Leaking,
    Suspect,
    WarmingUp,
    InsufficientData,
    Stable,
}

impl Status {
    /// The verdict as people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Leaking => "leaking",
            Self::Suspect => "suspect",
            Self::WarmingUp => "warming up",
            Self::InsufficientData => "not enough data",
            Self::Stable => "stable",
        }
    }
}

/// What can leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Resource {
    Memory,
    Fds,
    Threads,
}

/// One watched process or series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// `process`; `pool`: all processes of one name together; `selection`: all that were selected together, where they have
    /// several names; or `cgroup`: a control group.
    pub kind: String,
    /// Processes of the pool or group at its last sample; null for a process.
    pub members: Option<u64>,
    /// Process number; null for a pool or group, and for a series of a recording without one.
    pub pid: Option<u32>,
    /// Name of the process, as it named itself.
    pub name: String,
    /// Command line; null when unknown.
    pub cmdline: Option<String>,
    /// The recording as it was named on the command line; null when live.
    pub source: Option<String>,
    /// First sample, RFC 3339.
    pub first_seen: String,
    /// Last sample, RFC 3339.
    pub last_seen: String,
    /// When it was found to have gone, RFC 3339; null while it ran.
    pub ended_at: Option<String>,
    /// Its age at the first sample; null when unknown.
    pub age_seconds: Option<f64>,
    /// From the first to the last sample.
    pub observed_seconds: f64,
    /// Samples that counted.
    pub samples: u64,
    /// Pauses much longer than the interval.
    pub gaps: u64,
    /// The verdict with its reasons.
    pub verdict: VerdictEntry,
    /// Growth of memory.
    pub growth: Growth,
    /// Growth within the spike period.
    pub spikes: Spikes,
    /// Spread around the trend.
    pub variance: Variance,
    /// Floors that keep rising.
    pub consistent_growth: ConsistentGrowth,
    /// When the limit is reached.
    pub forecast: Forecast,
    /// Counters over the watch.
    pub memory: Memory,
    /// Its memory as a control group; null for anything else. `memory` then has the working set as RSS, and anonymous and
    /// shared memory together as the anonymous part.
    pub cgroup: Option<Cgroup>,
    /// What grows in it, who it is and what to run next; null unless leaking or suspect.
    #[serde(default)]
    pub attribution: Option<Attribution>,
    /// Each resource by itself.
    pub resources: Vec<ResourceEntry>,
    /// Counters that could not be read.
    pub denied: Vec<DeniedEntry>,
    /// The reason of the `[[allow]]` that excuses what was found; null when nothing does.
    #[serde(default)]
    pub allowed: Option<String>,
}

/// Targets of one name that have gone and are not listed one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoldedEntry {
    /// Their name; empty for those whose names are too many.
    pub name: String,
    /// How many.
    pub count: u64,
    /// How many of them were leaking or suspect.
    pub alarming: u64,
    /// The highest RSS that one of them had.
    pub rss_max_bytes: Option<u64>,
}

/// The verdict on a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictEntry {
    /// What is said.
    pub status: Status,
    /// What leaks; null unless leaking or suspect.
    pub resource: Option<Resource>,
    /// Form of the deciding series; null when unknown.
    pub shape: Option<String>,
    /// How sure the status is, from 0 to 1; null when nothing could be tested.
    pub confidence: Option<f64>,
    /// Why, the strongest first.
    pub reasons: Vec<Reason>,
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Which analysis or rule it comes from.
    pub rule: String,
    /// Whether it speaks for a leak.
    pub for_leak: bool,
    /// What was measured; null when it could not be.
    pub value: Option<f64>,
    /// What it was held against; null when there is no threshold.
    pub threshold: Option<f64>,
    /// Unit of value and threshold.
    pub unit: String,
    /// The time it looks at.
    pub span_seconds: f64,
    /// The same as a sentence.
    pub text: String,
}

/// Growth of memory with its 95 % interval. Unknown is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Growth {
    /// The best estimate.
    pub rate_bytes_per_s: Option<f64>,
    /// Lower end of the interval.
    pub ci_low_bytes_per_s: Option<f64>,
    /// Upper end of the interval.
    pub ci_high_bytes_per_s: Option<f64>,
    /// The rate in per cent of the level, an hour.
    pub percent_per_hour: Option<f64>,
    /// The practical threshold: growth below it is never `leaking`.
    pub threshold_bytes_per_s: f64,
    /// The smallest rate that could have been proved.
    pub smallest_detectable_bytes_per_s: Option<f64>,
    /// How much longer until a rate at the threshold could be proved.
    pub seconds_to_decide: Option<f64>,
    /// The time the estimate looks at.
    pub span_seconds: f64,
}

/// Growth over the thresholds within the spike period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spikes {
    /// How many.
    pub count: u64,
    /// How many of them came back.
    pub returned: u64,
    /// The largest rise of them all; null when there was none.
    pub largest_rise_bytes: Option<f64>,
    /// The latest.
    pub latest: Option<Spike>,
}

/// One spike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spike {
    /// When its top was read, RFC 3339.
    pub at: String,
    /// From the lowest to the highest reading of the period.
    pub rise_bytes: f64,
    /// The same in per cent of the lowest.
    pub rise_percent: f64,
    /// Whether at least half of it was given back; null while that is open.
    pub returned: Option<bool>,
}

/// Spread around the trend, over the rolling window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variance {
    /// Standard deviation around the trend.
    pub spread_bytes: Option<f64>,
    /// The spread by the level.
    pub coefficient_of_variation: Option<f64>,
    /// Length of the saw-tooth or wave cycle; null when there is none.
    pub cycle_seconds: Option<f64>,
    /// Height of the cycle.
    pub swing_bytes: Option<f64>,
    /// Whether the spread is high for the level.
    pub high: bool,
}

/// Floors of the blocks of the rolling window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsistentGrowth {
    /// Blocks that were compared.
    pub blocks: u64,
    /// Share of them higher than the one before, from 0 to 1.
    pub rising_share: Option<f64>,
    /// Kendall's tau of the floors against time.
    pub tau: Option<f64>,
    /// Two-sided p value of the rank trend, corrected for autocorrelation.
    pub p_value: Option<f64>,
    /// Longest run of rising floors, in blocks.
    pub longest_run: u64,
    /// Whether the three agree on consistent growth.
    pub found: bool,
}

/// When the limit is reached if growth goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// Which limit: `user`, `cgroup_max`, `cgroup_high`, `rlimit`, `host`; null when none is known.
    pub limit_kind: Option<String>,
    /// The limit.
    pub limit_bytes: Option<u64>,
    /// What counts against it now.
    pub used_bytes: Option<u64>,
    /// Not before: at the upper end of the interval; null when it is not reached.
    pub not_before_seconds: Option<f64>,
    /// Likely by: at the lower end of the interval; null when it is not reached.
    pub likely_by_seconds: Option<f64>,
}

/// Counters over the watch: the latest value of each, and the timeline of RSS. Unknown is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the names are the description; the counters are those of the sample CSV")]
pub struct Memory {
    pub rss_first_bytes: Option<u64>,
    pub rss_min_bytes: Option<u64>,
    pub rss_max_bytes: Option<u64>,
    #[serde(flatten)]
    pub counters: CounterValues,
}

/// What is known of one resource. Rates and levels are in bytes for memory, in numbers for the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceEntry {
    /// Which one.
    pub resource: Resource,
    /// Its own status.
    pub status: Status,
    /// Its own form; null when unknown.
    pub shape: Option<String>,
    /// The best estimate of its rate.
    pub rate_per_s: Option<f64>,
    /// Lower end of the 95 % interval.
    pub ci_low_per_s: Option<f64>,
    /// Upper end of the 95 % interval.
    pub ci_high_per_s: Option<f64>,
    /// The practical threshold.
    pub threshold_per_s: f64,
    /// At the first sample.
    pub first: Option<u64>,
    /// At the last sample.
    pub last: Option<u64>,
    /// Lowest seen.
    pub min: Option<u64>,
    /// Highest seen.
    pub max: Option<u64>,
}

/// A counter that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeniedEntry {
    /// The column of the sample CSV.
    pub counter: String,
    /// The right that is missing.
    pub right: String,
}

/// An alert that began or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertEntry {
    /// When it began or ended, RFC 3339.
    pub timestamp: String,
    /// `spike`, `rapid_growth`, `near_limit`, `limit_exceeded`, `consistent_growth`, `high_variance`, `leak`, `oom_kill`,
    /// `process_ended`, `process_restarted` or `host_memory`.
    pub kind: String,
    /// `firing` or `resolved`.
    pub state: String,
    /// `info`, `warning` or `critical`.
    pub severity: String,
    /// Process number; null for the host or a series without one.
    pub pid: Option<u32>,
    /// Name of the target; null for the host.
    pub name: Option<String>,
    /// The recording; null when live.
    pub source: Option<String>,
    /// When the condition was first seen, RFC 3339.
    pub since: String,
    /// What was measured; null where there is no number.
    pub value: Option<f64>,
    /// What it was held against.
    pub threshold: Option<f64>,
    /// One sentence.
    pub message: String,
}

/// Something that went not quite as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeEntry {
    /// When, RFC 3339; null where it belongs to no moment.
    pub timestamp: Option<String>,
    /// `missed_ticks`, `suspended`, `clock_jumped`, `unreadable`, `backed_off`, `rows_skipped`, `recording`,
    /// `undelivered_alerts` or `held_back_alerts`.
    pub kind: String,
    /// One sentence.
    pub message: String,
}
