"""The progress bar of a long first start, on standard error."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


class SeedBar:
    """Shows how far the seed is; called from the thread that reads what the server writes."""

    def __init__(self) -> None:
        self._bar: ProgressBar[int] | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = click.progressbar(length=total, label="Writing the seed's records", file=sys.stderr)
            self._bar.render_progress()
        self._bar.update(done - self._bar.pos)
        if done >= total:
            self._bar.render_finish()
