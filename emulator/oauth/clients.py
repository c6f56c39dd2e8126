"""OAuth clients: the oauth_entity records, in the form Authlib works with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from authlib.oauth2.rfc6749 import ClientMixin

from ...shared.secret import Secret
from ..access.caller import Caller
from ..identity.keys import InstanceKey
from ..records.gate import Gate
from ..records.row import Row
from . import policy
from .profiles import Profile
from .redirects import is_dangerous, is_readable_underway, login_path

TABLE = "oauth_entity"

SCOPE = "useraccount"
"""The scope of a token whose client is not restricted to REST API auth scopes (platform 1.3, D)."""

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

GRANT_TYPES = {
    Profile.SERVICENOW: frozenset(
        {"authorization_code", "refresh_token", "password", "client_credentials", JWT_BEARER}
    ),
    Profile.HARDENED: frozenset({"authorization_code", "refresh_token", "client_credentials", JWT_BEARER}),
}

ACCESS_LIFESPAN = 1800
REFRESH_LIFESPAN = 8_640_000
CODE_LIFESPAN = 60
"""Seconds; what an empty lifespan means (platform 1.5, D)."""

LONGEST_LIFESPAN = 2_147_483_647

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
    "profile",
    "login_url",
    "user",
    "scope_restriction_status",
    "user_field",
    "enable_jti_verification",
    "clock_skew",
    "token_format",
    "subject_claim",
)

SECURELY_SCOPED = "securely_scoped"
JWT = "jwt"
CLOCK_SKEW = 300
"""Seconds by which an assertion's clock may differ (platform 1.3, D)."""


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
    profile: Profile = Profile.SERVICENOW
    login_path: str = ""
    """Where its users log in."""
    application_user: str = ""
    """sys_id of the OAuth Application User, for the client's own tokens."""
    scopes: tuple[str, ...] = (SCOPE,)
    """What its tokens may be for."""
    user_field: str = "email"
    verifies_jti: bool = True
    clock_skew: timedelta = timedelta(seconds=CLOCK_SKEW)
    gets_jwts: bool = False
    """Token Format JWT: its access tokens are JWTs."""
    subject_claim: str = ""
    """The user's field that a JWT names its user by."""

    @property
    def is_hardened(self) -> bool:
        return self.profile is Profile.HARDENED

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """The first registered URL stands for an absent one (platform 1.1, D; the conflict there)."""
        return next(iter(self.redirect_urls), "")

    def get_allowed_scope(self, scope: Collection[str] | str | None) -> str:
        """The scopes that a token gets for those asked for: an unknown one is ignored (platform 1.3, D)."""
        asked = scope.split() if isinstance(scope, str) else list(scope or ())
        return " ".join([each for each in self.scopes if each in asked] or self.scopes)

    def has_scopes(self, scope: str) -> bool:
        """Whether all that is asked for may be given: a hardened client is told when it may not (attack A08)."""
        return set(scope.split()) <= set(self.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Letter for letter, and nothing that a browser would run (RFC 9700 2.1)."""
        if is_dangerous(redirect_uri) or (self.is_hardened and is_readable_underway(redirect_uri)):
            return False
        return redirect_uri in self.redirect_urls

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and self.secret.matches(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if endpoint != "token":
            return False
        return self.is_public if method == "none" else method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES[self.profile]


class Clients:
    """Finds the active inbound clients."""

    def __init__(self, gate: Gate, key: InstanceKey) -> None:
        self._gate = gate
        self._key = key

    def by_client_id(self, client_id: str) -> Client | None:
        """The client with this id. The id comes from outside, so it must not become a query of its own."""
        if not client_id.isascii() or not client_id.isprintable() or "^" in client_id or len(client_id) > 255:
            return None
        return self._gate.unchanged((TABLE, client_id), lambda: self._find(client_id)) if client_id else None

    def _find(self, client_id: str) -> Client | None:
        query = f"client_id={client_id}^active=true^typeINclient,jwt_client"
        row = self._gate.record(TABLE, Caller.system()).find(query, FIELDS, named=False)
        if row is None or row.value("client_id") != client_id:
            return None
        return _client(row, self._key, self.default_profile, self._scopes_of(row))

    @property
    def default_profile(self) -> Profile:
        """The rules for a client that names no profile, and for an unknown one."""
        return Profile.named(self._gate.get_property(policy.DEFAULT_PROFILE), Profile.SERVICENOW)

    def any_hardened(self) -> bool:
        """Whether anybody here needs the server's metadata."""
        if self.default_profile is Profile.HARDENED:
            return True
        entities = self._gate.record(TABLE, Caller.system())
        return entities.find(f"active=true^profile={Profile.HARDENED}", ["sys_id"]) is not None

    def reveal_secret(self, sys_id: str) -> str:
        """A client's secret as text, for the lock icon of its form; empty when it cannot be opened."""
        row = self._gate.record(TABLE, Caller.system()).get(sys_id, ["client_secret"])
        return _open_secret(row, self._key)

    def _scopes_of(self, row: Row) -> tuple[str, ...]:
        if row.value("scope_restriction_status") != SECURELY_SCOPED:
            return (SCOPE,)
        mappings = self._gate.record("oauth_entity_auth_scope_mapping", Caller.system())
        found = mappings.query(
            f"oauth_entity={row.sys_id}^sys_auth_scope.active=true^ORDERBYsys_auth_scope.name",
            fields=["sys_auth_scope.name"],
        )
        return tuple(each.value("sys_auth_scope.name") for each in found.rows)


def _client(row: Row, key: InstanceKey, otherwise: Profile, scopes: tuple[str, ...]) -> Client:
    skew = row.native("clock_skew")
    return Client(
        sys_id=row.sys_id,
        client_id=row.value("client_id"),
        name=row.value("name"),
        secret=Secret(_open_secret(row, key)),
        redirect_urls=tuple(each.strip() for each in row.value("redirect_url").split(",") if each.strip()),
        is_public=bool(row.native("public_client")),
        access_lifespan=_lifespan(row, "access_token_lifespan", ACCESS_LIFESPAN),
        refresh_lifespan=_lifespan(row, "refresh_token_lifespan", REFRESH_LIFESPAN),
        code_lifespan=_lifespan(row, "auth_code_lifespan", CODE_LIFESPAN),
        profile=Profile.named(row.value("profile"), otherwise),
        login_path=login_path(row.value("login_url")),
        application_user=row.value("user"),
        scopes=scopes,
        user_field=row.value("user_field") or "email",
        verifies_jti=row.native("enable_jti_verification") is not False,
        clock_skew=timedelta(seconds=skew if isinstance(skew, int) and 0 <= skew <= 86_400 else CLOCK_SKEW),
        gets_jwts=row.value("token_format") == JWT,
        subject_claim=row.value("subject_claim"),
    )


def _open_secret(row: Row, key: InstanceKey) -> str:
    """A secret that the Table API wrote is stored as it came, and opens as nothing (platform 2.1, C measured)."""
    return key.open(row.native("client_secret"), TABLE, row.sys_id, "client_secret") or ""


def _lifespan(row: Row, element: str, otherwise: int) -> timedelta:
    given = row.native(element)
    seconds = given if isinstance(given, int) and given > 0 else otherwise
    return timedelta(seconds=min(seconds, LONGEST_LIFESPAN))
