"""Flask's session on top of the signed-in browsers that the database keeps.

The cookie holds a random id and nothing else. An id that is not signed in costs no row: its CSRF secret is derived
from the id, so the sign-in page of a thousand visitors writes nothing.
"""

import hashlib
import hmac
import re
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from ..settings import Settings
from .sessions import BrowserSessions
from .users import User

CSRF_FIELD = "csrf_token"
ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}")
WITHOUT_SESSION = ("/api/", "/static/", "/lab", "/favicon.ico")
"""Paths that are blind to cookies: programs and static files."""


class TenantSession(CallbackDict[str, Any], SessionMixin):
    """What a view sees as ``flask.session``; ``user`` is who is signed in."""

    def __init__(self, session_id: str, csrf_secret: str, *, new: bool) -> None:
        super().__init__({CSRF_FIELD: csrf_secret}, on_update=TenantSession._note_change)
        self.id = session_id
        self.user: User | None = None
        self.new = new
        self.modified = False
        self.told_browser = True
        """Whether the browser already has this id, or has no need of it."""

    def _note_change(self) -> None:
        self.modified = True

    def __getitem__(self, key: str) -> Any:
        if key == CSRF_FIELD and self.new:
            self.told_browser = False
        return super().__getitem__(key)

    def restore(self, user: User, data: dict[str, Any]) -> None:
        """Fill in what the database keeps of this session."""
        self.user = user
        self.update(data)
        self.modified = False

    def continue_as(self, session_id: str, csrf_secret: str, user: User | None) -> None:
        """Become another session, empty and under another id, which the browser is told with this answer."""
        self.clear()
        self[CSRF_FIELD] = csrf_secret
        self.id, self.user = session_id, user
        self.modified = self.told_browser = False

    def stored(self) -> dict[str, Any]:
        return {key: value for key, value in self.items() if key != CSRF_FIELD}


class TenantSessions(SessionInterface):
    def __init__(self, sessions: BrowserSessions, settings: Settings, key: bytes) -> None:
        self._sessions = sessions
        self._key = key
        self._secure = settings.secure
        self.cookie_name = f"{'__Host-' if settings.secure else ''}ticketlab_tenant_session"

    def open_session(self, app: Flask, request: Request) -> TenantSession:  # noqa: ARG002
        session_id = request.cookies.get(self.cookie_name, "")
        if request.path.startswith(WITHOUT_SESSION) or not ID_PATTERN.fullmatch(session_id):
            session_id = self._sessions.new_id()
            return TenantSession(session_id, self._csrf_secret(session_id), new=True)
        session = TenantSession(session_id, self._csrf_secret(session_id), new=False)
        found = self._sessions.find(session_id)
        if found is not None:
            session.restore(found.user, found.data)
        return session

    def sign_in(self, session: TenantSession, user: User) -> None:
        """Go on under a new id as ``user``; the session before is over."""
        self._sessions.end(session.id)
        session_id = self._sessions.start(user)
        session.continue_as(session_id, self._csrf_secret(session_id), user)

    def sign_out(self, session: TenantSession) -> None:
        self._sessions.end(session.id)
        session_id = self._sessions.new_id()
        session.continue_as(session_id, self._csrf_secret(session_id), None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        assert isinstance(session, TenantSession)
        if session.accessed or session.user is not None:
            response.vary.add("Cookie")
        if session.modified and session.user is not None:
            self._sessions.save(session.id, session.stored())
        if not session.told_browser:
            response.set_cookie(
                self.cookie_name, session.id, httponly=True, secure=self._secure, samesite="Lax", path="/"
            )

    def _csrf_secret(self, session_id: str) -> str:
        return hmac.new(self._key, b"csrf " + session_id.encode(), hashlib.sha256).hexdigest()
