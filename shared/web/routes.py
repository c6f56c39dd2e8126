"""The routes of both apps, each with its address builder compiled when ``url_for`` first asks for it.

Werkzeug writes, parses and compiles two functions for every route as soon as that is added, an eighth of an app's
start, and most routes are only ever matched. And it parses the routes of each app anew, a fifth of making one where
a process makes many, as tests do.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask
from werkzeug.routing import BaseConverter, Map, Rule
from werkzeug.routing.rules import RulePart

from .. import openapi

Builder = Callable[..., tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What a route with Werkzeug's own converters is parsed into, in whichever app."""

    parts: Sequence[RulePart]
    trace: Sequence[tuple[bool, str]]
    converters: Mapping[str, BaseConverter]
    """By argument, each of no app: those of the first would keep all its routes alive."""


_parsed: dict[str, _Parsed] = {}


class Route(Rule):
    """Werkzeug's own rule; had its builder another name one day, it would be made at once again, and no more."""

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        if self.map is None or self.map.converters != Map.default_converters:
            return super()._parse_rule(rule)
        if rule not in _parsed:
            began = len(self._trace)
            parts = tuple(super()._parse_rule(rule))
            _parsed[rule] = _Parsed(parts, tuple(self._trace[began:]), _of(None, self._converters))
            return parts
        known = _parsed[rule]
        self._trace.extend(known.trace)
        self._converters.update(_of(self.map, known.converters))
        self.arguments.update(known.converters)
        return known.parts

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        make = super()._compile_builder
        compiled: list[Builder] = []

        def build(self: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(make(append_unknown))
            return compiled[0](self, **values)

        return build


def _of(routes: Map | None, converters: Mapping[str, BaseConverter]) -> dict[str, BaseConverter]:
    made = {}
    for name, converter in converters.items():
        made[name] = copy(converter)
        made[name].map = cast("Map", routes)
    return made


def install_routes(app: Flask) -> None:
    """To be installed before the first route."""
    app.url_rule_class = Route


def api_routes(app: Flask) -> list[openapi.Route]:
    """The app's APIs, as an OpenAPI description names their addresses."""
    views = app.view_functions
    rules = [(rule.rule, rule.methods or (), views[rule.endpoint]) for rule in app.url_map.iter_rules()]
    return list(openapi.routes_of(each for each in rules if each[0].startswith("/api/")))
