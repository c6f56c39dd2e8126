"""OAuth clients: the oauth_entity records, read in the form Authlib works with, and made so that their secret works."""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin

from ...shared.errors import BadInput
from ...shared.sealing import KeyRing, Unsealable
from ...shared.secret import Secret
from ..access.caller import Caller
from ..identity.keys import InstanceKey
from ..records.gate import Gate, Transaction
from ..records.row import Row

SCOPE = "useraccount"
"""The scope of every token: one that is asked for is ignored (platform 1.3, D)."""

GRANT_TYPES = frozenset({"authorization_code", "refresh_token"})

ACCESS_LIFESPAN = 1800
REFRESH_LIFESPAN = 8_640_000
CODE_LIFESPAN = 60
"""Seconds; what an empty lifespan means (platform 1.5, D)."""

LONGEST_LIFESPAN = 2_147_483_647

DANGEROUS_SCHEMES = frozenset({"javascript", "data", "vbscript", "blob", "file", "about", ""})

FIELDS = (
    "name",
    "client_id",
    "client_secret",
    "redirect_url",
    "active",
    "type",
    "public_client",
    "access_token_lifespan",
    "refresh_token_lifespan",
    "auth_code_lifespan",
)


@dataclass(frozen=True, slots=True)
class Client(ClientMixin):
    """One inbound client. Every question of Authlib's is answered here; none falls back to its permissive default."""

    sys_id: str
    client_id: str
    name: str
    secret: Secret
    """Empty when the stored value cannot be opened: then no secret is right."""
    redirect_urls: tuple[str, ...]
    is_public: bool
    access_lifespan: timedelta
    refresh_lifespan: timedelta
    code_lifespan: timedelta

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """The first registered URL stands for an absent one (platform 1.1, D; the conflict there)."""
        return next(iter(self.redirect_urls), "")

    def get_allowed_scope(self, scope: Collection[str] | str) -> str:  # noqa: ARG002
        return SCOPE

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Letter for letter, and nothing that a browser would run (RFC 9700 2.1)."""
        return redirect_uri in self.redirect_urls and not is_dangerous(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and self.secret.matches(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if endpoint != "token":
            return False
        return self.is_public if method == "none" else method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES


class Clients:
    """Finds the active inbound clients."""

    def __init__(self, gate: Gate, key: InstanceKey) -> None:
        self._gate = gate
        self._key = key

    def by_client_id(self, client_id: str) -> Client | None:
        """The client with this id. The id comes from outside, so it must not become a query of its own."""
        if not client_id.isascii() or not client_id.isprintable() or "^" in client_id or len(client_id) > 255:
            return None
        entities = self._gate.record("oauth_entity", Caller.system())
        row = entities.find(f"client_id={client_id}^active=true^type=client", FIELDS) if client_id else None
        if row is None or row.value("client_id") != client_id:
            return None
        return _client(row, self._key.ring)


def _client(row: Row, ring: KeyRing) -> Client:
    return Client(
        sys_id=row.sys_id,
        client_id=row.value("client_id"),
        name=row.value("name"),
        secret=Secret(_open_secret(row, ring)),
        redirect_urls=tuple(each.strip() for each in row.value("redirect_url").split(",") if each.strip()),
        is_public=bool(row.native("public_client")),
        access_lifespan=_lifespan(row, "access_token_lifespan", ACCESS_LIFESPAN),
        refresh_lifespan=_lifespan(row, "refresh_token_lifespan", REFRESH_LIFESPAN),
        code_lifespan=_lifespan(row, "auth_code_lifespan", CODE_LIFESPAN),
    )


def _open_secret(row: Row, ring: KeyRing) -> str:
    """A secret that the Table API wrote is stored as it came, and opens as nothing (platform 2.1, C measured)."""
    try:
        return ring.open(str(row.native("client_secret") or ""), secret_place(row.sys_id))
    except Unsealable:
        return ""


def _lifespan(row: Row, element: str, otherwise: int) -> timedelta:
    given = row.native(element)
    seconds = given if isinstance(given, int) and given > 0 else otherwise
    return timedelta(seconds=min(seconds, LONGEST_LIFESPAN))


def secret_place(sys_id: str) -> str:
    """Where an entity's secret is sealed for; under another record it does not open."""
    return f"oauth_entity/{sys_id}/client_secret"


def is_dangerous(redirect_uri: str) -> bool:
    try:
        parts = urlsplit(redirect_uri)
    except ValueError:
        return True
    control = any(ord(each) <= 0x20 or ord(each) == 0x7F for each in redirect_uri)
    return control or parts.scheme.lower() in DANGEROUS_SCHEMES or bool(parts.fragment)


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client just made. Its secret can be read back by nobody but the instance's own key."""

    sys_id: str
    client_id: str
    secret: str


def create_client(
    gate: Gate,
    key: InstanceKey,
    *,
    name: str,
    redirect_url: str,
    caller: Caller | None = None,
    secret: str = "",
    within: Transaction | None = None,
    **further: object,
) -> NewClient:
    """Make an inbound OAuth client with a working secret.

    The record is inserted as ``caller`` (the instance itself when None), so whatever refuses that caller refuses this.
    The secret is then sealed and stored by the instance: a caller may not write what works. ``further`` are other
    values of the record. Raises BadInput for an unusable name or redirect URL, PlatformError when the gate refuses.
    """
    urls = [each.strip() for each in redirect_url.split(",") if each.strip()]
    if not name.strip():
        raise BadInput("The client has no name", "Give the application a name.")
    if not urls or any(is_dangerous(each) for each in urls):
        raise BadInput("Invalid redirect URL", "Give an address like https://example.com/callback, without #fragment.")
    client_id = gate.ids.sys_id()
    secret = secret or gate.ids.token(24)
    values = {"name": name.strip(), "client_id": client_id, "redirect_url": ",".join(urls), "type": "client", **further}
    with nullcontext(within) if within else gate.transaction() as transaction:
        row = gate.record("oauth_entity", caller or Caller.system(), transaction).insert(values)
        seal_secret(gate, key, row.sys_id, secret, transaction)
    return NewClient(row.sys_id, client_id, secret)


def seal_secret(gate: Gate, key: InstanceKey, sys_id: str, secret: str, within: Transaction | None = None) -> None:
    """Give an entity a secret that works."""
    sealed = key.ring.seal(secret, secret_place(sys_id))
    gate.record("oauth_entity", Caller.system(), within).update(sys_id, {"client_secret": sealed})
