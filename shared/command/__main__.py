"""Where the command begins: before the imports of the rest, which take a moment in which Ctrl-C counts, too."""

import os
import signal

from .codes import INTERRUPTED


def main() -> None:
    """Run the command. Until it takes over, and once it is done, an interrupt ends the process without a word."""
    _leave_on_interrupt()
    from .cli import main as run

    try:
        run()
    finally:
        _leave_on_interrupt()  # the interpreter's own end takes a moment as well


def _leave_on_interrupt() -> None:
    """At once: there is nothing to put back, and an exception in the middle of an import may become another one."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in a shell's background
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))


if __name__ == "__main__":
    main()
