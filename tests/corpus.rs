//! Corpus of labelled recordings in `fixtures/series`: their verdicts.
//!
//! `cargo run --release --example score` prints the rates of right verdicts. `LEAKWATCH_UPDATE=1 cargo test --test corpus`
//! writes the list after an intended change.

use std::fmt::Write;
use std::path::Path;

use leakwatch::analysis::Resource;

#[allow(dead_code, reason = "the scorer reads more of a recording")]
#[path = "../fixtures/series/corpus.rs"]
mod corpus;

/// Returns the list of verdicts, a line for each recording.
fn verdicts(folder: &Path) -> String {
    let mut list = "set,trace,status,resource\n".to_owned();
    for set in ["real", "field"] {
        for trace in corpus::traces(&folder.join(set)).expect("the recordings") {
            let verdicts = trace.judge(1.0).expect("a readable recording");
            let worst = corpus::worst(&verdicts).expect("a target");
            let (name, status) = (&trace.label.trace, worst.status.label());
            writeln!(list, "{set},{name},{status},{}", worst.resource.map_or("", Resource::name)).expect("a line");
        }
    }
    list
}

#[test]
fn all_verdicts_match_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/series");
    let file = folder.join("verdicts.csv");
    let now = verdicts(&folder);
    if std::env::var_os("LEAKWATCH_UPDATE").is_some() {
        std::fs::write(&file, &now).expect("the list is written");
        return;
    }
    let listed = std::fs::read_to_string(&file).expect("fixtures/series/verdicts.csv");
    let changed: Vec<String> = listed
        .lines()
        .zip(now.lines())
        .filter(|(listed, now)| listed != now)
        .map(|(listed, now)| format!("  {listed}  is now  {now}"))
        .collect();
    assert!(changed.is_empty(), "changed verdicts (set,trace,status,resource):\n{}", changed.join("\n"));
    assert_eq!(listed.lines().count(), now.lines().count(), "the list has a line for each recording");
}
