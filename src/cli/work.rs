//! The work counter that was typed, asked at every tick; what fails is said once and the session goes on.

use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::gate::WorkTick;
use crate::source::work::{WorkCommand, WorkCounter, WorkFile, WorkLog, split_words};

use super::error::Error;
use super::gate_args::GateArgs;

/// What a command may take before it is killed.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// A counter.
pub(super) struct Feed {
    /// Where it counts, in words.
    pub(super) source: String,
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
        Ok(Some(Self { source, counter }))
    }

    /// What the gate asks at every tick. The first failure is said at once: there may be hours to go.
    pub(super) fn into_reader(self) -> impl FnMut() -> Result<Option<WorkTick>, String> {
        let Self { mut counter, .. } = self;
        let mut said = false;
        move || match counter.read(SystemClock.now().awake) {
            Ok(work) => Ok(work.map(|work| WorkTick { count: work.count, label: work.label })),
            Err(why) => {
                let why = crate::escape::terminal(&why).into_owned();
                if !std::mem::replace(&mut said, true) {
                    super::warn(&format!("work is not counted: {why}; the rest goes on"));
                }
                Err(why)
            }
        }
    }
}
