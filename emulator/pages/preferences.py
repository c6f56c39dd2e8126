"""What a person has chosen for themselves: rows of sys_user_preference, read and written as that person."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..access.caller import Caller
from ..errors import PlatformError
from ..records.gate import Gate

TABLE = "sys_user_preference"
MOST_READ = 100


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of one caller."""

    gate: Gate
    caller: Caller

    def read(self, *names: str) -> Mapping[str, str]:
        """The values of those that are set; of several rows with one name, the oldest counts."""
        query = f"user={self.caller.user}^nameIN{','.join(names)}^ORDERBYDESCsys_created_on"
        try:
            rows = self.gate.record(TABLE, self.caller).query(query, fields=("name", "value"), limit=MOST_READ).rows
        except PlatformError:
            return {}
        return {row.value("name"): row.value("value") for row in rows}

    def write(self, name: str, value: str) -> None:
        """Set a preference, or remove it with an empty value. Raises a PlatformError when the gate refuses."""
        query = f"user={self.caller.user}^name={name}"
        with self.gate.transaction() as transaction:
            records = self.gate.record(TABLE, self.caller, transaction)
            rows = records.query(query, fields=("sys_id",)).rows
            for row in rows:
                if value:
                    records.update(row.sys_id, {"value": value})
                else:
                    records.delete(row.sys_id)
            if value and not rows:
                records.insert({"user": self.caller.user, "name": name, "value": value})
