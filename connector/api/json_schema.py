"""The schemas that read requests as JSON Schema; only what the API's have is known."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import marshmallow
from marshmallow import fields, validate

from ...shared.openapi import Schema, array

PYTHONS_END = r"\Z"
"""The end of a text in Python's regular expressions; JSON Schema's write ``$``."""


def schema_of(schema: marshmallow.Schema) -> Schema:
    """A whole body."""
    required = [field.data_key or name for name, field in schema.fields.items() if field.required]
    properties = dict(fields_of(schema))
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def fields_of(schema: marshmallow.Schema, *, null: bool = True) -> Iterator[tuple[str, Schema]]:
    """Each field by its name on the wire; whether it may be ``null`` is left out where nothing can."""
    for name, field in schema.fields.items():
        told = _field(field)
        yield field.data_key or name, {"anyOf": [told, {"type": "null"}]} if null and field.allow_none else told


def _field(field: fields.Field[Any]) -> Schema:
    told = dict(_kind(field))
    for validator in field.validators:
        match validator:
            case validate.Length(min=shortest, max=longest):
                many = "Items" if told.get("type") == "array" else "Length"
                limits = {f"min{many}": shortest, f"max{many}": longest}
                told |= {name: limit for name, limit in limits.items() if limit is not None}
            case validate.Range(min=lowest, max=highest):
                told |= {"minimum": lowest, "maximum": highest}
            case validate.OneOf(choices=choices):
                told["enum"] = [each.value if isinstance(each, Enum) else each for each in choices]
            case validate.Regexp(regex=re.Pattern(pattern=str() as pattern)):
                told["pattern"] = f"^(?:{pattern.removesuffix(PYTHONS_END)})$"
    return told


def _kind(field: fields.Field[Any]) -> Schema:
    if isinstance(field, fields.Enum):
        return {"type": "string", "enum": [each.value for each in field.enum]}
    if isinstance(field, fields.List):
        return array(_field(field.inner))
    if isinstance(field, fields.Dict) and field.key_field and field.value_field:
        keys, values = _field(field.key_field), _field(field.value_field)
        return {"type": "object", "propertyNames": keys, "additionalProperties": values}
    simple = {fields.Boolean: "boolean", fields.Integer: "integer"}
    kind = next((name for each, name in simple.items() if isinstance(field, each)), "string")
    return {"type": kind, "format": "date"} if isinstance(field, fields.Date) else {"type": kind}
