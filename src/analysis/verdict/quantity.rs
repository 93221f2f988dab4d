//! Quantities in sentences: amounts and rates of each resource, p values.

use crate::analysis::resource::Resource;
use crate::units::{Axis, Bytes, p_value};

/// Returns the right side of an equation of a p value: `< 0.001` or `= 0.042`.
pub(super) fn equation(p: f64) -> String {
    let p = p_value(p);
    if p.starts_with('<') { p } else { format!("= {p}") }
}

/// Returns an amount of memory, or a number of descriptors or threads.
pub(super) fn amount(resource: Resource, value: f64) -> String {
    match resource {
        Resource::Memory => size(value).to_string(),
        Resource::Fds => format!("{value:.0} descriptors"),
        Resource::Threads => format!("{value:.0} threads"),
    }
}

/// Returns a rate with its sign.
pub(super) fn rate(axis: Axis, resource: Resource, per_second: f64) -> String {
    match (resource, axis) {
        (Resource::Memory, _) => axis.byte_rate(per_second),
        (_, Axis::Time) => format!("{:+.1} {}/h", per_second * 3600.0, noun(resource)),
        (_, Axis::Work(unit)) => format!("{per_second:+.3} {} per {unit}", noun(resource)),
    }
}

/// Returns a threshold or another limit of a rate: without a sign.
pub(super) fn limit(axis: Axis, resource: Resource, per_second: f64) -> String {
    match (resource, axis) {
        (Resource::Memory, _) => axis.byte_limit(per_second),
        (_, Axis::Time) => format!("{:.1} {}/h", per_second * 3600.0, noun(resource)),
        (_, Axis::Work(unit)) => format!("{per_second:.3} {} per {unit}", noun(resource)),
    }
}

fn noun(resource: Resource) -> &'static str {
    match resource {
        Resource::Memory => "bytes",
        Resource::Fds => "descriptors",
        Resource::Threads => "threads",
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, saturates")]
pub(super) fn size(bytes: f64) -> Bytes {
    Bytes(bytes.max(0.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_resource_has_its_unit() {
        assert_eq!(amount(Resource::Memory, 1_048_576.0), "1.0 MiB");
        assert_eq!(amount(Resource::Fds, 12.0), "12 descriptors");
        assert_eq!(rate(Axis::Time, Resource::Memory, 1_048_576.0 / 3600.0), "+1.00 MiB/h");
        assert!(limit(Axis::Time, Resource::Threads, 1.0 / 3600.0).starts_with("1.0 "));
    }

    #[test]
    fn a_small_p_has_its_own_sign() {
        assert_eq!((equation(1e-9), equation(0.25)), ("< 0.001".to_owned(), "= 0.250".to_owned()));
    }
}
