"""A business rule of the customer's own aborts what the connector inserts."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

RULE = "Changes need an assignment group"


class BusinessRuleAborts(Case):
    title = "A business rule aborts the creation of tickets"
    source = "platform 4.2, C"
    differs = "An active business rule before insert on change_request aborts when there is no assignment group."
    steps = ("In the security center, share an improvement action with ServiceNow as a change.",)
    symptom = "was aborted by Business Rule 'Changes need an assignment group"
    cured = "The ticket is sent"
    check = "System Definition > Business Rules: the rule that the error names, its table and its conditions."
    evidence = "active = true"
    patterns = (r"was aborted by business rule '[^']*'?",)

    def arrange(self, bench: Bench) -> None:
        bench.records.add(
            "sys_script",
            name=RULE,
            collection="change_request",
            when="before",
            action_insert="true",
            filter_condition="assignment_groupISEMPTY",
            abort_action="true",
            active="true",
        )

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.records.field("sys_script", f"name={RULE}", "collection", "filter_condition", "active")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "System Definition > Business Rules: open the rule, untick Active or narrow the condition, Update.",
                    "In the security center, open the ticket and select Retry now.",
                ),
                lambda bench: bench.records.set("sys_script", f"name={RULE}", active="false"),
            ),
        )
