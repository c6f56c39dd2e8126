"""The entity's redirect URL is not the one that the security center sends."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure


class RedirectUriMismatch(Case):
    title = "The redirect URL is not the registered one"
    source = "platform 1.1, C"
    differs = "System OAuth > Application Registry > the entity: another Redirect URL."
    steps = ("In the security center, open /ticketProvisioning.", "Select Authorize.")
    symptom = "Invalid redirect_uri"
    cured = "Connected as m365.case"
    check = "The redirect_uri in the address bar, letter for letter the entity's Redirect URL?"
    evidence = "redirect_url = https://security.microsoft.com/ticketProvisioning/callback"
    patterns = (r"invalid redirect[_ ]ur[il]", r"redirect[_ ]ur[il].{0,30}mismatch")

    def arrange(self, bench: Bench) -> None:
        bench.notes["redirect_url"] = bench.entity()["redirect_url"]
        bench.set_entity(redirect_url="https://security.microsoft.com/ticketProvisioning/callback")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.authorize().text

    def look(self, bench: Bench) -> str:
        return bench.records.field("oauth_entity", f"sys_id={bench.notes['entity']}", "name", "redirect_url")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                ("System OAuth > Application Registry: open the entity, unlock and correct the Redirect URL, Update.",),
                lambda bench: bench.set_entity(redirect_url=bench.notes["redirect_url"]),
            ),
        )
