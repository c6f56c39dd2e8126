"""An app's addresses as OpenAPI writes them, and the pieces that the descriptions of both apps are made of."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
"""A JSON Schema."""
View = Callable[..., object]

STRING: Schema = {"type": "string"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_VARIABLE = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<words>[^)]*)\))?:)?(?P<name>\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One address with one method. ``words`` are the only values of a variable, where it has such."""

    path: str
    method: str
    view: View
    words: Mapping[str, tuple[str, ...]]
    variables: tuple[str, ...]

    @property
    def summary(self) -> str:
        return (self.view.__doc__ or "").strip().partition("\n")[0]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def routes_of(rules: Iterable[tuple[str, Iterable[str], View]]) -> Iterator[Route]:
    """Of rules as ``(rule, methods, view)``."""
    for rule, methods, view in rules:
        found = list(_VARIABLE.finditer(rule))
        words = {each["name"]: tuple(map(str.strip, each["words"].split(","))) for each in found if each["words"]}
        for method in METHODS:
            if method in methods:
                path = _VARIABLE.sub(r"{\g<name>}", rule)
                yield Route(path, method.lower(), view, words, tuple(each["name"] for each in found))
