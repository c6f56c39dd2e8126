"""The Batch API: ``POST /api/now[/v1]/batch`` (rest 7)."""

from flask import Blueprint, Response, current_app, request

from ...shared.text import whole_number
from ...shared.web.parts import part
from ..errors import BadParameter
from ..records.gate import Gate
from . import assumptions
from .batch import Batch, Limits, written
from .batch_items import items_of
from .frame import IN_BATCH, answer, api_caller, speak_rest
from .incoming import given_object
from .parameters import CREDENTIAL
from .routing import add_routes, same_for_all_versions

MAX_OUTPUT_HEADER = "X-BATCHREQUEST-MAX-OUTPUT-SIZE"
INPUT_PROPERTY, OUTPUT_PROPERTY = "glide.rest.batch.max.inputSize", "glide.rest.batch.max.outputSize"

blueprint = Blueprint("batch_api", __name__)
speak_rest(blueprint)
same_for_all_versions(blueprint)


def batch() -> Response:
    """Answers in the order of the requests, each with its own status; the batch's id comes back as text (rest 7, C)."""
    caller = api_caller()
    if IN_BATCH in request.environ:
        refusal = BadParameter(detail="A batch may not contain a batch.")
        refusal.status = assumptions.BATCH_IN_BATCH_STATUS.value
        raise refusal
    given = given_object()
    identity = given.get("batch_request_id")
    items = items_of(given.get("rest_requests"))
    token = request.args.get(CREDENTIAL, "") if caller.credential and "Authorization" not in request.headers else ""
    serviced, unserviced = Batch(current_app.wsgi_app, request, _limits(), token).run(items)
    return answer(
        {
            "batch_request_id": identity if isinstance(identity, str) else "",
            "serviced_requests": [written(item, each) for item, each in serviced],
            "unserviced_requests": [item.id for item in unserviced],
        }
    )


add_routes(blueprint, "batch", (("", batch, "POST"),))


def _limits() -> Limits:
    """The properties'; a header may ask for smaller answers, and for no larger ones."""
    output = _bytes(OUTPUT_PROPERTY, assumptions.BATCH_LARGEST_OUTPUT.value)
    asked = whole_number(request.headers.get(MAX_OUTPUT_HEADER, "").strip(), output)
    given = _bytes(INPUT_PROPERTY, assumptions.BATCH_LARGEST_INPUT.value)
    return Limits(min(given, assumptions.BATCH_MOST_INPUT.value), asked or output)


def _bytes(name: str, default: int) -> int:
    return whole_number(part(Gate).get_property(name), assumptions.BATCH_MOST_BYTES.value) or default
