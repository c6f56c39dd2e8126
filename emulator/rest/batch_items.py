"""The requests that a batch holds, as they were sent (rest 7). Knows no Flask."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ..errors import BadParameter
from . import assumptions
from .outgoing import API_PATH

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
UNSENDABLE = re.compile("[\0-\x1f\x7f\ud800-\udfff]")
"""What neither an address nor a header may have. A request with it is refused by itself, and the others are sent."""


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch."""

    id: str
    method: str
    url: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    exclude_response_headers: bool = False
    trouble: str = ""
    """Why it cannot be sent."""


def items_of(given: object) -> Sequence[Item]:
    """The items of ``rest_requests``. Raises BadParameter."""
    most = assumptions.BATCH_MOST_REQUESTS.value
    if not isinstance(given, list) or not 0 < len(given) <= most or not all(isinstance(each, dict) for each in given):
        raise BadParameter(detail=f"rest_requests must hold 1 to {most} requests.")
    return [_item(each) for each in given]


def check(item: Item, largest: int) -> None:
    """Raises BadParameter for what is not sent at all; ``largest`` are the bytes that a body may have."""
    if item.trouble:
        raise BadParameter(detail=item.trouble)
    if any(UNSENDABLE.search(each) for each in (item.url, *chain.from_iterable(item.headers))):
        raise BadParameter(detail="The url or a header has control characters.")
    path = item.url.partition("?")[0]
    if item.method not in METHODS:
        raise BadParameter(detail=f"The method {item.method[:20]} is unknown.")
    if not path.startswith(API_PATH) or not path.isascii():
        raise BadParameter(detail=f"The url must begin with {API_PATH}.")
    if len(item.body) > largest:
        raise BadParameter(detail=f"The body is over {largest} bytes.")


def _item(given: Mapping[str, object]) -> Item:
    headers = given.get("headers") or []
    if not isinstance(headers, list) or not all(isinstance(each, dict) for each in headers):
        raise BadParameter(detail="headers must be a list of names and values.")
    body, trouble = _decoded(given.get("body"))
    return Item(
        id=_text(given, "id"),
        method=_text(given, "method").upper() or "GET",
        url=_text(given, "url"),
        headers=[(_text(each, "name"), _text(each, "value")) for each in headers],
        body=body,
        trouble=trouble,
        exclude_response_headers=str(given.get("exclude_response_headers", "")).lower() == "true",
    )


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise BadParameter(detail=f"{name} is not a text.")
    return value or ""


def _decoded(given: object) -> tuple[bytes, str]:
    """The bytes of a body, or what is wrong with it."""
    text = given if isinstance(given, str) else "" if given is None else "?"  # no letter of base64
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True), ""
    except (binascii.Error, UnicodeEncodeError):
        return b"", "The body is not base64."
