"""The parts an app is made of, found by their type.

``create_app`` provides each part once; a view asks for it. So views import the layer they use and nothing above it,
and nothing that belongs to one app is global to the process.
"""

from typing import TypeVar, cast

from flask import Flask, current_app

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
    return part_of(current_app, kind)
