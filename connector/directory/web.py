"""Who is asking, for pages and API alike, and which views need whom."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import g, redirect, request, session, url_for
from werkzeug import Response

from ..errors import N_, Forbidden, NotSignedIn
from .cookies import TenantSession
from .models import Role
from .users import User

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

API_PREFIX = "/api/"


def is_api_request() -> bool:
    return request.path.startswith(API_PREFIX)


def browser_session() -> TenantSession:
    """The browser's session under the name of its own type."""
    current = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's proxy has no type
    assert isinstance(current, TenantSession)
    return current


def current_user() -> User | None:
    """Return who asks: the bearer of the token at the API, whoever is signed in in this browser elsewhere."""
    if is_api_request():
        bearer: User | None = g.get("bearer")
        return bearer
    return browser_session().user


def signed_in_user() -> User:
    """Return who asks, in a view that requires somebody. Raises NotSignedIn."""
    user = current_user()
    if user is None:
        raise NotSignedIn
    return user


def sign_in_required(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer | Response]:
    """Let a view be seen by people of the directory only; others are led to the sign-in page and back."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer | Response:
        if current_user() is not None:
            return view(*args, **kwargs)
        if is_api_request():
            raise NotSignedIn
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("directory.sign_in", next=wanted), 303)

    return guarded


def admin_required(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer | Response]:
    """Let a view be used by Global and Security Administrators only. Raises Forbidden for anybody else."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer | Response:
        if not signed_in_user().may_share:
            raise Forbidden(detail=N_("A Security Administrator or Global Administrator can do this."))
        return view(*args, **kwargs)

    return sign_in_required(guarded)


def global_administrator_required(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer | Response]:
    """Let a view be used by Global Administrators only. Raises Forbidden for anybody else."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer | Response:
        if Role.GLOBAL_ADMINISTRATOR not in signed_in_user().roles:
            raise Forbidden(detail=N_("A Global Administrator can do this."))
        return view(*args, **kwargs)

    return sign_in_required(guarded)


@dataclass
class SignInLeadsOn:
    """Where the sign-in page's form leads in the end: the application's address, for the page's policy.

    The OpenID provider, which knows the applications, says so.
    """

    origin_of: Callable[[str], str] = lambda _wanted: ""


def safe_next(target: str | None) -> str:
    """Return a path of our own to go on to, or the home page (attacks B19)."""
    if not target or not target.startswith("/") or not target.isprintable() or "\\" in target:
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc or target.startswith("//") else target
