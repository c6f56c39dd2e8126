"""What a change is about: the items it affects, the services and offerings it has an impact on (rest 8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..errors import NoRecordFound, PlatformError
from ..query import narrowed, parse
from ..records.gate import Gate
from ..records.row import Row
from . import impact, workers
from .changes import TABLE
from .errors import BadAssociation
from .workers import Told

KINDS = {
    "affected": ("task_ci", "ci_item", "cmdb_ci"),
    "impacted": ("task_cmdb_ci_service", "cmdb_ci_service", "cmdb_ci_service"),
    "offering": ("task_service_offering", "service_offering", "service_offering"),
}
"""By association type its table, the field there that names the item, and the item's own table."""
INVALID = "Invalid CMDB_CI sys_id provided."
ALREADY = "CMDB_CI sys_id already associated to provided."
MOST = 1000


@dataclass(frozen=True)
class Associations:
    """What one caller does with the items of one change. Raises NoRecordFound and BadAssociation."""

    gate: Gate
    caller: Caller
    change: str

    def query(self, kind: str, query: str, limit: int, offset: int) -> Sequence[Row]:
        """The associations of one type that match."""
        table, _element, _of = self._known(kind)
        own = str(narrowed(parse(query), f"task={self.change}"))
        return self.gate.record(table, self.caller).query(own, limit=limit, offset=offset, displayed=True).rows

    def add(self, kind: str, sys_ids: Sequence[str], *, refresh: bool = False) -> str:
        """Associate items with the change and return the worker's sys_id; what went wrong, the worker tells."""
        self._known(kind)
        if not sys_ids or len(sys_ids) > MOST:
            raise BadAssociation(f"cmdb_ci_sys_ids must name 1 to {MOST} configuration items")
        told = Told()
        for sys_id in dict.fromkeys(sys_ids):
            self._add(kind, sys_id, told)
        if refresh:
            impact.populate(self.gate, self.change)
        request = {"cmdb_ci_sys_ids": list(sys_ids), "association_type": kind, "task": self.change}
        return workers.finished(self.gate, self.caller, kind, request, told)

    def _add(self, kind: str, sys_id: str, told: Told) -> None:
        table, element, of = KINDS[kind]
        try:
            self.gate.record(of, self.caller).get(sys_id, ("sys_id",))
        except NoRecordFound:
            told.warnings.append(INVALID)
            return
        records = self.gate.record(table, self.caller)
        if records.find(f"task={self.change}^{element}={sys_id}", ("sys_id",)) is not None:
            told.infos.append(ALREADY)
            return
        try:
            records.insert({"task": self.change, element: sys_id})
        except PlatformError as refused:
            told.errors.append(refused.detail or refused.message)

    def _known(self, kind: str) -> tuple[str, str, str]:
        if kind not in KINDS:
            raise BadAssociation(f"association_type must be one of {', '.join(KINDS)}")
        self.gate.record(TABLE, self.caller).get(self.change, ("sys_id",))
        return KINDS[kind]
