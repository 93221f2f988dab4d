//! Control groups (cgroups) from recorded trees: present, absent and invalid ones.

use serde_json::Value;

use crate::support::{run, stderr, stdout};

fn fixture(name: &str) -> String {
    format!("{}/fixtures/proc/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn watched(selector: &[&str], cgroup_root: &str) -> std::process::Output {
    let (proc, session) = (fixture("service"), ["--samples", "2", "--interval", "50ms", "--format", "json"]);
    run(&[&["--proc-root", &proc, "--cgroup-root", cgroup_root], selector, &session].concat())
}

#[test]
fn a_unit_is_watched_with_its_processes() {
    for selector in [["--unit", "orders"], ["--cgroup", "/system.slice/orders.service"]] {
        let output = watched(&selector, &fixture("service-cgroup"));
        let report: Value = serde_json::from_str(&stdout(&output)).expect("a report");
        let targets = report["targets"].as_array().expect("targets");
        let group = targets.iter().find(|target| target["kind"] == "cgroup").expect("the group");
        assert_eq!((&group["name"], &group["members"]), (&"/system.slice/orders.service".into(), &3.into()));
        assert_eq!(group["cgroup"]["working_set_bytes"], 201_326_592 - 20_971_520);
        assert_eq!(group["forecast"]["limit_kind"], "cgroup_max");
        let pids: Vec<_> = targets.iter().filter_map(|target| target["pid"].as_u64()).collect();
        assert_eq!(pids, [4100, 4101, 4102]);
        assert!(targets.iter().all(|target| target["kind"] == "cgroup" || target["cgroup"].is_null()));
    }
}

#[test]
fn an_absent_control_group_is_named() {
    let output = watched(&["--unit", "nosuch"], &fixture("service-cgroup"));
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("unit 'nosuch'"), "{}", stderr(&output));
    let nowhere = tempfile::tempdir().expect("a folder");
    let output = watched(&["--container", "0123abcd"], &nowhere.path().to_string_lossy());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("'--cgroup-root'"), "{}", stderr(&output));
    let output = watched(&["--container", "web"], &fixture("service-cgroup"));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("hexadecimal"), "{}", stderr(&output));
}
