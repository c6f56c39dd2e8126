"""Writes what a form asks for, in one transaction, as the person who sent it."""

from dataclasses import dataclass

from ..access.caller import Caller
from ..identity.secret_fields import SecretFields
from ..records.gate import Gate
from ..records.row import Row
from .form_input import Changes

OAUTH_ENTITY = "oauth_entity"
API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Saving:
    """The gate, and what turns a typed secret into one that works.

    The caller's own write comes first and is judged; only then does the instance itself add the secrets, since nobody
    else may write what works (platform 2.1, C).
    """

    gate: Gate
    secrets: SecretFields

    def insert(self, table: str, caller: Caller, changes: Changes) -> Row:
        """Raises a PlatformError when the gate refuses; nothing is written then."""
        if table == OAUTH_ENTITY:  # a secret is made where none is given (platform 2.1, D)
            changes.secrets.setdefault("client_secret", self.gate.ids.token(24))
        if table == API_KEY:
            changes.secrets.setdefault("token", self.gate.ids.token(32))
        with self.gate.transaction() as transaction:
            row = self.gate.record(table, caller, transaction).insert(changes.values, display_input=True)
            self.secrets.write(table, row.sys_id, changes.secrets, transaction)
        return row

    def update(self, table: str, sys_id: str, caller: Caller, changes: Changes) -> Row:
        """Raises a PlatformError when the gate refuses; nothing is written then."""
        with self.gate.transaction() as transaction:
            row = self.gate.record(table, caller, transaction).update(sys_id, changes.values, display_input=True)
            self.secrets.write(table, sys_id, changes.secrets, transaction)
        return row
