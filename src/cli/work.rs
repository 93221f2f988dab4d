//! The work counter of the arguments, read at every tick. A failure is reported once, and the session continues.

use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::source::work::{WorkCommand, WorkCounter, WorkFile, WorkLog, split_words};
use crate::thresholds::WorkTick;

use crate::cli::args::ThresholdArgs;
use crate::cli::error::Error;

/// Time after which a work command is killed.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// A work counter.
pub(crate) struct WorkFeed {
    /// Description of the counted file or command.
    pub(crate) description: String,
    counter: Box<dyn WorkCounter>,
}

impl WorkFeed {
    /// Returns the counter of the arguments, if there is one.
    pub(crate) fn from_args(args: &ThresholdArgs) -> Result<Option<Self>, Error> {
        let (description, counter): (String, Box<dyn WorkCounter>) = if let Some(path) = &args.work_file {
            (path.display().to_string(), Box::new(WorkFile::new(path.clone())))
        } else if let Some(line) = &args.work_command {
            let words = split_words(line).map_err(|why| Error::usage(format!("--work-command '{line}': {why}")))?;
            if words.is_empty() {
                return Err(Error::usage("--work-command is empty").hint("give a program that prints a number"));
            }
            (line.clone(), Box::new(WorkCommand::new(words, COMMAND_LIMIT, Some(crate::delivery::WEBHOOK_VARIABLE))))
        } else if let (Some(path), Some(pattern)) = (&args.work_log, &args.work_regex) {
            let pattern =
                regex::bytes::Regex::new(pattern.as_str()).map_err(|error| Error::usage(error.to_string()))?;
            (path.display().to_string(), Box::new(WorkLog::new(path.clone(), pattern)))
        } else {
            return Ok(None);
        };
        Ok(Some(Self { description, counter }))
    }

    /// Returns the reader for the evaluator. It prints its first failure at once: the session may last for hours.
    pub(crate) fn into_reader(self) -> impl FnMut() -> Result<Option<WorkTick>, String> {
        let Self { mut counter, .. } = self;
        let mut warned = false;
        move || match counter.read(SystemClock.now().awake) {
            Ok(work) => Ok(work.map(|work| WorkTick { count: work.count, label: work.label })),
            Err(why) => {
                let why = crate::escape::terminal(&why).into_owned();
                if !std::mem::replace(&mut warned, true) {
                    crate::cli::print::warn(&format!("work is not counted: {why}; the session continues"));
                }
                Err(why)
            }
        }
    }
}
