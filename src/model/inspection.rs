//! Result of an inspection: the memory, descriptors and threads of one suspected process, by kind.

use super::breakdown::Breakdown;
use super::runtime::RuntimeIdentity;

/// Kind of a memory mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MappingKind {
    /// `[heap]`: memory from `brk`, which holds the main arena of glibc.
    Heap,
    /// Anonymous memory without a name: arenas of allocators, heaps of runtimes, large blocks.
    Anonymous,
    /// Anonymous memory that the process has named (`PR_SET_VMA_ANON_NAME`).
    NamedAnonymous,
    /// Stacks of the threads, and of the process itself.
    Stack,
    /// Executable anonymous memory: code compiled at run time.
    Jit,
    /// Private pages of a mapped file.
    File,
    /// Shared memory: `/dev/shm`, memfd, System V, shared anonymous mappings.
    Shared,
}

/// Kind of the object behind a file descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DescriptorKind {
    /// Socket, named by protocol, state and peer.
    Socket,
    /// File, named by its directory.
    File,
    /// Device, named by its path.
    Device,
    /// One end of a pipe.
    Pipe,
    /// Memory file (`memfd_create`).
    Memfd,
    /// Kernel object such as `eventfd`, `inotify`, `eventpoll` or `timerfd`, named after its type.
    Kernel,
    /// Anything else.
    Other,
}

/// Parts of a process that an inspection reads. Mappings are expensive: the kernel walks the page tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InspectionScope {
    /// Memory by mapping.
    pub mappings: bool,
    /// Targets of the descriptors.
    pub descriptors: bool,
    /// Names of the threads.
    pub threads: bool,
}

/// Breakdowns of one process at one moment. `None` is "not inspected, or denied".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Runtime and allocator.
    pub identity: RuntimeIdentity,
    /// Memory by mapping, in bytes: anonymous, swapped and shared pages, as the verdict counts them.
    pub mappings: Option<Breakdown<MappingKind>>,
    /// Number of descriptors by kind.
    pub descriptors: Option<Breakdown<DescriptorKind>>,
    /// Number of threads by name, digits replaced: `worker-#`.
    pub threads: Option<Breakdown<()>>,
}
