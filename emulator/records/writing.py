"""How the gate writes, all inside one write transaction.

table → channel → scope → user (permission.py; of fields assign.py) → values, defaults, number → before-rules, data
lookups → data policies → the row → journal → after-rules → audit. Rules look at a draft; an abort undoes whatever was
written.
"""

from collections.abc import Mapping
from typing import NoReturn

from sqlalchemy.exc import IntegrityError

from ..access.operations import Operation
from ..dictionary.rows import DICTIONARY_TABLES
from ..errors import BusinessRuleAborted, OperationFailed
from ..store.reconcile import StoredOtherwise
from ..store.store import Native
from . import attachment_rules, audit, journal, permission, table_rows
from .addresses import check_own_address, check_range
from .assign import Assigned, assign
from .coerce import Input
from .computed import computed, follow_number
from .defaults import defaults, next_number
from .draft import Draft
from .enforce import check_data_policies, run_after, run_before
from .row import Row
from .snapshot import VERSIONED_TABLES
from .unique_names import RULE, STEP, VIOLATED, check_unique
from .work import Work
from .written import as_written

UNIQUE_RULE = "Unique correlation"
UNIQUE_RULE_ID = "5f0e3f6ba4f7401cb6d2a3d0c8e6d901"
"""sys_id of the rule that refuses a second ticket with one correlation id (ours; the database enforces it)."""


def insert(work: Work, given: Mapping[str, object], how: Input, *, named: bool = True) -> Row:
    """``named``: whether the row that is returned also tells what its references point to is called."""
    permission.check_creation(work)
    assigned = assign(work, work.table, given, how, Operation.CREATE)
    draft = _new_draft(work, assigned, stamped=how.auto_sys_fields)
    permission.check_new_row(draft)
    table_rows.prepare(draft)
    run_before(draft, Operation.CREATE)
    check_data_policies(draft)
    _write(draft)
    _complete(draft, Operation.CREATE)
    return as_written(draft, named=named)


def update(work: Work, sys_id: str, given: Mapping[str, object], how: Input, *, named: bool = True) -> Row:
    """See ``insert``."""
    table, before = permission.existing(work, sys_id, Operation.WRITE)
    assigned = assign(work, table, given, how, Operation.WRITE, sys_id)
    values = {**before, **computed(work, table, sys_id, assigned.columns, before)}
    follow_number(work, table, values)
    draft = Draft(work, table, sys_id, values, before, assigned.entries, frozenset(assigned.columns))
    if not draft.writes_anything:
        return as_written(draft, named=named)
    run_before(draft, Operation.WRITE)
    table_rows.check_change(draft)
    check_data_policies(draft)
    if not draft.writes_anything:  # a rule took everything back
        return as_written(draft, named=named)
    if how.auto_sys_fields:
        _stamp(draft)
    _write(draft)
    _complete(draft, Operation.WRITE)
    return as_written(draft, named=named)


def _stamp(draft: Draft) -> None:
    """Who changed the record, when, and how often it was changed by now."""
    draft.set("sys_updated_on", draft.work.now)
    draft.set("sys_updated_by", _author(draft.work))
    draft.set("sys_mod_count", _count(draft.was("sys_mod_count")) + 1)


def delete(work: Work, sys_id: str) -> None:
    table, before = permission.existing(work, sys_id, Operation.DELETE)
    draft = Draft(work, table, sys_id, dict(before), before)
    run_before(draft, Operation.DELETE)
    work.store.delete(work.connection, work.snapshot.tables, table, sys_id)
    attachment_rules.remove_of(work, table, sys_id)
    journal.forget(work, sys_id)
    audit.deletion(draft)
    table_rows.follow(draft, Operation.DELETE)
    run_after(draft, Operation.DELETE)
    check_own_address(work, table)
    _begin_version(work, table)


def _new_draft(work: Work, assigned: Assigned, *, stamped: bool) -> Draft:
    """A new record with its defaults, its number and the platform's own fields.

    Unless ``stamped`` the writer says who made it and when, or nobody does.
    """
    table, now, author = work.table, work.now, _author(work)
    sys_id = str(assigned.columns.get("sys_id") or work.ids.sys_id())
    stamps: dict[str, Native] = {
        "sys_created_on": now,
        "sys_created_by": author,
        "sys_updated_on": now,
        "sys_updated_by": author,
        "sys_mod_count": 0,
    }
    known = work.dictionary.fields(table)
    values: dict[str, Native] = {
        **defaults(work, table),
        **{element: value for element, value in stamps.items() if stamped and element in known},
        **computed(work, table, sys_id, assigned.columns, {}),
        "sys_id": sys_id,
    }
    if "sys_class_name" in known:
        values["sys_class_name"] = table
    if "number" in known and work.dictionary.numbering(table) is not None and not values.get("number"):
        values["number"] = next_number(work, table)
    follow_number(work, table, values)
    return Draft(work, table, sys_id, values, {}, assigned.entries, frozenset(assigned.columns))


def _write(draft: Draft) -> None:
    check_unique(draft)
    try:
        draft.write()
    except IntegrityError as error:
        _refuse_duplicate(draft.work, error)


def _complete(draft: Draft, operation: Operation) -> None:
    """What follows once the row is written, in the same transaction."""
    work, table, sys_id = draft.work, draft.table, draft.sys_id
    check_range(work, table, sys_id)
    check_own_address(work, table)
    journal.append(work, table, sys_id, draft.entries)
    table_rows.follow(draft, operation)
    written = dict(draft.values)
    run_after(draft, operation)
    later = {element: value for element, value in draft.values.items() if written.get(element) != value}
    if later:
        work.store.update(work.connection, work.snapshot.tables, table, sys_id, later)
    audit.changes(draft)
    _begin_version(work, table)


def _author(work: Work) -> str:
    return work.caller.user_name or "system"


def _count(value: Native) -> int:
    return value if isinstance(value, int) else 0


def _begin_version(work: Work, table: str) -> None:
    """A changed rule begins a new version; dictionary rows that make no sense are refused and undone."""
    names = {each.name for each in work.dictionary.chain(table)}
    dictionary = bool(names & DICTIONARY_TABLES)
    if dictionary:
        try:
            # Compiled here and now, so that further writes of this transaction see what was just changed.
            work.snapshot = work.snapshots.compile_changed(work.connection, work.dictionary)
        except (ValueError, LookupError, StoredOtherwise) as error:
            why = f"the type of {error.field} cannot be changed" if isinstance(error, StoredOtherwise) else str(error)
            work.trail.refuse(OperationFailed(detail=why), "dictionary", "consistent dictionary", why)
    if names & VERSIONED_TABLES:
        work.store.begin_version(work.connection, dictionary=dictionary)


def _refuse_duplicate(work: Work, error: IntegrityError) -> NoReturn:
    """A unique index refused the row. A second ticket of one correlation id is refused as a business rule would."""
    reason = str(error.orig)
    if "correlation" in reason:
        refusal: OperationFailed = BusinessRuleAborted(work.table, UNIQUE_RULE, UNIQUE_RULE_ID)
    else:
        refusal = OperationFailed(detail=VIOLATED)
    work.trail.refuse(refusal, STEP, RULE, reason)
