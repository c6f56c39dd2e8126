"""What the tenant answers when it refuses, on its pages and in its API."""

from collections.abc import Iterator, Mapping, Sequence

from marshmallow import ValidationError

from ..shared.errors import TicketlabError


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a sentence that is translated later, where it is shown."""
    return sentence


class TenantError(TicketlabError):
    """A refusal that a person or a client reads. ``kind`` names it in a problem document (RFC 9457)."""

    status = 400
    message = N_("The request cannot be carried out")
    kind = "bad-request"
    way_on = ""
    """The page on which a person can do something about it."""


class Invalid(TenantError):
    """Input that was understood and is wrong; ``fields`` says what is wrong with which."""

    status = 422
    message = N_("Some values are not right")
    kind = "invalid"

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = {name: list(texts) for name, texts in fields.items()}
        super().__init__()


def messages_by_field(error: ValidationError) -> dict[str, list[str]]:
    """What marshmallow says about each field, whatever it nests its sentences in."""
    return {str(name): list(_sentences(each)) for name, each in error.messages_dict.items()}


def _sentences(messages: object) -> Iterator[str]:
    if isinstance(messages, Mapping):
        messages = list(messages.values())
    if not isinstance(messages, list):
        yield str(messages)
        return
    for each in messages:
        yield from _sentences(each)


class NotSignedIn(TenantError):
    status = 401
    message = N_("Sign in first")
    kind = "not-signed-in"


class Forbidden(TenantError):
    status = 403
    message = N_("You do not have the role this needs")
    kind = "forbidden"


class NotFound(TenantError):
    status = 404
    message = N_("There is nothing here")
    kind = "not-found"


class Conflict(TenantError):
    status = 409
    message = N_("This does not fit the present state")
    kind = "conflict"


class SentFromElsewhere(TenantError):
    """A browser says that another site sent this request."""

    status = 403
    message = N_("This request came from another site")
    kind = "sent-from-elsewhere"


class WrongAddress(TenantError):
    """The request names a host that is not this tenant."""

    status = 400
    message = N_("This is not the address of this tenant")
    kind = "wrong-address"


class StateRefused(TenantError):
    """An OAuth callback that does not belong to this browser, or came too late, or came before."""

    status = 400
    message = N_("This answer from ServiceNow was not expected")
    kind = "state-refused"
    way_on = "/ticketProvisioning"
