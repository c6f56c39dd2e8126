"""The people of the demo tenant, with ready hashes so that the first start is fast."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from ...shared.digests import digest_of
from ..settings import Settings
from .models import AppRegistration, DirectoryUser, Role, RoleMember
from .passwords import Passwords

DEMO_PASSWORD_HASH = "$argon2id$v=19$m=8192,t=1,p=1$R+mltnZ2dcuOPEDs8O1Pig$dbTcbZmB5f9/6Hk+bjaAuX0EMJqKcq18vvujTglfE5w"  # noqa: S105 - of the public one
"""Of the password ``ticketlab``, printed wherever the demo starts."""

PEOPLE = (
    ("secadmin", "Sasha Ouellet", Role.SECURITY_ADMINISTRATOR),
    ("reader", "Robin Reader", Role.SECURITY_READER),
    ("globaladmin", "Gabriele Adomeit", Role.GLOBAL_ADMINISTRATOR),
)
DEMO_CLIENT_SECRET = "ticketlab-client-secret"  # noqa: S105 - public, like the demo's passwords


def seed_directory(session: Session, settings: Settings, now: datetime) -> None:
    """Put the demo's people into an empty directory, or its one administrator when the seed is empty."""
    if settings.seed != "empty":
        for local_part, name, role in PEOPLE:
            session.add(_person(settings, local_part, name, role, hashed=DEMO_PASSWORD_HASH, now=now))
        session.add(_application(settings))
    elif settings.admin_password:
        hashed = Passwords(memory_kib=19 * 1024).hash(settings.admin_password.reveal())
        session.add(
            _person(settings, "globaladmin", "Administrator", Role.GLOBAL_ADMINISTRATOR, hashed=hashed, now=now)
        )


def _person(settings: Settings, local_part: str, name: str, role: Role, *, hashed: str, now: datetime) -> DirectoryUser:
    upn = f"{local_part}@{settings.domain}"
    user_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, upn))
    return DirectoryUser(
        id=user_id,
        upn=upn,
        name=name,
        mail=f"{local_part}@{settings.tenant}.com",
        password_hash=hashed,
        enabled=True,
        created_at=now,
        roles=[RoleMember(user_id=user_id, role=role.value)],
    )


def _application(settings: Settings) -> AppRegistration:
    client_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"ticket-reporting.{settings.domain}"))
    return AppRegistration(
        client_id=client_id,
        name="Ticket reporting",
        secret_hash=digest_of(DEMO_CLIENT_SECRET),
        role=Role.SECURITY_READER.value,
    )
