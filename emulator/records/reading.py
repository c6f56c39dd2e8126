"""How the gate reads: table known → channel → scope → user, and then one SELECT."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ...shared.ids import RECORD_ID, SYS_ID
from ..access.acl import Verdict
from ..access.operations import Operation
from ..dictionary.model import Field
from ..dictionary.types import FieldType
from ..errors import NoRecordFound, TableReadRefused
from ..query import EncodedQuery, Selection, parse, select_record, select_records
from ..query.statements import DISPLAY
from ..store.store import StoredRow
from . import attachment_rules, journal, lists
from .field_reading import check_query, readable_paths, without_hidden
from .row import Columns, Page, Row
from .work import Work, restrictions

STEP = "user"

CLOSED_TABLES = frozenset({"sys_db_object", "sys_dictionary", "metric_definition", "metric_instance", "sys_audit"})
"""Tables whose read is refused with 403 instead of answered with nothing (rest 1 "Denial without error", meas)."""

NO_LABELS: Mapping[str, str] = MappingProxyType({})
LABELLED = frozenset({FieldType.REFERENCE, FieldType.CLASS_NAME})


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What a caller wants to read of a table: a page of what a query matches, or one record."""

    query: str
    fields: Sequence[str] | None
    limit: int
    offset: int = 0
    count: bool = False
    """Whether all that match are to be counted, too."""
    displayed: bool = False
    """Whether the texts that people read are wanted, which for some values have to be looked up."""
    named: bool = True
    """Whether references are read with the display values of the records they point to."""
    sys_id: str = ""
    """The one record that is asked for, instead of a query."""


def read_page(work: Work, request: ReadRequest) -> Page:
    work.enter(Operation.READ)
    verdict = work.judge_record(Operation.READ)
    if not verdict.allowed:
        return _refused_page(work, request, verdict)
    work.trail.allow(STEP, verdict.rule, verdict.reason, verdict.record)
    query = None if request.sys_id else _query(work, request)
    paths, by_row = readable_paths(work, request.fields)
    selection = _selection(work, request, query, paths, restrictions(verdict))
    stored = work.store.rows(work.connection, selection.rows)
    rows: Sequence[Row] = build_rows(work, paths, stored, named=request.named)
    rows = without_hidden(work, rows, by_row)
    if attachment_rules.bound(work, work.table):
        rows = attachment_rules.with_readable_record(work, rows)
    if request.displayed:
        rows = lists.with_names(work, journal.with_entries(work, rows))
    total = work.store.count(work.connection, selection.count) if request.count else None
    if verdict.conditions and total is not None:
        _tell_of_left_out(work, verdict, found=min(request.limit, total - request.offset), shown=len(stored))
    dropped = tuple(str(term) for term in selection.dropped)
    return Page(rows, total, dropped, full=len(stored) == request.limit)


def _tell_of_left_out(work: Work, verdict: Verdict, *, found: int, shown: int) -> None:
    """Note what the client sees only as a short page: the limit counts before the rules do (rest 1, meas)."""
    if shown < found:
        reason = f"{found - shown} of {found} records are left out, for they do not match {verdict.restriction[:200]}."
        work.trail.deny(STEP, verdict.rule, reason, verdict.record)


def _query(work: Work, request: ReadRequest) -> EncodedQuery:
    """The caller's own query, whose fields the caller has to be able to read."""
    query = parse(request.query)
    check_query(work, query)
    return query


def _selection(
    work: Work,
    request: ReadRequest,
    query: EncodedQuery | None,
    paths: Sequence[str],
    restricting: Sequence[EncodedQuery],
) -> Selection:
    if query is None and not restricting:
        return select_record(work.snapshot.tables, work.table, request.sys_id, paths=paths, named=request.named)
    return select_records(
        work.snapshot.tables,
        work.table,
        query or parse(f"sys_id={request.sys_id}"),
        paths=paths,
        restrictions=restricting,
        context=work.context,
        limit=request.limit,
        offset=request.offset,
        named=request.named,
        classes=work.store.classes(work.connection, work.snapshot.tables, work.table),
    )


def read_one(
    work: Work, sys_id: str, fields: Sequence[str] | None, *, displayed: bool = False, named: bool = True
) -> Row:
    """Raises NoRecordFound; whether the record is missing or hidden, only the trail says."""
    if RECORD_ID.fullmatch(sys_id):
        page = read_page(work, ReadRequest("", fields, 1, displayed=displayed, named=named, sys_id=sys_id))
        if page.rows:
            return page.rows[0]
    else:
        work.enter(Operation.READ)
    verdict = work.judge_record(Operation.READ)
    reason = f"No {work.table} {sys_id[:40]} that the caller may read."
    return work.trail.refuse(
        NoRecordFound(), STEP, verdict.rule if verdict.conditions else "no such record", reason, verdict.record
    )


def _refused_page(work: Work, request: ReadRequest, verdict: Verdict) -> Page:
    """A list that the user may not read is empty, with the total of all (rest 1, meas)."""
    if work.table in CLOSED_TABLES:
        work.trail.refuse(TableReadRefused(work.table), STEP, verdict.rule, verdict.reason, verdict.record)
    work.trail.deny(STEP, verdict.rule, verdict.reason, verdict.record)
    query = None if request.sys_id else _query(work, request)
    selection = select_records(
        work.snapshot.tables,
        work.table,
        query or parse(f"sys_id={request.sys_id}"),
        paths=("sys_id",),
        context=work.context,
        limit=0,
    )
    return Page((), work.store.count(work.connection, selection.count) if request.count else None)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """How rows of one class are built."""

    table: str
    columns: Columns
    labelled: Sequence[tuple[str, Field]]
    """Paths, with the fields at their ends, whose values something else may stand for."""


def build_row(work: Work, paths: Sequence[str], found: StoredRow, *, named: bool = True) -> Row:
    return build_rows(work, paths, [found], named=named)[0]


def build_rows(work: Work, paths: Sequence[str], stored: Iterable[StoredRow], *, named: bool = True) -> list[Row]:
    """Labels, choices and defaults are those of each row's own class."""
    plans: dict[str, RowPlan] = {}
    rows = []
    for found in stored:
        table = str(found.get("sys_class_name") or work.table)
        plan = plans.get(table)
        if plan is None:
            plan = plans[table] = _kept_plan(work, table, paths)
        labels = _labels(work, plan, found) if named else NO_LABELS
        rows.append(Row(plan.table, str(found["sys_id"]), plan.columns, found, labels, work.caller.style))
    return rows


def _kept_plan(work: Work, table: str, paths: Sequence[str]) -> RowPlan:
    known = table if table in work.dictionary.tables else work.table
    return work.snapshot.tables.keep(("row", work.table, known, paths), lambda: _plan(work, known, paths))


def _plan(work: Work, table: str, paths: Sequence[str]) -> RowPlan:
    own = work.dictionary.fields(table)
    found = {path: own.get(path) or work.resolve(path) for path in paths}
    fields = {path: each for path, each in found.items() if each is not None}
    labelled = [(path, each) for path, each in fields.items() if each.type in LABELLED]
    return RowPlan(table, Columns(fields), labelled)


def _labels(work: Work, plan: RowPlan, found: StoredRow) -> Mapping[str, str]:
    labels = {path: _label(work, each, found.get(path), found.get(f"{path}.{DISPLAY}")) for path, each in plan.labelled}
    return {path: label for path, label in labels.items() if label is not None}


def _label(work: Work, field: Field, native: Any, joined: str | None) -> str | None:
    """What stands for the value; a record of a table that the caller may not read at all is shown by nothing."""
    if field.type is FieldType.REFERENCE:
        if joined and not work.may_name(field.reference):
            return ""
        if joined is None and native and not SYS_ID.fullmatch(native):
            return str(native)  # ``global`` is no record's sys_id, and stands for itself (rest 3)
        return joined or ""
    if field.type is FieldType.CLASS_NAME and native in work.dictionary.tables:
        return work.dictionary.table(native).label
    return None
