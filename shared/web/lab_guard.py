"""Who may use the lab: this machine's own programs and pages, or whoever holds the lab key.

The lab resets data and moves clocks. Without the guard any page that the user visits could do so.
"""

from urllib.parse import urlsplit

from flask import Request

from ..errors import TicketlabError
from ..lab_key import KEY_HEADER
from ..listening import is_loopback
from ..secret import Secret
from .same_origin import SAFE_METHODS


class LabRefused(TicketlabError):
    status = 403
    message = "The lab refuses this request"


def check_lab_request(request: Request, lab_key: Secret, own_url: str) -> None:
    """Raise LabRefused unless this request may use the lab."""
    if not _has_key(request, lab_key):  # a page that gives its own name this machine's address knows no key
        _check_host(request, own_url)
        _check_peer(request)
    if request.method not in SAFE_METHODS:
        _check_sender(request)


def _check_host(request: Request, own_url: str) -> None:
    host = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(host) and host != urlsplit(own_url).hostname:
        raise LabRefused(
            detail=f"It was addressed as {host!r}; use localhost, 127.0.0.1 or the configured address,"
            f" or send the lab key in the {KEY_HEADER} header."
        )


def _has_key(request: Request, lab_key: Secret) -> bool:
    return bool(lab_key) and lab_key.matches(request.headers.get(KEY_HEADER, ""))


def _check_peer(request: Request) -> None:
    if not is_loopback(request.remote_addr or ""):
        raise LabRefused(detail=f"Another machine must send the lab key in the {KEY_HEADER} header.")


def _check_sender(request: Request) -> None:
    """A foreign page cannot send JSON; a form must come from our own page, by the browser's word."""
    site = request.headers.get("Sec-Fetch-Site")
    if request.mimetype == "application/json" and site in {None, "none", "same-origin"}:
        return
    if request.mimetype == "application/x-www-form-urlencoded" and site == "same-origin":
        return
    raise LabRefused(detail="Send Content-Type: application/json, from a program or from the lab's own page.")
