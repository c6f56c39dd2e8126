"""Who is the client at the token endpoint? By HTTP Basic or by fields of the body, both as real clients do (rest 10).

Authlib's own fails with a server error on a secret outside ASCII and on a header that is no UTF-8 (trap 4).
"""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError

from ..identity.authenticators import basic_pair
from . import policy
from .clients import Client, Clients
from .profiles import Profile
from .refusals import MissingSecretError, TooManyTriesError
from .requests import InstanceRequest
from .tries import FailedTries


@dataclass(frozen=True, slots=True)
class _Presented:
    client_id: str
    secrets: tuple[str, ...]
    """The secret as it may be meant: RFC 6749 2.3.1 has it URL-encoded in a Basic header, most clients do not."""
    method: str


@dataclass(frozen=True, slots=True)
class ClientAuthentication:
    """Finds the client that sent a request, and keeps those waiting who guess a hardened one's secret."""

    clients: Clients
    tries: FailedTries

    def __call__(self, request: InstanceRequest) -> Client:
        """Return the client. Raises an OAuth2Error naming the true cause."""
        presented = _presented(request)
        client = request.named_client = self.clients.by_client_id(presented.client_id)
        throttled = (client.profile if client else self.clients.default_profile) is Profile.HARDENED
        if throttled:
            self._check_tries(presented.client_id, request.address)
        try:
            return self._judge(client, presented, request)
        except InvalidClientError:
            if throttled:
                self.tries.note(presented.client_id, request.address)
            raise

    def _check_tries(self, client_id: str, address: str) -> None:
        seconds = self.tries.wait_for(client_id, address)
        if seconds:
            raise TooManyTriesError(seconds)

    @staticmethod
    def _judge(client: Client | None, presented: _Presented, request: InstanceRequest) -> Client:
        if client is None:
            raise InvalidClientError("There is no active client with this client_id")
        if client.is_hardened and request.has_query_parameters:
            raise InvalidRequestError("A hardened client's parameters stand in the body")
        if not any(presented.secrets) and not client.is_public:
            raise MissingSecretError
        if any(presented.secrets) and not any(client.check_client_secret(each) for each in presented.secrets):
            raise InvalidClientError("The client_secret is wrong, or was stored so that it cannot work")
        request.auth_method = presented.method if any(presented.secrets) else "none"
        return client


def uses_basic(request: InstanceRequest) -> bool:
    return _header(request).strip().lower().startswith("basic")


def _presented(request: InstanceRequest) -> _Presented:
    body_id, body_secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    if not uses_basic(request):
        return _Presented(body_id, (body_secret,), "client_secret_post")
    pair = basic_pair(_header(request))
    if pair is None:
        raise InvalidClientError("The Authorization header cannot be read")
    if body_secret and policy.BASIC_BESIDE_BODY_REFUSED:
        raise InvalidRequestError("Client credentials in the header and in the body")
    client_id, secret = pair
    return _Presented(unquote_plus(client_id), (secret, unquote_plus(secret)), "client_secret_basic")


def _header(request: InstanceRequest) -> str:
    return str((request.headers or {}).get("Authorization", ""))
