"""The JSONv2 processor: ``/TABLE.do?JSONv2`` and ``/TABLE_list.do?JSONv2``, for Terraform's provider (rest 10, C).

One address for every action; whatever happens to a record stands beside it as ``__status``, under status 200. What an
address says in its ``sysparm_`` parameters a body may say, too, and the body's word counts (the vendor's JSON Data
Modification API, D).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, request

from ...shared.errors import TicketlabError
from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import NotAuthenticated, PlatformError, RequestUnreadable
from ..identity.authenticators import names_its_sender
from ..identity.secret_fields import SecretFields
from ..identity.web import current_account
from ..records.gate import Gate
from ..records.glide_record import GlideRecord
from ..records.multiple import meant
from ..records.row import Row
from .body import records_of
from .frame import answer, answer_error, rest_caller
from .incoming import given_object_if_any
from .parameters import DisplayValue, Parameters, read_parameters
from .render import Form, render
from .saving import Saving

ADDRESS = re.compile(r"/(?P<table>[a-z0-9_]+?)(_list)?\.do")
PROCESSOR = "JSONv2"
OWN = "sysparm_"
STATUS = "__status"

Records = Sequence[object]


class WholeOperationFailed(PlatformError):
    """An action that cannot begin; its message is all the client is told."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed."""

    gate: Gate
    caller: Caller
    table: str
    given: Mapping[str, str]
    parameters: Parameters
    sent: Mapping[str, object]
    """The fields of the body, or its ``records``."""

    @property
    def records(self) -> GlideRecord:
        return self.gate.record(self.table, self.caller)

    @property
    def saving(self) -> Saving:
        return Saving(self.gate, part(SecretFields), self.table, self.caller, displayed=False)

    @property
    def display(self) -> DisplayValue:
        wanted = self.given.get("displayvalue", "").lower()
        return DisplayValue(wanted) if wanted in set(DisplayValue) else DisplayValue.FALSE


def install(app: Flask) -> None:
    """Answer before the pages do, whose addresses these are."""

    @app.before_request
    def _answer() -> Response | None:
        found = ADDRESS.fullmatch(request.path)
        asked = found is not None and PROCESSOR in request.args and not _is_export()
        return _process(found["table"]) if found is not None and asked else None


def _is_export() -> bool:
    """Whether somebody at the pages saves a list as a file, which those write."""
    plain = request.method in {"GET", "HEAD"} and "sysparm_action" not in request.args
    return (
        plain and request.path.endswith("_list.do") and not names_its_sender(request) and current_account() is not None
    )


def _process(table: str) -> Response:
    try:
        caller = rest_caller()
        body = given_object_if_any() if request.method == "POST" else {}
        said = {name: str(value) for name, value in body.items() if name.startswith(OWN)}
        given = {**request.args.to_dict(), **said}
        pairs = [(_STANDARD.get(name, name), value) for name, value in given.items()]
        sent = {name: value for name, value in body.items() if name not in said}
        call = Call(part(Gate), caller, table, given, read_parameters(pairs), sent)
        action = ACTIONS.get(given.get("sysparm_action", "getRecords"))
        if action is None or (action in WRITING and request.method != "POST"):
            raise WholeOperationFailed(f"Unsupported action {given.get('sysparm_action', '')[:40]}")
        return answer({"records": action(call)})
    except NotAuthenticated as error:
        return answer_error(error)
    except TicketlabError as error:
        return answer({"_error": error.message, "reason": error.detail or None})


_STANDARD = {"sysparm_record_count": "sysparm_limit"}


def _get(call: Call) -> Records:
    return [_read(call, call.records.get(_sys_id(call), call.parameters.fields or None, displayed=_displayed(call)))]


def _get_keys(call: Call) -> Records:
    return [row.sys_id for row in _matching(call)]


def _get_records(call: Call) -> Records:
    asked = call.parameters
    rows = call.records.query(
        asked.query, fields=asked.fields or None, limit=asked.limit, offset=asked.offset, displayed=_displayed(call)
    ).rows
    return [_read(call, row) for row in rows]


def _insert(call: Call) -> Records:
    """One record, or several under ``records``, whichever of the two actions is named."""
    return [_tried(call, partial(call.saving.insert, record)) for record in records_of(call.sent)]


def _update(call: Call) -> Records:
    record = next(iter(records_of(call.sent)), {})
    keys = [row.sys_id for row in _chosen(call, "update")]
    return [_tried(call, partial(call.saving.update, key, record)) for key in keys]


def _delete_record(call: Call) -> Records:
    return [_deleted(call, _sys_id(call))]


def _delete_multiple(call: Call) -> Records:
    return [_deleted(call, row.sys_id) for row in _chosen(call, "delete")]


def _chosen(call: Call, what: str) -> Sequence[Row]:
    """The records to change. All of a table is never meant (rest 10, C), nor what a dropped term would add (ours)."""
    asked = call.parameters
    if not asked.query:
        raise WholeOperationFailed(f"Cannot {what} with empty sysparm_query")
    return meant(call.records, asked.query, limit=asked.limit, offset=asked.offset).rows


def _matching(call: Call) -> Sequence[Row]:
    asked = call.parameters
    return call.records.query(asked.query, fields=("sys_id",), limit=asked.limit, offset=asked.offset).rows


def _deleted(call: Call, sys_id: str) -> Mapping[str, object]:
    try:
        call.records.delete(sys_id)
    except PlatformError as error:
        return _refused(error)
    return {"sys_id": sys_id, STATUS: "success"}


def _tried(call: Call, write: Callable[[], Row]) -> Mapping[str, object]:
    """A refusal stands in the record's place, and the others go on."""
    try:
        return _read(call, write())
    except PlatformError as error:
        return _refused(error)


def _refused(error: PlatformError) -> Mapping[str, object]:
    return {"__error": {"message": error.message, "reason": error.detail or None}, STATUS: "failure"}


def _read(call: Call, row: Row) -> Mapping[str, object]:
    """Plain texts without links; displayed values beside the raw ones are prefixed with ``dv_``."""
    return {**dict(_values(call, row)), STATUS: "success"}


def _values(call: Call, row: Row) -> Iterator[tuple[str, object]]:
    if call.display is not DisplayValue.ALL:
        form = Form("", call.parameters.fields, call.display, exclude_reference_link=True)
        yield from render(row, form).items()
        return
    for name, value in row.values.items():
        yield name, value.value
        yield f"dv_{name}", value.display(row.style)


def _displayed(call: Call) -> bool:
    return call.display is not DisplayValue.FALSE


def _sys_id(call: Call) -> str:
    sys_id = call.given.get("sysparm_sys_id", "")
    if not sys_id:
        raise RequestUnreadable(detail="sysparm_sys_id is missing")
    return sys_id


ACTIONS: Mapping[str, Callable[[Call], Records]] = {
    "get": _get,
    "getKeys": _get_keys,
    "getRecords": _get_records,
    "insert": _insert,
    "insertMultiple": _insert,
    "update": _update,
    "deleteRecord": _delete_record,
    "deleteMultiple": _delete_multiple,
}
WRITING = frozenset({_insert, _update, _delete_record, _delete_multiple})
