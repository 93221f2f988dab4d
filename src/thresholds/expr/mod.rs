//! The expression language of `--fail-if` and `--warn-if`: `growth(memory) > 2MiB/h for 30s`.

mod ast;
mod dimension;
mod lexer;
mod parser;

pub use ast::{Comparison, Expression, Limit, Threshold, Tier};
pub use parser::ExpressionError;

pub(super) use dimension::Dimension;
