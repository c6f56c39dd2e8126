"""Instances for tests: seeded, on files of their own, made in milliseconds from one image a process."""

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from ..shared.clock import Clock
from ..shared.ids import Ids
from ..shared.temporary import temporary_folder
from . import create_app
from .database import db
from .settings import Settings

DEFAULTS: Mapping[str, Any] = {
    "url": "http://localhost",  # what Flask's test client calls the server
    "password_memory_kib": 64,  # nobody attacks the hashes of a test
    "durable": False,
    "log_to_terminal": False,
}


def make_instance(folder: Path, *, real_clock: Clock | None = None, ids: Ids | None = None, **settings: Any) -> Flask:
    """An instance whose data lie in ``folder``, seeded as its settings say (``seed="demo"`` by default)."""
    wanted = Settings(data=folder, **{**DEFAULTS, **settings})
    image = _image(wanted.seed, wanted.release, wanted.name)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(image, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("logs", "*.lock"))
    return create_app(wanted, real_clock=real_clock, ids=ids)


@cache
def _image(seed: str, release: str, name: str) -> Path:
    """The data folder of an instance that has just been seeded."""
    folder = temporary_folder("image")
    app = create_app(
        Settings(data=folder, seed=seed, release=release, name=name, durable=False, log_to_terminal=False),
    )
    close(app)
    return folder


def close(app: Flask) -> None:
    """Let go of the instance's database files."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
