"""The dictionary that an instance is born with, declared in ``schema/*.toml``.

A table's own fields stand there; every root table gets the platform's ``sys_`` fields, and what a declaration leaves
out (a field's label, type or length) follows from the rest of it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from ...shared.toml_files import read_toml
from .checks import check
from .model import ApplicationAccess, Choice, Dictionary, Field, Index, Numbering, RelatedList, Table
from .types import FieldType

GLOBAL_SCOPE = "global"
CLASS = "sys_class_name"

LENGTHS = {
    FieldType.GUID: 32,
    FieldType.REFERENCE: 32,
    FieldType.TRANSLATED: 255,
    FieldType.CLASS_NAME: 80,
    FieldType.TABLE_NAME: 80,
    FieldType.FIELD_NAME: 80,
    FieldType.LIST: 1024,
    FieldType.URL: 1024,
    FieldType.HTML: 65_000,
    FieldType.CONDITIONS: 4000,
    FieldType.SCRIPT: 8000,
    FieldType.XML: 65_000,
    FieldType.JSON: 65_000,
    FieldType.WIKI: 65_000,
    FieldType.ROLES: 255,
    FieldType.PASSWORD: 255,
    FieldType.PASSWORD2: 255,
}
DEFAULT_LENGTH = 40

_SYSTEM_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "sys_id": {"type": "GUID", "label": "Sys ID", "read_only": True},
    "sys_created_on": {"type": "glide_date_time", "label": "Created", "read_only": True},
    "sys_created_by": {"label": "Created by", "read_only": True},
    "sys_updated_on": {"type": "glide_date_time", "label": "Updated", "read_only": True},
    "sys_updated_by": {"label": "Updated by", "read_only": True},
    "sys_mod_count": {"type": "integer", "label": "Updates", "read_only": True, "default": "0"},
    "sys_tags": {"label": "Tags", "read_only": True, "max_length": 255},
}
"""Every record has them (platform 5.1, F), but for those of ``_NEVER_CHANGED``."""
_OF_CHANGES = frozenset({"sys_updated_on", "sys_updated_by", "sys_mod_count"})
_NEVER_CHANGED = frozenset({"sys_journal_field"})
"""Tables whose records have no fields that tell of changes: recorded answers of two instances lack them (F)."""
_CLASS_FIELD: Mapping[str, Any] = {"type": "sys_class_name", "label": "Class", "read_only": True, "max_length": 80}


@cache
def load_schema() -> Dictionary:
    """The declared dictionary, read once per process."""
    folder = files(__package__) / "schema"
    declared: dict[str, Table] = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            for name, entry in read_toml(file).items():
                declared[name] = declared_table(name, entry)
    dictionary = Dictionary(declared)
    check(dictionary)
    return dictionary


def record_id(table: str, *names: str) -> str:
    """The sys_id of a record that every instance is born with, the same everywhere."""
    return hashlib.md5(":".join((table, *names)).encode(), usedforsecurity=False).hexdigest()


def scope_id(scope: str) -> str:
    """The sys_id of an application's sys_scope record; the global one's is ``global``, as on the platform (G)."""
    return GLOBAL_SCOPE if scope == GLOBAL_SCOPE else record_id("sys_scope", scope)


def system_fields(table: str) -> Mapping[str, Field]:
    """The ``sys_`` fields of a root table."""
    lacking = _OF_CHANGES if table in _NEVER_CHANGED else frozenset()
    known = {element: entry for element, entry in _SYSTEM_FIELDS.items() if element not in lacking}
    return {element: declared_field(table, element, entry) for element, entry in known.items()}


def class_field(table: str) -> Field:
    """What tells the records of a root table from those of the tables that extend it."""
    return declared_field(table, CLASS, _CLASS_FIELD)


def with_classes(dictionary: Dictionary) -> Dictionary:
    """Every root table that is extended has a class, as on the platform, whether or not it is said to have one."""
    tables = dictionary.tables
    extended = {dictionary.base(name) for name, table in tables.items() if table.extends}
    lacking = {name for name in extended if CLASS not in tables[name].fields}
    if not lacking:
        return dictionary
    return Dictionary({name: _with_class(each) if name in lacking else each for name, each in tables.items()})


def _with_class(table: Table) -> Table:
    return replace(table, fields={**system_fields(table.name), CLASS: class_field(table.name), **table.fields})


def label_of(element: str) -> str:
    """The label of a field that was given none: its name as words."""
    return element.replace("_", " ").strip().capitalize()


def declared_table(name: str, entry: Mapping[str, Any]) -> Table:
    """The table that an entry of a declaration describes. Raises ValueError for a type that there is not."""
    own = {element: declared_field(name, element, each) for element, each in entry.get("fields", {}).items()}
    extends = entry.get("extends", "")
    return Table(
        name=name,
        label=entry["label"],
        plural=entry.get("plural", ""),
        extends=extends,
        scope=entry.get("scope", GLOBAL_SCOPE),
        fields=own if extends else {**system_fields(name), **own},
        access=ApplicationAccess(**entry.get("access", {})),
        numbering=Numbering(**entry["numbering"]) if "numbering" in entry else None,
        indexes=tuple(_index(each) for each in entry.get("indexes", ())),
        sys_id=record_id("sys_db_object", name),
        audited=entry.get("audit", False),
        labels=entry.get("labels", {}),
        defaults=entry.get("defaults", {}),
        choices={element: _choices(each) for element, each in entry.get("choices", {}).items()},
        list_columns=tuple(entry.get("list_columns", ())),
        form_sections=tuple((title, tuple(elements)) for title, elements in entry.get("form_sections", ())),
        related_lists=tuple(map(_related_list, entry["related_lists"])) if "related_lists" in entry else None,
        union_of=tuple(entry.get("union_of", ())),
    )


def declared_field(table: str, element: str, entry: Mapping[str, Any]) -> Field:
    reference = entry.get("reference", "")
    type_ = FieldType(entry.get("type", FieldType.REFERENCE if reference else FieldType.STRING))
    return Field(
        table=table,
        element=element,
        type=type_,
        label=entry.get("label") or label_of(element),
        max_length=entry.get("max_length") or usual_length(type_),
        mandatory=entry.get("mandatory", False),
        read_only=entry.get("read_only", False),
        display=entry.get("display", False),
        reference=reference,
        default=entry.get("default", usual_default(type_)),
        choices=_choices(entry.get("choices", ())),
    )


def usual_length(type_: FieldType) -> int:
    """The length of a field that names none."""
    return LENGTHS.get(type_, DEFAULT_LENGTH)


def usual_default(type_: FieldType) -> str:
    """The default value of a field that names none: a boolean of the platform is true or false, not empty."""
    return "false" if type_ is FieldType.BOOLEAN else ""


def _choices(pairs: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, sequence * 10) for sequence, (value, label) in enumerate(pairs, start=1))


def _related_list(entry: object) -> RelatedList:
    """``change_task.change_request`` for what refers to the record, ``sys_dictionary.name=name`` for what names it."""
    place, _, own = str(entry).partition("=")
    table, _, element = place.partition(".")
    return RelatedList(table, element, own) if own else RelatedList(table, element)


def _index(entry: Any) -> Index:
    """A list of elements, or a table with ``elements`` and ``unique``."""
    if isinstance(entry, Mapping):
        return Index(tuple(entry["elements"]), entry.get("unique", False))
    return Index(tuple(entry))
