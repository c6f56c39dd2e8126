"""Step 1 of the checklist is refused because other applications may not create records of the table."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

TABLE = "name=oauth_entity"


class OAuthEntityNotCreatable(Case):
    title = "Step 1 of the checklist: the app may not create an oauth_entity"
    source = "page"
    differs = "System Definition > Tables > oauth_entity: Can create is unticked."
    steps = (
        "Log in to the instance as admin.",
        "Open the Installation Checklist.",
        "Step 1: Create OAuth entity; if one exists already, under Create another one.",
    )
    symptom = "Create operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused"
    cured = "Step 1 is complete: the OAuth entity was created."
    check = "On the table's record, Application Access: Can create."
    evidence = "create_access = false"
    patterns = (
        r"create operation against '?oauth_entity'?.{0,80}cross-scope access policy",
        r"^(?!.*operation against).*cross-scope access policy",  # what is left of the sentence in many reports
    )
    needs_connection = False

    def arrange(self, bench: Bench) -> None:
        bench.records.set("sys_db_object", TABLE, create_access="false")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.do_step_one()

    def look(self, bench: Bench) -> str:
        return bench.records.field("sys_db_object", TABLE, "label", "access", "create_access")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                ("System Definition > Tables > oauth_entity, Application Access: tick Can create. Update.",),
                lambda bench: bench.records.set("sys_db_object", TABLE, create_access="true"),
            ),
        )
