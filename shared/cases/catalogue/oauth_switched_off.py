"""OAuth is switched off on the instance."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

PROPERTY = "com.snc.platform.security.oauth.is.active"


class OAuthSwitchedOff(Case):
    title = "OAuth is switched off on the instance"
    source = "platform 1.0, D"
    differs = f"The property {PROPERTY} is false."
    steps = ("In the security center, open /ticketProvisioning.", "Select Authorize.")
    symptom = "OAuth is not active on this instance"
    cured = "Connected as m365.case"
    check = f"sys_properties.list: {PROPERTY}."
    evidence = f"{PROPERTY} = false"
    patterns = (r"oauth is not active",)

    def arrange(self, bench: Bench) -> None:
        bench.records.set_property(PROPERTY, "false")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.authorize().text

    def look(self, bench: Bench) -> str:
        return bench.records.property(PROPERTY)

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (f"sys_properties.list: set {PROPERTY} to true.",),
                lambda bench: bench.records.set_property(PROPERTY, "true"),
            ),
        )
