"""The questions that an item asks (item_option_new), and what was answered (sc_item_option)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..errors import BadParameter
from ..records.gate import Gate, Transaction
from .errors import MandatoryVariables

QUESTIONS, ANSWERS, ANSWERS_OF_ITEMS = "item_option_new", "sc_item_option", "sc_item_option_mtom"
MOST = 500


@dataclass(frozen=True, slots=True)
class Variable:
    sys_id: str
    name: str
    label: str
    kind: int
    kind_name: str
    mandatory: bool
    default: str
    order: int

    @property
    def shown(self) -> Mapping[str, object]:
        return {
            "id": self.sys_id,
            "name": self.name,
            "label": self.label,
            "type": self.kind,
            "friendly_type": self.kind_name.lower().replace(" ", "_"),
            "mandatory": self.mandatory,
            "value": self.default,
            "displayvalue": self.default,
            "order": self.order,
            "active": True,
            "read_only": False,
            "render_label": True,
            "max_length": 0,
            "dynamic_value_field": "",
            "dynamic_value_dot_walk_path": "",
        }


def variables_of(gate: Gate, item: str) -> Sequence[Variable]:
    """The active variables of an item, in order. Whoever sees the item sees what it asks."""
    query = f"active=true^cat_item={item}^ORDERBYorder^ORDERBYname"
    rows = gate.record(QUESTIONS, Caller.system()).query(query, limit=MOST).rows
    return [
        Variable(
            row.sys_id,
            row.value("name"),
            row.value("question_text") or row.value("name"),
            int(row.value("type") or 0),
            row.display("type"),
            bool(row.native("mandatory")),
            row.value("default_value"),
            int(row.value("order") or 0),
        )
        for row in rows
    ]


def answers_to(variables: Sequence[Variable], given: Mapping[str, object]) -> Mapping[str, str]:
    """By variable's sys_id what was answered, or else its default; an unknown name is ignored.

    Raises MandatoryVariables, or BadParameter for what is no answer.
    """
    texts = {each.sys_id: _text(each.name, given.get(each.name)) or each.default for each in variables}
    if any(each.mandatory and not texts[each.sys_id] for each in variables):
        raise MandatoryVariables
    return texts


def keep(gate: Gate, caller: Caller, answers: Mapping[str, str], within: Transaction, cart_item: str = "") -> list[str]:
    """Write answers down, those of a cart item under it; return their sys_ids."""
    records = gate.record(ANSWERS, caller, within)
    return [
        records.insert({"item_option_new": question, "value": value, "order": order, "cart_item": cart_item}).sys_id
        for order, (question, value) in enumerate(answers.items())
    ]


def keep_for_item(gate: Gate, caller: Caller, answers: Mapping[str, str], within: Transaction, item: str) -> None:
    """Write down the answers of a requested item, and whose they are."""
    records = gate.record(ANSWERS_OF_ITEMS, caller, within)
    for answer in keep(gate, caller, answers, within):
        records.insert({"request_item": item, "sc_item_option": answer})


def _text(name: str, value: object) -> str:
    """Several answers are one text, as a list field holds them (ours)."""
    return ",".join(_one(name, each) for each in (value if isinstance(value, list) else [value]))


def _one(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is not None and not isinstance(value, str):
        raise BadParameter(detail=f"{name} contains an object instead of a value.")
    return value or ""
