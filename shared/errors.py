"""The root of both apps' error hierarchies."""


class TicketlabError(Exception):
    """Something a caller or a person has to be told.

    ``status`` is the HTTP status, ``message`` says what happened, ``detail`` why and what to do.
    """

    status = 500
    message = "Something went wrong"

    def __init__(self, message: str | None = None, detail: str = "") -> None:
        self.message = message if message is not None else self.message
        self.detail = detail
        super().__init__(f"{self.message}: {detail}" if detail else self.message)


class BadInput(TicketlabError):
    """The request cannot be understood; nothing was changed."""

    status = 400
    message = "The request cannot be understood"


class RefusedToStart(TicketlabError):
    """A setting is missing, wrong or unsafe: the app says so and does not start (exit code 2)."""

    message = "Cannot start"
