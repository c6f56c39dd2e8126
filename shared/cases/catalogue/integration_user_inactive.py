"""The integration user was deactivated."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import OPAQUE_TOKEN_ERROR, SHARE_OR_LOOK, UNAUTHENTICATED, Case, Cure


class IntegrationUserInactive(Case):
    title = "The integration user is inactive"
    source = "platform 1.3, D"
    differs = "User Administration > Users > the integration user: Active is unticked."
    steps = (SHARE_OR_LOOK, "Look at the connection's status.")
    symptom = "ServiceNow does not renew the authorization any more"
    cured = "The ticket is sent"
    check = "User Administration > Users > the integration user: Active."
    evidence = "active = false"
    patterns = (r"inactive user", *OPAQUE_TOKEN_ERROR, *UNAUTHENTICATED)

    def arrange(self, bench: Bench) -> None:
        bench.set_integration_user(active="false")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.integration_user()

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "User Administration > Users: open the integration user, tick Active, Update.",
                    "On /ticketProvisioning select Authorize, and log in as the integration user.",
                ),
                _activate,
            ),
        )


def _activate(bench: Bench) -> None:
    bench.set_integration_user(active="true")
    bench.customer.authorize_again()
