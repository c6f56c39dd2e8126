"""What has happened to a record, newest first: its creation, files, journal entries, and the changes the audit noted.

Journals and audit hold what is not everybody's, so the instance itself reads them here and tells no more than the
record itself would tell this caller: of fields that may be read in this very record, and never of a secret.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ...shared.ids import SYS_ID
from ..dictionary.model import Field
from ..dictionary.types import FieldType, Storage
from ..query import parse, select_records
from ..query.context import QueryContext
from ..store.collation import fold
from ..store.store import StoredRow
from . import audit, journal
from .attachment_rules import TABLE as FILES
from .field_reading import may_read, whole_table_readable
from .lists import Names, names_of
from .reading import read_one
from .row import FieldValue, Row
from .work import Work

MOST = 250
"""Rows of either kind that are looked at (G; the platform has the property ``glide.history.max_entries``)."""
FIELD_CHANGES, CREATED, ATTACHED = "Field changes", "Created", "Attachment uploaded"
"""What an activity is called that is no journal's entry (G)."""
NAMED = frozenset({FieldType.REFERENCE, FieldType.LIST})


@dataclass(frozen=True, slots=True)
class Change:
    """A field that has changed, as the caller reads values."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Activity:
    """What one person did at one moment: made the record, attached a file, wrote an entry, or changed fields."""

    moment: datetime
    author: str
    label: str
    """The journal field's, or one of those above."""
    text: str = ""
    """What was written; a file's name."""
    changes: Sequence[Change] = ()
    element: str = ""
    """The journal field, of an entry."""
    file: str = ""
    """The attachment's sys_id, of a file."""


def read_activities(work: Work, sys_id: str) -> Sequence[Activity]:
    """The newest activities of a record. Raises what reading the record does."""
    record = read_one(work, sys_id, None, named=False)
    shown = {path: value.field for path, value in record.values.items() if not value.field.type.is_secret}
    authors = _Authors(work)
    # Each comes newest first, and the sort keeps that order within a second: so the creation stands below all others.
    found = [
        *_entries(work, record.sys_id, shown, authors),
        *_files(work, record.sys_id, authors),
        *_changes(work, record.sys_id, shown, authors),
        *_creation(record, authors),
    ]
    return sorted(found, key=lambda each: each.moment, reverse=True)[:MOST]


class _Authors:
    """Names of users by their user IDs; few people write many entries."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._names: dict[str, str] = {}

    def name(self, user_name: str) -> str:
        if user_name not in self._names:
            self._names[user_name] = journal.name_of(self._work, user_name)
        return self._names[user_name]


def _entries(work: Work, sys_id: str, shown: Mapping[str, Field], authors: _Authors) -> Iterator[Activity]:
    journals = [element for element, each in shown.items() if each.type is FieldType.JOURNAL]
    if not journals:
        return
    query = f"element_id={sys_id}^nameIN{journal.family(work, work.table)}^elementIN{','.join(journals)}"
    paths = ("element", "value", "sys_created_on", "sys_created_by")
    for found in _newest(work, journal.TABLE, f"{query}^ORDERBYDESCsys_created_on", paths):
        author = authors.name(str(found["sys_created_by"] or ""))
        field = shown[fold(found["element"])]
        text = str(found["value"] or "")
        yield Activity(_second(found["sys_created_on"]), author, field.label, text=text, element=field.element)


def _files(work: Work, sys_id: str, authors: _Authors) -> Iterator[Activity]:
    """The files that are still attached. Whoever reads the record may read them (rest 6), unless a rule says less."""
    aside = work.aside()
    paths = ("sys_id", "file_name", "sys_created_on", "sys_created_by")
    readable = whole_table_readable(aside, FILES)
    if not readable or not all(may_read(aside, path, some_rows=False, table=FILES) for path in paths):
        return
    query = f"table_sys_id={sys_id}^table_nameIN{journal.family(work, work.table)}^ORDERBYDESCsys_created_on"
    for found in _newest(work, FILES, query, paths):
        author, name = authors.name(str(found["sys_created_by"] or "")), str(found["file_name"] or "")
        yield Activity(_second(found["sys_created_on"]), author, ATTACHED, text=name, file=str(found["sys_id"]))


def _creation(record: Row, authors: _Authors) -> Iterator[Activity]:
    """As the record's own stamp has it, where that may be read: nothing is audited of it."""
    stamp, author = (record.values.get(each) for each in ("sys_created_on", "sys_created_by"))
    if stamp is not None and author is not None and stamp.native is not None:
        yield Activity(_second(stamp.native), authors.name(author.value), CREATED)


def _changes(work: Work, sys_id: str, shown: Mapping[str, Field], authors: _Authors) -> Iterator[Activity]:
    """One activity for each write: its moment, its author and how often the record had been written by then."""
    query = f"documentkey={sys_id}^tablenameIN{journal.family(work, work.table)}^fieldnameIN{','.join(shown)}"
    order = "^ORDERBYDESCsys_created_on^ORDERBYDESCrecord_checkpoint"  # several writes fit into one second
    paths = ("fieldname", "oldvalue", "newvalue", "user", "record_checkpoint", "sys_created_on")
    rows = _newest(work, audit.CHANGES, query + order, paths)
    names = _names(work, rows, shown)
    writes: dict[tuple[datetime, str, Any], list[Change]] = defaultdict(list)
    for row in rows:
        field = shown[fold(row["fieldname"])]
        old, new = (_displayed(work, field, str(row[each] or ""), names) for each in ("oldvalue", "newvalue"))
        write = (_second(row["sys_created_on"]), str(row["user"] or ""), row["record_checkpoint"])
        writes[write].append(Change(field.label, old, new))
    for (moment, user_name, _checkpoint), changes in writes.items():
        ordered = sorted(changes, key=lambda each: each.label)
        yield Activity(moment, authors.name(user_name), FIELD_CHANGES, changes=ordered)


def _newest(work: Work, table: str, query: str, paths: Sequence[str]) -> Sequence[StoredRow]:
    selection = select_records(
        work.snapshot.tables,
        table,
        parse(query),
        paths=paths,
        context=QueryContext(),
        limit=MOST,
        named=False,
    )
    return [row for row in work.store.rows(work.connection, selection.rows) if row["sys_created_on"] is not None]


def _second(moment: object) -> datetime:
    """When it was, to the second: what one write did carries one moment."""
    assert isinstance(moment, datetime)
    return moment.replace(tzinfo=UTC, microsecond=0)


def _names(work: Work, rows: Sequence[StoredRow], shown: Mapping[str, Field]) -> Names:
    """What the records are called to which fields have pointed."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        field = shown[fold(row["fieldname"])]
        if field.type in NAMED and field.reference:
            for value in (str(row["oldvalue"] or ""), str(row["newvalue"] or "")):
                wanted[field.reference].update(filter(SYS_ID.fullmatch, value.split(",")))
    return names_of(work, wanted)


def _displayed(work: Work, field: Field, raw: str, names: Names) -> str:
    """The audit's text of a value as the caller reads such values."""
    label, native = None, _native(field, raw)
    if field.type in NAMED and field.reference:
        label = ", ".join(names.get((field.reference, each), each) for each in raw.split(","))
    elif field.type is FieldType.CLASS_NAME and raw in work.dictionary.tables:
        label = work.dictionary.table(raw).label
    return FieldValue(field, native, label).display(work.caller.style)


def _native(field: Field, raw: str) -> str | int | date | datetime | None:
    """The value that the text stands for; the text itself where the field was of another type by then."""
    try:
        if raw and field.type.storage is Storage.DATE:
            return date.fromisoformat(raw)
        if raw and field.type.storage is Storage.DATE_TIME:
            return datetime.fromisoformat(raw).replace(tzinfo=UTC)
        return int(raw) if raw and field.type is FieldType.DURATION else raw or None
    except ValueError:
        return raw
