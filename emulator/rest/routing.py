"""The addresses of an API: unversioned, and under each version (rest 1, D)."""

from collections.abc import Iterable

from flask import Blueprint
from flask.typing import RouteCallable

PREFIXES = ("/api/now", "/api/now/<any(v1, v2):version>")


def add_routes(blueprint: Blueprint, api: str, routes: Iterable[tuple[str, RouteCallable, str]]) -> None:
    """``routes`` are the rest of an address, the view behind it, and the one method that leads there."""
    for prefix in PREFIXES:
        for rest, view, method in routes:
            blueprint.add_url_rule(
                f"{prefix}/{api}{rest}",
                view_func=view,
                methods=[method],
                strict_slashes=False,
                provide_automatic_options=False,
            )
