"""Scheduling a change: the slots that are free for it, and taking the first (vendor's change-management-api, D)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...shared.time_style import IN_UTC
from ..access.caller import Caller
from ..access.operations import Operation
from ..errors import NoRecordFound, PlatformError
from ..records.gate import Gate
from ..records.row import Row, written
from . import workers
from .changes import TABLE
from .errors import BadSlot
from .slots import Slot, Wanted, days_ahead, free_slots, spans
from .workers import Told

KIND = "schedule"
ITEMS = "cmdb_ci"
DURATION, EARLIEST = "duration_in_seconds", "planned_start_time"
FIELDS = (ITEMS, "start_date", "end_date")
UPDATED = "Change has been updated"
NO_SLOT = "No slots found for {} days from now"
NOT_WRITTEN = "The planned start and end date could not be written"


@dataclass(frozen=True)
class Scheduling:
    """What one caller asks of the schedule. Each answers with the sys_id of the worker that tells.

    Raises NoRecordFound for a change that is missing or hidden, BadSlot for what cannot be scheduled.
    """

    gate: Gate
    caller: Caller

    def of_item(self, item: str, given: Mapping[str, object]) -> str:
        """Find slots of the given length for any change of an item."""
        try:
            self.gate.record(ITEMS, self.caller).get(item, ("sys_id",))
        except NoRecordFound as missing:  # 400, where a change that is missing is 404 (D)
            raise BadSlot("Cannot find the cmdb_ci with the provided sys_id") from missing
        wanted = self._wanted(given)
        request = {
            "cmdb_ci_sys_id": item,
            EARLIEST: str(given.get(EARLIEST) or ""),
            DURATION: int(wanted.duration.total_seconds()),
        }
        slots = free_slots(self.gate, item, wanted)
        return self._finished(request, self._told(slots), spans(slots, self.caller.style))

    def of_change(self, sys_id: str) -> str:
        """Find slots as long as a change is planned to take, from its planned start or from now on."""
        change = self._change(sys_id)
        start, end = change.moment("start_date"), change.moment("end_date")
        if start is None or end is None or end <= start:
            raise BadSlot("The change request has no planned start and end time")
        wanted = Wanted(end - start, max(start, self._now()))
        slots = free_slots(self.gate, change.value(ITEMS), wanted, sys_id)
        return self._finished({"change_sys_id": sys_id}, self._told(slots), spans(slots, self.caller.style))

    def take_first(self, sys_id: str, given: Mapping[str, object]) -> str:
        """Plan a change for the first free slot of the given length. Raises AclRefused."""
        change, wanted = self._change(sys_id), self._wanted(given)
        self.gate.record(TABLE, self.caller).check(sys_id, Operation.WRITE)
        slots = free_slots(self.gate, change.value(ITEMS), wanted, sys_id)
        told = self._told(slots)
        if slots:
            self._plan(sys_id, slots[0], told)
        earliest = {EARLIEST: given[EARLIEST]} if given.get(EARLIEST) else {}
        request = {"change_sys_id": sys_id, **earliest, DURATION: int(wanted.duration.total_seconds())}
        return self._finished(request, told)

    def _plan(self, sys_id: str, slot: Slot, told: Told) -> None:
        times = {"start_date": written(slot.start), "end_date": written(slot.end)}
        try:
            row = self.gate.record(TABLE, self.caller).update(sys_id, times)
        except PlatformError as refused:
            told.errors.append(refused.detail or refused.message)
            return
        if (row.moment("start_date"), row.moment("end_date")) == (slot.start, slot.end):
            told.infos.append(UPDATED)
        else:
            told.errors.append(NOT_WRITTEN)

    def _told(self, slots: Sequence[Slot]) -> Told:
        return Told() if slots else Told(infos=[NO_SLOT.format(days_ahead(self.gate))])

    def _change(self, sys_id: str) -> Row:
        change = self.gate.record(TABLE, self.caller).get(sys_id, FIELDS)
        if not change.value(ITEMS):
            raise BadSlot("The change request has no configuration item")
        return change

    def _wanted(self, given: Mapping[str, object]) -> Wanted:
        return Wanted(_duration(given.get(DURATION)), _earliest(given.get(EARLIEST), self._now()))

    def _now(self) -> datetime:
        return self.gate.clock.now().replace(microsecond=0)

    def _finished(self, request: Mapping[str, object], told: Told, payload: str = "") -> str:
        zoned = {**request, "timezone": self.caller.style.zone}
        return workers.finished(self.gate, self.caller, KIND, zoned, told, payload)


def _duration(given: object) -> timedelta:
    text = str(given or "")
    if not text.isdecimal() or not text.isascii() or not int(text[:20]):
        raise BadSlot(f"{DURATION} must be a whole number of seconds")
    try:
        return timedelta(seconds=int(text[:20]))
    except OverflowError:
        return timedelta.max  # too long for any gap


def _earliest(given: object, now: datetime) -> datetime:
    if not given:
        return now
    try:
        return IN_UTC.read(str(given))
    except (ValueError, OverflowError) as error:
        raise BadSlot(f"{EARLIEST} must be a time in UTC, like 2027-03-01 08:00:00") from error
