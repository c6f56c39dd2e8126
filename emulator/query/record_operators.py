"""The operators whose value is a record: one that a filter option finds, or the top of a hierarchy."""

from collections.abc import Mapping

from .calls import PREFIX, read_call, resolve
from .context import QueryContext
from .paths import Place, is_reference
from .predicates import Check, Predicate
from .value_operators import Operator
from .values import ImpossibleValue, read_text, read_value

PARENTS = ("parent", "manager")
"""The field by which a table's records lead to the one above, where it refers to the same hierarchy."""


def _dynamic(place: Place, value: str, context: QueryContext) -> Predicate:
    """``caller_idDYNAMIC<sys_id>``: the script of that sys_filter_option_dynamic record says who is meant."""
    return Predicate(Check.IN, place.path, ([read_value(place.field, each) for each in _found(place, value, context)],))


def _found(place: Place, value: str, context: QueryContext) -> list[str]:
    """The sys_ids that a filter option stands for. Raises ImpossibleValue when there is no readable one."""
    script = context.dynamic_filters.get(value.strip(), "")
    call = f"{PREFIX}{script.strip()}"
    if read_call(call) is None:
        raise ImpossibleValue(value)
    meant = resolve(call, context, place.storage)
    if meant == call:
        raise ImpossibleValue(value)
    return meant.split(",")


def _in_hierarchy(place: Place, value: str, _context: QueryContext) -> Predicate | None:
    """``locationIN_HIERARCHY<sys_id>``: that record, or one below it."""
    return _below(place, _start(value).split(","))


def _in_dynamic_hierarchy(place: Place, value: str, context: QueryContext) -> Predicate | None:
    if parent_element(place) is None:  # says nothing, whatever its value
        return None
    return _below(place, _found(place, _start(value), context))


def _start(value: str) -> str:
    """Where it starts; the filter names a hierarchy before that, ``<hierarchy>@<start>``, of which a table has one."""
    return value.rpartition("@")[2]


def _below(place: Place, tops: list[str]) -> Predicate | None:
    element = parent_element(place)
    if element is None:
        return None
    sys_ids = [read_text(each.strip()) for each in tops if each.strip()]
    if not sys_ids:
        raise ImpossibleValue("")
    return Predicate(Check.BELOW, place.path, (sys_ids,), (place.field.reference, element))


def parent_element(place: Place) -> str | None:
    """The field that leads from a record, to which the place refers, to the one above it; None where there is none."""
    dictionary, table = place.dictionary, place.field.reference
    if not place.is_reference:
        return None
    for element in PARENTS:
        field = dictionary.field(table, element)
        if field is not None and is_reference(field) and dictionary.base(field.reference) == dictionary.base(table):
            return element
    return None


HIERARCHY_OPERATORS: Mapping[str, Operator] = {
    "IN_HIERARCHY": _in_hierarchy,
    "IN_HIERARCHY_DYNAMIC": _in_dynamic_hierarchy,
}
RECORD_OPERATORS: Mapping[str, Operator] = {"DYNAMIC": _dynamic, **HIERARCHY_OPERATORS}
