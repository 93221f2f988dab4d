//! A session over running processes with everything that shows it: what `watch`, `run` and `demo` share.

use std::time::Duration;

use crate::clock::{StopFlag, SystemClock};
use crate::event::{EventSink, Fanout, JobTimes};
use crate::schema;
use crate::session::{LiveSession, LiveSummary, Rules, SessionPlan, TargetSet};
use crate::source::ProcessSource;

use super::args::{AnalysisArgs, Format, OutputArgs, SamplingArgs};
use super::command::Leash;
use super::error::Error;
use super::stream::StandsFor;
use super::view::View;
use super::{select, settings};

/// What the full-screen view needs, where one may be opened.
#[cfg_attr(not(feature = "tui"), expect(dead_code, reason = "only the full-screen view reads it"))]
pub(super) struct FullScreen<'a> {
    /// What keys end besides the session.
    pub(super) leash: &'a Leash,
    /// How a report that a key asks for describes the session.
    pub(super) analysis: &'a AnalysisArgs,
    pub(super) rules: &'a Rules,
    pub(super) selection: String,
    /// The command that was started for the session, as it is before its end.
    pub(super) command: Option<schema::CommandEntry>,
    /// Marked on the axis of time.
    pub(super) jobs: JobTimes,
}

/// How a session is shown.
pub(super) struct Showing<'a> {
    pub(super) format: Format,
    pub(super) stdout: StandsFor,
    /// How long the session lasts, when that is known.
    pub(super) length: Option<Duration>,
    /// `None` where the table has to do.
    pub(super) full_screen: Option<FullScreen<'a>>,
}

impl<'a> Showing<'a> {
    /// What the options ask for; `full_screen` is `None` where something else writes to the terminal.
    pub(super) fn new(
        output: &OutputArgs,
        sampling: &SamplingArgs,
        stdout: StandsFor,
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

/// Samples until the session ends. Events go to `sink`, and then to what people watch.
pub(super) fn sample(
    source: &mut dyn ProcessSource,
    stop: &StopFlag,
    plan: SessionPlan,
    showing: Showing<'_>,
    watch: &mut TargetSet,
    sink: &mut dyn EventSink,
) -> Result<LiveSummary, Error> {
    let mut view = View::new(showing, stop, plan.interval);
    let outcome = {
        let mut fanout = Fanout::default();
        fanout.add(sink);
        view.join(&mut fanout);
        LiveSession::new(source, &SystemClock, stop, plan).run(watch, &mut fanout)
    };
    view.clear();
    outcome.map_err(|error| select::unreadable(&error))
}
