//! The command to run next on one process, by its runtime and by the resource that leaks.
//!
//! Each command, with its caution, follows the documentation of its tool: memray "Attaching to a running process",
//! `node inspect -p` and its `takeHeapSnapshot`, `jcmd PID help`, net/http/pprof of Go, `heaptrack --help`, memleak(8)
//! of bcc, rbtrace, reli, dotnet-gcdump, py-spy, lsof(8), strace(1), gdb(1).

use crate::analysis::Resource;
use crate::model::{Allocator, Pid, Runtime, RuntimeIdentity};

/// A command to run next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// The command, for a shell. It holds no foreign text that a shell would take for more than a word.
    pub command: String,
    /// Result of the command.
    pub shows: &'static str,
    /// Effect on the process, or a requirement; `None` if it only reads.
    pub caution: Option<&'static str>,
}

/// Caution of tracers of `malloc`.
const TRACES_MALLOC: &str = "needs root; slows every allocation down while it runs";

/// Returns one or two commands for a process, the more informative first.
#[must_use]
pub fn next_steps(pid: Pid, identity: &RuntimeIdentity, leaks: Resource) -> Vec<NextStep> {
    match leaks {
        Resource::Memory => memory(pid, identity),
        Resource::Fds => vec![
            step(format!("lsof -nP -p {pid}"), "every descriptor with its file or peer", None),
            step(
                format!("strace -f -k -e trace=open,openat,socket,accept,accept4,pipe2,dup,close -p {pid}"),
                "the code that opens and closes descriptors",
                Some("stops the process at each of these calls, which slows it down much"),
            ),
        ],
        Resource::Threads => vec![threads(pid, identity.runtime)],
    }
}

fn step(command: String, shows: &'static str, caution: Option<&'static str>) -> NextStep {
    NextStep { command, shows, caution }
}

/// Returns the commands that show leaking memory.
fn memory(pid: Pid, identity: &RuntimeIdentity) -> Vec<NextStep> {
    let Some(runtime) = identity.runtime.filter(|&runtime| runtime != Runtime::Native) else {
        return native_memory(pid, identity);
    };
    let mut steps = managed_memory(pid, runtime);
    if matches!(runtime, Runtime::CPython | Runtime::Ruby | Runtime::Node) {
        let shows = "allocations of native extensions that are not freed";
        steps.push(NextStep { shows, ..malloc_tracer(pid, identity) });
    }
    steps
}

/// Returns the commands for a process without a managed heap.
fn native_memory(pid: Pid, identity: &RuntimeIdentity) -> Vec<NextStep> {
    let mut steps = Vec::new();
    // heaptrack attaches through the dynamic linker and looks for the malloc of libc.
    if identity.allocator == Some(Allocator::Glibc) {
        steps.push(step(
            format!("heaptrack -p {pid}"),
            "the code that allocates memory without freeing it, from now on",
            Some("loads a library into the process and may crash it, most likely on detach"),
        ));
    }
    steps.push(malloc_tracer(pid, identity));
    steps
}

/// Returns the commands for the heap of a runtime.
fn managed_memory(pid: Pid, runtime: Runtime) -> Vec<NextStep> {
    let (command, shows, caution) = match runtime {
        Runtime::CPython => (
            format!("memray attach {pid}"),
            "the Python code that allocates from now on",
            "runs code in the process through gdb or lldb and may crash it; requires memray in its environment",
        ),
        Runtime::Node => (
            format!("node inspect -p {pid}"),
            "the heap, after takeHeapSnapshot('leak.heapsnapshot'): take two and compare them in Chrome DevTools",
            "opens its debugger on 127.0.0.1:9229; a snapshot stops the process and may take as much memory as its heap",
        ),
        Runtime::Jvm => return jvm_memory(pid),
        Runtime::Go => (
            "go tool pprof http://localhost:6060/debug/pprof/heap".to_owned(),
            "the code that holds the heap",
            "requires a program that serves net/http/pprof; its address may differ",
        ),
        Runtime::Ruby => (
            format!(
                "rbtrace -p {pid} -e \"require 'objspace'; \
                 File.open('heap.json', 'w') {{ |f| ObjectSpace.dump_all(output: f) }}\""
            ),
            "all objects of the heap, in a file in the working folder of the process",
            "requires a program that has loaded rbtrace; stops the process while the heap is written",
        ),
        Runtime::Php => (
            format!("reli inspector:memory -p {pid}"),
            "the contents of the PHP heap",
            "stops the process while its memory is read",
        ),
        Runtime::DotNet => (
            format!("dotnet-gcdump collect -p {pid}"),
            "types by their share of the heap",
            "runs a full garbage collection, which stops the process",
        ),
        Runtime::Native => return Vec::new(),
    };
    vec![step(command, shows, Some(caution))]
}

fn jvm_memory(pid: Pid) -> Vec<NextStep> {
    vec![
        step(
            format!("jcmd {pid} GC.class_histogram"),
            "classes by their share of the Java heap; run it twice and compare",
            Some("runs a full garbage collection, which stops the process"),
        ),
        step(
            format!("jcmd {pid} VM.native_memory summary"),
            "memory outside the Java heap",
            Some("requires a start with -XX:NativeMemoryTracking=summary"),
        ),
    ]
}

/// Returns the tracer of bcc, with the object that holds `malloc` when that is not libc.
fn malloc_tracer(pid: Pid, identity: &RuntimeIdentity) -> NextStep {
    let object = match (&identity.allocator_file, identity.allocator) {
        (Some(file), _) if is_plain(file) => format!(" -O {file}"),
        (None, Some(Allocator::Glibc)) | (Some(_), _) => String::new(),
        // The allocator is linked into the program.
        (None, _) => format!(" -O /proc/{pid}/exe"),
    };
    let command = format!("memleak-bpfcc -p {pid} -a{object}");
    step(command, "call stacks with allocations that are not freed", Some(TRACES_MALLOC))
}

/// True if a shell takes the path for one word.
fn is_plain(path: &str) -> bool {
    path.starts_with('/') && path.chars().all(|c| c.is_ascii_alphanumeric() || "/._+-".contains(c))
}

/// Returns the command that shows the threads of a process.
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
            "the code that started the threads",
            Some("requires a program that serves net/http/pprof; its address may differ"),
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
    fn every_runtime_has_one_or_two_steps_for_the_process() {
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
    fn the_tracer_gets_the_object_that_holds_malloc() {
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
