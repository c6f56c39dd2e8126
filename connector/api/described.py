"""What a view of the API reads and answers, said at the view: the OpenAPI description is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import marshmallow

from ...shared.openapi import STRING, Schema, View, array, ref

INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}

Described = TypeVar("Described", bound=View)


@dataclass(frozen=True, slots=True)
class Shape:
    """A form of answer by its name, and those that it is made of."""

    name: str
    schema: Schema
    parts: tuple["Shape", ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """What a view reads, and what it answers when all goes well; without a shape that is nothing."""

    answer: Shape | None = None
    statuses: tuple[int, ...] = (200,)
    query: type[marshmallow.Schema] | None = None
    body: type[marshmallow.Schema] | None = None
    headers: Mapping[str, Schema] | None = None


def described(
    answer: Shape | None,
    *statuses: int,
    query: type[marshmallow.Schema] | None = None,
    body: type[marshmallow.Schema] | None = None,
    headers: Mapping[str, Schema] | None = None,
) -> Callable[[Described], Described]:
    """Say it of a view; outermost or not, for a wrapper takes over what its view has."""

    def say(view: Described) -> Described:
        vars(view)["contract"] = Contract(answer, statuses or (200,), query, body, headers)
        return view

    return say


def contract_of(view: View) -> Contract:
    contract = vars(view)["contract"]
    assert isinstance(contract, Contract)
    return contract


def exactly(**properties: Schema) -> Schema:
    """An object with all of these properties and no other."""
    closed = {"required": list(properties), "additionalProperties": False}
    return {"type": "object", "properties": properties, **closed}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(values: object) -> Schema:
    """One of an enumeration's values, or of these."""
    return {"enum": list(map(str, values))}  # type: ignore[call-overload]  # a class of an enumeration is iterable


def page_of(name: str, item: Shape) -> Shape:
    """What ``page`` answers."""
    return Shape(name, exactly(value=array(ref(item.name)), next=maybe(STRING)), (item,))
