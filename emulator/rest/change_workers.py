"""The parts of the Change Management API that answer before they are done: items, conflicts, workers (rest 8)."""

import json
from collections.abc import Mapping

from flask import Response, request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..change import conflicts, workers
from ..change.associations import KINDS, Associations
from ..change.errors import NothingRuns
from ..records.gate import Gate
from ..records.row import Row
from . import assumptions
from .change_call import DELETERS, READERS, WRITERS, caller_with, given, query_for
from .change_render import render_change
from .frame import answer
from .incoming import asked_parameters
from .routing import own_address

WAITING: Mapping[str, object] = {"value": 1, "display_value": "Waiting"}
SILENT: Mapping[str, object] = {f"{kind}Messages": [] for kind in workers.KINDS}


def list_items(sys_id: str) -> Response:
    caller, asked = caller_with(READERS), asked_parameters()
    kind = request.args.get("association_type", "")
    table = KINDS[kind][0] if kind in KINDS else ""
    query = query_for(part(Gate), table, asked) if table else ""
    rows = Associations(part(Gate), caller, sys_id).query(kind, query, asked.limit, asked.offset)
    return answer({"result": [render_change(row) for row in rows]})


def add_items(sys_id: str) -> Response:
    """Accepted, and a worker told of: it is done by now, and says so when asked (rest 8, D)."""
    caller, fields = caller_with(WRITERS), given()
    kind, refresh = str(fields.get("association_type", "")), str(fields.get("refresh_impacted_services", ""))
    sys_ids = [each.strip() for each in str(fields.get("cmdb_ci_sys_ids") or "").strip("[] ").split(",")]
    associations = Associations(part(Gate), caller, sys_id)
    worker = associations.add(kind, [each for each in sys_ids if each], refresh=refresh.lower() == "true")
    return answer({"result": waiting(caller, worker)}, 202)


def check_conflicts(sys_id: str) -> Response:
    return answer({"result": conflicts.check(part(Gate), caller_with(WRITERS), sys_id)})


def get_conflicts(sys_id: str) -> Response:
    outcome = conflicts.outcome(part(Gate), caller_with(READERS), sys_id)
    ran = bool(outcome.last_run)
    return answer(
        {
            "result": {
                "status": assumptions.CONFLICT_STATUS.value if ran else conflicts.NEVER,
                "last_run": outcome.last_run,
                "record_count": "1" if ran else "0",
                "job_status": "2" if ran else "",
                "conflicts": [render_change(row) for row in outcome.conflicts],
            }
        }
    )


def cancel_check(sys_id: str) -> Response:
    conflicts.outcome(part(Gate), caller_with(DELETERS), sys_id)
    raise NothingRuns


def get_worker(sys_id: str) -> Response:
    row = part(Gate).record(workers.TABLE, caller_with(READERS)).get(sys_id)
    found = row.value("payload")
    return answer({"result": {**_worker(row), **({"payload": json.loads(found)} if found else {})}})


def waiting(caller: Caller, worker: str) -> Mapping[str, object]:
    """A worker as it is told of first: before it has done anything, whatever it has done by now."""
    row = part(Gate).record(workers.TABLE, caller.as_instance()).get(worker)
    return {**_worker(row), "state": WAITING, "messages": SILENT}


def _worker(row: Row) -> Mapping[str, object]:
    return {
        "worker": {
            "sysId": row.sys_id,
            "link": f"{own_address()}/api/sn_chg_rest/change/worker/{row.sys_id}",
        },
        "request": row.value("request"),
        "state": {"value": row.native("state"), "display_value": row.display("state")},
        "type": row.value("type"),
        "messages": workers.messages_of(row),
    }
