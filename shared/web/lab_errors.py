"""What the lab answers when it refuses: one shape of JSON for programs, a page for a person's browser."""

from collections.abc import Mapping

from flask import Blueprint, Request, jsonify, make_response, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ..errors import BadInput, TicketlabError


class LabNotFound(TicketlabError):
    status = 404
    message = "The lab has no such page"


class LabMethodNotAllowed(TicketlabError):
    status = 405
    message = "This page of the lab does not accept this method"


def wants_page(asking: Request) -> bool:
    """Whether a person's browser asks; a program that takes anything gets JSON."""
    best = asking.accept_mimetypes.best_match(["application/json", "text/html"], "application/json")
    return best == "text/html"


def add_errors(blueprint: Blueprint) -> None:
    """Let the blueprint's views raise what they like."""
    blueprint.register_error_handler(TicketlabError, lab_error)
    blueprint.register_error_handler(ValidationError, lambda error: lab_error(unreadable(error)))
    blueprint.register_error_handler(HTTPException, _http_error)


def lab_error(error: TicketlabError) -> Response:
    """The refusal in the form that was asked for."""
    if wants_page(request):
        return make_response(render_template("lab/error.html", error=error), error.status)
    body = {"error": {"message": error.message, "detail": error.detail or None}, "status": "failure"}
    return make_response(jsonify(body), error.status)


def check_route(asking: Request) -> None:
    """Routing's own refusals reach no blueprint, so they are put into the lab's words here."""
    refusal = asking.routing_exception
    if isinstance(refusal, HTTPException) and refusal.code == 405:
        raise LabMethodNotAllowed
    if isinstance(refusal, HTTPException) and refusal.code == 404:
        raise LabNotFound


def unreadable(error: ValidationError) -> BadInput:
    """Marshmallow's messages as the lab's error."""
    return BadInput("The request cannot be understood", _sentence(error.messages))


def _http_error(error: HTTPException) -> Response:
    refusal = BadInput(error.name, error.description or "")
    refusal.status = error.code or 500
    return lab_error(refusal)


def _sentence(messages: object) -> str:
    """All on one line, each after its field's name."""
    if isinstance(messages, Mapping):
        return " ".join(f"{name}: {_sentence(each)}" for name, each in messages.items())
    if isinstance(messages, list):
        return " ".join(_sentence(each) for each in messages)
    return str(messages)
