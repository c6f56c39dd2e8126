"""What the tenant answers when it refuses, on its pages and in its API."""

from collections.abc import Mapping, Sequence

from ..shared.errors import TicketlabError


class TenantError(TicketlabError):
    """A refusal that a person or a client reads. ``kind`` names it in a problem document (RFC 9457)."""

    status = 400
    message = "The request cannot be carried out"
    kind = "bad-request"


class Invalid(TenantError):
    """Input that was understood and is wrong; ``fields`` says what is wrong with which."""

    status = 422
    message = "Some values are not right"
    kind = "invalid"

    def __init__(self, fields: Mapping[str, Sequence[str]], detail: str = "") -> None:
        self.fields = {name: list(texts) for name, texts in fields.items()}
        super().__init__(detail=detail)


class NotSignedIn(TenantError):
    status = 401
    message = "Sign in first"
    kind = "not-signed-in"


class Forbidden(TenantError):
    status = 403
    message = "You do not have the role this needs"
    kind = "forbidden"


class NotFound(TenantError):
    status = 404
    message = "There is nothing here"
    kind = "not-found"


class Conflict(TenantError):
    status = 409
    message = "This does not fit the present state"
    kind = "conflict"


class SentFromElsewhere(TenantError):
    """A browser says that another site sent this request."""

    status = 403
    message = "This request came from another site"
    kind = "sent-from-elsewhere"


class WrongAddress(TenantError):
    """The request names a host that is not this tenant."""

    status = 400
    message = "This is not the address of this tenant"
    kind = "wrong-address"


class StateRefused(TenantError):
    """An OAuth callback that does not belong to this browser, or came too late, or came before."""

    status = 400
    message = "This answer from ServiceNow was not expected"
    kind = "state-refused"
