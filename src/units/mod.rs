//! Quantities with a unit: parsers of user input, and formats for people.
//!
//! Independent of processes, files and clocks.

mod axis;
mod bytes;
mod duration;
mod error;
mod probability;
mod rate;
mod sparkline;
mod work_unit;

pub use axis::Axis;
pub use bytes::{Bytes, SignedBytes};
pub use duration::{Span, parse_duration, short_span};
pub use error::QuantityError;
pub use probability::{confidence, p_value};
pub use rate::{ByteRate, CountRate};
pub use sparkline::sparkline;
pub use work_unit::WorkUnit;
