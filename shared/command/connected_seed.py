"""``--seed connected``: a connection already made, and tickets in every state."""

from collections.abc import Mapping

from ..ticket import TicketKind
from .apis import TenantApi
from .connect import Connector, Say, Wanted
from .story import Story, wait_for
from .target import Target
from .up import Ready

CLOSED = {"close_code": "successful", "close_notes": "Done as recommended."}
RESOLVED = {"close_code": "Solved (Permanently)", "close_notes": "The forwarding rule is gone."}
STATES: Mapping[TicketKind, Mapping[str, Mapping[str, str]]] = {
    TicketKind.CHANGE: {"-5": {}, "-4": {}, "-3": {}, "-2": {}, "-1": {}, "0": {}, "3": CLOSED, "4": {}},
    TicketKind.INCIDENT: {"1": {}, "2": {}, "3": {"hold_reason": "1"}, "6": RESOLVED, "7": RESOLVED, "8": {}},
}
"""Each kind's states (platform 5.2 and 5.3, D), and what the platform wants to be told on entering one."""


def connect_and_fill(ready: Ready, say: Say) -> None:
    """Make the seed on a pair that is not connected yet, and keep it as what a reset returns to."""
    target = Target(ready.emulator, ready.connector, ready.options.lab_key)
    connector = Connector(target, Wanted(), say)
    tenant = TenantApi(target.connector, connector.tenant, "secadmin")
    if tenant.get("connection")["status"] != "not_configured":
        return
    connector.connect()
    story = Story(target, connector.tenant, connector.browser, say)
    wanted = {story.send_example(kind, index): state for kind in STATES for index, state in enumerate(STATES[kind])}
    for sent, state in wanted.items():
        story.set_state(sent, {"state": state, **STATES[sent.kind][state]})
    tenant.post("sync")
    wait_for(lambda: all(story.state_of(sent) == state for sent, state in wanted.items()), "The states did not arrive")
    target.instance_lab.post("seed")
    target.tenant_lab.post("seed")
