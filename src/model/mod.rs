//! What is watched and what was read of it: plain values, no I/O.

mod attribution;
mod ceiling;
mod group;
mod process;
mod sample;
pub mod tally;

pub use attribution::{
    Allocator, Aspects, Attribution, DescriptorKind, Identity, MappingKind, Member, Pair, Portrait, Runtime,
};
pub use ceiling::{Ceiling, CeilingKind, HostMemory};
pub use group::{GroupMemory, GroupName};
pub use process::{Pid, ProcessKey, ProcessLabel, StartTime};
pub use sample::{Counter, Reading, Sample, Timestamp};
