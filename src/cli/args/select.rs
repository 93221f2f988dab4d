//! Arguments of selectors.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use regex::Regex;

use super::values::{parse_container, parse_name, parse_pid, parse_regex};

/// Selectors.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Selectors")]
pub struct SelectArgs {
    /// Match the process with this number (repeatable)
    #[arg(short, long = "pid", value_name = "PID", value_parser = parse_pid, allow_negative_numbers = true)]
    pub pids: Vec<u32>,
    /// Match the processes whose numbers FILE lists, one a line. With --wait it is read again after their exit
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub pid_file: Option<PathBuf>,
    /// Match processes with NAME in comm, executable or argv[0], in any case (repeatable)
    #[arg(long = "process", value_name = "NAME", value_parser = parse_name)]
    pub names: Vec<String>,
    /// Match whole names only
    #[arg(long, requires = "names")]
    pub exact: bool,
    /// Match processes by a regular expression over the whole command line
    #[arg(long, value_name = "REGEX", value_parser = parse_regex)]
    pub cmdline: Option<Regex>,
    /// Match only processes of this user
    #[arg(long, value_name = "NAME_OR_UID")]
    pub user: Option<String>,
    /// Watch a control group and its processes, by its path below the mount (version 2; repeatable)
    #[arg(long = "cgroup", value_name = "PATH")]
    pub cgroups: Vec<String>,
    /// Watch the control group of a systemd unit and its processes (repeatable)
    #[arg(long = "unit", value_name = "NAME", value_parser = parse_name)]
    pub units: Vec<String>,
    /// Watch the control group of a container and its processes, by the start of its id (repeatable)
    #[arg(long = "container", value_name = "ID", value_parser = parse_container)]
    pub containers: Vec<String>,
    /// Also match all descendants
    #[arg(long)]
    pub tree: bool,
    /// Places that processes are read from.
    #[command(flatten)]
    pub roots: RootArgs,
}

/// Places that processes and control groups are read from.
#[derive(Debug, Clone, Args)]
pub struct RootArgs {
    /// Read another /proc
    #[arg(long, value_name = "DIR", default_value = "/proc", value_hint = ValueHint::DirPath)]
    pub proc_root: PathBuf,
    /// Read control groups from another mount
    #[arg(long, value_name = "DIR", default_value = "/sys/fs/cgroup", value_hint = ValueHint::DirPath)]
    pub cgroup_root: PathBuf,
    /// Read processes through the portable source, as on systems without /proc
    #[arg(long, hide = true)]
    pub portable: bool,
}

impl Default for RootArgs {
    fn default() -> Self {
        Self { proc_root: "/proc".into(), cgroup_root: "/sys/fs/cgroup".into(), portable: false }
    }
}

impl SelectArgs {
    /// True if no selector is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pids.is_empty()
            && self.pid_file.is_none()
            && self.cgroups.is_empty()
            && self.units.is_empty()
            && self.containers.is_empty()
            && self.names.is_empty()
            && self.cmdline.is_none()
            && self.user.is_none()
    }
}
