"""``ticketlab demo``: the whole story over HTTP, each step verified, the well-known error included."""

import re
from dataclasses import dataclass

from ..clients import checklist
from ..clients.apis import InstanceApi
from ..clients.connect import Connector, Say, Wanted
from ..clients.target import Target
from ..ticket import APP_SCOPE
from .story import NotAsTold, Story

REFUSED = (
    f"Read operation against 'oauth_entity' from scope '{APP_SCOPE}' has been refused "
    "due to the table's cross-scope access policy"
)
CHANGE_LABEL = "Microsoft 365 Security and Configuration Change Request"
INCIDENT_LABEL = "Microsoft 365 Security and Configuration Incident"
RUN_USER = "m365.run"
ASSESS = {"state": "-4"}
IN_PROGRESS = {"state": "2"}


@dataclass(frozen=True)
class Told:
    """How the story ended."""

    run: int
    change: str
    change_state: str
    incident: str
    incident_state: str
    emulator: str
    connector: str

    @property
    def ending(self) -> str:
        return (
            f"{self.change} is {self.change_state!r} and {self.incident} is {self.incident_state!r} on the cards; "
            "every step was verified."
        )


def demo(target: Target, say: Say) -> Told:
    """Play the story. Raises at the first step that was not as it should be."""
    instance = InstanceApi(target.emulator)
    run = next_run(instance)
    wanted = Wanted(entity=f"Security + Compliance Connector run {run}", user=f"{RUN_USER}{run}")
    connector = Connector(target, wanted, say)
    say(f"run {run}: {connector.instance} at {target.emulator}, {connector.tenant} at {target.connector}")
    meet_and_cure(connector, instance, wanted.entity, say)
    connector.connect()

    story = Story(target, connector.tenant, connector.browser, say)
    change = story.share_action(f"Run {run}")
    incident = story.report_incident(f"Run {run}")
    story.find_in_instance(change, CHANGE_LABEL)
    story.find_in_instance(incident, INCIDENT_LABEL)
    change_state = story.change_state(change, ASSESS)
    incident_state = story.change_state(incident, IN_PROGRESS)
    story.see_on_card(change, change_state)
    story.see_on_card(incident, incident_state)
    return Told(run, change.number, change_state, incident.number, incident_state, target.emulator, target.connector)


def next_run(instance: InstanceApi) -> int:
    """One more than the highest run that left a user behind."""
    names = [
        row["user_name"] for row in instance.rows("sys_user", f"user_nameSTARTSWITH{RUN_USER}", fields="user_name")
    ]
    runs = [int(name.removeprefix(RUN_USER)) for name in names if re.fullmatch(rf"{re.escape(RUN_USER)}\d+", name)]
    return max(runs, default=0) + 1


def meet_and_cure(connector: Connector, instance: InstanceApi, entity: str, say: Say) -> None:
    """Close the table to other scopes, see step 1 refused, and open it again whatever happened."""
    table = instance.row("sys_db_object", "name=oauth_entity")
    instance.update("sys_db_object", table["sys_id"], {"read_access": "false"})
    try:
        refused = checklist.make_entity(connector.browser, connector.log_in(), entity)
    finally:
        instance.update("sys_db_object", table["sys_id"], {"read_access": "true"})
    if REFUSED not in refused.text:
        raise NotAsTold("Step 1 was not refused", refused.excerpt)
    if instance.rows("oauth_entity", f"name={entity}"):
        raise NotAsTold("Step 1 was refused, yet it made an entity")
    say(f"checklist, step 1, with Can read unticked: {REFUSED}")
    say("System Definition > Tables > oauth_entity: Can read ticked again")
