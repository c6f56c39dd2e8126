"""Ctrl-C in the moments in which the command is not yet, or no longer, at work."""

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run
from patience import HANGING

AT_IMPORT = """
import os, signal, sys

class Finger:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finger())
"""
AT_EXIT = """
import atexit, os, signal

atexit.register(os.kill, os.getpid(), signal.SIGINT)
"""


@pytest.mark.parametrize(
    ("moment", "arguments"),
    [
        pytest.param(AT_IMPORT.format(name="click"), ["up"], id="imports"),
        pytest.param(AT_IMPORT.format(name="ticketlab.shared.command.up"), ["up"], id="imports of its own"),
        pytest.param(AT_EXIT, ["up", "--emulator-port", "none"], id="end"),
    ],
)
def test_an_interrupt_at_any_moment_ends_the_command_without_a_word(moment: str, arguments: list[str], tmp_path: Path):
    """No traceback: nobody who stops a program wants to know where in its code it was."""
    (tmp_path / "sitecustomize.py").write_text(moment)
    done = run(*arguments, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (130, "", False)


AT_EVERY_LINE = """
import signal, sys
from ticketlab.shared.command.stopping import stopping_on

def interrupted_at(nth):
    lines = 0

    def trace(frame, event, argument):
        nonlocal lines
        lines += 1
        if lines == nth:
            signal.raise_signal(signal.SIGUSR1)
        return trace

    with stopping_on((signal.SIGUSR1,)) as stop:
        sys.settrace(trace)
        stop.wait(0.001)
        sys.settrace(None)
        return lines >= nth and stop.is_set() and stop.wait(60)

nth = 1
while interrupted_at(nth):
    nth += 1
print(nth > 1)
"""


def test_an_interrupt_at_any_moment_of_a_wait_ends_it():
    """Of a wait that takes a lock, the handler that wants the same lock never comes to its end."""
    done = subprocess.run(
        [sys.executable, "-c", AT_EVERY_LINE], capture_output=True, text=True, timeout=HANGING, check=True
    )
    assert done.stdout == "True\n"
