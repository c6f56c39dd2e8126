"""Nobody has authorised for longer than a refresh token lives."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import OPAQUE_TOKEN_ERROR, SHARE_OR_LOOK, Case, Cure

DAYS = 101


class RefreshTokenExpired(Case):
    title = "The refresh token has expired"
    source = "platform 1.5, D"
    differs = "Both clocks are 101 days later; a refresh token lives for 100 (the entity's Refresh Token Lifespan)."
    steps = (
        "Wait 101 days (`ticketlab clock advance 101d`).",
        SHARE_OR_LOOK,
        "Look at the connection's status.",
    )
    symptom = "ServiceNow does not renew the authorization any more"
    cured = "The ticket is sent"
    check = "System OAuth > Manage Tokens, for the entity: when did the refresh token expire?"
    evidence = "refresh_token expired"
    patterns = (r"refresh token (has )?expired", *OPAQUE_TOKEN_ERROR)

    def arrange(self, bench: Bench) -> None:
        bench.advance(DAYS * 86400)

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.tokens_in_words()

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "On /ticketProvisioning select Authorize, and log in as the integration user.",
                    "Tickets that were waiting are sent.",
                ),
                lambda bench: bench.customer.authorize_again(),
            ),
        )
