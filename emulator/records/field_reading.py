"""Which fields of which rows a reader sees, and which a reader's query may name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..access.operations import Operation
from ..errors import QueryRefused
from ..query import EncodedQuery
from ..query.related import asked_paths, related_queries
from .row import Row
from .work import Work

STEP = "user"

ENFORCE_QUERY = ("glide.export.query.enforce_field_acl", "true")
"""Property: a query that filters or orders by a field which may not be read is refused. Its default is ours: rest 1
measures the refusal and names the property, not what a new instance has."""

ByRow = Mapping[str, str]
"""Paths that only some records show, with the encoded query of those that do."""


@dataclass(frozen=True, slots=True)
class Readable:
    """What a reader sees of a table's fields."""

    paths: Sequence[str]
    """Those that exist and may be read, each once, in the order asked for."""
    by_row: ByRow
    denials: Sequence[tuple[str, str, str, str]]
    """Step, rule, reason and record of each that may not."""


def readable_paths(work: Work, fields: Sequence[str] | None) -> tuple[Sequence[str], ByRow]:
    """The asked-for paths that exist and that the caller may read. What is hidden is noted on the trail."""
    asked = None if fields is None else tuple(fields)
    found = work.rights.keep(("readable", work.table, asked), lambda: _readable(work, asked))
    for denial in found.denials:
        work.trail.deny(*denial)
    return found.paths, found.by_row


def _readable(work: Work, fields: Sequence[str] | None) -> Readable:
    asked: Iterable[str] = work.dictionary.fields(work.table) if fields is None else dict.fromkeys(fields)
    aside = work.aside()
    paths: list[str] = []
    by_row: dict[str, str] = {}
    for path in asked:
        if work.resolve(path) is None or not may_read(aside, path, some_rows=True):
            continue
        paths.append(path)
        element = path.partition(".")[0]
        restriction = work.judge_field(element, Operation.READ).restriction
        if restriction:
            by_row[path] = restriction
    denials = [(each.step, each.rule, each.reason, each.record) for each in aside.trail.decisions]
    return Readable(tuple(paths), by_row, denials)


def check_query(work: Work, query: EncodedQuery) -> None:
    """A filter on a field tells its value as surely as showing it. Raises QueryRefused (platform 4.2, C)."""
    name, default = ENFORCE_QUERY
    if not work.caller.is_system and (work.snapshot.policy.properties.get(name) or default) == "true":
        _check_named(work, work.table, query)


def _check_named(work: Work, table: str, query: EncodedQuery) -> None:
    paths = tuple(dict.fromkeys(asked_paths(work.dictionary, table, query)))
    work.rights.keep(("asked", table, paths), lambda: _check_paths(work, table, paths))
    for found, about_others in related_queries(work.dictionary, table, query):
        if not whole_table_readable(work, found.table):
            _refuse(work, f"The query asks about records of {found.table}, which the caller may not read.")
        _check_path(work, found.table, found.other.path)
        _check_named(work, found.table, about_others)


def _check_paths(work: Work, table: str, paths: Sequence[str]) -> bool:
    for path in paths:
        _check_path(work, table, path)
    return True


def _check_path(work: Work, table: str, path: str) -> None:
    if work.resolve(path, table) is not None and not may_read(work, path, some_rows=False, table=table):
        _refuse(work, f"The query names {path}, which the caller may not read in every record.")


def _refuse(work: Work, reason: str) -> None:
    decisions = work.trail.decisions
    work.trail.refuse(QueryRefused(), STEP, ENFORCE_QUERY[0], reason, decisions[-1].record if decisions else "")


def may_read(work: Work, path: str, *, some_rows: bool, table: str = "") -> bool:
    """May the caller read the path? A no is noted on the trail.

    ``some_rows`` is content with some records of the table itself; through a reference it has to be all of them.
    """
    table = table or work.table
    for index, element in enumerate(path.split(".")):
        if index and not whole_table_readable(work, table):
            work.trail.deny(STEP, "dot-walk", f"{path} leads through {table}, which the caller may not read.")
            return False
        verdict = work.judge_field(element, Operation.READ, table)
        if not verdict.allowed or (verdict.conditions and (index or not some_rows)):
            reason = verdict.reason if not verdict.allowed else "Its rule has a condition."
            work.trail.deny(STEP, verdict.rule, f"{path} is hidden: {reason}", verdict.record)
            return False
        field = work.dictionary.field(table, element)
        table = field.reference if field is not None else ""
    return True


def whole_table_readable(work: Work, table: str) -> bool:
    verdict = work.judge_record(Operation.READ, table)
    return verdict.allowed and not verdict.conditions


def without_hidden(work: Work, rows: Sequence[Row], by_row: ByRow) -> list[Row]:
    """The rows without the fields that their own record hides; the database says which."""
    if not by_row:
        return list(rows)
    sys_ids = [row.sys_id for row in rows]
    shown = {query: frozenset(work.matching(work.table, sys_ids, query)) for query in set(by_row.values())}
    hidden: set[str] = set()
    kept = list(rows)
    for path, query in by_row.items():
        for index, row in enumerate(kept):
            if row.sys_id not in shown[query]:
                hidden.add(path)
                kept[index] = replace(row, columns=row.columns.without(path))
    for path in sorted(hidden):
        verdict = work.judge_field(path.partition(".")[0], Operation.READ)
        work.trail.deny(STEP, verdict.rule, f"{path} is hidden in records outside its condition.", verdict.record)
    return kept
