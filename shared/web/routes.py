"""The routes of both apps, each with its address builder compiled when ``url_for`` first asks for it.

Werkzeug writes, parses and compiles two functions for every route as soon as that is added, an eighth of an app's
start, and most routes are only ever matched.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Route(Rule):
    """Werkzeug's own rule; had its builder another name one day, it would be made at once again, and no more."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        make = super()._compile_builder
        compiled: list[Builder] = []

        def build(self: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(make(append_unknown))
            return compiled[0](self, **values)

        return build


def install_routes(app: Flask) -> None:
    """To be installed before the first route."""
    app.url_rule_class = Route
