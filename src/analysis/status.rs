//! Statuses of a verdict.

/// The status of a target, from the least to the most alarming.
///
/// ```
/// use leakwatch::analysis::Status;
///
/// assert!(Status::Leaking > Status::Suspect && Status::Suspect > Status::Stable);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Growth above the threshold is excluded.
    Stable,
    /// The data do not decide yet.
    InsufficientData,
    /// Growth slows down, or the series is too young to judge.
    WarmingUp,
    /// Most of the evidence for a leak is there.
    Suspect,
    /// Growth above the threshold is proven, lasts, and has the shape of a leak.
    Leaking,
}

impl Status {
    /// Returns the status as people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Leaking => "leaking",
            Self::Suspect => "suspect",
            Self::WarmingUp => "warming up",
            Self::InsufficientData => "not enough data",
            Self::Stable => "stable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_ordered_by_alarm() {
        let order = [Status::Stable, Status::InsufficientData, Status::WarmingUp, Status::Suspect, Status::Leaking];
        assert!(order.is_sorted());
        assert!(order.iter().all(|status| !status.label().is_empty()));
    }
}
