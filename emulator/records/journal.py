"""Journal fields: each write appends an entry, held as a row of sys_journal_field (platform 5.4, F/G)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..dictionary.compiling import Found
from ..dictionary.model import Field
from ..dictionary.types import FieldType
from ..query import literal
from ..store.store import Native
from .field_reading import may_read
from .id_lists import id_lists
from .row import Row
from .work import Work

TABLE = "sys_journal_field"
JOURNALS = frozenset({FieldType.JOURNAL, FieldType.JOURNAL_LIST})
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

    A journal list, comments_and_work_notes, holds those of every journal that the caller may read (rest 3). A path
    through references leads to the entries of the record at its end.
    """
    shown = {path: field for row in rows for path, field in row.fields.items() if field.type in JOURNALS}
    if not shown:
        return list(rows)
    texts: dict[tuple[str, str], str] = {}
    for way in sorted({_way(path) for path in shown}):
        texts |= _texts(work, rows, way, {path: field for path, field in shown.items() if _way(path) == way})
    return [_filled(row, {path: texts.get((row.sys_id, path), "") for path in shown}) for row in rows]


def _way(path: str) -> str:
    """The references that a path leads through, empty for a field of the row's own."""
    return path.rpartition(".")[0]


def _filled(row: Row, texts: Mapping[str, str]) -> Row:
    return replace(row, labels={**row.labels, **{path: text for path, text in texts.items() if path in row.fields}})


def _texts(work: Work, rows: Sequence[Row], way: str, shown: Mapping[str, Field]) -> Mapping[tuple[str, str], str]:
    """What the journals that one way leads to show, by a row's sys_id and path."""
    table, owners = _owners(work, rows, way)
    entries = _entries(work, table, sorted(set(owners.values())), listed=_listed(work, table, way, shown))
    return {
        (row, path): "".join(entries.get((owner, _key(field)), ()))
        for row, owner in owners.items()
        for path, field in shown.items()
    }


def _owners(work: Work, rows: Sequence[Row], way: str) -> tuple[str, Mapping[str, str]]:
    """The table at the end of a way, and by each row's sys_id that of the record there."""
    ids = [row.sys_id for row in rows]
    reference = work.resolve(way) if way else None
    if reference is None:
        return work.table, dict(zip(ids, ids, strict=True))
    found = (row for part in id_lists(ids) for row in work.read(work.table, f"sys_idIN{part}", ("sys_id", way)))
    return reference.reference, {str(row["sys_id"]): str(row[way]) for row in found if row[way]}


def _key(field: Field) -> str:
    return LISTED if field.type is FieldType.JOURNAL_LIST else field.element


def _listed(work: Work, table: str, way: str, shown: Mapping[str, Field]) -> frozenset[str]:
    """The journals whose entries a journal list holds: all that the caller may read, or none where no list is shown."""
    if all(field.type is FieldType.JOURNAL for field in shown.values()):
        return frozenset()
    fields = work.dictionary.fields(table)
    journals = (element for element, field in fields.items() if field.type is FieldType.JOURNAL)
    prefix = f"{way}." if way else ""
    return frozenset(each for each in journals if may_read(work.aside(), f"{prefix}{each}", some_rows=False))


def _entries(
    work: Work, table: str, records: Sequence[str], *, listed: frozenset[str]
) -> Mapping[tuple[str, str], Sequence[str]]:
    """The entries of a table's records, by sys_id and element, those of the listed journals together as well."""
    entries: dict[tuple[str, str], list[str]] = defaultdict(list)
    authors: dict[str, str] = {}
    paths = ("element_id", "element", "value", "sys_created_on", "sys_created_by")
    of_table = f"nameIN{family(work, table)}^ORDERBYDESCsys_created_on"
    for ids in id_lists(records):
        for found in work.read(TABLE, f"element_idIN{ids}^{of_table}", paths):
            author = str(found["sys_created_by"] or "")
            if author not in authors:  # few people write many entries
                authors[author] = name_of(work, author)
            entry = _entry(work, table, found, authors[author])
            entries[found["element_id"], found["element"]].append(entry)
            if found["element"] in listed:
                entries[found["element_id"], LISTED].append(entry)
    return entries


def family(work: Work, table: str) -> str:
    """Every table in which a record of this one may stand: a record of another may have the same sys_id."""
    return ",".join(sorted(work.dictionary.descendants(work.dictionary.base(table))))


def _entry(work: Work, table: str, found: Found, author: str) -> str:
    """``time - author (Work notes)``, the text, an empty line (rest 3). One that an admin wrote may lack the time."""
    written = found["sys_created_on"]
    moment = work.caller.style.shown(written.replace(tzinfo=UTC)) if isinstance(written, datetime) else ""
    field = work.dictionary.field(table, str(found["element"]))
    label = field.label if field else str(found["element"])
    return f"{moment} - {author} ({label})\n{found['value'] or ''}\n\n"


def name_of(work: Work, user_name: str) -> str:
    """What a user is called; the user ID where there is no such user, or none that the caller may read of."""
    if not work.may_name("sys_user"):
        return user_name
    for user in work.read("sys_user", f"user_name={literal(user_name)}", ("name",)):
        return str(user["name"] or user_name)
    return user_name
