"""A JSON object that a program sent, read strictly."""

import json
from typing import Any, NoReturn

from .errors import BadInput


def read_json_object(body: bytes) -> dict[str, Any]:
    """The object in a request's body. Raises BadInput for anything else, and for a name that stands twice in it."""
    try:
        found = json.loads(body, parse_constant=_no_constant, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise BadInput("The body is not JSON", "Send one JSON object in UTF-8.") from error
    if not isinstance(found, dict):
        raise BadInput("The body is not a JSON object", 'Send {"name": value, …}, or {} for nothing.')
    return found


def _no_constant(name: str) -> NoReturn:
    """NaN and the infinities, which Python reads and JSON does not know."""
    raise ValueError(f"{name} is not a JSON value")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name occurs twice in one object")
    return found
