"""``--seed connected``: a connection already made, and tickets in every state."""

from collections.abc import Mapping, Sequence

from ..clients.apis import SECURITY_ADMIN, TenantApi
from ..clients.connect import Connector, Say, Wanted
from ..clients.target import Target
from ..ticket import TicketKind
from .story import Story, wait_for
from .up import Ready

CLOSED = {"close_code": "successful", "close_notes": "Done as recommended."}
RESOLVED = {"close_code": "Solved (Permanently)", "close_notes": "The forwarding rule is gone."}
CANCELED = {"work_notes": "No longer needed."}
Step = Mapping[str, str]
CHANGE_STEPS: Sequence[Step] = (
    {"state": "-4"},
    {"state": "-3"},
    {"state": "-2", "approval": "approved"},
    {"state": "-1"},
    {"state": "0"},
    {"state": "3", **CLOSED},
)
"""The way of a normal change from New to Closed (platform 5.3, D): the state model lets it leave out none."""

WAYS: Mapping[TicketKind, Sequence[Sequence[Step]]] = {
    TicketKind.CHANGE: (
        *(CHANGE_STEPS[:taken] for taken in range(len(CHANGE_STEPS) + 1)),
        [{"state": "4", **CANCELED}],
    ),
    TicketKind.INCIDENT: (
        [],
        [{"state": "2"}],
        [{"state": "3", "hold_reason": "3"}],
        [{"state": "6", **RESOLVED}],
        [{"state": "7", **RESOLVED}],
        [{"state": "8", **CANCELED}],
    ),
}
"""How a ticket of each kind comes into each of its states (platform 5.2 and 5.3, D)."""

NEW = {TicketKind.CHANGE: "-5", TicketKind.INCIDENT: "1"}


def connect_and_fill(ready: Ready, say: Say) -> None:
    """Make the seed on a pair that is not connected yet, and keep it as what a reset returns to."""
    target = Target(ready.emulator, ready.connector, ready.options.lab_key)
    connector = Connector(target, Wanted(), say)
    tenant = TenantApi(target.connector, connector.tenant, SECURITY_ADMIN)
    if tenant.get("connection")["status"] != "not_configured":
        return
    connector.connect()
    story = Story(target, connector.tenant, connector.browser, say)
    sent = {story.send_example(kind, index): way for kind in WAYS for index, way in enumerate(WAYS[kind])}
    for ticket, way in sent.items():
        for step in way:
            story.set_state(ticket, dict(step))
    tenant.post("sync")
    wanted = {ticket: way[-1]["state"] if way else NEW[ticket.kind] for ticket, way in sent.items()}
    wait_for(lambda: all(story.state_of(each) == state for each, state in wanted.items()), "The states did not arrive")
    target.instance_lab.post("seed")
    target.tenant_lab.post("seed")
