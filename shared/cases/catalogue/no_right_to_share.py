"""A security reader looks for Share to ServiceNow."""

from collections.abc import Sequence

from ...command.apis import ApiRefused
from ..bench import SECURITY_ADMIN, SECURITY_READER, Bench
from ..case import Case, Cure
from ..texts import seen

BODY = {"kind": "change", "name": "Forced", "description": "", "priority": "2", "due_date": "2099-12-31"}


class NoRightToShare(Case):
    title = "A security reader has no Share to ServiceNow"
    source = "security-center, D"
    differs = "The person who is signed in has the directory role Security Reader only."
    steps = (
        "Sign in to the security center as reader.",
        "Open an improvement action, and look for ServiceNow under Share.",
        "Force it: POST /api/v1/tickets with the reader's token.",
    )
    symptom = "No ServiceNow under Share"
    cured = "ServiceNow under Share"
    check = "The directory roles of who is signed in (GET /api/v1/me)."
    evidence = "Security Reader"
    patterns = (r"(no|missing|greyed).{0,20}share( to servicenow)?", r"security reader")

    def arrange(self, bench: Bench) -> None:
        bench.notes["signed_in"] = SECURITY_READER

    def attempt(self, bench: Bench) -> str:
        who = bench.notes["signed_in"]
        action = bench.tenant(who).get("improvement-actions", limit=1)["value"][0]
        page = bench.customer.open_as(who, f"/securescore/actions/{action['id']}")
        has = "ServiceNow" in page.links
        return seen("ServiceNow under Share" if has else "No ServiceNow under Share", forced(bench, who))

    def look(self, bench: Bench) -> str:
        me = bench.tenant(bench.notes["signed_in"]).get("me")
        return f"{me['upn']}: {', '.join(me['roles'])}"

    @property
    def cures(self) -> Sequence[Cure]:
        return (Cure(("Have a Security Administrator share it: sign in as secadmin.",), _let_an_administrator_share),)


def forced(bench: Bench, who: str) -> str:
    """What the API says to somebody who goes past the page."""
    try:
        bench.tenant(who).post("tickets", BODY)
    except ApiRefused as error:
        return f"forced: {error}"
    return "forced: taken"


def _let_an_administrator_share(bench: Bench) -> None:
    bench.notes["signed_in"] = SECURITY_ADMIN
