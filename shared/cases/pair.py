"""The running pair that a case works on: where it is, what is noted of it, and its time."""

from datetime import datetime
from functools import cached_property

from ..clients.apis import SECURITY_ADMIN, TenantApi
from ..clients.browser import Browser
from ..clients.connect import Connector, Wanted
from ..clients.target import Target

ENTITY = "Security + Compliance Connector (case)"
INTEGRATION_USER = "m365.case"
INTEGRATION_PASSWORD = "Integration-2020"  # noqa: S105 - of a user that exists while a case does
SECURITY_READER = "reader"


class CasePair:
    """``notes`` are what a case keeps between its steps; they outlive the command."""

    def __init__(self, target: Target, notes: dict[str, str] | None = None) -> None:
        self.target = target
        self.notes: dict[str, str] = {} if notes is None else notes
        self.browser = Browser()
        """The customer's own browser, for as long as this lives."""

    @property
    def wanted(self) -> Wanted:
        return Wanted(entity=ENTITY, user=INTEGRATION_USER, password=INTEGRATION_PASSWORD)

    @cached_property
    def connector(self) -> Connector:
        return Connector(self.target, self.wanted, lambda _step: None, self.browser)

    @property
    def instance_name(self) -> str:
        return self.connector.instance

    def tenant(self, user: str = SECURITY_ADMIN) -> TenantApi:
        """The tenant's API as this user, with a token of now: the clock may have moved since the last one."""
        return TenantApi(self.target.connector, self.connector.tenant, user)

    def advance(self, seconds: float) -> None:
        """Move both clocks."""
        for lab in (self.target.instance_lab, self.target.tenant_lab):
            lab.post("clock", {"advance": seconds})

    def now(self) -> datetime:
        """The instance's time."""
        return datetime.fromisoformat(str(self.target.instance_lab.health()["now"]))
