"""What the customer does with a browser and the security center, and what is seen then."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..clients import checklist
from ..clients.apis import ADMIN, TenantApi
from ..clients.connect import Connector
from ..clients.page import Page
from .pair import CasePair
from .texts import seen, shown

PATIENCE = 30.0
"""Seconds until a ticket is given up."""
LOG_IN = checklist.LOG_IN
PROVISIONING = "/ticketProvisioning"
HI_USER, HI_PASSWORD = "hi.admin", "hi-demo"


class Customer:
    """One person: signs in to the security center, goes to the instance, presses what there is to press."""

    def __init__(self, pair: CasePair, connector: Connector) -> None:
        self._pair = pair
        self._connector = connector
        self._browser = connector.browser

    # pages of the tenant

    def open(self, path: str) -> Page:
        """A page of the security center, signed in."""
        self._connector.sign_in()
        return self._browser.open(self._pair.target.connector + path)

    def status(self) -> str:
        """What the provisioning page says of the connection."""
        return self.open(PROVISIONING).text

    # the way to the instance and back

    def set_out(self) -> Page:
        """Press Authorize; the page this leads to."""
        return self._browser.fill(self.open(PROVISIONING), "Authorize", {})

    def authorize(self, *, not_you: bool = True, on_the_way: int = 0) -> Page:
        """Authorize, Not You, log in as the integration user, Allow, as far as the pages let one get."""
        return self.consent(self.set_out(), not_you=not_you, on_the_way=on_the_way)

    def consent(self, page: Page, *, not_you: bool = True, on_the_way: int = 0) -> Page:
        """Go on from the instance's first page. The way back takes so many seconds of both clocks."""
        if not_you and "Not You" in page.links:
            page = self._browser.follow(page, "Not You")
        if page.has_button(LOG_IN):
            page = self.log_in(page)
        if not page.has_button("Allow"):
            return page
        if not on_the_way:
            return self._browser.fill(page, "Allow", {})
        way_back = self._browser.fill_and_stop(page, "Allow")
        self._pair.advance(on_the_way)
        return self._browser.open(way_back)

    def authorize_again(self) -> None:
        """The cure of many: authorise as the integration user. Raises PageUnexpected when that does not connect."""
        self.authorize().expect("Connection status").expect("Connected as")

    def log_in(self, page: Page) -> Page:
        """Fill in the instance's login page as the integration user."""
        wanted = self._pair.wanted
        return self.log_in_as(page, wanted.user, wanted.password)

    def log_in_as(self, page: Page, user: str, password: str) -> Page:
        return self._browser.fill(page, LOG_IN, {"user_name": user, "user_password": password})

    def open_instance_as(self, user: str, password: str) -> None:
        """Log in to the instance in the same browser, in place of whoever was."""
        url = self._pair.target.emulator
        self._browser.open(f"{url}/logout.do")
        self.log_in_as(self._browser.open(f"{url}/login.do"), user, password)

    def enter_details(self, secret: str) -> Page:
        """Enter the connection's details anew and press Authorize."""
        page = self._browser.open(f"{self._pair.target.connector}{PROVISIONING}?change=1")
        details = {
            "instance": self._pair.instance_name,
            "client_id": self._pair.notes["client_id"],
            "client_secret": secret,
        }
        return self._browser.fill(page, "Authorize", details)

    # the checklist

    def checklist(self) -> Page:
        """The installation checklist, as the instance's administrator."""
        self._browser.open(f"{self._pair.target.emulator}/logout.do")
        return self._connector.log_in()

    def do_step_one(self) -> str:
        """Make the OAuth entity; what the checklist says then."""
        page = checklist.make_entity(self._browser, self.checklist(), self._pair.wanted.entity)
        return page.text

    def do_step_two(self) -> Page:
        """Make the integration user."""
        wanted = self._pair.wanted
        return checklist.make_user(self._browser, self.checklist(), wanted.user, wanted.password)

    def secret(self) -> str:
        """The client secret that the checklist shows for copying."""
        return checklist.shown_credentials(self.checklist())[1]

    def open_record(self, table: str, sys_id: str) -> Page:
        """A record's form, as the administrator."""
        self.open_instance_as(*ADMIN)
        return self._browser.open(f"{self._pair.target.emulator}/{table}.do?sys_id={sys_id}")

    # the store

    def install_app(self, hi_password: str = HI_PASSWORD) -> str:
        """Install the app with these HI credentials; what the store's page says then."""
        page = self._store()
        if not page.has_button("Install"):
            return page.text
        return self._browser.fill(page, "Install", {"hi_user": HI_USER, "hi_password": hi_password}).text

    def uninstall_app(self) -> None:
        """Take the app away, as an instance is before it is installed."""
        page = self._browser.follow(self._store(), "Uninstall")
        self._browser.fill(page, "Uninstall", {}).expect("The application was uninstalled.")

    def _store(self) -> Page:
        self.open_instance_as(*ADMIN)
        return self._browser.open(f"{self._pair.target.emulator}/app_store.do")

    # tickets

    def share(self) -> str:
        """Share an improvement action, or retry the one shared before; what is seen when that is settled."""
        tenant = self._pair.tenant()
        known = self._pair.notes.get("ticket")
        if known:
            tenant.post(f"tickets/{known}/retry")
        else:
            action = tenant.get("improvement-actions", limit=1)["value"][0]
            known = self._pair.notes["ticket"] = str(tenant.post("tickets", self.draft(action))["id"])
        tenant.post("sync")
        ticket = self._settled(tenant, known)
        waits = ticket["delivery"] == "pending"
        return seen(shown(ticket), self.status() if waits else "")

    def draft(self, action: Mapping[str, Any]) -> dict[str, str]:
        due = self._pair.now().date() + timedelta(days=14)
        words = {"description": "Sent by a troubleshooting case.", "priority": "2", "due_date": due.isoformat()}
        return {"kind": "change", "name": str(action["title"])[:160], "control_id": str(action["id"]), **words}

    @staticmethod
    def _settled(tenant: TenantApi, identity: str) -> dict[str, Any]:
        """The ticket as soon as it is sent or refused, or waits for somebody to connect or for its next turn.

        Only an attempt since then has left an error.
        """
        began = time.monotonic()
        while True:
            ticket = tenant.get(f"tickets/{identity}")
            if ticket["delivery"] != "pending" or ticket["error"] or time.monotonic() - began > PATIENCE:
                return ticket
            time.sleep(0.05)
