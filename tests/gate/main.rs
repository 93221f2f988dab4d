//! Whole gate runs: a verdict that a CI job can trust, on real programs.

mod allowances;
mod baselines;
mod documents;
mod expressions;
mod outcomes;
mod programs;
mod shapes;
mod support;
mod surfaces;
mod work;
