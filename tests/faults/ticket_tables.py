"""The scoped app's two tables at the fake instance: as much of the Table API as the connector speaks."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from faults.fake_instance import FakeInstance
from faults.fault_server import Heard, Script, response
from ticketlab.shared.ticket import TicketKind

Record = dict[str, str]
ABORTED = (
    "Operation against file '{table}' was aborted by Business Rule 'Correlation ID is unique^0f5a'. "
    "Business Rule Stack:Correlation ID is unique"
)


@dataclass
class TicketTables:
    """Keeps tickets by table. Each of ``faults`` answers one POST instead of the table, first come, first served."""

    rows: dict[str, list[Record]] = field(default_factory=lambda: {kind.table: [] for kind in TicketKind})
    faults: list[Script] = field(default_factory=list)
    reading_faults: list[Script] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    unique: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)
    after_insert: Callable[[], None] = lambda: None

    def install(self, instance: FakeInstance) -> None:
        for table in [*self.rows, *(kind.platform_table for kind in TicketKind)]:
            self.rows.setdefault(table, [])
            instance.overrides[f"/api/now/table/{table}"] = self._script(table)

    def all(self) -> list[Record]:
        return [record for records in self.rows.values() for record in records]

    def find(self, number: str) -> Record:
        return next(record for record in self.all() if record["number"] == number)

    def change(self, number: str, **values: str) -> None:
        """What somebody does in ServiceNow: the version moves on by one, the time by a second."""
        with self.lock:
            record = self.find(number)
            self.now += timedelta(seconds=1)
            record.update(values, sys_mod_count=str(int(record["sys_mod_count"]) + 1), sys_updated_on=self._moment())

    def delete(self, number: str) -> None:
        for records in self.rows.values():
            records[:] = [record for record in records if record["number"] != number]

    def insert(self, table: str, body: dict[str, Any]) -> Record:
        count = len(self.all()) + 1
        prefix, state = ("INC001", "1") if table.endswith("incident") else ("CHG003", "-5")
        record = {
            **body,
            "sys_id": f"{count:032x}",
            "number": f"{prefix}{count:04d}",
            "state": state,
            "sys_mod_count": "0",
            "sys_updated_on": self._moment(),
        }
        self.rows[table].append(record)
        return record

    def _moment(self) -> str:
        return self.now.strftime("%Y-%m-%d %H:%M:%S")

    def _script(self, table: str) -> Script:
        def answer(request: Heard, connection: socket.socket) -> None:
            with self.lock:
                faults = self.faults if request.method == "POST" else self.reading_faults
                fault = faults.pop(0) if faults else None
            if fault is not None:
                fault(request, connection)
            else:
                connection.sendall(self.honest(table, request))

        return answer

    def honest(self, table: str, request: Heard) -> bytes:
        with self.lock:
            if request.method == "POST":
                return self._create(table, json.loads(request.body))
            self.queries.append(request.query.get("sysparm_query", ""))
            return response(200, json.dumps({"result": self._select(table, request.query)}))

    def _create(self, table: str, body: dict[str, Any]) -> bytes:
        self.bodies.append(body)
        same = [record for record in self.rows[table] if record["correlation_id"] == body["correlation_id"]]
        if same and self.unique:
            return refusal(403, "Operation Failed", ABORTED.format(table=table))
        record = self.insert(table, body)
        self.after_insert()
        return response(201, json.dumps({"result": record}))

    def _select(self, table: str, query: dict[str, str]) -> list[Record]:
        found = [record for record in self.rows[table] if _matches(record, query.get("sysparm_query", ""))]
        if "ORDERBYsys_updated_on" in query.get("sysparm_query", ""):
            found.sort(key=lambda record: (record["sys_updated_on"], record["sys_id"]))
        offset = int(query.get("sysparm_offset", 0))
        page = found[offset : offset + int(query.get("sysparm_limit", 10_000))]
        columns = query.get("sysparm_fields", "").split(",")
        return [{name: record.get(name, "") for name in columns} for record in page]


def _matches(record: Record, query: str) -> bool:
    for term in query.split("^"):
        if term.startswith("correlation_id=") and record["correlation_id"] != term.partition("=")[2]:
            return False
        if term.startswith("sys_updated_on>=") and record["sys_updated_on"] < term.partition(">=")[2]:
            return False
        if term.startswith("sys_idIN") and record["sys_id"] not in term.removeprefix("sys_idIN").split(","):
            return False
    return True


def refusal(status: int, message: str, detail: str = "") -> bytes:
    return response(status, json.dumps({"error": {"message": message, "detail": detail}, "status": "failure"}))


def refusing(status: int, message: str, detail: str = "") -> Script:
    return lambda _request, connection: connection.sendall(refusal(status, message, detail))
