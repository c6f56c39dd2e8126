"""``/TABLE_list.do?CSV``, ``JSONv2`` or ``XML``: a list as a file, for people at the pages and for programs."""

import re

from flask import Flask, Response, request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..query import EncodedQuery
from ..records.gate import Gate
from ..rest.attachment_file import NEVER_A_PAGE, disposition
from .exports import PROCESSORS, export
from .list_query import asked_query
from .programs import Answer, answer_programs

ADDRESS = re.compile(r"/(?P<table>[a-z0-9_]+)_list\.do")


def install(app: Flask) -> None:
    """Answer programs, too."""
    answer_programs(app, _of_address)


def _of_address() -> Answer | None:
    found = ADDRESS.fullmatch(request.path)
    processor = asked_processor() if found is not None else ""
    if found is None or not processor:
        return None
    table, query = found["table"], asked_query(request.args)
    return lambda caller: as_file(caller, table, query, processor)


def asked_processor() -> str:
    """The processor that the address names, else empty."""
    return next((each for each in PROCESSORS if each in request.args), "")


def as_file(caller: Caller, table: str, query: EncodedQuery, processor: str) -> Response:
    """The file, to be saved and never shown as a page."""
    made = export(part(Gate), caller, table, query, processor)
    headers = {**NEVER_A_PAGE, "Content-Disposition": disposition(made.name)}
    return Response(made.body, 200, headers, content_type=made.content_type)
