"""Where a change may go from here, and what each way depends on (rest 8, D)."""

from collections.abc import Mapping

from ..access.caller import Caller
from ..access.operations import Operation
from ..access.trail import Trail
from ..records.draft import Draft
from ..records.gate import Gate
from ..records.scripts.states import STATE, holds, model_of
from ..records.state_models import Transition
from .changes import TABLE

NextStates = Mapping[str, object]


def next_states(gate: Gate, caller: Caller, sys_id: str) -> NextStates:
    """The states that are open now, the current one last, and every transition. Raises NoRecordFound."""
    gate.record(TABLE, caller).get(sys_id, ["sys_id"])
    row = gate.record(TABLE, Caller.system()).get(sys_id)
    with gate.looking(Trail(Caller.system(), row.table, Operation.READ)) as work:
        stored = {element: value.native for element, value in row.values.items()}
        draft = Draft(work, row.table, sys_id, dict(stored), stored)
        model, current = model_of(draft), draft.raw(STATE)
        ways = [_way(draft, each) for each in (model.leading_from(current) if model else ())]
    labels = {value: state.label for value, state in model.states.items()} if model else {}
    available = [*(str(each["to_state"]) for each in ways if each["transition_available"]), current]
    return {
        "available_states": available,
        "state_transitions": [[each] for each in ways],
        "state_label": {state: labels.get(state, row.display(STATE)) for state in available},
    }


def _way(draft: Draft, transition: Transition) -> Mapping[str, object]:
    conditions = [
        {
            "passed": holds(draft, each),
            "condition": {"name": each.name, "description": each.description, "sys_id": each.sys_id},
        }
        for each in transition.conditions
    ]
    return {
        "sys_id": transition.sys_id,
        "display_value": transition.name,
        "from_state": transition.origin,
        "to_state": transition.target,
        "transition_available": all(each["passed"] for each in conditions),
        "automatic_transition": transition.automatic,
        "conditions": conditions,
    }
