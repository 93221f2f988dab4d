//! A process in the output of `list --format json`.

use serde::{Deserialize, Serialize};

/// One matching process. Unknown values are null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedProcess {
    /// Process number.
    pub pid: u32,
    /// Name of the process.
    pub name: String,
    /// Name, for an interpreter with its script: `node app.js`.
    pub title: String,
    /// Command line.
    pub cmdline: String,
    /// Name or number of its user.
    pub user: Option<String>,
    /// Resident set size, in bytes.
    pub rss_bytes: Option<u64>,
    /// Age in seconds.
    pub age_seconds: Option<f64>,
}
