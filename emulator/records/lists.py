"""List fields hold sys_ids, comma-separated; shown, they are the display values of those records (rest 3, G)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ...shared.ids import SYS_ID
from ..dictionary.types import FieldType
from .id_lists import id_lists
from .row import FieldValue, Row
from .work import Work

Names = Mapping[tuple[str, str], str]
"""Display values by table and sys_id."""


def with_names(work: Work, rows: Sequence[Row]) -> list[Row]:
    """The rows with the names of what their list fields hold as display value.

    What is no record's sys_id, such as an e-mail address, stands as it is.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for _path, value in _lists(rows):
        wanted[value.field.reference].update(filter(SYS_ID.fullmatch, value.value.split(",")))
    if not wanted:
        return list(rows)
    names = names_of(work, wanted)
    return [_filled(row, names) for row in rows]


def names_of(work: Work, wanted: Mapping[str, Collection[str]]) -> Names:
    """What records are called, given as sys_ids by table; those of tables that the caller may not read are missing."""
    return {
        (table, sys_id): name
        for table, sys_ids in wanted.items()
        for sys_id, name in _names(work, table, sorted(sys_ids))
    }


def _lists(rows: Sequence[Row]) -> Iterator[tuple[str, FieldValue]]:
    for row in rows:
        for path, value in row.values.items():
            if value.field.type is FieldType.LIST and value.field.reference and value.native:
                yield path, value


def _names(work: Work, table: str, sys_ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    if table not in work.dictionary.tables or not work.may_name(table):
        return
    element = work.dictionary.display_element(table)
    for ids in id_lists(sys_ids):
        for found in work.read(table, f"sys_idIN{ids}", ("sys_id", element)):
            yield str(found["sys_id"]), str(found[element] or "")


def _filled(row: Row, names: Names) -> Row:
    labels = {
        path: ", ".join(names.get((value.field.reference, each), each) for each in value.value.split(","))
        for path, value in _lists([row])
    }
    return replace(row, labels={**row.labels, **labels}) if labels else row
