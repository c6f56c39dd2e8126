"""What the servers and the command agree on, apart from what takes time to import."""

FAILED = 1
"""Exit code of a command that failed, or of which a step did not end as it should."""

REFUSED = 2
"""Exit code of a server that was refused by its own settings, and of a command that was asked for the impossible."""

REFUSAL = "\x02refused: "
"""Begins the line in which a server says why its settings were refused; no log line begins so."""

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended, as shells count it."""
