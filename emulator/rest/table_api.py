"""The Table API: ``/api/now[/v1|/v2]/table/TABLE[/SYS_ID]`` (rest 1 to 3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response, request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..dictionary.layout import form_elements, list_columns
from ..dictionary.model import Dictionary
from ..errors import NoRecordFound
from ..identity.effective_method import effective_method
from ..identity.secret_fields import SecretFields
from ..records.gate import Gate
from ..records.glide_record import GlideRecord
from ..records.row import Row
from .closed_tables import check_open
from .errors import MethodNotAllowed
from .filters import asked_query
from .frame import answer, api_caller, no_content, speak_rest
from .incoming import asked_parameters, given_record
from .paging import list_headers
from .parameters import DisplayValue, Parameters
from .render import Form, render
from .routing import PLATFORM, api_address, in_versions
from .saving import Saving

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

blueprint = Blueprint("table_api", __name__)
speak_rest(blueprint)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed."""

    gate: Gate
    caller: Caller
    table: str
    version: str
    parameters: Parameters
    fields: tuple[str, ...] = ()
    """The names to answer with, from sysparm_fields or else the view; none means all."""

    @property
    def records(self) -> GlideRecord:
        return self.gate.record(self.table, self.caller)

    @property
    def saving(self) -> Saving:
        return Saving(
            self.gate,
            part(SecretFields),
            self.table,
            self.caller,
            displayed=self.parameters.input_display_value,
            auto_sys_fields=not self.parameters.suppress_auto_sys_field,
        )

    @property
    def tables_address(self) -> str:
        return f"{api_address(self.version)}/table"

    @property
    def form(self) -> Form:
        asked = self.parameters
        return Form(self.tables_address, self.fields, asked.display_value, asked.exclude_reference_link)

    @property
    def displayed(self) -> bool:
        """What stands for journals and lists is read only where it shows."""
        return self.parameters.display_value is not DisplayValue.FALSE


def records_of_table(table: str, version: str = "") -> Response:
    """``/table/TABLE``: list and create."""
    creates = effective_method(request) == "POST"
    call = _call(table, version, form_elements if creates else list_columns, of_list=not creates)
    return _dispatch({"GET": list_records, "POST": create_record}, call)


def one_record(table: str, sys_id: str, version: str = "") -> Response:
    """``/table/TABLE/SYS_ID``: get, change and delete. PUT changes only what it names, like PATCH (rest 1, D)."""
    handlers: Mapping[str, Callable[[Call], Response]] = {
        "GET": lambda call: get_record(call, sys_id),
        "PUT": lambda call: update_record(call, sys_id),
        "PATCH": lambda call: update_record(call, sys_id),
        "DELETE": lambda call: delete_record(call, sys_id),
    }
    return _dispatch(handlers, _call(table, version, form_elements, of_list=False))


for _prefix in in_versions(PLATFORM):
    for _rule, _view in (("/table/<table>", records_of_table), ("/table/<table>/<sys_id>", one_record)):
        blueprint.add_url_rule(
            f"{_prefix}{_rule}",
            view_func=_view,
            methods=METHODS,
            strict_slashes=False,
            provide_automatic_options=False,
        )


def list_records(call: Call) -> Response:
    asked = call.parameters
    page = call.records.query(
        asked_query(call.gate.read_dictionary(), call.table, asked),
        fields=call.fields or None,
        limit=asked.limit,
        offset=asked.offset,
        count=not asked.no_count,
        displayed=call.displayed,
        named=call.displayed,
    )
    if call.version == "v1" and not page.rows:
        raise NoRecordFound  # v2 and the latest version answer with an empty list (rest 1, D)
    form = call.form
    return answer({"result": [render(row, form) for row in page.rows]}, headers=list_headers(asked, page))


def create_record(call: Call) -> Response:
    row = call.saving.insert(given_record())
    location = {"Location": f"{call.tables_address}/{quote(call.table)}/{row.sys_id}"}
    return _written(call, row, 201, location)


def get_record(call: Call, sys_id: str) -> Response:
    row = call.records.get(sys_id, call.fields or None, displayed=call.displayed, named=call.displayed)
    return answer({"result": render(row, call.form)})


def update_record(call: Call, sys_id: str) -> Response:
    row = call.saving.update(sys_id, given_record())
    return _written(call, row, 200, {})


def delete_record(call: Call, sys_id: str) -> Response:
    call.records.delete(sys_id)
    return no_content()


def _call(table: str, version: str, layout: Callable[[Dictionary, str], list[str]], *, of_list: bool) -> Call:
    caller, gate = api_caller(), part(Gate)
    check_open(table)
    parameters = asked_parameters(of_list=of_list)
    fields = parameters.fields
    if parameters.view and not fields:
        dictionary = gate.read_dictionary()
        fields = tuple(layout(dictionary, table)) if table in dictionary.tables else ()
    return Call(gate, caller, table, version, parameters, fields)


def _dispatch(handlers: Mapping[str, Callable[[Call], Response]], call: Call) -> Response:
    handler = handlers.get(effective_method(request))
    if handler is None:
        raise MethodNotAllowed(frozenset({*handlers, "HEAD"}))
    return handler(call)


def _written(call: Call, row: Row, status: int, headers: Mapping[str, str]) -> Response:
    """The record as written; read again when the client asks for what a write does not return."""
    if request.headers.get("X-no-response-body", "").lower() == "true":
        return no_content(status, headers)
    if call.displayed or any("." in name for name in call.fields):
        row = _read_again(call, row)
    return answer({"result": render(row, call.form)}, status, headers)


def _read_again(call: Call, row: Row) -> Row:
    try:
        return call.records.get(row.sys_id, call.fields or None, displayed=call.displayed)
    except NoRecordFound:  # one may be allowed to create what one may not read
        return row
