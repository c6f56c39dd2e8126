"""The parts an app is made of, found by their type.

``create_app`` provides each part once; a view asks for it. So views import the layer they use and nothing above it,
and nothing that belongs to one app is global to the process.
"""

from collections.abc import Mapping
from typing import TypeVar, cast

from flask import Flask

from .at_hand import app_at_hand

Part = TypeVar("Part")

_KEY = "ticketlab.parts"


def provide(app: Flask, part: object, kind: type | None = None) -> None:
    """Make ``part`` findable in ``app`` by its own type, or by the base type ``kind``."""
    app.extensions.setdefault(_KEY, {})[kind or type(part)] = part


def part_of(app: Flask, kind: type[Part]) -> Part:
    """Return the app's part of this type; a missing one is a mistake in ``create_app``."""
    return cast("Part", app.extensions[_KEY][kind])


def part(kind: type[Part]) -> Part:
    """Return the current app's part of this type."""
    return part_of(app_at_hand(), kind)


def parts_of(app: Flask) -> Mapping[type, object]:
    """Every part of the app, by the type under which it is found."""
    found: Mapping[type, object] = app.extensions.get(_KEY, {})
    return found


def forget(app: Flask) -> None:
    """Let every part forget what it remembers of the data: they have been put back.

    A part that remembers anything of them in this process has a method ``forget`` without parameters.
    """
    for each in parts_of(app).values():
        found = getattr(each, "forget", None)
        if found is not None:
            found()
