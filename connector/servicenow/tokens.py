"""A token endpoint's answer, read strictly: what is not clearly a token is not accepted (attacks B08, B09)."""

import math
import re
from dataclasses import dataclass
from typing import Any

from requests import Response

from .answers import check_let_in, json_of
from .errors import Garbled, GrantRefused, Unavailable

SHORTEST_LIFE = 120
USUAL_LIFE = 1800
LONGEST_LIFE = 86_400
LONGEST_TOKEN = 8192
VISIBLE = re.compile(r"[\x21-\x7e]+")
"""The characters that a token may have (RFC 6749, appendix A.12), as far as a header can carry them."""


@dataclass(frozen=True, repr=False)
class IssuedTokens:
    access_token: str
    refresh_token: str
    """Empty when the answer has none."""
    lifetime: int
    """Seconds; never for ever, whatever the answer says."""


def issued_tokens(response: Response) -> IssuedTokens:
    """Read a token endpoint's answer. Raises GrantRefused, NotLetIn, Unavailable, Garbled."""
    if response.status_code >= 500 or response.status_code == 429:
        raise Unavailable(detail=f"The token endpoint answered {response.status_code}.")
    if 300 <= response.status_code < 400:
        raise Garbled(detail="The token endpoint leads elsewhere, where it is not followed.")
    if response.status_code == 403:
        check_let_in(response)
    body = json_of(response)
    if not isinstance(body, dict):
        raise Garbled(detail="The token endpoint's answer is not a JSON object.")
    if "error" in body or response.status_code >= 400:
        raise GrantRefused(_word(body.get("error")) or str(response.status_code), _word(body.get("error_description")))
    kind = body.get("token_type", "")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise Garbled(detail="The token endpoint issued no Bearer token.")
    refresh_token = body.get("refresh_token") or ""
    return IssuedTokens(
        _token(body.get("access_token")), _token(refresh_token) if refresh_token else "", lifetime(body)
    )


def lifetime(body: dict[str, Any]) -> int:
    """``expires_in`` as seconds, within reason."""
    given = body.get("expires_in")
    try:
        seconds = float(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    if not math.isfinite(seconds) or seconds <= 0:
        return USUAL_LIFE
    return int(min(max(seconds, SHORTEST_LIFE), LONGEST_LIFE))


def _token(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TOKEN or not VISIBLE.fullmatch(value):
        raise Garbled(detail="The token endpoint's answer holds no usable token.")
    return value


def _word(value: Any) -> str:
    return value[:300] if isinstance(value, str) else ""
