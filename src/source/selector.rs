//! Selectors of processes: pure matching of candidates against the options of the user.
//!
//! Reads nothing itself. Pids, names and the regular expression add up; the user narrows them. The source excludes
//! leakwatch itself, and adds descendants where the selector asks for them.

use regex::Regex;

use crate::model::{CgroupName, Pid};

/// Selector of the processes to watch.
///
/// Pids, names, control groups and the regular expression add up (any of them matches). `uid` narrows them, and
/// matches by itself if nothing else is given. `tree` adds all descendants of the matching processes.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// Process numbers from `--pid` and `--pid-file`.
    pub pids: Vec<Pid>,
    /// Case-insensitive parts of `comm`, or of the file name of the executable or of `argv[0]` (`--process`).
    pub names: Vec<String>,
    /// True if a name must be equal (case-insensitively) rather than a part (`--exact`).
    pub exact: bool,
    /// Regular expression over the whole command line (`--cmdline`).
    pub cmdline: Option<Regex>,
    /// Effective user id (`--user`).
    pub uid: Option<u32>,
    /// Control groups whose processes match (`--cgroup`, `--unit`, `--container`).
    pub cgroups: Vec<CgroupName>,
    /// True if descendants of matching processes match too (`--tree`).
    pub tree: bool,
}

impl PartialEq for Selector {
    /// Compares regular expressions by their source text.
    fn eq(&self, other: &Self) -> bool {
        self.pids == other.pids
            && self.names == other.names
            && self.exact == other.exact
            && self.cmdline.as_ref().map(Regex::as_str) == other.cmdline.as_ref().map(Regex::as_str)
            && self.uid == other.uid
            && self.cgroups == other.cgroups
            && self.tree == other.tree
    }
}

impl Selector {
    /// True if the selector matches nothing; `tree` alone matches nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pids.is_empty()
            && self.cgroups.is_empty()
            && self.names.is_empty()
            && self.cmdline.is_none()
            && self.uid.is_none()
    }

    /// True if processes match by number only.
    #[must_use]
    pub fn selects_by_pid_only(&self) -> bool {
        self.selects_by_pid_or_cgroup() && self.cgroups.is_empty()
    }

    /// True if processes match by number or control group only, so that all others need not be checked.
    #[must_use]
    pub fn selects_by_pid_or_cgroup(&self) -> bool {
        self.names.is_empty() && self.cmdline.is_none() && self.uid.is_none() && !self.tree
    }

    /// True if an `exec` or a change of user can make a process match.
    #[must_use]
    pub fn depends_on_program(&self) -> bool {
        !self.names.is_empty() || self.cmdline.is_some() || self.uid.is_some()
    }

    /// True if `name` equals one of the wanted names (with `exact`) or contains one.
    #[must_use]
    pub fn matches_name(&self, name: &str) -> bool {
        if self.names.is_empty() || name.is_empty() {
            return false;
        }
        let name = name.to_lowercase();
        self.names.iter().map(|wanted| wanted.to_lowercase()).any(|wanted| match (wanted.is_empty(), self.exact) {
            (true, _) => false,
            (false, true) => name == wanted,
            (false, false) => name.contains(&wanted),
        })
    }

    /// True if the candidate matches, without regard to its ancestors and control groups.
    ///
    /// Asks the candidate for an attribute that costs a system call only if the attribute decides.
    pub fn matches(&self, candidate: &mut impl Candidate) -> bool {
        if self.pids.is_empty() && self.cgroups.is_empty() && self.names.is_empty() && self.cmdline.is_none() {
            return self.uid.is_some() && self.matches_user(candidate);
        }
        let is_selected = self.pids.contains(&candidate.pid())
            || self.matches_any_name_of(candidate)
            || self.cmdline.as_ref().is_some_and(|wanted| command_line_matches(wanted, candidate));
        is_selected && self.matches_user(candidate)
    }

    /// True if the candidate runs as the wanted user, or no user is given.
    fn matches_user(&self, candidate: &mut impl Candidate) -> bool {
        self.uid.is_none_or(|wanted| candidate.uid() == Some(wanted))
    }

    fn matches_any_name_of(&self, candidate: &mut impl Candidate) -> bool {
        // Different programs may have the same cut name.
        let is_cut = self.exact && !self.names.is_empty() && whole_name(candidate).is_some();
        !self.names.is_empty()
            && (!is_cut && self.matches_name(candidate.comm())
                || candidate.argv0().is_some_and(|argv0| self.matches_name(file_name(argv0)))
                || candidate.exe().is_some_and(|exe| self.matches_name(file_name(exe))))
    }
}

/// Process that is compared with a selector. Methods read lazily; `None` is "unknown" and matches nothing.
pub trait Candidate {
    /// Returns the process number.
    fn pid(&self) -> Pid;
    /// Returns the short name (`comm`).
    fn comm(&self) -> &str;
    /// Returns `argv[0]`, possibly with a path.
    fn argv0(&mut self) -> Option<&str>;
    /// Returns the path of the executable.
    fn exe(&mut self) -> Option<&str>;
    /// Returns the whole command line, with one space between arguments.
    fn cmdline(&mut self) -> Option<&str>;
    /// Returns the effective user id.
    fn uid(&mut self) -> Option<u32>;
    /// True for processes that leakwatch descends from: their command lines quote ours.
    fn is_ancestor_of_leakwatch(&self) -> bool;
}

/// Length of the longest `comm`, in bytes (`TASK_COMM_LEN` of Linux without the final zero).
const MAX_COMM: usize = 15;
/// Words of a command line that may name the program: an interpreter and its options stand before a script.
const PROGRAM_WORDS: usize = 3;

/// Returns the name of the program where `comm` is cut; `None` if `comm` is whole, or nothing known continues it.
pub(super) fn whole_name(candidate: &mut impl Candidate) -> Option<String> {
    if candidate.comm().len() != MAX_COMM {
        return None;
    }
    let comm = candidate.comm().to_owned();
    let continued = |path: &str| {
        let name = file_name(path).trim_end_matches(':');
        (name.len() > MAX_COMM && name.starts_with(&comm)).then(|| name.to_owned())
    };
    let by_program = candidate.exe().and_then(continued);
    by_program.or_else(|| candidate.cmdline()?.split(' ').take(PROGRAM_WORDS).find_map(continued))
}

/// True if the command line matches before the word that starts leakwatch, as in `timeout 60 leakwatch --process NAME`.
///
/// The arguments of leakwatch name the watched processes, and would match them.
fn command_line_matches(wanted: &Regex, candidate: &mut impl Candidate) -> bool {
    const OURS: &str = env!("CARGO_PKG_NAME");
    if candidate.is_ancestor_of_leakwatch() || candidate.comm() == OURS {
        return false;
    }
    let line = candidate.cmdline().unwrap_or_default();
    let end: usize = line.split(' ').take_while(|word| file_name(word) != OURS).map(|word| word.len() + 1).sum();
    wanted.is_match(&line[..end.min(line.len())]) && candidate.exe().is_none_or(|exe| file_name(exe) != OURS)
}

/// Returns the last component of a path, without the ` (deleted)` that Linux appends for a replaced executable.
fn file_name(path: &str) -> &str {
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    path.rsplit(std::path::is_separator).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Clone)]
    struct Known {
        pid: u32,
        comm: &'static str,
        argv0: Option<&'static str>,
        exe: Option<&'static str>,
        cmdline: Option<&'static str>,
        uid: Option<u32>,
        ancestor: bool,
    }

    impl Candidate for Known {
        fn pid(&self) -> Pid {
            Pid(self.pid)
        }
        fn comm(&self) -> &str {
            self.comm
        }
        fn argv0(&mut self) -> Option<&str> {
            self.argv0
        }
        fn exe(&mut self) -> Option<&str> {
            self.exe
        }
        fn cmdline(&mut self) -> Option<&str> {
            self.cmdline
        }
        fn uid(&mut self) -> Option<u32> {
            self.uid
        }
        fn is_ancestor_of_leakwatch(&self) -> bool {
            self.ancestor
        }
    }

    fn server() -> Known {
        Known {
            pid: 7,
            comm: "Main Thread",
            argv0: Some("/opt/python/bin/python3.11"),
            exe: Some("/usr/lib/Server-Bin (deleted)"),
            cmdline: Some("/opt/python/bin/python3.11 -m http.server"),
            uid: Some(1000),
            ancestor: false,
        }
    }

    fn by_name(name: &str) -> Selector {
        Selector { names: vec![name.into()], ..Selector::default() }
    }

    #[test]
    fn a_name_matches_comm_argv0_or_executable_in_any_case() {
        for name in ["main", "PYTHON", "server-bin"] {
            assert!(by_name(name).matches(&mut server()), "{name}");
        }
        for name in ["opt", "usr", "deleted", "http.server", ""] {
            assert!(!by_name(name).matches(&mut server()), "{name}");
        }
    }

    #[test]
    fn exact_compares_the_whole_name() {
        let exact = |name: &str| Selector { exact: true, ..by_name(name) };
        assert!(!exact("python").matches(&mut server()));
        assert!(exact("Python3.11").matches(&mut server()));
        assert!(exact("main thread").matches(&mut server()));
    }

    #[test]
    fn programs_with_the_same_cut_name_are_told_apart() {
        let program = |exe| Known { comm: "billing-service", exe: Some(exe), ..Known::default() };
        let mut worker = program("/opt/bin/billing-service-worker");
        assert_eq!(whole_name(&mut worker).as_deref(), Some("billing-service-worker"));
        let exact = |name: &str| Selector { exact: true, ..by_name(name) };
        assert!(exact("billing-service-worker").matches(&mut worker.clone()));
        assert!(!exact("billing-service").matches(&mut worker));
        assert!(exact("billing-service").matches(&mut program("/opt/bin/billing-service")));
        // The kernel names a script after its file, which is the second word of the command line.
        let line = "/usr/bin/python3 /srv/billing-service-mail --once";
        let mut script = Known { cmdline: Some(line), ..program("/usr/bin/python3") };
        assert_eq!(whole_name(&mut script).as_deref(), Some("billing-service-mail"));
        let mut thread = Known { comm: "a-thread-so-nam", ..server() };
        assert_eq!(whole_name(&mut thread), None);
    }

    #[test]
    fn selectors_add_up_and_the_user_narrows() {
        let selector = Selector { pids: vec![Pid(7)], uid: Some(0), ..by_name("python") };
        assert!(!selector.matches(&mut server()));
        assert!(Selector { uid: Some(1000), ..selector }.matches(&mut server()));
        assert!(Selector { uid: Some(1000), ..Selector::default() }.matches(&mut server()));
        let unknown_user = Known { uid: None, ..server() };
        assert!(!Selector { uid: Some(1000), ..by_name("python") }.matches(&mut unknown_user.clone()));
    }

    #[test]
    fn a_regular_expression_matches_the_whole_line_but_not_our_ancestors() {
        let selector = Selector { cmdline: Some(Regex::new("-m +http").expect("valid")), ..Selector::default() };
        assert!(selector.matches(&mut server()));
        assert!(!selector.matches(&mut Known { ancestor: true, ..server() }));
        assert!(by_name("python").matches(&mut Known { ancestor: true, ..server() }));
    }

    #[test]
    fn arguments_of_leakwatch_do_not_match() {
        let selector = Selector { cmdline: Some(Regex::new("svc").expect("valid")), ..Selector::default() };
        let line = |cmdline| Known { cmdline: Some(cmdline), ..server() };
        assert!(!selector.matches(&mut line("timeout 60 /usr/bin/leakwatch --process svc")));
        assert!(!selector.matches(&mut line("leakwatch --process svc")));
        assert!(selector.matches(&mut line("python3 svc.py --log /var/log/leakwatch")));
        assert!(!selector.matches(&mut Known { exe: Some("/usr/bin/leakwatch"), ..line("lw -p svc") }));
    }

    #[test]
    fn nothing_selected_matches_nothing() {
        let selector = Selector { tree: true, ..Selector::default() };
        assert!(selector.is_empty() && !selector.matches(&mut server()));
    }
}
