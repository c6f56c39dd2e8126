"""Custom keys and values of an attachment, as accessible as the attachment itself (platform documentation, D)."""

from dataclasses import dataclass, replace

from ..access.caller import Caller, Channel
from ..access.operations import Operation
from ..errors import BadParameter, NoRecordFound
from .attachment_rules import ATTRIBUTES, TABLE
from .gate import Gate, Transaction
from .glide_record import GlideRecord
from .row import Row

LONGEST_KEY, LONGEST_VALUE = 255, 4000
MOST = 1000


@dataclass(frozen=True)
class Attributes:
    """Those of one attachment, for one caller. Raises NoRecordFound when there is none that the caller may read."""

    gate: Gate
    caller: Caller
    attachment: str

    def all(self) -> list[tuple[str, str]]:
        self._check_read()
        ordered = f"{self._own}^ORDERBYsys_created_on^ORDERBYkey"
        rows = self._records().query(ordered, fields=("key", "value"), limit=MOST).rows
        return [(row.value("key"), row.value("value")) for row in rows]

    def get(self, key: str) -> tuple[str, str]:
        """Raises NoRecordFound also for an unknown key."""
        self._check_read()
        row = self._existing(key)
        return row.value("key"), row.value("value")

    def add(self, key: str, value: str) -> tuple[str, str]:
        """Raises BadParameter for a key that is there already, or too long, or nothing."""
        self._check_write()
        if not 0 < len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise BadParameter(detail=f"key takes 1 to {LONGEST_KEY} characters, value at most {LONGEST_VALUE}.")
        with self.gate.transaction() as transaction:  # of two who add one key at once the second is refused
            if self._find(key, transaction) is not None:
                raise BadParameter(detail="The attachment has an attribute of this key already.")
            values = {"sys_attachment": self.attachment, "key": key, "value": value}
            row = self._records(transaction).insert(values)
        return row.value("key"), row.value("value")

    def change(self, key: str, value: str) -> tuple[str, str]:
        self._check_write()
        if len(value) > LONGEST_VALUE:
            raise BadParameter(detail=f"value takes at most {LONGEST_VALUE} characters.")
        row = self._records().update(self._existing(key).sys_id, {"value": value})
        return row.value("key"), row.value("value")

    def remove(self, key: str) -> None:
        self._check_write()
        self._records().delete(self._existing(key).sys_id)

    def remove_all(self) -> None:
        self._check_write()
        self._records().delete_multiple(self._own)

    @property
    def _own(self) -> str:
        return f"sys_attachment={self.attachment}"

    def _check_read(self) -> None:
        self.gate.record(TABLE, self.caller).get(self.attachment, ("sys_id",))

    def _check_write(self) -> None:
        self.gate.record(TABLE, self.caller).check(self.attachment, Operation.WRITE)

    def _records(self, within: Transaction | None = None) -> GlideRecord:
        """The rights are the attachment's, which have just been asked; the rows are the instance's to write."""
        return self.gate.record(ATTRIBUTES, replace(self.caller, channel=Channel.SYSTEM), within)

    def _existing(self, key: str) -> Row:
        found = self._find(key)
        if found is None:
            raise NoRecordFound
        return found

    def _find(self, key: str, within: Transaction | None = None) -> Row | None:
        """By its exact key, which comes from outside and must not become a query of its own."""
        rows = self._records(within).query(self._own, fields=("key", "value"), limit=MOST).rows
        return next((row for row in rows if row.value("key") == key), None)
