"""The Attachment API: ``/api/now[/v1]/attachment`` (rest 6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import BadParameter, PayloadTooLarge
from ..records.attachment_rules import TABLE
from ..records.attachments import Attachments, NewFile
from ..records.gate import Gate
from ..records.row import Row
from ..store.contents import CHUNK
from . import assumptions
from .attachment_file import METADATA, download, metadata
from .errors import UnsupportedMediaType
from .filters import asked_query
from .frame import answer, api_caller, no_content, rest_caller, speak_rest
from .incoming import asked_parameters, given_record
from .paging import list_headers
from .routing import add_routes, api_address

blueprint = Blueprint("attachment_api", __name__)
speak_rest(blueprint)

FILE_PARTS = ("uploadFile", "file")
"""The name of a multipart body's file: the documented one, and pysnow's (rest 6, wire)."""
MULTIPART_OVERHEAD = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and by which version of the API."""

    caller: Caller
    version: str

    @property
    def address(self) -> str:
        """Where attachments live for this client."""
        return f"{api_address(self.version)}/attachment"


def list_attachments(version: str = "") -> Response:
    """The rows that match and whose records the caller may read; the total is blind to that, as in lists."""
    call = _call(version)
    gate = part(Gate)
    asked = asked_parameters()
    query = asked_query(gate.read_dictionary(), TABLE, asked)
    page = gate.record(TABLE, call.caller).query(
        query, fields=METADATA, limit=asked.limit, offset=asked.offset, count=not asked.no_count
    )
    rows = [metadata(row, call.address) for row in page.rows]
    return answer({"result": rows}, headers=list_headers(asked, page))


def get_attachment(sys_id: str, version: str = "") -> Response:
    call = _call(version)
    row = part(Gate).record(TABLE, call.caller).get(sys_id)
    return answer({"result": metadata(row, call.address)})


def get_file(sys_id: str, version: str = "") -> Response:
    """The bytes themselves, whatever the client says it accepts: only it knows what it has attached."""
    call = Call(rest_caller(), version)
    row, file = part(Attachments).open(call.caller, sys_id)
    return download(row, file, call.address)


def post_file(version: str = "") -> Response:
    """The body is the file; the parameters say whose (rest 6, D)."""
    call = _call(version)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType
    new = _new_file(request.args, request.args.get("file_name", ""), request.headers.get("Content-Type", ""))
    return _attach(call, new, _chunks())


def post_multipart(version: str = "") -> Response:
    """A form with the file as its last part (rest 6, D)."""
    call = _call(version)
    request.max_content_length = part(Attachments).largest + MULTIPART_OVERHEAD
    file = next((request.files[name] for name in FILE_PARTS if name in request.files), None)
    if file is None:
        raise BadParameter(detail=f"The body has no file part called {' or '.join(FILE_PARTS)}.")
    new = _new_file(request.values, request.values.get("file_name") or file.filename or "", file.content_type or "")
    return _attach(call, new, iter(lambda: file.stream.read(CHUNK), b""))


def patch_attachment(sys_id: str, version: str = "") -> Response:
    """Rename it; nothing comes back (platform documentation, D)."""
    call = _call(version)
    part(Attachments).change(call.caller, sys_id, given_record())
    return no_content()


def delete_attachment(sys_id: str, version: str = "") -> Response:
    call = _call(version)
    part(Gate).record(TABLE, call.caller).delete(sys_id)
    return no_content()


add_routes(
    blueprint,
    "attachment",
    (
        ("", list_attachments, "GET"),
        ("/<sys_id>", get_attachment, "GET"),
        ("/<sys_id>/file", get_file, "GET"),
        ("/file", post_file, "POST"),
        ("/upload", post_multipart, "POST"),
        ("/<sys_id>", patch_attachment, "PATCH"),
        ("/<sys_id>", delete_attachment, "DELETE"),
    ),
)


def _call(version: str) -> Call:
    return Call(api_caller(), version)


def _new_file(given: Mapping[str, str], name: str, content_type: str) -> NewFile:
    wanted = {"table_name": given.get("table_name"), "table_sys_id": given.get("table_sys_id"), "file_name": name}
    missing = [parameter for parameter, value in wanted.items() if not value]
    if missing:
        error = BadParameter(detail=f"Missing: {', '.join(missing)}")
        error.status = assumptions.MISSING_PARAMETER_STATUS.value
        raise error
    return NewFile(
        table=given["table_name"],
        sys_id=given["table_sys_id"],
        name=name,
        content_type=content_type,
        encryption_context=given.get("encryption_context", ""),
        created_on=given.get("creation_time", ""),
    )


def _chunks() -> Iterator[bytes]:
    """The body as it comes. Raises PayloadTooLarge before reading what says that it is too large."""
    limit = part(Attachments).largest
    if (request.content_length or 0) > limit:
        raise PayloadTooLarge(request.content_length or 0, limit)
    request.max_content_length = limit + 1
    return iter(lambda: request.stream.read(CHUNK), b"")


def _attach(call: Call, new: NewFile, chunks: Iterator[bytes]) -> Response:
    row: Row = part(Attachments).attach(call.caller, new, chunks)
    location = {"Location": f"{call.address}/{row.sys_id}/file"}
    return answer({"result": metadata(row, call.address)}, 201, location)
