"""The SQL tables behind a dictionary: one a hierarchy, compiled lazily and shared in the process.

An equal Table of another MetaData would compile all its statements anew, so hierarchies of equal structure share one
Table, found by a digest of that structure; nothing of it lies in the metadata of the ORM.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Column, ColumnElement, Index, MetaData, Select, Table, exists, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.expression import FromClause, true

from ...shared.kept import Keeper
from ...shared.postgresql import identifier
from ..dictionary.model import Dictionary
from ..dictionary.types import Storage
from .collation import fold, folded, index_key
from .columns import SQL_TYPES

CLASS = "sys_class_name"
KEY = "sys_id"
CONDITION = "ticketlab_condition"
"""Where an index of a hierarchy bears the condition that its rows meet."""
MOST_KEPT = 500
MOST_KNOWN = 8
"""Dictionaries whose SQL side is kept in a process."""


@dataclass(frozen=True)
class Hierarchy:
    """The structure of one hierarchy: what its SQL table is made from, and nothing else."""

    base: str
    columns: tuple[tuple[str, Storage], ...]
    """Names and storage of the SQL columns."""
    names: tuple[tuple[tuple[str, str], str], ...]
    """The column of each field, by declaring table and element."""
    indexes: tuple["HierarchyIndex", ...]

    @cached_property
    def column_names(self) -> Mapping[tuple[str, str], str]:
        return dict(self.names)


@dataclass(frozen=True)
class HierarchyIndex:
    name: str
    columns: tuple[str, ...]
    unique: bool = False
    classes: tuple[str, ...] = ()
    """A unique index binds these classes only."""
    dialect: str = ""
    """The one kind of database that needs it; empty: all do."""


def structure(dictionary: Dictionary, base: str) -> Hierarchy:
    """Work out the columns and indexes of the hierarchy below ``base``."""
    members = sorted(dictionary.descendants(base), key=lambda name: (len(dictionary.chain(name)), name))
    columns: dict[str, Storage] = {}
    names: dict[tuple[str, str], str] = {}
    for name in members:
        for element, field in dictionary.table(name).fields.items():
            storage = field.type.storage
            if storage is Storage.VIRTUAL:
                continue
            column = identifier(element)
            if columns.get(column, storage) is not storage:
                column = identifier(f"{element}__{name}")
            columns[column] = storage
            names[name, element] = column
    return Hierarchy(
        base, tuple(columns.items()), tuple(names.items()), tuple(_indexes(dictionary, base, members, names))
    )


def _indexes(
    dictionary: Dictionary, base: str, members: Sequence[str], names: Mapping[tuple[str, str], str]
) -> Sequence[HierarchyIndex]:
    """In a hierarchy each starts with the class, each that is not unique ends with sys_id.

    One more gives the records of a class in the order that lists have by default. In SQLite the primary key finds a
    record by its sys_id; in PostgreSQL it does not, for sys_ids are compared folded.
    """
    has_class = (base, CLASS) in names
    key = identifier(f"unique_{base}_{KEY}")
    found = [HierarchyIndex(key, (KEY,), unique=True, dialect="postgresql")]
    if has_class and len(members) > 1:
        found.append(HierarchyIndex(identifier(f"index_{base}_{CLASS}"), (CLASS, KEY)))
    for name in members:
        for index in dictionary.table(name).indexes:
            columns = tuple(_column_name(dictionary, names, name, element) for element in index.elements)
            kind = "unique" if index.unique else "index"
            full_name = identifier("_".join((kind, name, *index.elements)))
            if index.unique:
                classes = tuple(sorted(dictionary.descendants(name))) if name != base else ()
                found.append(HierarchyIndex(full_name, columns, unique=True, classes=classes))
            else:
                found.append(HierarchyIndex(full_name, (*([CLASS] if has_class else []), *columns, KEY)))
    return found


def _column_name(dictionary: Dictionary, names: Mapping[tuple[str, str], str], table: str, element: str) -> str:
    return next(names[each.name, element] for each in dictionary.chain(table) if (each.name, element) in names)


_compiled: WeakValueDictionary[str, Table] = WeakValueDictionary()
"""As long as any dictionary in use has such a hierarchy: one that changes again and again leaves nothing behind."""
_compiling = Lock()


def compiled(hierarchy: Hierarchy) -> Table:
    """The SQL table of a hierarchy, the same object for the same structure."""
    digest = hashlib.sha256(repr(hierarchy).encode()).hexdigest()
    with _compiling:
        table = _compiled.get(digest)
        if table is None:
            table = _compiled[digest] = _compile(hierarchy)
        return table


def _compile(hierarchy: Hierarchy) -> Table:
    columns: list[Column[Any]] = [
        Column(name, SQL_TYPES[storage], primary_key=name == KEY, nullable=name != KEY)
        for name, storage in hierarchy.columns
    ]
    table = Table(identifier(hierarchy.base), MetaData(), *columns)
    for index in hierarchy.indexes:
        where = {CONDITION: table.c[CLASS].in_(index.classes)} if index.classes else {}
        made = Index(
            index.name,
            *(index_key(table.c[column]) for column in index.columns),
            unique=index.unique,
            info=where,
        )
        if index.dialect:
            made.ddl_if(dialect=index.dialect)
    return table


@compiles(CreateIndex)
def _create_index(create: CreateIndex, compiler: DDLCompiler, **given: Any) -> str:
    """Give an index its condition in its dialect's own option: naming PostgreSQL's imports that dialect."""
    index = create.element
    if CONDITION in index.info:
        index.dialect_kwargs[f"{compiler.dialect.name}_where"] = index.info[CONDITION]
    return str(compiler.visit_create_index(create, **given))  # type: ignore[no-untyped-call]


class RecordTables(Keeper):
    """The SQL side of one dictionary; an alias of a wide table costs a thousand times what finding a kept one does."""

    def __init__(self, dictionary: Dictionary) -> None:
        super().__init__(MOST_KEPT)
        self.dictionary = dictionary
        self._hierarchies: dict[str, Hierarchy] = {}
        self._tables: dict[str, Table] = {}
        self._columns: dict[str, Mapping[str, str]] = {}
        self._classes: dict[str, tuple[str, ...]] = {}

    @cached_property
    def digest(self) -> str:
        """What tells this structure from any other."""
        content = "\n".join(repr(self.hierarchy(base)) for base in self.bases())
        return hashlib.sha256(content.encode()).hexdigest()

    def bases(self) -> Sequence[str]:
        """The root of every hierarchy."""
        return sorted(name for name, table in self.dictionary.tables.items() if not table.extends)

    def hierarchy(self, table: str) -> Hierarchy:
        base = self.dictionary.base(table)
        if base not in self._hierarchies:
            self._hierarchies[base] = structure(self.dictionary, base)
        return self._hierarchies[base]

    def sql_table(self, table: str) -> Table:
        """The SQL table that holds the records of ``table``. Raises InvalidTable."""
        base = self.dictionary.base(table)
        if base not in self._tables:
            self._tables[base] = compiled(self.hierarchy(base))
        return self._tables[base]

    def column_name(self, table: str, element: str) -> str | None:
        """The SQL column of a field, None for a field that has none."""
        return self.column_names(table).get(element)

    def column_names(self, table: str) -> Mapping[str, str]:
        """The SQL column of each field that has one."""
        found = self._columns.get(table)
        if found is None:
            names = self.hierarchy(table).column_names
            chain = self.dictionary.chain(table)
            nearest = {element: each.name for each in reversed(chain) for element in each.fields}
            columns = {element: names.get((name, element)) for element, name in nearest.items()}
            found = self._columns[table] = {element: name for element, name in columns.items() if name is not None}
        return found

    def classes(self, table: str) -> Sequence[str]:
        """The classes of the records of ``table``: its own and those of tables that extend it.

        Empty where the hierarchy has no column that tells them apart, and for a union, which shows those of others.
        """
        if CLASS not in self.sql_table(table).c or self.dictionary.table(table).union_of:
            return ()
        return sorted(self.dictionary.descendants(table))

    def inhabited(self, table: str) -> Select[*tuple[bool, ...]]:
        """Asks of each class of ``table``, in the order of ``classes``, whether there is any record of it."""
        source = self.sql_table(table)
        of = (folded(source.c[CLASS]) == fold(name) for name in self.classes(table))
        return select(*(exists(select(literal(1)).select_from(source).where(each)) for each in of))

    def of_class(self, table: str, source: FromClause) -> ColumnElement[bool]:
        """Which rows of the hierarchy are records of ``table``: its own and those of tables that extend it."""
        if not self.dictionary.table(table).extends:
            return true()
        classes = self.classes(table)
        column = folded(source.c[CLASS])
        if len(classes) == 1:
            return column == classes[0]
        # As single parameters: a list would be written into the SQL anew for each execution.
        return column.in_([literal(name) for name in classes])


_known: OrderedDict[int, RecordTables] = OrderedDict()


def record_tables(dictionary: Dictionary) -> RecordTables:
    """The SQL side of a dictionary, the same object for the same dictionary, as long as it is among the last used."""
    with _compiling:
        tables = _known.get(id(dictionary))  # it holds its dictionary, so that no other one gets this id
        if tables is None:
            tables = _known[id(dictionary)] = RecordTables(dictionary)
        _known.move_to_end(id(dictionary))
        while len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
        return tables
