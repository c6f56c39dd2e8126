"""Data lookups: fields worked out of others by the rows of a matcher table (platform 5.2, D: incident priority)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..dictionary.rows import ReadTable
from ..store.store import Native

DEFINITIONS = "dl_definition"
LOOKUP_TABLES = frozenset({DEFINITIONS, "dl_u_priority"})


@dataclass(frozen=True)
class Lookup:
    """A definition with its rows: the values looked for, and those to set."""

    name: str
    record: str
    table: str
    match: Sequence[str]
    set: Sequence[str]
    rows: Mapping[tuple[Native, ...], tuple[Native, ...]]


def load_lookups(read: ReadTable) -> Sequence[Lookup]:
    paths = ("sys_id", "name", "source_table", "matcher_table", "match_fields", "set_fields")
    return [
        _lookup(read, {path: row[path] or "" for path in paths})
        for row in read(DEFINITIONS, "active=true^ORDERBYname^ORDERBYsys_id", paths)
        if row["matcher_table"] in LOOKUP_TABLES
    ]


def _lookup(read: ReadTable, row: Mapping[str, str]) -> Lookup:
    match, given = (tuple(row[key].split(",")) for key in ("match_fields", "set_fields"))
    rows: dict[tuple[Native, ...], tuple[Native, ...]] = {}
    for found in read(row["matcher_table"], "active=true^ORDERBYorder^ORDERBYsys_id", (*match, *given)):
        rows.setdefault(tuple(found[each] for each in match), tuple(found[each] for each in given))
    return Lookup(row["name"], f"{DEFINITIONS}.{row['sys_id']}", row["source_table"], match, given, rows)
