//! Thresholds of a session: `--fail-if 'growth(memory) > 2MiB/h'`.
//!
//! Pure, as `analysis` is: it sees events and returns results. In reading order: [`expr`](self) parses an [`Expression`]
//! over a [`Metric`], `aggregates` keeps the needed numbers of one series in constant memory, `measurement` computes a metric
//! with its interval, `comparison` compares it with the limit, `state` is one threshold on one target, and the [`Evaluator`]
//! keeps all of them while a session runs. A [`ThresholdResult`] is the end of each.

mod aggregates;
mod allow;
mod baseline;
mod comparison;
mod evaluator;
mod expr;
mod extra_looks;
mod measurement;
mod metric;
mod result;
mod results;
mod state;
mod subject;
mod work;

pub use allow::{Allowance, allowance_for, allowance_in_force, allows_alert};
pub use baseline::{Baseline, Difference, PastTarget, PastValue, difference};
pub use evaluator::{Evaluator, SHORT_LIVED_PART};
pub use expr::{Comparison, Expression, ExpressionError, Limit, Threshold, Tier};
pub use extra_looks::Widening;
pub use metric::{Aggregate, Metric, Series};
pub use result::{Decision, Observation, Outlook, ThresholdResult};
pub use results::OmittedResults;
pub use subject::Subject;
pub use work::{Job, WorkMeter, WorkTick};
