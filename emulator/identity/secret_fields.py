"""From a secret as it was typed to one that works: passwords are hashed, what must be read back is sealed.

Only the instance itself does this. A secret that a program writes without asking for it is stored as it came and never
matches (platform 2.1, C).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..access.caller import Caller
from ..dictionary.types import FieldType
from ..records.gate import Gate, Transaction
from .keys import InstanceKey
from .passwords import Passwords


@dataclass(frozen=True, slots=True)
class SecretFields:
    gate: Gate
    passwords: Passwords
    key: InstanceKey

    def write(self, table: str, sys_id: str, secrets: Mapping[str, str], transaction: Transaction) -> None:
        """Give a record its secrets, as the instance; whether the caller may was judged before."""
        if not secrets:
            return
        fields = self.gate.read_dictionary().fields(table)
        ready = {
            element: self.passwords.hash(text)
            if fields[element].type is FieldType.PASSWORD
            else self.key.seal(text, table, sys_id, element)
            for element, text in secrets.items()
        }
        self.gate.record(table, Caller.system(), transaction).update(sys_id, ready)

    def accepted(
        self, table: str, sys_id: str, secrets: Mapping[str, str], transaction: Transaction
    ) -> Mapping[str, str]:
        """Those of the secrets that a write of the caller's has just stored as they came: the others were refused."""
        if not secrets:
            return secrets
        row = self.gate.record(table, Caller.system(), transaction).get(sys_id, tuple(secrets))
        return {element: text for element, text in secrets.items() if row.native(element) == text}
