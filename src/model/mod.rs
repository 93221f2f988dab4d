//! What is watched and what was read of it: plain values, no I/O.

mod attribution;
mod breakdown;
mod ceiling;
mod group;
mod inspection;
mod process;
mod runtime;
mod sample;

pub use attribution::{Attribution, FirstAndLatest, MemberGrowth};
pub use breakdown::{Breakdown, BreakdownBuilder, Part, PartChange};
pub use ceiling::{Ceiling, CeilingKind, HostMemory};
pub use group::{GroupMemory, GroupName};
pub use inspection::{DescriptorKind, Inspection, InspectionScope, MappingKind};
pub use process::{Pid, ProcessKey, ProcessLabel, StartTime};
pub use runtime::{Allocator, Runtime, RuntimeIdentity};
pub use sample::{Counter, Reading, Sample, Timestamp};
