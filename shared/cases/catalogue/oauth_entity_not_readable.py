"""Step 1 of the checklist is refused because other applications may not read the table."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

TABLE = "name=oauth_entity"


class OAuthEntityNotReadable(Case):
    title = "Step 1 of the checklist: the app may not read oauth_entity"
    source = "page"
    differs = "System Definition > Tables > oauth_entity: Can read is unticked."
    steps = (
        "Log in to the instance as admin.",
        "Open the Installation Checklist.",
        "Step 1: Create OAuth entity; if one exists already, under Create another one.",
    )
    symptom = "Read operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused"
    cured = "Step 1 is complete: the OAuth entity was created."
    check = "On the table's record, Application Access: Accessible from, and Can read."
    evidence = "read_access = false"
    patterns = (
        r"read operation against '?oauth_entity'?.{0,80}cross-scope access policy",
        r"^(?!.*operation against).*cross-scope access policy",  # what is left of the sentence in many reports
    )
    needs_connection = False

    def arrange(self, bench: Bench) -> None:
        bench.records.set("sys_db_object", TABLE, read_access="false")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.do_step_one()

    def look(self, bench: Bench) -> str:
        return bench.records.field("sys_db_object", TABLE, "label", "access", "read_access")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "System Definition > Tables: the one labelled Application Registeries, named oauth_entity.",
                    "Application Access: Accessible from All application scopes, Can read ticked. Update.",
                ),
                lambda bench: bench.records.set("sys_db_object", TABLE, access="public", read_access="true"),
            ),
        )
