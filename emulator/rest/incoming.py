"""What comes in: a request's address and parameters, and its body within the platform's limits (rest 1)."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from flask import Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from ...shared.text import whole_number
from ...shared.web.parts import part
from ..errors import PayloadTooLarge
from ..identity.effective_method import effective_method
from ..records.gate import Gate
from . import assumptions
from .body import read_object, read_record, read_records
from .encodings import unpack
from .parameters import PAGE, Parameters, read_parameters
from .tiny_urls import expand

UNQUOTED = "/:@!$&'()*+,;=~-._"
MEGABYTE = 1024 * 1024

LARGEST_BODY_PROPERTY = "glide.rest.max_content_length"
LARGEST_GZIP_PROPERTY = "glide.rest.scripted.max_inbound_gzip_content_length_mb"
"""Properties, in megabytes (rest 1, D)."""


def address_length(request: Request) -> int:
    """Bytes of the request's path and query, as sent where the server tells, else as they would be written."""
    sent = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or quote(request.path, safe=UNQUOTED)
    query = request.query_string
    return len(sent.partition("?")[0]) + (len(query) + 1 if query else 0)


def asked_pairs() -> Sequence[tuple[str, str]]:
    """The parameters of the address, and those of the longer one that it is short for. Raises BadParameter."""
    pairs = list(request.args.items(multi=True))
    return expand(part(Gate), pairs) if effective_method(request) == "GET" else pairs


def asked_by_name() -> Mapping[str, str]:
    """The same by name; of a repeated one the first counts."""
    return dict(reversed(asked_pairs()))


def asked_parameters(*, of_list: bool = True) -> Parameters:
    """What the address asks for. Raises BadParameter.

    Clients ask for one record with the page of a list, and write with it (rest 2, wire): then it means nothing.
    """
    pairs = asked_pairs()
    return read_parameters(pairs if of_list else [pair for pair in pairs if pair[0] not in PAGE])


def given_record() -> Mapping[str, object]:
    """The record that the body gives. Raises UnsupportedMediaType, RequestUnreadable, or PayloadTooLarge."""
    return read_record(_read_body(), *_body_type())


def given_records() -> Sequence[Mapping[str, object]]:
    """The records that the body gives under ``records``. Raises as ``given_record`` does."""
    return read_records(_read_body(), *_body_type())


def given_object() -> Mapping[str, object]:
    """The JSON object that is the body. Raises as ``given_record`` does."""
    return read_object(_read_body(), *_body_type())


def given_object_if_any() -> Mapping[str, object]:
    """The same, empty where there is no body."""
    body = _read_body()
    return read_object(body, *_body_type()) if body.strip() else {}


def _read_body() -> bytes:
    """The request's body, unpacked.

    As a rule a body that is too large is refused before any of it is read.
    """
    limit = assumptions.LARGEST_BODY.value
    if (request.content_length or MEGABYTE) >= MEGABYTE:  # no property allows less
        limit = _megabytes(LARGEST_BODY_PROPERTY, limit)
    body = _read(limit)
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if not encoding:
        return body
    packed = _megabytes(LARGEST_GZIP_PROPERTY, assumptions.LARGEST_GZIP_BODY.value)
    return unpack(body, encoding, largest_packed=packed, largest=limit)


def _body_type() -> tuple[str, str]:
    """Media type and charset of the body, empty where the request names none."""
    return request.mimetype, request.mimetype_params.get("charset", "")


def _read(limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise PayloadTooLarge(request.content_length or 0, limit)
    request.max_content_length = limit
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:  # a body without a length
        raise PayloadTooLarge(limit + 1, limit) from None


def _megabytes(name: str, default: int) -> int:
    """The property's value in bytes; what is no number from 1 to the documented 25 counts as not set."""
    megabytes = whole_number(part(Gate).get_property(name), assumptions.MOST_MEGABYTES.value)
    return megabytes * MEGABYTE if megabytes else default
