
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'leakwatch' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'leakwatch'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'leakwatch' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Watch the process with this number (repeatable)')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'Watch the process with this number (repeatable)')
            [CompletionResult]::new('--pid-file', '--pid-file', [CompletionResultType]::ParameterName, 'Watch the processes whose numbers FILE holds, one a line; with --wait it is read again when they have gone')
            [CompletionResult]::new('--process', '--process', [CompletionResultType]::ParameterName, 'Watch processes with NAME in their name: comm, executable or argv[0], in any case (repeatable)')
            [CompletionResult]::new('--cmdline', '--cmdline', [CompletionResultType]::ParameterName, 'Watch processes whose whole command line matches REGEX')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Only processes of this user')
            [CompletionResult]::new('--cgroup', '--cgroup', [CompletionResultType]::ParameterName, 'Watch a control group and the processes in it, by its path below the mount (version 2; repeatable)')
            [CompletionResult]::new('--unit', '--unit', [CompletionResultType]::ParameterName, 'Watch the control group of a systemd unit and the processes in it (repeatable)')
            [CompletionResult]::new('--container', '--container', [CompletionResultType]::ParameterName, 'Watch the control group of a container and the processes in it, by the beginning of its id (repeatable)')
            [CompletionResult]::new('--proc-root', '--proc-root', [CompletionResultType]::ParameterName, 'Read another /proc')
            [CompletionResult]::new('--cgroup-root', '--cgroup-root', [CompletionResultType]::ParameterName, 'Read control groups from another mount')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time between samples: 10, 10s, 500ms, 1m')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'End after this time')
            [CompletionResult]::new('--samples', '--samples', [CompletionResultType]::ParameterName, 'End after this many samples')
            [CompletionResult]::new('--no-pss', '--no-pss', [CompletionResultType]::ParameterName, 'Never read PSS and USS, which cost more than the other counters')
            [CompletionResult]::new('--no-fds', '--no-fds', [CompletionResultType]::ParameterName, 'Do not count open file descriptors, and do not judge them')
            [CompletionResult]::new('--no-threads', '--no-threads', [CompletionResultType]::ParameterName, 'Do not count threads, and do not judge them')
            [CompletionResult]::new('--max-overhead', '--max-overhead', [CompletionResultType]::ParameterName, 'What leakwatch itself may use of one core, such as 1%; above it, it reads PSS no more, then samples less often')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]')
            [CompletionResult]::new('--min-observation', '--min-observation', [CompletionResultType]::ParameterName, 'How long a target must be seen before ''leaking'' may be said [default: 1h, or a fifth of the run when its length is known]')
            [CompletionResult]::new('--max-growth', '--max-growth', [CompletionResultType]::ParameterName, 'Growth below this is never ''leaking'' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]')
            [CompletionResult]::new('--threshold-mb', '--threshold-mb', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period')
            [CompletionResult]::new('--threshold-percent', '--threshold-percent', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N % within the spike period')
            [CompletionResult]::new('--spike-period', '--spike-period', [CompletionResultType]::ParameterName, 'The spike period')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'What ''memory full'' means [default: the tightest of control group, resource limit and host memory]')
            [CompletionResult]::new('--limit-percent', '--limit-percent', [CompletionResultType]::ParameterName, 'Alert above N % of the limit')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes the exit status 1')
            [CompletionResult]::new('--on-inconclusive', '--on-inconclusive', [CompletionResultType]::ParameterName, 'Whether too little data may pass')
            [CompletionResult]::new('--fail-if', '--fail-if', [CompletionResultType]::ParameterName, 'Fail when EXPR holds for a target: ''growth(memory) > 2MiB/h'', ''peak(rss) >= 1GiB for 30s after 2m abort'' (repeatable)')
            [CompletionResult]::new('--warn-if', '--warn-if', [CompletionResultType]::ParameterName, 'Say so when EXPR holds for a target, without failing (repeatable)')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Leave the start out of every judgement [default: a tenth of a ''run'' whose length is known, else nothing]')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Compare with the report of an earlier run: --fail-if ''growth(memory) > baseline + 1MiB/h''')
            [CompletionResult]::new('--work-file', '--work-file', [CompletionResultType]::ParameterName, 'Count work with FILE, which holds a number: ''growth(memory) per work > 200B'' asks for growth by request or job')
            [CompletionResult]::new('--work-command', '--work-command', [CompletionResultType]::ParameterName, 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s')
            [CompletionResult]::new('--work-log', '--work-log', [CompletionResultType]::ParameterName, 'Count work as lines of this log, from its end on; rotation is followed')
            [CompletionResult]::new('--work-regex', '--work-regex', [CompletionResultType]::ParameterName, 'Lines of the work log that count, such as ''^\[JOB SUCCESS\]''')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What standard output carries')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'Keep the plain table on a terminal instead of the full-screen view')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)')
            [CompletionResult]::new('--on-alert', '--on-alert', [CompletionResultType]::ParameterName, 'Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. CMD is split at blanks, quotes keep them; no shell is involved')
            [CompletionResult]::new('--webhook', '--webhook', [CompletionResultType]::ParameterName, 'Post each alert to URL. Others can read an argument: the variable or a file is the better place for it')
            [CompletionResult]::new('--webhook-format', '--webhook-format', [CompletionResultType]::ParameterName, 'What the webhook understands')
            [CompletionResult]::new('--alert-log', '--alert-log', [CompletionResultType]::ParameterName, 'Append each alert to FILE as a line of JSON; the file may be rotated')
            [CompletionResult]::new('--alert-on', '--alert-on', [CompletionResultType]::ParameterName, 'Which alerts are sent: severities (critical, warning, info) or kinds (leak, near_limit, ...)')
            [CompletionResult]::new('--alert-rate', '--alert-rate', [CompletionResultType]::ParameterName, 'At most so many alerts a minute to the command and the webhook, twice as many at once; the others wait')
            [CompletionResult]::new('--alert-timeout', '--alert-timeout', [CompletionResultType]::ParameterName, 'How long the command may run and an answer of the webhook may take, and how long is waited for both at the end')
            [CompletionResult]::new('--syslog', '--syslog', [CompletionResultType]::ParameterName, 'Begin each line on standard error with its priority, such as <4>, for ''logger --prio-prefix''; when standard error is the journal it is done anyway')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'NAME must be the whole name')
            [CompletionResult]::new('--tree', '--tree', [CompletionResultType]::ParameterName, 'Also all descendants of what matched')
            [CompletionResult]::new('--portable', '--portable', [CompletionResultType]::ParameterName, 'Read processes through the portable source, as on systems without /proc')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait for a first match instead of ending with status 4')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Start a command, watch it and its descendants, and end with it')
            [CompletionResult]::new('analyze', 'analyze', [CompletionResultType]::ParameterValue, 'Analyse recordings: .csv or .jsonl, also .gz, or - for standard input')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Turn recordings into a report: -o report.html; its exit status says nothing of leaks unless --fail-on does')
            [CompletionResult]::new('compare', 'compare', [CompletionResultType]::ParameterValue, 'Show what grew faster in one report than in an earlier one')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Say how long a run must be to see a leak of some rate over some noise')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show what a selection matches now, without sampling')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Start a small process that leaks (or not), watch it live, and say what was found')
            [CompletionResult]::new('selftest', 'selftest', [CompletionResultType]::ParameterValue, 'Watch several such processes side by side and check that each verdict is right')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print the settings in force and where each comes from')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the report and of the event lines')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('behave', 'behave', [CompletionResultType]::ParameterValue, 'Behave like the process of a demo')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'leakwatch;run' {
            [CompletionResult]::new('--stop-signal', '--stop-signal', [CompletionResultType]::ParameterName, 'Signal that ends the command at the deadline: TERM, INT, HUP, QUIT, USR1, USR2 or KILL')
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How long the command may take to end after that signal, before it is killed')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time between samples: 10, 10s, 500ms, 1m')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'End after this time')
            [CompletionResult]::new('--samples', '--samples', [CompletionResultType]::ParameterName, 'End after this many samples')
            [CompletionResult]::new('--no-pss', '--no-pss', [CompletionResultType]::ParameterName, 'Never read PSS and USS, which cost more than the other counters')
            [CompletionResult]::new('--no-fds', '--no-fds', [CompletionResultType]::ParameterName, 'Do not count open file descriptors, and do not judge them')
            [CompletionResult]::new('--no-threads', '--no-threads', [CompletionResultType]::ParameterName, 'Do not count threads, and do not judge them')
            [CompletionResult]::new('--max-overhead', '--max-overhead', [CompletionResultType]::ParameterName, 'What leakwatch itself may use of one core, such as 1%; above it, it reads PSS no more, then samples less often')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]')
            [CompletionResult]::new('--min-observation', '--min-observation', [CompletionResultType]::ParameterName, 'How long a target must be seen before ''leaking'' may be said [default: 1h, or a fifth of the run when its length is known]')
            [CompletionResult]::new('--max-growth', '--max-growth', [CompletionResultType]::ParameterName, 'Growth below this is never ''leaking'' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]')
            [CompletionResult]::new('--threshold-mb', '--threshold-mb', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period')
            [CompletionResult]::new('--threshold-percent', '--threshold-percent', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N % within the spike period')
            [CompletionResult]::new('--spike-period', '--spike-period', [CompletionResultType]::ParameterName, 'The spike period')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'What ''memory full'' means [default: the tightest of control group, resource limit and host memory]')
            [CompletionResult]::new('--limit-percent', '--limit-percent', [CompletionResultType]::ParameterName, 'Alert above N % of the limit')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes the exit status 1')
            [CompletionResult]::new('--on-inconclusive', '--on-inconclusive', [CompletionResultType]::ParameterName, 'Whether too little data may pass')
            [CompletionResult]::new('--fail-if', '--fail-if', [CompletionResultType]::ParameterName, 'Fail when EXPR holds for a target: ''growth(memory) > 2MiB/h'', ''peak(rss) >= 1GiB for 30s after 2m abort'' (repeatable)')
            [CompletionResult]::new('--warn-if', '--warn-if', [CompletionResultType]::ParameterName, 'Say so when EXPR holds for a target, without failing (repeatable)')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Leave the start out of every judgement [default: a tenth of a ''run'' whose length is known, else nothing]')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Compare with the report of an earlier run: --fail-if ''growth(memory) > baseline + 1MiB/h''')
            [CompletionResult]::new('--work-file', '--work-file', [CompletionResultType]::ParameterName, 'Count work with FILE, which holds a number: ''growth(memory) per work > 200B'' asks for growth by request or job')
            [CompletionResult]::new('--work-command', '--work-command', [CompletionResultType]::ParameterName, 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s')
            [CompletionResult]::new('--work-log', '--work-log', [CompletionResultType]::ParameterName, 'Count work as lines of this log, from its end on; rotation is followed')
            [CompletionResult]::new('--work-regex', '--work-regex', [CompletionResultType]::ParameterName, 'Lines of the work log that count, such as ''^\[JOB SUCCESS\]''')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What standard output carries')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'Keep the plain table on a terminal instead of the full-screen view')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)')
            [CompletionResult]::new('--on-alert', '--on-alert', [CompletionResultType]::ParameterName, 'Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. CMD is split at blanks, quotes keep them; no shell is involved')
            [CompletionResult]::new('--webhook', '--webhook', [CompletionResultType]::ParameterName, 'Post each alert to URL. Others can read an argument: the variable or a file is the better place for it')
            [CompletionResult]::new('--webhook-format', '--webhook-format', [CompletionResultType]::ParameterName, 'What the webhook understands')
            [CompletionResult]::new('--alert-log', '--alert-log', [CompletionResultType]::ParameterName, 'Append each alert to FILE as a line of JSON; the file may be rotated')
            [CompletionResult]::new('--alert-on', '--alert-on', [CompletionResultType]::ParameterName, 'Which alerts are sent: severities (critical, warning, info) or kinds (leak, near_limit, ...)')
            [CompletionResult]::new('--alert-rate', '--alert-rate', [CompletionResultType]::ParameterName, 'At most so many alerts a minute to the command and the webhook, twice as many at once; the others wait')
            [CompletionResult]::new('--alert-timeout', '--alert-timeout', [CompletionResultType]::ParameterName, 'How long the command may run and an answer of the webhook may take, and how long is waited for both at the end')
            [CompletionResult]::new('--syslog', '--syslog', [CompletionResultType]::ParameterName, 'Begin each line on standard error with its priority, such as <4>, for ''logger --prio-prefix''; when standard error is the journal it is done anyway')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--quiet-command', '--quiet-command', [CompletionResultType]::ParameterName, 'Hide the output of the command')
            [CompletionResult]::new('--propagate', '--propagate', [CompletionResultType]::ParameterName, 'Exit with the command''s own status when nothing was found')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;analyze' {
            [CompletionResult]::new('--time-column', '--time-column', [CompletionResultType]::ParameterName, 'Column or field of the time [default: timestamp, time, time_s, elapsed_time or unix_time]')
            [CompletionResult]::new('--value-column', '--value-column', [CompletionResultType]::ParameterName, 'Column or field of the memory [default: rss_bytes or rss]')
            [CompletionResult]::new('--value-unit', '--value-unit', [CompletionResultType]::ParameterName, 'Unit of the memory: B, kB, KiB, MB, MiB, GB, GiB [default: B]')
            [CompletionResult]::new('--group-by', '--group-by', [CompletionResultType]::ParameterName, 'Column or field that tells series apart [default: pid]')
            [CompletionResult]::new('--line-regex', '--line-regex', [CompletionResultType]::ParameterName, 'Read lines of text: a regular expression with the groups ''value'', and perhaps ''time'', ''unit'', ''name''')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]')
            [CompletionResult]::new('--min-observation', '--min-observation', [CompletionResultType]::ParameterName, 'How long a target must be seen before ''leaking'' may be said [default: 1h, or a fifth of the run when its length is known]')
            [CompletionResult]::new('--max-growth', '--max-growth', [CompletionResultType]::ParameterName, 'Growth below this is never ''leaking'' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]')
            [CompletionResult]::new('--threshold-mb', '--threshold-mb', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period')
            [CompletionResult]::new('--threshold-percent', '--threshold-percent', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N % within the spike period')
            [CompletionResult]::new('--spike-period', '--spike-period', [CompletionResultType]::ParameterName, 'The spike period')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'What ''memory full'' means [default: the tightest of control group, resource limit and host memory]')
            [CompletionResult]::new('--limit-percent', '--limit-percent', [CompletionResultType]::ParameterName, 'Alert above N % of the limit')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes the exit status 1')
            [CompletionResult]::new('--on-inconclusive', '--on-inconclusive', [CompletionResultType]::ParameterName, 'Whether too little data may pass')
            [CompletionResult]::new('--fail-if', '--fail-if', [CompletionResultType]::ParameterName, 'Fail when EXPR holds for a target: ''growth(memory) > 2MiB/h'', ''peak(rss) >= 1GiB for 30s after 2m abort'' (repeatable)')
            [CompletionResult]::new('--warn-if', '--warn-if', [CompletionResultType]::ParameterName, 'Say so when EXPR holds for a target, without failing (repeatable)')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Leave the start out of every judgement [default: a tenth of a ''run'' whose length is known, else nothing]')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Compare with the report of an earlier run: --fail-if ''growth(memory) > baseline + 1MiB/h''')
            [CompletionResult]::new('--work-file', '--work-file', [CompletionResultType]::ParameterName, 'Count work with FILE, which holds a number: ''growth(memory) per work > 200B'' asks for growth by request or job')
            [CompletionResult]::new('--work-command', '--work-command', [CompletionResultType]::ParameterName, 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s')
            [CompletionResult]::new('--work-log', '--work-log', [CompletionResultType]::ParameterName, 'Count work as lines of this log, from its end on; rotation is followed')
            [CompletionResult]::new('--work-regex', '--work-regex', [CompletionResultType]::ParameterName, 'Lines of the work log that count, such as ''^\[JOB SUCCESS\]''')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What standard output carries')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'Keep the plain table on a terminal instead of the full-screen view')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;report' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What to write: .html page, .svg chart, .json report (repeatable)')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What to write: .html page, .svg chart, .json report (repeatable)')
            [CompletionResult]::new('--time-column', '--time-column', [CompletionResultType]::ParameterName, 'Column or field of the time [default: timestamp, time, time_s, elapsed_time or unix_time]')
            [CompletionResult]::new('--value-column', '--value-column', [CompletionResultType]::ParameterName, 'Column or field of the memory [default: rss_bytes or rss]')
            [CompletionResult]::new('--value-unit', '--value-unit', [CompletionResultType]::ParameterName, 'Unit of the memory: B, kB, KiB, MB, MiB, GB, GiB [default: B]')
            [CompletionResult]::new('--group-by', '--group-by', [CompletionResultType]::ParameterName, 'Column or field that tells series apart [default: pid]')
            [CompletionResult]::new('--line-regex', '--line-regex', [CompletionResultType]::ParameterName, 'Read lines of text: a regular expression with the groups ''value'', and perhaps ''time'', ''unit'', ''name''')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]')
            [CompletionResult]::new('--min-observation', '--min-observation', [CompletionResultType]::ParameterName, 'How long a target must be seen before ''leaking'' may be said [default: 1h, or a fifth of the run when its length is known]')
            [CompletionResult]::new('--max-growth', '--max-growth', [CompletionResultType]::ParameterName, 'Growth below this is never ''leaking'' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]')
            [CompletionResult]::new('--threshold-mb', '--threshold-mb', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period')
            [CompletionResult]::new('--threshold-percent', '--threshold-percent', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N % within the spike period')
            [CompletionResult]::new('--spike-period', '--spike-period', [CompletionResultType]::ParameterName, 'The spike period')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'What ''memory full'' means [default: the tightest of control group, resource limit and host memory]')
            [CompletionResult]::new('--limit-percent', '--limit-percent', [CompletionResultType]::ParameterName, 'Alert above N % of the limit')
            [CompletionResult]::new('--fail-if', '--fail-if', [CompletionResultType]::ParameterName, 'Fail when EXPR holds for a target: ''growth(memory) > 2MiB/h'', ''peak(rss) >= 1GiB for 30s after 2m abort'' (repeatable)')
            [CompletionResult]::new('--warn-if', '--warn-if', [CompletionResultType]::ParameterName, 'Say so when EXPR holds for a target, without failing (repeatable)')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Leave the start out of every judgement [default: a tenth of a ''run'' whose length is known, else nothing]')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Compare with the report of an earlier run: --fail-if ''growth(memory) > baseline + 1MiB/h''')
            [CompletionResult]::new('--work-file', '--work-file', [CompletionResultType]::ParameterName, 'Count work with FILE, which holds a number: ''growth(memory) per work > 200B'' asks for growth by request or job')
            [CompletionResult]::new('--work-command', '--work-command', [CompletionResultType]::ParameterName, 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s')
            [CompletionResult]::new('--work-log', '--work-log', [CompletionResultType]::ParameterName, 'Count work as lines of this log, from its end on; rotation is followed')
            [CompletionResult]::new('--work-regex', '--work-regex', [CompletionResultType]::ParameterName, 'Lines of the work log that count, such as ''^\[JOB SUCCESS\]''')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes the exit status 1')
            [CompletionResult]::new('--on-inconclusive', '--on-inconclusive', [CompletionResultType]::ParameterName, 'Whether too little data may pass')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;compare' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What standard output carries')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;plan' {
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'The growth that must be told from none: 1MiB/h')
            [CompletionResult]::new('--noise', '--noise', [CompletionResultType]::ParameterName, 'How much memory moves around its trend, as a standard deviation (''variance.spread_bytes'' of an earlier report)')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time between samples')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;list' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Watch the process with this number (repeatable)')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'Watch the process with this number (repeatable)')
            [CompletionResult]::new('--pid-file', '--pid-file', [CompletionResultType]::ParameterName, 'Watch the processes whose numbers FILE holds, one a line; with --wait it is read again when they have gone')
            [CompletionResult]::new('--process', '--process', [CompletionResultType]::ParameterName, 'Watch processes with NAME in their name: comm, executable or argv[0], in any case (repeatable)')
            [CompletionResult]::new('--cmdline', '--cmdline', [CompletionResultType]::ParameterName, 'Watch processes whose whole command line matches REGEX')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Only processes of this user')
            [CompletionResult]::new('--cgroup', '--cgroup', [CompletionResultType]::ParameterName, 'Watch a control group and the processes in it, by its path below the mount (version 2; repeatable)')
            [CompletionResult]::new('--unit', '--unit', [CompletionResultType]::ParameterName, 'Watch the control group of a systemd unit and the processes in it (repeatable)')
            [CompletionResult]::new('--container', '--container', [CompletionResultType]::ParameterName, 'Watch the control group of a container and the processes in it, by the beginning of its id (repeatable)')
            [CompletionResult]::new('--proc-root', '--proc-root', [CompletionResultType]::ParameterName, 'Read another /proc')
            [CompletionResult]::new('--cgroup-root', '--cgroup-root', [CompletionResultType]::ParameterName, 'Read control groups from another mount')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'NAME must be the whole name')
            [CompletionResult]::new('--tree', '--tree', [CompletionResultType]::ParameterName, 'Also all descendants of what matched')
            [CompletionResult]::new('--portable', '--portable', [CompletionResultType]::ParameterName, 'Read processes through the portable source, as on systems without /proc')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;demo' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;selftest' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;config' {
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time between samples: 10, 10s, 500ms, 1m')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'End after this time')
            [CompletionResult]::new('--samples', '--samples', [CompletionResultType]::ParameterName, 'End after this many samples')
            [CompletionResult]::new('--no-pss', '--no-pss', [CompletionResultType]::ParameterName, 'Never read PSS and USS, which cost more than the other counters')
            [CompletionResult]::new('--no-fds', '--no-fds', [CompletionResultType]::ParameterName, 'Do not count open file descriptors, and do not judge them')
            [CompletionResult]::new('--no-threads', '--no-threads', [CompletionResultType]::ParameterName, 'Do not count threads, and do not judge them')
            [CompletionResult]::new('--max-overhead', '--max-overhead', [CompletionResultType]::ParameterName, 'What leakwatch itself may use of one core, such as 1%; above it, it reads PSS no more, then samples less often')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]')
            [CompletionResult]::new('--min-observation', '--min-observation', [CompletionResultType]::ParameterName, 'How long a target must be seen before ''leaking'' may be said [default: 1h, or a fifth of the run when its length is known]')
            [CompletionResult]::new('--max-growth', '--max-growth', [CompletionResultType]::ParameterName, 'Growth below this is never ''leaking'' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]')
            [CompletionResult]::new('--threshold-mb', '--threshold-mb', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period')
            [CompletionResult]::new('--threshold-percent', '--threshold-percent', [CompletionResultType]::ParameterName, 'Spike alert: growth of more than N % within the spike period')
            [CompletionResult]::new('--spike-period', '--spike-period', [CompletionResultType]::ParameterName, 'The spike period')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'What ''memory full'' means [default: the tightest of control group, resource limit and host memory]')
            [CompletionResult]::new('--limit-percent', '--limit-percent', [CompletionResultType]::ParameterName, 'Alert above N % of the limit')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes the exit status 1')
            [CompletionResult]::new('--on-inconclusive', '--on-inconclusive', [CompletionResultType]::ParameterName, 'Whether too little data may pass')
            [CompletionResult]::new('--fail-if', '--fail-if', [CompletionResultType]::ParameterName, 'Fail when EXPR holds for a target: ''growth(memory) > 2MiB/h'', ''peak(rss) >= 1GiB for 30s after 2m abort'' (repeatable)')
            [CompletionResult]::new('--warn-if', '--warn-if', [CompletionResultType]::ParameterName, 'Say so when EXPR holds for a target, without failing (repeatable)')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Leave the start out of every judgement [default: a tenth of a ''run'' whose length is known, else nothing]')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Compare with the report of an earlier run: --fail-if ''growth(memory) > baseline + 1MiB/h''')
            [CompletionResult]::new('--work-file', '--work-file', [CompletionResultType]::ParameterName, 'Count work with FILE, which holds a number: ''growth(memory) per work > 200B'' asks for growth by request or job')
            [CompletionResult]::new('--work-command', '--work-command', [CompletionResultType]::ParameterName, 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s')
            [CompletionResult]::new('--work-log', '--work-log', [CompletionResultType]::ParameterName, 'Count work as lines of this log, from its end on; rotation is followed')
            [CompletionResult]::new('--work-regex', '--work-regex', [CompletionResultType]::ParameterName, 'Lines of the work log that count, such as ''^\[JOB SUCCESS\]''')
            [CompletionResult]::new('--on-alert', '--on-alert', [CompletionResultType]::ParameterName, 'Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. CMD is split at blanks, quotes keep them; no shell is involved')
            [CompletionResult]::new('--webhook', '--webhook', [CompletionResultType]::ParameterName, 'Post each alert to URL. Others can read an argument: the variable or a file is the better place for it')
            [CompletionResult]::new('--webhook-format', '--webhook-format', [CompletionResultType]::ParameterName, 'What the webhook understands')
            [CompletionResult]::new('--alert-log', '--alert-log', [CompletionResultType]::ParameterName, 'Append each alert to FILE as a line of JSON; the file may be rotated')
            [CompletionResult]::new('--alert-on', '--alert-on', [CompletionResultType]::ParameterName, 'Which alerts are sent: severities (critical, warning, info) or kinds (leak, near_limit, ...)')
            [CompletionResult]::new('--alert-rate', '--alert-rate', [CompletionResultType]::ParameterName, 'At most so many alerts a minute to the command and the webhook, twice as many at once; the others wait')
            [CompletionResult]::new('--alert-timeout', '--alert-timeout', [CompletionResultType]::ParameterName, 'How long the command may run and an answer of the webhook may take, and how long is waited for both at the end')
            [CompletionResult]::new('--syslog', '--syslog', [CompletionResultType]::ParameterName, 'Begin each line on standard error with its priority, such as <4>, for ''logger --prio-prefix''; when standard error is the journal it is done anyway')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;schema' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;behave' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto, always or never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'leakwatch;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Start a command, watch it and its descendants, and end with it')
            [CompletionResult]::new('analyze', 'analyze', [CompletionResultType]::ParameterValue, 'Analyse recordings: .csv or .jsonl, also .gz, or - for standard input')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Turn recordings into a report: -o report.html; its exit status says nothing of leaks unless --fail-on does')
            [CompletionResult]::new('compare', 'compare', [CompletionResultType]::ParameterValue, 'Show what grew faster in one report than in an earlier one')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Say how long a run must be to see a leak of some rate over some noise')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show what a selection matches now, without sampling')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Start a small process that leaks (or not), watch it live, and say what was found')
            [CompletionResult]::new('selftest', 'selftest', [CompletionResultType]::ParameterValue, 'Watch several such processes side by side and check that each verdict is right')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print the settings in force and where each comes from')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the report and of the event lines')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('behave', 'behave', [CompletionResultType]::ParameterValue, 'Behave like the process of a demo')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'leakwatch;help;run' {
            break
        }
        'leakwatch;help;analyze' {
            break
        }
        'leakwatch;help;report' {
            break
        }
        'leakwatch;help;compare' {
            break
        }
        'leakwatch;help;plan' {
            break
        }
        'leakwatch;help;list' {
            break
        }
        'leakwatch;help;demo' {
            break
        }
        'leakwatch;help;selftest' {
            break
        }
        'leakwatch;help;config' {
            break
        }
        'leakwatch;help;schema' {
            break
        }
        'leakwatch;help;completions' {
            break
        }
        'leakwatch;help;man' {
            break
        }
        'leakwatch;help;behave' {
            break
        }
        'leakwatch;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
