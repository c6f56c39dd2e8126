"""The Batch API: ``POST /api/now[/v1]/batch`` (rest 7)."""

from flask import Blueprint, Response, current_app, request

from ...shared.text import whole_number
from ..errors import BadParameter
from . import assumptions
from .batch import Batch, written
from .batch_items import items_of
from .frame import IN_BATCH, answer, api_caller, speak_rest
from .incoming import given_object
from .routing import same_for_all_versions

MAX_OUTPUT_HEADER = "X-BATCHREQUEST-MAX-OUTPUT-SIZE"
MOST_BYTES = 10**15
"""A header that says more counts as not sent."""

blueprint = Blueprint("batch_api", __name__)
speak_rest(blueprint)
same_for_all_versions(blueprint)


@blueprint.post("/api/now/batch", strict_slashes=False)
@blueprint.post("/api/now/<any(v1, v2):version>/batch", strict_slashes=False)
def batch() -> Response:
    """Answers in the order of the requests, each with its own status; the batch's id comes back as text (rest 7, C)."""
    api_caller()
    if IN_BATCH in request.environ:
        refusal = BadParameter(detail="A batch may hold no batch.")
        refusal.status = assumptions.BATCH_IN_BATCH_STATUS.value
        raise refusal
    given = given_object()
    identity = given.get("batch_request_id")
    items = items_of(given.get("rest_requests"))
    serviced, unserviced = Batch(current_app.wsgi_app, request).run(items, _most_bytes(len(items)))
    return answer(
        {
            "batch_request_id": identity if isinstance(identity, str) else "",
            "serviced_requests": [written(item, each) for item, each in serviced],
            "unserviced_requests": [item.id for item in unserviced],
        }
    )


def _most_bytes(count: int) -> int:
    """Bytes of all answers together; every request has its own limit besides."""
    asked = whole_number(request.headers.get(MAX_OUTPUT_HEADER, "").strip(), MOST_BYTES)
    return asked if asked is not None else assumptions.BATCH_LARGEST_OUTPUT.value * count
