"""More than a minute between Allow and the exchange of the code."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import OPAQUE_TOKEN_ERROR, Case, Cure

SECONDS = 61


class CodeExpired(Case):
    title = "The authorization code expires on its way"
    source = "platform 1.1, D"
    differs = "Both clocks advance by 61 seconds between Allow and the way back; a code lives for 60."
    steps = (
        "In the security center, open /ticketProvisioning and select Authorize.",
        "Not You, log in as the integration user, and select Allow: the way back takes more than a minute.",
        "Look at the connection's status.",
    )
    symptom = "Authorization failed. ServiceNow's words: ServiceNow does not authorize the connection: server_error"
    cured = "Connected as m365.case"
    check = "System Logs > All: only there is the true cause named."
    evidence = "The authorization code has expired"
    patterns = (r"authorization code has expired", r"authorization failed", *OPAQUE_TOKEN_ERROR)
    lasting = True

    def arrange(self, bench: Bench) -> None:
        bench.provision_anew()
        bench.notes["seconds_on_the_way"] = str(SECONDS)

    def attempt(self, bench: Bench) -> str:
        if bench.connection["status"] == "connected":
            return bench.customer.status()
        return bench.customer.authorize(on_the_way=int(bench.notes["seconds_on_the_way"])).text

    def look(self, bench: Bench) -> str:
        return bench.newest_log("messageLIKEtoken flow")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "Find what keeps the browser or the tenant busy for a minute (a proxy, a dialog, a breakpoint).",
                    "On /ticketProvisioning select Authorize again, and go through without a pause.",
                ),
                _hurry,
            ),
        )


def _hurry(bench: Bench) -> None:
    bench.notes["seconds_on_the_way"] = "0"
    bench.customer.authorize_again()
