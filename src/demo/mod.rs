//! Small processes of known behaviour, for `demo` and `selftest`: the same executable, started once more.

mod behaviour;
mod child;

pub use behaviour::{Behaviour, behave};
pub use child::Child;
