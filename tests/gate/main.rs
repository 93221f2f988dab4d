//! Gate: threshold expressions in whole sessions, with exit statuses that a CI job can rely on.

mod allowances;
mod baselines;
mod ci_examples;
mod ci_reports;
mod expressions;
mod inconclusive;
mod python_and_node;
#[path = "../../fixtures/interpreters.rs"]
mod interpreters;
#[allow(dead_code, reason = "the calibration draws from more distributions")]
#[path = "../../fixtures/random.rs"]
mod random;
mod shapes;
mod support;
mod until_decided;
mod work;
