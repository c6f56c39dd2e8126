"""A security reader looks for Share to ServiceNow."""

from collections.abc import Sequence

from ...clients.apis import ApiRefused
from ..bench import Bench
from ..case import Case, Cure
from ..pair import SECURITY_READER
from ..texts import seen


class NoRightToShare(Case):
    title = "A security reader has no Share to ServiceNow"
    source = "security-center, D"
    differs = "The person who is signed in has the directory role Security Reader only."
    steps = (
        "Sign in to the security center as reader.",
        "Open an improvement action, and look for ServiceNow under Share.",
        "Force it: POST /api/v1/tickets with the reader's token.",
    )
    symptom = "Share offers Email, Microsoft Teams, Microsoft Planner. · Forced: 403"
    cured = "Share offers Email, Microsoft Teams, Microsoft Planner, ServiceNow."
    check = "The directory roles of the person who is signed in (GET /api/v1/me)."
    evidence = "Security Reader"
    patterns = (
        r"(no|missing|greyed|without).{0,20}share( to servicenow)?",
        r"security reader",
        r"a security administrator or global administrator can do this",
    )

    def arrange(self, bench: Bench) -> None:
        """Nothing: the demo's reader is one."""

    def attempt(self, bench: Bench) -> str:
        tenant = bench.tenant(SECURITY_READER)
        action = tenant.get("improvement-actions", limit=1)["value"][0]
        page = bench.person(SECURITY_READER).open(f"/securescore/{action['id']}")
        ways = ("Email", "Microsoft Teams", "Microsoft Planner", "ServiceNow")
        offered = f"Share offers {', '.join(each for each in ways if each in page.links)}."
        try:
            tenant.post("tickets", bench.customer.draft(action))
        except ApiRefused as error:
            return seen(offered, f"Forced: {error.status_code}", error.detail)
        return seen(offered, "Forced: taken")

    def look(self, bench: Bench) -> str:
        me = bench.tenant(SECURITY_READER).get("me")
        return f"{me['upn']}: {', '.join(me['roles'])}"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "Sign in as globaladmin: Azure Active Directory > Users > the reader.",
                    "Give the role Security Administrator. It takes effect with the next request.",
                ),
                _give_role,
            ),
        )


def _give_role(bench: Bench) -> None:
    reader = bench.tenant(SECURITY_READER).get("me")["id"]
    bench.tenant("globaladmin").patch(f"users/{reader}", {"roles": ["Security Administrator"]})
