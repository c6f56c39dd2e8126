"""The integration user may use web services only, so nobody can log in as it to consent."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import UNAUTHENTICATED, Case, Cure


class IntegrationUserWebServiceOnly(Case):
    title = "The integration user has web service access only"
    source = "platform 2.2, D"
    differs = "User Administration > Users > the integration user: Web service access only is ticked."
    steps = (
        "In the security center, open /ticketProvisioning and select Authorize.",
        "Not You, and log in as the integration user.",
    )
    symptom = "User name or password invalid. Please try again"
    cured = "Connected as m365.case"
    check = "User Administration > Users > the integration user: Web service access only."
    evidence = "web_service_access_only = true"
    patterns = (r"user ?name or password invalid", r"web service access only", *UNAUTHENTICATED)

    def arrange(self, bench: Bench) -> None:
        bench.set_integration_user(web_service_access_only="true")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.authorize().text

    def look(self, bench: Bench) -> str:
        return bench.integration_user()

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                ("User Administration > Users: open the integration user, untick Web service access only, Update.",),
                lambda bench: bench.set_integration_user(web_service_access_only="false"),
            ),
        )
