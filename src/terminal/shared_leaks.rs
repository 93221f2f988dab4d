//! Leaks counted once: the targets that show the leak of another target, and its name.

use std::collections::HashMap;

use crate::analysis::Status;
use crate::event::Target;
use crate::outcome::findings;

use super::formatting::describe_target;

/// Findings of a tick, and the targets that repeat one.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedLeaks {
    leaks: usize,
    suspects: usize,
    /// Leads by the number of a target that repeats them.
    repeats: HashMap<u64, Lead>,
}

/// Name of the target that leads a finding, for the rows of the other targets.
#[derive(Debug, Clone)]
struct Lead {
    long: String,
    short: String,
    /// Number of findings that the target repeats.
    findings: usize,
}

impl SharedLeaks {
    /// Groups the targets of a tick into findings.
    pub(super) fn find(targets: &[Target]) -> Self {
        let mut shared = Self::default();
        for finding in findings(targets) {
            match finding.status {
                Status::Leaking => shared.leaks += 1,
                _ => shared.suspects += 1,
            }
            let lead = &targets[finding.lead];
            for &other in &finding.others {
                let entry = shared.repeats.entry(targets[other].number);
                entry.and_modify(|known| known.findings += 1).or_insert_with(|| Lead::new(lead));
            }
        }
        shared
    }

    /// Returns the number of findings as people read it: `1 leak, 2 suspects`; empty without findings.
    pub(super) fn count_text(&self) -> String {
        let parts = [(self.leaks, "leak"), (self.suspects, "suspect")];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        parts.map(|(count, noun)| counted(count, noun)).collect::<Vec<_>>().join(", ")
    }

    /// Worst status of the findings.
    #[cfg(feature = "tui")]
    pub(super) fn status(&self) -> Status {
        if self.leaks > 0 { Status::Leaking } else { Status::Suspect }
    }

    /// True if the leak of a target is counted at another target.
    pub(super) fn is_repeat(&self, target: &Target) -> bool {
        self.repeats.contains_key(&target.number)
    }

    /// Returns the remark on a target that repeats a finding: `same as node app.js (4242)`.
    pub(super) fn remark(&self, target: &Target) -> Option<String> {
        self.repeats.get(&target.number).map(|lead| lead.remark(&lead.long))
    }

    /// Returns the remark for a row of a table, which lists the process numbers: `same as 4242`.
    pub(super) fn short_remark(&self, target: &Target) -> Option<String> {
        self.repeats.get(&target.number).map(|lead| lead.remark(&lead.short))
    }
}

impl Lead {
    fn new(target: &Target) -> Self {
        let long = describe_target(target);
        let short = target.key.map_or_else(|| long.clone(), |key| key.pid.to_string());
        Self { long, short, findings: 1 }
    }

    fn remark(&self, name: &str) -> String {
        if self.findings == 1 { format!("same as {name}") } else { format!("sum of {} findings", self.findings) }
    }
}

/// Returns a number with its noun: `1 leak`, `2 leaks`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
