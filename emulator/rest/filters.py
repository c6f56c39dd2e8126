"""``name=value`` filters of a list as an encoded query (rest 2, D).

They are ANDed; a choice or a reference may be given by its display value (``state=closed``,
``assigned_to=john.smith``).
"""

import re
from collections.abc import Sequence

from ...shared.ids import SYS_ID
from ..dictionary.model import Dictionary
from ..dictionary.types import FieldType
from ..query import literal
from ..query.paths import field_at
from ..query.value_operators import NOTHING
from .parameters import Parameters

PATH = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


def asked_query(dictionary: Dictionary, table: str, asked: Parameters) -> str:
    """The query that a list is asked for by, in either way."""
    return query_of(dictionary, table, asked.filters) if asked.filters else asked.query


def query_of(dictionary: Dictionary, table: str, filters: Sequence[tuple[str, str]]) -> str:
    """The encoded query that the pairs stand for; what is no field's name is left out, as unknown terms are."""
    terms = [_term(dictionary, table, name, value) for name, value in filters if PATH.fullmatch(name)]
    return "^".join(terms)


def _term(dictionary: Dictionary, table: str, name: str, value: str) -> str:
    field = field_at(dictionary, table, name.split("."))
    text = literal(value)
    if field is None or value in NOTHING:
        return f"{name}={text}"
    if field.type is FieldType.REFERENCE and not SYS_ID.fullmatch(value):
        return _by_display(dictionary, field.reference, name, text)
    return f"{name}={literal(field.choice_meant(value))}"


def _by_display(dictionary: Dictionary, reference: str, name: str, text: str) -> str:
    """A user by user name or name, any other record by its display value, or by an odd sys_id such as ``global``."""
    if reference not in dictionary.tables:
        return f"{name}={text}"
    elements = {dictionary.display_element(reference), *(("user_name",) if reference == "sys_user" else ())}
    return "^OR".join([f"{name}={text}", *(f"{name}.{element}={text}" for element in sorted(elements))])
