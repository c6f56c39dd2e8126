"""Secrets that a person's own records name in plain text, as the instance keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...shared.ids import Ids
from ..dictionary.model import Dictionary
from ..dictionary.types import FieldType
from ..identity.keys import InstanceKey
from ..identity.passwords import Passwords
from ..store.store import Native
from .rows import Row, Rows

HASHED = "$argon2"
"""How a password that is hashed already begins."""


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
        if kind is FieldType.PASSWORD and text and not text.startswith(HASHED):
            kept[element] = secrets.passwords.hash(text)
        elif kind is FieldType.PASSWORD2 and text:
            kept[element] = secrets.key.seal(text, table, str(row["sys_id"]), element)
    return kept
