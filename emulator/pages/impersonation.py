"""The user menu's *Impersonate User* and *End impersonation*."""

from flask import g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ..identity.impersonation import ImpersonationRefused, may_impersonate, note_impersonation, user_to_impersonate
from ..identity.users import Users
from ..identity.web import begin_session, current_caller, current_session
from ..records.gate import Gate
from .blueprint import pages
from .messages import Message, refusal

PATH = "/impersonate_dialog.do"
END_PATH = "/impersonate_end.do"
HOME = "/home.do"
NOT_ALLOWED = "Only an administrator may impersonate, and only one user at a time."


def is_impersonating() -> bool:
    session = current_session()
    return session is not None and bool(session.acting)


@pages.get(PATH)
def impersonation_dialog() -> Response:
    _check()
    return _dialog([], 200)


@pages.post(PATH)
def impersonate() -> Response:
    """From here on, in a new session, everything is done as the other user."""
    _check()
    gate, users, caller = part(Gate), part(Users), current_caller()
    try:
        account = user_to_impersonate(gate, users, caller, request.form.get("user_name", "").strip())
    except ImpersonationRefused as error:
        return _dialog([refusal(error)], error.status)
    owner = users.by_id(caller.user)
    assert owner is not None
    begin_session(owner, acting=account.sys_id)
    note_impersonation(gate, _transaction(), f"{owner.user_name} impersonated {account.user_name}")
    return redirect(HOME, 303)


@pages.post(END_PATH)
def end_impersonation() -> Response:
    session = current_session()
    owner = part(Users).by_id(session.user) if session and session.acting else None
    if owner is None:
        return redirect(HOME, 303)
    acting = current_caller().user_name
    begin_session(owner)
    note_impersonation(part(Gate), _transaction(), f"{owner.user_name} stopped impersonating {acting}")
    return redirect(HOME, 303)


def _check() -> None:
    if not may_impersonate(current_caller(), impersonating=is_impersonating()):
        raise ImpersonationRefused(detail=NOT_ALLOWED)


def _transaction() -> str:
    return str(g.get("transaction_id", ""))


def _dialog(messages: list[Message], status: int) -> Response:
    users = (
        part(Gate)
        .record("sys_user", current_caller())
        .query("active=true^ORDERBYuser_name", fields=("user_name", "name"), limit=200)
    )
    page = render_template(
        "impersonation.html", messages=messages, users=users.rows, typed=request.form.get("user_name", "")
    )
    return make_response(page, status)
