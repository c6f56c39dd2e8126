"""The Change Management API: ``/api/sn_chg_rest[/v1]/change…`` (rest 8)."""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from flask import Blueprint, Response, request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..apps.change.approvals import decide
from ..apps.change.changes import MODELS, TABLE, TASKS, TEMPLATES, Changes, Kind, Written
from ..apps.change.errors import ChangeRefused, NotEmulated
from ..apps.change.next_states import next_states
from ..records.gate import Gate
from ..records.row import Row
from .body import read_record
from .change_render import render_change, with_meta
from .errors import ApiAclRefused
from .filters import query_of
from .frame import answer, check_accept, rest_caller, speak_rest
from .incoming import body_type, read_body
from .parameters import Parameters, read_parameters

READERS = ("itil", "change_manager", "sn_change_read")
WRITERS = ("itil", "change_manager")
DELETERS = ("change_manager",)
OWN_NAMES = ("order", "textSearch")
"""Parameters of a list that are no fields."""

KINDS = "<any(normal, emergency, standard):kind>"
PREFIXES = ("/api/sn_chg_rest/change", "/api/sn_chg_rest/<any(v1, v2):version>/change")

blueprint = Blueprint("change_api", __name__)
speak_rest(blueprint)


def list_changes(kind: str = "") -> Response:
    changes, asked = _changes(READERS, kind), _asked()
    query = _query(changes.gate, TABLE, asked)
    return _all(changes.query(query, asked.limit, asked.offset))


def create_change(kind: str = "") -> Response:
    return _written(_changes(WRITERS, kind).create(_given()))


def create_standard(template: str) -> Response:
    return _written(_changes(WRITERS, Kind.STANDARD).create_from(template, _given()))


def get_change(sys_id: str, kind: str = "") -> Response:
    return _one(_changes(READERS, kind).get(sys_id))


def update_change(sys_id: str, kind: str = "") -> Response:
    return _written(_changes(WRITERS, kind).update(sys_id, _given()))


def delete_change(sys_id: str, kind: str = "") -> Response:
    return _one(_changes(DELETERS, kind).delete(sys_id))


def list_tasks(change: str) -> Response:
    changes, asked = _changes(READERS), _asked()
    rows = changes.tasks(change, _query(changes.gate, TASKS, asked), asked.limit, asked.offset)
    return _all(rows)


def create_task(change: str) -> Response:
    return _written(_changes(WRITERS).create_task(change, _given()))


def get_task(change: str, sys_id: str) -> Response:
    return _one(_changes(READERS).task(change, sys_id))


def update_task(change: str, sys_id: str) -> Response:
    return _written(_changes(WRITERS).update_task(change, sys_id, _given()))


def delete_task(change: str, sys_id: str) -> Response:
    return _all([_changes(DELETERS).delete_task(change, sys_id)])


def list_models() -> Response:
    return _list_others(MODELS)


def get_model(sys_id: str) -> Response:
    return _one(_changes(READERS).other(MODELS, sys_id))


def list_templates() -> Response:
    return _list_others(TEMPLATES)


def get_template(sys_id: str) -> Response:
    return _one(_changes(READERS).other(TEMPLATES, sys_id))


def get_next_states(sys_id: str) -> Response:
    caller = _caller(READERS)
    return answer({"result": next_states(part(Gate), caller, sys_id)})


def decide_approval(sys_id: str) -> Response:
    caller, given = _caller(WRITERS), _given()
    row = decide(part(Gate), caller, sys_id, str(given.get("state", "")), str(given.get("comments", "")))
    return _one(row)


def refuse(what: str, **_parts: str) -> NoReturn:
    """What could only be answered with an invention is refused loudly."""
    _caller(READERS)
    raise NotEmulated(what)


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", "", list_changes),
    ("POST", "", create_change),
    ("GET", f"/{KINDS}", list_changes),
    ("POST", "/<any(normal, emergency):kind>", create_change),
    ("POST", "/standard/<template>", create_standard),
    ("GET", "/standard/template", list_templates),
    ("GET", "/standard/template/<sys_id>", get_template),
    ("GET", "/model", list_models),
    ("GET", "/model/<sys_id>", get_model),
    ("GET", f"/{KINDS}/<sys_id>", get_change),
    ("PATCH", f"/{KINDS}/<sys_id>", update_change),
    ("DELETE", f"/{KINDS}/<sys_id>", delete_change),
    ("GET", "/<sys_id>", get_change),
    ("PATCH", "/<sys_id>", update_change),
    ("DELETE", "/<sys_id>", delete_change),
    ("GET", "/<change>/task", list_tasks),
    ("POST", "/<change>/task", create_task),
    ("GET", "/<change>/task/<sys_id>", get_task),
    ("PATCH", "/<change>/task/<sys_id>", update_task),
    ("DELETE", "/<change>/task/<sys_id>", delete_task),
    ("GET", "/<sys_id>/nextstates", get_next_states),
    ("PATCH", "/<sys_id>/approvals", decide_approval),
)

NOT_EMULATED: tuple[tuple[str, str, str], ...] = (
    ("GET POST", "/<sys_id>/ci", "The association of configuration items"),
    ("GET POST DELETE", "/<sys_id>/conflict", "Conflict detection"),
    ("GET", "/<sys_id>/schedule", "The schedule of a change"),
    ("PATCH", "/<sys_id>/schedule/first_available", "The schedule of a change"),
    ("POST", "/<sys_id>/refresh_impacted_services", "The calculation of impacted services"),
    ("PATCH", "/standard/<sys_id>/risk", "The calculation of risk"),
    ("GET", "/worker/<sys_id>", "A worker's progress"),
    ("GET", "/ci/<sys_id>/schedule", "The schedule of a configuration item"),
)


def _add(prefix: str, methods: str, rule: str, view: Any, **defaults: str) -> None:
    blueprint.add_url_rule(
        f"{prefix}{rule}",
        endpoint=f"{view.__name__}:{methods}:{prefix}{rule}".replace(".", "_"),
        view_func=view,
        methods=methods.split(),
        defaults=defaults,
        strict_slashes=False,
        provide_automatic_options=False,
    )


for _prefix in PREFIXES:
    for _methods, _rule, _view in ROUTES:
        _add(_prefix, _methods, _rule, _view)
    for _methods, _rule, _what in NOT_EMULATED:
        _add(_prefix, _methods, _rule, refuse, what=_what)


@blueprint.url_value_preprocessor
def _any_version(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Every version answers alike."""
    if values:
        values.pop("version", None)


@blueprint.errorhandler(ChangeRefused)
def _refused(error: ChangeRefused) -> Response:
    """The detail is an empty text here, where every other API has null (platform 4.2, F)."""
    return answer({"error": {"message": error.message, "detail": ""}, "status": "failure"}, error.status)


def _caller(roles: tuple[str, ...]) -> Caller:
    """Raises ApiAclRefused for a caller without any of the roles (rest 8, D)."""
    caller = rest_caller()
    check_accept()
    if not any(caller.has_role(role) for role in roles):
        raise ApiAclRefused
    return caller


def _changes(roles: tuple[str, ...], kind: str = "") -> Changes:
    return Changes(part(Gate), _caller(roles), Kind(kind))


def _asked() -> Parameters:
    return read_parameters(list(request.args.items(multi=True)))


def _query(gate: Gate, table: str, asked: Parameters) -> str:
    """The encoded query, or the fields given by name; ``textSearch`` and ``order`` on top."""
    named = [pair for pair in asked.filters if pair[0] not in OWN_NAMES]
    query = asked.query or query_of(gate.read_dictionary(), table, named)
    text = request.args.get("textSearch", "").replace("^", "^^")
    searched = f"numberLIKE{text}^ORshort_descriptionLIKE{text}^ORdescriptionLIKE{text}" if text else ""
    order = request.args.get("order", "")
    ordered = f"ORDERBY{order}" if order.replace("_", "").isalnum() else ""
    return "^".join(filter(None, (query, searched, ordered)))


def _given() -> Mapping[str, object]:
    """Fields of the body, and of the address, where a body names none of them."""
    named = {name: value for name, value in request.args.items() if not name.startswith("sysparm_")}
    return {**named, **read_record(read_body(), *body_type())}


def _list_others(table: str) -> Response:
    changes, asked = _changes(READERS), _asked()
    rows = changes.others(table, _query(changes.gate, table, asked), asked.limit, asked.offset)
    return _all(rows)


def _one(row: Row) -> Response:
    return answer({"result": render_change(row)})


def _all(rows: Iterable[Row]) -> Response:
    return answer({"result": [render_change(row) for row in rows]})


def _written(written: Written) -> Response:
    """A create answers 200, too (rest 8, D)."""
    return answer({"result": with_meta(written.row, written.ignored)})
