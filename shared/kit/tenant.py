"""The tenant of a world, as a test speaks to it."""

from typing import Any

from ..clients.apis import SECURITY_ADMIN, TENANT_PASSWORD, TenantApi
from ..clients.connect import Connected, Connector, Wanted
from ..clients.target import Lab, Target


class SecurityCenter:
    """A running tenant, not connected to the instance until ``connect`` is called."""

    def __init__(self, target: Target, tenant: str, administrator: tuple[str, str]) -> None:
        self.url = target.connector
        self.tenant = tenant
        self.credentials = (f"{SECURITY_ADMIN}@{tenant}.onmicrosoft.com", TENANT_PASSWORD)
        """User principal name and password of the security administrator."""
        self._target = target
        self._administrator = administrator

    def __repr__(self) -> str:
        return f"<SecurityCenter {self.tenant} at {self.url}>"

    @property
    def lab(self) -> Lab:
        """The tenant's control plane."""
        return Lab(self.url)

    def connect(self) -> Connected:
        """Connect to the world's instance through checklist, provisioning page and consent, as a person would."""
        return Connector(self._target, Wanted(administrator=self._administrator), lambda _step: None).connect()

    def api(self, user: str = SECURITY_ADMIN) -> TenantApi:
        """The tenant's JSON API (docs/api.md) as one of its people."""
        return TenantApi(self.url, self.tenant, user)

    @property
    def connection(self) -> dict[str, Any]:
        """What the tenant says of its connection."""
        return self.api().get("connection")
