"""The integration user of step 2 was deleted."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure
from ..pair import INTEGRATION_USER


class IntegrationUserCheck(Case):
    title = "The integration user is gone"
    source = "page"
    differs = "User Administration > Users: the integration user was deleted."
    steps = (
        "In the security center, open /ticketProvisioning and select Authorize.",
        "Not You, and log in as the integration user.",
    )
    symptom = "User name or password invalid. Please try again"
    cured = "Connected as m365.case"
    check = "User Administration > Users, by the user ID given in step 2: there, Active, not Locked out, with its role?"
    evidence = "no such user"
    patterns = (r"user ?name or password invalid",)

    def arrange(self, bench: Bench) -> None:
        bench.records.remove("sys_user", f"user_name={INTEGRATION_USER}")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.authorize().text

    def look(self, bench: Bench) -> str:
        return bench.integration_user()

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "Installation Checklist, step 2: create the integration user again.",
                    "Authorize again, and log in as that user.",
                ),
                lambda bench: bench.make_integration_user(),
            ),
        )
