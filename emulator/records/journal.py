"""Journal fields: each write appends an entry, held as a row of sys_journal_field (platform 5.4, F/G)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..dictionary.compiling import Found
from ..dictionary.types import FieldType
from ..query import literal
from ..store.store import Native
from .field_reading import may_read
from .id_lists import id_lists
from .row import Row
from .work import Work

TABLE = "sys_journal_field"
LISTED = "*"
"""Stands for the element of the entries that a journal list shows."""
ID_LENGTH = 32


def append(work: Work, table: str, sys_id: str, entries: Mapping[str, str]) -> None:
    for element, text in entries.items():
        values: dict[str, Native] = {
            "sys_id": _later_id(work, sys_id),
            "name": table,
            "element": element,
            "element_id": sys_id,
            "value": text,
            "sys_created_on": work.moment,
            "sys_created_by": work.caller.user_name,
        }
        work.store.insert(work.connection, work.snapshot.tables, TABLE, values)


def forget(work: Work, sys_id: str) -> None:
    """A deleted record's entries go with it."""
    work.store.delete_where(work.connection, work.snapshot.tables, TABLE, "element_id", sys_id)


def _later_id(work: Work, record: str) -> str:
    """A sys_id above that of the record's newest entry: entries of one second are told apart by nothing else."""
    newest = f"element_id={record}^ORDERBYDESCsys_created_on"
    last = next((str(found["sys_id"]) for found in work.read(TABLE, newest, ("sys_id",))), "")
    fresh = work.ids.sys_id()
    if fresh > last:
        return fresh
    above = int(last, 16) + int(fresh[ID_LENGTH // 2 :], 16) + 1
    return f"{above:032x}" if above < 16**ID_LENGTH else fresh


def with_entries(work: Work, rows: Sequence[Row]) -> list[Row]:
    """The rows with the entries of their journal fields as display value, newest first.

    A journal list, comments_and_work_notes, holds those of every journal that the caller may read (rest 3).
    """
    shown = {field.type for row in rows for field in row.fields.values()}
    if not shown & {FieldType.JOURNAL, FieldType.JOURNAL_LIST}:
        return list(rows)
    listed = _readable_journals(work) if FieldType.JOURNAL_LIST in shown else frozenset()
    entries: dict[tuple[str, str], list[str]] = defaultdict(list)
    authors: dict[str, str] = {}
    paths = ("element_id", "element", "value", "sys_created_on", "sys_created_by")
    of_table = f"nameIN{family(work)}^ORDERBYDESCsys_created_on"
    for ids in id_lists([row.sys_id for row in rows]):
        for found in work.read(TABLE, f"element_idIN{ids}^{of_table}", paths):
            author = str(found["sys_created_by"] or "")
            if author not in authors:  # few people write many entries
                authors[author] = name_of(work, author)
            entry = _entry(work, found, authors[author])
            entries[found["element_id"], found["element"]].append(entry)
            if found["element"] in listed:
                entries[found["element_id"], LISTED].append(entry)
    return [_filled(row, entries) for row in rows]


def family(work: Work) -> str:
    """Every table in which a record of this one may stand: a record of another may have the same sys_id."""
    return ",".join(sorted(work.dictionary.descendants(work.dictionary.base(work.table))))


def _readable_journals(work: Work) -> frozenset[str]:
    fields = work.dictionary.fields(work.table)
    journals = (element for element, field in fields.items() if field.type is FieldType.JOURNAL)
    return frozenset(each for each in journals if may_read(work.aside(), each, some_rows=False))


def _filled(row: Row, entries: Mapping[tuple[str, str], list[str]]) -> Row:
    own = {path: path for path, field in row.fields.items() if field.type is FieldType.JOURNAL}
    lists = {
        path: LISTED
        for path, field in row.fields.items()
        if field.type is FieldType.JOURNAL_LIST and path == field.element
    }
    texts = {path: "".join(entries.get((row.sys_id, element), ())) for path, element in {**own, **lists}.items()}
    return replace(row, labels={**row.labels, **texts})


def _entry(work: Work, found: Found, author: str) -> str:
    """``time - author (Work notes)``, the text, an empty line (rest 3). One that an admin wrote may lack the time."""
    written = found["sys_created_on"]
    moment = work.caller.style.shown(written.replace(tzinfo=UTC)) if isinstance(written, datetime) else ""
    field = work.dictionary.field(work.table, str(found["element"]))
    label = field.label if field else str(found["element"])
    return f"{moment} - {author} ({label})\n{found['value'] or ''}\n\n"


def name_of(work: Work, user_name: str) -> str:
    """What a user is called; the user ID where there is no such user, or none that the caller may read of."""
    if not work.may_name("sys_user"):
        return user_name
    for user in work.read("sys_user", f"user_name={literal(user_name)}", ("name",)):
        return str(user["name"] or user_name)
    return user_name
