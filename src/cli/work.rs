//! The work counter that was typed, asked at every tick; what fails is said once and the session goes on.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::gate::WorkTick;
use crate::source::work::{WorkCommand, WorkCounter, WorkFile, WorkLog, split_words};

use super::error::Error;
use super::gate_args::GateArgs;

/// What a command may take before it is killed.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// How the counter fared.
#[derive(Debug, Default)]
pub(super) struct Failures {
    pub(super) count: u64,
    pub(super) first: Option<String>,
}

/// A counter and how it fared.
pub(super) struct Feed {
    /// Where it counts, in words.
    pub(super) source: String,
    pub(super) failures: Rc<RefCell<Failures>>,
    counter: Box<dyn WorkCounter>,
}

impl Feed {
    /// The counter that was typed, if one was.
    pub(super) fn of(args: &GateArgs) -> Result<Option<Self>, Error> {
        let (source, counter): (String, Box<dyn WorkCounter>) = if let Some(path) = &args.work_file {
            (path.display().to_string(), Box::new(WorkFile::new(path.clone())))
        } else if let Some(line) = &args.work_command {
            let words = split_words(line).map_err(|why| Error::usage(format!("--work-command '{line}': {why}")))?;
            if words.is_empty() {
                return Err(Error::usage("--work-command is empty").hint("give a program that prints a number"));
            }
            (line.clone(), Box::new(WorkCommand::new(words, COMMAND_LIMIT, Some(crate::notify::WEBHOOK_VARIABLE))))
        } else if let (Some(path), Some(pattern)) = (&args.work_log, &args.work_regex) {
            let pattern =
                regex::bytes::Regex::new(pattern.as_str()).map_err(|error| Error::usage(error.to_string()))?;
            (path.display().to_string(), Box::new(WorkLog::new(path.clone(), pattern)))
        } else {
            return Ok(None);
        };
        Ok(Some(Self { source, failures: Rc::default(), counter }))
    }

    /// What the gate asks at every tick.
    pub(super) fn into_reader(self) -> impl FnMut() -> Option<WorkTick> {
        let Self { failures, mut counter, .. } = self;
        move || match counter.read(SystemClock.now().awake) {
            Ok(work) => work.map(|work| WorkTick { count: work.count, label: work.label }),
            Err(why) => {
                let mut failures = failures.borrow_mut();
                failures.count += 1;
                if failures.first.is_none() {
                    let why = crate::escape::terminal(&why).into_owned();
                    super::warn(&format!("work is not counted: {why}; the rest goes on"));
                    failures.first = Some(why);
                }
                None
            }
        }
    }
}
