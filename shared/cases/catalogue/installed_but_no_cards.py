"""The connection was set up and never authorised."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure


class InstalledButNoCards(Case):
    title = "Installed and provisioned, but no ServiceNow cards on the home page"
    source = "page"
    differs = "The security center knows the instance, client ID and secret, but nobody has authorized the connection."
    steps = ("In the security center, open the home page.", "Look for the cards of change and incident management.")
    symptom = "ServiceNow is not authorized."
    cured = "Change management"
    check = "/ticketProvisioning: Connected, or provisioned and not authorized?"
    evidence = "connection: provisioned"
    patterns = (r"no cards?\b", r"cards? (is|are) missing", r"provisioned, not authorized")

    def arrange(self, bench: Bench) -> None:
        bench.provision_anew()

    def attempt(self, bench: Bench) -> str:
        return bench.customer.open("/").text

    def look(self, bench: Bench) -> str:
        return bench.connection_in_words

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "On /ticketProvisioning select Authorize, and log in as the integration user.",
                    "Return to the home page.",
                ),
                lambda bench: bench.customer.authorize_again(),
            ),
        )
