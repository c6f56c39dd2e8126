"""What an app tells its lab: what it is, what its story is, and how to reset it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..clock import ClockSetting
from ..place import Image
from ..secret import Secret
from .parts import part


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in, as the start page lists it. ``password`` is shown: it is a demo's."""

    name: str
    password: str
    what_for: str


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Where this app and the one it works with are, and the data folder that ``ticketlab up`` gave them."""

    emulator: str
    connector: str
    data: Path


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story: what to do, and where."""

    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class StartPage:
    """What the start page tells: the story, where to go and as whom."""

    title: str
    introduction: str
    steps: tuple[Step, ...]
    links: tuple[Link, ...]
    accounts: tuple[Account, ...]
    other_lab: Link | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """What the app was put back to: the seed's name, and how its clock is set in that."""

    seed: str
    clock: ClockSetting


class Lab(Protocol):
    """What one app lets its lab do. ``provide(app, lab, Lab)`` is done by ``install_lab``."""

    own_url: str
    """The configured address, whose host name the guard accepts beside the loopback ones."""
    key: Secret

    def facts(self) -> Mapping[str, object]:
        """What health tells of this app: product, version, name… Touches the database, so that it fails with it."""

    def start_page(self) -> StartPage: ...

    def pair(self) -> Pair: ...

    def read_clock(self) -> ClockSetting: ...

    def change_clock(self, change: Callable[[ClockSetting], ClockSetting]) -> ClockSetting:
        """Put what ``change`` makes of the setting in its place, in one write transaction, and return it."""

    def reset(self) -> Reset:
        """Put the app back to its seed."""

    def keep(self) -> None:
        """Make the present state what a reset returns to."""

    def snapshot(self, name: str) -> Image:
        """The snapshot of this name, there or not yet."""

    def restore(self, snapshot: Image) -> None:
        """Become what the app was when the snapshot was saved. Raises NoSeedImage when there is none."""


def this_lab() -> Lab:
    """The current app's lab."""
    return part(Lab)  # type: ignore[type-abstract]  # a Protocol is the key under which it was provided
