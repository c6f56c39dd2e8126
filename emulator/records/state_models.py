"""State models: which states a record may have, and how it gets from one to the next. Data, and one small evaluator.

Compiled from sttrm_* records; a change's model is the chg_model record that its field names (platform 5.3, D).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..dictionary.model import Dictionary
from ..dictionary.rows import ReadTable

MODEL_TABLES = frozenset(
    {"sttrm_model", "chg_model", "sttrm_state", "sttrm_state_transition", "sttrm_transition_condition"}
)
MODEL_FIELD = "chg_model"
"""The field by which a record names its model itself."""


@dataclass(frozen=True, slots=True)
class State:
    value: str
    label: str
    initial: bool
    active: bool
    """Whether a record in this state is active."""


@dataclass(frozen=True, slots=True)
class TransitionCondition:
    """Asked of the record itself, or, with ``related_table``, of the records that point to it: none may match."""

    sys_id: str
    name: str
    description: str
    query: str
    related_table: str
    related_field: str


@dataclass(frozen=True, slots=True)
class Transition:
    sys_id: str
    name: str
    origin: str
    target: str
    automatic: bool
    conditions: Sequence[TransitionCondition]


@dataclass(frozen=True)
class StateModel:
    sys_id: str
    name: str
    table: str
    preset: str
    """Values that a record of this model has, as an encoded query of equalities."""
    default: bool = False
    states: Mapping[str, State] = field(default_factory=dict)
    transitions: Sequence[Transition] = ()

    def leading_from(self, origin: str) -> Sequence[Transition]:
        return [each for each in self.transitions if each.origin == origin]

    def transition(self, origin: str, target: str) -> Transition | None:
        return next((each for each in self.leading_from(origin) if each.target == target), None)


@dataclass(frozen=True)
class StateModels:
    """Every active model."""

    by_id: Mapping[str, StateModel]

    def named(self, sys_id: str) -> StateModel | None:
        return self.by_id.get(sys_id)

    def of_table(self, dictionary: Dictionary, table: str) -> Sequence[StateModel]:
        """The models of the nearest table that has any."""
        for each in dictionary.chain(table):
            found = [model for model in self.by_id.values() if model.table == each.name]
            if found:
                return found
        return ()

    def of(self, dictionary: Dictionary, table: str, named: str, matches: Callable[[str], bool]) -> StateModel | None:
        """The model that a record names, else the one whose preset it matches, else its table's default or only one."""
        found = self.of_table(dictionary, table)
        own = next((model for model in found if model.sys_id == named), None)
        preset = own or next((model for model in found if model.preset and matches(model.preset)), None)
        default = preset or next((model for model in found if model.default), None)
        return default or (found[0] if len(found) == 1 else None)


def load_state_models(read: ReadTable) -> StateModels:
    states, transitions = _states(read), _transitions(read)
    defaults = {row["sys_id"] for row in read("chg_model", "default_change_model=true", ("sys_id",))}
    paths = ("sys_id", "name", "table_name", "record_preset")
    return StateModels(
        {
            row["sys_id"]: StateModel(
                row["sys_id"],
                row["name"] or "",
                row["table_name"] or "",
                row["record_preset"] or "",
                row["sys_id"] in defaults,
                states.get(row["sys_id"], {}),
                transitions.get(row["sys_id"], ()),
            )
            for row in read("sttrm_model", "active=true^ORDERBYname^ORDERBYsys_id", paths)
        }
    )


def _states(read: ReadTable) -> Mapping[str, Mapping[str, State]]:
    found: dict[str, dict[str, State]] = defaultdict(dict)
    paths = ("sttrm_model", "state_value", "label", "initial_state", "record_active")
    for row in read("sttrm_state", "ORDERBYsys_id", paths):
        state = State(row["state_value"] or "", row["label"] or "", bool(row["initial_state"]), bool(row[paths[-1]]))
        found[row["sttrm_model"]][state.value] = state
    return found


def _transitions(read: ReadTable) -> Mapping[str, Sequence[Transition]]:
    conditions: dict[str, list[TransitionCondition]] = defaultdict(list)
    paths = ("sttrm_state_transition", "sys_id", "name", "description", "condition", "related_table", "related_field")
    for row in read("sttrm_transition_condition", "ORDERBYname^ORDERBYsys_id", paths):
        texts = [row[path] or "" for path in paths[1:]]
        conditions[row["sttrm_state_transition"]].append(TransitionCondition(*texts))
    found: dict[str, list[Transition]] = defaultdict(list)
    ways = ("sttrm_model", "sys_id", "name", "from_state", "to_state", "automatic_transition")
    for row in read("sttrm_state_transition", "active=true^ORDERBYsys_id", ways):
        sys_id, automatic = row["sys_id"], bool(row["automatic_transition"])
        ends = (row["from_state"] or "", row["to_state"] or "")
        found[row["sttrm_model"]].append(
            Transition(sys_id, row["name"] or "", *ends, automatic, tuple(conditions[sys_id]))
        )
    return found
