"""``/TABLE_list.do``: the list of any table."""

from collections.abc import Mapping

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.text import whole_number
from ...shared.web.parts import part
from ..access.caller import Caller
from ..identity.web import current_caller
from ..query import EncodedQuery, narrowed, parse
from ..records.gate import Gate
from ..rest.tiny_urls import expand
from .blueprint import pages
from .breadcrumbs import Wording
from .export_views import as_file, asked_processor
from .filter_input import EDITED, STEP, FilterInput
from .list_page import read_list
from .list_query import asked_query, grouped, list_url, search_condition
from .outcomes import outcome
from .references import References

LARGEST_ROW = 10_000_000
GROUP_BY = "sysparm_group_by"


@pages.get("/<table>_list.do")
def show_list(table: str) -> str | Response:
    """Rows of a table that match ``sysparm_query``, from ``sysparm_first_row`` on; or the same as a file."""
    given, caller = _given(), current_caller()
    query = asked_query(given)
    led_on = _led_on(table, query, caller)
    if led_on is not None:
        return redirect(led_on)
    if asked_processor():
        return as_file(caller, table, query, asked_processor())
    edited = parse(given[EDITED]) if EDITED in given else None
    page = read_list(part(Gate), caller, table, query, _first_row(), edited)
    return render_template("list.html", page=page, done=outcome(part(Gate), caller, table, given))


def _given() -> Mapping[str, str]:
    """The parameters of the address, and those of the longer one that ``sysparm_tiny`` stands for."""
    pairs = expand(part(Gate), list(request.args.items(multi=True)))
    return dict(reversed(pairs))


def _first_row() -> int:
    return whole_number(_given().get("sysparm_first_row", ""), LARGEST_ROW) or 1


def _led_on(table: str, query: EncodedQuery, caller: Caller) -> str | None:
    """Where the list's own forms lead to: a search, a grouping, the filter builder; None for a plain address."""
    gate = part(Gate)
    dictionary = gate.read_dictionary()
    if STEP in request.args:
        wording = Wording(dictionary, References(gate, dictionary, caller), dictionary.table(table).name)
        return FilterInput(wording, request.args.getlist).next_url(query)
    if GROUP_BY in request.args:
        return list_url(table, grouped(query, request.args[GROUP_BY]))
    text = _given().get("sysparm_search_text")
    if text is None:
        return None
    field = dictionary.field(table, _given().get("sysparm_search_field", ""))
    condition = search_condition(dictionary, field, text[:200]) if field else ""
    return list_url(table, narrowed(query, condition))
