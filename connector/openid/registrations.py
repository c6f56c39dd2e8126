"""The app registrations of instances: which of them people may be sent back to after signing in.

There is one for each instance of the settings, once the settings hold the secret that both sides know. It is brought
into line with them at every start, since ports change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from ...shared.digests import digest_of
from ...shared.single_sign_on import callback_url_of, client_id_of
from ..database import reading_session, writing_session
from ..directory.models import AppRegistration
from ..settings import Settings


@dataclass(frozen=True)
class Registration:
    """An application that people may sign in to."""

    client_id: str
    name: str
    secret_hash: str
    redirect_uri: str


class Registrations:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_client_id(self, client_id: str) -> Registration | None:
        with reading_session(self._engine) as session:
            row = session.get(AppRegistration, client_id) if len(client_id) <= 36 and client_id.isascii() else None
            if row is None or not row.redirect_uri:
                return None
            return Registration(row.client_id, row.name, row.secret_hash, row.redirect_uri)

    def write(self, settings: Settings) -> None:
        """Bring the instances' registrations into line with the settings; where all are right nothing is written."""
        wanted = _wanted(settings)
        with reading_session(self._engine) as session:
            if all(_is_right(session.get(AppRegistration, each["client_id"]), each) for each in wanted):
                return
        with writing_session(self._engine) as session:
            for each in wanted:
                session.merge(AppRegistration(**each))


def _wanted(settings: Settings) -> Sequence[Mapping[str, str]]:
    if not settings.sso_client_secret:
        return ()
    return [
        {
            "client_id": client_id_of(name, settings.tenant),
            "name": f"ServiceNow {name}",
            "secret_hash": digest_of(settings.sso_client_secret.reveal()),
            "role": "",
            "redirect_uri": callback_url_of(url),
        }
        for name, url in settings.instances.items()
    ]


def _is_right(row: AppRegistration | None, wanted: Mapping[str, str]) -> bool:
    return row is not None and all(getattr(row, name) == value for name, value in wanted.items())
