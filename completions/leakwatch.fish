complete --keep-order --exclusive --command leakwatch --arguments "(LEAKWATCH_COMPLETE=fish leakwatch -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
