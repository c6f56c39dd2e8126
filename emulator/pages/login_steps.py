"""What a login asks for after the right password: a code of the second factor, a new password.

No page of the instance opens before: the session begins when the last step is done (platform 1.2).
"""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ..identity.accounts import UserAccount
from ..identity.landing import LANDING_PATH, own_path
from ..identity.passwords import LONGEST_PASSWORD, Passwords
from ..identity.pending import PendingLogins
from ..identity.second_factor import SecondFactor
from ..identity.users import Users
from ..identity.web import (
    LOGIN_PATH,
    FormRefused,
    begin_session,
    check_csrf,
    csrf_token,
    redirect_to_login,
    session_cookie,
)

blueprint = Blueprint("login_steps", __name__)

CODE_PATH = "/validate_multifactor_auth_code.do"
PASSWORD_PATH = "/change_password.do"  # noqa: S105 (an address)
CODE = "code"
NEW_PASSWORD = "password"  # noqa: S105 (the name of a step)
SHORTEST_PASSWORD = 8

OUT_OF_DATE = "Your session timed out. Please log in again."
WRONG_CODE = "The code is not valid. Enter the one that your authenticator app shows now."
NOT_THE_SAME = "The two passwords are not the same."
TOO_SHORT = f"The new password needs {SHORTEST_PASSWORD} characters or more."
TOO_LONG = f"The new password can have {LONGEST_PASSWORD} characters at most."
NOT_NEW = "The new password must differ from the one you have."


def go_on(account: UserAccount, back: str) -> Response:
    """After a right password: on to the next step, or into the instance."""
    if account.needs_second_factor:
        return _code_page(account, back)
    return _after_code(account, back)


@blueprint.get(CODE_PATH)
@blueprint.get(PASSWORD_PATH)
def begin_again() -> Response:
    """The steps are reached by logging in alone."""
    return redirect(LOGIN_PATH, 302)


@blueprint.post(CODE_PATH)
def check_code() -> Response:
    """Wrong codes count as wrong passwords do."""
    account = _account(CODE)
    back = request.form.get("sysparm_login_url", "")
    if account is None:
        return redirect_to_login(LOGIN_PATH, own_path(back))
    code = "".join(request.form.get("code", "").split())
    if part(SecondFactor).accept(account.sys_id, code):
        return _after_code(account, back)
    part(Users).count_failure(account, request.remote_addr or "")
    return _code_page(account, back, WRONG_CODE)


@blueprint.post(PASSWORD_PATH)
def change_password() -> Response:
    account = _account(NEW_PASSWORD)
    back = request.form.get("sysparm_login_url", "")
    if account is None:
        return redirect_to_login(LOGIN_PATH, own_path(back))
    new = request.form.get("new_password", "")
    error = _fault_of(new, account)
    if error:
        return _password_page(account, back, error)
    part(Users).set_password(account.sys_id, new)
    changed = part(Users).by_id(account.sys_id)
    return _let_in(changed or account, back)


@blueprint.errorhandler(FormRefused)
def out_of_date(_refused: FormRefused) -> Response:
    """A step that our own page of this browser did not send leads nowhere."""
    page = render_template("login.html", error=OUT_OF_DATE, user_name="", login_url="welcome.do")
    return make_response(page, 403)


def _account(stage: str) -> UserAccount | None:
    check_csrf()
    return part(PendingLogins).account_of(request.form.get("sysparm_pending", ""), session_cookie(), stage)


def _after_code(account: UserAccount, back: str) -> Response:
    return _password_page(account, back) if account.password_needs_reset else _let_in(account, back)


def _let_in(account: UserAccount, back: str) -> Response:
    begin_session(account)
    part(Users).note_login(account)
    return redirect(own_path(back), 302)


def _code_page(account: UserAccount, back: str, error: str = "") -> Response:
    factor = part(SecondFactor)
    secret = "" if factor.is_enrolled(account.sys_id) else factor.secret(account.sys_id)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return _page("login_code.html", account, back, CODE, error, secret=grouped)


def _password_page(account: UserAccount, back: str, error: str = "") -> Response:
    return _page("login_password.html", account, back, NEW_PASSWORD, error, shortest=SHORTEST_PASSWORD)


def _page(template: str, account: UserAccount, back: str, stage: str, error: str, **more: object) -> Response:
    csrf_token()
    pending = part(PendingLogins).issue(account, session_cookie(), stage)
    login_url = own_path(back, LANDING_PATH).lstrip("/")
    page = render_template(
        template, error=error, pending=pending, login_url=login_url, user_name=account.user_name, **more
    )
    return make_response(page)


def _fault_of(new: str, account: UserAccount) -> str:
    if len(new) < SHORTEST_PASSWORD:
        return TOO_SHORT
    if len(new) > LONGEST_PASSWORD:
        return TOO_LONG
    if new != request.form.get("confirm_password", ""):
        return NOT_THE_SAME
    return NOT_NEW if part(Passwords).verify(account.password_hash, new) else ""
