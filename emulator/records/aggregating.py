"""How the gate aggregates: the steps of a read, and then one SELECT.

A bare count is blind to access rules, as the total of a list is (rest 1, meas). Whatever shows values of fields, in a
group or as an extreme, is made of the records that the caller may read and of fields that show in all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from ..access.operations import Operation
from ..dictionary.types import FieldType
from ..errors import QueryRefused, TableReadRefused
from ..query import Aggregate, EncodedQuery, Function, Grouping, parse, select_aggregates
from ..store.store import StoredRow
from . import attachment_rules
from .field_reading import STEP, check_query, may_read
from .reading import CLOSED_TABLES
from .row import FieldValue, raw_text
from .work import Work, restrictions

NO_RECORD = parse("sys_idISEMPTY")
FOUR_DECIMALS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Group:
    """One group, or all records: what was asked for, as the wire writes it."""

    values: Mapping[Aggregate, str]
    fields: Mapping[str, FieldValue]
    """The value of each path that was grouped by."""


def read_groups(work: Work, text: str, asked: Grouping, limit: int) -> Sequence[Group]:
    """Raises QueryRefused for a field that the caller may not read, and what a read raises."""
    work.enter(Operation.READ)
    query = parse(text)
    grouping = asked.known(work.dictionary, work.table)
    shown = _shown_records(work, grouping)
    check_query(work, query)
    prepared = select_aggregates(
        work.snapshot.tables,
        work.table,
        query,
        grouping,
        restrictions=shown,
        context=work.context,
        limit=limit,
    )
    return [_group(work, grouping, found) for found in work.store.rows(work.connection, prepared)]


def _shown_records(work: Work, grouping: Grouping) -> Sequence[EncodedQuery]:
    """Which records may be told of."""
    verdict = work.judge_record(Operation.READ)
    if not verdict.allowed:
        if work.table in CLOSED_TABLES:
            work.trail.refuse(TableReadRefused(work.table), STEP, verdict.rule, verdict.reason, verdict.record)
        work.trail.deny(STEP, verdict.rule, verdict.reason, verdict.record)
        return (NO_RECORD,) if grouping.paths else ()
    work.trail.allow(STEP, verdict.rule, verdict.reason, verdict.record)
    if grouping.paths and attachment_rules.bound(work, work.table) and not work.caller.is_admin:
        return (NO_RECORD,)  # whose records they belong to differs from one attachment to the next
    for path in grouping.paths:
        if not may_read(work, path, some_rows=False):
            reason = f"{path} is aggregated, which the caller may not read in every record."
            work.trail.refuse(QueryRefused(), STEP, "field to aggregate", reason, work.trail.decisions[-1].record)
    return restrictions(verdict) if grouping.paths else ()


def _group(work: Work, grouping: Grouping, found: StoredRow) -> Group:
    values = {each: _text(work, each, found[f"aggregate_{index}"]) for index, each in enumerate(grouping.aggregates)}
    fields = {path: _value(work, path, index, found) for index, path in enumerate(grouping.groups)}
    return Group(values, fields)


def _value(work: Work, path: str, index: int, found: StoredRow) -> FieldValue:
    field = work.resolve(path)
    if field is None:
        raise LookupError(path)
    native = found[f"group_{index}"]
    label = raw_text(found[f"shown_{index}"]) if f"shown_{index}" in found else None
    if field.type is FieldType.CLASS_NAME and native in work.dictionary.tables:
        label = work.dictionary.table(native).label
    if label and field.type is FieldType.REFERENCE and not work.may_name(field.reference):
        label = ""
    return FieldValue(field, native, label)


def _text(work: Work, aggregate: Aggregate, native: Any) -> str:
    """Everything is a string; an average has four decimals (rest 5, D)."""
    if native is None:
        return ""
    if aggregate.function is Function.AVG:
        return str(Decimal(str(native)).quantize(FOUR_DECIMALS, ROUND_HALF_EVEN))
    if aggregate.function in {Function.MIN, Function.MAX}:
        field = work.resolve(aggregate.path)
        if field is not None:
            return FieldValue(field, native).value
    number = Decimal(str(native))
    return str(int(number)) if number == number.to_integral_value() else f"{number.normalize():f}"
