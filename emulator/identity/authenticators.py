"""Who sent this request? An ordered list of ways to tell; the REST APIs ask it."""

import base64
import binascii
from collections.abc import Sequence
from typing import Protocol

from flask import Request

from ..access.caller import Caller, Channel
from ..errors import NotAuthenticated
from .sessions import COOKIE, Sessions
from .user_tokens import UserTokens
from .users import LoginRefused, Users

LONGEST_HEADER = 8192


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
    """User ID and password in every request (RFC 7617)."""

    def __init__(self, users: Users) -> None:
        self._users = users

    def claims(self, request: Request) -> bool:
        return scheme_of(request) == "basic"

    def caller_of(self, request: Request) -> Caller:
        pair = basic_pair(request.headers.get("Authorization", ""))
        if pair is None:
            raise NotAuthenticated
        try:
            account = self._users.authenticate_for_api(*pair)
        except LoginRefused as error:
            raise NotAuthenticated from error
        return self._users.caller(account, Channel.REST, address=request.remote_addr or "")


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
        account = self._users.by_id(session.user) if session else None
        if session is None or account is None or not session.admits(account):
            raise NotAuthenticated
        if not self._tokens.matches(cookie, request.headers.get("X-UserToken", "")):
            raise UserTokenRefused(self._tokens.token_for(cookie))
        address = request.remote_addr or ""
        return self._users.caller(account, Channel.REST, session=session.id_hash, address=address)


def scheme_of(request: Request) -> str:
    """The scheme of the Authorization header, lower case; empty without one."""
    return request.headers.get("Authorization", "").strip().partition(" ")[0].lower()


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


def first_party(users: Users, sessions: Sessions, tokens: UserTokens) -> Sequence[Authenticator]:
    """The ways that need nothing above identity, in order."""
    return BasicAuthenticator(users), SessionAuthenticator(users, sessions, tokens)
