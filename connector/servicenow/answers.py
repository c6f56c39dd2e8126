"""From an instance's HTTP answer to its meaning, or to a typed error."""

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from requests import ConnectionError as ConnectionFailed
from requests import RequestException, Response
from requests.exceptions import SSLError

from ...shared.logs import log
from ..errors import N_
from .errors import (
    Garbled,
    NotLetIn,
    RateLimited,
    Refused,
    ServiceNowError,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from .transport import TooLarge, TooSlow

LONGEST_WAIT = 3600.0
SHORTEST_WAIT = 1.0
DEFAULT_WAIT = 60.0
LONGEST_SENTENCE = 1000
RESTRICTED = re.compile(r"Access restricted \([0-9a-fA-F:.]{2,45} not authorized\)")


def failure(error: RequestException) -> ServiceNowError:
    """What a call that got no answer means."""
    log().info("servicenow.no_answer", error=str(error)[:300])
    if isinstance(error, TooSlow):
        return Unreachable(detail=str(error))
    if isinstance(error, TooLarge):
        return Garbled(detail=str(error))
    if isinstance(error, SSLError):
        return Unreachable(detail=N_("No secure connection could be made (TLS)."))
    if isinstance(error, ConnectionFailed):
        return Unreachable(detail=N_("No connection could be made, or it broke."))
    return Unreachable(detail=N_("The call failed."))


def json_of(response: Response) -> Any:
    """The body as JSON. Raises Garbled."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and "json" not in kind:
        if b"hibernating" in response.content[:10_000].lower():
            raise Unavailable(detail=N_("The instance is hibernating. Wake it at developer.servicenow.com."))
        raise Garbled(detail=f"It is {kind[:60]}, not JSON.")
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise Garbled(detail=N_("It is not JSON, or was cut off.")) from error


def judge(response: Response, now: datetime) -> None:
    """Return when the answer is a success; raise what it is otherwise."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Garbled(detail=f"It answered {status} and leads elsewhere, where it is not followed.")
    message, detail = _words(response)
    if status == 403:
        check_let_in(response)
    if status == 401:
        raise Unauthorized(detail=message)
    if status == 429:
        raise RateLimited(retry_after(response.headers.get("Retry-After"), now), detail or message)
    if status >= 500:
        raise Unavailable(detail=f"{status} {message}".strip())
    raise Refused(message or f"ServiceNow answered {status}", detail)


def retry_after(header: str | None, now: datetime) -> float:
    """The seconds to wait: from a number or a date, never absurd."""
    if header is None:
        return DEFAULT_WAIT
    try:
        seconds = float(header) if header.strip().isascii() else DEFAULT_WAIT
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - now).total_seconds()
        except (ValueError, TypeError):
            seconds = DEFAULT_WAIT
    return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT) if seconds == seconds else DEFAULT_WAIT  # noqa: PLR0124 - NaN


def check_let_in(refusal: Response) -> None:
    """Raise NotLetIn for a 403 that is no API's: it came before any API was asked (platform 2.4, D)."""
    if "json" in refusal.headers.get("Content-Type", "").lower():
        return
    found = RESTRICTED.search(refusal.content[:10_000].decode("utf-8", "replace"))
    raise NotLetIn(found[0] if found else "")


def _words(response: Response) -> tuple[str, str]:
    """ServiceNow's own message and detail, as far as the body has them."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return "", ""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return (error[:LONGEST_SENTENCE], "") if isinstance(error, str) else ("", "")
    return _text(error.get("message")), _text(error.get("detail"))


def _text(value: object) -> str:
    return value[:LONGEST_SENTENCE] if isinstance(value, str) else ""
