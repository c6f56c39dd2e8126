"""Which fields a list and a form show: the *Default view*, the only one that an instance is born with."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from .declaration import CLASS, load_schema
from .model import Dictionary, Field, RelatedList
from .tables_file import OWN_NAME
from .types import FieldType

MOST_FALLBACK_COLUMNS = 6
MOST_OWN_COLUMNS = 3
OWN_PREFIX = "sys_"


def list_columns(dictionary: Dictionary, table: str) -> list[str]:
    """The columns of the nearest class that declares any, with the class where records of several stand together."""
    fields = dictionary.fields(table)
    declared = next((each.list_columns for each in dictionary.chain(table) if each.list_columns), ())
    columns = [each for each in declared if each in fields] or _fallback(dictionary, table, fields)
    if not dictionary.table(table).list_columns:  # what tells its records from those of the table it extends
        own = [each for each in dictionary.table(table).fields if each not in columns]
        columns += [each for each in own if not each.startswith(OWN_PREFIX)][:MOST_OWN_COLUMNS]
    if CLASS in fields and CLASS not in columns and len(dictionary.descendants(table)) > 1:
        columns.insert(1, CLASS)
    return columns


def form_sections(dictionary: Dictionary, table: str) -> Sequence[tuple[str, Sequence[str]]]:
    """Titles and elements of the nearest class that declares any; without, every field that is not the platform's."""
    declared = next((each.form_sections for each in dictionary.chain(table) if each.form_sections), ())
    fields = dictionary.fields(table)
    if not declared:
        own = [name for name, each in fields.items() if not name.startswith(OWN_PREFIX) and not each.type.is_secret]
        return [("", own)]
    named = {element for _title, elements in declared for element in elements}
    own = [name for name, each in fields.items() if name not in named and _is_own(name, each.table)]
    return [
        (title, [*(each for each in elements if each in fields), *(own if not index else ())])
        for index, (title, elements) in enumerate(declared)
    ]


def related_lists(dictionary: Dictionary, table: str) -> Sequence[RelatedList]:
    """Those of the nearest class that declares any, then those of tables and fields that the instance has of its own.

    Where no class declares any, all that refer to the table itself.
    """
    declared = next((each.related_lists for each in dictionary.chain(table) if each.related_lists is not None), None)
    if declared is None:
        return list(_referring(dictionary, {table}))
    ancestors = {each.name for each in dictionary.chain(table)}
    own = (each for each in _referring(dictionary, ancestors) if not _is_born_with(each))
    return [*declared, *(each for each in own if each not in declared)]


def _referring(dictionary: Dictionary, tables: Collection[str]) -> Iterator[RelatedList]:
    for name, table in dictionary.tables.items():
        for element, field in table.fields.items():
            if field.type is FieldType.REFERENCE and field.reference in tables and not table.union_of:
                yield RelatedList(name, element)


def _is_born_with(related: RelatedList) -> bool:
    """Whether every instance has the field by which these records belong to others."""
    table = load_schema().tables.get(related.table)
    return table is not None and related.element in table.fields


def _is_own(element: str, table: str) -> bool:
    """A field that an instance has of its own stands at the end of the first section, unless a section names it."""
    own = OWN_NAME.fullmatch(element) or OWN_NAME.fullmatch(table)
    return own is not None and not element.startswith(OWN_PREFIX)


def form_elements(dictionary: Dictionary, table: str) -> list[str]:
    """Every element of the form, in its order."""
    return [element for _title, elements in form_sections(dictionary, table) for element in elements]


def _fallback(dictionary: Dictionary, table: str, fields: Mapping[str, Field]) -> list[str]:
    named = dictionary.display_element(table)
    others = [each for each in fields if not each.startswith(OWN_PREFIX) and each != named]
    return [named, *others[: MOST_FALLBACK_COLUMNS - 1], *(["sys_updated_on"] if "sys_updated_on" in fields else [])]
