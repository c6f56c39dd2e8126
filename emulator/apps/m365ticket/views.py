"""The app's pages: the installation checklist and the status of the connection."""

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ....shared.web.parts import part
from ...errors import PlatformError
from ...identity.keys import InstanceKey
from ...identity.passwords import Passwords
from ...identity.web import current_caller
from ...oauth.connection_status import ConnectionStatuses
from ...pages.frame import framed
from ...records.gate import Gate
from .checklist import Checklist, NewUser
from .checklist_page import DONE, STEP_ONE, STEP_TWO, checklist_page, with_trouble
from .connection import connection
from .errors import AdminsOnly, Unusable
from .manifest import CHECKLIST_URL, SCOPE, STATUS_URL
from .status_page import status_page

blueprint = Blueprint("m365ticket", __name__, template_folder="templates")
framed(blueprint)


@blueprint.before_request
def _say_when_not_installed() -> Response | None:
    if SCOPE in part(Gate).snapshot().policy.scopes:
        return None
    return make_response(render_template("m365ticket/not_installed.html"), 404)


@blueprint.get(CHECKLIST_URL)
def show_checklist() -> Response:
    """The three steps, each with what it has made."""
    return _checklist(done=request.args.get("done", ""))


@blueprint.post(CHECKLIST_URL)
def work_on_checklist() -> Response:
    """Do a step. What is refused shows at the step, with everything typed still there."""
    step = request.form.get("step", "")
    try:
        _do(step)
    except Unusable as unusable:
        return _checklist(step, unusable.errors, status=422)
    except AdminsOnly:
        raise
    except PlatformError as error:
        return _checklist(step, refusal=error.detail or error.message, status=error.status)
    return redirect(f"{CHECKLIST_URL}?done={step}")


@blueprint.get(STATUS_URL)
def show_status() -> str:
    caller = current_caller()
    page = status_page(part(Gate), caller, connection(part(Gate), part(ConnectionStatuses)))
    return render_template("m365ticket/status.html", page=page)


def _do(step: str) -> None:
    checklist, caller, typed = _logic(), current_caller(), request.form
    if step == STEP_ONE:
        checklist.create_entity(caller, typed.get("name", "").strip(), typed.get("redirect_url", "").strip())
    elif step == STEP_TWO:
        wanted = NewUser(
            typed.get("user_name", "").strip(),
            typed.get("user_full_name", "").strip(),
            typed.get("email", "").strip(),
            typed.get("password", ""),
        )
        checklist.create_user(caller, wanted)


def _checklist(
    step: str = "", errors: Mapping[str, str] | None = None, *, refusal: str = "", done: str = "", status: int = 200
) -> Response:
    page = checklist_page(_logic(), current_caller(), connection(part(Gate), part(ConnectionStatuses)))
    page = with_trouble(page, step, request.form, errors or {}, refusal)
    return make_response(render_template("m365ticket/checklist.html", page=page, done=DONE.get(done, "")), status)


def _logic() -> Checklist:
    return Checklist(part(Gate), part(Passwords), part(InstanceKey))
