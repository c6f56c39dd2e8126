"""Instances for tests: seeded, each with data of its own, ready in milliseconds.

``make_instance()`` gives one in memory; it comes from those that the process keeps, and ``close`` gives it back.
``make_instance(folder)`` gives one on files of its own, for tests that look at them or end the process.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from ..shared.clock import Clock
from ..shared.data_folder import copy_data
from ..shared.garbage import nothing_is_garbage
from ..shared.ids import Ids
from ..shared.temporary import temporary_folder
from ..shared.worlds import Worlds, close, dispose
from . import create_app
from .settings import Settings

__all__ = ["close", "make_instance"]

DEFAULTS: Mapping[str, Any] = {
    "url": "http://localhost",  # what Flask's test client calls the server
    "password_memory_kib": 64,  # nobody attacks the hashes of a test
    "durable": False,
    "log_to_terminal": False,
}


def make_instance(
    folder: Path | None = None, *, real_clock: Clock | None = None, ids: Ids | None = None, **settings: Any
) -> Flask:
    """An instance seeded as its settings say (``seed="demo"`` by default); its data lie in ``folder`` or in memory.

    A folder that one has been made in already is the folder of its next start.
    """
    wanted = Settings(**{"data": folder or Path(), **DEFAULTS, **settings})
    if folder is None:
        return _worlds.take(wanted, real_clock, ids)
    if not (folder / "emulator.db").exists():
        _lay_out(folder, wanted)
    with nothing_is_garbage():
        return create_app(wanted, real_clock=real_clock, ids=ids)


def _lay_out(folder: Path, wanted: Settings) -> None:
    copy_data(_image(wanted.seed, wanted.release, wanted.name, wanted.tables), folder, "logs")


@cache
def _image(seed: str, release: str, name: str, tables: Path | None) -> Path:
    """The data folder of an instance that has just been seeded."""
    folder = temporary_folder("image")
    dispose(create_app(Settings(data=folder, seed=seed, release=release, name=name, tables=tables, **DEFAULTS)))
    return folder


def _make(settings: Settings, real_clock: Clock, ids: Ids) -> Flask:
    return create_app(settings, real_clock=real_clock, ids=ids)


_worlds = Worlds("emulator", _make, _lay_out)
