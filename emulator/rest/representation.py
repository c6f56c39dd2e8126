"""The two forms in which an answer leaves, JSON and XML, and which of them a client wants (rest 1 and 3)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from xml.sax.saxutils import escape

from .errors import NotAcceptable

XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
XML_ROOT = "response"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUALITY = re.compile(r"[01]?\.?[0-9]{0,3}(?<=[0-9])")
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_escaping_encoder = json.JSONEncoder(separators=(",", ":"))
_NO_XML_NAME = re.compile(r"[^A-Za-z0-9_.-]")


class Representation(StrEnum):
    """The value is the media type. JSON stands first: it is what a client gets that does not care."""

    JSON = "application/json"
    XML = "application/xml"
    TEXT_XML = "text/xml"

    @property
    def content_type(self) -> str:
        """As recorded: JSON without a blank, XML with one (rest 1 and 3)."""
        return f"{self};charset=UTF-8" if self is Representation.JSON else f"{self}; charset=UTF-8"

    def write(self, payload: Mapping[str, object]) -> bytes:
        """The payload in this form. Keys keep their order."""
        return (to_json if self is Representation.JSON else to_xml)(payload)


@lru_cache(maxsize=256)
def wanted(accept: str) -> Representation:
    """What to answer with, by an Accept header.

    Raises NotAcceptable only for a client that names types, none of them ours (rest 1, wire). Read leniently: Java's
    own ``*; q=.2`` is a wildcard, and of a type's parameters only ``q`` counts.
    """
    if not accept.strip():
        return Representation.JSON
    accepted = dict(map(_accepted, accept.lower().split(",")))
    best = max(Representation, key=lambda each: _quality(each, accepted))
    if not _quality(best, accepted):
        raise NotAcceptable
    return best


def _accepted(one: str) -> tuple[str, float]:
    """A media range and its quality; an unreadable quality counts as 1."""
    media_range, *parameters = (part.strip() for part in one.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    return media_range, float(quality) if _QUALITY.fullmatch(quality) else 1.0


def _quality(form: Representation, accepted: Mapping[str, float]) -> float:
    """That of the most specific range which covers the form, 0 when none does."""
    ranges = (str(form), f"{form.partition('/')[0]}/*", "*/*", "*")
    return next((accepted[each] for each in ranges if each in accepted), 0.0)


def to_json(payload: Mapping[str, object]) -> bytes:
    """As the platform writes it: UTF-8, no blanks."""
    try:
        return _encoder.encode(payload).encode()
    except UnicodeEncodeError:  # half of a surrogate pair can only come back as it came, escaped
        return _escaping_encoder.encode(payload).encode()


def to_xml(payload: Mapping[str, object]) -> bytes:
    """Every key an element, every element of a list a repeated one, what is empty self-closed (rest 3, D)."""
    return (XML_HEAD + "".join(_element(XML_ROOT, payload))).encode()


def _element(name: str, value: object) -> Iterator[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _element(name, each)
        return
    tag = _tag(name)
    inner = "".join(_inner(value))
    yield f"<{tag}>{inner}</{tag}>" if inner else f"<{tag}/>"


def _inner(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _element(name, each)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif value is not None:
        yield xml_text(str(value))


def xml_text(text: str) -> str:
    """The text as it stands within an element."""
    return escape(without_unwritable(text), {"\r": "&#13;"})


def without_unwritable(text: str) -> str:
    """The text with a mark for each character that XML 1.0 cannot hold, not even escaped."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _tag(name: str) -> str:
    """A field's name is a name in XML already; whatever else a key is becomes one."""
    tag = _NO_XML_NAME.sub("_", name)
    return tag if tag[:1].isalpha() or tag[:1] == "_" else f"_{tag}"
