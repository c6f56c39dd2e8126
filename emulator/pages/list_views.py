"""``/TABLE_list.do``: the list of any table."""

from collections.abc import Mapping

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import PlatformError
from ..identity.web import current_caller
from ..query import EncodedQuery, parse
from ..records.gate import Gate
from ..rest.tiny_urls import expand
from .blueprint import pages
from .list_page import read_list
from .list_query import list_url, narrowed, ordered_by, record_url, search_condition
from .messages import Message, done

LARGEST_ROW = 10_000_000


@pages.get("/<table>_list.do")
def show_list(table: str) -> str | Response:
    """Rows of a table that match ``sysparm_query``, from ``sysparm_first_row`` on."""
    searched = _searched(table)
    if searched is not None:
        return redirect(searched)
    caller = current_caller()
    page = read_list(part(Gate), caller, table, _query(), _first_row())
    return render_template("list.html", page=page, done=_done(table, caller))


def _given() -> Mapping[str, str]:
    """The parameters of the address, and those of the longer one that ``sysparm_tiny`` stands for."""
    pairs = expand(part(Gate), list(request.args.items(multi=True)))
    return dict(reversed(pairs))


def _query() -> EncodedQuery:
    """The encoded query, with the order of ``sysparm_order`` where that is given."""
    query = parse(_given().get("sysparm_query", ""))
    element = _given().get("sysparm_order", "").strip()
    if not element.replace("_", "").replace(".", "").isalnum():
        return query
    descending = _given().get("sysparm_order_direction", "").lower().startswith("desc")
    return ordered_by(query, element, descending=descending)


def _first_row() -> int:
    text = _given().get("sysparm_first_row", "")
    return min(int(text), LARGEST_ROW) if text.isdecimal() and text.isascii() and len(text) < 10 else 1


def _searched(table: str) -> str | None:
    """Where a search leads: the same list with one condition more."""
    text = _given().get("sysparm_search_text")
    if text is None:
        return None
    dictionary = part(Gate).read_dictionary()
    field = dictionary.field(table, _given().get("sysparm_search_field", ""))
    condition = search_condition(dictionary, field, text[:200]) if field else ""
    return list_url(table, narrowed(_query(), condition))


def _done(table: str, caller: Caller) -> list[Message]:
    """What the form before this list did, with a link to the record."""
    code, sys_id = _given().get("sysparm_done", ""), _given().get("sysparm_done_record", "")
    if not sys_id:
        return done(code)
    gate = part(Gate)
    element = gate.read_dictionary().display_element(table)
    try:
        row = gate.record(table, caller).get(sys_id, (element,))
    except PlatformError:
        return []
    return done(code, record_url(row.table, row.sys_id), row.display(element) or row.sys_id)
