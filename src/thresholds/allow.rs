//! Allowances: known findings that may grow up to a rate, for a reason, until a day.

use regex::Regex;

use crate::alert::{Alert, AlertKind};
use crate::analysis::{Resource, Status};
use crate::event::Target;

use super::metric::Metric;

/// One `[[allow]]` of the settings.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Pattern of the name or the command line of the process.
    pub process: Regex,
    /// Resource that may grow.
    pub resource: Resource,
    /// Largest allowed rate per second, in bytes or as a count. Growth proved to be faster is not allowed.
    pub max_rate: f64,
    /// The rate as the user wrote it.
    pub rate_as_written: String,
    /// Reason.
    pub reason: String,
    /// Last day, as `2026-12-31`.
    pub expires: String,
    /// True if that day is over.
    pub expired: bool,
    /// File and line.
    pub place: String,
}

impl Allowance {
    /// True if the allowance is about this resource of this target.
    fn is_about(&self, target: &Target, resource: Resource) -> bool {
        let label = &target.label;
        self.resource == resource && (self.process.is_match(&label.name) || self.process.is_match(&label.cmdline))
    }

    /// True if the allowance covers growth of at least `low` of this resource of this target, in force or not.
    fn covers(&self, target: &Target, resource: Resource, low: f64) -> bool {
        self.is_about(target, resource) && low <= self.max_rate
    }

    /// Returns the state of the allowance with its reason.
    #[must_use]
    pub fn sentence(&self) -> String {
        let state = if self.expired { "allowance expired on" } else { "allowed until" };
        format!("{state} {} ({}): {}", self.expires, self.place, self.reason)
    }
}

/// Returns the allowances that are about a metric of a target.
pub(super) fn allowances_for_metric(allowances: &[Allowance], metric: &Metric, target: &Target) -> Vec<Allowance> {
    let Some(resource) = metric.growing_resource().filter(|_| !metric.per_work) else { return Vec::new() };
    allowances.iter().filter(|allowance| allowance.is_about(target, resource)).cloned().collect()
}

/// Returns the allowance that covers a rate of at least `low`: one in force, else an expired one.
pub(super) fn covering_allowance(allowances: &[Allowance], low: f64) -> Option<&Allowance> {
    allowances.iter().filter(|allowance| low <= allowance.max_rate).min_by_key(|allowance| allowance.expired)
}

/// Returns the allowance that covers the verdict on a target; `None` if it found nothing, or nothing covers it.
#[must_use]
pub fn allowance_for<'a>(allowances: &'a [Allowance], target: &Target) -> Option<&'a Allowance> {
    let verdict = &target.assessment.verdict;
    let resource = verdict.resource.filter(|_| verdict.status >= Status::Suspect)?;
    let low = least_rate(target, resource)?;
    let covering = allowances.iter().filter(|allowance| allowance.covers(target, resource, low));
    covering.min_by_key(|allowance| allowance.expired)
}

/// Returns the allowance in force that covers the verdict on a target; `None` without one.
#[must_use]
pub fn allowance_in_force<'a>(allowances: &'a [Allowance], target: &Target) -> Option<&'a Allowance> {
    allowance_for(allowances, target).filter(|allowance| !allowance.expired)
}

/// True if an alert reports only growth that an allowance in force covers.
#[must_use]
pub fn allows_alert(allowances: &[Allowance], target: &Target, alert: &Alert) -> bool {
    let resource = match alert.kind {
        AlertKind::Leak | AlertKind::Suspect => target.assessment.verdict.resource.unwrap_or(Resource::Memory),
        AlertKind::ConsistentGrowth => Resource::Memory,
        _ => return false,
    };
    // Growth without a rate is not proved to be faster.
    let low = least_rate(target, resource).unwrap_or(0.0);
    allowances.iter().any(|allowance| !allowance.expired && allowance.covers(target, resource, low))
}

/// Returns the lower end of the growth of a resource, or its estimate.
fn least_rate(target: &Target, resource: Resource) -> Option<f64> {
    let known = target.assessment.resources.iter().find(|known| known.resource == resource)?;
    known.growth.ci_low.or(known.growth.rate)
}
