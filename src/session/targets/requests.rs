//! Requests of the targets to a live driver: expensive reads that only some targets need, as values.

use crate::analysis::{Resource, Status};
use crate::event::Target;
use crate::model::{Attribution, Ceiling, Inspection, InspectionScope, ProcessKey, Timestamp};
use crate::source::{ExactMemory, ReadError};

use super::page_count::failure_reason;
use super::registry::Registry;

/// A request for one expensive read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::session) struct Request {
    target: usize,
    key: ProcessKey,
    kind: RequestKind,
}

impl Request {
    /// Returns the index of the target.
    pub(in crate::session) fn target(&self) -> usize {
        self.target
    }

    /// Returns the process to read.
    pub(in crate::session) fn key(&self) -> ProcessKey {
        self.key
    }

    /// Returns the kind of the read.
    pub(in crate::session) fn kind(&self) -> RequestKind {
        self.kind
    }
}

/// Kind of an expensive read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::session) enum RequestKind {
    /// Count the pages before the process is judged leaking.
    CountPages,
    /// Inspect a suspected process.
    Inspect(InspectionScope),
    /// Read the limits of a process.
    ReadLimits,
}

/// Kind of requests that a driver asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::session) enum Need {
    /// Page counts that assessments wait for. They stay pending until they are answered.
    PageCounts,
    /// An inspection of each suspected process.
    Inspections {
        /// True if mappings may be read.
        pss: bool,
    },
    /// Limits of processes.
    Limits {
        /// True for all live processes, false for new ones.
        all: bool,
    },
}

/// Answer to a request.
pub(in crate::session) enum Answer {
    /// Page count, or the reason for which there is none.
    Pages(Result<ExactMemory, String>),
    /// Inspection, and the reason for which its mappings are left out.
    Inspected(Result<Inspection, ReadError>, Option<String>),
    /// Limit that the process reaches first.
    Limits(Option<Ceiling>),
}

/// Targets that need an expensive read.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Targets whose assessment waits for a page count.
    counts: Vec<usize>,
    /// Processes that are suspect or leaking.
    suspected: Vec<usize>,
    /// Processes whose limits were never read.
    unlimited: Vec<usize>,
}

impl Pending {
    /// Notes a target whose assessment waits for a page count.
    pub(super) fn await_count(&mut self, index: usize) {
        if !self.counts.contains(&index) {
            self.counts.push(index);
        }
    }

    /// Notes a suspected process.
    pub(super) fn suspect(&mut self, index: usize) {
        if !self.suspected.contains(&index) {
            self.suspected.push(index);
        }
    }

    /// Notes a process whose limits were never read.
    pub(super) fn await_limits(&mut self, index: usize) {
        self.unlimited.push(index);
    }

    /// Notes that the page count of a target was answered.
    pub(super) fn counted(&mut self, index: usize) {
        self.counts.retain(|&pending| pending != index);
    }

    /// Forgets the requests of a target whose process runs another program.
    pub(super) fn forget(&mut self, index: usize) {
        self.counted(index);
        self.suspected.retain(|&pending| pending != index);
    }

    /// Returns the requests of one kind.
    pub(super) fn requests(&mut self, need: Need, registry: &Registry) -> Vec<Request> {
        match need {
            Need::PageCounts => requests(registry, self.counts.iter().copied(), |_| RequestKind::CountPages),
            Need::Inspections { pss } => self.inspections(registry, pss),
            Need::Limits { all } => self.limits(registry, all),
        }
    }

    fn inspections(&mut self, registry: &Registry, pss: bool) -> Vec<Request> {
        self.suspected.retain(|&index| {
            let target = registry.target(index);
            target.lifetime.ended.is_none() && target.assessment.verdict.status >= Status::Suspect
        });
        requests(registry, self.suspected.iter().copied(), |target| RequestKind::Inspect(scope(target, pss)))
    }

    fn limits(&mut self, registry: &Registry, all: bool) -> Vec<Request> {
        let new = std::mem::take(&mut self.unlimited);
        let live = (0..registry.targets().len()).filter(|_| all);
        let due = live.chain(new.into_iter().filter(|_| !all));
        let due = due.filter(|&index| registry.target(index).lifetime.ended.is_none());
        requests(registry, due, |_| RequestKind::ReadLimits)
    }
}

/// Builds requests for targets that are processes.
fn requests(
    registry: &Registry,
    targets: impl Iterator<Item = usize>,
    kind: impl Fn(&Target) -> RequestKind,
) -> Vec<Request> {
    targets
        .filter_map(|target| {
            let known = registry.target(target);
            Some(Request { target, key: known.key?, kind: kind(known) })
        })
        .collect()
}

/// True if a target is suspected of leaking a resource.
pub(in crate::session) fn leaks(target: &Target, resource: Resource) -> bool {
    let known = &target.assessment;
    known.verdict.resource == Some(resource)
        || known.resources.iter().any(|other| other.resource == resource && other.status >= Status::Suspect)
}

/// Returns the parts of a process that its suspected resources call for.
fn scope(target: &Target, pss: bool) -> InspectionScope {
    InspectionScope {
        mappings: pss && leaks(target, Resource::Memory),
        descriptors: leaks(target, Resource::Fds),
        threads: leaks(target, Resource::Threads),
    }
}

/// Records an inspection of a process in its attribution, or the reason for which there is none.
pub(super) fn record_inspection(
    known: &mut Attribution,
    inspection: Result<Inspection, ReadError>,
    forbidden: Option<String>,
    at: Timestamp,
) {
    match inspection {
        Ok(inspection) => {
            known.add_inspection(at, inspection);
            known.refuse(forbidden.filter(|_| known.mappings.is_none()));
        }
        Err(error) if known.mappings.is_none() => {
            known.refuse(Some(forbidden.unwrap_or_else(|| failure_reason(&error))));
        }
        Err(_) => {}
    }
}
