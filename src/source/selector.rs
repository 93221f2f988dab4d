//! Which processes the user means: pure matching of what a source found against a [`Selector`].
//!
//! Reads nothing itself. Pids, names and the regular expression add up; the user narrows them. That
//! leakwatch itself never matches, and descendants do with `tree`, is up to the source, which knows them.

use regex::Regex;

use crate::model::{GroupName, Pid};

/// What the user selected.
///
/// Pids, names and the regular expression add up (any of them matches); `uid` narrows them, and matches by
/// itself when nothing else is given; `tree` adds all descendants of what matched.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// `--pid`, and what `--pid-file` holds.
    pub pids: Vec<Pid>,
    /// `--process`: case-insensitive substrings of `comm`, or of the file name of the executable or of `argv[0]`.
    pub names: Vec<String>,
    /// `--exact`: a name must be equal (case-insensitively), not a part.
    pub exact: bool,
    /// `--cmdline`: over the whole command line.
    pub cmdline: Option<Regex>,
    /// `--user`.
    pub uid: Option<u32>,
    /// `--cgroup`, `--unit`, `--container`: control groups whose processes are meant.
    pub cgroups: Vec<GroupName>,
    /// `--tree`.
    pub tree: bool,
}

impl PartialEq for Selector {
    /// Two regular expressions are the same when their source text is.
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
    /// Whether nothing at all is selected; `tree` alone selects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pids.is_empty()
            && self.cgroups.is_empty()
            && self.names.is_empty()
            && self.cmdline.is_none()
            && self.uid.is_none()
    }

    /// Whether processes are named one by one.
    #[must_use]
    pub fn selects_by_pid_only(&self) -> bool {
        self.selects_by_pid_or_cgroup() && self.cgroups.is_empty()
    }

    /// Whether a process can match by its number or its group alone: then only those numbers need looking at.
    #[must_use]
    pub fn selects_by_pid_or_cgroup(&self) -> bool {
        self.names.is_empty() && self.cmdline.is_none() && self.uid.is_none() && !self.tree
    }

    /// Whether another program or another user of a process can make it match.
    #[must_use]
    pub fn depends_on_program(&self) -> bool {
        !self.names.is_empty() || self.cmdline.is_some() || self.uid.is_some()
    }

    /// Whether `name` is one of the wanted names, or has one in it.
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

    /// Whether the candidate itself is meant. What costs a system call is asked for only when it decides.
    pub fn wants(&self, candidate: &mut impl Candidate) -> bool {
        let user_fits = |candidate: &mut _| self.uid.is_none_or(|wanted| Candidate::uid(candidate) == Some(wanted));
        if self.pids.is_empty() && self.cgroups.is_empty() && self.names.is_empty() && self.cmdline.is_none() {
            return self.uid.is_some() && user_fits(candidate);
        }
        let meant = self.pids.contains(&candidate.pid())
            || self.wants_any_name_of(candidate)
            || self.cmdline.as_ref().is_some_and(|wanted| is_meant_by_line(wanted, candidate));
        meant && user_fits(candidate)
    }

    fn wants_any_name_of(&self, candidate: &mut impl Candidate) -> bool {
        !self.names.is_empty()
            && (self.matches_name(candidate.comm())
                || candidate.argv0().is_some_and(|argv0| self.matches_name(file_name(argv0)))
                || candidate.exe().is_some_and(|exe| self.matches_name(file_name(exe))))
    }
}

/// A process that may be meant. Methods answer lazily: `None` is "unknown", and matches nothing.
pub trait Candidate {
    /// Its number.
    fn pid(&self) -> Pid;
    /// The short name.
    fn comm(&self) -> &str;
    /// What the process calls itself, possibly with a path.
    fn argv0(&mut self) -> Option<&str>;
    /// The path of the executable.
    fn exe(&mut self) -> Option<&str>;
    /// The whole command line, one space between the arguments.
    fn cmdline(&mut self) -> Option<&str>;
    /// The user it runs as.
    fn uid(&mut self) -> Option<u32>;
    /// Whether it is one of the processes that leakwatch descends from: their command lines quote ours.
    fn is_ancestor_of_leakwatch(&self) -> bool;
}

/// Whether the command line matches before it starts leakwatch, as `timeout 60 leakwatch --process NAME` does: what is
/// said to leakwatch names what it watches.
fn is_meant_by_line(wanted: &Regex, candidate: &mut impl Candidate) -> bool {
    const OURS: &str = env!("CARGO_PKG_NAME");
    if candidate.is_ancestor_of_leakwatch() || candidate.comm() == OURS {
        return false;
    }
    let line = candidate.cmdline().unwrap_or_default();
    let end: usize = line.split(' ').take_while(|word| file_name(word) != OURS).map(|word| word.len() + 1).sum();
    wanted.is_match(&line[..end.min(line.len())]) && candidate.exe().is_none_or(|exe| file_name(exe) != OURS)
}

/// What follows the last separator, without the note that Linux adds to a replaced executable.
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
    fn a_name_is_looked_for_in_all_three_names_whatever_the_case() {
        for name in ["main", "PYTHON", "server-bin"] {
            assert!(by_name(name).wants(&mut server()), "{name}");
        }
        for name in ["opt", "usr", "deleted", "http.server", ""] {
            assert!(!by_name(name).wants(&mut server()), "{name}");
        }
    }

    #[test]
    fn exact_means_the_whole_name() {
        let exact = |name: &str| Selector { exact: true, ..by_name(name) };
        assert!(!exact("python").wants(&mut server()));
        assert!(exact("Python3.11").wants(&mut server()));
        assert!(exact("main thread").wants(&mut server()));
    }

    #[test]
    fn selectors_add_up_and_the_user_narrows() {
        let selector = Selector { pids: vec![Pid(7)], uid: Some(0), ..by_name("python") };
        assert!(!selector.wants(&mut server()));
        assert!(Selector { uid: Some(1000), ..selector }.wants(&mut server()));
        assert!(Selector { uid: Some(1000), ..Selector::default() }.wants(&mut server()));
        let unknown_user = Known { uid: None, ..server() };
        assert!(!Selector { uid: Some(1000), ..by_name("python") }.wants(&mut unknown_user.clone()));
    }

    #[test]
    fn a_regular_expression_sees_the_whole_line_but_not_our_ancestors() {
        let selector = Selector { cmdline: Some(Regex::new("-m +http").expect("valid")), ..Selector::default() };
        assert!(selector.wants(&mut server()));
        assert!(!selector.wants(&mut Known { ancestor: true, ..server() }));
        assert!(by_name("python").wants(&mut Known { ancestor: true, ..server() }));
    }

    #[test]
    fn what_is_said_to_leakwatch_is_no_match() {
        let selector = Selector { cmdline: Some(Regex::new("svc").expect("valid")), ..Selector::default() };
        let line = |cmdline| Known { cmdline: Some(cmdline), ..server() };
        assert!(!selector.wants(&mut line("timeout 60 /usr/bin/leakwatch --process svc")));
        assert!(!selector.wants(&mut line("leakwatch --process svc")));
        assert!(selector.wants(&mut line("python3 svc.py --log /var/log/leakwatch")));
        assert!(!selector.wants(&mut Known { exe: Some("/usr/bin/leakwatch"), ..line("lw -p svc") }));
    }

    #[test]
    fn nothing_selected_matches_nothing() {
        let selector = Selector { tree: true, ..Selector::default() };
        assert!(selector.is_empty() && !selector.wants(&mut server()));
    }
}
