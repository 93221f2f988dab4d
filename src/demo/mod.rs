//! Small processes of known behaviour, for `demo` and `selftest`: the same executable, started once more.

mod behaviour;
mod process;

pub use behaviour::{Behaviour, run_behaviour};
pub use process::DemoProcess;
