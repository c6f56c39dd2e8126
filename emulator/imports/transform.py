"""One row of a staging table carried over to a target, as a transform map says.

The target is written with the rights of whoever imports: a staging table opens no way around access rules (ours).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..access.caller import Caller
from ..dictionary.model import Dictionary
from ..errors import OperationFailed, PlatformError
from ..query import literal
from ..records.gate import Gate, Transaction
from ..records.row import Row
from .maps import TransformMap

UNCHANGED = "No field values changed"
NOTHING_GIVEN = "No source field has a value"


class State(StrEnum):
    """What became of a row (rest 9, D)."""

    INSERTED = "inserted"
    UPDATED = "updated"
    IGNORED = "ignored"
    SKIPPED = "skipped"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one map made of a row. ``sys_id`` is the target's, empty when there is none."""

    map_id: str
    map_name: str
    table: str
    state: State
    sys_id: str = ""
    message: str = ""


def transform(gate: Gate, caller: Caller, row: Row, by: TransformMap, within: Transaction) -> Outcome:
    """Write the target. Raises PlatformError for what the gate refuses."""
    dictionary = gate.read_dictionary()
    values = _values(dictionary, row, by)
    if not any(values.values()):
        return Outcome(by.sys_id, by.name, by.target, State.SKIPPED, message=NOTHING_GIVEN)
    found = _match(gate, dictionary, row, by, within)
    records = gate.record(by.target, caller, within)
    if found is None:
        made = records.insert(values)
        return Outcome(by.sys_id, by.name, by.target, State.INSERTED, made.sys_id)
    count = found.value("sys_mod_count")
    records.update(found.sys_id, values)
    after = gate.record(by.target, Caller.system(), within).get(found.sys_id, ("sys_mod_count",))
    if after.value("sys_mod_count") == count:
        return Outcome(by.sys_id, by.name, by.target, State.IGNORED, found.sys_id, UNCHANGED)
    return Outcome(by.sys_id, by.name, by.target, State.UPDATED, found.sys_id)


def refused(by: TransformMap, refusal: PlatformError) -> Outcome:
    """An error says what a client would have been told by the Table API."""
    message = ": ".join(filter(None, (refusal.message, refusal.detail)))
    return Outcome(by.sys_id, by.name, by.target, State.ERROR, message=message)


def _values(dictionary: Dictionary, row: Row, by: TransformMap) -> Mapping[str, str]:
    """By target field. A choice may be given by its label, as in a file that people made."""
    values = {}
    for each in by.fields:
        text = row.value(each.source)
        if text or by.copies_empty:
            values[each.target] = _meant(dictionary, by.target, each.target, text)
    return values


def _meant(dictionary: Dictionary, table: str, element: str, text: str) -> str:
    field = dictionary.field(table, element)
    return field.choice_meant(text) if field is not None else text


def _check_keys(dictionary: Dictionary, table: str, keys: Iterable[str]) -> None:
    """A term about no stored field is dropped from a query: any record would match. Raises OperationFailed."""
    fields = dictionary.fields(table)
    for key in keys:
        if key not in fields or not fields[key].can_be_shown:
            raise OperationFailed(detail=f"{table} cannot be searched by {key}, so no record can coalesce on it.")


def _match(gate: Gate, dictionary: Dictionary, row: Row, by: TransformMap, within: Transaction) -> Row | None:
    """The record with the same values in every coalesce field; an empty one matches nothing, so a record is made.

    Of several sources of one field the last that has a value counts, as it does for what is written.
    Looked for with the instance's own eyes: what the caller may not see must not be made twice.
    """
    keys: dict[str, str] = {}
    for each in by.fields:
        if each.coalesce:
            keys[each.target] = row.value(each.source) or keys.get(each.target, "")
    if not keys or not all(keys.values()):
        return None
    _check_keys(dictionary, by.target, keys)
    meant = {target: _meant(dictionary, by.target, target, text) for target, text in keys.items()}
    query = "^".join(f"{target}={literal(value)}" for target, value in meant.items())
    return gate.record(by.target, Caller.system(), within).find(f"{query}^ORDERBYsys_created_on", ("sys_mod_count",))
