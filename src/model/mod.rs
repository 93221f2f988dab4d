//! Model: values that describe targets and their memory. Plain data, no I/O.

mod attribution;
mod breakdown;
mod ceiling;
mod cgroup;
mod counter;
mod inspection;
mod process;
mod reading;
mod runtime;
mod sample;
mod title;

pub use attribution::{Attribution, FirstAndLatest, MemberGrowth};
pub use breakdown::{Breakdown, BreakdownBuilder, Part, PartChange};
pub use ceiling::{Ceiling, CeilingKind, HostMemory};
pub use cgroup::{CgroupMemory, CgroupName};
pub use counter::{Counter, CounterRole, CounterUnit};
pub use inspection::{DescriptorKind, Inspection, InspectionScope, MappingKind};
pub use process::{Pid, ProcessKey, ProcessLabel, StartTime};
pub use reading::Reading;
pub use runtime::{Allocator, Runtime, RuntimeIdentity};
pub use sample::{Sample, Timestamp};
pub(crate) use title::{identified, title};
