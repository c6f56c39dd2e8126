"""Whether a dictionary makes sense: names that can be names, and everything pointed to exists."""

import re
from collections.abc import Iterator

from .model import Dictionary, RelatedList, Table

NAME = re.compile(r"[a-z][a-z0-9_]{0,79}", re.ASCII)
DEEPEST = 10


def check(dictionary: Dictionary) -> None:
    """Raises ValueError that names the first thing that makes no sense."""
    for problem in problems(dictionary):
        raise ValueError(problem)


def check_inheritance(dictionary: Dictionary) -> None:
    """As ``check``, for the one thing that everything else walks along."""
    for problem in _inheritance(dictionary):
        raise ValueError(problem)


def problems(dictionary: Dictionary) -> Iterator[str]:
    broken = list(_inheritance(dictionary))
    yield from broken
    if not broken:  # the other checks walk the chains
        for table in dictionary.tables.values():
            yield from _fields(dictionary, table)
            yield from _mentioned(dictionary, table)


def is_there(dictionary: Dictionary, table: str, related: RelatedList) -> bool:
    """Whether both ends of a related list exist and fit: a reference to the table, or any field and one of its own."""
    if related.table not in dictionary.tables or related.own not in dictionary.fields(table):
        return False
    field = dictionary.field(related.table, related.element)
    if field is None or related.own != "sys_id":
        return field is not None
    return field.reference in {each.name for each in dictionary.chain(table)}


def _inheritance(dictionary: Dictionary) -> Iterator[str]:
    for table in dictionary.tables.values():
        if not NAME.fullmatch(table.name):
            yield f"{table.name!r} cannot be the name of a table"
        seen = [table.name]
        parent = table.extends
        while parent:
            if parent not in dictionary.tables:
                yield f"{seen[-1]} extends {parent}, which does not exist"
                break
            if parent in seen or len(seen) > DEEPEST:
                yield f"{table.name} extends itself, or too many tables"
                break
            seen.append(parent)
            parent = dictionary.tables[parent].extends


def _fields(dictionary: Dictionary, table: Table) -> Iterator[str]:
    for element, field in table.fields.items():
        if not NAME.fullmatch(element):
            yield f"{element!r} cannot be the name of a field of {table.name}"
        if field.reference and field.reference not in dictionary.tables:
            yield f"{table.name}.{element} refers to {field.reference}, which does not exist"
        if table.extends and element in dictionary.fields(table.extends):
            inherited = dictionary.fields(table.extends)[element]
            if inherited.type.storage is not field.type.storage:
                yield f"{table.name}.{element} is stored differently from the field it overrides"


def _mentioned(dictionary: Dictionary, table: Table) -> Iterator[str]:
    known = dictionary.fields(table.name)
    mentioned = [*table.list_columns, *table.labels, *table.defaults, *table.choices]
    mentioned += [element for _title, elements in table.form_sections for element in elements]
    mentioned += [element for index in table.indexes for element in index.elements]
    for each in table.related_lists or ():
        if not is_there(dictionary, table.name, each):
            yield f"{table.name} mentions {each.table}.{each.element}, by which no record can refer to it"
    for name in table.union_of:
        if name not in dictionary.tables:
            yield f"{table.name} shows records of {name}, which does not exist"
    for element in mentioned:
        if element.partition(".")[0] not in known:
            yield f"{table.name} mentions {element}, which is not a field of it"
