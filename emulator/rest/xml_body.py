"""An XML request body: ``<request><entry><short_description>…</short_description></entry></request>`` (rest 3).

The shape is unverified, so it is read leniently: the record is the first ``entry``, or else the children of the root.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ..errors import RequestUnreadable
from . import assumptions

RECORD = "entry"


def read_xml(body: bytes | str) -> dict[str, str]:
    """The record that the body gives. Raises RequestUnreadable, also for any DTD, so that no entity can grow."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _unreadable(str(error)) from error
    record = root.find(RECORD)
    return {child.tag: _value(child) for child in _elements(root if record is None else record)}


def _elements(parent: Element) -> Iterator[Element]:
    """Comments and processing instructions are no elements."""
    return (child for child in parent if isinstance(child.tag, str))


def _value(field: Element) -> str:
    """Text, or the reference form of the API's own answers."""
    parts = {child.tag: child for child in _elements(field)}
    if not parts:
        return field.text or ""
    inner = parts.get("value", parts.get("display_value"))
    if inner is None or any(True for _child in _elements(inner)):
        raise _unreadable(f"{field.tag[:80]} holds elements that are no value")
    return inner.text or ""


def _unreadable(why: str) -> RequestUnreadable:
    return RequestUnreadable(detail=f"{assumptions.UNREADABLE_XML_DETAIL.value}: {why}")
