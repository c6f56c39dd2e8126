"""Data lookups: fields worked out of others by the rows of a matcher table (platform 5.2, D: incident priority)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..dictionary.model import Dictionary
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


def load_lookups(read: ReadTable, dictionary: Dictionary) -> Sequence[Lookup]:
    """Those that can be looked up: one that names a field which its matcher table has not does nothing."""
    paths = ("sys_id", "name", "source_table", "matcher_table", "match_fields", "set_fields")
    rows = read(DEFINITIONS, "active=true^ORDERBYname^ORDERBYsys_id", paths)
    found = (_lookup(read, dictionary, {path: row[path] or "" for path in paths}) for row in rows)
    return [each for each in found if each is not None]


def _lookup(read: ReadTable, dictionary: Dictionary, row: Mapping[str, str]) -> Lookup | None:
    match, given = (tuple(row[key].split(",")) for key in ("match_fields", "set_fields"))
    if row["matcher_table"] not in LOOKUP_TABLES or {*match, *given} - dictionary.fields(row["matcher_table"]).keys():
        return None
    rows: dict[tuple[Native, ...], tuple[Native, ...]] = {}
    for found in read(row["matcher_table"], "active=true^ORDERBYorder^ORDERBYsys_id", (*match, *given)):
        rows.setdefault(tuple(found[each] for each in match), tuple(found[each] for each in given))
    return Lookup(row["name"], f"{DEFINITIONS}.{row['sys_id']}", row["source_table"], match, given, rows)
