//! Texts of the manual pages that the definition of the command line does not have: synopsis, examples, exit status.

/// Name of the program and of its main page.
pub(super) const PROGRAM: &str = "leakwatch";

/// Entries of a section: a term and its explanation.
pub(super) type Entries = &'static [(&'static str, &'static str)];

/// Texts of one manual page.
pub(super) struct PageText {
    /// Name of the subcommand, or of the program.
    pub(super) name: &'static str,
    /// Forms of the call.
    pub(super) synopsis: &'static [&'static str],
    /// Paragraphs of the description.
    pub(super) description: &'static [&'static str],
    /// Exit statuses with their meanings.
    pub(super) exit_status: Entries,
    /// Sentences, each with a command line.
    pub(super) examples: Entries,
    /// Related pages with their sections.
    pub(super) see_also: &'static [&'static str],
}

/// Returns the texts of a page. An unknown name gets those of the main page.
pub(super) fn of(name: &str) -> &'static PageText {
    PAGES.iter().find(|page| page.name == name).unwrap_or(&PAGES[0])
}

/// Variables that every session reads.
pub(super) const ENVIRONMENT: Entries = &[
    (
        "LEAKWATCH_...",
        "Value of the option of that name: LEAKWATCH_MIN_OBSERVATION for --min-observation. An option on the command line \
         overrides it. It overrides the settings files. An unknown variable gets a warning.",
    ),
    ("LEAKWATCH_WEBHOOK", "Address for alerts. Other users can read arguments, but not this variable."),
    (
        "LEAKWATCH_ALERT_...",
        "Set for the command of --on-alert: KIND, STATE, SEVERITY, TIMESTAMP, MESSAGE, HOST, NAME, PID, CMDLINE, VERDICT \
         and RATE (bytes per second). Unknown values are not set.",
    ),
    ("NO_COLOR, CLICOLOR_FORCE", "Turn colours off, or on where there is no terminal. --color overrides both."),
    ("TERM", "The full-screen view needs a value other than 'dumb'."),
    ("XDG_CONFIG_HOME", "Folder of the user's settings file (default: ~/.config)."),
    ("HTTPS_PROXY, NO_PROXY", "Proxy for the webhook, and hosts without it."),
    ("JOURNAL_STREAM", "Set by systemd. Lines for the journal then carry their priorities."),
    (
        "GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, GITHUB_OUTPUT",
        "Set by GitHub Actions. Sessions then write annotations, the step summary and the outputs of the step.",
    ),
];

/// Files that every session reads.
pub(super) const FILES: Entries = &[
    ("./leakwatch.toml", "Settings and [[allow]] entries of the current folder. They override the user's file."),
    ("~/.config/leakwatch/leakwatch.toml", "Settings of the user."),
    ("FILE~", "Earlier recording (.csv or .jsonl) of the same name, kept when a new one begins."),
];

const SESSION_STATUS: Entries = &[
    ("0", "Nothing that --fail-on or --fail-if names was found."),
    ("1", "A finding that --fail-on names, or a failed --fail-if."),
    ("2", "Usage, configuration or internal error, or an output that could not be written."),
    (
        "3",
        "Inconclusive: too few samples, gaps, growth that did not last long enough, or an early exit. \
         --on-inconclusive pass makes it 0.",
    ),
    ("4", "No process matched, or none could be read."),
    ("128+n", "A second signal n ended leakwatch at once. The first one ends the session in order."),
];

const RECORDING_STATUS: Entries = &[
    ("0", "Nothing that --fail-on or --fail-if names was found."),
    ("1", "A finding that --fail-on names, or a failed --fail-if."),
    ("2", "A file could not be analysed, or a usage or configuration error."),
    ("3", "Inconclusive: too little data. --on-inconclusive pass makes it 0."),
    ("128+n", "A second signal n ended leakwatch at once."),
];

const PRINTING_STATUS: Entries = &[("0", "The output was written."), ("2", "Usage or internal error.")];

const PAGES: &[PageText] = &[
    PageText {
        name: PROGRAM,
        synopsis: &["leakwatch SELECTOR... [OPTION...]", "leakwatch COMMAND [OPTION...]"],
        description: &[
            "leakwatch samples the memory of running processes at an interval. It judges each of them leaking, \
             suspect, stable, warming up or without enough data, and gives the reasons. It injects nothing and \
             stops nothing.",
            "Without a command it watches the processes that the selectors match. A terminal shows a full-screen \
             view, and 'q' or Ctrl-C ends the session with a summary.",
            "The memory that is judged is memory that the kernel cannot drop: anonymous, swapped, shared and huge \
             pages. Descriptors and threads are judged in the same way.",
        ],
        exit_status: SESSION_STATUS,
        examples: &[
            ("Show a leak without any preparation:", "leakwatch demo"),
            (
                "Watch a service across restarts until Ctrl-C, and keep a report:",
                "leakwatch --process myservice --wait -o myservice.html -o myservice.csv",
            ),
            ("Watch one process for an hour, and print all evidence:", "leakwatch --pid 4242 --duration 1h --explain"),
            (
                "Fail a soak test on growth:",
                "leakwatch run --duration 10m --interval 1s --fail-if 'growth(memory) > 2MiB/h' -- ./myservice",
            ),
        ],
        see_also: &["leakwatch-watch(1)", "leakwatch-run(1)", "leakwatch-analyze(1)", "proc(5)"],
    },
    PageText {
        name: "watch",
        synopsis: &["leakwatch [watch] SELECTOR... [OPTION...]"],
        description: &[
            "Watches the processes that the selectors match, now and after each restart, until Ctrl-C, --duration \
             or the exit of the last one. With --wait it waits for a first match and for restarts.",
            "Standard output has the table, or the data of --format. Alerts and messages go to standard error.",
            "During the first hour no target is judged leaking, because a start-up grows too. --duration and \
             --min-observation shorten this time.",
        ],
        exit_status: SESSION_STATUS,
        examples: &[
            (
                "Watch everything with 'myservice' in its name, now and after restarts:",
                "leakwatch watch --process myservice --wait --interval 10s",
            ),
            ("Watch a script by its arguments:", "leakwatch watch --cmdline 'celery.*worker'"),
            ("Watch a systemd unit with its memory limit:", "leakwatch watch --unit myservice.service"),
            (
                "Start a program for each alert:",
                "leakwatch watch --process myservice --wait --on-alert 'notify-send -u critical leakwatch'",
            ),
        ],
        see_also: &["leakwatch-list(1)", "leakwatch-run(1)", "leakwatch-config(1)", "proc(5)", "cgroups(7)"],
    },
    PageText {
        name: "run",
        synopsis: &["leakwatch run [OPTION...] -- COMMAND [ARG...]"],
        description: &[
            "Starts a command without a shell, watches it and its descendants, and stops it at --duration. The \
             exit status reports the result, so that a soak test can fail a build.",
            "A command that fails, ends before --duration or leaves descendants behind is inconclusive.",
            "The command keeps the terminal for its output, and leakwatch prints a line a minute for each target. \
             --quiet-command hides that output and shows the full-screen view.",
            "With --until-decided the run goes on after --duration while a --fail-if is undecided. leakwatch looks each \
             time the observed time has grown by a tenth. A decision at such a look requires a wider interval than 95 \
             %: all of them together share one error of 5 %.",
        ],
        exit_status: &[
            ("0", "Nothing that --fail-on or --fail-if names was found."),
            ("1", "A finding that --fail-on names, or a failed --fail-if."),
            ("2", "Usage, configuration or internal error, or an output that could not be written."),
            (
                "3",
                "Inconclusive: too few samples, or the command failed or ended early. --on-inconclusive pass makes it \
                 0.",
            ),
            ("4", "No process of the command could be read."),
            ("128+n", "A second signal n ended leakwatch and the command at once."),
            ("other", "With --propagate: the status of the command, if all is decided and nothing was found."),
        ],
        examples: &[
            (
                "Fail if memory grows by more than 2 MiB an hour, and write JUnit for a CI system:",
                "leakwatch run --duration 10m --interval 1s --fail-if 'growth(memory) > 2MiB/h' -o junit.xml -- \
                 ./myservice",
            ),
            (
                "Decide after a minute if the data allow it, and after ten minutes at the latest:",
                "leakwatch run --duration 1m --interval 250ms --until-decided 10m \\\n  \
             --fail-if 'growth(memory) > 20MiB/h' -- ./myservice",
            ),
            (
                "End at once when the command exceeds 1 GiB for ten seconds:",
                "leakwatch run --duration 10m --fail-if 'peak(rss) >= 1GiB for 10s abort' -- ./myservice",
            ),
            (
                "Compare with an earlier run:",
                "leakwatch run --duration 10m --baseline main.json --fail-if 'growth(memory) > baseline + 1MiB/h' -- \
                 ./myservice",
            ),
            (
                "Judge growth by request instead of by time:",
                "leakwatch run --duration 10m --work-log worker.log --work-regex 'request done' \\\n  \
             --fail-if 'growth(memory) per work > 200B' -- ./myservice",
            ),
        ],
        see_also: &["leakwatch-plan(1)", "leakwatch-compare(1)", "leakwatch-watch(1)"],
    },
    PageText {
        name: "analyze",
        synopsis: &["leakwatch analyze [OPTION...] FILE..."],
        description: &[
            "Judges recordings as a watch of the same length would: CSV and JSON lines of leakwatch, foreign \
             tables, JSON lines and text logs, also gzipped. A .json report has no samples and cannot be \
             analysed.",
            "Times are RFC 3339, seconds or milliseconds since 1970.",
        ],
        exit_status: RECORDING_STATUS,
        examples: &[
            ("Judge recordings of leakwatch:", "leakwatch analyze myservice.csv old-soak.csv.gz"),
            (
                "Judge a foreign table with one series a host:",
                "leakwatch analyze --time-column when --value-column mem_mb --value-unit MB --group-by host \
                 metrics.csv",
            ),
            (
                "Judge numbers in the lines of a log:",
                "leakwatch analyze --line-regex '^(?<time>\\S+) .*rss=(?<value>[0-9.]+)(?<unit>MB)' worker.log",
            ),
            ("Read standard input, print JSON:", "zcat soak.csv.gz | leakwatch analyze --format json -"),
        ],
        see_also: &["leakwatch-report(1)", "leakwatch-watch(1)"],
    },
    PageText {
        name: "report",
        synopsis: &["leakwatch report -o FILE [OPTION...] RECORDING..."],
        description: &[
            "Judges recordings and writes the files of -o. Standard output stays empty. A finding does not change \
             the exit status unless --fail-on or --fail-if names it.",
        ],
        exit_status: RECORDING_STATUS,
        examples: &[
            (
                "Write a page and a summary from a recording:",
                "leakwatch report myservice.csv -o report.html -o summary.md",
            ),
            (
                "Exit with 1 if the recording has a leak:",
                "leakwatch report --fail-on leaking myservice.csv -o report.html",
            ),
        ],
        see_also: &["leakwatch-analyze(1)", "leakwatch-compare(1)"],
    },
    PageText {
        name: "compare",
        synopsis: &["leakwatch compare [--format FORMAT] BEFORE.json AFTER.json"],
        description: &[
            "Pairs the targets of two reports by name, and compares growth and peaks. A difference of rates has a \
             95 % confidence interval and a p-value.",
        ],
        exit_status: &[("0", "The reports were compared."), ("2", "A report could not be read, or a usage error.")],
        examples: &[
            ("Compare two runs:", "leakwatch compare main.json branch.json"),
            ("Print the rows as JSON:", "leakwatch compare --format json main.json branch.json"),
        ],
        see_also: &["leakwatch-run(1)"],
    },
    PageText {
        name: "plan",
        synopsis: &[
            "leakwatch plan --rate RATE --from FILE [--name NAME] [--interval DUR]",
            "leakwatch plan --rate RATE --noise SIZE [--interval DUR]",
        ],
        description: &[
            "Computes the length of a run that detects a leak of the given rate over the given noise, and prints \
             the command for it. Two times are given: until memory that does not grow passes, and until a leak of \
             that rate is proved. The command has the first as --duration and the second as --until-decided.",
            "--from takes noise and interval from the JSON report of an earlier run (variance.noise_bytes), or from a \
             recording. Of several targets the noisiest counts, or the one that --name names.",
        ],
        exit_status: &[
            ("0", "The plan was printed."),
            ("2", "No run of reasonable length detects the leak, or a usage error."),
        ],
        examples: &[
            (
                "Measure the noise of a service in a short run, and plan a gate of 2 MiB/h with it:",
                "leakwatch run --duration 2m --interval 1s -o short.json -- ./myservice\n\
             leakwatch plan --rate 2MiB/h --from short.json",
            ),
            (
                "Compute the length of a run that detects 2 MiB/h over noise of 500 KiB:",
                "leakwatch plan --rate 2MiB/h --noise 500KiB --interval 1s",
            ),
        ],
        see_also: &["leakwatch-run(1)"],
    },
    PageText {
        name: "list",
        synopsis: &["leakwatch list SELECTOR... [--format FORMAT]"],
        description: &[
            "Lists the processes that the selectors match now, with user, age and memory. It samples nothing.",
        ],
        exit_status: &[
            ("0", "At least one process was listed."),
            ("2", "Usage or internal error."),
            ("4", "No process matched, or none could be read."),
        ],
        examples: &[
            ("List the processes that a watch would match:", "leakwatch list --process myservice"),
            ("Print their pids for a script:", "leakwatch list --user www-data --format json | jq '.[].pid'"),
        ],
        see_also: &["leakwatch-watch(1)"],
    },
    PageText {
        name: "demo",
        synopsis: &["leakwatch demo [BEHAVIOUR]"],
        description: &[
            "Starts a small process of known behaviour, watches it for 40 seconds, and prints the verdict. It \
             needs no privileges and leaves nothing behind.",
        ],
        exit_status: &[
            ("0", "The verdict is right."),
            ("1", "The verdict is wrong."),
            ("2", "The process could not be started or watched."),
            ("3", "A signal ended the demo."),
        ],
        examples: &[
            ("Watch a process that leaks, for 40 seconds:", "leakwatch demo"),
            ("Watch a process that fills a cache and does not leak:", "leakwatch demo warmup"),
        ],
        see_also: &["leakwatch-selftest(1)"],
    },
    PageText {
        name: "selftest",
        synopsis: &["leakwatch selftest"],
        description: &[
            "Starts processes that leak and processes that do not, watches them side by side, and checks each \
             verdict.",
        ],
        exit_status: &[
            ("0", "All verdicts are right."),
            ("1", "A verdict is wrong on this host."),
            ("2", "A process could not be started or watched."),
            ("3", "A signal ended the test."),
        ],
        examples: &[("Check leakwatch on a new host:", "leakwatch selftest")],
        see_also: &["leakwatch-demo(1)"],
    },
    PageText {
        name: "config",
        synopsis: &["leakwatch config [OPTION...]"],
        description: &[
            "Prints each setting with its origin: default, variable, file and line, or option. The output is a \
             valid settings file. The address of the webhook is never shown.",
        ],
        exit_status: PRINTING_STATUS,
        examples: &[
            ("Print the settings in force with their origins:", "leakwatch config"),
            ("Begin a settings file:", "leakwatch config --interval 5s --max-growth 1MiB/h > leakwatch.toml"),
        ],
        see_also: &["leakwatch-watch(1)", "leakwatch-run(1)"],
    },
    PageText {
        name: "schema",
        synopsis: &["leakwatch schema"],
        description: &["Prints the JSON Schema of the report, the event lines and the alert messages."],
        exit_status: PRINTING_STATUS,
        examples: &[("Save the JSON Schema:", "leakwatch schema > report.schema.json")],
        see_also: &["leakwatch-watch(1)", "leakwatch-analyze(1)"],
    },
    PageText {
        name: "completions",
        synopsis: &["leakwatch completions bash|elvish|fish|powershell|zsh"],
        description: &["Prints a script that completes options, file names, pids and names of processes. The package \
             installs those of bash, zsh and fish."],
        exit_status: PRINTING_STATUS,
        examples: &[
            ("Complete in the current bash:", "source <(leakwatch completions bash)"),
            ("Complete in every fish:", "leakwatch completions fish > ~/.config/fish/completions/leakwatch.fish"),
            ("Complete in the current elvish:", "eval (leakwatch completions elvish | slurp)"),
        ],
        see_also: &[],
    },
];
