"""Who a person or a program is to the pages and the API: values, read afresh with each request."""

from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ..database import reading_session
from .models import MAY_SHARE, DirectoryUser, Role
from .passwords import Passwords


@dataclass(frozen=True)
class User:
    """Somebody known to the directory: a person, or an application acting in its own name."""

    id: str
    upn: str
    name: str
    mail: str
    roles: frozenset[Role]

    @property
    def may_share(self) -> bool:
        """Whether this user may connect to ServiceNow and create tickets there."""
        return bool(self.roles & MAY_SHARE)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper() or "?"

    @property
    def role_names(self) -> list[str]:
        return sorted(self.roles)


def user_of(row: DirectoryUser) -> User:
    return User(row.id, row.upn, row.name, row.mail, frozenset(Role(member.role) for member in row.roles))


class Users:
    """The people of the directory."""

    def __init__(self, engine: Engine, passwords: Passwords) -> None:
        self._engine = engine
        self._passwords = passwords

    def by_id(self, user_id: str) -> User | None:
        with reading_session(self._engine) as session:
            return enabled_user(session, user_id)

    def authenticate(self, upn: str, password: str) -> User | None:
        """Return the user whose password this is.

        A name that nobody has costs the same time as a wrong password, so that names cannot be guessed by the clock.
        """
        with reading_session(self._engine) as session:
            row = _row(session, upn)
            user = user_of(row) if row is not None and row.enabled else None
            stored_hash = row.password_hash if row is not None else None
        return user if self._passwords.verify(stored_hash, password) else None


def enabled_user(session: Session, user_id: str) -> User | None:
    row = session.get(DirectoryUser, user_id)
    return user_of(row) if row is not None and row.enabled else None


def _row(session: Session, upn: str) -> DirectoryUser | None:
    name = upn.strip().lower()
    if not name.isprintable():
        return None
    return session.scalars(select(DirectoryUser).where(DirectoryUser.upn == name)).one_or_none()
