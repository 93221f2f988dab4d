//! Holds what is measured against what was asked for: `--fail-if 'growth(memory) > 2MiB/h'`.
//!
//! Pure, as `analysis` is: it sees events and answers. In reading order: `parser` turns text (cut up by `lexer`) into an
//! [`Expression`] over a [`Metric`], `levels` keeps what an expression needs of one series in constant memory, `measure`
//! reads a metric with its interval off that, `judge` holds it against the limit, `gatekeeper` does so for every target
//! while a session runs, and `answer` says what came of it.

mod alarms;
mod allow;
mod answer;
mod baseline;
mod expression;
mod gatekeeper;
mod guard;
mod judge;
mod ledger;
mod levels;
mod lexer;
mod measure;
mod metric;
mod parser;
mod quantity;
mod work;

pub use allow::{Allowance, excuse};
pub use answer::{Answer, Outcome, Subject};
pub use baseline::{Baseline, Difference, Past, PastTarget, difference};
pub use expression::{Comparison, Expression, Limit, Threshold, Tier};
pub use gatekeeper::{Gatekeeper, PASSING_BY};
pub use ledger::Folded;
pub use metric::{Aggregate, Metric, Series};
pub use parser::ExpressionError;
pub use work::{Job, WorkMeter, WorkTick};
