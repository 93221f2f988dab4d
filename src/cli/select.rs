//! Builds the selector and the source from the arguments.

use crate::model::{CgroupName, Pid};
use crate::source::{
    MatchedProcess, OptionalCounters, PortableSource, ProcessSource, ReadError, Selector, find_user_id, read_pid_file,
};

use crate::cli::args::{SamplingArgs, SelectArgs};
use crate::cli::error::{Error, Kind};

/// Returns the selector, with the pid file read and the user name looked up.
pub(crate) fn selector(args: &SelectArgs) -> Result<Selector, Error> {
    if args.is_empty() {
        return Err(Error::usage("no selector is given")
            .hint("select processes with '--process python', '--pid 4242', '--cmdline REGEX' or '--user NAME'; 'leakwatch demo' shows an example"));
    }
    let mut pids: Vec<Pid> = args.pids.iter().copied().map(Pid).collect();
    if let Some(path) = &args.pid_file {
        pids.extend(read_pid_file(path).map_err(|error| Error::from_cause(Kind::Usage, error))?);
    }
    pids.sort_unstable();
    pids.dedup();
    let uid = args.user.as_deref().map(|user| {
        find_user_id(user).ok_or_else(|| {
            Error::usage(format!("there is no user '{}'", crate::escape::terminal(user)))
                .hint("'--user' takes a name or a number; 'id -u' prints yours")
        })
    });
    Ok(Selector {
        pids,
        names: args.names.clone(),
        exact: args.exact,
        cmdline: args.cmdline.clone(),
        uid: uid.transpose()?,
        cgroups: groups(args),
        tree: args.tree,
    })
}

/// Returns the source of this system, or the portable one if the arguments ask for it.
pub(crate) fn source(args: &SelectArgs, counting: OptionalCounters) -> Result<Box<dyn ProcessSource>, Error> {
    if args.roots.portable {
        if !groups(args).is_empty() {
            return Err(Error::usage("control groups are read on Linux only")
                .hint("name processes instead, with '--process' or '--pid'"));
        }
        return portable(counting);
    }
    native(args, counting)
}

/// Returns the source of this host.
pub(crate) fn host_source(counting: OptionalCounters) -> Result<Box<dyn ProcessSource>, Error> {
    let args = SelectArgs::default();
    source(&args, counting)
}

/// Returns the selected control groups.
fn groups(args: &SelectArgs) -> Vec<CgroupName> {
    let paths = args.cgroups.iter().cloned().map(CgroupName::Path);
    let units = args.units.iter().cloned().map(CgroupName::Unit);
    paths.chain(units).chain(args.containers.iter().cloned().map(CgroupName::Container)).collect()
}

/// Returns the counters that are read besides memory.
pub(crate) fn optional_counters(args: &SamplingArgs) -> OptionalCounters {
    OptionalCounters { fds: !args.no_fds, threads: !args.no_threads }
}

#[cfg(target_os = "linux")]
fn native(args: &SelectArgs, counting: OptionalCounters) -> Result<Box<dyn ProcessSource>, Error> {
    use crate::source::linux::{LinuxSource, StatusCadence};
    let source =
        LinuxSource::new(&args.roots.proc_root, args.roots.cgroup_root.clone()).map_err(|error| list_error(&error))?;
    // Nothing is missed: `statm` reveals when the more expensive file has changed.
    Ok(Box::new(source.with_status_cadence(StatusCadence::WhenNeeded).with_optional_counters(counting)))
}

#[cfg(not(target_os = "linux"))]
fn native(args: &SelectArgs, counting: OptionalCounters) -> Result<Box<dyn ProcessSource>, Error> {
    source(&SelectArgs { portable: true, ..args.clone() }, counting)
}

fn portable(counting: OptionalCounters) -> Result<Box<dyn ProcessSource>, Error> {
    Ok(Box::new(PortableSource::new().map_err(|error| list_error(&error))?.with_optional_counters(counting)))
}

/// Returns the error of a failed list of processes.
pub(crate) fn list_error(error: &ReadError) -> Error {
    if let ReadError::Cgroups { remedy, .. } = error {
        return Error::new(Kind::Failed, crate::escape::terminal(&error.to_string()).into_owned()).hint(*remedy);
    }
    Error::new(Kind::Failed, format!("cannot list processes: {error}"))
        .hint("'--proc-root' must name a mounted /proc; in a container, mount it or share the pid namespace")
}

/// Describes the selection, for messages and the report.
pub(crate) fn describe(args: &SelectArgs) -> String {
    let quoted = |text: &str| format!("'{}'", crate::escape::terminal(text));
    let mut words = Vec::new();
    words.extend(args.pids.iter().map(|pid| format!("pid {pid}")));
    words.extend(args.pid_file.iter().map(|path| format!("pids in {}", quoted(&path.to_string_lossy()))));
    words.extend(groups(args).iter().map(|group| crate::escape::terminal(&group.to_string()).into_owned()));
    let name = if args.exact { "name equal to" } else { "name with" };
    words.extend(args.names.iter().map(|text| format!("{name} {}", quoted(text))));
    words.extend(args.cmdline.iter().map(|regex| format!("command line matching {}", quoted(regex.as_str()))));
    let mut text = words.join(" or ");
    if let Some(user) = &args.user {
        let user = format!("user {}", quoted(user));
        text = if text.is_empty() { user } else { format!("{text}, {user}") };
    }
    if args.tree {
        text.push_str(", with descendants");
    }
    text
}

/// Names the selectors without a match although others match. A typo in one of several is easily overlooked.
pub(crate) fn unmatched(
    source: &mut dyn ProcessSource,
    selector: &Selector,
    found: &[MatchedProcess],
) -> Option<String> {
    if found.is_empty() {
        return None;
    }
    let runs = |pid: &&Pid| found.iter().any(|found| found.key.pid == **pid);
    let pids = selector.pids.iter().filter(|pid| !runs(pid)).map(|pid| format!("--pid {pid}"));
    let mut missing: Vec<String> = pids.collect();
    let alone = || Selector { exact: selector.exact, uid: selector.uid, ..Selector::default() };
    let names = selector.names.iter().map(|name| {
        (format!("--process {}", crate::escape::terminal(name)), Selector { names: vec![name.clone()], ..alone() })
    });
    let groups = selector.cgroups.iter().map(|group| {
        let (option, name) = match group {
            CgroupName::Path(name) => ("cgroup", name),
            CgroupName::Unit(name) => ("unit", name),
            CgroupName::Container(name) => ("container", name),
        };
        let shown = format!("--{option} {}", crate::escape::terminal(name));
        (shown, Selector { cgroups: vec![group.clone()], ..alone() })
    });
    let cmdline = selector.cmdline.iter().map(|wanted| {
        let shown = format!("--cmdline {}", crate::escape::terminal(wanted.as_str()));
        (shown, Selector { cmdline: Some(wanted.clone()), ..alone() })
    });
    let others: Vec<_> = names.chain(groups).chain(cmdline).collect();
    // A selector that was given alone has matched.
    if others.len() + usize::from(!selector.pids.is_empty()) > 1 {
        for (shown, part) in others {
            if source.find(&part).is_ok_and(|found| found.is_empty()) {
                missing.push(shown);
            }
        }
    }
    (!missing.is_empty()).then(|| format!("nothing matches {}; the other selectors match", missing.join(", ")))
}

/// Returns a hint if a name without a match occurs in the arguments of processes, as that of a script does.
pub(crate) fn argument_matches(
    source: &mut dyn ProcessSource,
    args: &SelectArgs,
    selector: &Selector,
) -> Option<String> {
    args.names.iter().filter(|_| !args.exact).find_map(|name| {
        let words = regex::escape(name);
        let regex = regex::RegexBuilder::new(&words).case_insensitive(true).build().ok()?;
        let selector = Selector { cmdline: Some(regex), uid: selector.uid, ..Selector::default() };
        let found = source.find(&selector).ok()?;
        let first = found.first()?;
        let what = match found.len() {
            1 => format!("{} ({}) has", crate::escape::terminal(&first.label.name), first.key.pid),
            count => format!("{count} processes have"),
        };
        let shown = crate::escape::terminal(name);
        Some(format!("{what} '{shown}' only in the arguments: use '--cmdline', which searches them"))
    })
}

/// Command that matches processes, for the hints of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Watch the matches.
    Watch,
    /// List the matches.
    List,
}

/// Returns the error for a selection without a match, with the most specific hint.
pub(crate) fn no_match(
    source: &mut dyn ProcessSource,
    args: &SelectArgs,
    selector: &Selector,
    purpose: Purpose,
) -> Error {
    let hint = argument_matches(source, args, selector).unwrap_or_else(|| general_hint(args, purpose).to_owned());
    Error::new(Kind::NothingMatched, format!("no process matches: {}", describe(args))).hint(hint)
}

/// Returns the hint for a kind of selector. A list neither waits nor refers to itself.
fn general_hint(args: &SelectArgs, purpose: Purpose) -> &'static str {
    let is_watch = purpose == Purpose::Watch;
    if !groups(args).is_empty() && args.names.is_empty() && args.pids.is_empty() {
        if is_watch {
            "check the group with 'systemd-cgls', and that it is below '--cgroup-root'; '--wait' waits for it"
        } else {
            "check the group with 'systemd-cgls', and that it is below '--cgroup-root'"
        }
    } else if !args.pids.is_empty() && args.names.is_empty() {
        "it may have exited, or be a kernel thread; 'leakwatch list --process NAME' finds processes by name"
    } else if args.exact {
        "'--exact' compares whole names; without it a part of the name matches"
    } else if is_watch {
        "'leakwatch list' shows the matches of a selector; '--cmdline REGEX' searches the arguments, '--wait' waits"
    } else {
        "'--process' searches names; '--cmdline REGEX' searches whole command lines"
    }
}
