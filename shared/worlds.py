"""Worlds for tests: apps that this process keeps, each time with data, a clock and identifiers of their own.

Making an app takes ten times as long as giving it a fresh database, and all that it has compiled is lost with it. So
an app goes from test to test, and what belongs to one test is put back: the data folder from a copy, databases
included, and what the app remembers by ``forget``. The folder lies in memory where there is a file system for that.
(SQLite's own shared memory databases know no write-ahead log: a read inside a write of the same request would wait
for its end, for ever.)
"""

import atexit
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.pool import QueuePool

from .clock import Clock, SystemClock
from .garbage import nothing_is_garbage
from .ids import Ids
from .logs import configure_logs
from .sole_use import database_file, is_closed, overwrite, use_alone
from .temporary import temporary_folder
from .web.lab_interface import Lab
from .web.parts import forget, part_of, parts_of

MOST_IDLE = 6
"""Apps of one kind that wait for the next test; one is a few megabytes."""

LOGS = "logs"
_WORLD = "ticketlab.world"


class AnySettings(Protocol):
    """Settings of either app."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def log_to_terminal(self) -> bool: ...


Chosen = TypeVar("Chosen", bound=AnySettings)


class Plugs:
    """Where a kept app gets the time and its random bytes from: each world plugs in its own."""

    def __init__(self) -> None:
        self.real_clock: Clock = SystemClock()
        self.ids = Ids()

    def now(self) -> datetime:
        return self.real_clock.now()

    def draw(self, count: int) -> bytes:
        return self.ids.bytes(count)


@dataclass(frozen=True)
class Look:
    """What a test may have changed of an app without changing its data; such an app is not used again."""

    config: Mapping[str, Any]
    rules: int
    hooks: Sequence[Mapping[str | None, int]]
    parts: Mapping[type, object]
    wsgi_app: object

    @classmethod
    def of(cls, app: Flask) -> "Look":
        hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
        return cls(
            dict(app.config),
            sum(1 for _rule in app.url_map.iter_rules()),
            [{scope: len(functions) for scope, functions in kind.items()} for kind in hooks],
            dict(parts_of(app)),
            app.wsgi_app,
        )


@dataclass
class World(Generic[Chosen]):
    """A kept app and what it is put back to."""

    app: Flask
    home: "Worlds[Chosen]"
    kind: Chosen
    data: Path
    image: Path
    plugs: Plugs
    look: Look = field(init=False)
    in_use: bool = True
    endings: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.look = Look.of(self.app)

    def renew(self) -> None:
        """Become a world that nobody has used."""
        dispose(self.app)
        if _are_closed(self.app):
            mirror(self.image, self.data)
        else:
            mirror(self.image, self.data, _names(_files(self.app)))
            part_of(self.app, Lab).reset()  # type: ignore[type-abstract]  # a Protocol is its key
        forget(self.app)

    @property
    def is_untouched(self) -> bool:
        """Whether only its data have changed, and nobody uses them any more."""
        pools = [engine.pool for engine in _engines(self.app)]
        return Look.of(self.app) == self.look and not any(
            pool.checkedout() for pool in pools if isinstance(pool, QueuePool)
        )

    def end(self) -> None:
        dispose(self.app)
        shutil.rmtree(self.data.parent, ignore_errors=True)


def close(app: Flask) -> None:
    """End an app's world: one in memory may serve another test, one on files lets go of them."""
    world: World[Any] | None = app.extensions.get(_WORLD)
    if world is None:
        dispose(app)
    elif world.in_use:
        world.in_use = False
        for end in world.endings:
            end()
        world.endings.clear()
        world.home.take_back(world)


def before_close(app: Flask, end: Callable[[], None]) -> None:
    """Let ``end`` be done before the app's world ends, if that is one in memory."""
    world: World[Any] | None = app.extensions.get(_WORLD)
    if world is not None:
        world.endings.append(end)


class Worlds(Generic[Chosen]):
    """The kept apps of one product: ``make`` makes one, in a data folder that ``lay_out`` has prepared."""

    def __init__(
        self,
        name: str,
        make: Callable[[Chosen, Clock, Ids], Flask],
        lay_out: Callable[[Path, Chosen], None],
    ) -> None:
        self._name = name
        self._make = make
        self._lay_out = lay_out
        self._idle: list[World[Chosen]] = []
        self._lock = Lock()
        atexit.register(self.let_go)

    def take(self, settings: Chosen, real_clock: Clock | None = None, ids: Ids | None = None) -> Flask:
        """An app of these settings in a fresh world; ``data`` of the settings is chosen here."""
        kind = replace(settings, data=Path())
        world = self._renewed(kind) or self._made(kind)
        world.plugs.real_clock, world.plugs.ids = real_clock or SystemClock(), ids or Ids()
        configure_logs(world.data / LOGS, self._name, terminal=settings.log_to_terminal)
        return world.app

    def take_back(self, world: World[Chosen]) -> None:
        """Keep the world's app for another test, unless this one has changed it."""
        if not world.is_untouched:
            world.end()
            return
        world.plugs.real_clock, world.plugs.ids = SystemClock(), Ids()
        with self._lock:
            self._idle.append(world)
            surplus = self._idle[:-MOST_IDLE]
            del self._idle[:-MOST_IDLE]
        for each in surplus:
            each.end()

    def let_go(self) -> None:
        """Close what the kept apps have open: since 3.13 Python warns of databases that a process leaves open."""
        with self._lock:
            for each in self._idle:
                dispose(each.app)

    def _renewed(self, kind: Chosen) -> World[Chosen] | None:
        with self._lock:
            world = next((each for each in reversed(self._idle) if each.kind == kind), None)
            if world is not None:
                self._idle.remove(world)
        if world is not None:
            world.renew()
            world.in_use = True
        return world

    def _made(self, kind: Chosen) -> World[Chosen]:
        folder = temporary_folder("world", in_memory=True)
        data, image = folder / "data", folder / "image"
        self._lay_out(data, kind)
        plugs = Plugs()
        chosen: Chosen = replace(kind, data=data)
        with nothing_is_garbage():
            app = self._make(chosen, plugs, Ids(plugs.draw))
        part_of(app, Lab).keep()  # type: ignore[type-abstract]  # a reset returns to what this start has written
        dispose(app)
        for engine in _engines(app):
            use_alone(engine)
        mirror(data, image, frozenset([LOGS]))
        world = World(app, self, kind, data, image, plugs)
        app.extensions[_WORLD] = world
        return world


def dispose(app: Flask) -> None:
    """Close the app's database files."""
    for engine in _engines(app):
        engine.dispose()


def _engines(app: Flask) -> Iterable[Any]:
    extension: SQLAlchemy = app.extensions["sqlalchemy"]
    with app.app_context():
        return list(extension.engines.values())


def _are_closed(app: Flask) -> bool:
    """Whether nobody has the app's databases open, so that their files may be replaced. On a server they are none."""
    files = _files(app)
    return bool(files) and all(is_closed(file) for file in files)


def _files(app: Flask) -> Sequence[Path]:
    return [database_file(engine) for engine in _engines(app) if engine.dialect.name == "sqlite"]


def _names(files: Sequence[Path]) -> frozenset[str]:
    """With those of the companions that an open database has."""
    return frozenset(file.name + companion for file in files for companion in ("", "-wal", "-shm"))


def mirror(source: Path, target: Path, but: frozenset[str] = frozenset()) -> None:
    """Make ``target`` hold what ``source`` does; names in ``but`` are left alone in either."""
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.name not in but and not (source / path.name).exists():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in source.iterdir():
        copy = target / path.name
        if path.is_dir() and path.name not in but:
            mirror(path, copy)
        elif path.name not in but and not copy.exists():
            shutil.copy2(path, copy)
        elif path.name not in but and not _alike(path, copy):
            overwrite(path, copy)
            shutil.copystat(path, copy)


def _alike(path: Path, copy: Path) -> bool:
    one, other = path.stat(), copy.stat()
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
