"""The addresses of the app as OpenAPI writes them, for the APIs of which ``apis.toml`` says nothing closer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_VARIABLE = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<words>[^)]*)\))?:)?(?P<name>\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One address with one method. ``words`` are the only values of a variable, where it has such."""

    path: str
    method: str
    summary: str
    words: Mapping[str, tuple[str, ...]]
    variables: tuple[str, ...]


def routes_of(rules: Iterable[tuple[str, Iterable[str], str]]) -> Iterator[Route]:
    """Of rules as ``(rule, methods, docstring of the view)``."""
    for rule, methods, text in rules:
        found = list(_VARIABLE.finditer(rule))
        words = {each["name"]: tuple(map(str.strip, each["words"].split(","))) for each in found if each["words"]}
        for method in METHODS:
            if method in methods:
                path = _VARIABLE.sub(r"{\g<name>}", rule)
                summary = text.strip().partition("\n")[0]
                yield Route(path, method.lower(), summary, words, tuple(each["name"] for each in found))
