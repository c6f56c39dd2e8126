"""Reads a request body as the platform does: leniently in form, never with a crash.

JSON as it should be, JSON with single quotes or bare keys as the vendor's own curl examples have it (rest 1, D), native
types beside strings, or XML. Numbers keep the digits they were sent with, so that no size of number can lose or break
anything.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

from ...shared.text import what_cannot_be_kept
from ..errors import RequestUnreadable
from . import assumptions
from .errors import UnsupportedMediaType

XML_TYPES = frozenset({"application/xml", "text/xml"})
JSON_TYPES = frozenset({"", "application/json", "text/json", "*/*"})
"""No Content-Type at all is JSON: real clients send none (rest 1, wire)."""
CHARSETS = {"": "utf-8-sig", "utf-8": "utf-8-sig", "utf8": "utf-8-sig", "us-ascii": "ascii", "iso-8859-1": "latin-1"}

_STRINGS = re.compile(
    r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|\'((?:[^\'\\]|\\.?)*+)(?:\'|\Z)|([A-Za-z_$][\w$]*+)(?=\s*+:)', re.DOTALL | re.ASCII
)
"""Both kinds of string, and a bare key. An unfinished string reaches to the end, so that a hostile text is scanned once
and no more."""
_ESCAPES = re.compile(r'\\.|"', re.DOTALL)


def read_record(body: bytes, media_type: str, charset: str) -> Mapping[str, object]:
    """Return the record that a write's body gives; of several the first (rest 1, D).

    Raises RequestUnreadable or UnsupportedMediaType.
    """
    if not body.strip():
        return {}
    if media_type in XML_TYPES:
        from .xml_body import read_xml  # few programs send XML, and its parser takes a start its time

        found = read_xml(_decode(body, charset) if charset else body)  # without a charset the document says its own
        return {_text(name): _text(value) for name, value in found.items()}
    if media_type not in JSON_TYPES:
        raise UnsupportedMediaType
    return _first_record(_parse(_decode(body, charset)))


def read_object(body: bytes, media_type: str, charset: str) -> Mapping[str, object]:
    """Return a JSON object as it is, but numbers as their digits. Raises RequestUnreadable or UnsupportedMediaType."""
    if media_type not in JSON_TYPES:
        raise UnsupportedMediaType
    parsed = _parse(_decode(body, charset))
    if not isinstance(parsed, dict):
        raise _unreadable("it is not an object")
    return {_text(name): value for name, value in parsed.items()}


def read_records(body: bytes, media_type: str, charset: str) -> Sequence[Mapping[str, object]]:
    """Return the records under the key ``records``. Raises RequestUnreadable or UnsupportedMediaType."""
    records = read_object(body, media_type, charset).get("records")
    if not isinstance(records, list):
        raise _unreadable("records is not an array")
    return [_first_record(each) for each in records]


def records_of(given: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """The records that an object stands for: those under ``records``, or itself. Raises RequestUnreadable."""
    several = given.get("records")
    return [_first_record(each) for each in (several if isinstance(several, list) else [given])]


def _decode(body: bytes, charset: str) -> str:
    codec = CHARSETS.get(charset.lower())
    if codec is None:
        raise UnsupportedMediaType
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        raise _unreadable(f"it is not {charset or 'utf-8'}") from error


def _parse(text: str) -> object:
    try:
        return _loads(text)
    except ValueError as strict:
        try:
            return _loads(_STRINGS.sub(_double_quoted, text))
        except ValueError:
            raise _unreadable(str(strict)) from strict


def _loads(text: str) -> object:
    """Numbers stay text; raises ValueError for everything that is no JSON, too deeply nested included."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _double_quoted(match: re.Match[str]) -> str:
    if match[2] is not None:
        return f'"{match[2]}"'
    if match[1] is None:
        return match[0]
    inner = _ESCAPES.sub(lambda escape: {"\\'": "'", '"': '\\"'}.get(escape[0], escape[0]), match[1])
    return f'"{inner}"'


def _first_record(parsed: object) -> Mapping[str, object]:
    """The record that a parsed body gives, of several the first (rest 1, D). Raises RequestUnreadable."""
    if isinstance(parsed, dict) and list(parsed) == ["records"] and isinstance(parsed["records"], list):
        parsed = parsed["records"]
    if isinstance(parsed, list):
        if not parsed:
            raise _unreadable("it is an empty array")
        parsed = parsed[0]
    if not isinstance(parsed, dict):
        raise _unreadable("it is not an object")
    return {_text(name): _value(name, value) for name, value in parsed.items()}


def _value(name: str, value: object) -> object:
    """A text, boolean or null; a reference in the form the API answers with; a list of texts."""
    if isinstance(value, dict):
        inner = value.get("value", value.get("display_value"))
        if isinstance(inner, dict | list):
            raise _unreadable(f"{name} contains an object instead of a value")
        return _value(name, inner)
    if isinstance(value, list):
        return _joined(name, value)
    return _text(value) if isinstance(value, str) else value


def _joined(name: str, values: Sequence[object]) -> str:
    """A list field is comma-separated text."""
    if not all(isinstance(each, str) for each in values):
        raise _unreadable(f"{name} contains a list of something other than texts")
    return ",".join(_text(str(each)) for each in values)


def _text(text: str) -> str:
    """Refuse what no database may hold: NUL and halves of surrogate pairs."""
    impossible = what_cannot_be_kept(text)
    if impossible:
        raise _unreadable(f"{impossible} cannot be stored")
    return text


def _unreadable(why: str) -> RequestUnreadable:
    return RequestUnreadable(detail=f"{assumptions.UNREADABLE_JSON_DETAIL.value}: {why}")
