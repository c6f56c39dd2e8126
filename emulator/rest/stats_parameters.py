"""The parameters of the Aggregate API (rest 5)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..errors import BadParameter, PlatformError
from ..query import Aggregate, Function, Grouping, GroupOrder, Having
from ..query.aggregates import SIGNS
from . import assumptions

NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
OF_FIELDS = (Function.AVG, Function.MIN, Function.MAX, Function.SUM)


class NothingAggregated(PlatformError):
    """Neither a count nor a field to aggregate was asked for (rest 1, G)."""

    message, status = assumptions.NOTHING_AGGREGATED.value


@dataclass(frozen=True, slots=True)
class StatsParameters:
    """What to aggregate; ``count`` says whether the number of records is shown."""

    grouping: Grouping
    count: bool


def read_stats_parameters(given: Mapping[str, str]) -> StatsParameters:
    """Read the parameters by name. Raises NothingAggregated, and BadParameter for an invalid condition."""
    count = given.get("sysparm_count", "").strip().lower() == "true"
    aggregates = tuple(dict.fromkeys([*([Aggregate(Function.COUNT)] if count else []), *_of_fields(given)]))
    groups = tuple(dict.fromkeys(_names(given.get("sysparm_group_by", ""))))
    if not aggregates and not groups:
        raise NothingAggregated
    orders = tuple(_orders(given.get("sysparm_order_by", "")))
    havings = tuple(_havings(given.get("sysparm_having", "")))
    _check_size(aggregates, groups, orders, havings)
    return StatsParameters(Grouping(aggregates, groups, orders, havings), count)


def _check_size(*lists: tuple[object, ...]) -> None:
    most = assumptions.MOST_AGGREGATED.value
    if sum(map(len, lists)) > most:
        raise BadParameter(detail=f"A request may name at most {most} aggregates, groups, orders and conditions.")


def _names(text: str) -> Iterator[str]:
    return (name for part in text.split(",") if (name := part.strip()))


def _of_fields(given: Mapping[str, str]) -> Iterator[Aggregate]:
    for function in OF_FIELDS:
        for name in _names(given.get(f"sysparm_{function}_fields", "")):
            yield Aggregate(function, name)


def _orders(text: str) -> Iterator[GroupOrder]:
    """``AVG^state``, ``COUNT^DESC`` or ``state^DESC``, several separated by commas (rest 5, D)."""
    for part in _names(text):
        first, *rest = (word.strip() for word in part.split("^"))
        descending = bool(rest) and rest[-1].upper() == "DESC"
        function = _function(first)
        if function is None:
            yield GroupOrder(first, descending)
        elif function is Function.COUNT:
            yield GroupOrder(Aggregate(function), descending)
        elif rest:
            yield GroupOrder(Aggregate(function, rest[0]), descending)


def _havings(text: str) -> Iterator[Having]:
    """``count^priority^>^3``, several separated by commas, all of which must hold (rest 5, D)."""
    for part in _names(text):
        words = [word.strip() for word in part.split("^")]
        function = _function(words[0])
        if function is None or len(words) != 4 or words[2] not in SIGNS or not NUMBER.fullmatch(words[3]):
            raise BadParameter(detail=f"sysparm_having is not an aggregate^field^operator^value: {part[:80]}")
        path = "" if function is Function.COUNT else words[1]
        yield Having(Aggregate(function, path), words[2], Decimal(words[3]))


def _function(word: str) -> Function | None:
    try:
        return Function(word.lower())
    except ValueError:
        return None
