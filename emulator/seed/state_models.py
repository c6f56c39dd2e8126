"""State models as entries of the seed: the compact form of ``data/models.toml`` spelled out record by record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ..dictionary.declaration import record_id
from .entries import Entry, read_data

STATES, TRANSITIONS, CONDITIONS = "sttrm_state", "sttrm_state_transition", "sttrm_transition_condition"


def state_models() -> Mapping[str, Sequence[Entry]]:
    """The models, their states, the transitions between them and the conditions of these."""
    data: Any = read_data("models")
    entries: dict[str, list[Entry]] = defaultdict(list)
    for model in data["models"]:
        table, name = model["table"], model["name"]
        sys_id = model.get("sys_id") or record_id("sttrm_model", name)
        own = {key: value for key, value in model.items() if key not in {"table", "states", "transitions"}}
        entries[table].append({**own, "sys_id": sys_id})
        for index, (value, label, active) in enumerate(model["states"]):
            state = {"state_value": value, "label": label, "initial_state": index == 0, "record_active": active}
            identity = record_id(STATES, name, value)
            entries[STATES].append({"sys_id": identity, "sttrm_model": sys_id, **state})
        for origin, target, title, conditions in model.get("transitions", ()):
            identity = record_id(TRANSITIONS, name, origin, target)
            way = {"from_state": origin, "to_state": target, "name": title}
            entries[TRANSITIONS].append({"sys_id": identity, "sttrm_model": sys_id, **way})
            for each in conditions:
                condition = {"sttrm_state_transition": identity, **data["conditions"][each]}
                entries[CONDITIONS].append({"sys_id": record_id(CONDITIONS, identity, each), **condition})
    return entries
