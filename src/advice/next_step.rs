//! The command to run next on one process, by its runtime and by what leaks.
//!
//! Each command is as the documentation of its tool has it: memray "Attaching to a running process", `node inspect -p` and
//! its `takeHeapSnapshot`, `jcmd PID help`, net/http/pprof of Go, `heaptrack --help`, memleak(8) of bcc, rbtrace, reli,
//! dotnet-gcdump, py-spy, lsof(8), strace(1), gdb(1). The warnings are theirs too.

use crate::analysis::Resource;
use crate::model::{Allocator, Pid, Runtime, RuntimeIdentity};

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// The command, for a shell: it holds no foreign text that a shell would take for more than a word.
    pub command: String,
    /// What it shows.
    pub shows: &'static str,
    /// What it does to the process, or needs; `None` when it only reads.
    pub caution: Option<&'static str>,
}

const TRACES_MALLOC: &str = "needs root; slows every allocation down while it runs";

/// One or two commands for this process, the more telling first.
#[must_use]
pub fn next_steps(pid: Pid, identity: &RuntimeIdentity, leaks: Resource) -> Vec<NextStep> {
    match leaks {
        Resource::Memory => memory(pid, identity),
        Resource::Fds => vec![
            step(format!("lsof -nP -p {pid}"), "every descriptor with its file or peer", None),
            step(
                format!("strace -f -k -e trace=open,openat,socket,accept,accept4,pipe2,dup,close -p {pid}"),
                "the code that opens descriptors, and which are closed",
                Some("stops the process at each of these calls; it runs much slower meanwhile"),
            ),
        ],
        Resource::Threads => vec![threads(pid, identity.runtime)],
    }
}

fn step(command: String, shows: &'static str, caution: Option<&'static str>) -> NextStep {
    NextStep { command, shows, caution }
}

fn memory(pid: Pid, identity: &RuntimeIdentity) -> Vec<NextStep> {
    let mut steps = Vec::new();
    match identity.runtime {
        Some(Runtime::CPython) => steps.push(step(
            format!("memray attach {pid}"),
            "which Python code allocates from now on",
            Some("runs code in the process through gdb or lldb and may crash it; memray must be installed in its environment"),
        )),
        Some(Runtime::Node) => steps.push(step(
            format!("node inspect -p {pid}"),
            "the heap, after takeHeapSnapshot('leak.heapsnapshot'): take two and compare them in Chrome DevTools",
            Some("opens its debugger on 127.0.0.1:9229; a snapshot stops the process and may take as much memory as its heap again"),
        )),
        Some(Runtime::Jvm) => {
            steps.push(step(
                format!("jcmd {pid} GC.class_histogram"),
                "which classes hold the Java heap; run it twice and compare",
                Some("makes a full garbage collection, which stops the process"),
            ));
            steps.push(step(
                format!("jcmd {pid} VM.native_memory summary"),
                "memory outside the Java heap",
                Some("only where it was started with -XX:NativeMemoryTracking=summary"),
            ));
        }
        Some(Runtime::Go) => steps.push(step(
            "go tool pprof http://localhost:6060/debug/pprof/heap".to_owned(),
            "which code holds the heap",
            Some("only where the program serves net/http/pprof; its address may be another one"),
        )),
        Some(Runtime::Ruby) => steps.push(step(
            format!("rbtrace -p {pid} -e \"require 'objspace'; File.open('heap.json', 'w') {{ |f| ObjectSpace.dump_all(output: f) }}\""),
            "all objects of the heap, in the folder the process runs in",
            Some("only where the program has loaded rbtrace; stops the process while the heap is written"),
        )),
        Some(Runtime::Php) => steps.push(step(
            format!("reli inspector:memory -p {pid}"),
            "what the PHP heap holds",
            Some("stops the process while its memory is read"),
        )),
        Some(Runtime::DotNet) => steps.push(step(
            format!("dotnet-gcdump collect -p {pid}"),
            "which types hold the heap",
            Some("makes a full garbage collection, which stops the process"),
        )),
        Some(Runtime::Native) | None => {
            // It goes in through the dynamic linker and looks for the malloc of libc.
            if identity.allocator == Some(Allocator::Glibc) {
                steps.push(step(
                    format!("heaptrack -p {pid}"),
                    "which code allocates what is not freed, from now on",
                    Some("puts a library into the process and may crash it, above all when it detaches"),
                ));
            }
            steps.push(traced(pid, identity));
        }
    }
    if steps.len() == 1 && matches!(identity.runtime, Some(Runtime::CPython | Runtime::Ruby | Runtime::Node)) {
        steps.push(NextStep { shows: "allocations of native extensions that are not freed", ..traced(pid, identity) });
    }
    steps
}

/// The tracer of bcc, told where `malloc` is when that is not libc.
fn traced(pid: Pid, identity: &RuntimeIdentity) -> NextStep {
    let object = match (&identity.allocator_file, identity.allocator) {
        (Some(file), _) if is_plain(file) => format!(" -O {file}"),
        (None, Some(Allocator::Glibc)) | (Some(_), _) => String::new(),
        // Linked into the program.
        (None, _) => format!(" -O /proc/{pid}/exe"),
    };
    let command = format!("memleak-bpfcc -p {pid} -a{object}");
    step(command, "call stacks whose allocations are not freed", Some(TRACES_MALLOC))
}

/// Nothing that a shell would take for more than a word.
fn is_plain(path: &str) -> bool {
    path.starts_with('/') && path.chars().all(|c| c.is_ascii_alphanumeric() || "/._+-".contains(c))
}

fn threads(pid: Pid, runtime: Option<Runtime>) -> NextStep {
    match runtime {
        Some(Runtime::Jvm) => step(
            format!("jcmd {pid} Thread.print"),
            "the stack of every thread",
            Some("stops the process while the stacks are taken"),
        ),
        Some(Runtime::CPython) => step(
            format!("py-spy dump --pid {pid}"),
            "the Python stack of every thread",
            Some("stops the process for a moment"),
        ),
        Some(Runtime::Go) => step(
            "go tool pprof http://localhost:6060/debug/pprof/threadcreate".to_owned(),
            "which code made the threads",
            Some("only where the program serves net/http/pprof; its address may be another one"),
        ),
        _ => step(
            format!("gdb -p {pid} -batch -ex 'thread apply all bt'"),
            "the stack of every thread",
            Some("stops the process while the stacks are read"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNTIMES: [Runtime; 8] = [
        Runtime::CPython,
        Runtime::Node,
        Runtime::Jvm,
        Runtime::Go,
        Runtime::Ruby,
        Runtime::Php,
        Runtime::DotNet,
        Runtime::Native,
    ];

    fn identity(runtime: Runtime, allocator: Option<Allocator>, file: Option<&str>) -> RuntimeIdentity {
        RuntimeIdentity { runtime: Some(runtime), allocator, allocator_file: file.map(str::to_owned) }
    }

    #[test]
    fn every_runtime_has_one_or_two_steps_on_this_pid() {
        for runtime in RUNTIMES {
            for leaks in [Resource::Memory, Resource::Fds, Resource::Threads] {
                let steps = next_steps(Pid(4711), &identity(runtime, Some(Allocator::Glibc), None), leaks);
                assert!((1..=2).contains(&steps.len()), "{runtime:?} {leaks:?}");
                for step in steps {
                    assert!(step.command.contains("4711") || runtime == Runtime::Go, "{}", step.command);
                }
            }
        }
    }

    #[test]
    fn malloc_is_looked_for_where_it_is() {
        let command = |allocator, file| {
            let steps = next_steps(Pid(7), &identity(Runtime::Native, allocator, file), Resource::Memory);
            steps.last().expect("a step").command.clone()
        };
        assert_eq!(command(Some(Allocator::Glibc), None), "memleak-bpfcc -p 7 -a");
        let jemalloc = Some("/usr/lib/libjemalloc.so.2");
        assert_eq!(command(Some(Allocator::Jemalloc), jemalloc), "memleak-bpfcc -p 7 -a -O /usr/lib/libjemalloc.so.2");
        assert_eq!(command(None, None), "memleak-bpfcc -p 7 -a -O /proc/7/exe");
        assert_eq!(command(Some(Allocator::Jemalloc), Some("/x/$(reboot)/libjemalloc.so")), "memleak-bpfcc -p 7 -a");
        let musl = next_steps(Pid(7), &identity(Runtime::Native, Some(Allocator::Musl), None), Resource::Memory);
        assert!(musl.iter().all(|step| !step.command.contains("heaptrack")));
    }
}
