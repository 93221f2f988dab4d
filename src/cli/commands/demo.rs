//! `demo` and `selftest`: watches processes of known behaviour and checks the verdicts.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use crate::alert::AlertSettings;
use crate::analysis::{self, Status};
use crate::clock::StopFlag;
use crate::demo::{Behaviour, DemoProcess};
use crate::event::{Fanout, Target};
use crate::model::Pid;
use crate::session::{EndedBy, MinObservation, NamedIntervals, Rules, SessionPlan, TargetSet};
use crate::source::{OptionalCounters, Selector};
use crate::terminal::format_summary;
use crate::units::Span;

use crate::cli::args::{Format, SelectArgs};
use crate::cli::assembly::summary_options;
use crate::cli::child::ChildGuard;
use crate::cli::error::{Error, Kind};
use crate::cli::print::print;
use crate::cli::stream::OutputRole;
use crate::cli::view::{Showing, run_live};
use crate::cli::{select, signals};
use crate::outcome::ExitStatus;

const INTERVAL: Duration = Duration::from_millis(100);
const DURATION: Duration = Duration::from_secs(40);

/// Shows one process and what is found of it.
pub(crate) fn run(behaviour: Behaviour) -> Result<u8, Error> {
    let watched = watch(&[behaviour], Format::Table)?;
    print(&format_summary(&watched.targets, &[], &BTreeMap::new(), summary_options(false)))?;
    let Some(target) = watched.targets.first() else {
        return Err(Error::new(Kind::Failed, "the process of the demo ended before it was seen"));
    };
    let found = target.assessment.verdict.status;
    let right = is_right(behaviour, found);
    let judged = match (right, found) {
        (false, _) => "but that is wrong",
        (true, Status::InsufficientData) => "so no leak is claimed, as it should be",
        (true, _) => "as it should be",
    };
    let kind = if behaviour.leaks() { "leaks" } else { "does not leak" };
    print(&format!("\nThis process {kind}; found: {}, {judged}.\n", found.label()))?;
    Ok(if watched.interrupted {
        ExitStatus::Inconclusive.code()
    } else if right {
        ExitStatus::Clean.code()
    } else {
        ExitStatus::Found.code()
    })
}

/// Watches several processes side by side and compares what is expected with what is found.
pub(crate) fn selftest() -> Result<u8, Error> {
    let behaviours =
        [Behaviour::Leak, Behaviour::Steady, Behaviour::Sawtooth, Behaviour::Warmup, Behaviour::Descriptors];
    print(&format!(
        "watching {} processes of known behaviour for {}\n",
        behaviours.len(),
        Span(DURATION.as_secs_f64())
    ))?;
    let watched = watch(&behaviours, Format::Json)?;
    let mut wrong = 0;
    let mut text = format!("{:<14}{:<12}{:<18}\n", "PROCESS", "EXPECTED", "FOUND");
    for (behaviour, pid) in behaviours.into_iter().zip(&watched.pids) {
        let target = watched.targets.iter().find(|target| target.key.is_some_and(|key| key.pid == *pid));
        let found = target.map(|target| target.assessment.verdict.status);
        let right = found.is_some_and(|found| is_right(behaviour, found));
        wrong += usize::from(!right);
        let expected = if behaviour.leaks() { "leaking" } else { "no leak" };
        let words = found.map_or("not seen", Status::label);
        let mark = if right { "ok" } else { "WRONG" };
        let name = format!("{behaviour:?}").to_lowercase();
        text.push_str(&format!("{name:<14}{expected:<12}{words:<18}{mark}\n"));
    }
    print(&text)?;
    if watched.interrupted {
        print("interrupted\n")?;
        return Ok(ExitStatus::Inconclusive.code());
    }
    let closing = match wrong {
        0 => "leakwatch tells leakers from non-leakers on this host\n".to_owned(),
        _ => format!("{wrong} of {} verdicts are wrong on this host\n", behaviours.len()),
    };
    print(&closing)?;
    Ok(if wrong == 0 { ExitStatus::Clean.code() } else { ExitStatus::Found.code() })
}

fn is_right(behaviour: Behaviour, found: Status) -> bool {
    if behaviour.leaks() { found == Status::Leaking } else { !matches!(found, Status::Leaking | Status::Suspect) }
}

struct Watched {
    pids: Vec<Pid>,
    targets: Vec<Target>,
    interrupted: bool,
}

fn watch(behaviours: &[Behaviour], format: Format) -> Result<Watched, Error> {
    let start = |error: io::Error| Error::new(Kind::Failed, format!("cannot start a process of the demo: {error}"));
    let children: Vec<DemoProcess> =
        behaviours.iter().map(|&behaviour| DemoProcess::start(behaviour)).collect::<Result<_, _>>().map_err(start)?;
    let pids: Vec<Pid> = children.iter().map(|child| Pid(child.pid())).collect();
    let mut selected = pids.clone();
    selected.sort_unstable();

    let stop = StopFlag::default();
    signals::install(&stop, &ChildGuard::default())?;
    let mut source = select::source(&SelectArgs::default(), OptionalCounters::default())?;
    let plan = SessionPlan {
        selector: Selector { pids: selected, ..Selector::default() },
        interval: INTERVAL,
        intervals: NamedIntervals::default(),
        duration: Some(DURATION),
        samples: None,
        until_decided: None,
        wait: false,
        pid_file: None,
        root: None,
        pss: true,
        max_overhead: None,
    };
    let mut watch = TargetSet::new(
        Rules {
            analysis: analysis::Settings::default(),
            min_observation: MinObservation::Fixed(DURATION.as_secs_f64() / 5.0),
            alerts: AlertSettings::default(),
            limit_bytes: None,
            pools: false,
        },
        0.0,
    );
    let showing = Showing {
        format,
        stdout: OutputRole::Everything,
        length: Some(DURATION),
        full_screen: None,
        shares_terminal: false,
    };
    let ending = run_live(source.as_mut(), &stop, plan, showing, &mut watch, &mut Fanout::default())?;
    Ok(Watched { pids, targets: watch.targets().to_vec(), interrupted: ending.ended_by == EndedBy::Signal })
}
