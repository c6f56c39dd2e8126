"""What a person keeps about lists: the columns of one (``/personalize_list_columns.do``), and the rows of a page."""

from collections.abc import Sequence

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ..identity.landing import own_path
from ..identity.web import current_caller
from ..records.gate import Gate
from .blueprint import pages
from .column_choice import changed, column_choice
from .list_layout import read_layout, save_columns, save_rows
from .preferences import Preferences
from .return_address import back_from
from .rights import Rights

SAVE, RESET = "save", "reset"


@pages.get("/personalize_list_columns.do")
def show_columns() -> str:
    """The columns of the list of ``sysparm_table``, as they are now."""
    rights, preferences = _asking()
    table = request.args.get("sysparm_table", "")
    layout = read_layout(rights.snapshot.dictionary, preferences, table)
    return _page(rights, table, layout.columns, request.args.get("sysparm_referring_url", ""))


@pages.post("/personalize_list_columns.do")
def choose_columns() -> str | Response:
    """One step of the choice, or its end: saved, or back to the usual columns."""
    rights, preferences = _asking()
    given = request.form
    dictionary, table = (
        rights.snapshot.dictionary,
        rights.snapshot.dictionary.table(given.get("sysparm_table", "")).name,
    )
    step, columns, came_from = given.get("step", ""), given.getlist("column"), given.get("sysparm_referring_url", "")
    if step in {SAVE, RESET}:
        save_columns(dictionary, preferences, table, columns if step == SAVE else ())
        return redirect(back_from(dictionary, table, came_from))
    return _page(rights, table, changed(columns, step, given.get("add", "")), came_from)


@pages.post("/personalize_list_rows.do")
def choose_rows() -> Response:
    """Remember how many rows a page of a list has, on every list."""
    save_rows(Preferences(part(Gate), current_caller()), request.form.get("rowcount", ""))
    return redirect(own_path(request.form.get("sysparm_referring_url", ""), otherwise="/home.do"))


def _asking() -> tuple[Rights, Preferences]:
    gate, caller = part(Gate), current_caller()
    return Rights.of(gate, caller), Preferences(gate, caller)


def _page(rights: Rights, table: str, columns: Sequence[str], came_from: str) -> str:
    back = back_from(rights.snapshot.dictionary, table, came_from)
    return render_template("columns.html", page=column_choice(rights, table, columns), back=back)
