"""The statements of one plan.

Every index of a hierarchy begins with the class (store/tables.py). A table whose records are of several classes gets
its pages by merging: of each class the first records in order, as its index gives them, and of these the first of all.
A single SELECT over the classes would sort every record that matches.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import islice
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, null, select, union_all

from ..dictionary.types import Storage
from ..store.collation import folded_result
from ..store.tables import CLASS, KEY, RecordTables
from .conditions import Conditions, order_keys, parameters, value_names
from .paths import field_at, is_reference, shown_field
from .predicates import Condition, each_predicate, shape, values
from .sources import Sources

DISPLAY = "§display"
Labels = tuple[ColumnElement[Any], ...]
MOST_CLASSES = 24
"""Each repeats the query's values, of which a database takes some 32,000 in a statement."""


@dataclass(frozen=True)
class Plan:
    """Everything that decides about the statements, and the values that do not."""

    table: str
    condition: Condition
    restrictions: tuple[Condition, ...]
    orders: tuple[tuple[str, bool], ...]
    paths: tuple[str, ...]
    limited: bool
    skips: bool
    named: bool
    classes: tuple[str, ...] = ()
    """The only ones that there are records of; none when that is not known."""

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        restrictions = tuple(map(shape, self.restrictions))
        return (
            self.table,
            shape(self.condition),
            restrictions,
            self.orders,
            self.paths,
            self.limited,
            self.skips,
            self.named,
            self.classes,
        )

    @property
    def cuts_before_restricting(self) -> bool:
        return bool(self.restrictions) and (self.limited or self.skips)

    @property
    def asks_own_fields(self) -> bool:
        """Whether an index may serve the query: it leads to no other record, and names none by its key."""
        predicates = list(each_predicate(self.condition))
        paths = [*(each.path for each in predicates), *(path for path, _descending in self.orders)]
        return not any("." in path or path == KEY for path in paths) and not any(each.condition for each in predicates)

    def values(self) -> dict[str, Any]:
        names = value_names()
        found: dict[str, Any] = {}
        for condition in (self.condition, *self.restrictions):
            found.update(parameters(condition, names))
        return found


class Statements:
    """The statements of a plan, each built when it is first asked for."""

    def __init__(self, tables: RecordTables, plan: Plan) -> None:
        self._tables = tables
        self._plan = plan
        self._parts = [_Part(tables, plan, each) for each in _classes(tables, plan) or (None,)]

    @cached_property
    def count(self) -> Select[Any]:
        counts = [part.select(func.count()) for part in self._parts]
        return counts[0] if len(counts) == 1 else select(reduce(add, (each.scalar_subquery() for each in counts)))

    @cached_property
    def rows(self) -> Select[Any]:
        first = self._parts[0]
        if len(self._parts) > 1:
            keys = self._merged()
        elif self._plan.cuts_before_restricting:
            keys = self._cut(first.in_order(first.root_key))
        else:
            return self._cut(self._restricted(first.sources, first.conditions))
        shown = Sources(self._tables, self._plan.table)
        return self._restricted(shown, [shown.root.c[KEY].in_(keys)])

    @property
    def paths(self) -> tuple[str, ...]:
        return self._plan.paths

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The labels of the rows' columns."""
        return tuple(each["name"] for each in self.rows.column_descriptions)  # selected_columns would be kept

    def _merged(self) -> Select[Any]:
        """The keys of the page, from those that each class could contribute."""
        merged = union_all(*(select(part.contribution()) for part in self._parts)).subquery()
        keys: list[ColumnElement[Any]] = []
        descending = False
        for number, (path, descending) in enumerate(self._plan.orders):
            storage = _storage(self._tables, self._plan.table, path)
            keys.extend(order_keys(merged.c[f"order_{number}"], storage, descending=descending, fold=folded_result))
        keys.append(_last_key(folded_result(merged.c[KEY]), descending=descending))
        return self._cut(select(merged.c[KEY]).order_by(*keys))

    def _restricted(self, sources: Sources, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        """The rows of these conditions that also fulfil every restriction."""
        own = sum(1 for _value in values(self._plan.condition))
        restricting = Conditions(sources, islice(value_names(), own, None))
        restricted = [part for each in self._plan.restrictions for part in restricting.build(each)]
        statement = select(*self._columns(sources)).order_by(*_order(sources, self._plan))
        return statement.select_from(sources.from_clause).where(*conditions, *restricted)

    def _cut(self, statement: Select[Any]) -> Select[Any]:
        if self._plan.limited:
            statement = statement.limit(bindparam("limit", type_=Integer))
        if self._plan.skips:
            statement = statement.offset(bindparam("offset", type_=Integer))
        return statement

    def _columns(self, sources: Sources) -> Iterator[ColumnElement[Any]]:
        """Each path once, the display values of references, always the key and the class.

        The labels of a table's own fields are made once for all its statements: they are most of what one weighs.
        """
        kept = self._tables.keep(("labels", self._plan.table, self._plan.named), dict[str, Labels])
        for path in self._plan.paths:
            labels = kept.get(path)
            if labels is None:
                labels = tuple(self._labels(sources, path))
                if "." not in path:
                    kept[path] = labels
            yield from labels
        if KEY not in self._plan.paths:
            yield sources.root.c[KEY].label(KEY)
        if CLASS not in self._plan.paths:
            own = sources.root.c[CLASS] if CLASS in sources.root.c else literal(self._plan.table)
            yield own.label(CLASS)

    def _labels(self, sources: Sources, path: str) -> Iterator[ColumnElement[Any]]:
        field = shown_field(self._tables.dictionary, self._plan.table, path)
        if field is None or field.type.storage is Storage.VIRTUAL:
            yield null().label(path)
            return
        column = sources.root.c[CLASS] if path == CLASS else sources.column(path)
        yield column.label(path)
        if self._plan.named and is_reference(field):
            yield sources.shown(column, field.reference).label(f"{path}.{DISPLAY}")


class _Part:
    """The records that match: those of one class, or all of them."""

    def __init__(self, tables: RecordTables, plan: Plan, only: str | None) -> None:
        self.sources = Sources(tables, plan.table, only=only)
        self.conditions = [self.sources.of_class, *Conditions(self.sources, value_names()).build(plan.condition)]
        self._plan = plan

    @property
    def root_key(self) -> ColumnElement[Any]:
        return self.sources.root.c[KEY]

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        return select(*columns).select_from(self.sources.from_clause).where(*self.conditions)

    def in_order(self, *columns: ColumnElement[Any]) -> Select[Any]:
        keys = _order(self.sources, self._plan)
        return self.select(*columns).order_by(*keys)

    def contribution(self) -> Any:
        """Keys of the first records, as many as the page may need, with what they are ordered by."""
        orders = (self.sources.column(path) for path, _descending in self._plan.orders)
        columns = [column.label(f"order_{number}") for number, column in enumerate(orders)]
        return self.in_order(self.root_key, *columns).limit(bindparam("reach", type_=Integer)).subquery()


def _classes(tables: RecordTables, plan: Plan) -> Sequence[str]:
    """The classes whose records are found apart: where an index of each helps, and there are not too many."""
    classes = plan.classes or tables.classes(plan.table)
    return classes if plan.limited and len(classes) <= MOST_CLASSES and plan.asks_own_fields else ()


def _order(sources: Sources, plan: Plan) -> list[ColumnElement[Any]]:
    """Ends with sys_id in the direction of the last key, so that pages neither lose nor repeat a record."""
    descending = False
    keys: list[ColumnElement[Any]] = []
    for path, descending in plan.orders:
        storage = _storage(sources.tables, plan.table, path)
        keys.extend(order_keys(sources.column(path), storage, descending=descending))
    return [*keys, _last_key(sources.key, descending=descending)]


def _last_key(key: ColumnElement[Any], *, descending: bool) -> ColumnElement[Any]:
    """It is never empty; saying where empty ones would come lets PostgreSQL use the index, which says so."""
    return key.desc().nulls_last() if descending else key.asc().nulls_first()


def _storage(tables: RecordTables, table: str, path: str) -> Storage:
    field = field_at(tables.dictionary, table, path.split("."))
    return field.type.storage if field is not None else Storage.TEXT
