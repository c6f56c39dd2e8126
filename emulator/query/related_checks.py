"""The checks that look at other records, in SQL: SELECTs within the WHERE."""

from collections.abc import Mapping

from sqlalchemy import Select, func, select

from ..dictionary.types import Storage
from ..store.collation import folded
from ..store.tables import KEY
from .checks import COMPARISONS, Asked, Sql, SqlCheck, comparable
from .predicates import Check
from .sources import Sources


def _related(asked: Asked) -> Sql:
    return comparable(asked.column, asked.storage).in_(_pointers(asked))


def _not_related(asked: Asked) -> Sql:
    return comparable(asked.column, asked.storage).not_in(_pointers(asked))


def _pointers(asked: Asked) -> Select[tuple[object]]:
    """The values that the other records have in the field; of a count, those that so many of them have."""
    table, path, *counted = asked.other
    sources = Sources(asked.sources.tables, table, within=True)
    pointer = comparable(sources.column(path), asked.storage)
    conditions = [sources.of_class, pointer.is_not(None), *asked.within(sources)]
    found = select(pointer).select_from(sources.from_clause).where(*conditions)
    if not counted:
        return found
    compared = [
        COMPARISONS[Check[each]](func.count(), bound) for each, bound in zip(counted, asked.bounds, strict=True)
    ]
    return found.group_by(pointer).having(*compared)


def _below(asked: Asked) -> Sql:
    """One of the records, or one that leads to it by its parents. A circle of parents ends where it began."""
    table, element = asked.other
    tables = asked.sources.tables
    top = Sources(tables, table, within=True)
    below = select(folded(top.root.c[KEY]).label(KEY)).where(top.key.in_(asked.bounds[0]), top.of_class)
    found = below.cte(recursive=True)
    child = Sources(tables, table, within=True)
    parent = folded(child.column(element))
    found = found.union(
        select(folded(child.root.c[KEY]))
        .select_from(child.root)
        .join(found, parent == found.c[KEY])
        .where(child.of_class)
    )
    return comparable(asked.column, Storage.TEXT).in_(select(found.c[KEY]))


RELATED_CHECKS: Mapping[Check, SqlCheck] = {
    Check.RELATED: _related,
    Check.NOT_RELATED: _not_related,
    Check.BELOW: _below,
}
