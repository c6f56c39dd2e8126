"""What exists: tables, their fields, choices and inheritance, as values.

Compiled once from dictionary rows (see rows.py) and never changed: a changed row makes a new Dictionary.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..errors import InvalidTable
from .types import FieldType, Storage

MOST_DIGITS = 32
"""A number has no more leading zeros than this, whatever its sys_number record says."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    sequence: int = 0
    inactive: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One element of a table. ``table`` is the table that declares it."""

    table: str
    element: str
    type: FieldType
    label: str
    max_length: int = 40
    mandatory: bool = False
    read_only: bool = False
    display: bool = False
    reference: str = ""
    """The table that a reference field points to."""
    default: str = ""
    """The raw value given on insert when the writer gives none."""
    choices: tuple[Choice, ...] = ()

    @property
    def can_be_shown(self) -> bool:
        """Whether a record has a value of it that may stand in a column: no secret, and nothing held elsewhere."""
        return not self.type.is_secret and self.type.storage is not Storage.VIRTUAL

    def choice_label(self, value: str) -> str:
        """The label of a choice value; a value that is no choice is its own label."""
        return next((choice.label for choice in self.choices if choice.value == value), value)

    def choice_called(self, label: str) -> str | None:
        """The value of the first choice with this label, in whatever case; None when there is none."""
        return next((choice.value for choice in self.choices if choice.label.lower() == label.lower()), None)

    def choice_meant(self, text: str) -> str:
        """The value that a person means, who gives it or its label; a text that is neither stays what it is."""
        if any(choice.value == text for choice in self.choices):
            return text
        called = self.choice_called(text)
        return text if called is None else called


@dataclass(frozen=True, slots=True)
class ApplicationAccess:
    """A table's Application Access, as on its sys_db_object record (platform 2.3, F)."""

    all_scopes: bool = True
    """Accessible from: ``public`` (All application scopes) or ``package_private`` (This application scope only)."""
    read: bool = True
    create: bool = True
    update: bool = True
    delete: bool = False
    web_service: bool = True


@dataclass(frozen=True, slots=True)
class Numbering:
    prefix: str
    first: int = 1000
    digits: int = 7

    def number(self, counter: int) -> str:
        """The counter as a record bears it; as many digits as are asked for, within reason."""
        return f"{self.prefix}{str(counter).zfill(min(self.digits, MOST_DIGITS))}"


@dataclass(frozen=True, slots=True)
class Index:
    elements: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class RelatedList:
    """Records of another table that belong to a record: their ``element`` holds its ``own`` value."""

    table: str
    element: str
    own: str = "sys_id"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as declared: its own fields only. Ask the Dictionary for inherited ones."""

    name: str
    label: str
    plural: str = ""
    extends: str = ""
    scope: str = "global"
    fields: Mapping[str, Field] = field(default_factory=dict)
    access: ApplicationAccess = field(default_factory=ApplicationAccess)
    numbering: Numbering | None = None
    indexes: tuple[Index, ...] = ()
    sys_id: str = ""
    """sys_id of the table's sys_db_object record."""
    audited: bool = False
    """Whether changes of its records are kept in sys_audit; tables that extend it follow."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels this table gives to inherited fields."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    list_columns: tuple[str, ...] = ()
    form_sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    related_lists: tuple["RelatedList", ...] | None = None
    """What stands at the foot of its records' form; None where nothing is declared."""
    union_of: tuple[str, ...] = ()
    """The tables whose records this one shows together. It has none of its own, and nobody writes to it."""

    def refine(self, field: Field) -> Field:
        """An inherited field with the label, default and choices that this table gives it."""
        return replace(
            field,
            label=self.labels.get(field.element, field.label),
            default=self.defaults.get(field.element, field.default),
            choices=self.choices.get(field.element, field.choices),
        )


@dataclass(frozen=True)
class Dictionary:
    """Every table of an instance, with inheritance resolved on demand."""

    tables: Mapping[str, Table]

    def table(self, name: str) -> Table:
        """Return the table called ``name``. Raises InvalidTable."""
        try:
            return self.tables[name]
        except KeyError:
            raise InvalidTable(name) from None

    def chain(self, name: str) -> Sequence[Table]:
        """The table and its ancestors, from the class to the base."""
        found = self._chains.get(name)
        if found is None:
            found = self._chains[name] = tuple(self._walk(name))
        return found

    @cached_property
    def _chains(self) -> dict[str, Sequence[Table]]:
        return {}

    def _walk(self, name: str) -> Iterator[Table]:
        while name:
            yield (table := self.table(name))
            name = table.extends

    def base(self, name: str) -> str:
        """The root of the table's hierarchy, whose SQL table holds its rows."""
        return self.chain(name)[-1].name

    def is_a(self, name: str, ancestor: str) -> bool:
        return any(table.name == ancestor for table in self.chain(name))

    def is_audited(self, name: str) -> bool:
        return any(table.audited for table in self.chain(name))

    def descendants(self, name: str) -> frozenset[str]:
        """The table itself and every table that extends it, directly or not."""
        return self._descendants[name]

    @cached_property
    def _descendants(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {name: set() for name in self.tables}
        for name in self.tables:
            for ancestor in self.chain(name):
                found[ancestor.name].add(name)
        return {name: frozenset(below) for name, below in found.items()}

    def fields(self, name: str) -> Mapping[str, Field]:
        """Every field of a table, inherited ones first, with the labels, defaults and choices of the nearest class."""
        if name not in self._fields:
            self._fields[name] = self._resolve(name)
        return self._fields[name]

    @cached_property
    def _fields(self) -> dict[str, Mapping[str, Field]]:
        return {}

    def _resolve(self, name: str) -> Mapping[str, Field]:
        resolved: dict[str, Field] = {}
        for table in reversed(self.chain(name)):
            resolved.update(table.fields)
            for element in (table.labels.keys() | table.defaults.keys() | table.choices.keys()) & resolved.keys():
                resolved[element] = table.refine(resolved[element])
        return resolved

    def field(self, table: str, element: str) -> Field | None:
        return self.fields(table).get(element)

    def display_element(self, name: str) -> str:
        """The field whose value stands for a record: the one marked display, else name, number or sys_id.

        A journal has no value, and a secret stands for nothing, whatever its entry says.
        """
        fields = self.fields(name)
        marked = [element for element, each in fields.items() if each.display and each.can_be_shown]
        if marked:
            return marked[-1]
        usual = (element for element in ("name", "number") if element in fields and fields[element].can_be_shown)
        return next(usual, "sys_id")

    def numbering(self, name: str) -> Numbering | None:
        """The numbering of the nearest class that has one."""
        return next((table.numbering for table in self.chain(name) if table.numbering), None)
