# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_leakwatch_global_optspecs
    string join \n p/pid= pid-file= process= exact cmdline= user= cgroup= unit= container= tree proc-root= cgroup-root= portable interval= duration= samples= no-pss= no-fds= no-threads= max-overhead= window= min-observation= max-growth= threshold-mb= threshold-percent= spike-period= limit= limit-percent= fail-on= on-inconclusive= fail-if= warn-if= warmup= baseline= work-file= work-command= work-log= work-regex= format= plain= o/output= on-alert= webhook= webhook-format= alert-log= alert-on= alert-rate= alert-timeout= syslog= wait color= h/help V/version
end

function __fish_leakwatch_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_leakwatch_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_leakwatch_using_subcommand
    set -l cmd (__fish_leakwatch_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c leakwatch -n "__fish_leakwatch_needs_command" -s p -l pid -d 'Watch the process with this number (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l pid-file -d 'Watch the processes whose numbers FILE holds, one a line; with --wait it is read again when they have gone' -r -F
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l process -d 'Watch processes with NAME in their name: comm, executable or argv[0], in any case (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l cmdline -d 'Watch processes whose whole command line matches REGEX' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l user -d 'Only processes of this user' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l cgroup -d 'Watch a control group and the processes in it, by its path below the mount (version 2; repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l unit -d 'Watch the control group of a systemd unit and the processes in it (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l container -d 'Watch the control group of a container and the processes in it, by the beginning of its id (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l proc-root -d 'Read another /proc' -r -f -a "(__fish_complete_directories)"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l cgroup-root -d 'Read control groups from another mount' -r -f -a "(__fish_complete_directories)"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l interval -d 'Time between samples: 10, 10s, 500ms, 1m' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l duration -d 'End after this time' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l samples -d 'End after this many samples' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l no-pss -d 'Never read PSS and USS, which cost more than the other counters' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l no-fds -d 'Do not count open file descriptors, and do not judge them' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l no-threads -d 'Do not count threads, and do not judge them' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l max-overhead -d 'What leakwatch itself may use of one core, such as 1%; above it, it reads PSS no more, then samples less often' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l window -d 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l min-observation -d 'How long a target must be seen before \'leaking\' may be said [default: 1h, or a fifth of the run when its length is known]' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l max-growth -d 'Growth below this is never \'leaking\' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l threshold-mb -d 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l threshold-percent -d 'Spike alert: growth of more than N % within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l spike-period -d 'The spike period' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l limit -d 'What \'memory full\' means [default: the tightest of control group, resource limit and host memory]' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l limit-percent -d 'Alert above N % of the limit' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l fail-on -d 'What makes the exit status 1' -r -f -a "leaking\t'A target leaks'
suspect\t'A target leaks or is suspect'
alert\t'An alert of severity warning or critical was raised'
never\t'Nothing'"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l on-inconclusive -d 'Whether too little data may pass' -r -f -a "pass\t'Exit status 0'
fail\t'Exit status 3'"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l fail-if -d 'Fail when EXPR holds for a target: \'growth(memory) > 2MiB/h\', \'peak(rss) >= 1GiB for 30s after 2m abort\' (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l warn-if -d 'Say so when EXPR holds for a target, without failing (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l warmup -d 'Leave the start out of every judgement [default: a tenth of a \'run\' whose length is known, else nothing]' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l baseline -d 'Compare with the report of an earlier run: --fail-if \'growth(memory) > baseline + 1MiB/h\'' -r -F
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l work-file -d 'Count work with FILE, which holds a number: \'growth(memory) per work > 200B\' asks for growth by request or job' -r -F
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l work-command -d 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l work-log -d 'Count work as lines of this log, from its end on; rotation is followed' -r -F
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l work-regex -d 'Lines of the work log that count, such as \'^\\[JOB SUCCESS\\]\'' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l format -d 'What standard output carries' -r -f -a "table\t'A live view on a terminal, plain lines elsewhere'
json\t'One report at the end, and nothing else'
jsonl\t'One event a line as it happens'
csv\t'One sample a line as it happens'"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l plain -d 'Keep the plain table on a terminal instead of the full-screen view' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -s o -l output -d 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)' -r -F
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l on-alert -d 'Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. CMD is split at blanks, quotes keep them; no shell is involved' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l webhook -d 'Post each alert to URL. Others can read an argument: the variable or a file is the better place for it' -r -f
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l webhook-format -d 'What the webhook understands' -r -f -a "auto\t'\'slack\' for hooks.slack.com and addresses that end with /slack, \'json\' for others'
json\t'The alert as --alert-log writes it'
slack\t'A line of chat, for Slack, Mattermost, Rocket.Chat and Discord'"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l alert-log -d 'Append each alert to FILE as a line of JSON; the file may be rotated' -r -F
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l alert-on -d 'Which alerts are sent: severities (critical, warning, info) or kinds (leak, near_limit, ...)' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l alert-rate -d 'At most so many alerts a minute to the command and the webhook, twice as many at once; the others wait' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l alert-timeout -d 'How long the command may run and an answer of the webhook may take, and how long is waited for both at the end' -r
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l syslog -d 'Begin each line on standard error with its priority, such as <4>, for \'logger --prio-prefix\'; when standard error is the journal it is done anyway' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l exact -d 'NAME must be the whole name'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l tree -d 'Also all descendants of what matched'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l portable -d 'Read processes through the portable source, as on systems without /proc'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -l wait -d 'Wait for a first match instead of ending with status 4'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -s V -l version -d 'Print version'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "run" -d 'Start a command, watch it and its descendants, and end with it'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "analyze" -d 'Analyse recordings: .csv or .jsonl, also .gz, or - for standard input'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "report" -d 'Turn recordings into a report: -o report.html; its exit status says nothing of leaks unless --fail-on does'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "compare" -d 'Show what grew faster in one report than in an earlier one'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "plan" -d 'Say how long a run must be to see a leak of some rate over some noise'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "list" -d 'Show what a selection matches now, without sampling'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "demo" -d 'Start a small process that leaks (or not), watch it live, and say what was found'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "selftest" -d 'Watch several such processes side by side and check that each verdict is right'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "config" -d 'Print the settings in force and where each comes from'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "schema" -d 'Print the JSON Schema of the report and of the event lines'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "man" -d 'Print the manual page'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "behave" -d 'Behave like the process of a demo'
complete -c leakwatch -n "__fish_leakwatch_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l stop-signal -d 'Signal that ends the command at the deadline: TERM, INT, HUP, QUIT, USR1, USR2 or KILL' -r -f -a "TERM\t'Asks to end'
INT\t'As Ctrl-C does'
HUP\t'As a closed terminal does'
QUIT\t'Ends with a core dump'
USR1\t'For what the command makes of it'
USR2\t'For what the command makes of it'
KILL\t'Cannot be refused'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l grace -d 'How long the command may take to end after that signal, before it is killed' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l interval -d 'Time between samples: 10, 10s, 500ms, 1m' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l duration -d 'End after this time' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l samples -d 'End after this many samples' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l no-pss -d 'Never read PSS and USS, which cost more than the other counters' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l no-fds -d 'Do not count open file descriptors, and do not judge them' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l no-threads -d 'Do not count threads, and do not judge them' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l max-overhead -d 'What leakwatch itself may use of one core, such as 1%; above it, it reads PSS no more, then samples less often' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l window -d 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l min-observation -d 'How long a target must be seen before \'leaking\' may be said [default: 1h, or a fifth of the run when its length is known]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l max-growth -d 'Growth below this is never \'leaking\' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l threshold-mb -d 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l threshold-percent -d 'Spike alert: growth of more than N % within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l spike-period -d 'The spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l limit -d 'What \'memory full\' means [default: the tightest of control group, resource limit and host memory]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l limit-percent -d 'Alert above N % of the limit' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l fail-on -d 'What makes the exit status 1' -r -f -a "leaking\t'A target leaks'
suspect\t'A target leaks or is suspect'
alert\t'An alert of severity warning or critical was raised'
never\t'Nothing'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l on-inconclusive -d 'Whether too little data may pass' -r -f -a "pass\t'Exit status 0'
fail\t'Exit status 3'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l fail-if -d 'Fail when EXPR holds for a target: \'growth(memory) > 2MiB/h\', \'peak(rss) >= 1GiB for 30s after 2m abort\' (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l warn-if -d 'Say so when EXPR holds for a target, without failing (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l warmup -d 'Leave the start out of every judgement [default: a tenth of a \'run\' whose length is known, else nothing]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l baseline -d 'Compare with the report of an earlier run: --fail-if \'growth(memory) > baseline + 1MiB/h\'' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l work-file -d 'Count work with FILE, which holds a number: \'growth(memory) per work > 200B\' asks for growth by request or job' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l work-command -d 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l work-log -d 'Count work as lines of this log, from its end on; rotation is followed' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l work-regex -d 'Lines of the work log that count, such as \'^\\[JOB SUCCESS\\]\'' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l format -d 'What standard output carries' -r -f -a "table\t'A live view on a terminal, plain lines elsewhere'
json\t'One report at the end, and nothing else'
jsonl\t'One event a line as it happens'
csv\t'One sample a line as it happens'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l plain -d 'Keep the plain table on a terminal instead of the full-screen view' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -s o -l output -d 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l on-alert -d 'Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. CMD is split at blanks, quotes keep them; no shell is involved' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l webhook -d 'Post each alert to URL. Others can read an argument: the variable or a file is the better place for it' -r -f
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l webhook-format -d 'What the webhook understands' -r -f -a "auto\t'\'slack\' for hooks.slack.com and addresses that end with /slack, \'json\' for others'
json\t'The alert as --alert-log writes it'
slack\t'A line of chat, for Slack, Mattermost, Rocket.Chat and Discord'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l alert-log -d 'Append each alert to FILE as a line of JSON; the file may be rotated' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l alert-on -d 'Which alerts are sent: severities (critical, warning, info) or kinds (leak, near_limit, ...)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l alert-rate -d 'At most so many alerts a minute to the command and the webhook, twice as many at once; the others wait' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l alert-timeout -d 'How long the command may run and an answer of the webhook may take, and how long is waited for both at the end' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l syslog -d 'Begin each line on standard error with its priority, such as <4>, for \'logger --prio-prefix\'; when standard error is the journal it is done anyway' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l quiet-command -d 'Hide the output of the command'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -l propagate -d 'Exit with the command\'s own status when nothing was found'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l time-column -d 'Column or field of the time [default: timestamp, time, time_s, elapsed_time or unix_time]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l value-column -d 'Column or field of the memory [default: rss_bytes or rss]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l value-unit -d 'Unit of the memory: B, kB, KiB, MB, MiB, GB, GiB [default: B]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l group-by -d 'Column or field that tells series apart [default: pid]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l line-regex -d 'Read lines of text: a regular expression with the groups \'value\', and perhaps \'time\', \'unit\', \'name\'' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l window -d 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l min-observation -d 'How long a target must be seen before \'leaking\' may be said [default: 1h, or a fifth of the run when its length is known]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l max-growth -d 'Growth below this is never \'leaking\' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l threshold-mb -d 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l threshold-percent -d 'Spike alert: growth of more than N % within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l spike-period -d 'The spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l limit -d 'What \'memory full\' means [default: the tightest of control group, resource limit and host memory]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l limit-percent -d 'Alert above N % of the limit' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l fail-on -d 'What makes the exit status 1' -r -f -a "leaking\t'A target leaks'
suspect\t'A target leaks or is suspect'
alert\t'An alert of severity warning or critical was raised'
never\t'Nothing'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l on-inconclusive -d 'Whether too little data may pass' -r -f -a "pass\t'Exit status 0'
fail\t'Exit status 3'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l fail-if -d 'Fail when EXPR holds for a target: \'growth(memory) > 2MiB/h\', \'peak(rss) >= 1GiB for 30s after 2m abort\' (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l warn-if -d 'Say so when EXPR holds for a target, without failing (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l warmup -d 'Leave the start out of every judgement [default: a tenth of a \'run\' whose length is known, else nothing]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l baseline -d 'Compare with the report of an earlier run: --fail-if \'growth(memory) > baseline + 1MiB/h\'' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l work-file -d 'Count work with FILE, which holds a number: \'growth(memory) per work > 200B\' asks for growth by request or job' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l work-command -d 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l work-log -d 'Count work as lines of this log, from its end on; rotation is followed' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l work-regex -d 'Lines of the work log that count, such as \'^\\[JOB SUCCESS\\]\'' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l format -d 'What standard output carries' -r -f -a "table\t'A live view on a terminal, plain lines elsewhere'
json\t'One report at the end, and nothing else'
jsonl\t'One event a line as it happens'
csv\t'One sample a line as it happens'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l plain -d 'Keep the plain table on a terminal instead of the full-screen view' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -s o -l output -d 'Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt OpenMetrics (repeatable)' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand analyze" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -s o -l output -d 'What to write: .html page, .svg chart, .json report (repeatable)' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l time-column -d 'Column or field of the time [default: timestamp, time, time_s, elapsed_time or unix_time]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l value-column -d 'Column or field of the memory [default: rss_bytes or rss]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l value-unit -d 'Unit of the memory: B, kB, KiB, MB, MiB, GB, GiB [default: B]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l group-by -d 'Column or field that tells series apart [default: pid]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l line-regex -d 'Read lines of text: a regular expression with the groups \'value\', and perhaps \'time\', \'unit\', \'name\'' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l window -d 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l min-observation -d 'How long a target must be seen before \'leaking\' may be said [default: 1h, or a fifth of the run when its length is known]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l max-growth -d 'Growth below this is never \'leaking\' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l threshold-mb -d 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l threshold-percent -d 'Spike alert: growth of more than N % within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l spike-period -d 'The spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l limit -d 'What \'memory full\' means [default: the tightest of control group, resource limit and host memory]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l limit-percent -d 'Alert above N % of the limit' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l fail-if -d 'Fail when EXPR holds for a target: \'growth(memory) > 2MiB/h\', \'peak(rss) >= 1GiB for 30s after 2m abort\' (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l warn-if -d 'Say so when EXPR holds for a target, without failing (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l warmup -d 'Leave the start out of every judgement [default: a tenth of a \'run\' whose length is known, else nothing]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l baseline -d 'Compare with the report of an earlier run: --fail-if \'growth(memory) > baseline + 1MiB/h\'' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l work-file -d 'Count work with FILE, which holds a number: \'growth(memory) per work > 200B\' asks for growth by request or job' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l work-command -d 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l work-log -d 'Count work as lines of this log, from its end on; rotation is followed' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l work-regex -d 'Lines of the work log that count, such as \'^\\[JOB SUCCESS\\]\'' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l fail-on -d 'What makes the exit status 1' -r -f -a "leaking\t'A target leaks'
suspect\t'A target leaks or is suspect'
alert\t'An alert of severity warning or critical was raised'
never\t'Nothing'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l on-inconclusive -d 'Whether too little data may pass' -r -f -a "pass\t'Exit status 0'
fail\t'Exit status 3'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand compare" -l format -d 'What standard output carries' -r -f -a "table\t'A table for people'
json\t'One document'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand compare" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand compare" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand plan" -l rate -d 'The growth that must be told from none: 1MiB/h' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand plan" -l noise -d 'How much memory moves around its trend, as a standard deviation (\'variance.spread_bytes\' of an earlier report)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand plan" -l interval -d 'Time between samples' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand plan" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -s p -l pid -d 'Watch the process with this number (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l pid-file -d 'Watch the processes whose numbers FILE holds, one a line; with --wait it is read again when they have gone' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l process -d 'Watch processes with NAME in their name: comm, executable or argv[0], in any case (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l cmdline -d 'Watch processes whose whole command line matches REGEX' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l user -d 'Only processes of this user' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l cgroup -d 'Watch a control group and the processes in it, by its path below the mount (version 2; repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l unit -d 'Watch the control group of a systemd unit and the processes in it (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l container -d 'Watch the control group of a container and the processes in it, by the beginning of its id (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l proc-root -d 'Read another /proc' -r -f -a "(__fish_complete_directories)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l cgroup-root -d 'Read control groups from another mount' -r -f -a "(__fish_complete_directories)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l exact -d 'NAME must be the whole name'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l tree -d 'Also all descendants of what matched'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -l portable -d 'Read processes through the portable source, as on systems without /proc'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand demo" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand selftest" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand selftest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l interval -d 'Time between samples: 10, 10s, 500ms, 1m' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l duration -d 'End after this time' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l samples -d 'End after this many samples' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l no-pss -d 'Never read PSS and USS, which cost more than the other counters' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l no-fds -d 'Do not count open file descriptors, and do not judge them' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l no-threads -d 'Do not count threads, and do not judge them' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l max-overhead -d 'What leakwatch itself may use of one core, such as 1%; above it, it reads PSS no more, then samples less often' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l window -d 'How far back the rolling window reaches [default: 1h, or 60 samples if that is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l min-observation -d 'How long a target must be seen before \'leaking\' may be said [default: 1h, or a fifth of the run when its length is known]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l max-growth -d 'Growth below this is never \'leaking\' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l threshold-mb -d 'Spike alert: growth of more than N MB (10^6 bytes) within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l threshold-percent -d 'Spike alert: growth of more than N % within the spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l spike-period -d 'The spike period' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l limit -d 'What \'memory full\' means [default: the tightest of control group, resource limit and host memory]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l limit-percent -d 'Alert above N % of the limit' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l fail-on -d 'What makes the exit status 1' -r -f -a "leaking\t'A target leaks'
suspect\t'A target leaks or is suspect'
alert\t'An alert of severity warning or critical was raised'
never\t'Nothing'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l on-inconclusive -d 'Whether too little data may pass' -r -f -a "pass\t'Exit status 0'
fail\t'Exit status 3'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l fail-if -d 'Fail when EXPR holds for a target: \'growth(memory) > 2MiB/h\', \'peak(rss) >= 1GiB for 30s after 2m abort\' (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l warn-if -d 'Say so when EXPR holds for a target, without failing (repeatable)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l warmup -d 'Leave the start out of every judgement [default: a tenth of a \'run\' whose length is known, else nothing]' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l baseline -d 'Compare with the report of an earlier run: --fail-if \'growth(memory) > baseline + 1MiB/h\'' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l work-file -d 'Count work with FILE, which holds a number: \'growth(memory) per work > 200B\' asks for growth by request or job' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l work-command -d 'Count work with CMD, which prints a number; no shell is involved, and it may take 10 s' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l work-log -d 'Count work as lines of this log, from its end on; rotation is followed' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l work-regex -d 'Lines of the work log that count, such as \'^\\[JOB SUCCESS\\]\'' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l on-alert -d 'Start CMD for each alert, with the alert as JSON on standard input and in LEAKWATCH_ALERT_... variables. CMD is split at blanks, quotes keep them; no shell is involved' -r -f -a "(__fish_complete_command)"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l webhook -d 'Post each alert to URL. Others can read an argument: the variable or a file is the better place for it' -r -f
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l webhook-format -d 'What the webhook understands' -r -f -a "auto\t'\'slack\' for hooks.slack.com and addresses that end with /slack, \'json\' for others'
json\t'The alert as --alert-log writes it'
slack\t'A line of chat, for Slack, Mattermost, Rocket.Chat and Discord'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l alert-log -d 'Append each alert to FILE as a line of JSON; the file may be rotated' -r -F
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l alert-on -d 'Which alerts are sent: severities (critical, warning, info) or kinds (leak, near_limit, ...)' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l alert-rate -d 'At most so many alerts a minute to the command and the webhook, twice as many at once; the others wait' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l alert-timeout -d 'How long the command may run and an answer of the webhook may take, and how long is waited for both at the end' -r
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l syslog -d 'Begin each line on standard error with its priority, such as <4>, for \'logger --prio-prefix\'; when standard error is the journal it is done anyway' -r -f -a "true\t''
false\t''"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand schema" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand completions" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand man" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand behave" -l color -d 'Colours: auto, always or never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere'
always\t'Always'
never\t'Never'"
complete -c leakwatch -n "__fish_leakwatch_using_subcommand behave" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "run" -d 'Start a command, watch it and its descendants, and end with it'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "analyze" -d 'Analyse recordings: .csv or .jsonl, also .gz, or - for standard input'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "report" -d 'Turn recordings into a report: -o report.html; its exit status says nothing of leaks unless --fail-on does'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "compare" -d 'Show what grew faster in one report than in an earlier one'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "plan" -d 'Say how long a run must be to see a leak of some rate over some noise'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "list" -d 'Show what a selection matches now, without sampling'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "demo" -d 'Start a small process that leaks (or not), watch it live, and say what was found'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "selftest" -d 'Watch several such processes side by side and check that each verdict is right'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "config" -d 'Print the settings in force and where each comes from'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "schema" -d 'Print the JSON Schema of the report and of the event lines'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "man" -d 'Print the manual page'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "behave" -d 'Behave like the process of a demo'
complete -c leakwatch -n "__fish_leakwatch_using_subcommand help; and not __fish_seen_subcommand_from run analyze report compare plan list demo selftest config schema completions man behave help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
