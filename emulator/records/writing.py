"""How the gate writes, all inside one write transaction.

table → channel → scope → user (table, row, fields) → values, defaults, number → the row → before-rules → data policies
→ journal, audit → after-rules. The row is written before the rules look at it, so that one query language decides
their conditions; an abort undoes it.
"""

from collections.abc import Mapping
from copy import copy
from typing import NoReturn

from sqlalchemy.exc import IntegrityError

from ...shared.ids import Ids
from ..access.acl import Verdict
from ..access.operations import Operation
from ..access.trail import Trail
from ..dictionary.rows import DICTIONARY_TABLES
from ..errors import AclRefused, BusinessRuleAborted, NoRecordFound, OperationFailed, PlatformError
from ..store.store import Native
from . import attachment_rules, audit, journal
from .addresses import check_own_address, check_range
from .assign import Assigned, assign
from .coerce import Input
from .computed import computed
from .defaults import defaults, next_number
from .enforce import apply_rules, check_data_policies
from .reading import RECORD_ID, Request, read_page
from .row import Row
from .snapshot import VERSIONED_TABLES, next_version
from .work import Work

STEP = "user"
OUTSIDE = "The record does not match the rule's condition."
UNIQUE_RULE = "Unique correlation"
UNIQUE_RULE_ID = "5f0e3f6ba4f7401cb6d2a3d0c8e6d901"
"""sys_id of the rule that refuses a second ticket with one correlation id (ours; the database enforces it)."""


def insert(work: Work, given: Mapping[str, object], how: Input) -> Row:
    work.refresh_caller()
    work.enter(Operation.CREATE)
    check_table(work, Operation.CREATE)
    attachment_rules.check_creation(work)
    assigned = assign(work, work.table, given, how, Operation.CREATE)
    sys_id = str(assigned.columns.get("sys_id") or work.ids.sys_id())
    now = work.clock.now().replace(microsecond=0)
    columns: dict[str, Native] = {
        **defaults(work, work.table),
        **_stamps(work, {"sys_created_on": now, "sys_created_by": _author(work), "sys_mod_count": 0}),
        **_stamps(work, {"sys_updated_on": now, "sys_updated_by": _author(work)}),
        **computed(work, work.table, sys_id, assigned.columns, {}),
        **_stamps(work, {"sys_class_name": work.table}),
        "sys_id": sys_id,
    }
    if work.dictionary.numbering(work.table) is not None and not columns.get("number"):
        columns["number"] = next_number(work, work.table)
    try:
        work.store.insert(work.connection, work.snapshot.tables, work.table, columns)
    except IntegrityError as error:
        _refuse_duplicate(work, error)
    _check_row(work, Operation.CREATE, work.table, sys_id)
    return _complete(work, Operation.CREATE, work.table, sys_id, assigned)


def update(work: Work, sys_id: str, given: Mapping[str, object], how: Input) -> Row:
    table, before = existing(work, sys_id, Operation.WRITE)
    assigned = assign(work, table, given, how, Operation.WRITE, sys_id)
    values = computed(work, table, sys_id, assigned.columns, before)
    changed = {element: value for element, value in values.items() if before.get(element) != value}
    if not changed and not assigned.entries:
        return _read_back(work, table, sys_id)
    stamps: dict[str, Native] = {
        "sys_updated_on": work.clock.now().replace(microsecond=0),
        "sys_updated_by": _author(work),
        "sys_mod_count": _count(before.get("sys_mod_count")) + 1,
    }
    try:
        work.store.update(
            work.connection, work.snapshot.tables, table, sys_id, {**_stamps(work, stamps, table), **changed}
        )
    except IntegrityError as error:
        _refuse_duplicate(work, error)
    audit.changes(work, table, sys_id, before, changed)
    return _complete(work, Operation.WRITE, table, sys_id, assigned)


def delete(work: Work, sys_id: str) -> None:
    table, _before = existing(work, sys_id, Operation.DELETE)
    apply_rules(work, "before", Operation.DELETE, table, sys_id)
    work.store.delete(work.connection, work.snapshot.tables, table, sys_id)
    attachment_rules.remove_of(work, table, sys_id)
    check_own_address(work, table)
    _start_version(work, table)


def _complete(work: Work, operation: Operation, table: str, sys_id: str, assigned: Assigned) -> Row:
    apply_rules(work, "before", operation, table, sys_id)
    check_data_policies(work, table, sys_id)
    check_range(work, table, sys_id)
    check_own_address(work, table)
    journal.append(work, table, sys_id, assigned.entries)
    apply_rules(work, "after", operation, table, sys_id)
    _start_version(work, table)
    return _read_back(work, table, sys_id)


def check_table(work: Work, operation: Operation) -> Verdict:
    if work.dictionary.table(work.table).union_of:  # as database views are (rest 1, D)
        reason = "It shows the records of other tables together; change them there."
        work.trail.refuse(AclRefused(operation.in_acl_text), STEP, "read-only table", reason)
    verdict = work.judge_record(operation)
    if not verdict.allowed:
        work.trail.refuse(AclRefused(operation.in_acl_text), STEP, verdict.rule, verdict.reason, verdict.record)
    work.trail.allow(STEP, verdict.rule, verdict.reason, verdict.record)
    return verdict


def _check_row(work: Work, operation: Operation, table: str, sys_id: str) -> None:
    verdict = work.judge_record(operation, table)
    if not verdict.allowed or not work.matches(table, sys_id, verdict.restriction):
        reason = verdict.reason if not verdict.allowed else OUTSIDE
        work.trail.refuse(AclRefused(operation.in_acl_text), STEP, verdict.rule, reason, verdict.record)
    if verdict.conditions:
        work.trail.allow(STEP, verdict.rule, f"The record matches its condition {verdict.restriction}", verdict.record)


def existing(work: Work, sys_id: str, operation: Operation) -> tuple[str, Mapping[str, Native]]:
    """The class and stored values of a record the caller may see and do this to.

    Raises NoRecordFound when it is missing or hidden, AclRefused when it may be seen and not changed.
    """
    work.refresh_caller()
    work.enter(operation)
    verdict = work.judge_record(Operation.READ)
    visible = RECORD_ID.fullmatch(sys_id) is not None and verdict.allowed
    attached = attachment_rules.bound(work, work.table)
    if attached and visible:
        visible = attachment_rules.may_read(work, sys_id)
    if not visible or not work.matches(work.table, sys_id, verdict.restriction or f"sys_id={sys_id}"):
        reason = "No such record that the caller may read." if verdict.allowed else verdict.reason
        work.trail.refuse(NoRecordFound(), STEP, verdict.rule, reason, verdict.record)
    work.trail.allow(STEP, verdict.rule, f"The record may be read. {verdict.reason}", verdict.record)
    fields = list(work.dictionary.fields(work.table))
    table = work.table
    if "sys_class_name" in fields:
        found = work.read(work.table, f"sys_id={sys_id}", ("sys_class_name",))
        table = next(str(row["sys_class_name"] or table) for row in found)
    check_table(work, operation)
    _check_row(work, operation, table, sys_id)
    if attached:
        attachment_rules.check_change(work, sys_id)
    paths = [name for name, each in work.dictionary.fields(table).items() if each.type.storage.value != "virtual"]
    stored = next(iter(work.read(table, f"sys_id={sys_id}", paths)))
    return table, {path: stored[path] for path in paths}


def _read_back(work: Work, table: str, sys_id: str) -> Row:
    """The record as the caller reads it; what may be written and not read comes back with its sys_id alone.

    The caller did not ask to read, so a no is neither kept nor tracked.
    """
    aside = copy(work)
    aside.trail = Trail(work.caller, work.table, Operation.READ)
    try:
        rows = read_page(aside, Request(f"sys_id={sys_id}", None, 1, checked=False)).rows
    except PlatformError:
        rows = ()
    return rows[0] if rows else Row(table, sys_id, {}, work.caller.time_zone)


def _stamps(work: Work, values: Mapping[str, Native], table: str = "") -> dict[str, Native]:
    """Those of the platform's own fields that the table has."""
    known = work.dictionary.fields(table or work.table)
    return {element: value for element, value in values.items() if element in known}


def _author(work: Work) -> str:
    return work.caller.user_name or "system"


def _count(value: Native) -> int:
    return value if isinstance(value, int) else 0


def _start_version(work: Work, table: str) -> None:
    """A changed rule makes a new version; dictionary rows that make no sense are refused and undone."""
    names = {each.name for each in work.dictionary.chain(table)}
    dictionary = bool(names & DICTIONARY_TABLES)
    if dictionary:
        try:
            # Compiled here and now, so that further writes of this transaction see what was just changed.
            work.snapshot = work.snapshots.compile(work.connection)
            work.store.reconcile(work.dictionary, work.connection)
        except (ValueError, LookupError) as error:
            work.trail.refuse(OperationFailed(detail=str(error)), "dictionary", "consistent dictionary", str(error))
    if names & VERSIONED_TABLES:
        # Not from work.ids: seeded alike, two instances would name different rules by one version, which they share.
        token = Ids().token(12)
        version = next_version(work.store.version(work.connection), token, dictionary=dictionary)
        work.store.touch(work.connection, version)


def _refuse_duplicate(work: Work, error: IntegrityError) -> NoReturn:
    """A unique index refused the row. A second ticket of one correlation id is refused as a business rule would."""
    reason = str(error.orig)
    if "correlation" in reason:
        refusal: OperationFailed = BusinessRuleAborted(work.table, UNIQUE_RULE, UNIQUE_RULE_ID)
    else:
        refusal = OperationFailed(detail="Unique Key violation detected by database")
    work.trail.refuse(refusal, "row", "unique index", reason)
