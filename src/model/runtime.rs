//! Language runtime and allocator of a process.

use super::process::ProcessLabel;

/// Language runtime that executes the code of a process.
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
    /// Returns the runtime that a process label names by its program; `None` for any other name.
    #[must_use]
    pub fn from_label(label: &ProcessLabel) -> Option<Self> {
        let argument = label.cmdline.split(' ').next().unwrap_or_default();
        let program = argument.rsplit('/').next().unwrap_or_default();
        [label.name.as_str(), program].into_iter().find_map(|name| match name {
            "node" | "nodejs" => Some(Self::Node),
            "java" => Some(Self::Jvm),
            _ => None,
        })
    }

    /// Returns the stable name used in reports: `cpython`.
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

    /// Returns the name shown to people: `CPython`.
    #[must_use]
    pub fn display_name(self) -> &'static str {
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

/// Implementation of `malloc` that a process uses, as far as its mappings show.
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
    /// Returns the name, the same in reports and for people.
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

/// Runtime and allocator of one process; `None` is "not recognised".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuntimeIdentity {
    /// Runtime that executes the code.
    pub runtime: Option<Runtime>,
    /// Implementation of `malloc`.
    pub allocator: Option<Allocator>,
    /// Path of the allocator's shared library; `None` if it is libc or linked statically. Foreign text.
    pub allocator_file: Option<String>,
}
