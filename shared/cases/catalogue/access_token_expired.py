"""Half an hour later the access token is over, and nobody notices."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import UNAUTHENTICATED, Case, Cure

MINUTES = 31


class AccessTokenExpired(Case):
    title = "The access token has expired: the customer sees nothing"
    source = "platform 1.5, D"
    differs = "Both clocks are 31 minutes later; an access token lives for 30 (the entity's Access Token Lifespan)."
    steps = (
        "Wait 31 minutes (`ticketlab clock advance 31m`).",
        "In the security center, share an improvement action with ServiceNow.",
    )
    symptom = "The ticket is sent"
    cured = "The ticket is sent"
    check = "System OAuth > Manage Tokens, for the entity: the access token was issued after those 31 minutes: renewed."
    evidence = "access_token renewed"
    patterns = (r"access token (has )?expired", r"required to provide auth information", *UNAUTHENTICATED)
    lasting = True

    def arrange(self, bench: Bench) -> None:
        bench.advance(MINUTES * 60)
        bench.notes["later"] = bench.now().strftime("%Y-%m-%d %H:%M:%S")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        access = [token for token in bench.tokens() if token["type"] == "access_token"]
        renewed = any(token["expires"] > bench.notes["later"] for token in access)
        return "access_token renewed" if renewed else "access_token not renewed"

    @property
    def cures(self) -> Sequence[Cure]:
        return (Cure(("None is needed: the refresh token gives a new access token.",), lambda _bench: None),)
