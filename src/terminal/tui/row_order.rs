//! Orders of the rows that a key selects.

use std::cmp::Reverse;

use crate::event::Target;
use crate::model::Counter;
use crate::terminal::shared_leaks::SharedLeaks;
use crate::terminal::sort_order::{compare_growth, sort_by_verdict};

/// Order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowOrder {
    Verdict,
    Growth,
    Rss,
    Name,
    Pid,
}

impl RowOrder {
    /// Returns the name of the order.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Growth => "growth",
            Self::Rss => "rss",
            Self::Name => "name",
            Self::Pid => "pid",
        }
    }

    /// Returns the order after this one.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Verdict => Self::Growth,
            Self::Growth => Self::Rss,
            Self::Rss => Self::Name,
            Self::Name => Self::Pid,
            Self::Pid => Self::Verdict,
        }
    }

    /// Sorts targets.
    pub(super) fn sort(self, targets: &mut [&Target], shared: &SharedLeaks) {
        match self {
            Self::Verdict => sort_by_verdict(targets, shared),
            Self::Growth => targets.sort_by(|a, b| compare_growth(a, b)),
            Self::Rss => targets.sort_by_key(|target| Reverse(target.current.reading.value(Counter::Rss))),
            Self::Name => targets.sort_by(|a, b| a.label.name.cmp(&b.label.name).then(a.key.cmp(&b.key))),
            Self::Pid => targets.sort_by_key(|target| (target.key.is_none(), target.key)),
        }
    }
}
