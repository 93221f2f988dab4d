//! A live session with its view: `watch`, `run` and `demo` share it.

use std::time::Duration;

use crate::clock::{StopFlag, SystemClock};
use crate::event::{EventSink, Fanout, JobTimes};
use crate::schema;
use crate::session::{LiveSession, LiveSummary, Rules, SessionPlan, TargetSet};
use crate::source::ProcessSource;

use crate::cli::args::{AnalysisArgs, Format, OutputArgs, SamplingArgs};
use crate::cli::child::ChildGuard;
use crate::cli::error::Error;
use crate::cli::stream::OutputRole;
use crate::cli::view::View;
use crate::cli::{select, settings};

/// Needs of the full-screen view, if one may be opened.
#[cfg_attr(not(feature = "tui"), expect(dead_code, reason = "only the full-screen view reads it"))]
pub(crate) struct FullScreen<'a> {
    /// Command that keys end together with the session.
    pub(crate) guard: &'a ChildGuard,
    /// Description of the session in a report that a key asks for.
    pub(crate) analysis: &'a AnalysisArgs,
    pub(crate) rules: &'a Rules,
    pub(crate) selection: String,
    /// Command that was started for the session, before its end.
    pub(crate) command: Option<schema::CommandEntry>,
    /// Marks on the time axis.
    pub(crate) jobs: JobTimes,
}

/// View of a session.
pub(crate) struct Showing<'a> {
    pub(crate) format: Format,
    pub(crate) stdout: OutputRole,
    /// Length of the session, if it is known.
    pub(crate) length: Option<Duration>,
    /// `None` for the plain table.
    pub(crate) full_screen: Option<FullScreen<'a>>,
}

impl<'a> Showing<'a> {
    /// The view that the options ask for. `full_screen` is `None` if something else writes to the terminal.
    pub(crate) fn new(
        output: &OutputArgs,
        sampling: &SamplingArgs,
        stdout: OutputRole,
        full_screen: Option<FullScreen<'a>>,
    ) -> Self {
        Self {
            format: output.format,
            stdout,
            length: settings::length(sampling),
            full_screen: full_screen.filter(|_| !output.is_plain()),
        }
    }
}

/// Samples until the session ends. Events go to `sink`, and then to the view.
pub(crate) fn run_live(
    source: &mut dyn ProcessSource,
    stop: &StopFlag,
    plan: SessionPlan,
    showing: Showing<'_>,
    targets: &mut TargetSet,
    sink: &mut dyn EventSink,
) -> Result<LiveSummary, Error> {
    let mut view = View::new(showing, stop, plan.interval);
    let summary = {
        let mut fanout = Fanout::default();
        fanout.add(sink);
        view.join(&mut fanout);
        LiveSession::new(source, &SystemClock, stop, plan).run(targets, &mut fanout)
    };
    view.clear();
    summary.map_err(|error| select::list_error(&error))
}
