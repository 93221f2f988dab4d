//! Targets that have gone: the latest are kept whole, the others are retired into a line for each name.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::analysis::Status;
use crate::event::{RetiredSummary, Target};

/// Targets that have gone and are kept with all that is known of them. A host that starts hundreds of processes a
/// second must not make a watcher grow.
const KEPT: usize = 256;
/// Targets of one name that were too short-lived to be judged, and are kept so: a build or a shell script starts hundreds,
/// of which nobody wants to read more than a few.
const BRIEF: usize = 4;
/// Fewer samples than this are too short a life, unless they were enough to tell something.
const LIVED: u64 = 48;
/// Names that get a line of their own; processes may make up new names for ever.
const NAMES: usize = 1024;

/// What is kept of targets that have gone.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The kept ones, the longest gone first.
    order: VecDeque<usize>,
    /// The latest that has gone, by name and command line: the next one of them is a restart.
    latest: HashMap<(String, String), usize>,
    /// How many of the kept ones were short-lived, by name.
    brief: HashMap<String, usize>,
    retired: BTreeMap<String, RetiredSummary>,
}

fn is_brief(target: &Target) -> bool {
    let known = &target.assessment;
    known.verdict.status == Status::InsufficientData && known.samples < LIVED
}

impl Ended {
    /// Takes a target that has gone.
    pub(super) fn gone(&mut self, index: usize, target: &Target) {
        self.order.push_back(index);
        if is_brief(target) {
            *self.brief.entry(target.label.name.clone()).or_default() += 1;
        }
        self.latest.insert((target.label.name.clone(), target.label.cmdline.clone()), index);
    }

    /// The target that a new process of this name and command line comes after.
    pub(super) fn predecessor(&mut self, name: &str, cmdline: &str) -> Option<usize> {
        self.latest.remove(&(name.to_owned(), cmdline.to_owned()))
    }

    /// A place that a new target may take, when enough have gone, or enough short-lived ones of one name: what stood
    /// there is retired.
    ///
    /// One that leaks is what the user looks for: it goes only when all that are kept leak.
    pub(super) fn vacate(&mut self, targets: &[Target]) -> Option<usize> {
        let crowded = |&index: &usize| {
            let target = &targets[index];
            is_brief(target) && self.brief.get(&target.label.name).is_some_and(|&count| count > BRIEF)
        };
        let alarming = |&index: &usize| targets[index].assessment.verdict.status >= Status::Suspect;
        let full = || {
            let first = || self.order.iter().position(|index| !alarming(index)).unwrap_or(0);
            (self.order.len() >= KEPT).then(first)
        };
        let position = self.order.iter().position(crowded).or_else(full)?;
        let index = self.order.remove(position)?;
        let target = &targets[index];
        if is_brief(target)
            && let Some(count) = self.brief.get_mut(&target.label.name)
        {
            *count -= 1;
            if *count == 0 {
                self.brief.remove(&target.label.name);
            }
        }
        self.latest.retain(|_, known| *known != index);
        let name = if self.retired.len() < NAMES || self.retired.contains_key(&target.label.name) {
            target.label.name.clone()
        } else {
            String::new()
        };
        let line =
            self.retired.entry(name.clone()).or_insert(RetiredSummary { name, count: 0, alarming: 0, rss_max: None });
        line.count += 1;
        line.alarming += u64::from(alarming(&index));
        line.rss_max = line.rss_max.max(target.assessment.rss.max());
        Some(index)
    }

    /// A line for each name, the largest number first.
    pub(super) fn retired(&self) -> Vec<RetiredSummary> {
        let mut lines: Vec<RetiredSummary> = self.retired.values().cloned().collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.count));
        lines
    }
}
