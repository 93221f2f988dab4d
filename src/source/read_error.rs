//! Errors of reading processes and control groups.

/// Reason why a process, a control group or the list of processes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The process has exited, is a zombie, or its number belongs to another process now.
    #[error("the process has exited")]
    Gone,
    /// The system refused access.
    #[error("permission denied: this needs {right}")]
    Denied {
        /// Missing right, for people.
        right: &'static str,
    },
    /// The content is not in the documented format.
    #[error("unexpected content in '{file}'")]
    Malformed {
        /// File, or another source of the content.
        file: String,
    },
    /// Control groups cannot be watched as requested.
    #[error("cannot watch control groups: {reason}")]
    Cgroups {
        /// Reason.
        reason: String,
        /// Advice on what to do instead.
        remedy: &'static str,
    },
    /// Reading failed for another reason.
    #[error("cannot read '{file}': {reason}")]
    Io {
        /// File, or another source of the content.
        file: String,
        /// Error text of the system.
        reason: String,
    },
}
