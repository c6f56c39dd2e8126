"""The encoded query in a list's address: its order, and what a search adds to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from ..dictionary.model import Choice, Dictionary, Field
from ..dictionary.types import FieldType, Storage
from ..query import EncodedQuery, OrderBy, parse


def list_url(table: str, query: EncodedQuery | str = "", first_row: int = 1) -> str:
    """The platform's own address of a list."""
    given = {"sysparm_query": str(query), "sysparm_first_row": str(first_row) if first_row > 1 else ""}
    parameters = {name: value for name, value in given.items() if value}
    return f"/{table}_list.do" + (f"?{urlencode(parameters)}" if parameters else "")


def record_url(table: str, sys_id: str) -> str:
    return f"/{table}.do?sys_id={sys_id}"


def decisions_url(table: str, element: str, transaction: str) -> str:
    """From a log entry to why its request was refused (the lab's page, for who sits at the instance); else empty."""
    return f"/lab/decisions/{transaction}" if (table, element) == ("syslog", "transaction") and transaction else ""


def asked_query(given: Mapping[str, str]) -> EncodedQuery:
    """The encoded query of an address, with the order of ``sysparm_order`` where that is given."""
    query = parse(given.get("sysparm_query", ""))
    element = given.get("sysparm_order", "").strip()
    if not element.replace("_", "").replace(".", "").isalnum():
        return query
    descending = given.get("sysparm_order_direction", "").lower().startswith("desc")
    return ordered_by(query, element, descending=descending)


def grouped(query: EncodedQuery, element: str) -> EncodedQuery:
    """The query in groups of this field's values, or in none."""
    return replace(query, grouped_by=(element,) if element else ())


def ordered_by(query: EncodedQuery, element: str, *, descending: bool) -> EncodedQuery:
    """The query with this order in place of its own."""
    return replace(query, orders=(OrderBy(element, descending=descending),))


def search_condition(dictionary: Dictionary, field: Field, text: str) -> str:
    """The condition that searching a field for ``text`` means; empty when it means none.

    A text is looked into, a number or a truth compared, a time is where the list begins, a choice is found by its
    label, a reference by the display value of the record it points to.
    """
    text = text.strip()
    if not text:
        return ""
    if field.type is FieldType.REFERENCE and field.reference in dictionary.tables:
        return f"{field.element}.{dictionary.display_element(field.reference)}LIKE{text}"
    if field.choices:
        return f"{field.element}IN{','.join(_matching(field.choices, text)) or text}"
    if field.type.storage is Storage.TEXT:
        return f"{field.element}LIKE{text}"
    if field.type.storage in {Storage.DATE_TIME, Storage.DATE}:
        return f"{field.element}>={text}"
    return f"{field.element}={text}"


def _matching(choices: Sequence[Choice], text: str) -> list[str]:
    return [each.value for each in choices if text.lower() in each.label.lower() or text == each.value]
