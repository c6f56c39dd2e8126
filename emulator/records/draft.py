"""A record on its way into the database: what rules and policies look at, and change, before it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...shared.database import taken_back
from ..dictionary.types import Storage
from ..query import literal, parse
from ..query.calls import resolve
from ..query.values import ImpossibleValue
from ..store.store import Native
from .coerce import Input, Unfit, coerce
from .conditions import compile_condition
from .row import raw_text
from .work import Work

IDENTITY = frozenset({"sys_id", "sys_class_name"})
"""Which record this is, and of what kind: no rule and no lookup makes another one of it."""


@dataclass
class Draft:
    """``values`` are those of every field as they are to be, ``before`` as they are stored: empty for a new record.

    ``entries`` are to be appended to the journals. Whatever is changed here is written, checked and audited.
    """

    work: Work
    table: str
    sys_id: str
    values: dict[str, Native]
    before: Mapping[str, Native] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    """The fields that the writer named himself."""

    @property
    def is_new(self) -> bool:
        return not self.before

    @property
    def changed(self) -> dict[str, Native]:
        """The fields whose value is to be another than the stored one."""
        return {element: value for element, value in self.values.items() if self.before.get(element) != value}

    @property
    def writes_anything(self) -> bool:
        return bool(self.changed or self.entries)

    def has(self, element: str) -> bool:
        return element in self.work.dictionary.fields(self.table)

    def raw(self, element: str) -> str:
        """The value as the wire writes it."""
        return raw_text(self.values.get(element))

    def was(self, element: str) -> Native:
        return self.before.get(element)

    def changes(self, element: str) -> bool:
        return element in self.entries or self.values.get(element) != self.before.get(element)

    def set(self, element: str, value: Native) -> None:
        """Give a field its value, if the table has such a field."""
        if self.has(element) and element not in IDENTITY:
            self.values[element] = value

    def give(self, element: str, text: str) -> None:
        """Give a field the value that a rule writes as text; what cannot be one is dropped."""
        known = self.work.dictionary.field(self.table, element)
        if known is None or element in IDENTITY:
            return
        try:
            value = resolve(text, self.work.context, known.type.storage)
        except ImpossibleValue:
            value = ""
        try:
            native = coerce(known, value, Input(), self.work.find_by_display)
        except Unfit:
            return
        if known.type.storage is not Storage.VIRTUAL:
            self.values[element] = native
        elif native:
            self.entries[element] = str(native)

    def value_of(self, path: str) -> Native:
        """The value at the end of a path, which may lead through references to other records."""
        element, _, rest = path.partition(".")
        value = self.entries.get(element) or self.values.get(element)
        if not rest or value is None:
            return value if not rest else None
        known = self.work.dictionary.field(self.table, element)
        if known is None or not known.reference:
            return None
        found = self.work.read(known.reference, f"sys_id={literal(str(value))}", (rest,))
        return next((row[rest] for row in found), None)

    def matches(self, query: str) -> bool:
        """Whether the record, as it is to be, fulfils an encoded query."""
        if not query:
            return True
        kept = self.work.snapshot.conditions
        condition = kept.get((self.table, query))
        if condition is None:
            condition = compile_condition(self.work.dictionary, self.table, query, self.work.context)
            if condition.lasting:
                kept[self.table, query] = condition
        return condition.holds(self)

    def matches_when_written(self, query: str) -> bool:
        """Ask the database, by writing the draft and taking it back."""
        with taken_back(self.work.connection):
            self.write()
            return self.work.matches(self.table, self.sys_id, query)

    def write(self) -> None:
        """Put it into the database. Raises IntegrityError where a unique index refuses it."""
        work, tables = self.work, self.work.snapshot.tables
        if self.is_new:
            work.store.insert(work.connection, tables, self.table, self.values)
        elif self.changed:
            work.store.update(work.connection, tables, self.table, self.sys_id, self.changed)

    def equalities(self, template: str) -> Mapping[str, str]:
        """What a rule's *Set field values* says, by element."""
        return {term.field: term.value for term in parse(template).terms}
