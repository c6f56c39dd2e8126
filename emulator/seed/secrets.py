"""Secrets that a person's own records name in plain text, as the instance keeps them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...shared.ids import Ids
from ..dictionary.model import Dictionary
from ..dictionary.types import FieldType
from ..identity.keys import InstanceKey
from ..identity.passwords import Passwords
from ..oauth.clients import secret_place
from ..store.store import Native
from .rows import Row, Rows

HASHED = "$argon2"
PLACES: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("oauth_entity", "client_secret"): secret_place,
    ("api_key", "token"): lambda sys_id: f"api_key/{sys_id}/token",
}
"""Where a sealed field is sealed for; under another record it does not open."""


@dataclass(frozen=True)
class Secrets:
    """What makes, hashes and seals the secrets of one instance."""

    passwords: Passwords
    key: InstanceKey
    ids: Ids


def keep_secrets(dictionary: Dictionary, table: str, rows: Rows, secrets: Secrets) -> Rows:
    """The rows with every password hashed and every two-way secret sealed."""
    kinds = {name: each.type for name, each in dictionary.fields(table).items() if each.type.is_secret}
    return [{**row, **_kept(table, row, kinds, secrets)} for row in rows] if kinds else rows


def _kept(table: str, row: Row, kinds: Mapping[str, FieldType], secrets: Secrets) -> Row:
    kept: dict[str, Native] = {}
    for element, kind in kinds.items():
        text = str(row.get(element) or "")
        if not text or text.startswith(HASHED):
            continue
        if kind is FieldType.PASSWORD:
            kept[element] = secrets.passwords.hash(text)
        elif place := PLACES.get((table, element)):
            kept[element] = secrets.key.ring.seal(text, place(str(row["sys_id"])))
    return kept
