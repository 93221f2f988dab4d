//! The selectors as they are typed.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use regex::Regex;

use super::values::{parse_container, parse_name, parse_pid, parse_regex};
use crate::cli::complete;

/// Which processes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Selectors")]
pub struct SelectArgs {
    /// TargetSet the process with this number (repeatable)
    #[arg(short, long = "pid", value_name = "PID", value_parser = parse_pid, allow_negative_numbers = true,
          add = ArgValueCompleter::new(complete::pids))]
    pub pids: Vec<u32>,
    /// TargetSet the processes whose numbers FILE holds, one a line; with --wait it is read again when they have gone
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub pid_file: Option<PathBuf>,
    /// TargetSet processes with NAME in their name: comm, executable or argv[0], in any case (repeatable)
    #[arg(long = "process", value_name = "NAME", value_parser = parse_name, add = ArgValueCompleter::new(complete::names))]
    pub names: Vec<String>,
    /// NAME must be the whole name
    #[arg(long, requires = "names")]
    pub exact: bool,
    /// TargetSet processes whose whole command line matches REGEX
    #[arg(long, value_name = "REGEX", value_parser = parse_regex)]
    pub cmdline: Option<Regex>,
    /// Only processes of this user
    #[arg(long, value_name = "NAME_OR_UID")]
    pub user: Option<String>,
    /// TargetSet a control group and the processes in it, by its path below the mount (version 2; repeatable)
    #[arg(long = "cgroup", value_name = "PATH")]
    pub cgroups: Vec<String>,
    /// TargetSet the control group of a systemd unit and the processes in it (repeatable)
    #[arg(long = "unit", value_name = "NAME", value_parser = parse_name)]
    pub units: Vec<String>,
    /// TargetSet the control group of a container and the processes in it, by the beginning of its id (repeatable)
    #[arg(long = "container", value_name = "ID", value_parser = parse_container)]
    pub containers: Vec<String>,
    /// Also all descendants of what matched
    #[arg(long)]
    pub tree: bool,
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

impl SelectArgs {
    /// Whether nothing is selected at all.
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
