"""Which of the given values reach the record: known, writable by this caller, and fit for their field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..access.operations import Operation
from ..dictionary.types import FieldType, Storage
from ..store.store import Native
from . import attachment_rules
from .coerce import Input, Unfit, coerce
from .permission import why_not
from .work import Work

STEP = "field"

KEPT_BY_THE_PLATFORM = frozenset(
    {
        "sys_id",
        "sys_class_name",
        "sys_created_on",
        "sys_created_by",
        "sys_updated_on",
        "sys_updated_by",
        "sys_mod_count",
        "sys_domain",
        "sys_scope",
        "sys_tags",
    }
)
"""Fields that only the instance itself fills; given by anyone else they are ignored."""

MOST_NOTED = 100
"""Unknown fields of one write that are noted one by one: a body of many thousands would push all else off the log."""

AUTO_FIELDS = frozenset({"sys_created_on", "sys_created_by", "sys_updated_on", "sys_updated_by", "sys_mod_count"})
"""Those of them that tell who wrote the record, when and how often."""


@dataclass(slots=True)
class Assigned:
    """Values for columns, and entries for journal fields."""

    columns: dict[str, Native] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)


def assign(
    work: Work, table: str, given: Mapping[str, object], how: Input, operation: Operation, sys_id: str = ""
) -> Assigned:
    """Sort out the given values; what is left out is noted on the trail, and the rest goes on.

    ``table`` is the record's class, which may extend the table that it is written through. ``sys_id`` is that of the
    record to change, empty for a new one.
    """
    assigned = Assigned()
    fields = work.dictionary.fields(table)
    unknown = given.keys() - work.dictionary.fields(work.table).keys()
    _note_unknown(work, unknown)
    for element, value in given.items():
        if element in unknown:
            continue
        known = fields[element]
        if known.type is FieldType.PASSWORD and not (how.display or work.caller.is_system):
            work.trail.alter(STEP, "password dropped", f"{element} is stored only when given as displayed (rest 2, D).")
        elif (work.caller.is_admin and _is_given(element, how)) or is_writable(work, table, element, operation, sys_id):
            try:
                native = coerce(known, value, how, work.find_by_display)
            except Unfit as unfit:
                work.trail.alter(STEP, "unfit value dropped", str(unfit))
                continue
            if known.type.storage is not Storage.VIRTUAL:
                assigned.columns[element] = native
            elif native and known.type is FieldType.JOURNAL:
                assigned.entries[element] = str(native)
    return assigned


def _note_unknown(work: Work, elements: Collection[str]) -> None:
    """A record that is written through a table which its own extends has that table's fields (rest 3, meas)."""
    for element in sorted(elements)[:MOST_NOTED]:
        work.trail.alter(STEP, "unknown field", f"{element[:80]} is not a field of {work.table}.")
    if len(elements) > MOST_NOTED:
        more = len(elements) - MOST_NOTED
        work.trail.alter(STEP, "unknown field", f"{more} more are not fields of {work.table}.")


def _is_given(element: str, how: Input) -> bool:
    """Whether the writer fills in the instance's place what it fills by itself otherwise; an admin may (ours)."""
    return element in AUTO_FIELDS and not how.auto_sys_fields


def is_writable(work: Work, table: str, element: str, operation: Operation, sys_id: str = "") -> bool:
    """May the caller give this field a value? A no is noted on the trail.

    A rule with a condition is asked of the record as it stands; a new record cannot match one yet (ours).
    """
    if work.caller.is_system:
        return True
    numbered = element == "number" and work.dictionary.numbering(table) is not None
    filed = table == attachment_rules.TABLE and element not in attachment_rules.WRITABLE
    if element in KEPT_BY_THE_PLATFORM or numbered or filed:
        work.trail.alter(STEP, "kept by the platform", f"{element} is not for callers to write.")
        return False
    # A field's own rule for writing binds its creation, too, unless there is one for creation (G).
    for needed in dict.fromkeys((operation, Operation.WRITE)):
        verdict = work.judge_field(element, needed, table)
        fits = not verdict.conditions or (bool(sys_id) and work.matches(table, sys_id, verdict.restriction))
        if not verdict.allowed or not fits:
            work.trail.alter(STEP, verdict.rule, f"{element} is not writable: {why_not(verdict)}", verdict.record)
            return False
        if verdict.record:
            work.trail.allow(STEP, verdict.rule, f"{element} is writable: {verdict.reason}", verdict.record)
    return True
