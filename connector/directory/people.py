"""The directory as an administrator keeps it: people are made, given roles and lose them."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...shared.clock import Clock
from ..database import reading_session, writing_session
from ..errors import N_, Conflict, NotFound
from .models import AccessToken, BrowserSession, DirectoryUser, Role, RoleMember
from .passwords import Passwords
from .users import User, user_of

UPN_TAKEN = N_("The directory has a user of this name already.")
LAST_ADMINISTRATOR = N_("The last Global Administrator keeps the role and stays enabled: nobody else could undo it.")


@dataclass(frozen=True)
class Person:
    """Somebody of the directory, enabled or not."""

    user: User
    enabled: bool


class Directory:
    def __init__(self, engine: Engine, passwords: Passwords, clock: Clock) -> None:
        self._engine = engine
        self._passwords = passwords
        self._clock = clock

    def page(self, *, limit: int, after: str | None = None) -> list[Person]:
        """The next ``limit`` people by name, after the one whose upn is ``after``."""
        statement = select(DirectoryUser).order_by(DirectoryUser.upn).limit(limit)
        if after is not None:
            statement = statement.where(DirectoryUser.upn > after)
        with reading_session(self._engine) as session:
            return [_person(row) for row in session.scalars(statement)]

    def get(self, user_id: str) -> Person:
        """Raises NotFound."""
        with reading_session(self._engine) as session:
            return _person(_row(session, user_id))

    def create(self, *, name: str, upn: str, mail: str, password: str, roles: Collection[Role] = ()) -> Person:
        """Make a user who can sign in at once. Raises Conflict when the user principal name is taken."""
        hashed = self._passwords.hash(password)  # slow on purpose, so not inside the transaction
        user_id = str(uuid.uuid4())
        row = DirectoryUser(
            id=user_id,
            upn=upn.lower(),
            name=name,
            mail=mail,
            password_hash=hashed,
            enabled=True,
            created_at=self._clock.now(),
            roles=[RoleMember(user_id=user_id, role=role.value) for role in sorted(set(roles))],
        )
        try:
            with writing_session(self._engine) as session:
                session.add(row)
        except IntegrityError as error:
            raise Conflict(detail=UPN_TAKEN) from error
        return self.get(user_id)

    def change(self, user_id: str, changes: Mapping[str, object]) -> Person:
        """Change ``name``, ``mail``, ``enabled``, ``password`` or ``roles``; it holds from the next request on.

        Raises NotFound, and Conflict when nobody would be Global Administrator any more.
        """
        password = changes.get("password")
        hashed = self._passwords.hash(str(password)) if password is not None else None
        with writing_session(self._engine) as session:
            row = _row(session, user_id)
            for name in ("name", "mail", "enabled"):
                if name in changes:
                    setattr(row, name, changes[name])
            if "roles" in changes:
                _set_roles(row, changes["roles"])
            session.flush()
            if _administrators(session) == 0:
                raise Conflict(detail=LAST_ADMINISTRATOR)
            if hashed is not None:
                row.password_hash = hashed
                for kept in (BrowserSession, AccessToken):  # whoever signed in with the old one is out
                    session.execute(delete(kept).where(kept.user_id == user_id))
            return _person(row)


def _set_roles(row: DirectoryUser, wanted: object) -> None:
    assert isinstance(wanted, Collection)
    row.roles = [each for each in row.roles if each.role in wanted]
    held = {each.role for each in row.roles}
    row.roles += [RoleMember(user_id=row.id, role=str(role)) for role in sorted(set(wanted) - held)]


def _administrators(session: Session) -> int:
    held = select(func.count()).select_from(RoleMember).join(DirectoryUser, DirectoryUser.id == RoleMember.user_id)
    wanted = held.where(RoleMember.role == Role.GLOBAL_ADMINISTRATOR.value, DirectoryUser.enabled)
    return session.scalar(wanted) or 0


def _row(session: Session, user_id: str) -> DirectoryUser:
    row = session.get(DirectoryUser, user_id) if user_id.isprintable() and len(user_id) <= 36 else None
    if row is None:
        raise NotFound
    return row


def _person(row: DirectoryUser) -> Person:
    return Person(user_of(row), row.enabled)
