"""Signals that ask the command to stop, told to whatever it waits for."""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Set by a signal's handler, and waited for in the same thread.

    A ``threading.Event`` would not do: its ``set`` takes the lock that the ``wait`` which the signal interrupts may
    hold, and then neither ends. A pipe has no lock.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._is_set = False

    def set(self) -> None:
        self._is_set = True
        with suppress(BlockingIOError):  # full of the signals before
            os.write(self._writer, b".")

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait that long, or until it is set; whether it is."""
        select.select([self._reader], [], [], seconds)
        return self._is_set

    def close(self) -> None:
        os.close(self._reader)
        os.close(self._writer)


@contextmanager
def stopping_on(signals: tuple[signal.Signals, ...]) -> Iterator[Stop]:
    """What these signals set, instead of ending the process between two steps of its clean-up."""
    stop = Stop()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stop.close()


def rest(stop: Stop | None, seconds: float) -> None:
    """Wait that long, or until it is asked to stop; without a Stop nobody asks."""
    if stop is None:
        time.sleep(seconds)
    else:
        stop.wait(seconds)
