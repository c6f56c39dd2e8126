"""The user menu's *Elevate role*: which elevated roles count in this session."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ..identity.elevation import elevate, roles_to_elevate
from ..identity.web import current_caller
from ..records.gate import Gate
from .blueprint import pages
from .messages import Message

PATH = "/elevate_role.do"


@pages.get(PATH)
def elevation() -> str:
    caller = current_caller()
    roles = part(Gate).record("sys_user_role", caller).query("elevated_privilege=true", fields=("name", "description"))
    held = roles_to_elevate(part(Gate), caller)
    done = [Message("done", "The roles of this session were changed.")] if request.args.get("sysparm_done") else []
    return render_template(
        "elevate_role.html",
        roles=[row for row in roles.rows if row.value("name") in held],
        elevated=caller.elevated,
        messages=done,
    )


@pages.post(PATH)
def set_elevation() -> Response:
    elevate(part(Gate), current_caller(), frozenset(request.form.getlist("role")))
    return redirect(f"{PATH}?sysparm_done=updated", 303)
