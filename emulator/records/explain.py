"""What may this caller do? The steps that a request would go through, taken without a trace.

They are the gate's own functions, so an explanation and the enforcement cannot drift apart. Access rules are asked on a
connection that only reads. Business rules and data policies look at the values of a record: when the values are given,
the write is done as a request would do it, and undone; when they are not, the answer is said to depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ..access.acl import Verdict
from ..access.load_scopes import EXECUTE
from ..access.operations import Operation
from ..access.scope import check_execute
from ..access.trail import Trail
from ..errors import PlatformError
from . import attachment_rules, permission, writing
from .assign import is_writable
from .coerce import Input
from .reading import ReadRequest, read_one, read_page
from .scripts import REFUSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..access.caller import Caller
    from ..access.decision import Decision
    from .gate import Gate
    from .work import Work


class Answer(StrEnum):
    """What would come of it."""

    ALLOWED = "allowed"
    SOME = "depends on the record"
    VALUES = "depends on the values"
    """The caller may; business rules or data policies judge what is written."""
    HIDDEN = "left out"
    """A field that is read without an error and not shown, or a list without records."""
    DROPPED = "dropped"
    """A field that is written without an error and keeps its value."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Question:
    """An operation on a table or script include; ``record`` is a sys_id, empty for records in general."""

    table: str
    operation: str
    record: str = ""
    field: str = ""
    values: Mapping[str, object] | None = None
    """What is to be written; None when nobody has said, an empty one for a write of nothing."""

    @property
    def can_be_tried(self) -> bool:
        """Whether it says all that the outcome of a write depends on."""
        if self.operation == Operation.DELETE:
            return bool(self.record)
        return self.values is not None and (self.operation == Operation.CREATE or bool(self.record))


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, every step with the rule that decided, and what looks at the record besides the access rules."""

    answer: Answer
    decisions: Sequence[Decision]
    refusal: PlatformError | None = None
    rules: Sequence[tuple[str, str]] = ()
    """Names and records of the business rules and data policies that judge the values."""


def explain(gate: Gate, caller: Caller, question: Question) -> Explanation:
    """Go the way of such a request, and leave no trace."""
    trail = Trail(caller, question.table, question.operation)
    with gate.looking(trail) as work:
        work.refresh_caller()
        try:
            if question.operation == EXECUTE:
                return Explanation(_execute(work), tuple(trail.decisions))
            if question.operation == Operation.READ:
                return Explanation(_read(work, question), tuple(trail.decisions))
            answer, dropped = _write(work, question, Operation(question.operation))
        except PlatformError as refusal:
            return Explanation(Answer.REFUSED, tuple(trail.decisions), refusal)
        rules = _rules(work, question)
    if question.can_be_tried:
        return _tried(gate, caller, question, dropped=dropped, rules=rules)
    if answer is Answer.ALLOWED:
        answer = Answer.DROPPED if dropped else Answer.VALUES if rules else Answer.ALLOWED
    return Explanation(answer, tuple(trail.decisions), rules=rules)


def _tried(
    gate: Gate, caller: Caller, question: Question, *, dropped: bool, rules: Sequence[tuple[str, str]]
) -> Explanation:
    """Do it, see what comes of it, and undo it."""
    trail = Trail(caller, question.table, question.operation)
    values = question.values or {}
    try:
        with gate.trying(trail) as work:
            if question.operation == Operation.CREATE:
                writing.insert(work, values, Input(style=caller.style))
            elif question.operation == Operation.WRITE:
                writing.update(work, question.record, values, Input(style=caller.style))
            else:
                writing.delete(work, question.record)
    except PlatformError as refusal:
        return Explanation(Answer.REFUSED, tuple(trail.decisions), refusal, rules)
    answer = Answer.DROPPED if dropped and question.field in values else Answer.ALLOWED
    return Explanation(answer, tuple(trail.decisions), rules=rules)


def _execute(work: Work) -> Answer:
    try:
        check_execute(work.snapshot.policy, work.trail)
    except LookupError:
        work.trail.deny("script include", "no such script include", "No active one has this name.")
        return Answer.REFUSED
    return Answer.ALLOWED


def _read(work: Work, question: Question) -> Answer:
    fields = [question.field] if question.field else ["sys_id"]
    if question.record:
        row = read_one(work, question.record, fields)
        return Answer.ALLOWED if not question.field or question.field in row.fields else Answer.HIDDEN
    read_page(work, ReadRequest("", fields, 0))
    verdict = work.judge_record(Operation.READ)
    if not verdict.allowed:
        return Answer.HIDDEN
    if not question.field:
        return _whether_some(work, verdict)
    if work.resolve(question.field) is None:
        return Answer.HIDDEN
    element = question.field.partition(".")[0]
    field = work.judge_field(element, Operation.READ)
    if any(each.outcome == "refused" for each in work.trail.decisions):
        return Answer.HIDDEN
    return Answer.SOME if field.conditions else _whether_some(work, verdict)


def _write(work: Work, question: Question, operation: Operation) -> tuple[Answer, bool]:
    """What the access rules say, and whether they drop the field in question."""
    table = work.table
    if question.record and operation is not Operation.CREATE:
        table, _stored = permission.existing(work, question.record, operation)
        answer = Answer.ALLOWED
    else:
        work.enter(operation)
        answer = _whether_some(work, permission.check_table(work, operation))
    asks_of_field = bool(question.field) and operation is not Operation.DELETE
    return answer, asks_of_field and not _writes_field(work, table, question, operation)


def _writes_field(work: Work, table: str, question: Question, operation: Operation) -> bool:
    if question.field in work.dictionary.fields(work.table):
        return is_writable(work, table, question.field, operation, question.record)
    work.trail.alter("field", "unknown field", f"{question.field[:80]} is not a field of {work.table}.")
    return False


def _whether_some(work: Work, verdict: Verdict) -> Answer:
    """Attachments follow their records, each another one."""
    return Answer.SOME if verdict.conditions or attachment_rules.bound(work, work.table) else Answer.ALLOWED


def _rules(work: Work, question: Question) -> Sequence[tuple[str, str]]:
    rules = [
        (f"Business rule {rule.name}", rule.record)
        for rule in work.snapshot.rules_of(work.table, "before", question.operation)
        if rule.abort or rule.script in REFUSING
    ]
    if question.operation == Operation.DELETE:
        return rules
    policies = work.snapshot.policies_of(work.table)
    return [*rules, *((f"Data policy {each.name}", each.record) for each in policies)]
