"""Where the values of a query come from: the table's own columns, and those of records it points to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, select

from ..dictionary.model import Dictionary, Field
from ..dictionary.types import FieldType, Storage
from ..errors import QueryTooComplex
from ..store.columns import folded
from ..store.tables import KEY, RecordTables

MOST_STEPS = 3
"""A path may lead through this many references."""
MOST_JOINS = 40
"""SQLite joins 64 tables at most."""
DISPLAY_STEPS = 2
"""A record's display value may itself be a reference: follow this many."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A field at the end of a path, with its column where it is joined in."""

    field: Field
    column: ColumnElement[Any]
    path: str

    @property
    def storage(self) -> Storage:
        return self.field.type.storage

    @property
    def is_reference(self) -> bool:
        return self.field.type is FieldType.REFERENCE and bool(self.field.reference)


class Sources:
    """The tables that one SELECT reads, joined as paths ask for them."""

    def __init__(self, tables: RecordTables, table: str) -> None:
        self.tables = tables
        self.table = table
        self.root = tables.sql_table(table)
        self._joined: dict[tuple[str, ...], FromClause] = {(): self.root}
        self._from: FromClause = self.root

    @property
    def dictionary(self) -> Dictionary:
        return self.tables.dictionary

    @property
    def from_clause(self) -> FromClause:
        return self._from

    @property
    def of_class(self) -> ColumnElement[bool]:
        return self.tables.of_class(self.table, self.root)

    def operand(self, path: str) -> Operand | None:
        """The field that the path leads to, None where there is none that can be compared."""
        steps = path.split(".")
        if len(steps) > MOST_STEPS + 1:
            return None
        field = field_at(self.dictionary, self.table, steps)
        if field is None or field.type.is_secret or field.type.storage is Storage.VIRTUAL:
            return None
        return Operand(field, self._column(steps), path)

    def display(self, operand: Operand) -> Operand:
        """What a reference is compared and ordered by: the display value of the record it points to."""
        for _step in range(DISPLAY_STEPS):
            if not operand.is_reference:
                break
            element = self.dictionary.display_element(operand.field.reference)
            path = f"{operand.path}.{element}"
            field = self.dictionary.fields(operand.field.reference)[element]
            operand = Operand(field, self._column(path.split(".")), path)
        return operand

    def value(self, path: str) -> tuple[Field, ColumnElement[Any] | None] | None:
        """A field to show, secrets included; without a column where its value is kept elsewhere."""
        steps = path.split(".")
        field = field_at(self.dictionary, self.table, steps) if len(steps) <= MOST_STEPS + 1 else None
        if field is None:
            return None
        return field, None if field.type.storage is Storage.VIRTUAL else self._column(steps)

    def shown(self, pointer: ColumnElement[Any], target: str) -> ColumnElement[Any]:
        """The display value of the record that a shown reference points to."""
        return self.tables.keep((pointer, target), lambda: display_column(self.tables, pointer, target))

    def _column(self, steps: Sequence[str]) -> ColumnElement[Any]:
        *walk, element = steps
        table = self.table
        for depth in range(len(walk)):
            field = self.dictionary.fields(table)[walk[depth]]
            self._join(tuple(walk[: depth + 1]), table, field.reference)
            table = field.reference
        return self._joined[tuple(walk)].c[_column_name(self.tables, table, element)]

    def _join(self, walk: tuple[str, ...], table: str, target: str) -> None:
        if walk in self._joined:
            return
        if len(self._joined) > MOST_JOINS:
            raise QueryTooComplex(detail=f"A query may lead through at most {MOST_JOINS} references.")
        pointer = self._joined[walk[:-1]].c[_column_name(self.tables, table, walk[-1])]
        alias, is_it = self.tables.keep((self.table, walk), lambda: self._joinable(pointer, target))
        self._joined[walk] = alias
        self._from = self._from.outerjoin(alias, is_it)

    def _joinable(self, pointer: ColumnElement[Any], target: str) -> tuple[FromClause, ColumnElement[bool]]:
        alias = self.tables.sql_table(target).alias()
        return alias, and_(folded(alias.c[KEY]) == folded(pointer), self.tables.of_class(target, alias))


def field_at(dictionary: Dictionary, table: str, steps: Sequence[str]) -> Field | None:
    """Follow a path of references; None where a step does not exist."""
    *walk, last = steps
    for step in walk:
        field = dictionary.field(table, step)
        if field is None or not field.reference or field.type is not FieldType.REFERENCE:
            return None
        table = field.reference
    return dictionary.field(table, last)


def display_column(
    tables: RecordTables, pointer: ColumnElement[Any], target: str, steps: int = DISPLAY_STEPS
) -> ColumnElement[Any]:
    """The display value of the record that a column points to, looked up beside the joins: it never counts as one."""
    dictionary = tables.dictionary
    record = tables.sql_table(target).alias()
    element = dictionary.display_element(target)
    field = dictionary.fields(target)[element]
    shown: ColumnElement[Any] = record.c[_column_name(tables, target, element)]
    if field.type is FieldType.REFERENCE and field.reference and steps > 1:
        shown = display_column(tables, shown, field.reference, steps - 1)
    found = select(shown).where(folded(record.c[KEY]) == folded(pointer), tables.of_class(target, record))
    return found.scalar_subquery()


def _column_name(tables: RecordTables, table: str, element: str) -> str:
    name = tables.column_name(table, element)
    if name is None:
        raise LookupError(f"{table}.{element} has no column")
    return name
