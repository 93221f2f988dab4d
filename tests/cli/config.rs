//! Flag over variable over file, and what `config` says of it.

use crate::support::{leakwatch, stderr, stdout};

#[test]
fn each_layer_goes_before_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let user = folder.path().join("user/leakwatch");
    std::fs::create_dir_all(&user).expect("a folder");
    std::fs::write(user.join("leakwatch.toml"), "interval = '7s'\nwindow = '2h'\nlimit = '1GiB'\nlimit-percent = 70\n")
        .expect("a file");
    std::fs::write(folder.path().join("leakwatch.toml"), "window = '3h'\nlimit = '2GiB'\nlimit-percent = 71\n")
        .expect("a file");
    let output = leakwatch()
        .current_dir(folder.path())
        .env("XDG_CONFIG_HOME", folder.path().join("user"))
        .env("LEAKWATCH_LIMIT", "3GiB")
        .env("LEAKWATCH_LIMIT_PERCENT", "72")
        .args(["config", "--limit-percent", "73"])
        .output()
        .expect("the program starts");
    let text = stdout(&output);
    let line = |key: &str| {
        let found = text.lines().find(|line| line.starts_with(&format!("{key} ="))).unwrap_or_default();
        found.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(
        line("interval").starts_with("interval = \"7s\" # ") && line("interval").ends_with("leakwatch.toml, line 1")
    );
    assert_eq!(line("window"), "window = \"3h\" # leakwatch.toml, line 1");
    assert_eq!(line("limit"), "limit = \"3GiB\" # variable LEAKWATCH_LIMIT");
    assert_eq!(line("limit-percent"), "limit-percent = \"73\" # flag --limit-percent");
    assert_eq!(line("spike-period"), "spike-period = \"10s\" # default");
    toml::from_str::<toml::Table>(&text).expect("what is printed is a configuration itself");
}

#[test]
fn a_faulty_file_is_named_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |text: &str| {
        std::fs::write(folder.path().join("leakwatch.toml"), text).expect("a file");
        let output = leakwatch().current_dir(folder.path()).args(["--pid", "1"]).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2));
        stderr(&output)
    };
    let message = run("# mine\nintervall = 3\n");
    assert!(message.contains("leakwatch.toml, line 2: unknown setting 'intervall'"), "{message}");
    assert!(message.contains("known settings are interval,"), "{message}");
    let message = run("interval = '3 parsecs'\n");
    assert!(message.contains("line 1") && message.contains("'500ms'"), "{message}");
}
