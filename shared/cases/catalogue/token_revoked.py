"""The tokens were revoked on the instance."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import OPAQUE_TOKEN_ERROR, SHARE_OR_LOOK, Case, Cure


class TokenRevoked(Case):
    title = "The connection was revoked in ServiceNow"
    source = "platform 1.5, D"
    differs = "System OAuth > Manage Tokens: the connection's access token and refresh token are revoked."
    steps = (SHARE_OR_LOOK, "Look at the connection's status.")
    symptom = "ServiceNow does not renew the authorization any more"
    cured = "The ticket is sent"
    check = (
        "System OAuth > Manage Tokens, for the entity: revoked, or expired? Nothing is wrong with the integration user."
    )
    evidence = "refresh_token revoked"
    patterns = (r"\brevoked\b", *OPAQUE_TOKEN_ERROR)

    def arrange(self, bench: Bench) -> None:
        for token in bench.tokens():
            bench.records.set("oauth_credential", f"sys_id={token['sys_id']}", revoked="true")

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
