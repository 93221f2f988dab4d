//! Report: one JSON document at the end of a session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribution::Attribution;
use super::cgroup::Cgroup;
use super::counters::CounterValues;
use super::observer::Observer;
use crate::model::{Counter, identified};

/// Report of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this document.
    pub schema_version: String,
    /// Version of the program that wrote it.
    pub leakwatch_version: String,
    /// Circumstances of the session.
    pub session: Session,
    /// Settings in force.
    pub settings: Settings,
    /// Worst verdict of the targets, and the exit status.
    pub verdict: SessionVerdict,
    /// Watched processes, sums and series.
    pub targets: Vec<Target>,
    /// Counts of retired targets that are not listed one by one.
    pub folded: Vec<RetiredEntry>,
    /// Gate: threshold expressions with their results, baseline, work and allowances; null if there is none.
    #[serde(default)]
    pub gate: Option<super::thresholds::Thresholds>,
    /// Alerts that fired or resolved, in order of time.
    pub alerts: Vec<AlertEntry>,
    /// Number of alerts beyond those that a report keeps.
    pub alerts_dropped: u64,
    /// One-off messages: missed ticks, unreadable processes, skipped rows.
    pub notices: Vec<NoticeEntry>,
    /// Cost of leakwatch itself.
    pub observer: Observer,
}

/// Circumstances of the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// `watch`: running processes; `run`: a command that leakwatch started; `analyze`: recordings.
    pub kind: SessionKind,
    /// Start, RFC 3339; for recordings the first sample.
    pub started_at: String,
    /// End, RFC 3339; for recordings the last sample.
    pub ended_at: String,
    /// Cause of the end.
    pub ended_by: EndedBy,
    /// Time between ticks; null for recordings.
    pub interval_seconds: Option<f64>,
    /// Extension beyond `--duration` or `--samples` by `--until-decided`; null without one.
    #[serde(default)]
    pub extension: Option<Extension>,
    /// Number of ticks; for recordings the number of samples.
    pub ticks: u64,
    /// Ticks missed because the work before them took too long.
    pub missed_ticks: u64,
    /// Largest delay of a tick; null for recordings.
    pub max_late_seconds: Option<f64>,
    /// Time for which the host was suspended; null for recordings.
    pub suspended_seconds: Option<f64>,
    /// Name of the host; null if unknown, and for recordings.
    #[serde(default)]
    pub host: Option<String>,
    /// Description of the selection.
    pub selection: String,
    /// Number of matched processes that could not be read; for recordings of files that could not be analysed.
    pub unreadable: u64,
    /// Command that leakwatch started; null without one.
    pub command: Option<CommandEntry>,
}

/// Extension of a session whose results were open at its planned end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Extension {
    /// Planned length.
    pub planned_seconds: f64,
    /// Time beyond the planned length.
    pub extended_seconds: f64,
    /// Number of looks at the results after the planned end.
    pub looks: u32,
    /// Confidence of the intervals that decided at these looks; intervals of the results have 95 %.
    pub confidence: f64,
    /// True if all results were decided at the last look.
    pub decided: bool,
}

/// Command that was started for the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandEntry {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Pid.
    pub pid: u32,
    /// Exit status; null if a signal ended the command.
    pub exit_status: Option<i32>,
    /// Signal that ended the command; null if it exited.
    pub signal: Option<i32>,
    /// True if leakwatch ended it, at the deadline or after a signal.
    pub stopped: bool,
    /// Descendants that outlived the command, as `name (pid)`.
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

/// Cause of the end of a session.
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
    /// A threshold expression with `abort` held.
    Threshold,
}

/// Settings in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Length of the rolling window; null for an hour, or 60 samples if that is more.
    pub window_seconds: Option<f64>,
    /// Minimum observation before a target can be `leaking`; null for a fifth of each recording.
    pub min_observation_seconds: Option<f64>,
    /// `--max-growth`; null for the default, which depends on the level of the target.
    pub max_growth_bytes_per_s: Option<f64>,
    /// `--horizon`.
    #[serde(default)]
    pub horizon_seconds: f64,
    /// `--threshold-mb`, in bytes.
    pub spike_bytes: f64,
    /// `--threshold-percent`.
    pub spike_percent: f64,
    /// `--spike-min`; 0 with the classic alert rules.
    #[serde(default)]
    pub spike_min_bytes: f64,
    /// `--spike-period`.
    pub spike_period_seconds: f64,
    /// `--rapid-growth`.
    #[serde(default)]
    pub rapid_growth_bytes_per_s: f64,
    /// `--alert-rules`: `standard` or `classic`.
    #[serde(default)]
    pub alert_rules: String,
    /// `--limit`; null for the tightest limit of the system.
    pub limit_bytes: Option<u64>,
    /// `--limit-percent`.
    pub limit_percent: f64,
    /// `--fail-on`.
    pub fail_on: Vec<String>,
    /// `--on-inconclusive`.
    pub on_inconclusive: String,
}

/// Verdict on the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionVerdict {
    /// Worst status of the targets.
    pub status: Status,
    /// Exit status of the session.
    pub exit_status: u8,
    /// Verdict, number and next action in one sentence.
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
    /// Returns the status as people read it.
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

/// Resource that can leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Resource {
    Memory,
    Fds,
    Threads,
}

impl Resource {
    /// Returns the name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Fds => Counter::Fds.label(),
            Self::Threads => Counter::Threads.label(),
        }
    }
}

/// Watched process, sum of processes, or series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// `process`; `pool`: the sum of all processes of one name; `selection`: the sum of all selected processes, if they have
    /// several names; `cgroup`: a control group.
    pub kind: String,
    /// Number of processes in the sum at its last sample; null for a process.
    pub members: Option<u64>,
    /// Pid; null for a sum of processes, and for a series of a recording without pids.
    pub pid: Option<u32>,
    /// Name that the process gave itself.
    pub name: String,
    /// Name, for an interpreter with its script: `node app.js`.
    #[serde(default)]
    pub title: String,
    /// Command line; null if unknown.
    pub cmdline: Option<String>,
    /// Recording as named on the command line; null for a live target.
    pub source: Option<String>,
    /// Time of the first sample, RFC 3339.
    pub first_seen: String,
    /// Time of the last sample, RFC 3339.
    pub last_seen: String,
    /// Time at which the exit was noticed, RFC 3339; null for a live target.
    pub ended_at: Option<String>,
    /// Age of the process at the first sample; null if unknown.
    pub age_seconds: Option<f64>,
    /// Time from the first to the last sample.
    pub observed_seconds: f64,
    /// Number of judged samples.
    pub samples: u64,
    /// Number of gaps much longer than the interval.
    pub gaps: u64,
    /// Verdict with its reasons.
    pub verdict: VerdictEntry,
    /// Growth of memory.
    pub growth: Growth,
    /// Growth within the spike period.
    pub spikes: Spikes,
    /// Spread around the trend.
    pub variance: Variance,
    /// Trend of the floors.
    pub consistent_growth: ConsistentGrowth,
    /// Time until the memory limit is reached.
    pub forecast: Forecast,
    /// Counters over the watch.
    pub memory: Memory,
    /// Memory of a control group; null for other kinds. In `memory`, RSS is then the working set, and the anonymous part
    /// includes shared memory.
    pub cgroup: Option<Cgroup>,
    /// Parts that grew, runtime, and next steps; null unless leaking or suspect.
    #[serde(default)]
    pub attribution: Option<Attribution>,
    /// Earlier lives of the service, or within the series of a recording, with the verdict on all of them; null if it did not restart.
    #[serde(default)]
    pub lives: Option<Lives>,
    /// Verdict on each resource.
    pub resources: Vec<ResourceEntry>,
    /// Counters that could not be read.
    pub denied: Vec<DeniedEntry>,
    /// Reason of the `[[allow]]` that covers the verdict; null without one.
    #[serde(default)]
    pub allowed: Option<String>,
}

impl Target {
    /// Returns the title with what identifies the target: `node app.js (4242)`, `gunicorn ×5`. The text is foreign: escape it.
    #[must_use]
    pub fn describe(&self) -> String {
        identified(&self.title, self.members, self.pid, self.source.as_deref())
    }
}

/// Lives of a service (processes of one name and command line, never two at a time), or within one series of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lives {
    /// Number of judged lives: the finished ones of `finished`, and the target if it lived for five minutes.
    pub count: u64,
    /// Number of those that leak.
    pub leaking: u64,
    /// `leaking`, `suspect`, or null if the lives do not agree on growth.
    pub status: Option<Status>,
    /// Median growth of those that leak; null without one.
    pub rate_bytes_per_s: Option<f64>,
    /// Median distance from that rate.
    pub spread_bytes_per_s: Option<f64>,
    /// p value of the sign test.
    pub p_value: f64,
    /// Limit near which each finished life that leaks ended; null if there is no such limit.
    pub limit_bytes: Option<u64>,
    /// Sentence: `leaks in 5 of 5 lives, 75 MiB/h, each ended near 512 MiB`.
    pub text: String,
    /// Latest finished lives, the oldest first: 16 at most.
    pub finished: Vec<LifeEntry>,
}

/// One finished life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LifeEntry {
    /// Time of its first sample, RFC 3339.
    pub first_seen: String,
    /// Time of its last sample, RFC 3339.
    pub last_seen: String,
    /// Memory after its first tenth.
    pub start_bytes: u64,
    /// Memory at its end.
    pub end_bytes: u64,
    /// Growth between the two.
    pub rate_bytes_per_s: f64,
    /// Verdict on it alone.
    pub status: Status,
    /// True if it shows a leak.
    pub leaks: bool,
    /// Limit near which it ended; null if it ended far from it, or without one.
    pub limit_bytes: Option<u64>,
}

/// Count of the retired targets of one name that are not listed one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetiredEntry {
    /// Shared name; empty for the names beyond the limit.
    pub name: String,
    /// Number of them.
    pub count: u64,
    /// Number of those that were leaking or suspect.
    pub alarming: u64,
    /// Highest RSS of any of them.
    pub rss_max_bytes: Option<u64>,
}

/// Verdict on a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictEntry {
    /// Status.
    pub status: Status,
    /// Resource that grows; null unless leaking or suspect.
    pub resource: Option<Resource>,
    /// Shape of the deciding series; null if unknown.
    pub shape: Option<String>,
    /// Confidence in the status, from 0 to 1; null if nothing could be tested.
    pub confidence: Option<f64>,
    /// Reasons, the strongest first.
    pub reasons: Vec<Reason>,
}

/// Reason for a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Stable name of the rule.
    pub rule: String,
    /// True if it indicates a leak.
    pub for_leak: bool,
    /// Measured value; null if it could not be measured.
    pub value: Option<f64>,
    /// Threshold; null without one.
    pub threshold: Option<f64>,
    /// Unit of value and threshold.
    pub unit: String,
    /// Span of the judged samples.
    pub span_seconds: f64,
    /// Reason as a sentence.
    pub text: String,
}

/// Growth of memory with its 95 % confidence interval. Unknown is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Growth {
    /// Estimated rate.
    pub rate_bytes_per_s: Option<f64>,
    /// Lower end of the interval.
    pub ci_low_bytes_per_s: Option<f64>,
    /// Upper end of the interval.
    pub ci_high_bytes_per_s: Option<f64>,
    /// Rate in the newest part of the watch: an eighth of it, or an hour if that is longer.
    #[serde(default)]
    pub recent_rate_bytes_per_s: Option<f64>,
    /// Rate in per cent of the level per hour.
    pub percent_per_hour: Option<f64>,
    /// Threshold: slower growth is never `leaking`.
    pub threshold_bytes_per_s: f64,
    /// Detection limit: smallest rate that would have been detected.
    pub smallest_detectable_bytes_per_s: Option<f64>,
    /// Further time until a rate at the threshold can be detected.
    pub seconds_to_decide: Option<f64>,
    /// Span of the samples behind the estimate.
    pub span_seconds: f64,
    /// `time`, or the unit of work of a recording without times, such as `job`. One unit of work then stands for one
    /// second in every rate and length of the target.
    #[serde(default = "time_axis")]
    pub axis: String,
}

/// Returns the axis of reports that name none.
fn time_axis() -> String {
    "time".to_owned()
}

/// Spikes: growth beyond `--threshold-mb` or `--threshold-percent` within the spike period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spikes {
    /// Number of them.
    pub count: u64,
    /// Number of those that returned.
    pub returned: u64,
    /// Largest rise of any spike; null without one.
    pub largest_rise_bytes: Option<f64>,
    /// Latest spike; null without one.
    pub latest: Option<Spike>,
}

/// One spike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spike {
    /// Time of its highest sample, RFC 3339.
    pub at: String,
    /// Rise from the lowest to the highest sample of the period.
    pub rise_bytes: f64,
    /// Rise in per cent of the lowest sample.
    pub rise_percent: f64,
    /// True if memory fell by at least half of the rise; null while undecided.
    pub returned: Option<bool>,
}

/// Spread around the trend, over the rolling window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variance {
    /// Standard deviation around the trend.
    pub spread_bytes: Option<f64>,
    /// Noise of a single sample as `plan` takes it: independent noise with the same effect on a rate; null if unknown.
    #[serde(default)]
    pub noise_bytes: Option<f64>,
    /// Spread divided by the level.
    pub coefficient_of_variation: Option<f64>,
    /// Length of a saw-tooth or seasonal cycle; null without one.
    pub cycle_seconds: Option<f64>,
    /// Height of the cycle.
    pub swing_bytes: Option<f64>,
    /// True if the spread is high for the level.
    pub high: bool,
}

/// Floors of the blocks of the rolling window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsistentGrowth {
    /// Number of compared blocks.
    pub blocks: u64,
    /// Share of floors above the floor before, from 0 to 1.
    pub rising_share: Option<f64>,
    /// Kendall's tau of the floors against time.
    pub tau: Option<f64>,
    /// Two-sided p value of the rank trend, corrected for autocorrelation.
    pub p_value: Option<f64>,
    /// Longest run of rising floors, in blocks.
    pub longest_run: u64,
    /// True if share, tau and longest run agree on consistent growth.
    pub found: bool,
}

/// Time until the memory limit is reached if growth continues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// Kind of the limit: `user`, `recording`, `cgroup_max`, `cgroup_high`, `rlimit`, `host`; null if none is known.
    pub limit_kind: Option<String>,
    /// Limit.
    pub limit_bytes: Option<u64>,
    /// Memory that counts towards the limit now.
    pub used_bytes: Option<u64>,
    /// Earliest time, at the upper end of the interval; null if the limit is not reached.
    pub not_before_seconds: Option<f64>,
    /// Latest time, at the lower end of the interval; null if the limit is not reached.
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

/// Verdict on one resource. Rates and levels are in bytes for memory, in numbers for the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceEntry {
    /// Resource.
    pub resource: Resource,
    /// Status of the resource.
    pub status: Status,
    /// Shape of the series; null if unknown.
    pub shape: Option<String>,
    /// Estimated rate.
    pub rate_per_s: Option<f64>,
    /// Lower end of the 95 % interval.
    pub ci_low_per_s: Option<f64>,
    /// Upper end of the 95 % interval.
    pub ci_high_per_s: Option<f64>,
    /// Threshold: slower growth is never `leaking`.
    pub threshold_per_s: f64,
    /// Value of the first sample.
    pub first: Option<u64>,
    /// Value of the last sample.
    pub last: Option<u64>,
    /// Lowest value.
    pub min: Option<u64>,
    /// Highest value.
    pub max: Option<u64>,
}

/// Counter that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeniedEntry {
    /// Column of the sample CSV.
    pub counter: String,
    /// Missing right.
    pub right: String,
}

/// Alert that fired or resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertEntry {
    /// Time at which it fired or resolved, RFC 3339.
    pub timestamp: String,
    /// `spike`, `rapid_growth`, `near_limit`, `limit_exceeded`, `consistent_growth`, `high_variance`, `suspect`, `leak`,
    /// `oom_kill`, `process_ended`, `process_restarted` or `host_memory`.
    pub kind: String,
    /// `firing` or `resolved`.
    pub state: String,
    /// `info`, `warning` or `critical`.
    pub severity: String,
    /// Pid; null for the host, a sum of processes, and a series without pids.
    pub pid: Option<u32>,
    /// Name of the target; null for the host.
    pub name: Option<String>,
    /// Recording; null for a live target.
    pub source: Option<String>,
    /// Time since which the condition holds, RFC 3339.
    pub since: String,
    /// Measured value; null without one.
    pub value: Option<f64>,
    /// Threshold; null without one.
    pub threshold: Option<f64>,
    /// One sentence.
    pub message: String,
}

/// One-off message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeEntry {
    /// Time, RFC 3339; null if it belongs to no time.
    pub timestamp: Option<String>,
    /// `missed_ticks`, `suspended`, `clock_jumped`, `unreadable`, `backed_off`, `rows_skipped`, `recording`,
    /// `undelivered_alerts` or `held_back_alerts`.
    pub kind: String,
    /// One sentence.
    pub message: String,
}
