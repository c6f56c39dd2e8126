"""Who sent this request? An ordered list of ways to tell; the REST APIs ask it."""

import base64
import binascii
from collections.abc import Sequence
from typing import Protocol

from flask import Request

from ..access.caller import Caller, Channel
from ..errors import NotAuthenticated
from ..records.gate import Gate
from .sessions import COOKIE, Sessions, account_in
from .user_tokens import UserTokens
from .users import LoginRefused, Users

LONGEST_HEADER = 8192
IDENTIFYING = ("Authorization", "x-sn-apikey", "X-UserToken")
RESTRICTION = "glide.authenticate.basic_auth.restriction.enforce"
ALLOWED_ROLES = "glide.authenticate.basic_auth.allowed_roles"
DEFAULT_ALLOWED = "snc_basic_auth_api_access"
"""Properties since Australia, and the role that they ask for; admin is not enough (platform 2.2, C measured)."""


class BasicRestricted(NotAuthenticated):
    """Basic authentication is kept for the holders of some roles (platform 2.2, C)."""

    message = "User is not authenticated"


class SecondFactorMissing(NotAuthenticated):
    """The password is right, and a second factor would have to come with it (the vendor's REST documentation, D)."""


class Authenticator(Protocol):
    """One way to identify a caller."""

    def claims(self, request: Request) -> bool:
        """Whether the request identifies its sender in this way."""

    def caller_of(self, request: Request) -> Caller:
        """Return the caller. Raises NotAuthenticated, which ends the search."""


class Authenticators:
    """Asks each in order; the first that claims the request decides.

    An Authorization header alone identifies: with one that nobody claims, no cookie is looked at.
    """

    def __init__(self, *authenticators: Authenticator) -> None:
        self._authenticators: list[Authenticator] = list(authenticators)

    def add(self, authenticator: Authenticator) -> None:
        """Ask this one too, before those that look at cookies."""
        self._authenticators.insert(len(self._authenticators) - 1, authenticator)

    def caller_of(self, request: Request) -> Caller:
        """Return whoever sent the request. Raises NotAuthenticated."""
        for authenticator in self._authenticators:
            if authenticator.claims(request):
                return authenticator.caller_of(request)
        raise NotAuthenticated


class BasicAuthenticator:
    """User ID and password in every request (RFC 7617). Who has a second factor to give cannot give it here."""

    def __init__(self, gate: Gate, users: Users) -> None:
        self._gate = gate
        self._users = users

    def claims(self, request: Request) -> bool:
        return scheme_of(request) == "basic"

    def caller_of(self, request: Request) -> Caller:
        pair = basic_pair(request.headers.get("Authorization", ""))
        if pair is None:
            raise NotAuthenticated
        try:
            account = self._users.authenticate_for_api(*pair, request.remote_addr or "")
        except LoginRefused as error:
            raise NotAuthenticated from error
        if account.needs_second_factor:
            raise SecondFactorMissing
        caller = self._users.caller(account, Channel.REST, address=request.remote_addr or "")
        self._check_roles(caller)
        return caller

    def _check_roles(self, caller: Caller) -> None:
        if self._gate.get_property(RESTRICTION) == "true":
            allowed = self._gate.get_property(ALLOWED_ROLES, DEFAULT_ALLOWED).split(",")
            if not caller.roles & {each.strip() for each in allowed}:
                raise BasicRestricted


class UserTokenRefused(NotAuthenticated):
    """A session's cookie without the session's token (platform 4.2, C): the answer carries the right one."""

    def __init__(self, user_token: str) -> None:
        self.user_token = user_token
        super().__init__()


class SessionAuthenticator:
    """The cookie of a page's session, together with its token in ``X-UserToken``."""

    def __init__(self, users: Users, sessions: Sessions, tokens: UserTokens) -> None:
        self._users = users
        self._sessions = sessions
        self._tokens = tokens

    def claims(self, request: Request) -> bool:
        return "Authorization" not in request.headers and COOKIE in request.cookies

    def caller_of(self, request: Request) -> Caller:
        cookie = request.cookies[COOKIE]
        session = self._sessions.find(cookie)
        account = account_in(session, self._users)
        if session is None or account is None:
            raise NotAuthenticated
        if not self._tokens.matches(cookie, request.headers.get("X-UserToken", "")):
            raise UserTokenRefused(self._tokens.token_for(cookie))
        address = request.remote_addr or ""
        return self._users.caller(account, Channel.REST, session=session.id_hash, address=address)


def scheme_of(request: Request) -> str:
    """The scheme of the Authorization header, lower case; empty without one."""
    return request.headers.get("Authorization", "").strip().partition(" ")[0].lower()


def names_its_sender(request: Request) -> bool:
    """Whether a header says who sends the request, so that no cookie is looked at without more."""
    return any(name in request.headers for name in IDENTIFYING)


def way_of(request: Request) -> str:
    """How a request says who sends it, in a word for the log: a scheme, the session, or another way."""
    scheme = scheme_of(request)
    if scheme:
        return scheme if scheme in {"basic", "bearer"} else "another scheme"
    return "session" if COOKIE in request.cookies else "nothing or a key"


def basic_pair(header: str) -> tuple[str, str] | None:
    """Name and password of a Basic header; None when it is too long, no base64, no UTF-8 or has no colon."""
    if len(header) > LONGEST_HEADER:
        return None
    encoded = header.strip().partition(" ")[2].strip()
    try:
        text = base64.b64decode(encoded.encode("ascii"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError):
        return None
    name, colon, password = text.partition(":")
    return (name, password) if colon else None


def first_party(gate: Gate, users: Users, sessions: Sessions, tokens: UserTokens) -> Sequence[Authenticator]:
    """The ways that need nothing above identity, in order."""
    return BasicAuthenticator(gate, users), SessionAuthenticator(users, sessions, tokens)
