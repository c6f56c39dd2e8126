"""Bearer tokens of the tenant's API: random, kept as hashes, for an hour."""

import hmac
from datetime import timedelta

from sqlalchemy import Engine, delete

from ...shared.clock import Clock
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ..database import reading_session, writing_session
from .models import AccessToken, AppRegistration, Role
from .users import User, enabled_user

LIFETIME = timedelta(hours=1)
TOKEN_BYTES = 48


class AccessTokens:
    def __init__(self, engine: Engine, clock: Clock, ids: Ids) -> None:
        self._engine = engine
        self._clock = clock
        self._ids = ids

    def application(self, client_id: str, secret: str) -> User | None:
        """Return the registered application whose secret this is, as the user it acts as."""
        with reading_session(self._engine) as session:
            row = session.get(AppRegistration, client_id)
            right = row is not None and hmac.compare_digest(row.secret_hash, digest_of(secret))
            return _application(row) if row is not None and right else None

    def keep(self, text: str, holder: User, scope: str = "") -> None:
        """Store a token that was issued to ``holder``, for the API or for what ``scope`` says."""
        now = self._clock.now()
        with writing_session(self._engine) as session:
            session.execute(delete(AccessToken).where(AccessToken.expires_at <= now))
            is_application = session.get(AppRegistration, holder.id) is not None
            session.add(
                AccessToken(
                    token_hash=digest_of(text),
                    user_id=None if is_application else holder.id,
                    client_id=holder.id if is_application else None,
                    scope=scope,
                    issued_at=now,
                    expires_at=now + LIFETIME,
                )
            )

    def new_text(self) -> str:
        return self._ids.token(TOKEN_BYTES)

    def holder(self, text: str) -> User | None:
        """Return whose token of the API this is, unless it has ended or they were disabled."""
        with reading_session(self._engine) as session:
            row = session.get(AccessToken, digest_of(text))
            if row is None or row.scope or row.expires_at <= self._clock.now():
                return None
            if row.user_id is not None:
                return enabled_user(session, row.user_id)
            application = session.get(AppRegistration, row.client_id)
            return _application(application) if application is not None else None

    def signed_in_holder(self, text: str) -> tuple[User, str] | None:
        """Return who signed in to an application that has this token, and the scope it was given."""
        with reading_session(self._engine) as session:
            row = session.get(AccessToken, digest_of(text))
            if row is None or not row.scope or row.user_id is None or row.expires_at <= self._clock.now():
                return None
            user = enabled_user(session, row.user_id)
            return (user, row.scope) if user is not None else None


def _application(row: AppRegistration) -> User:
    return User(row.client_id, row.client_id, row.name, "", frozenset({Role(row.role)} if row.role else ()))
