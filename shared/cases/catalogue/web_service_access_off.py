"""The table of changes is closed to web services."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

TABLE = "name=change_request"


class WebServiceAccessOff(Case):
    title = "Changes are closed to web services"
    source = "platform 4.2, C"
    differs = "System Definition > Tables > change_request: Allow access to this table via web services is unticked."
    steps = ("In the security center, share an improvement action with ServiceNow as a change.",)
    symptom = "Insufficient rights to access table"
    cured = "The ticket is sent"
    check = (
        "On the table's record and those it extends, Application Access: Allow access to this table via web services."
    )
    evidence = "ws_access = false"
    patterns = (r"insufficient rights to access table:? ?\w*",)

    def arrange(self, bench: Bench) -> None:
        bench.records.set("sys_db_object", TABLE, ws_access="false")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.records.field("sys_db_object", TABLE, "name", "ws_access")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "System Definition > Tables > change_request: tick Allow access to this table via web services.",
                    "In the security center, open the ticket and select Retry now.",
                ),
                lambda bench: bench.records.set("sys_db_object", TABLE, ws_access="true"),
            ),
        )
