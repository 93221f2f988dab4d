//! Findings that are known and excused: up to a rate, for a reason, until a day.

use regex::Regex;

use crate::alert::{Alert, AlertKind};
use crate::analysis::{Resource, Status};
use crate::event::Target;

use super::metric::{Aggregate, Metric, Series};

/// One `[[allow]]`.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Matches the name or the command line of the process.
    pub process: Regex,
    /// What may grow.
    pub resource: Resource,
    /// How fast, per second in bytes or numbers: what is proved to be faster is not excused.
    pub max_rate: f64,
    /// The same as it was written.
    pub rate_as_written: String,
    /// Why.
    pub reason: String,
    /// The last day, as `2026-12-31`.
    pub expires: String,
    /// Whether that day is over.
    pub expired: bool,
    /// File and line.
    pub place: String,
}

impl Allowance {
    /// Whether it is about this resource of this target.
    fn is_about(&self, target: &Target, resource: Resource) -> bool {
        let label = &target.label;
        self.resource == resource && (self.process.is_match(&label.name) || self.process.is_match(&label.cmdline))
    }

    /// Why it excuses, or no longer does.
    #[must_use]
    pub fn in_words(&self) -> String {
        let until = if self.expired { "it was allowed until" } else { "allowed until" };
        format!("{until} {} ({}): {}", self.expires, self.place, self.reason)
    }
}

/// Those that are about what a metric measures of a target.
pub(super) fn about(allowances: &[Allowance], metric: &Metric, target: &Target) -> Vec<Allowance> {
    let resource = match metric.series {
        _ if metric.aggregate != Aggregate::Growth || metric.per_work => return Vec::new(),
        Series::Fds => Resource::Fds,
        Series::Threads => Resource::Threads,
        _ => Resource::Memory,
    };
    allowances.iter().filter(|one| one.is_about(target, resource)).cloned().collect()
}

/// The allowance that a rate at least as high as `low` falls under: one in force, else one that has expired.
pub(super) fn covering(allowances: &[Allowance], low: f64) -> Option<&Allowance> {
    let covers = |one: &&Allowance| low <= one.max_rate;
    allowances.iter().filter(covers).min_by_key(|one| one.expired)
}

/// The allowance that the verdict on a target falls under; `None` when nothing is found, or nothing excuses it.
#[must_use]
pub fn excuse<'a>(allowances: &'a [Allowance], target: &Target) -> Option<&'a Allowance> {
    let verdict = &target.assessment.verdict;
    let resource = verdict.resource.filter(|_| verdict.status >= Status::Suspect)?;
    let known = target.assessment.resources.iter().find(|known| known.resource == resource)?;
    let low = known.growth.ci_low.or(known.growth.rate)?;
    let about = allowances.iter().filter(|one| one.is_about(target, resource) && low <= one.max_rate);
    about.min_by_key(|one| one.expired)
}

/// Whether an alert says no more than a growth that is excused.
pub(super) fn excuses_alert(allowances: &[Allowance], target: &Target, alert: &Alert) -> bool {
    let verdict = &target.assessment.verdict;
    let resource = match alert.kind {
        AlertKind::Leak => verdict.resource.unwrap_or(Resource::Memory),
        AlertKind::ConsistentGrowth => Resource::Memory,
        _ => return false,
    };
    let known = target.assessment.resources.iter().find(|known| known.resource == resource);
    // Growth that has no rate yet is not proved to be faster.
    let low = known.and_then(|known| known.growth.ci_low.or(known.growth.rate)).unwrap_or(0.0);
    allowances.iter().any(|one| !one.expired && one.is_about(target, resource) && low <= one.max_rate)
}
