"""The Aggregate API: ``/api/now[/v1|/v2]/stats/TABLE`` (rest 5)."""

from collections.abc import Mapping

from flask import Blueprint, Response

from ...shared.time_style import TimeStyle
from ...shared.web.parts import part
from ..query import Function
from ..records.aggregating import Group
from ..records.gate import Gate
from ..records.row import FieldValue
from .closed_tables import check_open
from .filters import asked_query
from .frame import answer, api_caller, speak_rest
from .incoming import asked_by_name, asked_parameters
from .parameters import DisplayValue, Parameters
from .routing import add_routes, same_for_all_versions
from .stats_parameters import read_stats_parameters

blueprint = Blueprint("stats_api", __name__)
speak_rest(blueprint)
same_for_all_versions(blueprint)

ORDER = (Function.COUNT, Function.AVG, Function.MIN, Function.MAX, Function.SUM)


def aggregate(table: str) -> Response:
    """Without groups one object of statistics, with groups a list of them."""
    caller, asked = api_caller(), asked_parameters()
    gate = part(Gate)
    dictionary = gate.read_dictionary()
    check_open(table)
    dictionary.table(table)  # an unknown one is told of first, whatever else is missing (rest 5, D)
    query = asked_query(dictionary, table, asked)
    wanted = read_stats_parameters(asked_by_name())
    groups = gate.aggregate(table, caller).query(query, wanted.grouping)
    if not wanted.grouping.groups:
        return answer({"result": {"stats": _stats(groups[0])}})
    return answer({"result": [_group(each, asked, caller.style) for each in groups]})


add_routes(blueprint, "stats", (("/<table>", aggregate, "GET"),))


def _group(group: Group, asked: Parameters, style: TimeStyle) -> Mapping[str, object]:
    fields = [_field(path, value, asked.display_value, style) for path, value in group.fields.items()]
    return {"stats": _stats(group), "groupby_fields": fields}


def _stats(group: Group) -> Mapping[str, object]:
    stats: dict[str, object] = {}
    for function in ORDER:
        values = {each.path: text for each, text in group.values.items() if each.function is function}
        if values:
            stats[function] = values[""] if function is Function.COUNT else values
    return stats


def _field(path: str, value: FieldValue, display: DisplayValue, style: TimeStyle) -> Mapping[str, str]:
    """``value`` holds the label where display values are asked for (rest 5, D)."""
    if display is DisplayValue.FALSE:
        return {"field": path, "value": value.value}
    if display is DisplayValue.TRUE:
        return {"field": path, "value": value.display(style)}
    return {"field": path, "value": value.value, "display_value": value.display(style)}
