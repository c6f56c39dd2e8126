"""What a new record gets when its writer says nothing: default values and the next number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..dictionary.model import Dictionary
from ..store.store import Native
from .coerce import Input, Unfit, coerce

if TYPE_CHECKING:
    from .work import Work

USER = "javascript:gs.getUserID()"
NOW = "javascript:gs.nowDateTime()"
NUMBER = "javascript:getNextObjNumberPadded();"
"""Default scripts that stand in the dictionary as on the platform; each is known here, none is evaluated."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a table's new record has: values that are always the same, and fields that get the user or the moment."""

    values: Mapping[str, Native]
    users: Sequence[str]
    moments: Sequence[str]


def compile_defaults(dictionary: Dictionary, table: str) -> Defaults:
    """Read the defaults of a table's fields. One that is no value of its field is left out."""
    values: dict[str, Native] = {}
    dynamic: dict[str, list[str]] = {USER: [], NOW: [], NUMBER: []}
    for element, field in dictionary.fields(table).items():
        if field.default in dynamic:
            dynamic[field.default].append(element)
        elif field.default:
            with suppress(Unfit):
                values[element] = coerce(field, field.default, Input(), lambda _table, _text: None)
    return Defaults(values, dynamic[USER], dynamic[NOW])


def defaults(work: Work, table: str) -> dict[str, Native]:
    """The default values of a new record of the table."""
    found = work.snapshot.defaults_of(table)
    users = dict.fromkeys(found.users, work.caller.user or None)
    return {**found.values, **users, **dict.fromkeys(found.moments, work.now)}


def next_number(work: Work, table: str) -> str:
    """The next number of the table: its prefix and a counter that all processes share (platform 2.4, D/F)."""
    numbering = work.dictionary.numbering(table)
    if numbering is None:
        return ""
    owner = next(each.name for each in work.dictionary.chain(table) if each.numbering is numbering)
    counter = work.store.next_counter(work.connection, owner, numbering.first)
    return numbering.number(counter)
