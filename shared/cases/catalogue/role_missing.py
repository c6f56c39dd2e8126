"""The app's role was taken from the integration user."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure
from ..pair import INTEGRATION_USER

ROLE = "x_mioms_m365ticket.integration"
GIVEN = f"user.user_name={INTEGRATION_USER}^role.name={ROLE}"


class RoleMissing(Case):
    title = "The integration user lacks the app's role"
    source = "platform 4.2, D"
    differs = "User Administration > Users > the integration user, Roles: x_mioms_m365ticket.integration is missing."
    steps = ("In the security center, share an improvement action with ServiceNow.", "Select Refresh on the home page.")
    symptom = "ACL Exception Insert Failed due to security constraints"
    cured = "The ticket is sent"
    check = (
        "User Administration > Users > the integration user, Roles. Reading shows no error: the list is empty, so "
        "cards show zero tickets, and those sent before are no longer in ServiceNow."
    )
    evidence = "no role x_mioms_m365ticket.integration"
    patterns = (r"acl exception \w+ failed due to security constraints", r"cards? shows? (zero|no|0) tickets?")

    def arrange(self, bench: Bench) -> None:
        bench.records.remove("sys_user_has_role", GIVEN)

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        found = bench.records.all("sys_user_has_role", GIVEN)
        return f"{len(found)} role {ROLE}" if found else f"no role {ROLE}"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    f"User Administration > Users > the integration user, Roles: add {ROLE}.",
                    "In the security center, open the ticket and select Retry now.",
                ),
                _give,
            ),
        )


def _give(bench: Bench) -> None:
    user = bench.records.one("sys_user", f"user_name={INTEGRATION_USER}")["sys_id"]
    role = bench.records.one("sys_user_role", f"name={ROLE}")["sys_id"]
    bench.records.add("sys_user_has_role", user=user, role=role, state="active")
