"""Authorization codes: kept as hashes for a minute, and given out once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete

from ...shared.clock import Clock
from ...shared.digests import digest_of
from ..database import writing_session
from .models import AuthorizationCode

LIFETIME = timedelta(minutes=1)


@dataclass(frozen=True)
class Code:
    """What somebody's sign-in allowed a client, in the form that Authlib asks for."""

    client_id: str
    user_id: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    signed_in_at: datetime

    @property
    def code_challenge_method(self) -> str:
        return "S256"

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.signed_in_at.timestamp())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str]:
        return ["pwd"]


class Codes:
    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def keep(self, text: str, code: Code) -> None:
        now = self._clock.now()
        row = AuthorizationCode(code_hash=digest_of(text), expires_at=now + LIFETIME, **vars(code))
        with writing_session(self._engine) as session:
            session.execute(delete(AuthorizationCode).where(AuthorizationCode.expires_at <= now))
            session.add(row)

    def take(self, text: str, client_id: str) -> Code | None:
        """Return what the code stands for and use it up, whoever asks; another client learns nothing.

        One DELETE decides, so of several that come at the same time one gets it.
        """
        columns = (*(getattr(AuthorizationCode, name) for name in Code.__annotations__), AuthorizationCode.expires_at)
        statement = delete(AuthorizationCode).where(AuthorizationCode.code_hash == digest_of(text)).returning(*columns)
        with writing_session(self._engine) as session:
            row = session.execute(statement).one_or_none()
        if row is None or row.client_id != client_id or row.expires_at <= self._clock.now():
            return None
        return Code(**{name: getattr(row, name) for name in Code.__annotations__})
