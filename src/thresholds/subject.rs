//! Subject of a result: the target, in a form that outlives it.

use crate::event::Target;
use crate::model::{identified, title};

/// Target of a result. It outlives the target itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Number of the target in the session.
    pub number: u64,
    /// Members of a sum; `None` for a process.
    pub members: Option<u64>,
    /// Pid; `None` for a sum, or a series without one.
    pub pid: Option<u32>,
    /// Name as the process chose it.
    pub name: String,
    /// Command line; empty if unknown.
    pub cmdline: String,
    /// Recording of the target.
    pub source: Option<String>,
}

impl Subject {
    /// Returns the name, for an interpreter with its script. The text is foreign: escape it.
    #[must_use]
    pub fn title(&self) -> String {
        title(&self.name, &self.cmdline)
    }

    /// Returns the title with what identifies the target: `node app.js (4242)`. The text is foreign: escape it.
    #[must_use]
    pub fn describe(&self) -> String {
        identified(&self.title(), self.members, self.pid, self.source.as_deref())
    }
}

impl From<&Target> for Subject {
    fn from(target: &Target) -> Self {
        Self {
            number: target.number,
            members: target.kind.members(),
            pid: target.key.map(|key| key.pid.0),
            name: target.label.name.clone(),
            cmdline: target.label.cmdline.clone(),
            source: target.source.clone(),
        }
    }
}
