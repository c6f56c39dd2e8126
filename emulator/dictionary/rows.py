"""The dictionary as records, and back: what stands in the instance's tables is what exists.

``rows_of`` writes a dictionary down as rows of ``sys_db_object``, ``sys_dictionary`` and their like; ``compile_rows``
reads such rows, so a label or an access flag that is edited in the pages takes effect. What those tables have no
column for (indexes, the columns of lists, the sections of forms) comes from the declared schema.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .checks import check, check_inheritance
from .declaration import DEFAULT_LENGTH, GLOBAL_SCOPE, label_of, load_schema, record_id, scope_id, system_fields
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
"""The tables that ``rows_of`` fills and ``compile_rows`` reads."""

COLLECTION = "collection"
"""``internal_type`` of the sys_dictionary row that stands for the table itself (G)."""

PUBLIC = "public"
PACKAGE_PRIVATE = "package_private"

Row = Mapping[str, Any]


class Found(Protocol):
    """A row by path, as a database gives it."""

    def __getitem__(self, path: str, /) -> Any: ...


class ReadTable(Protocol):
    """Reads the named paths of a table's records that match an encoded query."""

    def __call__(self, table: str, query: str, paths: Sequence[str], /) -> Iterable[Found]: ...


@dataclass(frozen=True)
class DictionaryRows:
    """Rows by table, as native values, each with its sys_id."""

    tables: Mapping[str, Sequence[Row]]

    def read(self, table: str, query: str, paths: Sequence[str]) -> Iterable[Row]:
        """The rows as a store would give them; a query is not looked at."""
        del query
        return [{path: row.get(path) for path in paths} for row in self.tables.get(table, ())]


def rows_of(dictionary: Dictionary) -> DictionaryRows:
    """Every row that describes the dictionary. The same dictionary gives the same rows, sys_ids included."""
    rows: dict[str, list[Row]] = {table: [] for table in sorted(DICTIONARY_TABLES)}
    for table in dictionary.tables.values():
        rows["sys_db_object"].append(_db_object(dictionary, table))
        rows["sys_dictionary"].extend(_dictionary_entries(table))
        rows["sys_documentation"].extend(_documentation(table))
        rows["sys_dictionary_override"].extend(_overrides(dictionary, table))
        rows["sys_choice"].extend(_choice_rows(table))
        if table.numbering:
            rows["sys_number"].append(_number(table.name, table.numbering))
    return DictionaryRows(rows)


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
    dictionary = _without_strays(dictionary)
    check(dictionary)
    return dictionary


# -- from the dictionary to rows


def _db_object(dictionary: Dictionary, table: Table) -> Row:
    access = table.access
    return {
        "sys_id": table.sys_id,
        "name": table.name,
        "label": table.label,
        "super_class": dictionary.table(table.extends).sys_id if table.extends else None,
        "is_extendable": True,
        "sys_scope": scope_id(table.scope),
        "access": PUBLIC if access.all_scopes else PACKAGE_PRIVATE,
        "read_access": access.read,
        "create_access": access.create,
        "update_access": access.update,
        "delete_access": access.delete,
        "ws_access": access.web_service,
        "configuration_access": False,
        "actions_access": False,
        "alter_access": False,
        "client_scripts_access": False,
        "create_access_controls": False,
        "live_feed_enabled": False,
        "number_ref": record_id("sys_number", table.name) if table.numbering else None,
    }


def _dictionary_entries(table: Table) -> Iterator[Row]:
    scope = scope_id(table.scope)
    yield {
        "sys_id": record_id("sys_dictionary", table.name, ""),
        "name": table.name,
        "internal_type": COLLECTION,
        "column_label": table.label,
        "mandatory": False,
        "read_only": False,
        "display": False,
        "active": True,
        "sys_scope": scope,
    }
    for field in table.fields.values():
        yield {
            "sys_id": record_id("sys_dictionary", table.name, field.element),
            "name": table.name,
            "element": field.element,
            "internal_type": field.type.value,
            "column_label": field.label,
            "max_length": field.max_length,
            "mandatory": field.mandatory,
            "read_only": field.read_only,
            "display": field.display,
            "active": True,
            "reference": field.reference or None,
            "default_value": field.default or None,
            "choice": 1 if field.choices else None,
            "sys_scope": scope,
        }


def _documentation(table: Table) -> Iterator[Row]:
    """Labels: of the table in one and in many, and those it gives to inherited fields."""
    yield {
        "sys_id": record_id("sys_documentation", table.name, ""),
        "name": table.name,
        "label": table.label,
        "plural": table.plural or None,
        "language": "en",
    }
    for element, label in table.labels.items():
        yield {
            "sys_id": record_id("sys_documentation", table.name, element),
            "name": table.name,
            "element": element,
            "label": label,
            "language": "en",
        }


def _overrides(dictionary: Dictionary, table: Table) -> Iterator[Row]:
    for element, default in table.defaults.items():
        yield {
            "sys_id": record_id("sys_dictionary_override", table.name, element),
            "name": table.name,
            "base_table": dictionary.fields(table.name)[element].table,
            "element": element,
            "default_value_override": True,
            "default_value": default or None,
        }


def _choice_rows(table: Table) -> Iterator[Row]:
    own = {field.element: field.choices for field in table.fields.values() if field.choices}
    for element, choices in [*own.items(), *table.choices.items()]:
        for choice in choices:
            yield {
                "sys_id": record_id("sys_choice", table.name, element, choice.value),
                "name": table.name,
                "element": element,
                "value": choice.value,
                "label": choice.label,
                "sequence": choice.sequence,
                "inactive": choice.inactive,
                "language": "en",
            }


def _number(table: str, numbering: Numbering) -> Row:
    return {
        "sys_id": record_id("sys_number", table),
        "table": table,
        "prefix": numbering.prefix,
        "number": numbering.first,
        "maximum_digits": numbering.digits,
    }


# -- from rows to the dictionary

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
)
_CHOICE_PATHS = ("name", "element", "value", "label", "sequence", "inactive", "language")


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
        max_length=row["max_length"] or DEFAULT_LENGTH,
        mandatory=bool(row["mandatory"]),
        read_only=bool(row["read_only"]),
        display=bool(row["display"]),
        reference=row["reference"] or "",
        default=row["default_value"] or "",
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
