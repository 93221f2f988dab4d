//! Live session with its view: `watch`, `run` and `demo` share it.

use crate::clock::{StopFlag, SystemClock};
use crate::event::{EventSink, Fanout};
use crate::session::{LiveSession, LiveSummary, SessionPlan, TargetSet};
use crate::source::ProcessSource;

use crate::cli::error::Error;
use crate::cli::select;

use super::session_view::SessionView;
use super::showing::Showing;

/// Samples until the session ends. Events go to `sink`, and then to the view.
pub(crate) fn run_live(
    source: &mut dyn ProcessSource,
    stop: &StopFlag,
    plan: SessionPlan,
    showing: Showing<'_>,
    targets: &mut TargetSet,
    sink: &mut dyn EventSink,
) -> Result<LiveSummary, Error> {
    let mut view = SessionView::new(showing, stop, plan.interval);
    let summary = {
        let mut fanout = Fanout::default();
        fanout.add(sink);
        view.join(&mut fanout);
        LiveSession::new(source, &SystemClock, stop, plan).run(targets, &mut fanout)
    };
    view.clear();
    summary.map_err(|error| select::list_error(&error))
}
