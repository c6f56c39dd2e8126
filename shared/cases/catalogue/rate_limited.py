"""A rate limit rule lets the integration user send fewer requests than the connector needs."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

RULE = "Integrations, sparingly"


class RateLimited(Case):
    title = "A rate limit rule keeps tickets waiting"
    source = "platform 4.3, D"
    differs = "System Web Services > Rate Limit Rules: a rule for all users of the Table API whose limit is used up."
    steps = ("In the security center, share an improvement action with ServiceNow.",)
    symptom = "Rate limit of 0 requests per hour for Table API exceeded"
    cured = "The ticket is sent"
    check = (
        "System Web Services > Rate Limit Rules: the rule that X-RateLimit-Rule names, and how many requests it allows."
    )
    evidence = "active = true"
    patterns = (
        r"rate limit of [0-9]+ requests per hour for .{1,40} exceeded",
        r"rate limit exceeded",
        r"x-ratelimit-",
        r"\b429\b",
        r"too many requests",
    )

    def arrange(self, bench: Bench) -> None:
        rule = {"rest_api": "Table API", "table": "x_mioms_m365ticket_change_request", "request_limit": "0"}
        bench.records.add("sys_rate_limit_rules", name=RULE, type="all", active="true", **rule)

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.records.field("sys_rate_limit_rules", f"name={RULE}", "table", "request_limit", "active")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "System Web Services > Rate Limit Rules: open the rule, raise its limit or untick Active, Update.",
                    "In the security center, open the ticket and select Retry now, or wait: it is sent automatically.",
                ),
                lambda bench: bench.records.set("sys_rate_limit_rules", f"name={RULE}", active="false"),
            ),
        )
