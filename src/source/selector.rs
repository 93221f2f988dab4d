//! Which processes the user means. Decides on what a source found; reads nothing itself.

use regex::Regex;

use crate::model::Pid;

/// What the user selected.
///
/// Pids, names and the regular expression add up (any of them matches); `uid` narrows them, and matches by
/// itself when nothing else is given; `tree` adds all descendants of what matched.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `--pid`, and what `--pid-file` holds.
    pub pids: Vec<Pid>,
    /// `--process`: case-insensitive substrings of `comm`, or of the file name of the executable or of `argv[0]`.
    pub names: Vec<String>,
    /// `--exact`: a name must be equal, not a part.
    pub exact: bool,
    /// `--cmdline`: over the whole command line.
    pub cmdline: Option<Regex>,
    /// `--user`.
    pub uid: Option<u32>,
    /// `--tree`.
    pub tree: bool,
}
