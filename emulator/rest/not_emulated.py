"""What clients of other instances ask for and this one lacks: refused in words, where a page would answer."""

from flask import Flask, Response, request

from ..errors import UnknownResource
from .frame import answer_error

PROCESSORS = ("SOAP", "WSDL")
"""Parameters of ``TABLE.do`` that name another processor than the form (rest 10: no widely used client needs SOAP)."""


def install(app: Flask) -> None:
    """Answer before the pages do, whose addresses these are: to a program a login page says nothing."""

    @app.before_request
    def _refuse() -> Response | None:
        asked = next((each for each in PROCESSORS if each in request.args), "") if ".do" in request.path else ""
        if not asked:
            return None
        return answer_error(UnknownResource(detail=f"This instance does not emulate {asked}. Use the Table API."))
