"""Values as the Change Management API writes them (rest 8, D): pairs, with numbers and booleans of JSON."""

from collections.abc import Collection, Mapping, Sequence

from ...shared.time_style import TimeStyle
from ..dictionary.types import Storage
from ..query import EncodedQuery, parse
from ..records.row import FieldValue, Row

Rendered = Mapping[str, object]


def render_change(row: Row) -> dict[str, object]:
    """Every field as ``{display_value, value}``; a moment has its ``display_value_internal`` as well."""
    return {element: _pair(value, row.style) for element, value in row.values.items()}


def with_meta(row: Row, ignored: Sequence[str]) -> dict[str, object]:
    """A written record, and which of the given fields it has not."""
    return {**render_change(row), "__meta": {"ignoredFields": list(ignored)}}


def meta_of_query(text: str, fields: Collection[str]) -> dict[str, object]:
    """The last element of a list of changes: the query that was run, and which of its fields there are.

    Recorded with a query (F); measured without one, too, and that an order is left out under an empty name (C).
    """
    query = parse(text)
    named = dict.fromkeys(term.field for term in query.terms)
    known = [name for name in named if name.partition(".")[0] in fields]
    ignored = [name for name in named if name not in known] + [""] * bool(query.orders)
    run = _run(query, known) if ignored else text
    return {"__meta": {"encodedQuery": run, "fields": {"applied": known, "ignored": ignored}}}


def _run(query: EncodedQuery, known: Collection[str]) -> str:
    kept = ((tuple(term for term in clause if term.field in known) for clause in group) for group in query.groups)
    return str(EncodedQuery(tuple(filter(None, (tuple(filter(None, group)) for group in kept)))))


def _pair(value: FieldValue, style: TimeStyle) -> Rendered:
    pair: dict[str, object] = {"display_value": value.display(style), "value": _raw(value)}
    if value.field.type.storage in {Storage.DATE, Storage.DATE_TIME}:
        pair["display_value_internal"] = _internal(value, style)
    return pair


def _internal(value: FieldValue, style: TimeStyle) -> str:
    """The moment in the user's zone and in the platform's own format, whatever the user's is (recorded, F)."""
    return "" if value.native is None else value.display(TimeStyle(style.zone))


def _raw(value: FieldValue) -> object:
    if isinstance(value.native, bool):
        return value.native
    if (
        isinstance(value.native, int)
        and value.field.type.storage is Storage.INTEGER
        and value.value.lstrip("-").isdigit()
    ):
        return float(value.native)  # -5.0 is written, the state's number included (recorded, F)
    return value.value
