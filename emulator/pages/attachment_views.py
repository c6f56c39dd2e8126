"""``/sys_attachment.do``: the platform's own address to download a file of a record, to attach one and to remove it."""

import re
from dataclasses import dataclass

from flask import Blueprint, Flask, make_response, redirect, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from ...shared.errors import TicketlabError
from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import NoRecordFound, PayloadTooLarge, PlatformError
from ..identity.web import current_caller
from ..records.attachment_rules import TABLE
from ..records.attachments import MEGABYTE, Attachments, NewFile
from ..records.gate import Gate
from ..rest.attachment_file import download
from ..store.contents import CHUNK
from .form_views import NEW, no_record, show_record
from .frame import error_page, framed
from .list_query import list_url, record_url
from .messages import Message, refusal
from .programs import answer_programs
from .return_address import with_outcome

attachment_pages = Blueprint("attachment_pages", __name__)

FILE = "attachFile"
"""The platform's own name of the input (G)."""
SYS_ID = "sysparm_sys_id"
OVERHEAD = MEGABYTE
NO_FILE = "No file was attached: choose one first."
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks that removes something."""

    heading: str
    label: str
    address: str
    messages: tuple[Message, ...] = ()


def _admit_a_file() -> None:
    """Let the body be as large as a file may be: whoever looks for the form's token reads it."""
    request.max_content_length = part(Attachments).largest + OVERHEAD


framed(attachment_pages, before_reading=_admit_a_file)
attachment_pages.register_error_handler(NoRecordFound, no_record)


def install(app: Flask) -> None:
    """Give programs the files, too."""
    answer_programs(app, lambda: _file if request.path == f"/{TABLE}.do" else None)
    app.register_blueprint(attachment_pages)


@attachment_pages.get(f"/{TABLE}.do")
def open_attachment() -> Response:
    """The file. There is no form of an attachment: it is made with its file."""
    if request.args.get("sys_id", NEW) == NEW:
        return redirect(list_url(TABLE))
    return _file(current_caller())


def _file(caller: Caller) -> Response:
    """To be saved; never a page of ours."""
    row, file = part(Attachments).open(caller, request.args.get("sys_id", ""))
    return download(row, file, f"{request.host_url}api/now/attachment")


@attachment_pages.post(f"/{TABLE}.do")
def change_attachments() -> Response:
    """A file for the record that the address names, or the removal of the file that it names."""
    return _remove(request.args["sys_id"]) if "sys_id" in request.args else _attach()


def _attach() -> Response:
    """One after the other; the first that is refused is told, and what came before it stays."""
    files = [each for each in request.files.getlist(FILE) if each.filename]
    if not files:
        return _told(NO_FILE, UNPROCESSABLE)
    table, sys_id = _record()
    for file in files:
        try:
            _attach_one(table, sys_id, file)
        except NoRecordFound:
            raise
        except PayloadTooLarge as error:
            return _told(_too_large(), error.status)
        except PlatformError as error:
            return _told(refusal(error).text, error.status)
    return redirect(with_outcome(record_url(table, sys_id), "attached", sys_id))


def _attach_one(table: str, sys_id: str, file: FileStorage) -> None:
    new = NewFile(table, sys_id, _name(file), file.content_type or "")
    part(Attachments).attach(current_caller(), new, iter(lambda: file.stream.read(CHUNK), b""))


def _remove(sys_id: str) -> Response:
    """Ask first; remove only what was asked about and confirmed."""
    attachments = part(Gate).record(TABLE, current_caller())
    row = attachments.get(sys_id)
    record = record_url(row.value("table_name"), row.value("table_sys_id"))
    question, status = Question(row.value("file_name"), "Attachment", record_url(TABLE, sys_id)), 200
    if request.form.get("confirmed") == "true":
        try:
            attachments.delete(sys_id)
            return redirect(with_outcome(record, "detached", row.value("table_sys_id")))
        except PlatformError as error:
            question = Question(question.heading, question.label, question.address, (refusal(error),))
            status = error.status
    return make_response(render_template("delete.html", page=question, back=record, cancel=record), status)


@attachment_pages.errorhandler(RequestEntityTooLarge)
def _body_too_large(_error: RequestEntityTooLarge) -> Response:
    plainly = error_page("Request Entity Too Large", _too_large(), PayloadTooLarge.status)
    if SYS_ID not in request.args:
        return plainly
    try:
        return _told(_too_large(), PayloadTooLarge.status)
    except TicketlabError:  # the address names no record that has a form for this user
        return plainly


def _told(sentence: str, status: int) -> Response:
    """The record's form again, with what went wrong."""
    return show_record(*_record(), Message("error", sentence), status)


def _record() -> tuple[str, str]:
    """The address names it, so that it is known when the body cannot be read; programs name it in the body, too."""
    given = request.args if SYS_ID in request.args else request.form
    return given.get("sysparm_table", ""), given.get(SYS_ID, "")


def _name(file: FileStorage) -> str:
    """The file's own name: some browsers send where it lies, too."""
    return re.split(r"[\\/]", file.filename or "")[-1]


def _too_large() -> str:
    return f"The file was not attached: it is larger than the allowed {part(Attachments).largest // MEGABYTE} MB."
