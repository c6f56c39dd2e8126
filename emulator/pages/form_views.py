"""``/TABLE.do``: the form of any record."""

from dataclasses import replace

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.errors import TicketlabError
from ...shared.web.parts import part
from ...shared.web.same_origin import comes_from_elsewhere
from ..errors import NoRecordFound, PlatformError
from ..identity.api_keys import ApiKeys
from ..identity.secret_fields import SecretFields
from ..identity.web import FormRefused, current_caller
from ..oauth.clients import Clients
from ..records.gate import Gate
from .blueprint import pages
from .form_page import FormPage
from .forms import Form, Moved, Rejected, preset_values
from .frame import error_page
from .list_query import record_url
from .locks import PARAMETER as UNLOCK
from .locks import READERS, with_locks
from .messages import Message, refusal
from .outcomes import outcome
from .return_address import REFERRING, back_from, back_to, path_of_referrer, with_outcome
from .saving import Saving
from .surroundings import Surroundings, read_surroundings

NEW = "-1"
MYSELF = "javascript:gs.getUserID()"
OUT_OF_DATE = (
    "Nothing was saved, since you have logged in again in the meantime. Look at the form and press the button again."
)


@pages.get("/<table>.do")
def show_form(table: str) -> Response:
    """A record, a new one (``sys_id=-1``, filled from ``sysparm_query``), or the first that a query finds."""
    form, sys_id, query = _form(table), _sys_id(), request.args.get("sysparm_query", "")
    if query and "sys_id" not in request.args:
        return redirect(record_url(table, form.first(query)))
    page = form.open(sys_id) if sys_id else form.new(preset_values(query))
    told = outcome(part(Gate), form.caller, table, request.args) if sys_id else []
    back = _back(form, sys_id)
    page = with_locks(page, request.args.get(UNLOCK, "").split(","), _revealed)
    return _shown(replace(page, messages=told, back=back))


@pages.post("/<table>.do")
def submit_form(table: str) -> Response:
    """Submit, update or delete; what cannot be saved comes back as it was typed."""
    form, sys_id = _form(table), _sys_id()
    back = back_to(form.dictionary, table, sys_id, request.form.get(REFERRING, ""))
    if request.form.get("sys_action") == "sysverb_delete" and sys_id:
        return _delete(form, sys_id, back)
    try:
        saved = form.submit(sys_id, preset_values(request.args.get("sysparm_query", "")), request.form)
    except Rejected as rejected:
        return _shown(replace(rejected.page, back=back), rejected.status)
    what = "updated" if sys_id else "inserted"
    if request.form.get("sys_action") == "sysverb_update_and_stay":
        return redirect(with_outcome(record_url(saved.table, saved.sys_id), what, saved.sys_id))
    return redirect(with_outcome(back, what, saved.sys_id, saved.table))


def _back(form: Form, sys_id: str) -> str:
    """To the page that the form was opened from; a new record belongs to another one only where the address says so."""
    came_from = path_of_referrer(request.referrer, request.host)
    given = request.args.get(REFERRING, "")
    if given or sys_id:
        return back_to(form.dictionary, form.table, sys_id, given or came_from)
    return back_from(form.dictionary, form.table, came_from)


def _delete(form: Form, sys_id: str, back: str) -> Response:
    """Ask first; delete only what was asked about and confirmed."""
    page = form.open(sys_id)
    messages: list[Message] = []
    status = 200
    if request.form.get("confirmed") == "true":
        try:
            form.delete(sys_id)
            return redirect(with_outcome(back, "deleted"))
        except PlatformError as error:
            messages, status = [refusal(error)], error.status
    page = replace(page, messages=messages)
    return make_response(render_template("delete.html", page=page, back=back), status)


def _revealed(sys_id: str, element: str) -> str:
    """A sealed secret in the clear: of an OAuth client for whoever administers those, an API key for administrators."""
    if element == "token":
        return part(ApiKeys).reveal(sys_id) if current_caller().is_admin else ""
    if not current_caller().has_role(READERS):
        return ""
    return part(Clients).reveal_secret(sys_id) if element == "client_secret" else ""


def _form(table: str) -> Form:
    gate, caller = part(Gate), current_caller()
    return Form(table, caller, Saving(gate, part(SecretFields)))


def _sys_id() -> str:
    """The record that the address names; empty for a new one."""
    given = request.args.get("sys_id", "")
    return current_caller().user if given == MYSELF else given.removeprefix(NEW)


def _shown(page: FormPage, status: int = 200) -> Response:
    around = Surroundings() if page.new else read_surroundings(part(Gate), current_caller(), page.table, page.sys_id)
    return make_response(render_template("form.html", page=page, around=around), status)


@pages.errorhandler(FormRefused)
def _out_of_date(refused: FormRefused) -> Response:
    """A form of an earlier session of this browser comes back as it was typed; one that another site sent does not."""
    if request.endpoint != "pages.submit_form" or comes_from_elsewhere(request):
        return error_page(refused.message, refused.detail, refused.status)
    form = _form(str((request.view_args or {})["table"]))
    presets = preset_values(request.args.get("sysparm_query", ""))
    try:
        page = form.as_left(_sys_id(), presets, request.form, Message("error", OUT_OF_DATE))
    except TicketlabError:  # there is no such form, or none for this user any more
        return error_page(refused.message, refused.detail, refused.status)
    return _shown(page, refused.status)


def show_record(table: str, sys_id: str, told: Message, status: int) -> Response:
    """The form of a record, with what went wrong with something that belongs to it."""
    return _shown(replace(_form(table).open(sys_id), messages=[told]), status)


@pages.errorhandler(NoRecordFound)
def no_record(_error: NoRecordFound) -> Response:
    return error_page("Record not found", "It does not exist, or you may not read it.", 404)


@pages.errorhandler(Moved)
def _moved(moved: Moved) -> Response:
    """The record is of a class below the table that was asked for, and has that class's form."""
    return redirect(record_url(moved.table, moved.sys_id))
