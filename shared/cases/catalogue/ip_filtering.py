"""IP Address Access Control lets the browser through, and not the security center."""

from collections.abc import Sequence

from ..bench import Bench, NotArranged
from ..case import Case, Cure

OWN = "127.0.0.1"


class IpFiltering(Case):
    title = "IP Address Access Control shuts the security center out"
    source = "page"
    differs = "System Security > IP Address Access Control: the addresses the security center calls from are denied."
    steps = (
        "Open the instance in your browser: its pages work.",
        "In the security center, share an improvement action with ServiceNow.",
    )
    symptom = "The browser: 200. ServiceNow did not take this ticket: ServiceNow answered 403"
    cured = "The browser: 200. The ticket is sent"
    check = "System Security > IP Address Access Control: is there a rule for Microsoft's addresses?"
    evidence = "deny"
    patterns = (
        r"security restricted: access restricted",
        r"access restricted \(.{1,60} not authorized\)",
        r"403 forbidden",
    )

    def arrange(self, bench: Bench) -> None:
        address = str(bench.target.tenant_lab.health().get("calls_from") or OWN)
        if address == OWN:
            raise NotArranged(
                detail="Here the security center calls from the address that your browser has. Start the pair with "
                "`--connector-address` and another address of this machine."
            )
        bench.notes["address"] = address
        bench.records.add("ip_access", type="deny", direction="inbound", range_start=address, range_end=address)

    def attempt(self, bench: Bench) -> str:
        browser = bench.browser.open(f"{bench.target.emulator}/login.do").status
        return f"The browser: {browser}. {bench.customer.share()}"

    def look(self, bench: Bench) -> str:
        rules = bench.records.all("ip_access", "active=true^ORDERBYtype")
        return ", ".join(f"{rule['type']} {rule['range_start']} to {rule['range_end']}" for rule in rules) or "no rule"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "System Security > IP Address Access Control: allow the addresses that Microsoft publishes.",
                    "In the security center, open the ticket and select Retry now.",
                ),
                _allow,
            ),
        )

    lasting = True


def _allow(bench: Bench) -> None:
    address = bench.notes["address"]
    bench.records.add("ip_access", type="allow", direction="inbound", range_start=address, range_end=address)
