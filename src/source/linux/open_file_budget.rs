//! Budget of open files: bounds the number of processes with files that stay open between readings.

use std::sync::Arc;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that stay open for each process.
const FILES_PER_PROCESS: u64 = 3;
/// Files reserved for outputs, terminals and libraries.
const RESERVED: u64 = 64;

/// Right to keep the files of one process open; returned to the budget when dropped.
#[derive(Debug)]
pub(super) struct OpenFilePermit {
    _holder: Arc<()>,
}

/// Budget under the soft limit `RLIMIT_NOFILE` of leakwatch.
#[derive(Debug, Default)]
pub(super) struct OpenFileBudget {
    /// Shared with each permit: the number of holders is the number of permits plus one.
    permits: Arc<()>,
    /// Soft limit; `None` before it was read.
    limit: Option<u64>,
    is_raised: bool,
}

impl OpenFileBudget {
    /// Returns a permit for one more process; `None` if the budget is used up.
    ///
    /// Raises the soft limit to the hard one at the first shortage, and not before: commands that leakwatch starts
    /// inherit it.
    pub(super) fn permit(&mut self) -> Option<OpenFilePermit> {
        let needed = Arc::strong_count(&self.permits) as u64 * FILES_PER_PROCESS + RESERVED;
        if needed > self.limit() && !self.is_raised {
            self.raise_limit();
        }
        (needed <= self.limit()).then(|| OpenFilePermit { _holder: Arc::clone(&self.permits) })
    }

    fn raise_limit(&mut self) {
        self.is_raised = true;
        let hard = getrlimit(Resource::Nofile).maximum;
        if setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }).is_ok() {
            self.limit = None;
        }
    }

    fn limit(&mut self) -> u64 {
        *self.limit.get_or_insert_with(|| getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_end_at_the_limit_and_return_when_dropped() {
        let mut budget =
            OpenFileBudget { limit: Some(RESERVED + 2 * FILES_PER_PROCESS), is_raised: true, ..Default::default() };
        let first = budget.permit();
        assert!(first.is_some());
        let second = budget.permit();
        assert!(second.is_some());
        assert!(budget.permit().is_none());
        drop(first);
        assert!(budget.permit().is_some());
    }
}
