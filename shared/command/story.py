"""The story after the connection: tickets out, states back. Each step looks at both ends and says what it saw."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..clients.apis import SECURITY_ADMIN, InstanceApi, TenantApi
from ..clients.browser import Browser
from ..clients.connect import Say
from ..clients.target import Target
from ..errors import TicketlabError
from ..ticket import TicketKind

PATIENCE = 30.0
"""Seconds to wait for a number or a state; the product promises 2 and 5."""


class NotAsTold(TicketlabError):
    message = "The story did not go as expected"


@dataclass(frozen=True)
class Sent:
    """A ticket that has arrived."""

    id: str
    kind: TicketKind
    number: str
    name: str


class Story:
    """Tickets of one run, on a connected pair."""

    def __init__(self, target: Target, tenant: str, browser: Browser, say: Say) -> None:
        self._target = target
        self._browser = browser
        self._say = say
        self._tenant = TenantApi(target.connector, tenant, SECURITY_ADMIN)
        self._instance = InstanceApi(target.emulator)

    def share_action(self, name: str) -> Sent:
        """Share the first improvement action as a change."""
        action = self._tenant.get("improvement-actions", limit=1)["value"][0]
        sent = self._send(TicketKind.CHANGE, f"{name}: {action['title']}"[:160], control_id=action["id"])
        self._say(f"tenant: improvement action {action['title']!r} shared, ServiceNow says {sent.number}")
        return sent

    def report_incident(self, name: str) -> Sent:
        """Create an incident as a recommendation of the user's own."""
        sent = self._send(
            TicketKind.INCIDENT,
            f"{name}: a mailbox forwards to an unknown address",
            recommendation_source="user",
            recommendation_category="apps",
        )
        self._say(f"tenant: incident created, ServiceNow says {sent.number}")
        return sent

    def send_example(self, kind: TicketKind, index: int) -> Sent:
        """Send a ticket of the seed: the improvement action of this rank, as a change or an incident."""
        action = self._tenant.get("improvement-actions", limit=index + 1)["value"][index]
        return self._send(kind, str(action["title"])[:160], control_id=action["id"])

    def set_state(self, sent: Sent, values: dict[str, str]) -> None:
        self._instance.update(sent.kind.table, self._record(sent)["sys_id"], values)

    def state_of(self, sent: Sent) -> str:
        """The ticket's state as the tenant knows it."""
        return str((self._tenant.get(f"tickets/{sent.id}")["state"] or {}).get("value", ""))

    def find_in_instance(self, sent: Sent, label: str) -> None:
        """The record in ServiceNow: its class, its text and whose it is."""
        record = self._record(sent, display=True)
        seen = (record["sys_class_name"], record["short_description"])
        if seen != (label, sent.name):
            raise NotAsTold(f"{sent.number} is not what was sent", f"It is {seen}.")
        self._say(f"instance: {sent.number} is a {label} of {record['user_id']}")

    def change_state(self, sent: Sent, values: dict[str, str]) -> str:
        """Work on the ticket in ServiceNow; returns the state's name there."""
        self.set_state(sent, values)
        state = str(self._record(sent, display=True)["state"])
        self._say(f"instance: {sent.number} set to {state}")
        return state

    def see_on_card(self, sent: Sent, state: str) -> None:
        """The home page's card shows the ticket in its new state."""

        def _seen() -> bool:
            ticket = self._tenant.get(f"tickets/{sent.id}")
            home = self._browser.open(f"{self._target.connector}/").text
            return bool((ticket["state"] or {}).get("label") == state and sent.number in home and state in home)

        began = time.monotonic()
        wait_for(_seen, f"{sent.number} is not shown as {state}")
        self._say(f"tenant: the card shows {sent.number} as {state}, {time.monotonic() - began:.1f} s later")

    def _send(self, kind: TicketKind, name: str, **more: Any) -> Sent:
        body = {
            "kind": kind.value,
            "name": name,
            "description": "Sent by the demo.",
            "priority": "2",
            "due_date": (date.today() + timedelta(days=14)).isoformat(),  # noqa: DTZ011 - a day of this machine's user
            **more,
        }
        identity = str(self._tenant.post("tickets", body)["id"])
        numbers: list[str] = []

        def _sent() -> bool:
            ticket = self._tenant.get(f"tickets/{identity}")
            if ticket["delivery"] == "refused":
                raise NotAsTold("ServiceNow refused the ticket", str(ticket["error"]))
            numbers.append(str(ticket["number"] or ""))
            return bool(ticket["delivery"] == "sent")

        wait_for(_sent, "The ticket got no number")
        return Sent(identity, kind, numbers[-1], name)

    def _record(self, sent: Sent, *, display: bool = False) -> dict[str, Any]:
        return self._instance.row(sent.kind.table, f"number={sent.number}", display=display)


def wait_for(seen: Callable[[], bool], otherwise: str) -> None:
    """Look until it is seen. Raises NotAsTold after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while not seen():
        if time.monotonic() > end:
            raise NotAsTold(otherwise, f"Waited for {PATIENCE:.0f} s.")
        time.sleep(0.1)
