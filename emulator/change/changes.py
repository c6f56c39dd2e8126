"""Change requests by type, and their tasks (rest 8, D)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ..access.caller import Caller
from ..errors import NoRecordFound, OperationFailed
from ..query import narrowed, parse
from ..records.gate import Gate
from ..records.glide_record import GlideRecord
from ..records.row import Row
from .errors import ChangeRefused, OtherKind
from .given import without_labels

TABLE, TASKS, MODELS, TEMPLATES = "change_request", "change_task", "chg_model", "std_change_producer_version"
RULED = ("change_request", "parent")
"""Fields of a task that its address decides."""


class Kind(StrEnum):
    """A part of the API's addresses; any change has none."""

    ANY = ""
    NORMAL = "normal"
    EMERGENCY = "emergency"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Written:
    """A record as it was written, and what of the given fields it has not."""

    row: Row
    ignored: Sequence[str] = ()


@dataclass(frozen=True)
class Changes:
    """What one caller does with changes of one kind.

    Raises NoRecordFound for a change that is missing, hidden or of another kind, ChangeRefused for a refused write.
    """

    gate: Gate
    caller: Caller
    kind: Kind = Kind.ANY

    def query(self, query: str, limit: int, offset: int) -> Sequence[Row]:
        """The changes of this kind that match."""
        own = str(narrowed(parse(query), f"type={self.kind}" if self.kind else ""))
        return self._records(TABLE).query(own, limit=limit, offset=offset, displayed=True).rows

    def get(self, sys_id: str) -> Row:
        row = self._records(TABLE).get(sys_id, displayed=True)
        if self.kind and row.value("type") != self.kind:
            raise NoRecordFound
        return row

    def create(self, given: Mapping[str, object]) -> Written:
        """Make a change of this kind; of any, the given model or type decides. Raises OtherKind."""
        values = self._read(TABLE, given) | ({"type": self.kind.value} if self.kind else {})
        with self.gate.transaction() as transaction:
            records = self.gate.record(TABLE, self.caller, transaction)
            written = _refusing("created", lambda: records.insert(values))
            system = self.gate.record(TABLE, Caller.system(), transaction)
            if self.kind and system.get(written.sys_id, ("type",)).value("type") != self.kind:
                raise OtherKind(self.kind)
        return Written(self.get(written.sys_id), self._ignored(TABLE, given))

    def create_from(self, template: str, given: Mapping[str, object]) -> Written:
        """Make a standard change with the values of a published template; what is given wins."""
        found = self._records(TEMPLATES).get(template)
        presets = {term.field: term.value for term in parse(found.value("template")).terms if term.operator == "="}
        own = {"short_description": found.value("name"), **presets, "std_change_producer_version": template}
        written = self.create({**own, **given})
        return Written(written.row, self._ignored(TABLE, given))

    def update(self, sys_id: str, given: Mapping[str, object]) -> Written:
        self.get(sys_id)
        values = self._read(TABLE, given)
        _refusing("updated", lambda: self._records(TABLE).update(sys_id, values))
        return Written(self.get(sys_id), self._ignored(TABLE, given))

    def delete(self, sys_id: str) -> Row:
        """Delete a change; returns what it was."""
        row = self.get(sys_id)
        _refusing("deleted", lambda: self._records(TABLE).delete(sys_id))
        return row

    def tasks(self, change: str, query: str, limit: int, offset: int) -> Sequence[Row]:
        self.get(change)
        own = str(narrowed(parse(query), f"change_request={change}"))
        return self._records(TASKS).query(own, limit=limit, offset=offset, displayed=True).rows

    def task(self, change: str, sys_id: str) -> Row:
        """A task of this very change (D: the address is verified)."""
        row = self._records(TASKS).get(sys_id, displayed=True)
        if row.value("change_request") != change:
            raise NoRecordFound
        return row

    def create_task(self, change: str, given: Mapping[str, object]) -> Written:
        self.get(change)
        values = {**self._read(TASKS, given), **dict.fromkeys(RULED, change)}
        made = _refusing("created", lambda: self._records(TASKS).insert(values))
        return Written(self.task(change, made.sys_id), self._ignored(TASKS, given))

    def update_task(self, change: str, sys_id: str, given: Mapping[str, object]) -> Written:
        self.task(change, sys_id)
        values = {name: value for name, value in self._read(TASKS, given).items() if name not in RULED}
        _refusing("updated", lambda: self._records(TASKS).update(sys_id, values))
        return Written(self.task(change, sys_id), self._ignored(TASKS, given))

    def delete_task(self, change: str, sys_id: str) -> Row:
        row = self.task(change, sys_id)
        _refusing("deleted", lambda: self._records(TASKS).delete(sys_id))
        return row

    def others(self, table: str, query: str, limit: int, offset: int) -> Sequence[Row]:
        """Models or templates that match."""
        return self._records(table).query(query, limit=limit, offset=offset, displayed=True).rows

    def other(self, table: str, sys_id: str) -> Row:
        return self._records(table).get(sys_id, displayed=True)

    def _read(self, table: str, given: Mapping[str, object]) -> dict[str, object]:
        return dict(without_labels(self.gate.read_dictionary(), table, given))

    def _records(self, table: str) -> GlideRecord:
        return self.gate.record(table, self.caller)

    def _ignored(self, table: str, given: Mapping[str, object]) -> Sequence[str]:
        fields = self.gate.read_dictionary().fields(table)
        return [name for name in given if name not in fields]


Result = TypeVar("Result")


def _refusing(done: str, write: Callable[[], Result]) -> Result:
    try:
        return write()
    except OperationFailed as refusal:
        raise ChangeRefused(done, refusal) from refusal
