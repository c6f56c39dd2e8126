"""The identity providers of an instance, and the properties that switch single sign-on."""

from dataclasses import dataclass
from datetime import timedelta

from ...shared.secret import Secret
from ..access.caller import Caller
from ..identity.keys import InstanceKey
from ..identity.named_users import users_named
from ..records.gate import Gate
from ..records.row import Row

TABLE = "sso_properties"

ENABLED = "glide.authenticate.multisso.enabled"
"""Property: "Enable Multi-Provider SSO" (platform 1.2, G)."""

REDIRECT = "glide.authenticate.sso.redirect.idp"
"""Property: the provider that whoever is not logged in is redirected to (platform 1.2, C)."""

LOCATE_FIELD = "glide.authenticate.multisso.login_locate.user_field"
"""Property: by which field of a user ``login_locate_sso.do`` finds one, user_name by default (platform 1.2, D)."""

FIELDS = (
    "name",
    "active",
    "default",
    "client_id",
    "client_secret",
    "oidc_config_metadata_url",
    "user_claim",
    "user_field",
    "clock_skew",
)
MATCH_FIELDS = ("user_name", "email")
MOST_SKEW = 3600


@dataclass(frozen=True, slots=True)
class Provider:
    """One active identity provider."""

    sys_id: str
    name: str
    client_id: str
    client_secret: Secret
    metadata_url: str
    user_claim: str
    user_field: str
    clock_skew: timedelta
    is_default: bool


class Providers:
    """Reads the providers and properties, as they are at this moment."""

    def __init__(self, gate: Gate, key: InstanceKey) -> None:
        self._gate = gate
        self._key = key

    @property
    def enabled(self) -> bool:
        return self._gate.get_property(ENABLED) == "true"

    def by_id(self, sys_id: str) -> Provider | None:
        """The active provider with this sys_id, which may come from outside, while single sign-on is enabled."""
        if not self.enabled or len(sys_id) != 32 or not (sys_id.isascii() and sys_id.isalnum()):
            return None
        row = self._gate.record(TABLE, Caller.system()).find(f"sys_id={sys_id}^active=true", FIELDS)
        return self._provider(row) if row else None

    def active(self) -> list[Provider]:
        """Every provider that people may use now, the default one first."""
        if not self.enabled:
            return []
        rows = self._gate.record(TABLE, Caller.system()).query("active=true^ORDERBYname", fields=FIELDS, limit=50).rows
        return sorted((self._provider(row) for row in rows), key=lambda each: not each.is_default)

    def redirecting(self) -> Provider | None:
        """The provider that whoever is not logged in is redirected to."""
        return self.by_id(self._gate.get_property(REDIRECT))

    def located_for(self, name: str) -> Provider | None:
        """The provider of the user whom ``name`` identifies; for anybody else the default one, so nothing is told."""
        field = self._gate.get_property(LOCATE_FIELD) or MATCH_FIELDS[0]
        found = users_named(self._gate, field if field in MATCH_FIELDS else MATCH_FIELDS[0], name, ("sso_source",))
        source = found[0].value("sso_source").removeprefix("sso:") if found else ""
        return self.by_id(source) or next(iter(self.active()), None)

    def _provider(self, row: Row) -> Provider:
        skew = row.native("clock_skew")
        return Provider(
            sys_id=row.sys_id,
            name=row.value("name"),
            client_id=row.value("client_id"),
            client_secret=Secret(open_secret(row.native("client_secret"), row.sys_id, self._key)),
            metadata_url=row.value("oidc_config_metadata_url"),
            user_claim=row.value("user_claim") or "preferred_username",
            user_field=row.value("user_field") if row.value("user_field") in MATCH_FIELDS else MATCH_FIELDS[0],
            clock_skew=timedelta(seconds=min(max(skew, 0), MOST_SKEW) if isinstance(skew, int) else 0),
            is_default=bool(row.native("default")),
        )


def open_secret(stored: object, sys_id: str, key: InstanceKey) -> str:
    """The client secret; what an administrator has typed into the form stands there as it was typed."""
    opened = key.open(stored, TABLE, sys_id, "client_secret")
    return opened if opened is not None else str(stored or "")
