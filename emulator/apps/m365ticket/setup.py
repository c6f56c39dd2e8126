"""The app's one row of state: which OAuth entity and which integration user the checklist made."""

from dataclasses import dataclass

from ...access.caller import Caller
from ...errors import NoRecordFound
from ...records.gate import Gate, Transaction
from ...records.row import Row
from .manifest import SETUP_TABLE


@dataclass(frozen=True, slots=True)
class Setup:
    """sys_ids, empty while a step is not done."""

    entity: str = ""
    user: str = ""
    sys_id: str = ""


def read_setup(gate: Gate, caller: Caller, within: Transaction | None = None) -> Setup:
    """What the steps have noted; ``existing`` tells whether it is still there."""
    fields = ("oauth_entity", "integration_user")
    row = gate.record(SETUP_TABLE, caller, within).find("ORDERBYsys_created_on", fields)
    if row is None:
        return Setup()
    return Setup(row.value("oauth_entity"), row.value("integration_user"), row.sys_id)


def write_setup(gate: Gate, caller: Caller, within: Transaction, **values: str) -> None:
    """Note what a step made."""
    records = gate.record(SETUP_TABLE, caller, within)
    found = read_setup(gate, caller, within)
    if found.sys_id:
        records.update(found.sys_id, values)
    else:
        records.insert(values)


def existing(
    gate: Gate, caller: Caller, table: str, sys_id: str, fields: tuple[str, ...], within: Transaction | None = None
) -> Row | None:
    """The record that a step made, None when it was deleted since. Raises what else the gate refuses."""
    if not sys_id:
        return None
    try:
        return gate.record(table, caller, within).get(sys_id, fields)
    except NoRecordFound:
        return None
