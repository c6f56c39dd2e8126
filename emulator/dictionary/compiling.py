"""From dictionary rows to the dictionary that an instance runs on.

What the rows have no column for (indexes, the columns of lists, the sections of forms) comes from the declared schema.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .checks import check, check_inheritance, is_there
from .declaration import (
    GLOBAL_SCOPE,
    label_of,
    load_schema,
    scope_id,
    system_fields,
    usual_default,
    usual_length,
    with_classes,
)
from .model import ApplicationAccess, Choice, Dictionary, Field, Numbering, Table
from .types import FieldType

DICTIONARY_TABLES = frozenset(
    {
        "sys_db_object",
        "sys_dictionary",
        "sys_dictionary_override",
        "sys_documentation",
        "sys_choice",
        "sys_number",
    }
)
"""The tables that ``rows_of`` (rows.py) fills and ``compile_rows`` reads."""

PUBLIC = "public"
"""``sys_db_object.access``: All application scopes."""

_DB_OBJECT_PATHS = (
    "sys_id",
    "name",
    "label",
    "super_class",
    "sys_scope",
    "sys_scope.scope",
    "access",
    "read_access",
    "create_access",
    "update_access",
    "delete_access",
    "ws_access",
)
_FIELD_PATHS = (
    "name",
    "element",
    "internal_type",
    "column_label",
    "max_length",
    "mandatory",
    "read_only",
    "display",
    "active",
    "reference",
    "default_value",
    "audit",
)
_CHOICE_PATHS = ("name", "element", "value", "label", "sequence", "inactive", "language")


class Found(Protocol):
    """A row by path, as a database gives it."""

    def __getitem__(self, path: str, /) -> Any: ...


class ReadTable(Protocol):
    """Reads the named paths of a table's records that match an encoded query."""

    def __call__(self, table: str, query: str, paths: Sequence[str], /) -> Iterable[Found]: ...


def compile_rows(read: ReadTable, schema: Dictionary | None = None) -> Dictionary:
    """The dictionary that the rows describe. Raises ValueError when they make no sense."""
    known = schema or load_schema()
    tables = list(read("sys_db_object", "", _DB_OBJECT_PATHS))
    names = {row["sys_id"]: row["name"] for row in tables if row["name"]}
    parts = _Parts.read(read)
    scopes = {scope_id(table.scope): table.scope for table in known.tables.values()}
    compiled: dict[str, Table] = {}
    for row in _in_order(tables, known):
        extends = _parent(row, names)
        scope = row["sys_scope.scope"] or scopes.get(row["sys_scope"] or "", GLOBAL_SCOPE)
        compiled[row["name"]] = _compile_table(row, extends, scope, parts, known.tables.get(row["name"]))
    dictionary = Dictionary(compiled)
    check_inheritance(dictionary)
    dictionary = _without_strays(with_classes(dictionary))
    check(dictionary)
    return dictionary


@dataclass(frozen=True)
class _Parts:
    """What is said of each table elsewhere than in its sys_db_object row."""

    fields: Mapping[str, Sequence[Found]]
    labels: Mapping[str, Mapping[str, Found]]
    defaults: Mapping[str, Mapping[str, str]]
    choices: Mapping[str, Mapping[str, tuple[Choice, ...]]]
    numbers: Mapping[str, Numbering]

    @classmethod
    def read(cls, read: ReadTable) -> "_Parts":
        return cls(
            fields=_by_name(read("sys_dictionary", "", _FIELD_PATHS)),
            labels={
                name: {row["element"] or "": row for row in rows if row["language"] in {None, "en"}}
                for name, rows in _by_name(
                    read("sys_documentation", "", ("name", "element", "label", "plural", "language"))
                ).items()
            },
            defaults={
                name: {row["element"]: row["default_value"] or "" for row in rows if row["default_value_override"]}
                for name, rows in _by_name(
                    read(
                        "sys_dictionary_override",
                        "",
                        ("name", "element", "default_value_override", "default_value"),
                    )
                ).items()
            },
            choices={name: _choices(rows) for name, rows in _by_name(read("sys_choice", "", _CHOICE_PATHS)).items()},
            numbers={
                row["table"]: Numbering(row["prefix"] or "", row["number"] or 0, row["maximum_digits"] or 7)
                for row in read("sys_number", "", ("table", "prefix", "number", "maximum_digits"))
                if row["table"]
            },
        )


def _by_name(rows: Iterable[Found]) -> Mapping[str, Sequence[Found]]:
    found: dict[str, list[Found]] = defaultdict(list)
    for row in rows:
        if row["name"]:
            found[row["name"]].append(row)
    return found


def _choices(rows: Iterable[Found]) -> Mapping[str, tuple[Choice, ...]]:
    found: dict[str, list[Choice]] = defaultdict(list)
    for row in rows:
        if row["element"] and row["language"] in {None, "en"}:
            choice = Choice(row["value"] or "", row["label"] or "", row["sequence"] or 0, bool(row["inactive"]))
            found[row["element"]].append(choice)
    return {
        element: tuple(sorted(choices, key=lambda each: (each.sequence, each.label, each.value)))
        for element, choices in found.items()
    }


def _in_order(rows: Iterable[Found], known: Dictionary) -> Sequence[Found]:
    """The declared tables first and as declared, then the others by name: the same rows give the same order."""
    place = {name: index for index, name in enumerate(known.tables)}
    return sorted(
        (row for row in rows if row["name"]), key=lambda row: (place.get(row["name"], len(place)), row["name"])
    )


def _parent(row: Found, names: Mapping[str, str]) -> str:
    parent = row["super_class"]
    if parent and parent not in names:
        raise ValueError(f"{row['name']} extends a table that does not exist")
    return names[parent] if parent else ""


def _compile_table(row: Found, extends: str, scope: str, parts: _Parts, declared: Table | None) -> Table:
    name = row["name"]
    fields = _compile_fields(name, parts, declared, root=not extends)
    labels = parts.labels.get(name, {})
    base = declared or Table(name=name, label="")
    return replace(
        base,
        label=row["label"] or name,
        plural=(labels[""]["plural"] or "") if "" in labels else "",
        extends=extends,
        scope=scope,
        fields=fields,
        access=_access(row),
        numbering=parts.numbers.get(name),
        sys_id=row["sys_id"],
        audited=any(each["audit"] for each in parts.fields.get(name, ()) if not each["element"]),
        labels={element: each["label"] for element, each in labels.items() if element and element not in fields},
        defaults=parts.defaults.get(name, {}),
        choices={each: found for each, found in parts.choices.get(name, {}).items() if each not in fields},
    )


def _compile_fields(name: str, parts: _Parts, declared: Table | None, *, root: bool) -> Mapping[str, Field]:
    rows = {row["element"]: row for row in parts.fields.get(name, ()) if row["element"] and row["active"] is not False}
    place = {element: index for index, element in enumerate(declared.fields if declared else ())}
    choices = parts.choices.get(name, {})
    fields = {
        element: _compile_field(name, rows[element], choices.get(element, ()))
        for element in sorted(rows, key=lambda each: (place.get(each, len(place)), each))
    }
    return {**system_fields(name), **fields} if root else fields


def _compile_field(table: str, row: Found, choices: tuple[Choice, ...]) -> Field:
    try:
        type_ = FieldType(row["internal_type"] or FieldType.STRING)
    except ValueError:
        raise ValueError(f"{table}.{row['element']} has the unknown type {row['internal_type']!r}") from None
    return Field(
        table=table,
        element=row["element"],
        type=type_,
        label=row["column_label"] or label_of(row["element"]),
        max_length=row["max_length"] or usual_length(type_),
        mandatory=bool(row["mandatory"]),
        read_only=bool(row["read_only"]),
        display=bool(row["display"]),
        reference=row["reference"] or "",
        default=row["default_value"] or usual_default(type_),
        choices=choices,
    )


def _without_strays(dictionary: Dictionary) -> Dictionary:
    """Leave out what is said of fields that are gone: a leftover choice or list column does no harm."""
    return Dictionary({name: _without_strays_of(table, dictionary) for name, table in dictionary.tables.items()})


def _without_strays_of(table: Table, dictionary: Dictionary) -> Table:
    known = dictionary.fields(table.name).keys()
    return replace(
        table,
        labels={element: label for element, label in table.labels.items() if element in known},
        defaults={element: default for element, default in table.defaults.items() if element in known},
        choices={element: choices for element, choices in table.choices.items() if element in known},
        indexes=tuple(index for index in table.indexes if known >= set(index.elements)),
        list_columns=tuple(column for column in table.list_columns if column.partition(".")[0] in known),
        form_sections=tuple(
            (title, tuple(element for element in elements if element in known))
            for title, elements in table.form_sections
        ),
        related_lists=table.related_lists
        and tuple(each for each in table.related_lists if is_there(dictionary, table.name, each)),
        union_of=tuple(name for name in table.union_of if name in dictionary.tables),
    )


def _access(row: Found) -> ApplicationAccess:
    """An empty *Accessible from* means this application scope only, as on the platform (platform 2.3, F)."""
    return ApplicationAccess(
        all_scopes=row["access"] == PUBLIC,
        read=bool(row["read_access"]),
        create=bool(row["create_access"]),
        update=bool(row["update_access"]),
        delete=bool(row["delete_access"]),
        web_service=bool(row["ws_access"]),
    )
