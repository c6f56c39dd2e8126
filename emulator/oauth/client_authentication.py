"""Who is the client at the token endpoint? By HTTP Basic or by fields of the body, both as real clients do (rest 10).

Authlib's own fails with a server error on a secret outside ASCII and on a header that is no UTF-8 (trap 4).
"""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Request

from ..identity.authenticators import basic_pair
from . import policy
from .clients import Client, Clients


class MissingSecretError(OAuth2Error):
    """The log's word for a code exchange without the secret (platform 1.3, C)."""

    error = "client_secret"


@dataclass(frozen=True, slots=True)
class _Presented:
    client_id: str
    secrets: tuple[str, ...]
    """The secret as it may be meant: RFC 6749 2.3.1 has it URL-encoded in a Basic header, most clients do not."""
    method: str


def authenticate_client(clients: Clients, request: OAuth2Request) -> Client:
    """Return the client that sent the request. Raises an OAuth2Error naming the true cause."""
    presented = _presented(request)
    client = clients.by_client_id(presented.client_id)
    if client is None:
        raise InvalidClientError("There is no active client with this client_id")
    if not any(presented.secrets) and not client.is_public:
        raise MissingSecretError
    if any(presented.secrets) and not any(client.check_client_secret(each) for each in presented.secrets):
        raise InvalidClientError("The client_secret is wrong, or was stored so that it cannot work")
    request.auth_method = presented.method if any(presented.secrets) else "none"
    return client


def _presented(request: OAuth2Request) -> _Presented:
    header = (request.headers or {}).get("Authorization", "")
    body_id, body_secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    if not header.strip().lower().startswith("basic"):
        return _Presented(body_id, (body_secret,), "client_secret_post")
    pair = basic_pair(header)
    if pair is None:
        raise InvalidClientError("The Authorization header cannot be read")
    if body_secret and policy.BASIC_BESIDE_BODY_REFUSED:
        raise InvalidRequestError("Client credentials in the header and in the body")
    client_id, secret = pair
    return _Presented(unquote_plus(client_id), (secret, unquote_plus(secret)), "client_secret_basic")
