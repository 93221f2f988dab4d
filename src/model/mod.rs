//! What is watched and what was read of it: plain values, no I/O.

mod attribution;
mod ceiling;
mod group;
mod process;
mod sample;
pub mod breakdown;

pub use attribution::{
    Allocator, Attribution, DescriptorKind, FirstAndLatest, Inspection, InspectionScope, MappingKind, MemberGrowth,
    Runtime, RuntimeIdentity,
};
pub use ceiling::{Ceiling, CeilingKind, HostMemory};
pub use group::{GroupMemory, GroupName};
pub use process::{Pid, ProcessKey, ProcessLabel, StartTime};
pub use sample::{Counter, Reading, Sample, Timestamp};
