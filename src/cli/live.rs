//! A session over running processes with everything that shows it: what `watch`, `run` and `demo` share.

use std::time::Duration;

use crate::clock::{StopFlag, SystemClock};
use crate::event::{EventSink, Fanout};
use crate::session::{Outcome, Plan, Session, Watch};
use crate::source::ProcessSource;

use super::args::Format;
use super::error::Error;
use super::select;
use super::view::View;

/// Samples until the session ends. Events go to `sink`, and then to what people watch; `length` is how long the session
/// lasts, when that is known.
pub(super) fn sample(
    source: &mut dyn ProcessSource,
    stop: &StopFlag,
    plan: Plan,
    length: Option<Duration>,
    format: Format,
    watch: &mut Watch,
    sink: &mut dyn EventSink,
) -> Result<Outcome, Error> {
    let mut view = View::new(format, length);
    let outcome = {
        let mut fanout = Fanout::default();
        fanout.add(sink);
        view.join(&mut fanout);
        Session::new(source, &SystemClock, stop, plan).run(watch, &mut fanout)
    };
    view.clear();
    outcome.map_err(|error| select::unreadable(&error))
}
