//! Attribution of growth in real programs. One session watches all of them.

use std::process::Command;

use serde_json::Value;

use crate::interpreters::{node, python};
use crate::support::{Target, run, stderr, stdout};

/// Program that keeps small objects.
const OBJECTS: &str = "
import time
kept = []
while True:
    kept.append([object() for _ in range(3000)])
    time.sleep(0.02)
";
/// Program that opens files in a folder with a hostile name, and half-closed connections.
const DESCRIPTORS: &str = "
import os, socket, tempfile, time
with tempfile.TemporaryDirectory(prefix='x\\x1b[31m<script>alert(1)|') as folder:
    server = socket.create_server(('127.0.0.1', 0))
    kept = []
    for n in range(1000):
        kept.append(open(os.path.join(folder, str(n)), 'w'))
        kept.append(socket.create_connection(server.getsockname()))
        server.accept()[0].close()
        time.sleep(0.1)
";
/// Program that starts waiting threads with a hostile name.
const THREADS: &str = "
import threading, time
def wait():
    open('/proc/self/task/%d/comm' % threading.get_native_id(), 'w').write('\\x1b[1mfetch-%d' % threading.get_native_id())
    time.sleep(600)
while True:
    threading.Thread(target=wait, daemon=True).start()
    time.sleep(0.1)
";
/// Program that keeps buffers. Its growth does not depend on the garbage collector.
const NODE: &str = "const kept = []; setInterval(() => kept.push(Buffer.alloc(262144, 1)), 50);";

fn is(entry: &Value, target: &Target) -> bool {
    entry["pid"].as_u64() == target.pid().parse().ok()
}

/// Returns the attribution of a suspected process.
fn attribution<'a>(report: &'a Value, target: &Target) -> &'a Value {
    let targets = report["targets"].as_array().expect("targets");
    let found = targets.iter().find(|entry| is(entry, target)).expect("watched");
    assert!(found["attribution"].is_object(), "{found:#}");
    &found["attribution"]
}

/// Returns the growth of the parts of an inspection with this kind and name.
fn growth(inspected: &Value, kind: &str, name: impl Fn(&str) -> bool) -> i64 {
    let parts = inspected["parts"].as_array().unwrap_or_else(|| panic!("not inspected: {inspected}"));
    let wanted = |part: &&Value| part["kind"] == kind && name(part["name"].as_str().unwrap_or_default());
    let growth = |part: &Value| part["last"].as_i64().unwrap_or(0) - part["first"].as_i64().unwrap_or(0);
    parts.iter().filter(wanted).map(growth).sum()
}

fn command(attribution: &Value) -> &str {
    attribution["next_steps"][0]["command"].as_str().unwrap_or_default()
}

#[test]
fn growing_parts_and_next_steps_are_named() {
    let Some(python) = python() else { return };
    let python = |code: &str| Target::spawn(Command::new(&python).args(["-c", code]));
    let (native, steady) = (Target::start("leaky", &["65536", "20"]), Target::start("steady", &[]));
    let (objects, descriptors, threads) = (python(OBJECTS), python(DESCRIPTORS), python(THREADS));
    let node = node().map(|node| Target::spawn(Command::new(node).args(["-e", NODE])));
    let mut arguments =
        vec!["--interval".to_owned(), "100ms".into(), "--duration".into(), "15s".into(), "--explain".into()];
    let all = [Some(&native), Some(&steady), Some(&objects), Some(&descriptors), Some(&threads), node.as_ref()];
    arguments.extend(all.into_iter().flatten().flat_map(|target| ["--pid".to_owned(), target.pid()]));
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["x.json", "x.html", "x.md"].map(|name| folder.path().join(name));
    arguments.extend(files.iter().flat_map(|file| ["-o".to_owned(), file.display().to_string()]));
    let output = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let [json, html, markdown] =
        files.map(|file| std::fs::read_to_string(file).unwrap_or_else(|_| panic!("{}", stderr(&output))));
    let report: Value = serde_json::from_str(&json).expect("a report");

    let steady = report["targets"].as_array().and_then(|all| all.iter().find(|entry| is(entry, &steady)));
    assert!(steady.is_some_and(|entry| entry["attribution"].is_null()), "{steady:?}");

    let seen = attribution(&report, &native);
    assert_eq!((&seen["runtime"], &seen["allocator"]), (&"native".into(), &"glibc".into()), "{seen:#}");
    let grown =
        growth(&seen["mappings"], "heap", str::is_empty) + growth(&seen["mappings"], "anonymous", str::is_empty);
    assert!(grown > 1 << 20, "{seen:#}");
    assert_eq!(command(seen), format!("heaptrack -p {}", native.pid()));

    let seen = attribution(&report, &objects);
    assert_eq!(seen["runtime"], "cpython", "{seen:#}");
    assert!(growth(&seen["mappings"], "anonymous", str::is_empty) > 1 << 20, "{seen:#}");
    assert_eq!(command(seen), format!("memray attach {}", objects.pid()));
    assert_eq!(seen["counters"][0]["counter"], "rss_anon_bytes", "{seen:#}");

    let seen = attribution(&report, &descriptors);
    assert!(growth(&seen["descriptors"], "file", |name| name.contains("<script>")) > 10, "{seen:#}");
    assert!(
        growth(&seen["descriptors"], "socket", |name| name.starts_with("tcp CLOSE_WAIT to 127.0.0.1:")) > 10,
        "{seen:#}"
    );
    assert_eq!(command(seen), format!("lsof -nP -p {}", descriptors.pid()));

    let seen = attribution(&report, &threads);
    assert!(growth(&seen["threads"], "thread", |name| name == "\u{1b}[#mfetch-#") > 10, "{seen:#}");
    assert_eq!(command(seen), format!("py-spy dump --pid {}", threads.pid()));

    if let Some(node) = &node {
        let seen = attribution(&report, node);
        assert_eq!(seen["runtime"], "node", "{seen:#}");
        assert!(growth(&seen["mappings"], "anonymous", str::is_empty) > 1 << 20, "{seen:#}");
        assert_eq!(command(seen), format!("node inspect -p {}", node.pid()));
    }

    let next_step = format!("next: memray attach {}", objects.pid());
    assert!(stdout(&output).contains(&next_step), "{}", stdout(&output));
    check_escaping(&stdout(&output), &html, &markdown);
}

/// Checks that hostile names of folders and threads are shown as text.
fn check_escaping(table: &str, html: &str, markdown: &str) {
    assert!(table.contains("fetch-#"), "{table}");
    for (text, folder) in
        [(table, "\\x1b[31m<script>"), (html, "\\x1b[31m&lt;script&gt;"), (markdown, "&lt;script&gt;")]
    {
        assert!(!text.contains('\u{1b}'), "an escape sequence was not removed");
        assert!(text.contains(folder), "{folder} is not in {text}");
    }
    assert!(!html.contains("<script>alert") && !markdown.contains("<script>alert"));
}
