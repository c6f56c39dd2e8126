"""Too many wrong passwords have locked the integration user out."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import OPAQUE_TOKEN_ERROR, SHARE_OR_LOOK, UNAUTHENTICATED, Case, Cure


class IntegrationUserLocked(Case):
    title = "The integration user is locked out"
    source = "platform 1.2, D"
    differs = "User Administration > Users > the integration user: Locked out is ticked."
    steps = (SHARE_OR_LOOK, "Look at the connection's status.")
    symptom = "ServiceNow does not renew the authorization any more"
    cured = "The ticket is sent"
    check = "User Administration > Users > the integration user: Locked out, and Failed login attempts."
    evidence = "locked_out = true"
    patterns = (r"locked[ -]out", *OPAQUE_TOKEN_ERROR, *UNAUTHENTICATED)

    def arrange(self, bench: Bench) -> None:
        bench.set_integration_user(locked_out="true")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.integration_user()

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "User Administration > Users: open the integration user, untick Locked out, Update.",
                    "On /ticketProvisioning select Authorize, and log in as the integration user.",
                ),
                _unlock,
            ),
        )


def _unlock(bench: Bench) -> None:
    bench.set_integration_user(locked_out="false", failed_attempts="0")
    bench.customer.authorize_again()
