"""The dictionary as records: what stands in the instance's tables is what exists.

``rows_of`` writes a dictionary down as rows of ``sys_db_object``, ``sys_dictionary`` and their like; ``compile_rows``
(compiling.py) reads such rows, so a label or an access flag that is edited in the pages takes effect.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .compiling import DICTIONARY_TABLES, PUBLIC, ReadTable, compile_rows
from .declaration import record_id, scope_id
from .model import Dictionary, Field, Numbering, Table

__all__ = [
    "DICTIONARY_TABLES",
    "DictionaryRows",
    "ReadTable",
    "compile_rows",
    "describing_rows",
    "dictionary_entry",
    "rows_of",
]

COLLECTION = "collection"
"""``internal_type`` of the sys_dictionary row that stands for the table itself (G)."""

PACKAGE_PRIVATE = "package_private"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class DictionaryRows:
    """Rows by table, as native values, each with its sys_id."""

    tables: Mapping[str, Sequence[Row]]

    def read(self, table: str, query: str, paths: Sequence[str]) -> Iterable[Row]:
        """The rows as a store would give them; a query is not looked at."""
        del query
        return [{path: row.get(path) for path in paths} for row in self.tables.get(table, ())]


def describing_rows(table: Table) -> Mapping[str, Sequence[Row]]:
    """The rows that a table of its own has beside its sys_db_object one: entries, labels and choices."""
    return {
        "sys_dictionary": list(_dictionary_entries(table)),
        "sys_documentation": list(_documentation(table)),
        "sys_choice": list(_choice_rows(table)),
    }


def rows_of(dictionary: Dictionary) -> DictionaryRows:
    """Every row that describes the dictionary. The same dictionary gives the same rows, sys_ids included."""
    rows: dict[str, list[Row]] = {table: [] for table in sorted(DICTIONARY_TABLES)}
    for table in dictionary.tables.values():
        rows["sys_db_object"].append(_db_object(dictionary, table))
        for kind, described in describing_rows(table).items():
            rows[kind].extend(described)
        rows["sys_dictionary_override"].extend(_overrides(dictionary, table))
        if table.numbering:
            rows["sys_number"].append(_number(table.name, table.numbering))
    return DictionaryRows(rows)


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
        "audit": table.audited,
        "sys_scope": scope,
    }
    yield from (dictionary_entry(field, scope) for field in table.fields.values())


def dictionary_entry(field: Field, scope: str) -> Row:
    """The sys_dictionary row of a field; ``scope`` is the sys_id of its application."""
    return {
        "sys_id": record_id("sys_dictionary", field.table, field.element),
        "name": field.table,
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
