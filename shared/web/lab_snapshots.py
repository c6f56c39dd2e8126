"""Named snapshots of an app's whole state: saved, returned to, thrown away.

A troubleshooting case saves one before it changes anything and returns to it at its end, so nothing is left behind,
the clock included.
"""

import re

from flask import Blueprint, Response, current_app, jsonify, request

from ..errors import BadInput
from ..logs import log
from ..place import Image
from .lab_input import lab_input, nothing
from .lab_interface import this_lab
from .parts import forget


def add_snapshots(blueprint: Blueprint) -> None:
    """Put the routes on the lab's blueprint itself, whose guard, errors and exemptions hold here too."""
    for path, view, method in (
        ("/snapshots/<name>", save, "POST"),
        ("/snapshots/<name>/restore", restore, "POST"),
        ("/snapshots/<name>", remove, "DELETE"),
    ):
        blueprint.add_url_rule(path, f"{view.__name__}_snapshot", view, methods=[method])


def save(name: str) -> Response:
    """Keep the present state under this name, in place of an older one."""
    nothing(lab_input(request))
    _snapshot(name).save()
    log().info("lab.snapshot_saved", name=name)
    return jsonify({"saved": name})


def restore(name: str) -> Response:
    """Become what the app was then. Whoever was logged in then is logged in again."""
    nothing(lab_input(request))
    this_lab().restore(_snapshot(name))
    forget(current_app)
    log().info("lab.snapshot_restored", name=name)
    return jsonify({"restored": name})


def remove(name: str) -> Response:
    """Throw a snapshot away; one that is not there is gone already."""
    _snapshot(name).remove()
    return jsonify({"removed": name})


def _snapshot(name: str) -> Image:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise BadInput("A snapshot cannot have this name", "Use up to 40 lower-case letters, digits and hyphens.")
    return this_lab().snapshot(name)
