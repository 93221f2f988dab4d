//! Memory-leak detection from outside: the engine of the `leakwatch` program.
//!
//! Three modules are the library. [`units`] parses and prints quantities, [`model`] describes processes and their samples,
//! and [`analysis`] judges a series of samples. The other modules make up the program and may change at any time.
//!
//! ```
//! use leakwatch::analysis::{Settings, Status, Tracker};
//! use leakwatch::model::{Counter, Reading, Sample, Timestamp};
//!
//! let settings = Settings::default();
//! let mut tracker = Tracker::new(&settings, None);
//! for i in 0..500_u32 {
//!     let bytes = 100_000_000 + 50_000 * u64::from(i);
//!     let at = Timestamp(10_000 * i64::from(i));
//!     tracker.push(&Sample { at, reading: Reading::default().with(Counter::Rss, bytes) });
//! }
//! let assessment = tracker.assess(&settings, None);
//! assert_eq!(assessment.verdict.status, Status::Leaking);
//! assert!(assessment.growth.rate.is_some_and(|rate| (rate - 5_000.0).abs() < 50.0));
//! ```
//!
//! The data path of the program, in reading order: `session` asks a `source` for readings at times of the `clock`, and
//! pushes each into the tracker of its target. `alert` follows the conditions of each assessment. Everything that happens
//! is an `event`: `terminal` shows events, `report` writes them in the form of `schema`, and `delivery` sends alerts. `cli`
//! joins the parts. `docs/ARCHITECTURE.md` is the map.

#![cfg_attr(
    not(test),
    warn(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

pub mod units;
pub mod model;
#[doc(hidden)]
pub mod clock;
#[doc(hidden)]
pub mod escape;
#[doc(hidden)]
pub mod background_writer;
#[doc(hidden)]
pub mod process_group;
#[doc(hidden)]
pub mod source;
pub mod analysis;
#[doc(hidden)]
pub mod alert;
#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod advice;
#[doc(hidden)]
pub mod thresholds;
#[doc(hidden)]
pub mod outcome;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod schema;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod delivery;
#[doc(hidden)]
pub mod terminal;
#[doc(hidden)]
pub mod demo;
#[doc(hidden)]
pub mod cli;
