"""What the checklist shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...access.caller import Caller
from ...errors import PlatformError
from .checklist import Checklist, Made
from .connection import Connection
from .errors import AdminsOnly
from .manifest import PROPOSED_ENTITY_NAME, PROVISIONING_PATH
from .times import local_time

STEP_ONE = "oauth"
STEP_TWO = "user"
DONE = {
    STEP_ONE: "Step 1 is complete: the OAuth entity was created.",
    STEP_TWO: "Step 2 is complete: the integration user can log in.",
}


@dataclass(frozen=True, slots=True)
class StepTrouble:
    """What went wrong at a step: the gate's refusal, or what is wrong with a field."""

    refusal: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.refusal or self.errors)


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    made: Made
    connection: Connection
    provisioning_url: str
    typed: Mapping[str, str]
    """What stands in the inputs: the proposals, or what the person typed."""
    since: str
    last_call: str
    trouble: Mapping[str, StepTrouble] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[tuple[str, bool], ...]:
        """Each step with whether it is complete."""
        return (
            ("OAuth entity", self.made.entity is not None),
            ("Integration user", self.made.user is not None),
            ("Connection", self.connection.complete),
        )

    def at(self, step: str) -> StepTrouble:
        return self.trouble.get(step, StepTrouble())


def checklist_page(checklist: Checklist, caller: Caller, connection: Connection) -> ChecklistPage:
    """Raises AdminsOnly. A refusal of the gate is told at step 1, whose records it concerns."""
    trouble = {}
    try:
        made = checklist.made(caller)
    except AdminsOnly:
        raise
    except PlatformError as error:
        made = Made(None, None, "")
        trouble[STEP_ONE] = StepTrouble(error.detail or error.message)
    user = made.user
    proposals = {
        "name": PROPOSED_ENTITY_NAME,
        "redirect_url": checklist.proposed_redirect_url(),
        "user_name": user.value("user_name") if user else "",
        "user_full_name": user.value("name") if user else "",
        "email": user.value("email") if user else "",
    }
    return ChecklistPage(
        made=made,
        connection=connection,
        provisioning_url=checklist.tenant_url() + PROVISIONING_PATH,
        typed=proposals,
        since=local_time(connection.since, caller.style),
        last_call=local_time(connection.last_call, caller.style),
        trouble=trouble,
    )


def with_trouble(
    page: ChecklistPage, step: str, typed: Mapping[str, str], errors: Mapping[str, str], refusal: str
) -> ChecklistPage:
    """The page with what was wrong at a step, and what the person typed there, but no password."""
    if not errors and not refusal:
        return page
    kept = {name: typed.get(name, value) for name, value in page.typed.items()}
    return replace(page, typed=kept, trouble={**page.trouble, step: StepTrouble(refusal, errors)})
