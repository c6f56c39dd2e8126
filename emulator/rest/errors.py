"""Refusals that only the REST APIs have, and the one shape in which every refusal leaves them."""

from collections.abc import Mapping

from ...shared.errors import TicketlabError
from ..errors import BadParameter, NotAuthorized, PlatformError
from . import assumptions


class MethodNotAllowed(PlatformError):
    """The address takes other methods; ``allowed`` becomes the Allow header."""

    message, status = assumptions.METHOD_NOT_ALLOWED.value

    def __init__(self, allowed: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.allowed = allowed


class ApiAclRefused(NotAuthorized):
    """The API itself is closed to this caller for this table (platform 4.2, D)."""

    def __init__(self) -> None:
        super().__init__(detail="Failed API level ACL Validation")


class NotAcceptable(PlatformError):
    """No type that the client accepts can be answered."""

    status = 406
    message = assumptions.NOT_ACCEPTABLE.value


class UnsupportedMediaType(PlatformError):
    """The body is of a type that the API does not read."""

    status = 415
    message = assumptions.UNSUPPORTED_MEDIA.value


class Unexpected(PlatformError):
    """A fault of the instance itself (platform 4.2, D). Only the log says what it was."""

    status = 500
    message = "Exception while executing request: null"

    def __init__(self) -> None:
        super().__init__(
            detail="Exception while executing request: null Check logs for error trace or enable glide.rest.debug "
            "property to verify REST request processing"
        )


def bad_number(name: str, text: str) -> BadParameter:
    """A number parameter that is negative or no number."""
    error = BadParameter(detail=f"{name} is not a number from 0 upwards: {text[:40]}")
    error.status = assumptions.BAD_NUMBER_STATUS.value
    return error


def envelope(error: TicketlabError) -> Mapping[str, object]:
    """``{"error": {"message", "detail"}, "status": "failure"}``; no detail is null (platform 4.1, D/F)."""
    return {"error": {"message": error.message, "detail": error.detail or None}, "status": "failure"}
