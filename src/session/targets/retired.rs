//! Retired targets: the latest are kept whole, the others are counted by name.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::analysis::Status;
use crate::event::{RetiredSummary, Target};

/// Largest number of retired targets kept whole. A host that starts hundreds of processes a second must not make
/// leakwatch grow.
const KEPT: usize = 256;
/// Largest number of short-lived targets of one name kept whole. A build or a shell script starts hundreds.
const SHORT_LIVED: usize = 4;
/// Number of samples below which an undecided target is short-lived.
const SHORT_LIFE: u64 = 48;
/// Largest number of names counted apart. Processes may invent new names for ever.
const NAMES: usize = 1024;

/// Retired targets of a session.
#[derive(Debug, Default)]
pub(super) struct Retired {
    /// Indexes of the kept ones, the longest retired first.
    order: VecDeque<usize>,
    /// Latest exit by name and command line. The next process of them is a restart.
    latest: HashMap<(String, String), usize>,
    /// Number of kept short-lived ones by name.
    short_lived: HashMap<String, usize>,
    summaries: BTreeMap<String, RetiredSummary>,
}

/// True if a target exited before it could be judged.
fn is_short_lived(target: &Target) -> bool {
    let known = &target.assessment;
    known.verdict.status == Status::InsufficientData && known.samples < SHORT_LIFE
}

/// True if a target is leaking or suspect.
fn is_alarming(target: &Target) -> bool {
    target.assessment.verdict.status >= Status::Suspect
}

impl Retired {
    /// Adds a target that exited.
    pub(super) fn push(&mut self, index: usize, target: &Target) {
        self.order.push_back(index);
        if is_short_lived(target) {
            *self.short_lived.entry(target.label.name.clone()).or_default() += 1;
        }
        self.latest.insert((target.label.name.clone(), target.label.cmdline.clone()), index);
    }

    /// Returns the index of the latest exit of this name and command line, once.
    pub(super) fn take_predecessor(&mut self, name: &str, cmdline: &str) -> Option<usize> {
        self.latest.remove(&(name.to_owned(), cmdline.to_owned()))
    }

    /// Returns the index of a retired target that a new one may replace, if too many are kept. The replaced one is counted.
    ///
    /// A leaking target is replaced only if all kept ones leak.
    pub(super) fn vacate(&mut self, targets: &[Target]) -> Option<usize> {
        let position = self.superfluous(targets)?;
        let index = self.order.remove(position)?;
        let target = &targets[index];
        if is_short_lived(target)
            && let Some(count) = self.short_lived.get_mut(&target.label.name)
        {
            *count -= 1;
            if *count == 0 {
                self.short_lived.remove(&target.label.name);
            }
        }
        self.latest.retain(|_, known| *known != index);
        let name = if self.summaries.len() < NAMES || self.summaries.contains_key(&target.label.name) {
            target.label.name.clone()
        } else {
            String::new()
        };
        let line =
            self.summaries.entry(name.clone()).or_insert(RetiredSummary { name, count: 0, alarming: 0, rss_max: None });
        line.count += 1;
        line.alarming += u64::from(is_alarming(target));
        line.rss_max = line.rss_max.max(target.assessment.rss.max());
        Some(index)
    }

    /// True if a target is one of many short-lived ones of its name.
    fn is_frequent(&self, target: &Target) -> bool {
        let count = self.short_lived.get(&target.label.name);
        is_short_lived(target) && count.is_some_and(|&count| count > SHORT_LIVED)
    }

    /// Returns the position of a kept target to replace: a short-lived one of a frequent name, or the oldest if all places
    /// are taken.
    fn superfluous(&self, targets: &[Target]) -> Option<usize> {
        self.order.iter().position(|&index| self.is_frequent(&targets[index])).or_else(|| {
            let oldest = self.order.iter().position(|&index| !is_alarming(&targets[index])).unwrap_or(0);
            (self.order.len() >= KEPT).then_some(oldest)
        })
    }

    /// Returns a summary for each name, largest count first.
    pub(super) fn summaries(&self) -> Vec<RetiredSummary> {
        let mut lines: Vec<RetiredSummary> = self.summaries.values().cloned().collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.count));
        lines
    }
}
