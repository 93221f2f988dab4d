//! Flags, variables and settings files, and the output of `config`.

use crate::support::{leakwatch, stderr, stdout};

#[test]
fn a_flag_overrides_a_variable_and_a_variable_overrides_a_file() {
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
    toml::from_str::<toml::Table>(&text).expect("the output is a valid configuration");
}

#[test]
fn colours_are_a_setting_and_an_output_option() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("leakwatch.toml"), "color = 'never'\n").expect("a file");
    let output = leakwatch().current_dir(folder.path()).arg("config").output().expect("the program starts");
    assert!(stdout(&output).contains("color = \"never\""), "{}{}", stdout(&output), stderr(&output));
    let help = leakwatch().arg("--help").output().expect("the program starts");
    let help = stdout(&help);
    let below = |heading: &str| help.find(heading).unwrap_or_else(|| panic!("{heading}: {help}"));
    let color = below("--color <");
    assert!(below("\nOutput:") < color && color < below("\nAlerts:"), "{help}");
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

#[test]
fn an_invalid_and_an_unknown_variable_are_named() {
    let run = |name: &str, value: &str, arguments: &[&str]| {
        let output = leakwatch().env(name, value).args(arguments).output().expect("the program starts");
        (output.status.code(), stderr(&output), stdout(&output))
    };
    let (code, message, _) = run("LEAKWATCH_INTERVAL", "soon", &["--pid", "1"]);
    assert_eq!(code, Some(2));
    assert!(message.contains("variable LEAKWATCH_INTERVAL: ") && message.contains("'500ms'"), "{message}");
    let (code, message, _) = run("LEAKWATCH_INTERVAL", "soon", &["--pid", "1", "--interval", "later"]);
    assert_eq!((code, message.contains("variable")), (Some(2), false), "{message}");
    let (code, message, _) = run("LEAKWATCH_INTERVALL", "3s", &["config"]);
    assert_eq!(code, Some(0));
    assert!(message.contains("unknown variable LEAKWATCH_INTERVALL"), "{message}");
    let (code, _, text) = run("LEAKWATCH_NO_PSS", "1", &["config"]);
    assert_eq!((code, text.contains("variable LEAKWATCH_NO_PSS")), (Some(0), true), "{text}");
}

#[test]
fn config_refuses_invalid_settings_as_a_run_does() {
    let output = leakwatch().args(["config", "--window", "1s"]).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("shorter than the interval"), "{}", stderr(&output));
}

#[test]
fn interval_for_is_a_setting() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("leakwatch.toml"), "interval-for = ['postgres=1m', 'cron=5m']\n")
        .expect("a file");
    let run = |args: &[&str]| leakwatch().current_dir(folder.path()).args(args).output().expect("the program starts");
    let shown = stdout(&run(&["config"]));
    assert!(shown.contains("interval-for = [\"postgres=1m\", \"cron=5m\"]"), "{shown}");
    for (value, reason) in
        [("web=1s", "shorter than that of all"), ("1m", "postgres=1m"), ("=1m", "empty name"), ("a=0", "more than 0")]
    {
        for command in [&["config"][..], &["--pid", "1"]] {
            let output = run(&[command, &["--interval-for", value]].concat());
            assert_eq!(output.status.code(), Some(2), "{value}");
            assert!(stderr(&output).contains(reason), "{}", stderr(&output));
        }
    }
    let output = run(&["--pid", "1", "--duration", "20s", "--interval-for", "a=1m"]);
    assert!(stderr(&output).contains("longer than the run (20s)"), "{}", stderr(&output));
}

#[test]
fn help_needs_no_valid_file() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("leakwatch.toml"), "interval =").expect("a file");
    let help = leakwatch().current_dir(folder.path()).arg("--help").output().expect("the program starts");
    assert_eq!(help.status.code(), Some(0), "{}", stderr(&help));
    assert!(stdout(&help).contains("--interval"));
}
