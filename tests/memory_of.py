"""What an app remembers in this process, as a value that can be compared: all that its parts hold, found by walking."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from flask import Flask
from ticketlab.emulator.dictionary.model import Dictionary
from ticketlab.emulator.oauth.tokens import Tokens
from ticketlab.emulator.store.tables import RecordTables
from ticketlab.shared.web.parts import parts_of

PURE = (Dictionary, RecordTables, Tokens)
"""What they keep is worked out from what they were made of, and holds for ever."""
NOT_ENTERED = (*PURE, Flask)

OURS = "ticketlab."
LIBRARY = {"_hooks"}
"""Attributes that Authlib makes at the first use, empty."""


def memory_of(app: Flask) -> Mapping[str, str]:
    """Each attribute that any part reaches, by its path, with its value or its kind."""
    found: dict[str, str] = {}
    seen: set[int] = set()
    for kind, each in parts_of(app).items():
        _walk(kind.__name__, each, found, seen)
    return found


def _walk(path: str, value: Any, found: dict[str, str], seen: set[int]) -> None:
    if isinstance(value, Mapping):
        found[path] = f"{len(value)} entries"
        for key, each in value.items():
            _walk(f"{path}[{key!r}]", each, found, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        found[path] = f"{len(value)} elements"
        for number, each in enumerate(value):
            _walk(f"{path}[{number}]", each, found, seen)
    elif type(value).__module__.startswith(OURS) and not isinstance(value, NOT_ENTERED):
        if id(value) not in seen:
            seen.add(id(value))
            for name, each in _attributes(value):
                _walk(f"{path}.{name}", each, found, seen)
    else:
        found[path] = repr(value) if type(value).__module__ in {"builtins", "datetime"} else type(value).__name__


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """Its own attributes, but for those that are worked out from the others."""
    names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
    for name in names:
        if name not in LIBRARY and not isinstance(getattr(type(value), name, None), cached_property):
            yield name, getattr(value, name)
