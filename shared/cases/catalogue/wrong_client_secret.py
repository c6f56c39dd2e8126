"""The client secret was changed in ServiceNow, and the security center has the old one."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import OPAQUE_TOKEN_ERROR, SHARE_OR_LOOK, Case, Cure

NEW_SECRET = "Changed-in-ServiceNow-2020"  # noqa: S105 - of an entity that exists while the case does
MINUTES = 31


class WrongClientSecret(Case):
    title = "The client secret no longer matches the one in ServiceNow"
    source = "platform 1.3, C"
    differs = "System OAuth > Application Registry > the entity: another Client Secret. Then half an hour passes."
    steps = (SHARE_OR_LOOK, "Look at the connection's status.")
    symptom = "ServiceNow does not renew the authorization any more"
    cured = "The ticket is sent"
    check = "System Logs > All, source com.glide.ui.ServletErrorListener: only there is the true cause named."
    evidence = "invalid_client: The client_secret is wrong"
    patterns = (r"client[_ ]secret", r"invalid_client\b", *OPAQUE_TOKEN_ERROR)
    lasting = True

    def arrange(self, bench: Bench) -> None:
        """By the entity's form, since only a secret typed there works (platform 2.1, C)."""
        form = bench.customer.open_record("oauth_entity", bench.notes["entity"])
        form = bench.browser.follow(form, "Unlock Client Secret")
        bench.browser.fill(form, "Update", {"oauth_entity.client_secret": NEW_SECRET})
        bench.advance(MINUTES * 60)

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.newest_log("messageLIKEtoken flow")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "Installation Checklist, step 1: copy the client secret.",
                    "On /ticketProvisioning select Change details, enter it, and select Authorize.",
                    "Not You, log in as the integration user, Allow.",
                ),
                _enter_new_secret,
            ),
        )


def _enter_new_secret(bench: Bench) -> None:
    secret = bench.customer.secret()
    bench.customer.open("/ticketProvisioning")
    bench.customer.consent(bench.customer.enter_details(secret)).expect("Connected as")
