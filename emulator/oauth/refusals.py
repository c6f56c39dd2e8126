"""What the token endpoint says when it refuses, by the client's profile; the true cause goes to the log alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import UnsupportedGrantTypeError

from .profiles import Profile

OPAQUE = {"error_description": "access_denied", "error": "server_error"}
"""The one answer to whatever fails at the token endpoint, in the recorded order of keys, with 401 (platform 1.3, F)."""

INVALID_TOKEN = "The provided OAuth token is not valid"  # noqa: S105 - a sentence of the platform's log (1.3, C)

BASIC_CHALLENGE = 'Basic realm="Service-now"'


class InvalidTokenError(OAuth2Error):
    """A refresh token that does not live; named in the log as the platform names it (platform 1.3, C)."""

    error = "invalid_token"
    description = INVALID_TOKEN


class MissingSecretError(OAuth2Error):
    """The log's word for a code exchange without the secret (platform 1.3, C)."""

    error = "client_secret"


class SwitchedOffError(OAuth2Error):
    error = "oauth_inactive"
    description = "The property com.snc.platform.security.oauth.is.active is false"


class NoApplicationUserError(OAuth2Error):
    """The one refusal that the platform words (platform 1.3, F): it names the entity by its sys_id."""

    error = "unauthorized_client"

    def __init__(self, entity: str) -> None:
        super().__init__(
            "Received client_credentials grant_type request however integration user is not configured for "
            f"OAuth:{entity}"
        )


class TooManyTriesError(OAuth2Error):
    """A hardened client's secret was guessed at too often from one address."""

    error = "temporarily_unavailable"

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("Too many wrong secrets from this address")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    body: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


SENTENCES = {
    "invalid_request": "The request lacks a parameter, repeats one, or has one that cannot be used.",
    "invalid_client": "Client authentication failed.",
    "invalid_grant": "The code, token, assertion or user is not valid, or was issued to another client.",
    "invalid_scope": "A requested scope cannot be granted.",
    "unauthorized_client": "The client may not use this grant.",
    "unsupported_grant_type": "This grant type is not supported.",
    "temporarily_unavailable": "Too many failed attempts. Try again later.",
}
"""One sentence an error, so that the answer tells no more than its code (RFC 6749 5.2)."""

_RFC_CODES = {"client_secret": "invalid_client", "invalid_token": "invalid_grant", "access_denied": "invalid_grant"}


def refusal_of(error: OAuth2Error, profile: Profile, *, by_basic: bool = False) -> Refusal:
    if isinstance(error, NoApplicationUserError):
        return Refusal(400, {"error": error.error or "", "error_description": str(error.description)})
    if profile is Profile.HARDENED:
        return _by_rfc(error, by_basic=by_basic)
    return Refusal(401, OPAQUE, {"X-Is-Logged-In": "false"})


def _by_rfc(error: OAuth2Error, *, by_basic: bool) -> Refusal:
    named = _RFC_CODES.get(error.error or "", error.error or "")
    code = named if named in SENTENCES else "unauthorized_client"
    body = {"error": code, "error_description": SENTENCES[code]}
    if isinstance(error, TooManyTriesError):
        return Refusal(429, body, {"Retry-After": str(error.seconds)})
    if code == "invalid_client":
        return Refusal(401, body, {"WWW-Authenticate": BASIC_CHALLENGE} if by_basic else {})
    return Refusal(400, body)


def message_of(error: OAuth2Error) -> str:
    """The log's sentence for an error. It may quote the request, so it is cut and cleaned."""
    description = str(error.get_error_description() or "")
    if isinstance(error, UnsupportedGrantTypeError) and not error.grant_type:
        description = "Missing grant_type parameter value"
    text = f"Exception on token flow - {error.error}" + (f": {description}" if description else "")
    return "".join(each if each.isprintable() else " " for each in text[:400])
