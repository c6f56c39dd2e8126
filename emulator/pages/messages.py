"""What a page tells above its content: errors in the platform's own words, and what has just been done."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ..errors import BusinessRuleAborted, PlatformError

DONE: Mapping[str, str] = {
    "inserted": "Created:",
    "updated": "Saved:",
    "deleted": "The record was deleted.",
    "attached": "Attached to:",
    "detached": "Removed a file from:",
    "revoked": "The token was revoked.",
    "access_revoked": "The access was revoked. The application can do nothing in your name until you allow it again.",
}
"""What ``sysparm_done`` may say. It comes from the address, so it only chooses among these."""


@dataclass(frozen=True, slots=True)
class Message:
    """A banner. ``kind`` is error, warning, done or info."""

    kind: str
    text: str
    link: str = ""
    link_text: str = ""


def refusal(error: PlatformError) -> Message:
    """The platform's sentence for a refusal: the detail where there is one, for the message is then a heading.

    A business rule that aborts with a message of its own is heard first.
    """
    own = error.told if isinstance(error, BusinessRuleAborted) else ""
    told = Markup(own).striptags()  # noqa: S704 - plain text comes of it, which the page escapes
    return Message("error", " ".join(filter(None, (told, error.detail or error.message))))


def done(code: str, link: str = "", link_text: str = "") -> list[Message]:
    """The banner for what the request before this one did, if the code is one of ours."""
    text = DONE.get(code)
    if text is None or (text.endswith(":") and not link_text):
        return []
    return [Message("done", text, link, link_text)]
