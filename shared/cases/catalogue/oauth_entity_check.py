"""The entity that the security center uses was switched off."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure


class OAuthEntityCheck(Case):
    title = "The OAuth entity is inactive"
    source = "page"
    differs = "System OAuth > Application Registry: the entity that the checklist made is not active."
    steps = ("In the security center, open /ticketProvisioning.", "Select Authorize.")
    symptom = "Invalid client_id"
    cured = "Connected as m365.case"
    check = "System OAuth > Application Registry, by the name given in step 1: Active, Redirect URL, Client ID."
    evidence = "active = false"
    patterns = (r"invalid[ _]client(_id)?\b",)

    def arrange(self, bench: Bench) -> None:
        bench.set_entity(active="false")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.authorize().text

    def look(self, bench: Bench) -> str:
        query = f"sys_id={bench.notes['entity']}"
        return bench.records.field("oauth_entity", query, "name", "active", "redirect_url", "client_id")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                ("System OAuth > Application Registry: open the entity by its name, tick Active, Update.",),
                lambda bench: bench.set_entity(active="true"),
            ),
        )
