"""``ticketlab exec -- CMD``: a program with a fresh pair of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import RefusedToStart
from .options import PairOptions
from .servers import Pair
from .up import SIGNALS, Ready, stopping_on


@contextmanager
def own_pair(options: PairOptions) -> Iterator[Pair]:
    """A pair on free ports whose data is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ticketlab-") as data, Pair(options.on_free_ports(Path(data))) as pair:
        pair.start()
        pair.wait_until_ready()
        if options.seed == "connected":
            from .connected_seed import connect_and_fill

            connect_and_fill(Ready(pair.options, pair.emulator.url, pair.connector.url), lambda _step: None)
        yield pair


def execute(command: Sequence[str], options: PairOptions) -> int:
    """Run ``command`` with the pair's addresses in its environment; returns its exit code.

    Signals go to the command, which is in the terminal's foreground as well; the pair ends after it.
    """
    if shutil.which(command[0]) is None:
        raise RefusedToStart(f"{command[0]} cannot be run", "There is no such program.")
    with stopping_on(SIGNALS) as stop, own_pair(options) as pair:
        with subprocess.Popen(list(command), env={**os.environ, **pair.environment}) as program:  # noqa: S603 - asked for
            while program.poll() is None:
                if stop.wait(0.05):
                    program.terminate()
                    program.wait()
        return program.returncode if program.returncode >= 0 else 128 - program.returncode
