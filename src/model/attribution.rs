//! What a process that may leak consists of, and who it is: the answer to "what grows, and where to look next".

use super::breakdown::Breakdown;
use super::{Pid, Timestamp};

/// What a mapping is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MappingKind {
    /// `[heap]`: what `brk` gave; the main arena of glibc.
    Heap,
    /// Anonymous memory without a name: arenas of allocators, heaps of runtimes, large blocks.
    Anonymous,
    /// Anonymous memory that the process has named (`PR_SET_VMA_ANON_NAME`).
    NamedAnonymous,
    /// Stacks of threads, and of the process itself.
    Stack,
    /// Anonymous memory that may be executed: code that was compiled while running.
    Jit,
    /// Private pages of a file that was mapped.
    File,
    /// Shared memory: `/dev/shm`, memfd, System V, shared anonymous mappings.
    Shared,
}

/// What a descriptor leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DescriptorKind {
    /// A socket, named by protocol, state and peer.
    Socket,
    /// A file, named by its directory.
    File,
    /// A device, named by its path.
    Device,
    /// One end of a pipe.
    Pipe,
    /// A memory file.
    Memfd,
    /// `eventfd`, `inotify`, `eventpoll`, `timerfd` and their like, named so.
    Kernel,
    /// Anything else.
    Other,
}

/// What runs the code of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Runtime {
    CPython,
    Node,
    Jvm,
    Go,
    Ruby,
    Php,
    DotNet,
    /// Machine code without one of the above.
    Native,
}

impl Runtime {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CPython => "cpython",
            Self::Node => "node",
            Self::Jvm => "jvm",
            Self::Go => "go",
            Self::Ruby => "ruby",
            Self::Php => "php",
            Self::DotNet => "dotnet",
            Self::Native => "native",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::CPython => "CPython",
            Self::Node => "Node.js",
            Self::Jvm => "JVM",
            Self::Go => "Go",
            Self::Ruby => "Ruby",
            Self::Php => "PHP",
            Self::DotNet => ".NET",
            Self::Native => "native code",
        }
    }
}

/// Where `malloc` comes from, as far as mappings tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Allocator {
    Glibc,
    Musl,
    Jemalloc,
    Mimalloc,
    Tcmalloc,
}

impl Allocator {
    /// Its name, in reports and for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Glibc => "glibc",
            Self::Musl => "musl",
            Self::Jemalloc => "jemalloc",
            Self::Mimalloc => "mimalloc",
            Self::Tcmalloc => "tcmalloc",
        }
    }
}

/// Who a process is. `None` is "not recognised".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuntimeIdentity {
    /// What runs its code.
    pub runtime: Option<Runtime>,
    /// Where its `malloc` comes from.
    pub allocator: Option<Allocator>,
    /// The library of that allocator, where it is neither libc nor linked into the program. Foreign text.
    pub allocator_file: Option<String>,
}

/// What to look at. Mappings are dear: reading them walks the page tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InspectionScope {
    /// Mappings, with the memory in each.
    pub mappings: bool,
    /// What the descriptors lead to.
    pub descriptors: bool,
    /// Names of the threads.
    pub threads: bool,
}

/// What a process consisted of at a moment. `None` is "not looked at, or refused".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Who it is.
    pub identity: RuntimeIdentity,
    /// Memory by mapping, in bytes: anonymous, swapped and shared pages, as the verdict counts them.
    pub mappings: Option<Breakdown<MappingKind>>,
    /// Descriptors.
    pub descriptors: Option<Breakdown<DescriptorKind>>,
    /// Threads by name, with digits taken out: `worker-#`.
    pub threads: Option<Breakdown<()>>,
}

/// The first look and the latest one at the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAndLatest<K> {
    /// The first look.
    pub first: (Timestamp, Breakdown<K>),
    /// The latest; `None` while there was only one.
    pub last: Option<(Timestamp, Breakdown<K>)>,
}

impl<K: Copy + Eq> FirstAndLatest<K> {
    /// Takes one more look.
    pub fn take(pair: &mut Option<Self>, at: Timestamp, tally: Option<Breakdown<K>>) {
        let Some(tally) = tally else { return };
        match pair {
            Some(pair) => pair.last = Some((at, tally)),
            None => *pair = Some(Self { first: (at, tally), last: None }),
        }
    }

    /// The latest look.
    #[must_use]
    pub fn latest(&self) -> &Breakdown<K> {
        self.last.as_ref().map_or(&self.first.1, |(_, tally)| tally)
    }
}

/// A process that adds to the growth of a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberGrowth {
    /// Its number; `None` for a series without one.
    pub pid: Option<Pid>,
    /// Its name. Foreign text.
    pub name: String,
    /// What it has added since the sum was first seen: bytes, or a number.
    pub growth: i64,
    /// Whether it joined a sum that was seen for long: it has added all that it holds.
    pub joined_late: bool,
}

/// What is known of the causes, for a target that is suspect or leaking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attribution {
    /// Who it is.
    pub identity: RuntimeIdentity,
    /// Memory by mapping.
    pub mappings: Option<FirstAndLatest<MappingKind>>,
    /// Descriptors.
    pub descriptors: Option<FirstAndLatest<DescriptorKind>>,
    /// Threads by name.
    pub threads: Option<FirstAndLatest<()>>,
    /// Why the mappings were not looked at, in words; `None` when they were, or nobody asked.
    pub refused: Option<String>,
    /// For a sum: who brings most of its growth, the most first.
    pub members: Vec<MemberGrowth>,
}

impl Attribution {
    /// Takes one more look at the process.
    pub fn take(&mut self, at: Timestamp, portrait: Inspection) {
        let Inspection { identity, mappings, descriptors, threads } = portrait;
        // A process that is just calling exec may look like nobody.
        if identity.runtime.is_some() || self.identity == RuntimeIdentity::default() {
            self.identity = identity;
        }
        FirstAndLatest::take(&mut self.mappings, at, mappings);
        FirstAndLatest::take(&mut self.descriptors, at, descriptors);
        FirstAndLatest::take(&mut self.threads, at, threads);
    }
}

#[cfg(test)]
mod tests {
    use super::super::breakdown::BreakdownBuilder;
    use super::*;

    #[test]
    fn the_first_look_stays_and_the_latest_is_replaced() {
        let mut known = Attribution::default();
        for (at, bytes) in [(1, 10), (2, 20), (3, 30)] {
            let mut builder = BreakdownBuilder::default();
            builder.add(MappingKind::Heap, "", bytes);
            known.take(Timestamp(at), Inspection { mappings: Some(builder.finish()), ..Inspection::default() });
        }
        known.take(Timestamp(4), Inspection::default());
        let pair = known.mappings.expect("looked at");
        assert_eq!((pair.first.1.total(), pair.latest().total()), (10, 30));
        assert_eq!(pair.last.as_ref().map(|(at, _)| *at), Some(Timestamp(3)));
        assert_eq!(pair.latest().changes_since(&pair.first.1)[0].growth(), 20);
        assert_eq!(known.descriptors, None);
    }
}
