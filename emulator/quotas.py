"""Cancels transactions that take longer than their quota rule allows (platform 4.4, D)."""

from flask import Flask

from ..shared.time_limit import begin_limit, end_limit, limit_to
from ..shared.web.at_hand import request_at_hand
from ..shared.web.lab_path import is_for_lab
from ..shared.web.parts import part
from .errors import TransactionCancelled
from .front_door import FOR_PROGRAMS_BY_PARAMETER
from .records.gate import Gate


def install(app: Flask) -> None:
    """To be installed after the request's view of the database, and before what asks it. The lab has no quota."""

    @app.before_request
    def _begin() -> None:
        request = request_at_hand()
        if is_for_lab(request):
            return
        begin_limit(f"{request.method} {request.path}", TransactionCancelled)
        quotas = part(Gate).snapshot().quotas
        seconds = quotas.of(request.path, in_json=FOR_PROGRAMS_BY_PARAMETER in request.args)
        if seconds is not None:
            limit_to(seconds)

    @app.teardown_request
    def _end(_error: BaseException | None) -> None:
        end_limit()
