"""A customised change form wants a field that the connector does not send."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

POLICY = "Changes need a cost center"
FIELD = "u_cost_center"


class CustomisedChangeForm(Case):
    title = "A custom mandatory field on changes refuses the ticket"
    source = "page"
    differs = "change_request has a field Cost center, which an active data policy makes mandatory."
    steps = ("In the security center, share an improvement action with ServiceNow as a change.",)
    symptom = "Data Policy Exception: The following fields are mandatory: Cost center"
    cured = "The ticket is sent"
    check = "System Policy > Data Policies on change_request and task: which fields are mandatory?"
    evidence = "active = true"
    patterns = (r"data policy exception", r"the following fields are mandatory")

    def arrange(self, bench: Bench) -> None:
        add = bench.records.add
        field = {"element": FIELD, "column_label": "Cost center", "internal_type": "string", "max_length": "40"}
        add("sys_dictionary", name="change_request", **field)
        policy = add("sys_data_policy2", short_description=POLICY, model_table="change_request", active="true")
        add("sys_data_policy_rule", sys_data_policy=policy, table="change_request", field=FIELD, mandatory="true")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.share()

    def look(self, bench: Bench) -> str:
        return bench.records.field("sys_data_policy2", f"short_description={POLICY}", "model_table", "active")

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "System Policy > Data Policies: open the policy, untick Active, Update.",
                    "In the security center, open the ticket and select Retry now: nothing was lost.",
                ),
                lambda bench: bench.records.set("sys_data_policy2", f"short_description={POLICY}", active="false"),
            ),
        )
