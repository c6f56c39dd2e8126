"""The Import Set API: ``/api/now[/v1]/import/STAGING_TABLE`` (rest 9)."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from ...shared.ids import Ids
from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import PlatformError, RequestUnreadable
from ..imports import MOST_RECORDS, Imported, ImportSets, Outcome, State
from ..records.gate import Gate
from .frame import answer, api_caller, speak_rest
from .incoming import given_record, given_records
from .routing import add_routes, api_address

blueprint = Blueprint("import_api", __name__)
speak_rest(blueprint)


def import_record(staging: str, version: str = "") -> Response:
    """Load one record and transform it at once."""
    caller = api_caller()
    given = given_record()
    sets = part(ImportSets)
    made, rows = sets.load(caller, staging, [given])
    (imported,) = sets.transform(caller, staging, made, rows)
    location = {"Location": f"{api_address(version)}/import/{staging}/{imported.row}"}
    return answer(_written(caller, staging, imported, version), 201, location)


def import_records(staging: str, version: str = "") -> Response:  # noqa: ARG001 - all versions answer alike
    """Load many. They are transformed before the answer, so whatever ``run_after`` names has been by then (rest 9)."""
    caller = api_caller()
    records = given_records()
    if not 0 < len(records) <= MOST_RECORDS:
        raise RequestUnreadable(detail=f"records must hold 1 to {MOST_RECORDS} records")
    multi = request.args.get("multi_import_set_id", "")[:32] or part(Ids).sys_id()
    sets = part(ImportSets)
    made, rows = sets.load(caller, staging, sets.by_column_name(staging, records), multi)
    sets.transform(caller, staging, made, rows)
    return answer({"import_set_id": made.sys_id, "multi_import_set_id": multi}, 201)


def get_row(staging: str, sys_id: str, version: str = "") -> Response:
    caller = api_caller()
    return answer(_written(caller, staging, part(ImportSets).get(caller, staging, sys_id), version))


add_routes(
    blueprint,
    "import",
    (
        ("/<staging>", import_record, "POST"),
        ("/<staging>/insertMultiple", import_records, "POST"),
        ("/<staging>/<sys_id>", get_row, "GET"),
    ),
)


def _written(caller: Caller, staging: str, imported: Imported, version: str) -> Mapping[str, object]:
    return {
        "import_set": imported.import_set,
        "staging_table": staging,
        "result": [_result(caller, each, version) for each in imported.outcomes],
    }


def _result(caller: Caller, outcome: Outcome, version: str) -> Mapping[str, str]:
    found = {"transform_map": outcome.map_name, "table": outcome.table}
    if outcome.sys_id:
        found |= _display(caller, outcome)
        found["record_link"] = f"{api_address(version)}/table/{outcome.table}/{outcome.sys_id}"
    found["status"] = outcome.state.value
    if outcome.sys_id:
        found["sys_id"] = outcome.sys_id
    if outcome.message:
        found["error_message" if outcome.state is State.ERROR else "status_message"] = outcome.message
    return found


def _display(caller: Caller, outcome: Outcome) -> dict[str, str]:
    """The target's display field and value; the value is empty for whoever may not read it."""
    element = part(Gate).read_dictionary().display_element(outcome.table)
    try:
        value = part(Gate).record(outcome.table, caller).get(outcome.sys_id, (element,)).display(element)
    except PlatformError:
        value = ""
    return {"display_name": element, "display_value": value}
