"""May the caller write this record? The steps up to the user's, of a write: table and row; assign.py asks of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...shared.ids import RECORD_ID
from ..access.operations import Operation
from ..dictionary.types import Storage
from ..errors import AclRefused, NoRecordFound
from . import attachment_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..access.acl import Verdict
    from ..store.store import Native
    from .draft import Draft
    from .work import Work

STEP = "user"


def check_creation(work: Work) -> None:
    """May the caller create records of the table? Raises what refuses. ``check_new_row`` asks of the one record."""
    work.refresh_caller()
    work.enter(Operation.CREATE)
    check_table(work, Operation.CREATE)
    attachment_rules.check_creation(work)


def check_new_row(draft: Draft) -> None:
    """A rule with a condition allows the new records that fulfil it. Raises AclRefused."""
    verdict = draft.work.judge_record(Operation.CREATE)
    _judge_row(draft.work, Operation.CREATE, verdict, matches=draft.matches(verdict.restriction))


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
    found = _stored(work, sys_id, verdict.restriction) if visible else None
    if found is None:
        reason = "No such record that the caller may read." if verdict.allowed else verdict.reason
        work.trail.refuse(NoRecordFound(), STEP, verdict.rule, reason, verdict.record)
    work.trail.allow(STEP, verdict.rule, f"The record may be read. {verdict.reason}", verdict.record)
    table, stored = found
    check_table(work, operation)
    _check_row(work, operation, table, sys_id)
    if attached:
        attachment_rules.check_change(work, sys_id)
    return table, stored


def check_table(work: Work, operation: Operation) -> Verdict:
    """May the caller do this to any record of the table? Raises AclRefused."""
    if work.dictionary.table(work.table).union_of:  # as database views are (rest 1, D)
        reason = "It shows the records of other tables together; change them there."
        work.trail.refuse(AclRefused(operation.in_acl_text), STEP, "read-only table", reason)
    verdict = work.judge_record(operation)
    if not verdict.allowed:
        work.trail.refuse(AclRefused(operation.in_acl_text), STEP, verdict.rule, verdict.reason, verdict.record)
    work.trail.allow(STEP, verdict.rule, verdict.reason, verdict.record)
    return verdict


def why_not(verdict: Verdict) -> str:
    """The reason for a no to one record: the rules allow none, or not this one."""
    return "The record does not match the rule's condition." if verdict.allowed else verdict.reason


def _check_row(work: Work, operation: Operation, table: str, sys_id: str) -> None:
    verdict = work.judge_record(operation, table)
    _judge_row(work, operation, verdict, matches=work.matches(table, sys_id, verdict.restriction))


def _judge_row(work: Work, operation: Operation, verdict: Verdict, *, matches: bool) -> None:
    if not verdict.allowed or not matches:
        work.trail.refuse(AclRefused(operation.in_acl_text), STEP, verdict.rule, why_not(verdict), verdict.record)
    if verdict.conditions:
        work.trail.allow(STEP, verdict.rule, f"The record matches its condition {verdict.restriction}", verdict.record)


def _stored(work: Work, sys_id: str, restriction: str) -> tuple[str, Mapping[str, Native]] | None:
    """The class and the values of the record, if the restriction holds for it."""
    stored = _values(work, work.table, sys_id, restriction)
    if stored is None:
        return None
    own = str(stored.get("sys_class_name") or work.table)
    if own != work.table:
        stored = _values(work, own, sys_id)
    return None if stored is None else (own, stored)


def _values(work: Work, table: str, sys_id: str, restriction: str = "") -> Mapping[str, Native] | None:
    """What is stored of the record in the fields of a table."""
    paths = [name for name, each in work.dictionary.fields(table).items() if each.type.storage is not Storage.VIRTUAL]
    stored = work.first(table, sys_id, paths, restriction)
    return None if stored is None else {path: stored[path] for path in paths}
