"""The Change Management API: ``/api/sn_chg_rest[/v1]/change…`` (rest 8)."""

from collections.abc import Iterable

from flask import Blueprint, Response

from ...shared.web.parts import part
from ..change.approvals import decide
from ..change.changes import MODELS, TABLE, TASKS, TEMPLATES, Kind, Written
from ..change.errors import ChangeRefused
from ..change.next_states import next_states
from ..records.gate import Gate
from ..records.row import Row
from .change_call import DELETERS, READERS, WRITERS, caller_with, changes_of, given, limit_of, query_for
from .change_render import render_change, with_meta
from .change_schedule import assess_risk, find_slots, find_slots_of_item, refresh_services, take_first_slot
from .change_workers import add_items, cancel_check, check_conflicts, get_conflicts, get_worker, list_items
from .frame import answer, speak_rest
from .incoming import asked_parameters
from .routing import add_routes, same_for_all_versions

KINDS = "<any(normal, emergency, standard):kind>"

blueprint = Blueprint("change_api", __name__)
speak_rest(blueprint)
same_for_all_versions(blueprint)


def list_changes(kind: str = "") -> Response:
    changes, asked = changes_of(READERS, kind), asked_parameters()
    query = query_for(changes.gate, TABLE, asked)
    return _all(changes.query(query, limit_of(asked), asked.offset))


def create_change(kind: str = "") -> Response:
    return _written(changes_of(WRITERS, kind).create(given()))


def create_standard(template: str) -> Response:
    return _written(changes_of(WRITERS, Kind.STANDARD).create_from(template, given()))


def get_change(sys_id: str, kind: str = "") -> Response:
    return _one(changes_of(READERS, kind).get(sys_id))


def update_change(sys_id: str, kind: str = "") -> Response:
    return _written(changes_of(WRITERS, kind).update(sys_id, given()))


def delete_change(sys_id: str, kind: str = "") -> Response:
    return _one(changes_of(DELETERS, kind).delete(sys_id))


def list_tasks(change: str) -> Response:
    changes, asked = changes_of(READERS), asked_parameters()
    rows = changes.tasks(change, query_for(changes.gate, TASKS, asked), limit_of(asked), asked.offset)
    return _all(rows)


def create_task(change: str) -> Response:
    return _written(changes_of(WRITERS).create_task(change, given()))


def get_task(change: str, sys_id: str) -> Response:
    return _one(changes_of(READERS).task(change, sys_id))


def update_task(change: str, sys_id: str) -> Response:
    return _written(changes_of(WRITERS).update_task(change, sys_id, given()))


def delete_task(change: str, sys_id: str) -> Response:
    return _all([changes_of(DELETERS).delete_task(change, sys_id)])


def list_models() -> Response:
    return _list_others(MODELS)


def get_model(sys_id: str) -> Response:
    return _one(changes_of(READERS).other(MODELS, sys_id))


def list_templates() -> Response:
    return _list_others(TEMPLATES)


def get_template(sys_id: str) -> Response:
    return _one(changes_of(READERS).other(TEMPLATES, sys_id))


def get_next_states(sys_id: str) -> Response:
    caller = caller_with(READERS)
    return answer({"result": next_states(part(Gate), caller, sys_id)})


def decide_approval(sys_id: str) -> Response:
    caller, fields = caller_with(WRITERS), given()
    row = decide(part(Gate), caller, sys_id, str(fields.get("state", "")), str(fields.get("comments", "")))
    return _one(row)


add_routes(
    blueprint,
    "change",
    (
        ("", list_changes, "GET"),
        ("", create_change, "POST"),
        (f"/{KINDS}", list_changes, "GET"),
        ("/<any(normal, emergency):kind>", create_change, "POST"),
        ("/standard/<template>", create_standard, "POST"),
        ("/standard/template", list_templates, "GET"),
        ("/standard/template/<sys_id>", get_template, "GET"),
        ("/model", list_models, "GET"),
        ("/model/<sys_id>", get_model, "GET"),
        (f"/{KINDS}/<sys_id>", get_change, "GET"),
        (f"/{KINDS}/<sys_id>", update_change, "PATCH"),
        (f"/{KINDS}/<sys_id>", delete_change, "DELETE"),
        ("/<sys_id>", get_change, "GET"),
        ("/<sys_id>", update_change, "PATCH"),
        ("/<sys_id>", delete_change, "DELETE"),
        ("/<change>/task", list_tasks, "GET"),
        ("/<change>/task", create_task, "POST"),
        ("/<change>/task/<sys_id>", get_task, "GET"),
        ("/<change>/task/<sys_id>", update_task, "PATCH"),
        ("/<change>/task/<sys_id>", delete_task, "DELETE"),
        ("/<sys_id>/nextstates", get_next_states, "GET"),
        ("/<sys_id>/approvals", decide_approval, "PATCH"),
        ("/<sys_id>/ci", list_items, "GET"),
        ("/<sys_id>/ci", add_items, "POST"),
        ("/<sys_id>/conflict", get_conflicts, "GET"),
        ("/<sys_id>/conflict", check_conflicts, "POST"),
        ("/<sys_id>/conflict", cancel_check, "DELETE"),
        ("/worker/<sys_id>", get_worker, "GET"),
        ("/<sys_id>/schedule", find_slots, "GET"),
        ("/<sys_id>/schedule/first_available", take_first_slot, "PATCH"),
        ("/<sys_id>/refresh_impacted_services", refresh_services, "POST"),
        ("/standard/<sys_id>/risk", assess_risk, "PATCH"),
        ("/<sys_id>/risk", assess_risk, "PATCH"),
        ("/ci/<sys_id>/schedule", find_slots_of_item, "GET"),
    ),
    space="/api/sn_chg_rest",
)


@blueprint.errorhandler(ChangeRefused)
def _refused(error: ChangeRefused) -> Response:
    """The detail is an empty text here, where every other API has null (platform 4.2, F)."""
    return answer({"error": {"message": error.message, "detail": ""}, "status": "failure"}, error.status)


def _list_others(table: str) -> Response:
    changes, asked = changes_of(READERS), asked_parameters()
    rows = changes.others(table, query_for(changes.gate, table, asked), limit_of(asked), asked.offset)
    return _all(rows)


def _one(row: Row) -> Response:
    return answer({"result": render_change(row)})


def _all(rows: Iterable[Row]) -> Response:
    return answer({"result": [render_change(row) for row in rows]})


def _written(written: Written) -> Response:
    """A create answers 200, too (rest 8, D)."""
    return answer({"result": with_meta(written.row, written.ignored)})
