"""``ticketlab connect``: from an untouched pair to a connection, through the pages a person uses.

One browser does it all, as one person would: it is logged in to the instance as the administrator when the consent
page opens, so it has to choose *Not You* and log in as the integration user.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import TicketlabError
from . import checklist
from .apis import ADMIN, SECURITY_ADMIN, TENANT_PASSWORD, TenantApi
from .browser import Browser
from .page import Page
from .target import Target

Say = Callable[[str], None]
"""Told each step when it is done, with what was seen."""


class NotConnected(TicketlabError):
    message = "The connection was not made"


@dataclass(frozen=True)
class Wanted:
    """What the checklist is told, and who connects."""

    entity: str = "Security + Compliance Connector"
    user: str = "m365.integration"
    password: str = "Integration-2020"  # noqa: S105 - a user made for the demo, with the demo's rights
    signed_in_as: str = SECURITY_ADMIN
    administrator: tuple[str, str] = ADMIN


@dataclass(frozen=True)
class Connected:
    """What was made, without the secrets."""

    entity: str
    client_id: str
    user: str
    emulator: str
    connector: str


class Connector:
    """One browser that goes through checklist and provisioning."""

    def __init__(self, target: Target, wanted: Wanted, say: Say, browser: Browser | None = None) -> None:
        self._target = target
        self._wanted = wanted
        self._say = say
        self.browser = browser or Browser()
        self.instance = str(target.instance_lab.health()["name"])
        self.tenant = str(target.tenant_lab.health()["name"])

    def connect(self) -> Connected:
        """Do it all. Raises PageUnexpected or NotConnected at the first step that is not as it should be."""
        client_id, secret = self.make_entity()
        self.make_user()
        self.sign_in()
        self.provision(client_id, secret)
        self.verify()
        return Connected(
            self._wanted.entity, client_id, self._wanted.user, self._target.emulator, self._target.connector
        )

    def log_in(self) -> Page:
        """The checklist, opened as the administrator."""
        page = self.browser.open(self._target.emulator + checklist.PATH)
        if page.has_button(checklist.LOG_IN):
            page = self._log_in_as(page, *self._wanted.administrator)
        return page.expect(checklist.TITLE)

    def make_entity(self) -> tuple[str, str]:
        """Step 1: the OAuth entity; returns its client ID and secret."""
        page = checklist.make_entity(self.browser, self.log_in(), self._wanted.entity)
        client_id, secret = checklist.shown_credentials(page)
        self._say(f"checklist, step 1: OAuth entity {self._wanted.entity!r} made, client ID {client_id}")
        return client_id, secret

    def make_user(self) -> None:
        """Step 2: the integration user."""
        wanted = self._wanted
        page = checklist.make_user(self.browser, self.log_in(), wanted.user, wanted.password)
        checklist.expect_user(page, wanted.user)
        self._say(f"checklist, step 2: integration user {wanted.user} made")

    def sign_in(self) -> None:
        """Sign in at the tenant; who is signed in stays so."""
        page = self.browser.open(f"{self._target.connector}/signin?next=/ticketProvisioning")
        if page.has_button("Sign in"):
            upn = f"{self._wanted.signed_in_as}@{self.tenant}.onmicrosoft.com"
            page = self.browser.fill(page, "Sign in", {"upn": upn, "password": TENANT_PASSWORD})
        page.expect("Connection status")
        self._say(f"tenant: signed in as {self._wanted.signed_in_as}")

    def provision(self, client_id: str, secret: str) -> None:
        """Enter the details, press Authorize, and consent as the integration user."""
        page = self.browser.open(f"{self._target.connector}/ticketProvisioning?change=1")
        details = {"instance": self.instance, "client_id": client_id, "client_secret": secret}
        page = self.browser.fill(page, "Authorize", details)
        page.expect("would like to connect to your ServiceNow account").expect(self._wanted.entity)
        administrator = self._wanted.administrator[0]
        page.expect(f"({administrator})")
        self._say(f"consent page: {self._wanted.entity!r} asks to connect to {administrator}'s account: Not You")
        page = self._log_in_as(self.browser.follow(page, "Not You"), self._wanted.user, self._wanted.password)
        page = self.browser.fill(page.expect(self._wanted.user), "Allow", {})
        page.expect("Connection status").expect("Connected")
        self._say(f"tenant: Connected as {self._wanted.user}")

    def verify(self) -> None:
        """Both ends say that they are connected, as the integration user."""
        status = TenantApi(self._target.connector, self.tenant, self._wanted.signed_in_as).get("connection")
        if status["status"] != "connected" or status["connected_as"] != self._wanted.user:
            raise NotConnected(detail=f"The tenant says {status['status']} as {status['connected_as']}.")
        self.browser.open(f"{self._target.emulator}/logout.do")
        checklist.expect_connected(self.log_in(), self._wanted.user)
        self._say(f"both ends say: connected as {self._wanted.user}")

    def _log_in_as(self, page: Page, user: str, password: str) -> Page:
        return self.browser.fill(page, checklist.LOG_IN, {"user_name": user, "user_password": password})
